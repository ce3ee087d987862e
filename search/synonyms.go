package search

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Synonyms is a parsed data file.
type Synonyms struct {
	Replace   []Group  // the first term stands for the others, everywhere
	Related   []Group  // terms that stand in for each other at a lower weight
	Stop      []string // words that carry no subject
	Asking    []string // words that say what is asked of a subject, and are none
	Protected []string // words in which nothing is replaced
}

// Group is one line of the data file.
type Group struct {
	Terms []string
	Line  int
}

// ParseSynonyms reads a synonyms file, one group a line:
//
//	没有 = 冇, 无得      the aliases are read as the first term, in index and query
//	补贴 ~ 津贴, 补助    a query with one also finds the others, at a lower weight
//	! 请问, 我想问       stop words: no subject of their own
//	? 怎么, 多少钱       asking words: a hit needs more in common than these
//	+ 关系, 联系         protected: an alias inside such a word is not replaced
//	# comment
//
// Commas and spaces may be full width; the longest alias wins.
func ParseSynonyms(r io.Reader) (*Synonyms, error) {
	s := &Synonyms{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" {
			continue
		}
		if err := s.parseLine(line, n); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return s, lines.Err()
}

func (s *Synonyms) parseLine(line string, n int) error {
	switch line[0] {
	case '!':
		s.Stop = append(s.Stop, splitTerms(line[1:])...)
		return nil
	case '?':
		s.Asking = append(s.Asking, splitTerms(line[1:])...)
		return nil
	case '+':
		s.Protected = append(s.Protected, splitTerms(line[1:])...)
		return nil
	}
	at := strings.IndexAny(line, "=~")
	if at < 0 {
		return fmt.Errorf("no = or ~ in %q", line)
	}
	first, rest := strings.TrimSpace(line[:at]), splitTerms(line[at+1:])
	if first == "" || len(rest) == 0 {
		return fmt.Errorf("a term is missing in %q", line)
	}
	g := Group{Terms: append([]string{first}, rest...), Line: n}
	if line[at] == '=' {
		s.Replace = append(s.Replace, g)
	} else {
		s.Related = append(s.Related, g)
	}
	return nil
}

func splitTerms(s string) []string {
	var terms []string
	for t := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(",，、;；", r) }) {
		if t = strings.TrimSpace(t); t != "" {
			terms = append(terms, t)
		}
	}
	return terms
}

// synonyms is the compiled form.
type synonyms struct {
	aliases phrases[[]rune]    // alias to what stands for it; nil: keep as it is
	related phrases[[]int32]   // term to the numbers of its related terms
	terms   [][]rune           // those that are related, by number
	numbers map[string]int32   // the reverse
	stop    phrases[struct{}]  // stop words
	asking  phrases[struct{}]  // asking words
	groups  map[string]rawTerm // standard terms, to report conflicts
	lists   [][]string         // related groups, normalised, for engines with their own expansion
}

type rawTerm struct {
	standard string
	line     int
}

func newSynonyms() *synonyms {
	return &synonyms{
		aliases: phrases[[]rune]{}, related: phrases[[]int32]{}, stop: phrases[struct{}]{},
		asking: phrases[struct{}]{}, numbers: map[string]int32{},
		groups: map[string]rawTerm{},
	}
}

// adopt compiles the list. Terms are folded first, so the file may be written
// in either script; related and stop terms are then rewritten by the aliases.
func (n *Normalizer) adopt(list *Synonyms) error {
	s := n.synonyms
	for _, g := range list.Replace {
		if err := n.adoptAliases(g); err != nil {
			return err
		}
	}
	for _, w := range list.Protected {
		s.aliases.add(n.fold(w).runes, nil)
	}
	for _, g := range list.Replace {
		// A standard term is kept whole unless it is itself an alias.
		if standard := n.fold(g.Terms[0]).runes; !s.aliases.has(standard) {
			s.aliases.add(standard, nil)
		}
	}
	s.aliases.sort()
	for _, w := range list.Stop {
		s.stop.add(n.trace(w).runes, struct{}{})
	}
	s.stop.sort()
	for _, w := range list.Asking {
		s.asking.add(n.trace(w).runes, struct{}{})
	}
	s.asking.sort()
	for _, g := range list.Related {
		n.adoptRelated(g)
	}
	s.related.sort()
	return nil
}

