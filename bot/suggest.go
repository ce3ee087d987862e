package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"huitong/search"
)

// How many questions are offered.
const (
	mostChoices = 4 // to choose from, one for each policy
	mostNext    = 3 // under an answer
)

// prepareSuggestions files the published questions. Only one that leads to an
// answer of its own policy is ever suggested; that is tried once, when it is needed
// first.
func (b *Bot) prepareSuggestions(entries []Entry) {
	b.questions, b.published = map[string][]*Entry{}, map[string]string{}
	b.links, b.sections = map[string][]string{}, map[string][]string{}
	b.sound, b.normal = map[string]func() bool{}, map[string]string{}
	for i := range entries {
		e := &entries[i]
		if e.Question != "" {
			b.normal[e.ID] = b.norm.Normalize(e.Question)
			b.published[b.normal[e.ID]] = strings.TrimSuffix(e.ID, "."+e.Lang)
			b.sound[e.ID] = sync.OnceValue(func() bool { return b.leadsHome(e) })
		}
		if e.Lang != original {
			continue
		}
		if len(e.Links) > 0 {
			b.links[e.Policy+"#"+e.Section] = e.Links
		}
		if !slices.Contains(b.sections[e.Policy], e.Section) {
			b.sections[e.Policy] = append(b.sections[e.Policy], e.Section)
		}
		if e.Question != "" {
			b.questions[e.Policy] = append(b.questions[e.Policy], e)
		}
	}
}

// nameQuestions notes which questions call their policy by its name.
func (b *Bot) nameQuestions(entries []Entry) {
	b.naming = map[string]bool{}
	for i := range entries {
		if e := &entries[i]; e.Question != "" && b.calls(e.Policy, b.normal[e.ID]) {
			b.naming[e.ID] = true
		}
	}
}

// leadsHome reports whether the entry's question, asked at the start of a
// conversation, is answered from its own policy.
func (b *Bot) leadsHome(e *Entry) bool {
	said := b.hear(e.Question)
	if _, certain := b.urgency(&said); certain {
		return false
	}
	m, err := b.match(context.Background(), said, "")
	return err == nil && !m.bare && m.answers() && m.entries[0].Policy == e.Policy
}

// clarify asks which policy is meant, with a published question of each of the
// likely ones to choose from.
func (b *Bot) clarify(ctx context.Context, t turn, m match) (Reply, error) {
	if t.memory.Clarified {
		return b.unclear(t), nil
	}
	q, after := t.Question, t.memory.settled()
	after.Clarified = true
	r := Reply{Outcome: Clarify, Answer: b.words.Clarify.In(q.Lang), Confidence: 1 - m.belongs}
	near, err := b.near(ctx, q.Text)
	if err != nil {
		return Reply{}, err
	}
	seen := map[string]bool{}
	for _, c := range b.choices(q, near, m.scores) {
		if len(r.Suggestions) == mostChoices {
			break
		}
		e := b.in(c.entry, q.Lang)
		if !seen[e.Policy] && b.speaks(e, q.Lang) && b.sound[e.ID]() {
			seen[e.Policy] = true
			r.Suggestions = append(r.Suggestions, e.Question)
			after.Choices = append(after.Choices, strings.TrimSuffix(e.ID, "."+e.Lang))
		}
	}
	r.Conversation = after.String()
	return r, nil
}

// speaks reports whether the entry is in the visitor's language.
func (b *Bot) speaks(e *Entry, lang string) bool {
	return !slices.Contains(languages[:], lang) || e.Lang == lang
}

// What makes a question a good one to choose: beside how near it comes to what was
// asked, that it says what it is about and that its policy is likely meant.
const (
	standsAlone = 0.5
	likelyMeant = 0.3

	sectionShare = 0.8 // of how near another passage of its section comes
)

// near returns how near each published question comes to what was asked, 0..1, in
// its own policy: by itself, or as one of a section that does.
func (b *Bot) near(ctx context.Context, text string) (map[string]float64, error) {
	best, value := 1e-9, map[string]float64{}
	for _, slug := range b.slugs {
		if len(b.questions[slug]) == 0 {
			continue
		}
		hits, err := b.find(ctx, search.Query{Text: text, Policy: slug, Kinds: []string{"faq", "section"}, Limit: candidates, Bare: true})
		if err != nil {
			return nil, err
		}
		sections := map[string]float64{}
		for _, h := range hits {
			e := b.entry(h.ID)
			value[h.ID], best = h.Score, max(best, h.Score)
			sections[e.Section] = max(sections[e.Section], h.Score)
		}
		for _, e := range b.questions[slug] {
			if near := sectionShare * sections[e.Section]; near > value[e.ID] {
				value[e.ID] = near
			}
		}
	}
	for id := range value {
		value[id] /= best
	}
	return value, nil
}

// choice is a published question and how good a one it is to choose.
type choice struct {
	entry *Entry
	value float64
}

// choices ranks the published questions that do more than repeat what was asked.
func (b *Bot) choices(q Question, near map[string]float64, scores []float64) []choice {
	var out []choice
	text := b.norm.Normalize(q.Text)
	for class, slug := range b.slugs {
		for _, e := range b.questions[slug] {
			said := b.in(e, q.Lang).ID
			if strings.Contains(b.normal[said], text) {
				continue
			}
			value := near[e.ID] + likelyMeant*scores[class]
			if b.naming[said] {
				value = near[e.ID] + standsAlone + likelyMeant*scores[class]
			}
			out = append(out, choice{e, value})
		}
	}
	slices.SortStableFunc(out, func(x, y choice) int { return cmp.Compare(y.value, x.value) })
	return out
}

// next returns the questions to ask after an answer: of the sections that follow it
// on the policy's page, as a family goes on from what is given to how one applies;
// one of a policy that the section links to; and what comes closest.
func (b *Bot) next(m match, before asked, lang string) []string {
	best := m.entries[0]
	var out []string
	add := func(limit int, entries []*Entry, keep func(*Entry) bool) bool {
		for _, e := range entries {
			if len(out) >= limit || !keep(e) || before.has(e.ID) {
				continue
			}
			if said := b.in(e, lang); said.Question != "" && !slices.Contains(out, said.Question) && b.sound[said.ID]() {
				out = append(out, said.Question)
				return true
			}
		}
		return false
	}
	own := b.questions[best.Policy]
	for _, section := range b.following(best) {
		add(mostNext-1, own, func(e *Entry) bool { return e.Section == section })
	}
	for _, slug := range b.links[best.Policy+"#"+best.Section] {
		near := func(e *Entry) bool { return e.Policy == slug && notElliptic(e) }
		if !add(mostNext, m.likely, near) {
			add(mostNext, b.questions[slug], notElliptic)
		}
	}
	// A question of a section that was quoted as a whole is answered with it.
	fresh := func(e *Entry) bool { return e.Section != best.Section || best.Kind == "faq" }
	for range mostNext {
		add(mostNext, m.entries[1:], fresh)
		add(mostNext, own, fresh)
	}
	return out
}

// notElliptic reports whether the question is too long to be taken for one about
// the policy spoken of.
func notElliptic(e *Entry) bool { return utf8.RuneCountInString(e.Question) > ellipsisSize }

// following returns the other sections of the entry's policy, those after its own
// first.
func (b *Bot) following(e *Entry) []string {
	all := b.sections[e.Policy]
	i := slices.Index(all, e.Section)
	return append(slices.Clone(all[i+1:]), all[:max(i, 0)]...)
}
