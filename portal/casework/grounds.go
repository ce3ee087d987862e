package casework

import (
	"slices"
	"strings"

	"huitong/portal/apply"
)

// AnyCondition is the row of the refusals that name at least one of their policy's
// conditions, whichever.
const AnyCondition = "condition"

// kinds of refusals: what they rest on, and the column of it among the towns.
const (
	onCondition = 1 + iota
	onOffice    // and on no condition
	onNothing   // that was recorded
)

func groundKind(ids []string) int {
	switch {
	case len(ids) == 0:
		return onNothing
	case slices.ContainsFunc(ids, func(id string) bool { return apply.Ground{ID: id}.Condition() != "" }):
		return onCondition
	}
	return onOffice
}

// grounds makes the tables of what refusals rest on: of all policies, of each, and by
// town. A refusal may name several, so that the rows of a table come to more than its
// total, which is of the refusals. What can be worked out all the same is kept from
// leaving the desk by numbers that stand in no table: of the refusals that do not name a
// ground, of all that are named, and of a policy's that name a condition.
func (f *Figures) grounds(c CaseCounts, town string, names Names) {
	refusals := f.table(RefusalFigure)
	all := f.groundTable("", apply.GroundsOf(nil), refusals.Total[0])
	of := map[string][]*Cell{} // the cells of the policies by row of all
	for _, r := range refusals.Rows {
		t := f.groundTable(r.Key, names.Grounds[r.Key], r.Cells[0])
		of[AnyCondition] = append(of[AnyCondition], f.policyGrounds(t, c.Decided))
		for _, row := range t.Rows {
			if (apply.Ground{ID: row.Key}).Condition() == "" {
				of[row.Key] = append(of[row.Key], row.Cells[0])
			}
		}
		f.closeGrounds(t)
	}
	f.row(all, AnyCondition)
	for key, cells := range of {
		total := f.row(all, key)[0]
		for _, cell := range cells {
			total.N += cell.N
		}
		f.parts(total, cells...)
	}
	f.closeGrounds(all)
	if town == "" {
		f.groundsByTown(c, names, f.row(all, AnyCondition)[0], f.row(all, "")[0])
	}
}

// groundTable begins a table with a row for each ground, and for none.
func (f *Figures) groundTable(policy string, grounds []apply.Ground, refused *Cell) *Table {
	name, keys := GroundFigure, []string{""}
	if policy != "" {
		name = PolicyGroundFigure
	}
	for _, g := range grounds {
		keys = append(keys, g.ID)
	}
	t := f.add(name, keys, NamedIn)
	t.Of, t.Total[0] = policy, refused
	return t
}

// policyGrounds counts the refusals of the table's policy, and returns how many name a
// condition.
func (f *Figures) policyGrounds(t *Table, decided []Decided) *Cell {
	conditions := f.line(1)[0]
	for _, d := range decided {
		if !d.Refused || d.Policy != t.Of {
			continue
		}
		ids := strings.Fields(d.Grounds)
		if groundKind(ids) == onCondition {
			conditions.N += d.N
		}
		if len(ids) == 0 {
			ids = []string{""}
		}
		for _, id := range ids {
			f.row(t, id)[0].N += d.N
		}
	}
	var only []*Cell
	for _, r := range t.Rows {
		if (apply.Ground{ID: r.Key}).Condition() != "" {
			only = append(only, r.Cells[0])
		}
	}
	if len(only) == 1 { // which is then the same number
		f.parts(conditions, only...)
	}
	return conditions
}

// closeGrounds notes what can be worked out of a table, and puts the most named first.
func (f *Figures) closeGrounds(t *Table) {
	mentions := Sum{Total: f.line(1)[0]}
	for _, r := range t.Rows {
		named, others := r.Cells[0], f.line(1)[0]
		others.N = t.Total[0].N - named.N
		f.parts(t.Total[0], named, others)
		mentions.Parts, mentions.Total.N = append(mentions.Parts, named), mentions.Total.N+named.N
	}
	f.sums = append(f.sums, mentions)
	t.largest()
}

// groundsByTown shares its totals with the table of all grounds.
func (f *Figures) groundsByTown(c CaseCounts, names Names, conditions, none *Cell) {
	t := f.add(TownGroundFigure, names.Towns, WereRefused, OnCondition, OnOffice, OnNothing)
	t.Total[0], t.Total[onCondition], t.Total[onNothing] = f.table(RefusalFigure).Total[0], conditions, none
	for _, d := range c.Decided {
		if d.Refused {
			cells := f.row(t, d.Town)
			cells[0].N += d.N
			cells[groundKind(strings.Fields(d.Grounds))].N += d.N
		}
	}
	for _, r := range t.Rows {
		f.parts(r.Cells[0], r.Cells[1:]...)
	}
	for column := range t.Columns {
		f.addUp(t, column)
	}
	f.parts(t.Total[0], t.Total[1:]...)
	t.largest()
}

// table is the first of that name.
func (f *Figures) table(name Figure) *Table {
	i := slices.IndexFunc(f.Tables, func(t *Table) bool { return t.Figure == name })
	return f.Tables[i]
}
