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
// that the question asks for first.
func (b *Bot) arrange(entries []Entry, scores map[string]float64, said []sign) []Entry {
	if len(entries) == 0 {
		return entries
	}
	p := b.learnt.Load().passages[entries[0].Policy]
	if p == nil {
		return entries
	}
	top := 1e-9
	for _, e := range entries {
		top = max(top, scores[e.ID])
	}
	likely := p.probabilities(said)
	value := map[string]float64{}
	for _, e := range entries {
		value[e.ID] = foundPart*scores[e.ID]/top + sectionPart*likely[slices.Index(p.sections, e.Section)]
		if e.Whole {
			value[e.ID] -= wholePart
		}
	}
	out := slices.Clone(entries)
	slices.SortStableFunc(out, func(x, y Entry) int { return cmp.Compare(value[y.ID], value[x.ID]) })
	return out
}
