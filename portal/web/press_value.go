package web

import (
	"fmt"
	"reflect"
	"sync/atomic"
	"text/template/parse"
)

// value works out an expression of a template with the dot at some value.
type value func(r *run, dot reflect.Value) (reflect.Value, error)

// pipe works out commands of which each is the last argument of the next.
func (c presser) pipe(cmds []*parse.CommandNode) (value, error) {
	if len(cmds) != 1 {
		return nil, fmt.Errorf("%w: a pipe of %d commands", errBeyond, len(cmds))
	}
	args := cmds[0].Args
	if id, ok := args[0].(*parse.IdentifierNode); ok {
		return c.function(id.Ident, args[1:])
	}
	if len(args) == 1 {
		return c.arg(args[0])
	}
	receiver, method, ok := methodOf(args[0])
	if !ok {
		return nil, fmt.Errorf("%w: %s", errBeyond, cmds[0])
	}
	given, err := c.args(args[1:])
	return func(r *run, dot reflect.Value) (reflect.Value, error) {
		v, err := receiver(r, dot)
		if err != nil {
			return v, err
		}
		m := v.MethodByName(method)
		if !m.IsValid() {
			return v, errBeyond
		}
		return call(m, given, r, dot)
	}, err
}

// methodOf splits what is called with arguments into whose method it is and its name.
func methodOf(n parse.Node) (receiver value, method string, ok bool) {
	from, path := value(dot), []string(nil)
	switch n := n.(type) {
	case *parse.FieldNode:
		path = n.Ident
	case *parse.VariableNode:
		from, path = named(n.Ident[0]), n.Ident[1:]
	}
	if len(path) == 0 {
		return nil, "", false
	}
	last := len(path) - 1
	return fields(from, path[:last]), path[last], true
}

func dot(_ *run, dot reflect.Value) (reflect.Value, error) { return dot, nil }

func (c presser) arg(n parse.Node) (value, error) {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot, nil
	case *parse.FieldNode:
		return fields(dot, n.Ident), nil
	case *parse.VariableNode:
		return fields(named(n.Ident[0]), n.Ident[1:]), nil
	case *parse.StringNode:
		return always(n.Text), nil
	case *parse.BoolNode:
		return always(n.True), nil
	case *parse.NumberNode:
		if n.IsInt {
			return always(int(n.Int64)), nil
		}
	case *parse.IdentifierNode:
		return c.function(n.Ident, nil)
	case *parse.PipeNode:
		if len(n.Decl) == 0 {
			return c.pipe(n.Cmds)
		}
	}
	return nil, fmt.Errorf("%w: %s", errBeyond, n)
}

func (c presser) args(nodes []parse.Node) ([]value, error) {
	var out []value
	for _, n := range nodes {
		v, err := c.arg(n)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func always(x any) value {
	v := reflect.ValueOf(x)
	return func(*run, reflect.Value) (reflect.Value, error) { return v, nil }
}

// named returns what is kept under a name; the one kept last wins.
func named(name string) value {
	return func(r *run, _ reflect.Value) (reflect.Value, error) {
		for i := len(r.vars) - 1; i >= 0; i-- {
			if r.vars[i].name == name {
				return r.vars[i].value, nil
			}
		}
		return reflect.Value{}, errBeyond
	}
}

// fields follows names of fields and methods from a value.
func fields(from value, names []string) value {
	for _, name := range names {
		from = memberOf(from, name)
	}
	return from
}

// member is where a type has what a name stands for.
type member struct {
	of     reflect.Type
	index  []int // of a field
	method int   // -1: it is a field
}

// memberOf returns a field or the result of a method without arguments. The type of
// what stands at a place of a template hardly ever changes, so the place remembers
// where the last one had it.
func memberOf(from value, name string) value {
	var last atomic.Pointer[member]
	return func(r *run, dot reflect.Value) (reflect.Value, error) {
		v, err := from(r, dot)
		if err != nil || !v.IsValid() {
			return v, errBeyondOr(err)
		}
		at := last.Load()
		if at == nil || at.of != v.Type() {
			if at = findMember(v.Type(), name); at == nil {
				return v, errBeyond
			}
			last.Store(at)
		}
		if at.method >= 0 {
			if v.Kind() == reflect.Pointer && v.IsNil() {
				return v, errBeyond
			}
			return r.result(v, at.method), nil
		}
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, errBeyond
			}
			v = v.Elem()
		}
		if len(at.index) == 1 {
			return v.Field(at.index[0]), nil
		}
		return v.FieldByIndex(at.index), nil
	}
}

func errBeyondOr(err error) error {
	if err == nil {
		return errBeyond
	}
	return err
}

// findMember returns where a type, or what it points to, has a method or field; nil where
// it has none that the press can use.
func findMember(t reflect.Type, name string) *member {
	if t.Kind() == reflect.Interface {
		return nil
	}
	if m, ok := t.MethodByName(name); ok {
		if m.Type.NumIn() != 1 || m.Type.NumOut() != 1 {
			return nil
		}
		return &member{of: t, method: m.Index}
	}
	s := t
	if t.Kind() == reflect.Pointer {
		s = t.Elem()
	}
	if s.Kind() != reflect.Struct {
		return nil
	}
	if _, ok := reflect.PointerTo(s).MethodByName(name); ok {
		return nil // text/template calls it where the value has an address
	}
	f, ok := s.FieldByName(name)
	if !ok || !f.IsExported() {
		return nil
	}
	for i := range f.Index[:len(f.Index)-1] {
		if s.FieldByIndex(f.Index[:i+1]).Type.Kind() == reflect.Pointer {
			return nil
		}
	}
	return &member{of: t, index: f.Index, method: -1}
}
