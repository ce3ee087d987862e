package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"huitong/content"
)

// turn is a question with what is known of the conversation before it.
type turn struct {
	Question
	utterance
	memory memory
}

// utterance is what somebody has said, made ready for those who judge it.
type utterance struct {
	text   string
	folded string
	normal string // with synonyms replaced, too
	words  []reading
	told   string // folded, with the published questions answered before; "" where none was of a case
	plain  []sign // of the folded text without masked words; nil where nobody has read them
	room   *room

	spelled, closed, named *spelling // folded, that without spaces beside Chinese characters, and normal
}

// hear makes a text ready.
func (b *Bot) hear(text string) utterance { return b.hearIn(new(room), text) }

// hearIn does so in a room.
func (b *Bot) hearIn(within *room, text string) utterance {
	folded, normal := b.norm.FoldAndNormalize(text)
	words := b.lexicon.readingsIn(within, folded)
	masked := words[0].masked
	plain := signsIn(roomFor(&within.plain, signsRoom(masked)), masked, nil)
	u := utterance{text: text, folded: folded, normal: normal, words: words, plain: plain, room: within}
	u.spelled = within.spell(0, folded, nil)
	u.closed = within.spell(1, closeUp(folded), u.spelled)
	u.named = within.spell(2, normal, u.closed)
	return u
}

// signs returns what the classifiers of subjects read, with marks. Where nothing was masked
// or replaced that is what the one of danger has read.
func (u *utterance) signs(marks []string) []sign {
	if u.plain == nil || u.folded != u.normal || len(u.words[0].masked) < u.words[0].length {
		t := tokens(u.normal)
		return signsIn(roomFor(&u.room.normal, signsRoom(t)), t, marks)
	}
	return marked(u.plain, marks)
}

// Choice is an answer to the bot's own question: what to send, and what it means.
type Choice struct {
	Label string `json:"label"`
	Help  string `json:"help,omitempty"`
}

// Link leads to a page of this site.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"` // path without language prefix
}

// converse takes the message as part of the dialogue: an answer to what the bot
// asked, a choice, a wish to be checked, a place, a follow-up. False means that it is
// a question that stands by itself.
func (b *Bot) converse(ctx context.Context, t turn) (Reply, bool, error) {
	meaning := b.hearing.meaning(t.closed.text)
	if meaning == "person" {
		return b.toPeople(t), true, nil
	}
	if r, ok := b.aboutTurns(t, meaning); ok {
		return r, true, nil
	}
	if t.memory.Check != nil {
		if r, ok := b.inCheck(t); ok {
			return r, true, nil
		}
	}
	if len(t.memory.Choices) > 0 || t.memory.Clarified {
		if r, ok := b.choose(t); ok {
			return r, true, nil
		}
	}
	switch p := b.checkable(t.memory.Offer); {
	case p != nil && meaning == "yes":
		return b.begin(t, p), true, nil
	case p != nil && meaning == "no":
		t.memory = t.memory.settled()
		return b.remark(t, content.SayDeclined), true, nil
	case meaning == "stop":
		t.memory = t.memory.settled()
		return b.remark(t, content.SayNothing), true, nil
	case meaning == "thanks", len(t.memory.Choices) == 0 && directs(meaning) && !b.begins(t):
		return b.remark(t, content.SayDeclined), true, nil
	case meaning == "hello":
		return b.remark(t, content.SayHello), true, nil
	case meaning == "who":
		return b.remark(t, content.SayWho), true, nil
	}
	if r, ok := b.whose(t); ok {
		return r, true, nil
	}
	if r, ok, err := b.wantsCheck(ctx, t); ok || err != nil {
		return r, ok, err
	}
	if place, ok := b.hearing.livesIn(t.closed); ok {
		return b.handOver(t, place), true, nil
	}
	if place, ok := b.hearing.misspelt(t.closed.text); ok {
		return b.handOver(t, place), true, nil
	}
	return b.follow(ctx, t)
}

