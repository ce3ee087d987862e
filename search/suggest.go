package search

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

const (
	maxTyped     = 24     // characters that are looked at, longer ones are left to the search
	minSlipHan   = 3      // characters typed before a slip of the hand is allowed
	minSlipLatin = 5      // the same of letters
	minSentence  = 4      // characters that the search is asked for beside the titles
	sentence     = 0.7    // share of these that its hits must have
	maxSteps     = 60_000 // of one suggestion, whatever is typed
	slipSteps    = 6_000  // the same while slips are looked for
	maxFound     = 1_000  // titles to choose from; so many agree only until more is typed
	maxTerms     = 2      // of a list that are words explained
)

// How a title agrees with what is typed, the best first.
const (
	asTyped   = iota // character by character
	asSpoken         // by sound, or spelled in pinyin
	asInitial        // some syllables by their first letter
	withSlip         // but for one character or letter
	byContent        // its text does, as the search says
	disagrees
)

// kindOrder puts what is more likely wanted first, where titles agree equally.
var kindOrder = map[string]int{"policy": 0, "term": 1, "faq": 2}

const otherKind = 3

// Suggester finds documents by a part of their title or of one of their names,
// while it is being typed: in either script, in pinyin whole or by initials, with
// a character that only sounds right or one slip of the hand. It never changes and
// is safe for concurrent use.
type Suggester struct {
	index *Index
	docs  []Document
	ready func() *titles
	words func() *wording // see Correct
}

// NewSuggester returns a Suggester for documents, of which most are those of the
// index; what fits no title is looked up there. It gets ready when first asked.
func NewSuggester(x *Index, docs []Document) *Suggester {
	s := &Suggester{index: x, docs: docs}
	s.ready = sync.OnceValue(func() *titles { return newTitles(x.norm, docs) })
	s.words = sync.OnceValue(func() *wording { return newWording(x.norm, docs) })
	return s
}

// titles are the titles and names of documents with a table of their characters.
type titles struct {
	sounds  *sounds
	titles  []title
	at      map[rune][]place // character, or first letter of a word, to where it stands
	letter  map[rune][]rune  // letter to the characters whose sound begins with it
	sound   map[syllable][]rune
	ordinal map[string]int32 // of documents, by ID
}

// title is one title or name, folded.
type title struct {
	doc   int32
	name  bool
	runes []rune
}

// place is a position in a title.
type place struct{ title, at int32 }

func newTitles(n *Normalizer, docs []Document) *titles {
	t := &titles{
		sounds: mandarin(), at: map[rune][]place{}, letter: map[rune][]rune{},
		sound: map[syllable][]rune{}, ordinal: make(map[string]int32, len(docs)),
	}
	for i, d := range docs {
		t.ordinal[d.ID] = int32(i)
		t.add(title{int32(i), false, n.letters(d.Title).runes})
		for _, name := range d.Names {
			t.add(title{int32(i), true, n.letters(name).runes})
		}
	}
	return t
}

func (t *titles) add(one title) {
	for i, r := range one.runes {
		han := isHan(r)
		if r == ' ' || !han && i > 0 && wordClass(one.runes[i-1]) == wordClass(r) {
			continue
		}
		if _, known := t.at[r]; !known && han {
			t.hear(r)
		}
		t.at[r] = append(t.at[r], place{int32(len(t.titles)), int32(i)})
	}
	t.titles = append(t.titles, one)
}

// hear enters the sounds of a character that has not come before.
func (t *titles) hear(r rune) {
	for _, s := range t.sounds.readings(r) {
		b := t.sounds.blurred[s]
		for _, first := range []rune{rune(t.sounds.names[s-1][0]), rune(t.sounds.names[b-1][0])} {
			if !slices.Contains(t.letter[first], r) {
				t.letter[first] = append(t.letter[first], r)
			}
		}
		if !slices.Contains(t.sound[b], r) {
			t.sound[b] = append(t.sound[b], r)
		}
	}
}

