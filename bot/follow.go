package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"huitong/content"
	"huitong/search"
)

// follow answers a follow-up that names another policy or situation, but leaves out
// what it asks of it: the same as was asked before.
func (b *Bot) follow(ctx context.Context, t turn) (Reply, bool, error) {
	rest, leans := b.hearing.leaning(t.folded)
	if !leans || t.memory.Policy == "" || t.memory.Section == "" || b.hearing.asks(rest) {
		return Reply{}, false, nil
	}
	said := b.hear(rest)
	if b.lexicon.share(said.words, genericGroup) >= bareShare {
		return Reply{}, false, nil
	}
	m, policy, err := b.leansOn(ctx, t, said)
	if err != nil || policy == "" {
		return Reply{}, false, err
	}
	whole, ok := b.passage(policy, t.memory.Section)
	if !ok {
		return Reply{}, false, nil
	}
	hits, err := b.find(ctx, search.Query{Text: rest, Policy: policy, Limit: candidates, Bare: true})
	if err != nil {
		return Reply{}, false, err
	}
	m.entries = []*Entry{whole}
	named := b.cases.apart(spell(cmp.Or(b.toldCases(t), t.folded)))
	for _, h := range hits {
		e := b.entry(h.ID)
		if e.Section == whole.Section && e.Kind == "faq" && (caseSet{named, true}).lacks(b.known[e.ID].cases) == 0 {
			m.entries = []*Entry{e, whole}
			break
		}
	}
	return b.answer(t, m), true, nil
}

// leansOn returns the policy that a follow-up asks of; "" if it is about none of ours. What
// is an answer to a question of the policy spoken of is a situation that it speaks of.
func (b *Bot) leansOn(ctx context.Context, t turn, said utterance) (match, string, error) {
	m, err := b.match(ctx, said, t.memory.Policy)
	if err != nil {
		return match{}, "", err
	}
	if b.situation(t.memory.Policy, said.text) {
		m.belongs, m.confidence = max(m.belongs, bareConfidence), bareConfidence
		return m, t.memory.Policy, nil
	}
	if len(m.entries) == 0 || m.belongs < leansFrom {
		return m, "", nil
	}
	policy := m.entries[0].Policy
	if b.lead(m, policy, t.memory.Policy) < changeOfTopic && !b.calls(policy, said.normal) {
		policy = t.memory.Policy
	}
	return m, policy, nil
}

// situation reports whether a message is made of everyday words for an option of one of the
// policy's own questions.
func (b *Bot) situation(slug, text string) bool {
	p := b.policies[slug]
	return p != nil && slices.ContainsFunc(p.Screen(), func(q *content.Question) bool {
		return len(q.Options) > 0 && q.Type != "yesno" && b.hearing.everyday(q, text)
	})
}

// matchIn is match for a question in a conversation: what would be refused but is
// mostly made of words that name no topic is about the policy spoken of.
func (b *Bot) matchIn(ctx context.Context, t turn) (match, error) {
	spoken := t.memory.Policy
	t.told = b.toldCases(t)
	m, err := b.match(ctx, t.utterance, spoken)
	if err != nil || b.names[spoken] == nil {
		return m, err
	}
	vague := b.lexicon.share(t.words, genericGroup) >= mostlyBare && b.lexicon.share(t.words, refuseGroup) == 0
	if !m.bare && (m.belongs < answerFrom && (vague || b.tells(t)) || b.stays(t)) {
		if m, err = b.followUp(ctx, t.utterance, spoken); err != nil {
			return match{}, err
		}
	}
	if m.bare && len(m.entries) == 0 {
		if e, ok := b.passage(spoken, contactSection); ok {
			m.entries = []*Entry{e}
		}
	}
	return m, nil
}

// stays reports whether a question is too short to leave the policy spoken of: it
// belongs here or asks for what any policy tells, and no word of it says which policy
// it would be about; or it points at what was said, as "that hospital" does.
func (b *Bot) stays(t turn) bool {
	size := ellipsisSize
	if isLatin(t.Text) { // a letter says less than a character
		size *= 2
	}
	if utf8.RuneCountInString(t.Text) > size || b.lexicon.share(t.words, refuseGroup) > 0 {
		return false
	}
	if _, points := b.hearing.holdsIn(pointWords, t.spelled); points && !b.callsAny(t.normal) {
		return true
	}
	subjects := b.lexicon.subjects(t.words)
	if slices.ContainsFunc(subjects, func(s string) bool { return !strings.HasPrefix(s, aspectPrefix) }) {
		return false
	}
	scope, normal := b.learnt.Load().scope, t.normal
	aspect := len(subjects) > 0 && b.lexicon.share(t.words, genericGroup) >= mostlyBare
	if !aspect && 1-scope.second(paired(signs(normal, subjects), subjects)) < staysFrom {
		return false
	}
	return !b.callsAny(normal)
}

// callsAny reports whether the question calls a policy by its name.
func (b *Bot) callsAny(normal string) bool {
	for slug := range b.names {
		if b.calls(slug, normal) {
			return true
		}
	}
	return false
}

// staysFrom is how likely a short question has to belong here to be about the policy
// spoken of.
const staysFrom = 0.8

// mostlyBare is the share of a question in words that name no topic from which it is
// about the policy spoken of rather than refused.
const mostlyBare = 0.6

// contactSection says whom to ask about a policy.
const contactSection = "contact"

// leansFrom is how likely what follows words such as "and what about" has to belong
// here: less than a question that stands by itself, since it does not stand by itself.
const leansFrom = answerFrom / 2

// changeOfTopic is by how much another policy must lead for a follow-up to leave the
// one that was spoken of.
const changeOfTopic = 0.5

// longestFollowUp is how long a follow-up that leaves something out may be, in
// characters.
const longestFollowUp = 20

// leaning returns what is left of a follow-up without the words that tie it to what
// was said before, and whether there are such words.
func (h *hearing) leaning(folded string) (rest string, ok bool) {
	rest = folded
	if utf8.RuneCountInString(rest) > longestFollowUp && !isLatin(rest) {
		return rest, false
	}
	if w := longest(h.lists[followWords], rest, nil); w != "" && strings.HasPrefix(rest, w) {
		rest, ok = strings.TrimSpace(strings.TrimPrefix(rest, w)), true
	}
	for _, w := range h.lists[trailWords] {
		if cut, found := strings.CutSuffix(rest, w); found {
			return strings.TrimSpace(cut), true
		}
	}
	return rest, ok
}