// directs reports whether a word only goes on with something, or back: where nothing is open,
// it is no question that could be refused.
func directs(meaning string) bool {
	return slices.Contains([]string{"yes", "no", "resume", "back"}, meaning)
}

// choose takes the message as a choice among what the bot offered last.
func (b *Bot) choose(t turn) (Reply, bool) {
	choices := t.memory.Choices
	meaning := b.hearing.means(t.Text)
	if i, ok := ordinal(meaning, len(choices)); ok {
		return b.chosen(t, choices[i]), true
	}
	if meaning == "neither" || meaning == "other" || meaning == "whatever" || meaning == "unknown" || meaning == "no" {
		return b.unclear(t), true
	}
	slug := b.called(t.Text)
	if slug == "" {
		slug = b.hinted(t)
	}
	if slug == "" || len(choices) == 0 {
		return Reply{}, false
	}
	for _, id := range choices {
		if id == checkPrefix+slug || b.entry(id).Policy == slug {
			return b.chosen(t, id), true
		}
	}
	// Another policy than those offered: what was asked of them is asked of it.
	if e, ok := b.passage(slug, b.entry(choices[0]).Section); ok {
		return b.chosen(t, e.ID), true
	}
	return Reply{}, false
}

// hinted returns the policy among those offered that a few words, such as "the one for
// orphans", are surely about; "" if they ask for something or are about none of them.
func (b *Bot) hinted(t turn) string {
	if utf8.RuneCountInString(t.Text) > catchSize || b.hearing.asks(t.Text) || b.learnt.Load() == nil {
		return ""
	}
	subjects := b.lexicon.subjects(t.words)
	likely := b.learnt.Load().topic.probabilities(paired(t.signs(subjects), subjects))
	best, sum := "", 0.0
	for _, id := range t.memory.Choices {
		slug, check := strings.CutPrefix(id, checkPrefix)
		if !check {
			slug = b.entry(id).Policy
		}
		p := likely[b.classes[slug]]
		if sum += p; best == "" || p > likely[b.classes[best]] {
			best = slug
		}
	}
	if best == "" || likely[b.classes[best]] < sum/2 || sum < hintedFrom {
		return ""
	}
	return best
}

// hintedFrom is how likely a few words have to be about one of the policies offered.
const hintedFrom = 0.5

// chosen goes on with one of the choices.
func (b *Bot) chosen(t turn, id string) Reply {
	if slug, ok := strings.CutPrefix(id, checkPrefix); ok {
		t.memory = t.memory.settled()
		return b.begin(t, b.policies[slug])
	}
	e := b.entry(id)
	return b.answer(t, match{entries: []*Entry{e}, confidence: bareConfidence})
}

// called returns the policy that the whole message is a name of; "" if there is none.
func (b *Bot) called(text string) string {
	normal := b.norm.Normalize(text)
	best, size := "", 0
	for slug, p := range b.policies {
		names := append([]string{b.norm.Normalize(p.Short("zh-Hans")), b.norm.Normalize(p.Short("en")), b.norm.Normalize(p.Titles.ZH)}, b.names[slug]...)
		for _, name := range names {
			if name != "" && strings.Contains(normal, name) && len(name) > size && utf8.RuneCountInString(normal) <= utf8.RuneCountInString(name)+nameSlack {
				best, size = slug, len(name)
			}
		}
	}
	return best
}

// nameSlack is how many characters a message may be longer than the name that it is.
const nameSlack = 4

// passage returns what a policy says under a section, or under one that says the same
// in other policies.
func (b *Bot) passage(policy, section string) (*Entry, bool) {
	alike := []string{section}
	for _, list := range b.hearing.alike {
		if slices.Contains(list, section) {
			alike = append(alike, list...)
		}
	}
	for _, s := range alike {
		if e, ok := b.entries[policy+".section."+s]; ok {
			return e, true
		}
	}
	return nil, false
}

// unclear gives up asking back: people can help.
func (b *Bot) unclear(t turn) Reply {
	t.memory = t.memory.settled()
	return Reply{Outcome: Refuse, Answer: b.words.Say(content.SayUnclear, t.Lang), Suggestions: b.words.Starters(t.Lang), Confidence: 1, Conversation: t.memory.String()}
}

