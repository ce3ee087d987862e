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

// excerpt returns the part of the document's text that answers the query
// best; the title when the document has no text.
func (p *plan) excerpt(n *Normalizer, d *Document) (string, []Span) {
	original := d.Text
	if strings.TrimSpace(original) == "" {
		original = d.Title
	}
	return cutExcerpt(original, p.marks(n.trace(original)))
}

// marks finds the words of the query in a traced text, in order, without
// overlaps.
func (p *plan) marks(t *text) []mark {
	var out []mark
	tokens := tokenize(nil, t.runes)
	for i, tok := range tokens {
		last := tok.at + len(tok.runes) - 1
		weight := p.wants(p.termOf(tok))
		if i+1 < len(tokens) && tokens[i+1].joined {
			if w := p.wants(p.s.lex.bigram(tok.runes[0], tokens[i+1].runes[0])); w > 0 {
				weight, last = w, last+1
			}
		}
		if weight > 0 {
			out = appendMark(out, mark{Span{int(t.from[tok.at]), int(t.to[last])}, weight})
		}
	}
	return out
}

// termOf returns the term of a word, or of a character that the query has
// alone.
func (p *plan) termOf(t token) int32 {
	if t.han {
		return p.s.lex.unigram(t.runes[0])
	}
	return p.s.lex.word(string(t.runes))
}

// wants returns the weight of a term worth marking: not a stop word, not one
// character out of a longer word.
func (p *plan) wants(term int32) float32 {
	if term < 0 {
		return 0
	}
	for _, c := range p.clues {
		if !c.content && !c.related {
			continue
		}
		for _, a := range p.alts[c.first:c.last] {
			if a.term == term && (a.share < 1 || c.weight >= p.s.idf[term] || c.related) {
				return c.weight * a.share
			}
		}
	}
	return 0
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
