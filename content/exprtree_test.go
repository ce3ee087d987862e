package content

import (
	"encoding/json"
	"testing"
)

func TestExprTree(t *testing.T) {
	for text, want := range map[string]string{
		``:                        `null`,
		`age >= 18 && a == "x"`:   `["and",["\u003e=",["q","age"],18],["==",["q","a"],"x"]]`,
		`a not in ["x", "y"]`:     `["not",["in",["q","a"],["list","x","y"]]]`,
		`any([a, b], # == "x")`:   `["any",["list",["q","a"],["q","b"]],["==",["#"],"x"]]`,
		`a == "x" ? true : b > 2`: `null`,
	} {
		got, err := json.Marshal(Expr{Text: text}.Tree())
		if err != nil || string(got) != want {
			t.Errorf("tree of %s = %s, %v; want %s", text, got, err, want)
		}
	}
}
