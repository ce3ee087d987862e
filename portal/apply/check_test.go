package apply

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"huitong/content"
)

// TestEveryTypeHasItsCheck finds types of questions whose answers would be taken for any
// text.
func TestEveryTypeHasItsCheck(t *testing.T) {
	for _, name := range content.QuestionTypes() {
		if checks[name] == nil {
			t.Errorf("nothing checks an answer of type %s", name)
		}
	}
	if got := len(content.QuestionTypes()); got != len(checks) {
		t.Errorf("%d types, %d checks", got, len(checks))
	}
}

// TestEveryKeyIsListed finds keys of messages that nobody would be told of: those that
// stand among the constants and not in MessageKeys are never read aloud.
func TestEveryKeyIsListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "invalid.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	listed := MessageKeys()
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(v.Names[0].Name, "Key") {
			return true
		}
		value, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		if err != nil || !slices.Contains(listed, value) {
			t.Errorf("%s is missing in MessageKeys (%v)", v.Names[0].Name, err)
		}
		return true
	})
}
