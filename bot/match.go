package bot

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"huitong/search"
)

// What the parts of the score of a policy count.
const (
	retrievalPart = 0.2 // its best entry
	topicPart     = 0.8 // how much the question sounds like those about it
)

// Thresholds, chosen by cross-validation on the example sentences, where a missed
// danger weighs far more than a false alarm.
const (
	candidates       = 40   // entries looked at
	likelyCandidates = 24   // where the policy is known already
	named            = 0.1  // what a policy gains that is called by its name
	loyalty          = 0.2  // what the policy spoken of last gains for a short question
	ellipsisSize     = 12   // characters of a short question
	answerFrom       = 0.4  // how likely a question has to belong here to be answered
	catchFrom        = 0.2  // the same for a word or two to be asked back
	catchCoverage    = 0.85 // how much of them a published passage has to hold
	catchSize        = 8    // characters of a word or two
	bareShare        = 0.92 // share of a question in words that name no topic, from which it is bare
	bareConfidence   = 0.8  // that a bare question is about the policy spoken of
	urgentFrom       = 0.3  // probability of danger from which numbers to call take the place of what was asked
	aloneFrom        = 0.45 // the same by the first of two classifiers alone
	ruleFrom         = 0.1  // the same for a message of a word, where a rule of the lexicon says so too
	askedFrom        = 0.15 // the same from which it is asked whether there is danger, where nothing answers
	hintFrom         = 0.1  // the same from which what a word means is asked, danger first
	suspectFrom      = 0.06 // the same from which the numbers come before what was asked
)

// match is what was found for a question.
type match struct {
	entries    []*Entry  // of the best policy, best first once arranged
	likely     []*Entry  // best entry of each policy, best policy first
	scores     []float64 // by class of the policy; nil for a follow-up
	topics     []float64 // probability of each policy by the examples alone, by its class
	belongs    float64   // that the question is one to answer
	confidence float64   // that entries[0] is of the right policy
	coverage   float64   // share of the question that entries[0] holds
	bare       bool      // the question names no topic

	near  []hit  // what was found for a question that names no topic
	found []hit  // what entries are still to be put in order by; nil where they are
	said  []sign // the same

	folded string // the question, for the same
}

// lead returns by how much one policy's score is higher than another's.
func (b *Bot) lead(m match, policy, other string) float64 {
	if m.scores == nil { // a follow-up is about the policy spoken of
		return 0
	}
	return m.scores[b.classes[policy]] - m.scores[b.classes[other]]
}

// answers reports whether there is something to say, and reason to say it.
func (m match) answers() bool { return len(m.entries) > 0 && m.belongs >= answerFrom }

// catchword reports whether a message that would be refused is a word or two that stand
// just so in what is published. It may be about that: of 19 such sentences 17 were, by
// cross-validation, though every other one of another policy.
func (m match) catchword(text string) bool {
	return !m.bare && m.coverage >= catchCoverage && m.belongs >= catchFrom && utf8.RuneCountInString(text) <= catchSize
}

// urgency returns how likely it is that a child is in danger, and whether that is
// enough to say nothing else.
func (b *Bot) urgency(u *utterance) (p float64, sure bool) {
	l := b.learnt.Load()
	danger := l.danger
	said := marked(u.plain, b.lexicon.marks(u.words))
	p = danger.second(said)
	if p*mostVotes < suspectFrom { // no vote could make it one of danger
		return p, false
	}
	u.room.apart = gapSignsIn(u.room.apart, u.words[0].masked)
	again := l.gaps.second(u.room.apart)
	if p < foregone { // otherwise no vote could make it calm
		most := p * mostVotes / (1 + p*(mostVotes-1)) // if all voted for danger
		if most < aloneFrom && between(most, again) < suspectFrom {
			return between(p, again), false
		}
		p = danger.near.agree([]float64{1 - p, p}, danger.read(said))[urgent]
	} else {
		p = surer([]float64{1 - p, p}, p)[urgent]
	}
	first := p
	p = between(first, again)
	return p, p >= urgentFrom || first >= aloneFrom || p >= ruleFrom && u.thin() && b.lexicon.isUrgent(u.words)
}

// thin reports whether a message is no more than a word: too little to frighten a family
// with numbers to call, unless the word itself is one of danger.
func (u *utterance) thin() bool { return u.words[0].length <= 2 }

