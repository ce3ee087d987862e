package web

import (
	"fmt"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TestGrouped wants a table of hundreds in a fold for each town, in the order in which the
// towns come, with every row once; a short one stays as it is.
func TestGrouped(t *testing.T) {
	towns := []string{"东区", "石岐", "东凤"}
	for _, rows := range []int{0, groupsFrom - 1, groupsFrom, 280} {
		p := figurePart{Title: "各村", First: "村", Columns: []string{"次"}}
		for i := range rows {
			p.Rows = append(p.Rows, figureRow{Label: fmt.Sprint(i)})
		}
		got := p.grouped(func(row int) string { return towns[row%3] }, func(town string) string { return town + "：3" })
		if rows < groupsFrom {
			if got.Groups != nil || len(got.Rows) != rows {
				t.Errorf("%d rows: %d groups", rows, len(got.Groups))
			}
			continue
		}
		seen := map[string]bool{}
		for i, g := range got.Groups {
			if g.Said != towns[i]+"：3" || g.Table.Title != towns[i] || g.Table.First != "村" || len(g.Table.Groups) != 0 {
				t.Errorf("%d rows: group %d is %q of %+v", rows, i, g.Said, g.Table.Title)
			}
			for _, row := range g.Table.Rows {
				seen[row.Label] = true
			}
		}
		if len(got.Groups) != 3 || len(seen) != rows {
			t.Errorf("%d rows: %d groups with %d rows", rows, len(got.Groups), len(seen))
		}
	}
}

// TestTownsFold looks at a long table on the style guide: closed folds, each with a table of
// its own that has a name of its own.
func TestTownsFold(t *testing.T) {
	_, doc := fetch(t, newTestServer(t, nil), "standard", "/styleguide")
	folds := find(doc, func(n *html.Node) bool {
		return n.DataAtom == atom.Details && n.Parent != nil && attr(n.Parent, "class") == "figure__towns"
	})
	if len(folds) != 2 {
		t.Fatalf("%d folds; want 2", len(folds))
	}
	for _, fold := range folds {
		if has(fold, "open") || len(find(fold, tag(atom.Table))) != 1 {
			t.Errorf("fold %q is open or has no table", text(fold))
		}
	}
}
