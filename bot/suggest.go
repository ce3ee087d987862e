package bot

import (
	"context"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
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
func (b *Bot) clarify(t turn, m match) Reply {
	if t.memory.Clarified {
		return b.unclear(t)
	}
	q, after := t.Question, t.memory.settled()
	after.Clarified = true
	r := Reply{Outcome: Clarify, Answer: b.words.Clarify.In(q.Lang), Confidence: 1 - m.belongs}
	choices, seen := b.choices(t, b.near(m.near), m.scores), make([]bool, len(b.slugs))
	for len(r.Suggestions) < mostChoices {
		c := likeliest(choices, seen)
		if c == nil {
			break
		}
		c.tried = true
		if e := b.in(c.entry, q.Lang); b.speaks(e, q.Lang) && b.sound[e.ID]() {
			seen[c.class] = true
			r.Suggestions = append(r.Suggestions, e.Question)
			after.Choices = append(after.Choices, strings.TrimSuffix(e.ID, "."+e.Lang))
		}
	}
	r.Conversation = after.String()
	return r
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

// near returns how near each published question comes to what was asked, 0..1: by itself,
// or as one of a section that does. Those of which nothing was found come last anyway.
func (b *Bot) near(found []hit) map[*Entry]float64 {
	best, value := 1e-9, map[*Entry]float64{}
	sections := map[[2]string]float64{} // of policies
	for _, h := range found {
		if h.class < 0 || h.Whole {
			continue
		}
		value[h.Entry], best = h.score, max(best, h.score)
		section := [2]string{h.Policy, h.Section}
		sections[section] = max(sections[section], h.score)
	}
	for section, score := range sections {
		for _, e := range b.questions[section[0]] {
			if near := sectionShare * score; e.Section == section[1] && near > value[e] {
				value[e] = near
			}
		}
	}
	for e := range value {
		value[e] /= best
	}
	return value
}

// choice is a published question and how good a one it is to choose.
type choice struct {
	entry *Entry
	class int // of its policy
	value float64
	tried bool
}

// choices values the published questions that do more than repeat what was asked.
func (b *Bot) choices(t turn, near map[*Entry]float64, scores []float64) []choice {
	var out []choice
	for class, slug := range b.slugs {
		for _, e := range b.questions[slug] {
			said := b.in(e, t.Lang).ID
			if strings.Contains(b.normal[said], t.normal) {
				continue
			}
			value := near[e] + likelyMeant*scores[class]
			if b.naming[said] {
				value = near[e] + standsAlone + likelyMeant*scores[class]
			}
			out = append(out, choice{entry: e, class: class, value: value})
		}
	}
	return out
}

// likeliest returns the best choice of a policy that none has been seen of, the first of
// several; nil where there is none left. Four are wanted of hundreds, or thousands: to put
// all in order would take longer.
func likeliest(choices []choice, seen []bool) *choice {
	var best *choice
	for i := range choices {
		if c := &choices[i]; !c.tried && !seen[c.class] && (best == nil || c.value > best.value) {
			best = c
		}
	}
	return best
}

// next returns the questions to ask after an answer: of the sections that follow it
// on the policy's page, as a family goes on from what is given to how one applies;
// one of a policy that the section links to; and what comes closest.
func (b *Bot) next(m match, before asked, lang string) []string {
	best := m.entries[0]
	var out []string
	add := func(limit int, entries []*Entry, keep func(*Entry) bool) bool {
		if len(out) >= limit {
			return false
		}
		for _, e := range entries {
			if !keep(e) || before.has(e.ID) || e.Section == groundsSection && best.Section != groundsSection {
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

// groundsSection names the documents and the figures that a policy rests on: no family goes on
// with it unless it asked for it.
const groundsSection = "law"

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
