package search

import "slices"

// admits reports whether the document passes the filters.
func (q *Query) admits(d *Document) bool {
	return (d.Lang == q.Lang || q.Lang == "" && d.Translates == "") &&
		(q.Category == "" || d.Category == q.Category) &&
		(q.Policy == "" || d.Policy == q.Policy) &&
		(len(q.Kinds) == 0 || slices.Contains(q.Kinds, d.Kind)) &&
		(q.among == nil || q.among[d.ID])
}

// filter is what a query admits, with everything looked up that can be before documents
// are: those lie all over memory, and a search finds many that do not pass.
type filter struct {
	query *Query
	page  int32 // the page that documents have to be of; anyPage where the query names none
	more  bool  // the query asks for something that only the document tells
	all   bool  // the query asks for nothing
}

const anyPage = -2

func (s *snapshot) filter(q *Query) filter {
	f := filter{query: q, page: anyPage, more: q.Lang != "" || q.Category != "" || len(q.Kinds) > 0 || q.among != nil}
	if page, ok := s.pages[q.Policy]; ok {
		f.page = page
	} else if q.Policy != "" {
		f.page = int32(len(s.pages)) // of no document
	}
	f.all = !f.more && f.page == anyPage
	return f
}

// passes reports whether a document passes.
func (s *snapshot) passes(f *filter, doc int32) bool {
	if f.page != anyPage && s.page[doc] != f.page {
		return false
	}
	if f.more {
		return f.query.admits(&s.docs[doc])
	}
	return !s.foreign[doc]
}