// begins reports whether the message asks for a check, which in a word may mean yes too.
func (b *Bot) begins(t turn) bool {
	_, ok := b.hearing.holdsIn(beginWords, t.spelled)
	return ok
}

// wantsCheck begins a check where the message asks for one.
func (b *Bot) wantsCheck(ctx context.Context, t turn) (Reply, bool, error) {
	folded := t.folded
	if slices.Contains(b.offers, folded) {
		if p := b.checkable(cmp.Or(t.memory.Offer, t.memory.Policy)); p != nil {
			return b.begin(t, p), true, nil
		}
		return b.whichCheck(t), true, nil
	}
	word, ok := b.hearing.holdsIn(beginWords, t.spelled)
	if !ok || len(b.words.Says) == 0 {
		return Reply{}, false, nil
	}
	rest := strings.TrimSpace(strings.Replace(folded, word, " ", 1))
	if _, whether := b.hearing.holds(whetherWords, folded); !whether && utf8.RuneCountInString(rest) > shortName {
		return Reply{}, false, nil
	}
	for w, again := b.hearing.holds(whetherWords, rest); again; w, again = b.hearing.holds(whetherWords, rest) {
		rest = strings.TrimSpace(strings.Replace(rest, w, " ", 1))
	}
	said := b.hear(rest)
	said.words, said.plain = b.lexicon.readings(rest), nil // it is folded
	if b.lexicon.share(said.words, genericGroup) >= bareShare || rest == "" {
		for _, slug := range []string{t.memory.Offer, t.memory.Policy} {
			if p := b.checkable(slug); p != nil {
				return b.begin(t, p), true, nil
			}
		}
		return b.whichCheck(t), true, nil
	}
	m, err := b.match(ctx, said, t.memory.Policy)
	if err != nil {
		return Reply{}, false, err
	}
	for _, e := range m.likely[:min(2, len(m.likely))] {
		if p := b.checkable(e.Policy); p != nil && m.answers() {
			return b.begin(t, p), true, nil
		}
	}
	return Reply{}, false, nil
}

// shortName is how many characters may follow a wish to be checked that says nothing
// of conditions: the name of a policy.
const shortName = 10

// whichCheck asks which policy to check.
func (b *Bot) whichCheck(t turn) Reply {
	if t.memory.Clarified {
		return b.unclear(t)
	}
	t.memory = t.memory.settled()
	t.memory.Clarified = true
	r := Reply{Outcome: Clarify, Answer: b.words.Say(content.SayClose, t.Lang), Confidence: 1}
	for _, slug := range b.slugs {
		p := b.checkable(slug)
		if p == nil || !p.Online() || len(r.Choices) == mostChecks {
			continue
		}
		r.Choices = append(r.Choices, Choice{Label: b.policyIn(slug, t.Lang).Short(t.Lang)})
		t.memory.Choices = append(t.memory.Choices, checkPrefix+slug)
	}
	r.Conversation = t.memory.String()
	return r
}

// mostChecks is how many policies are offered to check.
const mostChecks = 6

// close returns the best policies of a match if they are so close that only the
// family knows which is meant.
func (b *Bot) close(t turn, m match) []*Entry {
	if len(m.likely) < 2 || m.bare || t.memory.Clarified || m.likely[0].Policy == t.memory.Policy || b.published[t.normal] != "" {
		return nil
	}
	normal := t.normal
	first, second := m.likely[0].Policy, m.likely[1].Policy
	if b.lead(m, first, second) >= closeMargin || b.calls(first, normal) || b.calls(second, normal) {
		return nil
	}
	if b.policies[first] == nil || b.policies[second] == nil || slices.Contains(b.links[first+"#"+m.likely[0].Section], second) {
		return nil
	}
	out := m.likely[:2]
	if len(m.likely) > 2 && b.lead(m, first, m.likely[2].Policy) < closeMargin && b.policies[m.likely[2].Policy] != nil {
		out = m.likely[:3]
	}
	return out
}

