package search

import "strings"

const (
	tells = "。；！;!\n" // marks behind what is told
	asks  = "？?"      // … and asked

	askedLeast = 8 // characters that say what is asked, below which it may be in the story
)

// markStory finds what a question tells before it asks: 小明是一名军人，… 。军人如何接收送达？
// Names and circumstances of a story are in many texts; the one that answers has what is
// asked. What is told behind a question, or in the same sentence, counts as much as ever.
func (p *plan) markStory(n *Normalizer, query string) {
	p.told = 0
	if p.s.weights.told == 1 {
		return
	}
	q := truncate(query, maxQueryRunes)
	first := max(0, strings.IndexAny(q, asks))
	end := strings.LastIndexAny(q[:first], tells)
	if end < 0 {
		return
	}
	t := n.borrow()
	told := min(len(t.trace(q[:end]).runes), len(p.text.runes))
	n.tracers.Put(t)
	if p.says(told) >= askedLeast {
		p.told = told
	}
}

// says returns how many characters from that one on are neither stop nor asking words.
func (p *plan) says(from int) (sum int) {
	for i, r := range p.text.runes[from:] {
		if r != ' ' && !p.stop[from+i] && !p.asking[from+i] {
			sum++
		}
	}
	return sum
}

// counts is what a character or word counts by where it stands in the question.
func (p *plan) counts(at int) float32 {
	if at < p.told {
		return p.s.weights.told
	}
	return 1
}
