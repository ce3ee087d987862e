package casework_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// told are the tables as lines: what is hidden is a star.
func told(f *casework.Figures, of casework.Figure) map[string]string {
	out := map[string]string{}
	for _, table := range f.Tables {
		if table.Figure != of {
			continue
		}
		var lines []string
		for _, r := range table.Rows {
			if shown := shownCells(r.Cells); strings.Trim(shown, "0 ") != "" {
				lines = append(lines, r.Key+": "+shown)
			}
		}
		out[table.Of] = strings.Join(append(lines, shownCells(table.Total)), "; ")
	}
	return out
}

// groundNames are two policies, one of which has a single condition.
func groundNames() casework.Names {
	of := func(conditions ...string) []apply.Ground {
		var out []apply.Ground
		for _, c := range conditions {
			out = append(out, apply.Ground{ID: apply.ConditionGround(c)})
		}
		return append(out, apply.GroundsOf(nil)...)
	}
	return casework.Names{
		Policies: []string{"a", "b"}, Towns: []string{"shiqi", "xiaolan"},
		Grounds: map[string][]apply.Ground{"a": of("age", "father"), "b": of("age")},
	}
}

// TestGroundFigures is counted by hand. A refusal on two grounds counts in both rows and
// once in the total; an approval and what was decided without a ground count nowhere else.
func TestGroundFigures(t *testing.T) {
	day := time.Date(2026, 11, 4, 0, 0, 0, 0, apply.China)
	refused := func(town, policy, grounds string, n int) casework.Decided {
		return casework.Decided{Town: town, Policy: policy, Submitted: day, At: day, Refused: true, Grounds: grounds, N: n}
	}
	c := casework.CaseCounts{Decided: []casework.Decided{
		refused("shiqi", "a", "condition:age papers", 6), refused("shiqi", "a", "condition:father", 7), refused("xiaolan", "a", "papers", 8),
		refused("xiaolan", "a", "", 9), refused("shiqi", "b", "condition:age", 2), refused("shiqi", "b", "condition:gone other", 1),
		{Town: "shiqi", Policy: "a", Submitted: day, At: day, N: 50},
	}}
	city := casework.CaseFigures(c, nil, "", groundNames(), now, weekdays{})
	for _, tt := range []struct {
		of         casework.Figure
		table, got string
	}{
		{casework.GroundFigure, "", "condition: 16; papers: 14; : 9; other: 1; 33"},
		{casework.PolicyGroundFigure, "a", "papers: 14; : 9; condition:father: 7; condition:age: 6; 30"},
		{casework.PolicyGroundFigure, "b", "condition:age: 2; other: 1; condition:gone: 1; 3"},
		{casework.TownGroundFigure, "", "xiaolan: 17 0 8 9; shiqi: 16 16 0 0; 33 16 8 9"},
	} {
		if got := told(city, tt.of)[tt.table]; got != tt.got {
			t.Errorf("%s of %q: %s; want %s", tt.of, tt.table, got, tt.got)
		}
	}
	town := casework.CaseFigures(c.In("shiqi"), nil, "shiqi", groundNames(), now, weekdays{})
	if got := told(town, casework.TownGroundFigure); len(got) != 0 {
		t.Errorf("a town's figures have a table by town: %v", got)
	}
	if got, want := told(town, casework.PolicyGroundFigure)["a"], "condition:father: 7; condition:age: 6; papers: 6; 13"; got != want {
		t.Errorf("the town's: %s; want %s", got, want)
	}
	city.Protect()
	for table, want := range map[string]string{"b": "*"} {
		got := told(city, casework.PolicyGroundFigure)[table]
		if strings.ContainsAny(got, "123456789") || !strings.HasSuffix(got, want) {
			t.Errorf("of %s has left the desk: %s", table, got)
		}
	}
}

// TestGroundsTellNothing draws counts and looks for what a reader of the file could work
// out: how many refusals of a policy do not name a ground, or what the one hidden row
// comes to at least.
func TestGroundsTellNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 51))
	sets := []string{"", "papers", "other", "condition:age", "condition:age papers", "condition:father", "condition:age condition:father", "unverified other"}
	for round := range 300 {
		var c casework.CaseCounts
		for range 1 + r.IntN(12) {
			c.Decided = append(c.Decided, casework.Decided{
				Town: []string{"shiqi", "xiaolan"}[r.IntN(2)], Policy: []string{"a", "b"}[r.IntN(2)], Refused: true, Objected: r.IntN(3) == 0,
				Grounds: sets[r.IntN(len(sets))], N: 1 + r.IntN(30),
			})
		}
		f := casework.CaseFigures(c, nil, "", groundNames(), now, weekdays{})
		f.Protect()
		for _, table := range f.Tables {
			if table.Figure != casework.GroundFigure && table.Figure != casework.PolicyGroundFigure {
				continue
			}
			if what := tells(table); what != "" {
				t.Fatalf("round %d: %s of %q: %s: %v", round, table.Figure, table.Of, what, told(f, table.Figure))
			}
		}
	}
}

func tells(table *casework.Table) string {
	hidden := 0
	for _, r := range table.Rows {
		c := r.Cells[0]
		switch {
		case c.Hidden:
			hidden++
		case c.N < casework.LeastShown:
			return fmt.Sprintf("%s shows %d", r.Key, c.N)
		case !table.Total[0].Hidden && table.Total[0].N-c.N < casework.LeastShown:
			return fmt.Sprintf("%d of %d name %s, so that few do not", c.N, table.Total[0].N, r.Key)
		}
	}
	if hidden == 1 {
		return "one row alone is hidden"
	}
	return ""
}
