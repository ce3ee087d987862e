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
// child_age < 18 and father in ["dead", "missing"]. What is asked of several people
// is asked of any or of all: any([father, mother], # == "dead").
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
	case *ast.BuiltinNode:
		v.members(node)
	}
}

// members checks what any or all says of each question in its list.
func (v *exprVisitor) members(node *ast.BuiltinNode) {
	// In others, too, # stands for a member, whose options would not be looked at.
	if node.Name != "any" && node.Name != "all" {
		v.fail("rules cannot use %s", node.Name)
		return
	}
	list, ok := node.Arguments[0].(*ast.ArrayNode)
	if !ok || len(list.Nodes) == 0 {
		v.fail("%s needs a list of questions", node.Name)
		return
	}
	kind := kindNone
	for _, n := range list.Nodes {
		id, ok := n.(*ast.IdentifierNode)
		if !ok || v.questions[id.Value] == nil {
			v.fail("%s needs a list of questions", node.Name)
			return
		}
		q := v.questions[id.Value]
		// The language compares a number with a text without complaint: never equal.
		if kind != kindNone && kind != questionTypes[q.Type] {
			v.fail("%s needs questions of one kind", node.Name)
		}
		kind = questionTypes[q.Type]
		ast.Walk(&node.Arguments[1], &memberVisitor{exprVisitor: v, member: q})
	}
}

// memberVisitor checks the words of any or all for one member of the list.
type memberVisitor struct {
	*exprVisitor
	member *Question
}

// Visit implements ast.Visitor.
func (v *memberVisitor) Visit(n *ast.Node) {
	switch node := (*n).(type) {
	case *ast.BuiltinNode:
		v.fail("%s cannot stand within another", node.Name)
	case *ast.BinaryNode:
		for _, side := range [][2]ast.Node{{node.Left, node.Right}, {node.Right, node.Left}} {
			if _, ok := side[0].(*ast.PointerNode); ok {
				v.accepted(v.member, side[1])
			}
		}
	}
}

// compared checks constants on one side against the options of the other side.
func (v *exprVisitor) compared(name, constant ast.Node) {
	id, ok := name.(*ast.IdentifierNode)
	if !ok || v.questions[id.Value] == nil {
		return
	}
	v.accepted(v.questions[id.Value], constant)
}

// accepted checks that each text in a constant can be an answer to q.
func (v *exprVisitor) accepted(q *Question, constant ast.Node) {
	check := func(n ast.Node) {
		if s, ok := n.(*ast.StringNode); ok && !q.Accepts(s.Value) {
			v.fail("question %s has no option %q", q.Name, s.Value)
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
