package web

import (
	"fmt"
	"html/template"
	"reflect"
	"text/template/parse"

	"huitong/content"
)

// truth is what text/template takes a value for.
func truth(v reflect.Value) bool {
	if !v.IsValid() {
		return false
	}
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() > 0
	case reflect.Bool:
		return v.Bool()
	case reflect.Pointer, reflect.Func:
		return !v.IsNil()
	case reflect.Interface:
		return truth(v.Elem())
	case reflect.Struct:
		return true
	}
	yes, _ := template.IsTrue(v.Interface())
	return yes
}

// function works out one of the functions that our templates call.
func (c presser) function(name string, nodes []parse.Node) (value, error) {
	args, err := c.args(nodes)
	if err != nil {
		return nil, err
	}
	switch name {
	case "and", "or":
		return decide(args, name == "or"), nil
	case "not":
		return func(r *run, dot reflect.Value) (reflect.Value, error) {
			v, err := args[0](r, dot)
			return reflect.ValueOf(!truth(v)), err
		}, nil
	case "eq", "ne":
		if len(args) == 2 {
			return compare(args, name == "eq"), nil
		}
	case "printf":
		return function(reflect.ValueOf(fmt.Sprintf), args), nil
	case "len":
		return length(args), nil
	}
	if f, ok := c.funcs[name]; ok {
		return function(reflect.ValueOf(f), args), nil
	}
	return nil, fmt.Errorf("%w: function %s", errBeyond, name)
}

// decide returns the first argument whose truth is stop, or the last one.
func decide(args []value, stop bool) value {
	return func(r *run, dot reflect.Value) (v reflect.Value, err error) {
		for _, arg := range args {
			if v, err = arg(r, dot); err != nil || truth(v) == stop {
				break
			}
		}
		return v, err
	}
}

// compare knows the kinds that our templates compare.
func compare(args []value, equal bool) value {
	return func(r *run, dot reflect.Value) (reflect.Value, error) {
		a, err := args[0](r, dot)
		if err != nil {
			return a, err
		}
		b, err := args[1](r, dot)
		if err != nil {
			return b, err
		}
		switch {
		case a.Kind() == reflect.String && b.Kind() == reflect.String:
			return reflect.ValueOf((a.String() == b.String()) == equal), nil
		case a.CanInt() && b.CanInt():
			return reflect.ValueOf((a.Int() == b.Int()) == equal), nil
		}
		return a, errBeyond
	}
}

// length counts the bytes of a text or what is in a list.
func length(args []value) value {
	return func(r *run, dot reflect.Value) (reflect.Value, error) {
		if len(args) != 1 {
			return reflect.Value{}, errBeyond
		}
		v, err := args[0](r, dot)
		if err != nil {
			return v, err
		}
		switch v.Kind() {
		case reflect.String, reflect.Slice, reflect.Map:
			return reflect.ValueOf(v.Len()), nil
		}
		return v, errBeyond
	}
}

// function calls f; the forms that pages call a hundred times without reflection.
func function(f reflect.Value, args []value) value {
	switch f := f.Interface().(type) {
	case func() bool:
		return func(*run, reflect.Value) (reflect.Value, error) {
			if len(args) != 0 {
				return reflect.Value{}, errBeyond
			}
			return reflect.ValueOf(f()), nil
		}
	case func(string) string:
		return func(r *run, dot reflect.Value) (reflect.Value, error) {
			s, err := oneText(args, r, dot)
			if err != nil {
				return reflect.Value{}, err
			}
			return reflect.ValueOf(f(s)), nil
		}
	case func(string) template.HTML:
		return func(r *run, dot reflect.Value) (reflect.Value, error) {
			s, err := oneText(args, r, dot)
			if err != nil {
				return reflect.Value{}, err
			}
			return reflect.ValueOf(f(s)), nil
		}
	case func(template.HTML) template.HTML:
		return func(r *run, dot reflect.Value) (reflect.Value, error) {
			if len(args) != 1 {
				return reflect.Value{}, errBeyond
			}
			v, err := args[0](r, dot)
			if err != nil || !v.IsValid() || v.Type() != markupType {
				return v, errBeyondOr(err)
			}
			return reflect.ValueOf(f(template.HTML(v.String()))), nil
		}
	case func(string, ...any) string:
		return func(r *run, dot reflect.Value) (reflect.Value, error) {
			id, err := oneText(args[:min(1, len(args))], r, dot)
			if err != nil {
				return reflect.Value{}, err
			}
			pairs, err := anyOf(args[1:], r, dot)
			if err != nil {
				return reflect.Value{}, err
			}
			return reflect.ValueOf(f(id, pairs...)), nil
		}
	case func(slug, part, name, lang string) heard:
		return func(r *run, dot reflect.Value) (reflect.Value, error) {
			if len(args) != 4 {
				return reflect.Value{}, errBeyond
			}
			var texts [4]string
			for i := range args {
				var err error
				if texts[i], err = oneText(args[i:i+1], r, dot); err != nil {
					return reflect.Value{}, err
				}
			}
			return reflect.ValueOf(f(texts[0], texts[1], texts[2], texts[3])), nil
		}
	case func(*content.Policy) string:
		return func(r *run, dot reflect.Value) (reflect.Value, error) {
			if len(args) != 1 {
				return reflect.Value{}, errBeyond
			}
			v, err := args[0](r, dot)
			if err != nil || !v.IsValid() {
				return v, errBeyondOr(err)
			}
			p, ok := v.Interface().(*content.Policy)
			if !ok {
				return v, errBeyond
			}
			return reflect.ValueOf(f(p)), nil
		}
	}
	return func(r *run, dot reflect.Value) (reflect.Value, error) { return call(f, args, r, dot) }
}

// anyOf works out arguments of any type.
func anyOf(args []value, r *run, dot reflect.Value) ([]any, error) {
	out := make([]any, len(args))
	for i, arg := range args {
		v, err := arg(r, dot)
		if err != nil || !v.IsValid() {
			return nil, errBeyondOr(err)
		}
		out[i] = v.Interface()
	}
	return out, nil
}

// oneText works out the one argument of a function that takes a string.
func oneText(args []value, r *run, dot reflect.Value) (string, error) {
	if len(args) != 1 {
		return "", errBeyond
	}
	v, err := args[0](r, dot)
	if err != nil || v.Kind() != reflect.String {
		return "", errBeyondOr(err)
	}
	return v.String(), nil
}

// call calls a function with one result.
func call(f reflect.Value, args []value, r *run, dot reflect.Value) (reflect.Value, error) {
	t := f.Type()
	if t.NumOut() != 1 || len(args) < t.NumIn()-1 || !t.IsVariadic() && len(args) != t.NumIn() {
		return reflect.Value{}, errBeyond
	}
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		v, err := arg(r, dot)
		if err != nil {
			return v, err
		}
		want := t.In(min(i, t.NumIn()-1))
		if t.IsVariadic() && i >= t.NumIn()-1 {
			want = want.Elem()
		}
		if !v.IsValid() || !v.Type().AssignableTo(want) {
			return v, errBeyond
		}
		in[i] = v
	}
	return f.Call(in)[0], nil
}