// closeMargin is by how much the best policy's score must lead for the bot not to
// ask which one is meant.
const closeMargin = 0.02

// which asks which of the policies is meant; the answer to each is already known.
func (b *Bot) which(t turn, entries []*Entry) Reply {
	t.memory = t.memory.settled()
	t.memory.Clarified = true
	r := Reply{Outcome: Clarify, Answer: b.words.Say(content.SayClose, t.Lang), Confidence: 1}
	if slices.ContainsFunc(entries, func(e *Entry) bool { return e.Policy == dangerPolicy }) {
		r.Notes = []string{b.words.Say(content.SayDanger, t.Lang)}
	}
	for _, e := range entries {
		r.Choices = append(r.Choices, Choice{Label: b.policyIn(e.Policy, t.Lang).Short(t.Lang)})
		t.memory.Choices = append(t.memory.Choices, e.ID)
	}
	r.Conversation = t.memory.String()
	return r
}

// dangerPolicy tells whom to call for a child in danger. Where it is among what may be meant,
// the first number is said at once.
const dangerPolicy = "protection-hotline"

// hint asks what a message that tells next to nothing means, danger first: a child may not
// know what to write.
func (b *Bot) hint(t turn) Reply {
	sections := b.listed(b.lexicon.short)
	if t.memory.Clarified || sections == nil {
		return b.unclear(t)
	}
	r := b.which(t, sections)
	r.Answer = b.words.Clarify.In(t.Lang)
	return r
}

// mostTitles is among how many policies a visitor can choose.
const mostTitles = 4

// titled is how a policy is called, normalised, and where its page begins.
type titled struct {
	short, whole []string // in each language
	first        *Entry
}

// titles lists them in the order of the site.
func (b *Bot) titles() []titled {
	var out []titled
	for _, slug := range b.slugs {
		p := b.policies[slug]
		if p == nil || len(p.Sections) == 0 {
			continue
		}
		if e, ok := b.passage(slug, p.Sections[0].ID); ok {
			out = append(out, titled{
				[]string{b.norm.Normalize(p.Short(original)), b.norm.Normalize(p.Short("en"))},
				[]string{b.norm.Normalize(p.Titles.ZH), b.norm.Normalize(p.Titles.EN)}, e,
			})
		}
	}
	return out
}

// several returns the passages to choose from where the whole message is a word that tells
// none of several policies: one that the lexicon lists, or one that their titles have in
// common. Where a policy has been spoken of, nobody has to choose.
func (b *Bot) several(t turn) []*Entry {
	if t.memory.Policy != "" || t.memory.Check != nil {
		return nil
	}
	if sections, ok := b.lexicon.choices[t.folded]; ok {
		return b.listed(sections)
	}
	if t.memory.Clarified {
		return nil
	}
	return b.inTitles(t.normal)
}

// listedWord reports whether the whole message is a word that the lexicon lists with what
// it may mean, danger among it.
func (b *Bot) listedWord(t turn) bool {
	return slices.ContainsFunc(b.lexicon.choices[t.folded], func(section string) bool {
		return strings.HasPrefix(section, dangerPolicy+"#")
	})
}

