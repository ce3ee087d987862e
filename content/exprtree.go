package content

import (
	"fmt"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Tree returns the expression as data that a script can go through: a list of the
// operator and its operands, ["q", name] for the answer to a question, ["#"] for the
// member that any and all look at, and plain values. nil stands for none, and for one
// that is of no use to scripts: they then ask whatever may matter.
func (e Expr) Tree() any {
	if e.Empty() {
		return nil
	}
	tree, err := parser.Parse(e.Text)
	if err != nil {
		return nil
	}
	out, err := exprData(tree.Node)
	if err != nil {
		return nil
	}
	return out
}

func exprData(n ast.Node) (any, error) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return []any{"q", n.Value}, nil
	case *ast.PointerNode:
		return []any{"#"}, nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.IntegerNode:
		return n.Value, nil
	case *ast.FloatNode:
		return n.Value, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.PredicateNode:
		return exprData(n.Node)
	case *ast.ArrayNode:
		return exprList("list", n.Nodes...)
	case *ast.UnaryNode:
		return exprList(exprOperator(n.Operator), n.Node)
	case *ast.BinaryNode:
		return exprList(exprOperator(n.Operator), n.Left, n.Right)
	case *ast.BuiltinNode:
		return exprList(n.Name, n.Arguments...)
	}
	return nil, fmt.Errorf("no data for %T", n)
}

func exprList(first string, nodes ...ast.Node) (any, error) {
	out := []any{first}
	for _, n := range nodes {
		one, err := exprData(n)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// exprOperator gives each operator one name.
func exprOperator(op string) string {
	switch op {
	case "&&":
		return "and"
	case "||":
		return "or"
	case "!":
		return "not"
	}
	return op
}
