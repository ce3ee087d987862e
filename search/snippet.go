package search

import (
	"strings"
	"unicode/utf8"
)

// snippetRunes is the length of an excerpt, without the ellipses.
const snippetRunes = 80

const ellipsis = "…"

// mark is a matched stretch of the original text.
type mark struct {
	Span
	weight float32
}

// marker knows the words of a query worth marking: no stop words, and no
// single characters out of longer words.
type marker struct {
	han   map[uint64]float32
	words map[string]float32
	any   [256]bool // last bytes of the characters in han, to pass over the rest
}

// marker collects the words of the query.
func (p *plan) marker() *marker {
	m := &marker{han: map[uint64]float32{}, words: map[string]float32{}}
	for _, c := range p.clues {
		if !c.content && !c.related {
			continue
		}
		for _, a := range p.alts[c.first:c.last] {
			if a.share == 1 && c.weight < p.s.rarity(a.term) && !c.related && p.partial(a.term) {
				continue
			}
			m.add(p.s.lex.key(a.term), c.weight*a.share)
		}
	}
	for _, t := range p.tokens {
		if !t.han && !p.stop[t.at] {
			m.words[stem(string(t.runes))] = 1
		}
	}
	return m
}

// partial reports a character, which a query has alone or as part of a word.
func (p *plan) partial(term int32) bool {
	_, _, pair := splitKey(p.s.lex.key(term))
	return !pair
}

func (m *marker) add(key uint64, weight float32) {
	if key == 0 { // a word; it is in words
		return
	}
	m.han[key] = max(m.han[key], weight)
	r, _, pair := splitKey(key)
	if !pair {
		r = rune(key)
	}
	m.any[byte(r)] = true
}

// excerpts fills in the snippets of hits.
func (p *plan) excerpts(n *Normalizer, hits []Hit) {
	m := p.marker()
	for i := range hits {
		hits[i].Snippet, hits[i].Marks = m.excerpt(n, hits[i].Document)
	}
}

// excerpt returns the part of the document's text that answers the query
// best; the title when the document has no text.
func (m *marker) excerpt(n *Normalizer, d *Document) (string, []Span) {
	original := d.Text
	if strings.TrimSpace(original) == "" {
		original = d.Title
	}
	return cutExcerpt(original, m.marks(n.trace(original)))
}

// marks finds the words in a traced text, in order, without overlaps.
func (m *marker) marks(t *text) []mark {
	var out []mark
	add := func(first, last int, weight float32) {
		if weight > 0 {
			out = appendMark(out, mark{Span{int(t.from[first]), int(t.to[last])}, weight})
		}
	}
	for i := 0; i < len(t.runes); {
		r := t.runes[i]
		j := i + 1
		switch class := wordClass(r); {
		case r == ' ':
		case class != 0:
			for j < len(t.runes) && wordClass(t.runes[j]) == class {
				j++
			}
			if len(m.words) > 0 {
				add(i, j-1, m.words[stem(string(t.runes[i:j]))])
			}
		case m.any[byte(r)]:
			add(i, i, m.han[unigramKey(r)])
			if j < len(t.runes) && isHan(t.runes[j]) {
				add(i, j, m.han[bigramKey(r, t.runes[j])])
			}
		}
		i = j
	}
	return out
}

// appendMark adds a mark and merges it with the one before where they touch.
func appendMark(list []mark, m mark) []mark {
	if k := len(list) - 1; k >= 0 && m.Start <= list[k].End {
		list[k].End = max(list[k].End, m.End)
		list[k].weight += m.weight
		return list
	}
	return append(list, m)
}

// cutExcerpt returns at most snippetRunes runes of s around the marks that
// weigh most, on one line, with the marks in it.
func cutExcerpt(s string, marks []mark) (string, []Span) {
	start, end := window(s, marks)
	var b strings.Builder
	if start > 0 {
		b.WriteString(ellipsis)
	}
	shift := b.Len() - start
	b.WriteString(strings.Map(oneLine, s[start:end]))
	var spans []Span
	for _, m := range marks {
		if from, to := max(m.Start, start), min(m.End, end); from < to {
			spans = append(spans, Span{from + shift, to + shift})
		}
	}
	if end < len(s) {
		b.WriteString(ellipsis)
	}
	return b.String(), spans
}

// oneLine turns line breaks into spaces, byte for byte.
func oneLine(r rune) rune {
	if r == '\n' || r == '\r' || r == '\t' || r == '\v' || r == '\f' {
		return ' '
	}
	return r
}

// window chooses the stretch of s to show.
func window(s string, marks []mark) (start, end int) {
	if utf8.RuneCountInString(s) <= snippetRunes {
		return 0, len(s)
	}
	best := float32(-1)
	for i, m := range marks {
		from := sentenceStart(s, m.Start)
		to := forward(s, from, snippetRunes)
		var sum float32
		for _, other := range marks[i:] {
			if other.End <= to {
				sum += other.weight
			}
		}
		if sum > best {
			best, start, end = sum, from, to
		}
	}
	if best < 0 {
		return 0, forward(s, 0, snippetRunes)
	}
	return start, end
}

// sentenceStart walks back from at to the beginning of its sentence, or a
// quarter of the excerpt when that is too far.
func sentenceStart(s string, at int) int {
	i := at
	for range snippetRunes / 4 {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if size == 0 || strings.ContainsRune("。！？；!?;\n", r) {
			return i
		}
		i -= size
	}
	return i
}

// forward returns the offset n runes after i.
func forward(s string, i, n int) int {
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}

// Split cuts the snippet at its marks, for templates: even elements are plain,
// odd ones marked.
func (h *Hit) Split() []string { return splitSpans(h.Snippet, h.Marks) }

func splitSpans(s string, spans []Span) []string {
	parts := make([]string, 0, 2*len(spans)+1)
	at := 0
	for _, m := range spans {
		parts = append(parts, s[at:m.Start], s[m.Start:m.End])
		at = m.End
	}
	return append(parts, s[at:])
}