// listed returns the passages of sections, each policy#section, that are published.
func (b *Bot) listed(sections []string) []*Entry {
	var out []*Entry
	for _, s := range sections {
		policy, section, _ := strings.Cut(s, "#")
		if e, ok := b.entries[policy+".section."+section]; ok && b.policies[policy] != nil {
			out = append(out, e)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// inTitles returns the first section of each policy whose title holds the whole message: it
// names what several have in common, and tells none of them. Where one is called just that,
// nobody has to choose.
func (b *Bot) inTitles(said string) []*Entry {
	if utf8.RuneCountInString(said) < 2 || strings.Contains(said, " ") {
		return nil
	}
	var out []*Entry
	for _, p := range b.titled {
		if slices.Contains(p.short, said) {
			return nil
		}
		if slices.ContainsFunc(p.whole, func(title string) bool { return strings.Contains(title, said) }) {
			out = append(out, p.first)
		}
	}
	if len(out) < 2 || len(out) > mostTitles {
		return nil
	}
	return out
}

// finish adds to an answer what the bot says on its own account: whether the rule is
// in force, where the answer leads on this site, and the offer to check a child.
func (b *Bot) finish(t turn, r Reply, m memory) Reply {
	cite := r.Citations[0]
	r.Notes = append(r.Notes, b.standing(cite.Policy, t.Lang)...)
	for _, lead := range b.words.Leads {
		if lead.Section == cite.Policy+"#"+cite.Section {
			r.Links = append(r.Links, Link{lead.In(t.Lang), lead.Path})
		}
	}
	_, whether := b.hearing.holdsIn(whetherWords, t.spelled)
	if p := b.checkable(cite.Policy); p != nil && m.Check == nil && (whether || cite.Section == p.Sections[0].ID) {
		m.Offer, r.Offer = cite.Policy, b.words.Say(content.SayOffer, t.Lang)
	}
	r.Conversation = m.String()
	return b.waiting(t, r, m)
}

// standing says so where a policy has ended or is not confirmed.
func (b *Bot) standing(slug, lang string) []string {
	p := b.policies[slug]
	switch {
	case p == nil || len(b.words.Says) == 0:
		return nil
	case p.Status == "ended":
		return []string{b.words.Say(content.SayEnded, lang)}
	case p.Status == "unconfirmed":
		return []string{b.words.Say(content.SayUnconfirmed, lang)}
	}
	return nil
}

// waiting reminds of the question of a check that something else came between, and
// offers its answers again.
func (b *Bot) waiting(t turn, r Reply, m memory) Reply {
	if m.Check == nil || m.Check.Asks == "" || r.Outcome == Urgent {
		return r
	}
	t.memory = m
	open := b.question(t)
	r.Waiting, r.Choices, r.Check = b.words.Say(content.SayWaiting, t.Lang)+"\n"+open.Answer, open.Choices, open.Check
	return r
}

// unheard asks the open question of a check again when the answer was not understood,
// but not a third time.
func (b *Bot) unheard(t turn) (Reply, bool) {
	c := t.memory.Check
	if c == nil || c.Asks == "" || c.Missed {
		return Reply{}, false
	}
	missed := *c
	missed.Missed = true
	t.memory.Check = &missed
	return b.question(t, b.words.Say(content.SayUnheard, t.Lang)), true
}

// plainReply reports whether the whole message is a word that answers the bot or
// directs the dialogue: such words speak of hard things at times, but are no cry for
// help by themselves.
func (b *Bot) plainReply(t turn) bool {
	if b.hearing.means(t.Text) != "" {
		return true
	}
	if _, town := b.hearing.misspelt(t.closed.text); town || b.hearing.anotherChild(t.closed) || b.hearing.tellsAge(t.closed) {
		return true
	}
	if rest, leans := b.hearing.leaning(t.folded); leans && b.hearing.tellsAge(spell(closeUp(rest))) {
		return true
	}
	c := t.memory.Check
	if c == nil {
		return false
	}
	p := b.policies[c.Policy]
	q := screened(p, c.Asks)
	if q != nil && len(q.Options) == 0 && b.hearing.tellsNumbers(t.Text) {
		return true
	}
	if q != nil && (b.hearing.exactly(p, q, nil, t.Text) != "" || b.hearing.everyday(q, t.Text)) {
		return true
	}
	return slices.ContainsFunc(p.Screen(), func(q *content.Question) bool {
		return longest(b.hearing.subjects[q.Name], t.folded, nil) != "" && b.hearing.everyday(q, t.Text)
	})
}

// aside reports whether a message in the middle of a check is about something else:
// a question, or a policy by its name.
func (b *Bot) aside(t turn) bool {
	return b.hearing.asks(t.Text) || b.called(t.Text) != "" || b.lexicon.share(t.words, genericGroup) >= bareShare
}