// starts returns the characters that a title may have where r is typed.
func (t *titles) starts(r rune) []rune {
	out := []rune{r}
	if !isHan(r) {
		return append(out, t.letter[r]...)
	}
	for _, s := range t.sounds.readings(r) {
		for _, other := range t.sound[t.sounds.blurred[s]] {
			if !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	return out
}

// suggestion is a document with the reasons for its place in the list.
type suggestion struct {
	doc    int32
	agrees int
	name   int // 1 when it is another name of a question or a word
	inside int // 1 when the title does not begin with it
	kind   int
	length int
	score  float64 // of the search
}

func (a suggestion) compare(b suggestion) int {
	return cmp.Or(
		a.agrees-b.agrees, cmp.Compare(b.score, a.score), a.name-b.name, a.inside-b.inside, a.kind-b.kind,
		a.length-b.length, int(a.doc-b.doc),
	)
}

// Suggest returns the documents that the query's text may be the beginning of, the
// likeliest first. The filters are those of a search; Offset is none of them.
func (s *Suggester) Suggest(ctx context.Context, q Query) []Document {
	typed := s.index.norm.letters(truncate(q.Text, maxQueryRunes)).runes // a numeral may not be complete
	if len(typed) == 0 {
		return nil
	}
	limit, _ := q.page()
	l := &list{t: s.ready(), docs: s.docs, q: q, found: map[int32]suggestion{}}
	if len(typed) <= maxTyped {
		l.match(typed, limit)
	}
	if len(l.found) < limit && len(typed) >= minSentence {
		l.ask(ctx, s.index, limit)
	}
	return l.best(limit)
}

// list is one list of suggestions while it is made.
type list struct {
	t     *titles
	docs  []Document
	q     Query
	found map[int32]suggestion
}

// match looks through the titles, and once more for slips if few agree.
func (l *list) match(typed []rune, limit int) {
	m := &matcher{sounds: l.t.sounds, typed: typed, steps: maxSteps}
	l.from(m, typed[0], 0)
	han := 0
	for _, r := range typed {
		if isHan(r) {
			han++
		}
	}
	if len(l.found) >= limit || han < minSlipHan && len(typed) < minSlipLatin {
		return
	}
	m.slips, m.steps = 1, slipSteps
	l.from(m, typed[0], 0)
	l.from(m, typed[1], 1)
}

// from tries the titles that have the rune r, which is typed[skip].
func (l *list) from(m *matcher, r rune, skip int) {
	for _, first := range l.t.starts(r) {
		for _, p := range l.t.at[first] {
			if m.steps < 0 || len(l.found) >= maxFound {
				return
			}
			one := &l.t.titles[p.title]
			if !l.q.admits(&l.docs[one.doc]) {
				continue
			}
			m.key = one.runes
			agrees := m.match(skip, int(p.at), m.slips-skip)
			if skip > 0 {
				agrees = max(withSlip, agrees)
			}
			if agrees != disagrees {
				l.enter(one, agrees, int(p.at)-skip)
			}
		}
	}
}

func (l *list) enter(one *title, agrees, at int) {
	d := &l.docs[one.doc]
	f := suggestion{doc: one.doc, agrees: agrees, kind: otherKind, length: len(one.runes)}
	if k, ok := kindOrder[d.Kind]; ok {
		f.kind = k
	}
	if at > 0 {
		f.inside = 1
	}
	if one.name && f.kind > 0 {
		f.name = 1
	}
	if old, ok := l.found[one.doc]; !ok || f.compare(old) < 0 {
		l.found[one.doc] = f
	}
}

// ask adds what the search finds for words that are in no title as they are typed.
func (l *list) ask(ctx context.Context, x *Index, limit int) {
	q := l.q
	q.Limit, q.Offset, q.Bare = limit, 0, true
	r, err := x.Search(ctx, q)
	if err != nil {
		return
	}
	for _, h := range r.Hits {
		doc, ok := l.t.ordinal[h.ID]
		if _, known := l.found[doc]; ok && !known && h.Coverage >= sentence {
			l.found[doc] = suggestion{doc: doc, agrees: byContent, score: h.Score}
		}
	}
}

// best returns the first of the list, each title once.
func (l *list) best(limit int) []Document {
	var all []suggestion
	for _, f := range l.found {
		all = append(all, f)
	}
	slices.SortFunc(all, suggestion.compare)
	var out []Document
	terms := 0
	for _, f := range all {
		d := l.docs[f.doc]
		if d.Kind == "term" {
			if terms++; terms > maxTerms {
				continue
			}
		}
		if slices.ContainsFunc(out, func(o Document) bool { return o.Title == d.Title }) {
			continue
		}
		if out = append(out, d); len(out) == limit {
			break
		}
	}
	return out
}

// matcher compares what is typed with one title after another.
type matcher struct {
	sounds *sounds
	typed  []rune
	key    []rune
	slips  int
	steps  int
}

// match says how typed[i:] agrees with the beginning of key[j:].
func (m *matcher) match(i, j, slips int) int {
	if m.steps--; m.steps < 0 {
		return disagrees
	}
	for i < len(m.typed) && m.typed[i] == ' ' {
		i++
	}
	if i == len(m.typed) {
		return asTyped
	}
	for j < len(m.key) && m.key[j] == ' ' {
		j++
	}
	if j == len(m.key) {
		if slips > 0 && i+1 == len(m.typed) {
			return withSlip
		}
		return disagrees
	}
	best := m.unit(i, j, slips)
	if slips > 0 && best > withSlip {
		best = min(best, m.slip(i, j, slips))
	}
	return best
}

// unit reads one character of the key.
func (m *matcher) unit(i, j, slips int) int {
	a, b := m.typed[i], m.key[j]
	switch {
	case a == b:
		return m.match(i+1, j+1, slips)
	case !isHan(b):
		return disagrees
	case isHan(a):
		if m.slips == 0 && m.sounds.near(a, b) { // both at once would agree with anything
			return max(asSpoken, m.match(i+1, j+1, slips))
		}
		return disagrees
	}
	best := disagrees
	for _, s := range m.sounds.readings(b) {
		best = min(best, m.spelled(i, j, m.sounds.names[s-1], slips))
		if soft := m.sounds.blurred[s]; soft != s {
			best = min(best, m.spelled(i, j, m.sounds.names[soft-1], slips))
		}
	}
	return best
}

// near reports whether two characters sound alike, as speakers in the south hear it.
func (s *sounds) near(a, b rune) bool {
	for _, x := range s.readings(a) {
		for _, y := range s.readings(b) {
			if s.blurred[x] == s.blurred[y] {
				return true
			}
		}
	}
	return false
}

// spelled reads one character of the key by a syllable: whole, only begun, or by
// its first letters.
func (m *matcher) spelled(i, j int, name string, slips int) int {
	same := 0
	for same < len(name) && i+same < len(m.typed) && m.typed[i+same] == rune(name[same]) {
		same++
	}
	best := disagrees
	switch {
	case same == 0:
	case same == len(name):
		best = max(asSpoken, m.match(i+same, j+1, slips))
	case i+same == len(m.typed):
		return asSpoken
	}
	if m.slips > 0 {
		if same > 0 {
			best = min(best, m.misspelled(i, j, name, slips))
		}
		return best
	}
	if same > 0 && best > asInitial {
		best = min(best, max(asInitial, m.match(i+1, j+1, slips)))
	}
	if same > 1 && name[1] == 'h' && best > asInitial {
		best = min(best, max(asInitial, m.match(i+2, j+1, slips)))
	}
	return best
}

// misspelled reads one character of the key by a syllable with a slip in it, but
// not in its first letter.
func (m *matcher) misspelled(i, j int, name string, slips int) int {
	best := disagrees
	for n := max(len(name)-1, 2); slips > 0 && n <= len(name)+1 && i+n <= len(m.typed); n++ {
		if oneSlip(m.typed[i:i+n], []rune(name)) {
			best = min(best, max(withSlip, m.match(i+n, j+1, slips-1)))
		}
	}
	return best
}

// slip reads on past one wrong, missing, needless or swapped character.
func (m *matcher) slip(i, j, slips int) int {
	best := min(m.match(i+1, j, slips-1), m.match(i, j+1, slips-1))
	if isHan(m.typed[i]) == isHan(m.key[j]) {
		best = min(best, m.match(i+1, j+1, slips-1))
	}
	if i+1 < len(m.typed) && j+1 < len(m.key) && m.typed[i] == m.key[j+1] && m.typed[i+1] == m.key[j] {
		best = min(best, m.match(i+2, j+2, slips-1))
	}
	return max(withSlip, best)
}

// oneSlip reports whether two words differ in one letter: wrong, missing, needless,
// or swapped with its neighbour.
func oneSlip(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch {
	case len(b)-len(a) == 1:
		return slices.Equal(a[i:], b[i+1:])
	case len(a) != len(b) || i == len(a):
		return false
	case slices.Equal(a[i+1:], b[i+1:]):
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && slices.Equal(a[i+2:], b[i+2:])
}
