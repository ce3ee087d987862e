package web

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestDecisionsFirst puts what a case waits for first, and refuses last what nobody has
// accepted yet.
func TestDecisionsFirst(t *testing.T) {
	for _, tt := range []struct{ moves, want []apply.Move }{
		{want: []apply.Move{apply.Accept, apply.AskMore, apply.Verify, apply.Refuse}, moves: []apply.Move{apply.Accept, apply.AskMore, apply.Verify, apply.Refuse}},
		{want: []apply.Move{apply.Approve, apply.Refuse, apply.AskMore, apply.Verify}, moves: []apply.Move{apply.AskMore, apply.Verify, apply.Approve, apply.Refuse}},
		{want: []apply.Move{apply.Recommend, apply.Against, apply.AskMore}, moves: []apply.Move{apply.AskMore, apply.Recommend, apply.Against}},
		{want: []apply.Move{apply.Verify}, moves: []apply.Move{apply.Verify}},
	} {
		if got := decisionsFirst(slices.Clone(tt.moves)); !slices.Equal(got, tt.want) {
			t.Errorf("decisionsFirst(%v) = %v; want %v", tt.moves, got, tt.want)
		}
	}
}

// TestCaseHead says whose case it is and how long there is before anything else, and has
// the papers beside the answers that they prove.
func TestCaseHead(t *testing.T) {
	d := newDesk(t)
	number, _ := d.fill("family").submit().pass()
	path := casePath(apply.Reference(ungrouped(number)), "")
	officer := d.staff(casework.Officer, "")
	for _, l := range languages {
		officer.open(l.path(path)).wants(200)
		head := find(officer.doc, func(n *html.Node) bool { return attr(n, "class") == "case-head" })
		if len(head) != 1 || !strings.Contains(text(head[0]), "金丝雀") || !strings.Contains(text(head[0]), "15") {
			t.Errorf("%s: the head does not say whose case it is and that 15 working days are left", officer.address)
		}
		main := find(officer.doc, func(n *html.Node) bool { return attr(n, "class") == "case__main" })
		if len(main) != 1 || len(find(main[0], func(n *html.Node) bool { return attr(n, "id") == "documents-title" })) != 1 {
			t.Errorf("%s: the papers are not below the answers", officer.address)
		}
		for name := range jumpsTo {
			for _, want := range []func(n *html.Node) bool{
				func(n *html.Node) bool { return attr(n, "href") == "#"+name+"-title" },
				func(n *html.Node) bool { return attr(n, "id") == name+"-title" },
			} {
				if len(find(officer.doc, want)) != 1 {
					t.Errorf("%s: nothing leads to %s", officer.address, name)
				}
			}
		}
	}
}
