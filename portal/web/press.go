package web

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strings"
	"sync"
	"text/template/parse"
)

// A press prints pages of one kind quickly. It is made from a template set that
// html/template has made safe, and follows it node by node; what takes the time in
// text/template, to look up fields by name and to call each escaper by reflection, is
// settled once. It gives the bytes that the set gives, or an error, after which the
// set itself is executed: what templates may do beyond what ours need, and what is
// wrong with one, is no business of the press.
type press struct {
	main printed
	runs sync.Pool // of *run, with the room that a page needs
}

// run is one printing of a page.
type run struct {
	out     []byte
	vars    []variable
	page    reflect.Type    // of the data
	results []reflect.Value // of its methods, as far as they have been asked
}

// result returns what a method without arguments says. That of the page itself is asked
// once, however often templates ask: the page stays the same while it is printed.
func (r *run) result(v reflect.Value, method int) reflect.Value {
	if v.Type() != r.page {
		return v.Method(method).Call(nil)[0]
	}
	if !r.results[method].IsValid() {
		r.results[method] = v.Method(method).Call(nil)[0]
	}
	return r.results[method]
}

type variable struct {
	name  string
	value reflect.Value
}

// printed prints a node with the dot at some value.
type printed func(r *run, dot reflect.Value) error

// errBeyond says that templates may do something which a press does not know.
var errBeyond = errors.New("beyond the press")

// newPress returns a press for a set that has been folded.
func newPress(set *template.Template, funcs template.FuncMap, escape escapers) (*press, error) {
	c := presser{funcs: funcs, escape: escape, trees: trees(set), made: map[string]*printed{}}
	main, err := c.template(set.Name())
	if err != nil {
		return nil, err
	}
	return &press{main: *main}, nil
}

// print gives the page with this data to take, which must not keep it: the next page is
// printed in the same room.
func (p *press) print(data any, take func(page []byte)) error {
	r, ok := p.runs.Get().(*run)
	if !ok {
		r = new(run)
	}
	defer p.runs.Put(r)
	dot := reflect.ValueOf(data)
	if !dot.IsValid() {
		return errBeyond
	}
	r.out, r.vars = r.out[:0], append(r.vars[:0], variable{"$", dot})
	r.page = dot.Type()
	r.results = slices.Grow(r.results[:0], r.page.NumMethod())[:r.page.NumMethod()]
	defer func() { // a pooled run holds nobody's data
		clear(r.vars[:cap(r.vars)])
		clear(r.results)
	}()
	if err := p.main(r, dot); err != nil {
		return err
	}
	take(r.out)
	return nil
}

// presser makes a press.
type presser struct {
	funcs  template.FuncMap
	escape escapers
	trees  map[string]*parse.Tree
	made   map[string]*printed
}

// trees returns the templates of a set that has been made safe, by their names.
func trees(set *template.Template) map[string]*parse.Tree {
	out := map[string]*parse.Tree{}
	for _, t := range set.Templates() {
		if t.Tree != nil {
			out[t.Name()] = t.Tree
		}
	}
	return out
}

func (c presser) template(name string) (*printed, error) {
	if s, ok := c.made[name]; ok {
		return s, nil
	}
	tree := c.trees[name]
	if tree == nil {
		return nil, fmt.Errorf("%w: template %s", errBeyond, name)
	}
	s := new(printed) // a template may call itself
	c.made[name] = s
	var err error
	*s, err = c.list(tree.Root)
	return s, err
}

