package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// passages tells the sections of one policy apart by what people ask for: how much,
// what to bring, how long it takes.
type passages struct {
	judge
	sections []string // class to section
}

// What the parts of the score of a passage count.
const (
	foundPart   = 0.6 // how well search found it
	sectionPart = 0.4 // how much the question sounds like those about its section
	casePart    = 0.3 // what a question of a special case loses for each that the visitor does not name
	wholePart   = 0.5 // what the policy's summary loses: a section says it more exactly
)

// sectionLessons lists, for each policy, what teaches its sections: the published
// questions, the sections' sentences, and the example sentences that name a section.
func (b *Bot) sectionLessons(entries []Entry, sentences []sentence) map[string][]example {
	out := map[string][]example{}
	add := func(policy, section, text string, weight float32) {
		if class := slices.Index(b.sections[policy], section); class >= 0 {
			out[policy] = append(out[policy], example{text: b.norm.Normalize(text), marks: b.subjects(text), classes: []int{class}, weight: weight})
		}
	}
	for _, e := range entries {
		if e.Whole {
			continue // says a little of every section
		}
		weight := float32(phrasingWeight)
		if e.Lang != original {
			weight = foreignWeight
		}
		for _, q := range append([]string{e.Question}, e.Phrasings...) {
			if q != "" {
				add(e.Policy, e.Section, q, weight)
			}
		}
		if e.Lang != original {
			continue
		}
		for _, s := range strings.FieldsFunc(e.Text, endsSentence) {
			add(e.Policy, e.Section, s, textWeight)
		}
	}
	for _, s := range sentences {
		for _, l := range s.sections {
			policy, section, _ := strings.Cut(l, "#")
			add(policy, section, s.text, phrasingWeight/float32(len(s.sections)))
		}
	}
	return out
}

// learnPassages trains one judge for each policy or page with more than one section.
func (b *Bot) learnPassages(ctx context.Context, lessons map[string][]example) map[string]*passages {
	out := map[string]*passages{}
	for slug, sections := range b.sections {
		if len(sections) > 1 && ctx.Err() == nil {
			out[slug] = &passages{newJudge(ctx, lessons[slug], len(sections)), sections}
		}
	}
	return out
}

// arrange puts the passages of the policy that is meant in order: those of the section
// that the question asks for first. A published question of a special case, such as a father
// in prison, is an answer to those who name it; folded is what the visitor asks, in a follow-up
// with the case that was told before.
func (b *Bot) arrange(entries []*Entry, found []hit, said []sign, folded string) []*Entry {
	if len(entries) == 0 {
		return entries
	}
	p := b.learnt.Load().passages[entries[0].Policy]
	if p == nil {
		return entries
	}
	out, top, special := make([]valued, len(entries)), 1e-9, false
	for i, e := range entries {
		v := valued{nil, 0}
		for k := range found { // nothing is copied: it is a short list, but looked through for each
			if found[k].Entry == e {
				v = valued{found[k].known, found[k].score}
				break
			}
		}
		if v.known == nil {
			v.known = b.known[e.ID]
		}
		special = special || len(v.cases) > 0
		out[i], top = v, max(top, v.value)
	}
	likely, named := p.probabilities(said), caseSet{}
	if special {
		named = b.namedCases(folded)
	}
	for i := range out {
		v := &out[i]
		v.value = foundPart*v.value/top + sectionPart*likely[slices.Index(p.sections, v.Section)]
		if v.Whole {
			v.value -= wholePart
		}
		v.value -= casePart * float64(named.lacks(v.cases))
	}
	out = b.overlooked(out, p, likely)
	slices.SortStableFunc(out, func(x, y valued) int { return cmp.Compare(y.value, x.value) })
	sorted := make([]*Entry, len(out))
	for i, v := range out {
		sorted[i] = v.Entry
	}
	return b.notOfAnother(sorted, named)
}

// notOfAnother puts the whole section before a question of a special case that the visitor has not
// named: "no, for you still raise the child" would be untrue of a father in prison.
func (b *Bot) notOfAnother(entries []*Entry, named caseSet) []*Entry {
	best := entries[0]
	if named.lacks(b.known[best.ID].cases) == 0 {
		return entries
	}
	whole, ok := b.entries[best.Policy+".section."+best.Section]
	if !ok {
		return entries
	}
	return append([]*Entry{whole}, slices.DeleteFunc(entries, func(e *Entry) bool { return e == whole })...)
}

// overlooked adds the section that is surely asked for where search found no passage of it:
// "will the whole class know?" shares no word with what is published of privacy.
func (b *Bot) overlooked(found []valued, p *passages, likely []float64) []valued {
	sure := slices.IndexFunc(likely, func(v float64) bool { return v >= surelyAsked })
	if sure < 0 || slices.ContainsFunc(found, func(v valued) bool { return v.Section == p.sections[sure] }) {
		return found
	}
	e, ok := b.passage(found[0].Policy, p.sections[sure])
	if !ok {
		return found
	}
	return append(found, valued{b.known[e.ID], foundPart/2 + sectionPart*likely[sure]})
}

// surelyAsked is how likely a section is asked for that is quoted without having been found.
const surelyAsked = 0.9

// valued is an entry and how well it answers.
type valued struct {
	*known
	value float64
}