func (n *Normalizer) adoptAliases(g Group) error {
	s := n.synonyms
	standard := n.fold(g.Terms[0]).runes
	if len(standard) == 0 {
		return fmt.Errorf("synonyms line %d: %q has no letters", g.Line, g.Terms[0])
	}
	for _, t := range g.Terms[1:] {
		alias := n.fold(t).runes
		if len(alias) == 0 || slices.Equal(alias, standard) {
			continue // the two differ only in script or width
		}
		if old, ok := s.groups[string(alias)]; ok && old.standard != string(standard) {
			return fmt.Errorf("synonyms line %d: %q already means %q (line %d)", g.Line, t, old.standard, old.line)
		}
		s.groups[string(alias)] = rawTerm{string(standard), g.Line}
		s.aliases.add(alias, standard)
	}
	return nil
}

func (n *Normalizer) adoptRelated(g Group) {
	terms := make([]int32, 0, len(g.Terms))
	var words []string
	for _, t := range g.Terms {
		r := n.trace(t).runes
		if len(r) > 0 && !slices.Contains(words, string(r)) {
			terms, words = append(terms, n.synonyms.number(r)), append(words, string(r))
		}
	}
	n.synonyms.lists = append(n.synonyms.lists, words)
	for i, t := range terms {
		others := slices.Delete(slices.Clone(terms), i, i+1)
		n.synonyms.relate(n.synonyms.terms[t], others)
	}
}

// number returns the number of a related term, which may be in several groups.
func (s *synonyms) number(t []rune) int32 {
	id, ok := s.numbers[string(t)]
	if !ok {
		id = int32(len(s.terms))
		s.terms, s.numbers[string(t)] = append(s.terms, t), id
	}
	return id
}

// relate adds to what is known of a term that may stand in several groups.
func (s *synonyms) relate(t []rune, others []int32) {
	for i, e := range s.related[t[0]] {
		if slices.Equal(e.runes, t) {
			s.related[t[0]][i].value = append(e.value, others...)
			return
		}
	}
	s.related.add(t, others)
}

// rewrite replaces aliases, longest first. It returns t itself when there are
// none.
func (c *tracer) rewrite(t *text) *text {
	out, done := (*text)(nil), 0
	for i := c.n.marked(t.runes, 0, markAlias); i < len(t.runes); i = c.n.marked(t.runes, i, markAlias) {
		if !c.n.starts.alias.may(t.runes, i) {
			i++
			continue
		}
		length, standard, ok := c.n.synonyms.aliases.match(t.runes, i)
		if !ok {
			i++
			continue
		}
		if standard != nil {
			if out == nil {
				out = c.newText(len(t.runes) + 8)
			}
			out.copyRange(t, done, i)
			out.replace(standard, t, i, i+length)
			done = i + length
		}
		i += length
	}
	if out == nil {
		return t
	}
	out.copyRange(t, done, len(t.runes))
	return out
}

func (t *text) copyRange(o *text, i, j int) {
	t.runes = append(t.runes, o.runes[i:j]...)
	if t.bare {
		return
	}
	t.from = append(t.from, o.from[i:j]...)
	t.to = append(t.to, o.to[i:j]...)
}

// phrases maps words to values and finds the longest one at a position.
type phrases[V any] map[rune][]phrase[V]

type phrase[V any] struct {
	runes  []rune
	second rune // of them, here where it is at hand; 0 where there is none
	value  V
}

func newPhrase[V any](r []rune, v V) phrase[V] {
	e := phrase[V]{runes: r, value: v}
	if len(r) > 1 {
		e.second = r[1]
	}
	return e
}

