package search

// Excerpt fills in what a bare search for the query left out of its hits. Who
// merges several searches asks for the excerpts of the few hits that are shown.
func (x *Index) Excerpt(query string, hits []Hit) {
	w := x.scratch.Get().(*scratch)
	defer x.scratch.Put(w)
	w.plan.prepare(x.current.Load(), x.norm, query, "")
	w.plan.excerpts(x.norm, hits)
}
