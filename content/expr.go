package content

import (
	"fmt"
	"sort"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Expr is a yes-or-no expression over the names of questions, for example
// child_age < 18 and father in ["dead", "missing"].
type Expr struct {
	Text string

	program *vm.Program
	names   []string  // questions it mentions, sorted
	points  []float64 // numbers it compares with
}

// UnmarshalText keeps the text; the policy compiles it when all questions are known.
func (e *Expr) UnmarshalText(b []byte) error {
	e.Text = string(b)
	return nil
}

// Empty reports whether there is no expression.
func (e Expr) Empty() bool { return e.Text == "" }

// exprKind says how expressions see the answer to a question.
type exprKind int

const (
	kindNone exprKind = iota
	kindText
	kindNumber
)

// compile type-checks e against the questions it may name. A text constant that
// is compared with a question must be one of its options.
func (e *Expr) compile(questions map[string]*Question) error {
	if e.Empty() {
		return nil
	}
	tree, err := parser.Parse(e.Text)
	if err != nil {
		return fmt.Errorf("does not parse: %w", err)
	}
	look := &exprVisitor{questions: questions, names: map[string]bool{}}
	ast.Walk(&tree.Node, look)
	if look.err != nil {
		return look.err
	}
	env := map[string]any{}
	for name := range look.names {
		env[name] = ""
		if questionTypes[questions[name].Type] == kindNumber {
			env[name] = 0.0
		}
	}
	program, err := expr.Compile(e.Text, expr.Env(env), expr.AsBool())
	if err != nil {
		return fmt.Errorf("does not type-check: %w", err)
	}
	e.program, e.names, e.points = program, sortedKeys(look.names), look.points
	sort.Float64s(e.points)
	return nil
}

// exprVisitor collects what an expression mentions.
type exprVisitor struct {
	questions map[string]*Question
	names     map[string]bool
	points    []float64
	err       error
}

// Visit implements ast.Visitor.
func (v *exprVisitor) Visit(n *ast.Node) {
	switch node := (*n).(type) {
	case *ast.IdentifierNode:
		q, ok := v.questions[node.Value]
		switch {
		case !ok:
			v.fail("names no question: %s", node.Value)
		case questionTypes[q.Type] == kindNone:
			v.fail("question %s is of a type that rules cannot use", node.Value)
		default:
			v.names[node.Value] = true
		}
	case *ast.IntegerNode:
		v.points = append(v.points, float64(node.Value))
	case *ast.FloatNode:
		v.points = append(v.points, node.Value)
	case *ast.BinaryNode:
		v.compared(node.Left, node.Right)
		v.compared(node.Right, node.Left)
	}
}

// compared checks constants on one side against the options of the other side.
func (v *exprVisitor) compared(name, constant ast.Node) {
	id, ok := name.(*ast.IdentifierNode)
	if !ok || v.questions[id.Value] == nil {
		return
	}
	check := func(n ast.Node) {
		if s, ok := n.(*ast.StringNode); ok && !v.questions[id.Value].Accepts(s.Value) {
			v.fail("question %s has no option %q", id.Value, s.Value)
		}
	}
	check(constant)
	if list, ok := constant.(*ast.ArrayNode); ok {
		for _, n := range list.Nodes {
			check(n)
		}
	}
}

func (v *exprVisitor) fail(format string, args ...any) {
	if v.err == nil {
		v.err = fmt.Errorf(format, args...)
	}
}
