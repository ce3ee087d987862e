package search

// readTogether reads a document as one text, which find has looked at: its title is where it
// begins. What the title has counts once more, by how much of the query and of the title it
// is: a word in it is no accident.
func (r *reader) readTogether(p *plan, first, last int32) (l look) {
	s := p.s
	for u := first; u < last; u++ {
		from, to := s.starts[u]-s.starts[first], s.starts[u+1]-s.starts[first]
		r.run(min(to, from+leadSigns))
		l.lead = r.distinct() / p.ideal
		r.run(to)
		r.apart, r.after = r.apart+unitSigns, -1
		if s.units[u].field != fieldText {
			l.title = max(l.title, r.entitled(p, u))
		}
	}
	for _, t := range r.touched {
		if term := &r.terms[t]; term.worth > 0 {
			l.match += term.worth * s.worth(first, term.n)
		}
		r.terms[t].n = 0
	}
	r.touched = r.touched[:0]
	cover, content := r.cover(p)
	l.cover, l.near, l.run = cover/p.ideal, r.nearly(p)/p.ideal, r.runs.worth(&s.weights)/p.ideal
	if p.mass > 0 {
		l.content = min(1, content/p.mass)
	}
	return l
}

// entitled returns how much of a title and of the query together is in both. What is light in
// the query makes no title fit: many ask 怎么办.
func (r *reader) entitled(p *plan, unit int32) float32 {
	mass := p.s.units[unit].mass
	var common, asked float32
	for _, t := range r.touched {
		if term := &r.terms[t]; term.worth > 0 {
			common += term.value
			asked += min(term.value, term.worth)
		}
	}
	return min(asked, p.ideal, mass) / (p.ideal + mass - min(common, p.ideal, mass))
}