func (c presser) list(list *parse.ListNode) (printed, error) {
	if list == nil {
		return func(*run, reflect.Value) error { return nil }, nil
	}
	var all []printed
	for _, n := range list.Nodes {
		s, err := c.node(n)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return func(r *run, dot reflect.Value) error {
		for _, s := range all {
			if err := s(r, dot); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (c presser) node(n parse.Node) (printed, error) {
	switch n := n.(type) {
	case *parse.TextNode:
		text := n.Text
		return func(r *run, _ reflect.Value) error {
			r.out = append(r.out, text...)
			return nil
		}, nil
	case *parse.CommentNode:
		return c.list(nil)
	case *parse.ActionNode:
		return c.action(n)
	case *parse.IfNode:
		return c.branch(&n.BranchNode, false)
	case *parse.WithNode:
		return c.branch(&n.BranchNode, true)
	case *parse.RangeNode:
		return c.rangeOver(&n.BranchNode)
	case *parse.TemplateNode:
		return c.call(n)
	}
	return nil, fmt.Errorf("%w: %s", errBeyond, n)
}

// action prints a value through its escapers, or keeps it under a name.
func (c presser) action(n *parse.ActionNode) (printed, error) {
	if len(n.Pipe.Decl) > 0 {
		value, err := c.pipe(n.Pipe.Cmds)
		if err != nil || len(n.Pipe.Decl) > 1 || n.Pipe.IsAssign {
			return nil, errors.Join(err, fmt.Errorf("%w: %s", errBeyond, n))
		}
		name := n.Pipe.Decl[0].Ident[0]
		return func(r *run, dot reflect.Value) error {
			v, err := value(r, dot)
			r.vars = append(r.vars, variable{name, v})
			return err
		}, nil
	}
	cmds, chain := cutEscapers(n.Pipe.Cmds)
	as, ok := c.escape[chain]
	if !ok {
		return nil, fmt.Errorf("%w: escapers %q", errBeyond, chain)
	}
	value, err := c.pipe(cmds)
	return func(r *run, dot reflect.Value) error {
		v, err := value(r, dot)
		if err != nil {
			return err
		}
		r.out, err = as.append(r.out, v)
		return err
	}, err
}

// cutEscapers splits a pipe into what stands in the template and the names of the
// escapers that html/template has put behind it.
func cutEscapers(cmds []*parse.CommandNode) (own []*parse.CommandNode, chain string) {
	var names []string
	for i, cmd := range cmds {
		if id, ok := cmd.Args[0].(*parse.IdentifierNode); ok && strings.HasPrefix(id.Ident, escaperPrefix) && len(cmd.Args) == 1 && i > 0 {
			names = append(names, id.Ident)
			continue
		}
		own = append(own, cmd)
	}
	return own, strings.Join(names, " ")
}

// branch prints one of two lists, the first with the dot at the value where there is
// a with. What a list keeps under a name is forgotten behind it.
func (c presser) branch(n *parse.BranchNode, with bool) (printed, error) {
	if len(n.Pipe.Decl) > 0 {
		return nil, fmt.Errorf("%w: %s", errBeyond, n)
	}
	value, err := c.pipe(n.Pipe.Cmds)
	list, err2 := c.list(n.List)
	other, err3 := c.list(n.ElseList)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	return func(r *run, dot reflect.Value) error {
		v, err := value(r, dot)
		if err != nil {
			return err
		}
		mark := len(r.vars)
		switch {
		case !truth(v):
			err = other(r, dot)
		case with:
			err = list(r, v)
		default:
			err = list(r, dot)
		}
		r.vars = r.vars[:mark]
		return err
	}, nil
}

// rangeOver prints the list for each element of a slice.
func (c presser) rangeOver(n *parse.BranchNode) (printed, error) {
	value, err := c.pipe(n.Pipe.Cmds)
	list, err2 := c.list(n.List)
	other, err3 := c.list(n.ElseList)
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	names := n.Pipe.Decl // none, the element, or index and element
	return func(r *run, dot reflect.Value) error {
		v, err := value(r, dot)
		if err != nil {
			return err
		}
		if v.Kind() != reflect.Slice {
			return errBeyond
		}
		mark := len(r.vars)
		if v.Len() == 0 {
			err = other(r, dot)
		}
		for i := 0; i < v.Len() && err == nil; i++ {
			if len(names) > 1 {
				r.vars = append(r.vars, variable{names[0].Ident[0], reflect.ValueOf(i)})
			}
			if len(names) > 0 {
				r.vars = append(r.vars, variable{names[len(names)-1].Ident[0], v.Index(i)})
			}
			err = list(r, v.Index(i))
			r.vars = r.vars[:mark]
		}
		r.vars = r.vars[:mark]
		return err
	}, nil
}

// call prints another template, which sees none of the names kept here.
func (c presser) call(n *parse.TemplateNode) (printed, error) {
	called, err := c.template(n.Name)
	if err != nil {
		return nil, err
	}
	value := func(*run, reflect.Value) (reflect.Value, error) { return reflect.Value{}, nil }
	if n.Pipe != nil {
		if len(n.Pipe.Decl) > 0 {
			return nil, fmt.Errorf("%w: %s", errBeyond, n)
		}
		if value, err = c.pipe(n.Pipe.Cmds); err != nil {
			return nil, err
		}
	}
	return func(r *run, dot reflect.Value) error {
		v, err := value(r, dot)
		if err != nil {
			return err
		}
		mark := len(r.vars)
		r.vars = append(r.vars, variable{"$", v}) // every other name is kept anew before it is used
		err = (*called)(r, v)
		r.vars = r.vars[:mark]
		return err
	}, nil
}
