package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"text/template/parse"
)

// constantFuncs are the functions of templates whose result depends on their
// arguments and the template's language alone, beside the escapers that html/template
// puts in.
var constantFuncs = map[string]bool{
	"t": true, "url": true, "asset": true, "lang": true, "clang": true,
	"and": true, "eq": true, "ne": true, "not": true, "or": true, "printf": true,
}

// escaperPrefix begins the names of html/template's escapers.
const escaperPrefix = "_html_template_"

// folder replaces what a template set says on every page by the text that it gives:
// words, addresses of the site's own pages, icons. It works on trees that
// html/template has made safe, and what it puts in has gone through the escapers
// that stood there; nothing that comes with a page is touched.
type folder struct {
	set   *template.Template
	trees map[string]*parse.Tree
	done  map[string]bool
}

// fold prepares a set that has not been executed yet. The set must not be executed
// until fold returns.
func fold(set *template.Template) error {
	// Executed for the first time a set is made safe. Without data it then stops.
	var unsafe *template.Error
	if err := set.Execute(io.Discard, nil); errors.As(err, &unsafe) {
		return fmt.Errorf("escape %s: %w", set.Name(), err)
	}
	f := folder{set: set, trees: trees(set), done: map[string]bool{}}
	return f.template(set.Name())
}

func (f folder) template(name string) error {
	tree := f.trees[name]
	if tree == nil || f.done[name] {
		return nil // made by html/template for a place that is no text: left as it is
	}
	f.done[name] = true
	return f.list(tree.Root)
}

func (f folder) list(list *parse.ListNode) error {
	if list == nil {
		return nil
	}
	var out []parse.Node
	for _, n := range list.Nodes {
		folded, err := f.node(n)
		if err != nil {
			return err
		}
		text, ok := folded.(*parse.TextNode)
		if !ok {
			out = append(out, folded)
			continue
		}
		if len(out) > 0 {
			if last, ok := out[len(out)-1].(*parse.TextNode); ok {
				last.Text = append(bytes.Clone(last.Text), text.Text...)
				continue
			}
		}
		out = append(out, text)
	}
	list.Nodes = out
	return nil
}

func (f folder) node(n parse.Node) (parse.Node, error) {
	switch n := n.(type) {
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 && f.constant(n.Pipe, false) {
			return f.text(n)
		}
	case *parse.TemplateNode:
		if (n.Pipe == nil || f.constant(n.Pipe, false)) && f.constant(n, true) {
			return f.text(n)
		}
		return n, f.template(n.Name)
	case *parse.IfNode:
		return n, f.branch(&n.BranchNode)
	case *parse.RangeNode:
		return n, f.branch(&n.BranchNode)
	case *parse.WithNode:
		return n, f.branch(&n.BranchNode)
	}
	return n, nil
}

func (f folder) branch(b *parse.BranchNode) error {
	return errors.Join(f.list(b.List), f.list(b.ElseList))
}

// text executes one node by itself.
func (f folder) text(n parse.Node) (parse.Node, error) {
	root := f.set.Tree.Root
	whole := root.Nodes
	defer func() { root.Nodes = whole }()
	root.Nodes = []parse.Node{n}
	var b bytes.Buffer
	if err := f.set.Execute(&b, nil); err != nil {
		return nil, fmt.Errorf("fold %s: %w", n, err)
	}
	return &parse.TextNode{NodeType: parse.NodeText, Pos: n.Position(), Text: b.Bytes()}, nil
}

// constant reports whether n gives the same on every page. Below a template that is
// called with a constant the dot and variables are constant too (inside).
func (f folder) constant(n parse.Node, inside bool) bool {
	all := func(list []parse.Node) bool {
		for _, n := range list {
			if !f.constant(n, inside) {
				return false
			}
		}
		return true
	}
	switch n := n.(type) {
	case *parse.TextNode, *parse.StringNode, *parse.NumberNode, *parse.BoolNode, *parse.NilNode, *parse.CommentNode:
		return true
	case *parse.DotNode, *parse.FieldNode, *parse.VariableNode:
		return inside
	case *parse.IdentifierNode:
		return constantFuncs[n.Ident] || strings.HasPrefix(n.Ident, escaperPrefix)
	case *parse.ChainNode:
		return f.constant(n.Node, inside)
	case *parse.CommandNode:
		return all(n.Args)
	case *parse.PipeNode:
		for _, cmd := range n.Cmds {
			if !f.constant(cmd, inside) {
				return false
			}
		}
		return true
	case *parse.ActionNode:
		return f.constant(n.Pipe, inside)
	case *parse.ListNode:
		return n == nil || all(n.Nodes)
	case *parse.IfNode:
		return f.constantBranch(&n.BranchNode, inside)
	case *parse.RangeNode:
		return f.constantBranch(&n.BranchNode, inside)
	case *parse.WithNode:
		return f.constantBranch(&n.BranchNode, inside)
	case *parse.TemplateNode:
		tree := f.trees[n.Name]
		return tree != nil && (n.Pipe == nil || f.constant(n.Pipe, inside)) && f.constant(tree.Root, true)
	}
	return false
}

func (f folder) constantBranch(b *parse.BranchNode, inside bool) bool {
	return f.constant(b.Pipe, inside) && f.constant(b.List, inside) && f.constant(b.ElseList, inside)
}
