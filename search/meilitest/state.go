package meilitest

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Names lists the indexes, sorted.
func (s *Server) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.indexes))
}

// Keys lists the identifiers of the documents of an index, sorted.
func (s *Server) Keys(uid string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	if x := s.indexes[uid]; x != nil {
		for _, d := range x.docs {
			out = append(out, x.key(d))
		}
	}
	slices.Sort(out)
	return out
}

// Settings returns what is set for an index, as the server would show it.
func (s *Server) Settings(uid string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]any{}
	if x := s.indexes[uid]; x != nil {
		data, _ := json.Marshal(x.settings)
		_ = json.Unmarshal(data, &out)
	}
	return out
}

// Fail makes tasks of these types fail from now on; none mends them.
func (s *Server) Fail(kinds ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.failing)
	for _, kind := range kinds {
		s.failing[kind] = true
	}
}

// Stall has tasks take so many requests for each step.
func (s *Server) Stall(steps int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = steps
}

// Put makes an index, or replaces it, as somebody else might, with documents whose
// key is id, untouched since the time given.
func (s *Server) Put(uid string, since time.Time, docs ...map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.fresh("id")
	x.created, x.updated = since, since
	for _, d := range docs {
		out := document{}
		for k, v := range d {
			out[k], _ = json.Marshal(v)
		}
		x.docs = append(x.docs, out)
	}
	s.indexes[uid] = x
}

// Forget deletes all indexes, as a restart without a disk does.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.indexes)
}
