package web

import "slices"

// groupsFrom is how many rows of villages nobody wants to scroll through: from here on
// they stand in a fold for each town.
const groupsFrom = 40

// grouped puts a long table's rows into a fold for each town, in the order in which the
// towns come first. town names the town of a row, and said tells of all rows of a town.
func (p figurePart) grouped(town func(row int) string, said func(town string) string) figurePart {
	if len(p.Rows) < groupsFrom {
		return p
	}
	var order []string
	of := map[string][]figureRow{}
	for i, row := range p.Rows {
		name := town(i)
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
		of[name] = append(of[name], row)
	}
	for _, name := range order {
		table := p
		table.Title, table.Rows, table.Groups = name, of[name], nil
		p.Groups = append(p.Groups, figureGroup{said(name), table})
	}
	return p
}
