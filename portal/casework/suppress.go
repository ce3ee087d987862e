package casework

// LeastShown is the least count that leaves the desk: one below it may tell who is meant.
const LeastShown = 5

// Cell is one number of a table of figures. A cell that is Of another one, as a median
// is of the cases counted there, is hidden when that one is.
type Cell struct {
	N      int
	Hidden bool
	Of     *Cell
}

// Sum says that a total is what its parts come to, which whoever reads the table knows.
type Sum struct {
	Total *Cell
	Parts []*Cell
}

// Suppress hides the counts below [LeastShown], and then others until none of those can
// be computed: where one hidden number is the difference of those shown, or the hidden
// parts of a total come to less than [LeastShown] together, the next smallest part is
// hidden as well. Tables that are read together have to be hidden together.
func Suppress(cells []*Cell, sums []Sum) {
	for _, c := range cells {
		c.Hidden = c.Hidden || c.Of == nil && c.N < LeastShown
	}
	for again := true; again; {
		again = false
		for _, s := range sums {
			for s.tells() {
				s.next().Hidden = true
				again = true
			}
		}
	}
	for _, c := range cells {
		c.Hidden = c.Hidden || c.Of != nil && c.Of.Hidden
	}
}

// tells reports whether something hidden can be computed from what the sum shows.
func (s Sum) tells() bool {
	hidden, together := 0, 0
	for _, p := range s.Parts {
		if p.Hidden {
			hidden++
			together += p.N
		}
	}
	if s.Total.Hidden {
		return hidden == 0 && len(s.Parts) > 0
	}
	return hidden == 1 || hidden > 1 && together < LeastShown
}

// next is the smallest part that is still shown, or the total where none is. While the
// sum tells something there is one of them.
func (s Sum) next() *Cell {
	var least *Cell
	for _, p := range s.Parts {
		if !p.Hidden && (least == nil || p.N < least.N) {
			least = p
		}
	}
	if least == nil {
		return s.Total
	}
	return least
}