func (p phrases[V]) add(r []rune, v V) {
	if len(r) > 0 && !p.has(r) {
		p[r[0]] = append(p[r[0]], newPhrase(r, v))
	}
}

func (p phrases[V]) has(r []rune) bool {
	return len(r) > 0 && slices.ContainsFunc(p[r[0]], func(e phrase[V]) bool { return slices.Equal(e.runes, r) })
}

func (p phrases[V]) sort() {
	for _, list := range p {
		slices.SortStableFunc(list, func(a, b phrase[V]) int { return len(b.runes) - len(a.runes) })
	}
}

// after returns the rune behind the one at i; 0 at the end.
func after(s []rune, i int) rune {
	if i+1 < len(s) {
		return s[i+1]
	}
	return 0
}

// starts has a bit for the first two runes of each phrase, the second 0 where there is but one;
// some share a bit. Nearly all that no phrase begins with has none, which is faster seen than
// looked up.
type starts [1 << 8]uint64

func startsOf[V any](p phrases[V]) (out starts) {
	for first, list := range p {
		for i := range list {
			at, bit := startBit(first, list[i].second)
			out[at] |= bit
		}
	}
	return out
}

func startBit(first, second rune) (at uint32, bit uint64) {
	h := (uint32(first)*0x9e3779b1 + uint32(second)*0x85ebca6b) >> 18
	return h >> 6, 1 << (h & 63)
}

// may reports whether a phrase may stand at i.
func (s *starts) may(runes []rune, i int) bool {
	alone, one := startBit(runes[i], 0)
	at, bit := startBit(runes[i], after(runes, i))
	return s[at]&bit != 0 || s[alone]&one != 0
}

// match returns the length and value of the longest phrase at s[i:].
func (p phrases[V]) match(s []rune, i int) (int, V, bool) {
	next, list := after(s, i), p[s[i]]
	for k := range list {
		e := &list[k]
		if e.second != next && e.second != 0 {
			continue // most phrases that begin like this, without a look at their runes
		}
		if j := i + len(e.runes); j <= len(s) && slices.Equal(e.runes, s[i:j]) && wordEdge(s, i) && wordEdge(s, j) {
			return len(e.runes), e.value, true
		}
	}
	var zero V
	return 0, zero, false
}

// matchAround is match, but words to be passed over may stand inside a phrase:
// 父母都不在了 is 父母不在了. The length is that of the text covered.
func (p phrases[V]) matchAround(s []rune, pass []bool, i int) (int, V, bool) {
	next := after(s, i)
	passed := next != 0 && pass[i+1]
	list := p[s[i]]
	for k := range list {
		e := &list[k]
		if e.second != next && e.second != 0 && !passed {
			continue // most phrases that begin like this
		}
		if j := around(s, pass, i, e.runes); j > 0 && wordEdge(s, i) && wordEdge(s, j) {
			return j - i, e.value, true
		}
	}
	var zero V
	return 0, zero, false
}

// maxPassed bounds the characters passed over in one gap.
const maxPassed = 3

// around returns where phrase ends when it is read from s[i:], passing over what
// pass marks; 0 if it is not there.
func around(s []rune, pass []bool, i int, phrase []rune) int {
	for k, r := range phrase {
		for passed := 0; k > 0 && i < len(s) && s[i] != r && pass[i] && passed < maxPassed; passed++ {
			i++
		}
		if i == len(s) || s[i] != r {
			return 0
		}
		i++
	}
	return i
}

// wordEdge reports whether a phrase may begin or end at i: not within a Latin
// word or a number.
func wordEdge(s []rune, i int) bool {
	return i == 0 || i == len(s) || wordClass(s[i-1]) == 0 || wordClass(s[i-1]) != wordClass(s[i])
}

// wordClass is 0 for characters and spaces, 1 for digits, 2 for other letters.
func wordClass(r rune) int {
	switch {
	case r == ' ' || isHan(r):
		return 0
	case isDigit(r) || r == '.':
		return 1
	}
	return 2
}