// blank reports whether a message tells nothing: no word, or a single character or letter.
func (u *utterance) blank() bool {
	switch text := u.words[0].masked; len(text) {
	case 0:
		return u.words[0].length == 0
	case 1:
		return u.words[0].length == 1 && utf8.RuneCountInString(text[0]) == 1
	}
	return false
}

// match ranks policies, then the entries of the best one. A short question leans
// on the policy spoken of last; one without a topic is about that policy.
func (b *Bot) match(ctx context.Context, u utterance, spoken string) (match, error) {
	words := u.words
	bare := b.lexicon.share(words, genericGroup) >= bareShare && b.lexicon.share(words, refuseGroup) == 0
	if bare && b.names[spoken] != nil {
		return b.followUp(ctx, u, spoken)
	}
	subjects := b.lexicon.subjects(words)
	alone := u.signs(subjects) // sections are told apart without pairs
	said := paired(alone, subjects)
	topics := b.learnt.Load().topic.probabilities(said)
	scores := b.topicScores(topics, &u, spoken)
	q := search.Query{Text: u.text, Normal: u.normal, Limit: candidates, Bare: true}
	if policy := b.foregone(scores); policy != "" && !bare {
		q.Likely, q.Limit = policy, likelyCandidates
	}
	found, err := b.findIn(ctx, u.room, q)
	if err != nil {
		return match{}, err
	}
	addFound(scores, found)
	if found, err = b.widened(ctx, q, scores, found); err != nil {
		return match{}, err
	}
	m := b.pick(b.wanted(found, u.spelled), b.ranked(scores, found))
	m.bare, m.scores, m.topics = bare, scores, topics
	if bare {
		m.near = found
	}
	if len(m.entries) > 0 && !bare {
		s := b.signals(found, words, said, m)
		m.belongs, m.confidence, m.coverage = s.belongs(), s.confidence(), s.coverage
		m.found, m.said, m.folded = found, alone, u.folded
	}
	return m, nil
}

// arranged returns the match with its entries in the order in which they answer, which
// only an answer needs: whether there is one depends on the policy alone.
func (b *Bot) arranged(m match) match {
	if m.found != nil {
		m.entries, m.found, m.said = b.arrange(m.entries, m.found, m.said, m.folded), nil, nil
	}
	return m
}

// widened adds passages of the policy with the highest score where none of them is among
// what was found: words that stand in no published text, such as "字小得像蚂蚁", are known from
// the examples alone. Which of its sections is asked for is known from them too, so that all
// are added where search finds none.
func (b *Bot) widened(ctx context.Context, q search.Query, scores []float64, found []hit) ([]hit, error) {
	best := 0
	for class, score := range scores {
		if score > scores[best] {
			best = class
		}
	}
	if len(scores) == 0 || slices.ContainsFunc(found, func(h hit) bool { return h.class == best }) {
		return found, nil
	}
	q.Policy, q.Likely, q.Limit = b.slugs[best], "", likelyCandidates
	hits, err := b.find(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(hits) > 0 {
		return append(found, b.entriesOf(hits)...), nil
	}
	for _, section := range b.sections[q.Policy] {
		if one, ok := b.known[q.Policy+".section."+section]; ok {
			found = append(found, hit{known: one})
		}
	}
	return found, nil
}

// hit is an entry that search has found.
type hit struct {
	*known
	score, coverage float64
}

// known is an entry with what is asked of each that is found.
type known struct {
	*Entry
	class int   // of its policy; -1 for what is no entry of ours
	only  int   // number of the words one of which must be asked with; 0 where none must
	cases []int // numbers of the special cases that its question names
}

// stranger is what was found that is no entry of ours.
var stranger = &known{&Entry{}, -1, 0, nil}

// entriesOf returns the entries that were found.
func (b *Bot) entriesOf(hits []search.Hit) []hit {
	out := make([]hit, len(hits))
	for i := range hits {
		h := &hits[i]
		out[i] = hit{b.knownOf(h), h.Score, h.Coverage}
	}
	return out
}

// knownOf returns what is known of a document that was found. Documents are indexed in the
// order of the entries, as a rule: then nothing has to be looked up.
func (b *Bot) knownOf(h *search.Hit) *known {
	if h.Place < len(b.filed) && b.filed[h.Place].ID == h.ID {
		return &b.filed[h.Place]
	}
	if one, ok := b.known[h.ID]; ok {
		return one
	}
	return stranger
}

// findIn returns the entries that a search finds, which needs the memory of a room.
func (b *Bot) findIn(ctx context.Context, r *room, q search.Query) ([]hit, error) {
	q.Into = r.hits[:0]
	hits, err := b.find(ctx, q)
	if cap(hits) > cap(r.hits) {
		r.hits = hits[:cap(hits)]
	}
	return b.entriesOf(hits), err
}

// find searches the originals and, where no Chinese character is in the question,
// their translations too, of which each hit counts for its original.
func (b *Bot) find(ctx context.Context, q search.Query) ([]search.Hit, error) {
	result, err := b.search.Search(ctx, q)
	if err != nil || strings.ContainsFunc(q.Text, isHan) {
		return result.Hits, err
	}
	hits := result.Hits
	for _, lang := range languages {
		q.Lang, q.Into = lang, nil
		translated, err := b.search.Search(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, h := range translated.Hits {
			i := slices.IndexFunc(hits, func(other search.Hit) bool { return other.ID == h.Translates })
			if i < 0 {
				d := *h.Document // that of the index stays what it is
				d.ID = d.Translates
				h.Document = &d
				hits = append(hits, h)
				continue
			}
			hits[i].Score, hits[i].Coverage = max(hits[i].Score, h.Score), max(hits[i].Coverage, h.Coverage)
		}
	}
	slices.SortStableFunc(hits, func(x, y search.Hit) int { return cmp.Compare(y.Score, x.Score) })
	return hits, nil
}

// followUp finds what the question asks, such as how long or which papers, among
// the passages of the policy spoken of.
func (b *Bot) followUp(ctx context.Context, u utterance, spoken string) (match, error) {
	hits, err := b.findIn(ctx, u.room, search.Query{Text: u.text, Normal: u.normal, Policy: spoken, Limit: candidates, Bare: true})
	if err != nil {
		return match{}, err
	}
	found := slices.DeleteFunc(hits, func(h hit) bool { return h.Whole })
	found = b.asked(found, u.words, spoken)
	m := b.pick(b.wanted(found, u.spelled), []int{b.classes[spoken]})
	m.entries = b.arrange(m.entries, found, u.signs(b.lexicon.subjects(u.words)), cmp.Or(u.told, u.folded))
	if u.words[0].length <= shortestAsked {
		m.entries = b.foremost(m.entries, spoken)
	}
	m.bare, m.belongs, m.confidence = true, bareConfidence, bareConfidence
	return m, nil
}

// shortestAsked is how many words, or Chinese characters, ask for something and name no case.
const shortestAsked = 3

// foremost puts the question that a policy answers first about a section before others of
// it: so short a follow-up as "how much?" means no special case.
func (b *Bot) foremost(entries []*Entry, policy string) []*Entry {
	if len(entries) == 0 || entries[0].Kind != "faq" {
		return entries
	}
	for i := 0; ; i++ {
		e, ok := b.entries[policy+".faq."+strconv.Itoa(i)]
		switch {
		case !ok:
			return entries
		case e.Section == entries[0].Section && len(b.known[e.ID].cases) == 0:
			return append([]*Entry{e}, slices.DeleteFunc(slices.Clone(entries), func(x *Entry) bool { return x == e })...)
		}
	}
}

// asked moves what stands in the section that a follow-up asks for by a word such as
// "papers" to the front; the section itself where no passage of it was found.
func (b *Bot) asked(hits []hit, words []reading, policy string) []hit {
	var sections []*Entry
	for _, subject := range b.lexicon.subjects(words) {
		if name, ok := strings.CutPrefix(subject, aspectPrefix); ok {
			if e, ok := b.passage(policy, name); ok {
				sections = append(sections, e)
			}
		}
	}
	if len(sections) == 0 {
		return b.nowhere(hits, words, policy)
	}
	var first, last []hit
	for _, h := range hits {
		if slices.ContainsFunc(sections, func(e *Entry) bool { return e.Section == h.Section }) {
			first = append(first, h)
			continue
		}
		last = append(last, h)
	}
	if len(first) == 0 {
		first = []hit{{known: b.known[sections[0].ID]}}
	}
	return append(first, last...)
}

// nowhere moves whom to ask to the front where a follow-up asks by a word such as "how long"
// for what others have a section of and this policy has not.
func (b *Bot) nowhere(hits []hit, words []reading, policy string) []hit {
	asks := slices.ContainsFunc(b.lexicon.subjects(words), func(s string) bool {
		return slices.Contains([]string{aspectPrefix + "time", aspectPrefix + "documents", aspectPrefix + "privacy"}, s)
	})
	e, ok := b.passage(policy, contactSection)
	if !asks || !ok || b.policies[policy] == nil {
		return hits
	}
	return []hit{{known: b.known[e.ID]}}
}

// wanted returns what was found, the sections that the question does not ask for, such
// as the legal grounds, behind all others.
func (b *Bot) wanted(hits []hit, spelled *spelling) []hit {
	named := b.only.in(spelled)
	unwanted := func(h *hit) bool { return h.only > 0 && !named.has(h.only) }
	if !slices.ContainsFunc(hits, func(h hit) bool { return unwanted(&h) }) {
		return hits
	}
	out := make([]hit, 0, len(hits))
	for i := range hits {
		if !unwanted(&hits[i]) {
			out = append(out, hits[i])
		}
	}
	for i := range hits {
		if unwanted(&hits[i]) {
			out = append(out, hits[i])
		}
	}
	return out
}

// numberOnly numbers the sections that have to be asked for, from 1, and files their words.
func (b *Bot) numberOnly(l *lexicon) map[string]int {
	numbers := map[string]int{}
	for section, words := range l.only {
		numbers[section] = len(numbers) + 1
		for _, w := range words {
			b.only.add(w, numbers[section])
		}
	}
	return numbers
}

// ranked returns the classes of the policies of which something was found, highest score
// first.
func (b *Bot) ranked(scores []float64, hits []hit) []int {
	seen, out := make([]bool, len(scores)), make([]int, 0, len(scores))
	for i := range hits {
		if class := hits[i].class; class >= 0 && !seen[class] {
			seen[class] = true
			out = append(out, class)
		}
	}
	slices.SortFunc(out, func(x, y int) int {
		if order := cmp.Compare(scores[y], scores[x]); order != 0 {
			return order
		}
		return strings.Compare(b.slugs[x], b.slugs[y])
	})
	return out
}

// pick gathers the entries of the best policy and the best entry of each other.
func (b *Bot) pick(hits []hit, ranked []int) match {
	best := make([]*Entry, len(b.slugs)) // by class
	for i := range hits {
		if h := &hits[i]; h.class >= 0 && best[h.class] == nil {
			best[h.class] = h.Entry
		}
	}
	m := match{likely: make([]*Entry, 0, len(ranked))}
	for _, class := range ranked {
		if best[class] == nil {
			continue
		}
		if m.likely = append(m.likely, best[class]); len(m.likely) > 1 {
			continue
		}
		m.entries = make([]*Entry, 0, len(hits))
		for i := range hits {
			if h := &hits[i]; h.class == class {
				m.entries = append(m.entries, h.Entry)
			}
		}
	}
	return m
}

// topicScores returns what speaks for each policy before anything is looked for: how much
// the question sounds like those that people ask about it, its names, and that it was spoken
// of.
func (b *Bot) topicScores(topics []float64, u *utterance, spoken string) []float64 {
	scores, called := make([]float64, len(b.slugs)), b.calling.in(u.named)
	for class, p := range topics {
		scores[class] = topicPart * p
		if called.has(class) {
			scores[class] += named
		}
	}
	if class, known := b.classes[spoken]; known && utf8.RuneCountInString(u.text) <= ellipsisSize {
		scores[class] += loyalty
	}
	return scores
}

// foregone returns the policy that is the best whatever will be found, and not close to
// another; "" where that is still to be seen.
func (b *Bot) foregone(scores []float64) string {
	best, second := 0, -1.0
	for class := 1; class < len(scores); class++ {
		if scores[class] > scores[best] {
			best, second = class, scores[best]
			continue
		}
		second = max(second, scores[class])
	}
	if len(scores) == 0 || scores[best]-second < retrievalPart+closeMargin {
		return ""
	}
	return b.slugs[best]
}

// addFound adds to the scores of policies how well the best entry of each was found.
func addFound(scores []float64, hits []hit) {
	best, top := make([]float64, len(scores)), 1e-9
	for i := range hits {
		if h := &hits[i]; h.class >= 0 {
			best[h.class] = max(best[h.class], h.score)
			top = max(top, h.score)
		}
	}
	for class := range scores {
		scores[class] += retrievalPart * best[class] / top
	}
}

// calls reports whether the question calls the policy by one of its names.
func (b *Bot) calls(slug, normal string) bool {
	for _, name := range b.names[slug] {
		if strings.Contains(normal, name) {
			return true
		}
	}
	return false
}
