// Package bot answers questions from what is published, and from nothing else.
//
// A [Bot] is built from [Entry] values, the FAQs, sections and summaries of the
// policies, and a search engine over the same entries. [Bot.Ask] first looks for
// a child in danger, then decides whether the question belongs here at all, then
// which policy it is about, and quotes that policy's best entry with a link to
// the very section. In between it is a partner in a dialogue: it understands
// follow-ups, asks back once, and checks the conditions of a policy by the policy's
// own questions. Each [Reply] says by its outcome what it is. There is no language
// model: three small classifiers are trained from
// example sentences when the content is loaded, in milliseconds.
//
// The package refuses to know HTTP, databases and interface texts; its own words
// come with the content. It keeps nothing: the conversation is in the token that
// the caller sends back.
package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"huitong/content"
	"huitong/search"
)

// MaxQuestion is the length of the longest question, in characters.
const MaxQuestion = 300

// Errors of a question that cannot be asked.
var (
	ErrEmpty   = errors.New("question is empty")
	ErrTooLong = errors.New("question is too long")
)

// Outcome says what kind of reply it is.
type Outcome string

// The outcomes.
const (
	Answer  Outcome = "answer"  // found in published content
	Clarify Outcome = "clarify" // about several policies; Suggestions lead on
	Refuse  Outcome = "refuse"  // not published here; says who can help
	Urgent  Outcome = "urgent"  // a child in danger: numbers to call first

	Checking Outcome = "check"    // a question of a policy's check
	Judged   Outcome = "verdict"  // the end of a check
	HandOver Outcome = "handover" // whom to turn to where the family lives
	Remark   Outcome = "note"     // no answer: that something has ended, say
)

// Question is one turn of a visitor.
type Question struct {
	Text         string
	Lang         string // zh-Hans, zh-Hant or en
	Conversation string // from the last Reply; empty at the start
}

// Reply is the bot's turn. Its JSON form is that of the public API.
type Reply struct {
	Outcome      Outcome    `json:"outcome"`
	Answer       string     `json:"answer"`
	Original     string     `json:"original,omitempty"` // the answer as published, where Answer was put into other words
	Citations    []Citation `json:"citations"`
	Suggestions  []string   `json:"suggestions"`      // questions to ask next
	Confidence   float64    `json:"confidence"`       // 0..1 that the outcome is right
	Danger       bool       `json:"danger,omitempty"` // perhaps a child is in danger: the first note is the number to call
	Conversation string     `json:"conversation"`

	Entry   string   `json:"entry,omitempty"`   // ID of the passage quoted
	Notes   []string `json:"notes,omitempty"`   // said on the bot's own account, before the answer
	Waiting string   `json:"waiting,omitempty"` // the question of a check that is still open, after an answer to something else
	Choices []Choice `json:"choices,omitempty"` // what may be answered to the bot's question; the label is what to send
	Links   []Link   `json:"links,omitempty"`   // pages of this site that the answer leads to
	Offer   string   `json:"offer,omitempty"`   // what to send to have the policy's conditions checked
	Check   *Check   `json:"check,omitempty"`
	Place   string   `json:"place,omitempty"` // ID of the town whose directors the answer leads to
}

// Citation is the section that an answer was taken from.
type Citation struct {
	Policy  string `json:"policy"` // slug of the policy, or of the help page or reply
	Section string `json:"section"`
	Title   string `json:"title"`
	URL     string `json:"url"` // path without language prefix
}

// Entry is one published passage that can answer. Its ID is that of the search
// document made from it.
type Entry struct {
	ID        string
	Policy    string // slug of the policy, or of the page that is none
	Section   string
	Kind      string // faq, section or policy; help or reply for those pages
	Lang      string // of its texts
	Whole     bool   // about the whole policy or page; Phrasings are its names
	Title     string // of the policy and the section, for the citation
	Question  string // a question it answers
	Phrasings []string
	Text      string
	URL       string
	Links     []string // other policies that its section links to
}

// Searcher finds entries; both search engines do.
type Searcher interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
}

// Config is what a Bot is made of. All of it belongs to one version of the
// content.
type Config struct {
	Entries    []Entry
	Search     Searcher
	Normalizer *search.Normalizer
	Lexicon    io.Reader          // see content/lexicon.txt
	Examples   []content.TextFile // see content/examples/urgent.txt
	Words      content.Assistant
	Dialogue   content.Dialogue
	Places     []content.Place
	Policies   []*content.Policy // whose conditions it can check
	Phones     []content.Fact    // whose numbers they are

	// Shelf, if there is one, spares the training where a bot made of the same has been
	// trained before. Version tells what else that depends on: the code and what the
	// normalizer was made of.
	Shelf   Shelf
	Version string

	// Previous is the bot of the version before, if there is one: until the new
	// one has been trained it judges by what that one has learnt, so that nobody
	// waits when content changes. Its own training is given up.
	Previous *Bot
}

// Bot answers questions. It is safe for concurrent use; nothing but what it has
// learnt ever changes.
type Bot struct {
	search   Searcher
	norm     *search.Normalizer
	words    content.Assistant
	lexicon  *lexicon
	hearing  *hearing
	offers   []string // the offer to check a child, folded
	inDanger []string // the answers to whether there is danger, folded
	noDanger []string
	policies map[string]*content.Policy
	entries  map[string]*Entry
	known    map[string]*known   // the same
	filed    []known             // in the order of the configuration, which is that of the index
	cut      map[*Entry]string   // what is quoted of those that are too long
	names    map[string][]string // of each policy, normalised
	calling  wordFinder          // of all names: the class of the policy
	only     wordFinder          // of words without which a section is no answer: the number of the section
	cases    wordFinder          // of words for special cases: the number of the case
	special  map[string]*Entry   // entries whose question names a special case, by hash
	slugs    []string            // class of the topic classifier to policy
	classes  map[string]int      // the reverse

	questions map[string][]*Entry    // of each policy: the entries with a question, in order
	published map[string]string      // each such question, normalised, to its entry
	normal    map[string]string      // question of each entry, normalised
	naming    map[string]bool        // entries whose question calls their policy by its name
	sections  map[string][]string    // of each policy, in order
	links     map[string][]string    // policy#section to the other policies that it links to
	sound     map[string]func() bool // entry to whether its question leads to an answer of its policy

	numbers []number
	titled  []titled
	rooms   sync.Pool

	shelf Shelf
	key   string // of what is learnt on the shelf

	ready  chan struct{} // closed when learnt is set
	done   chan struct{} // closed when training has ended
	giveUp context.CancelFunc
	learnt atomic.Pointer[learnt]
}

// New builds a bot. Its classifiers are trained in the background; without a
// previous bot Ask waits for them. Errors name the data file's line.
func New(c Config) (*Bot, error) {
	made := newRecipe(c)
	l, err := parseLexicon(made.reads(c.Lexicon), c.Normalizer.Fold)
	if err != nil {
		return nil, err
	}
	b := &Bot{search: c.Search, norm: c.Normalizer, words: c.Words, lexicon: l, entries: map[string]*Entry{}, known: map[string]*known{}, filed: make([]known, len(c.Entries)), cut: map[*Entry]string{}, special: map[string]*Entry{}, classes: map[string]int{}, names: map[string][]string{}, ready: make(chan struct{}), done: make(chan struct{})}
	b.hearing, b.policies = newHearing(c.Dialogue, c.Places, c.Normalizer.Fold), map[string]*content.Policy{}
	b.hearing.passOver(l)
	b.inDanger, b.noDanger = b.inAnyLanguage(content.SayInDanger), b.inAnyLanguage(content.SayNoDanger)
	offer := c.Words.Says[content.SayOffer]
	b.shelf, b.key = c.Shelf, made.key()
	b.offers = []string{b.norm.Fold(offer.ZH), b.norm.Fold(offer.EN)}
	for _, p := range c.Policies {
		b.policies[p.Slug] = p
	}
	only := b.numberOnly(l)
	b.fileCases(l)
	b.numbers = numbersIn(c.Phones, c.Entries)
	b.prepareSuggestions(c.Entries)
	for i := range c.Entries {
		e := &c.Entries[i]
		b.entries[e.ID] = e
		if _, known := b.classes[e.Policy]; !known {
			b.classes[e.Policy] = len(b.slugs)
			b.slugs = append(b.slugs, e.Policy)
		}
		b.filed[i] = known{e, b.classes[e.Policy], only[e.Section], b.casesOf(e)}
		one := &b.filed[i]
		if short := excerpt(e.Text); short != e.Text {
			b.cut[e] = short
		}
		if b.known[e.ID] = one; len(one.cases) > 0 {
			b.special[hashOf(e.ID)] = e
		}
		if e.Whole {
			for _, name := range e.Phrasings {
				name = b.norm.Normalize(name)
				b.names[e.Policy] = append(b.names[e.Policy], name)
				b.calling.add(name, b.classes[e.Policy])
			}
		}
	}
	b.titled = b.titles()
	b.nameQuestions(c.Entries)
	sentences, err := readExamples(c.Examples, b.slugs)
	if err != nil {
		return nil, err
	}
	var ctx context.Context
	ctx, b.giveUp = context.WithCancel(context.Background())
	b.inherit(c.Previous)
	go func() {
		defer close(b.done)
		defer b.giveUp()
		b.learn(ctx, c.Entries, sentences)
	}()
	return b, nil
}

// GiveUp ends a training that goes on, of a bot that nobody will ask any more.
func (b *Bot) GiveUp() { b.giveUp() }

// Trained returns a channel that is closed when the bot has learnt what it can, or
// was told to give up.
func (b *Bot) Trained() <-chan struct{} { return b.done }

// Learnt reports whether the bot can judge: until then Ask waits.
func (b *Bot) Learnt() bool { return b.learnt.Load() != nil }

// Ask answers one question. The error is ErrEmpty, ErrTooLong, that of the search
// engine, or of a context that ended before the bot had learnt.
func (b *Bot) Ask(ctx context.Context, q Question) (Reply, error) {
	within := b.enter()
	defer b.leave(within)
	t, err := b.turn(q, within)
	if err != nil {
		return Reply{}, err
	}
	reply, err := b.reply(ctx, t)
	if err != nil {
		return Reply{}, err
	}
	if reply.Citations == nil {
		reply.Citations = []Citation{}
	}
	if reply.Suggestions == nil {
		reply.Suggestions = []string{}
	}
	return reply, nil
}

// Alarming reports whether the question, at the beginning of a conversation, would be answered
// by numbers to call and nothing else. The error is ErrEmpty, ErrTooLong or that of a context
// that ended before the bot had learnt.
func (b *Bot) Alarming(ctx context.Context, q Question) (bool, error) {
	within := b.enter()
	defer b.leave(within)
	q.Conversation = ""
	t, err := b.turn(q, within)
	if err != nil {
		return false, err
	}
	r, _, settled, err := b.first(ctx, t)
	return settled && r.Outcome == Urgent, err
}

// turn makes a question ready.
func (b *Bot) turn(q Question, within *room) (turn, error) {
	text := visible(q.Text)
	switch {
	case text == "":
		return turn{}, ErrEmpty
	case utf8.RuneCountInString(text) > MaxQuestion:
		return turn{}, fmt.Errorf("%w: at most %d characters", ErrTooLong, MaxQuestion)
	}
	q.Text = b.hearing.plea(withoutHidden(text))
	t := turn{q, b.hearIn(within, q.Text), b.remember(q.Conversation)}
	b.noteCases(&t)
	return t, nil
}

// alarm warns of danger by the rules of the lexicon while the bot has not learnt yet: a
// child that is beaten does not wait for that, and the rules err on its side.
func (b *Bot) alarm(t turn) (Reply, bool) {
	if b.Learnt() || !b.lexicon.isUrgent(t.words) || b.plainReply(t) {
		return Reply{}, false
	}
	return b.warn(t, urgentFrom), true
}

// wait returns when the bot can judge.
func (b *Bot) wait(ctx context.Context) error {
	select {
	case <-b.ready:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the bot: %w", ctx.Err())
	}
}

func (b *Bot) reply(ctx context.Context, t turn) (Reply, error) {
	r, danger, settled, err := b.first(ctx, t)
	if settled || err != nil {
		return r, err
	}
	if r, err = b.ordinarily(ctx, t, danger); err != nil {
		return Reply{}, fmt.Errorf("answer question: %w", err)
	}
	if danger >= suspectFrom || b.inAClause(t) {
		r = b.numberFirst(t, r)
	}
	return r, nil
}

// first looks for a child in danger: the reply is settled where nothing else has to be said.
func (b *Bot) first(ctx context.Context, t turn) (r Reply, danger float64, settled bool, err error) {
	if r, ok := b.alarm(t); ok {
		return r, 0, true, nil
	}
	if err := b.wait(ctx); err != nil {
		return Reply{}, 0, false, err
	}
	if r, ok := b.saysWhether(t); ok {
		return r, 0, true, nil
	}
	danger, sure := b.urgency(&t.utterance)
	if danger >= suspectFrom && (b.plainReply(t) || b.listedWord(t)) { // below, nothing asks
		danger, sure = 0, false
	}
	if sure {
		return b.warn(t, danger), danger, true, nil
	}
	return Reply{}, danger, false, nil
}

// ordinarily replies to what was asked, whatever danger there may be besides.
func (b *Bot) ordinarily(ctx context.Context, t turn, danger float64) (Reply, error) {
	if r, ok, err := b.converse(ctx, t); ok || err != nil {
		return r, err
	}
	if r, ok := b.unheard(t); ok && !b.aside(t) {
		return r, nil
	}
	if several := b.several(t); several != nil {
		return b.which(t, several), nil
	}
	if (t.blank() || b.hearing.tellsAge(t.closed)) && b.names[t.memory.Policy] == nil {
		return b.hint(t), nil
	}
	return b.lookUp(ctx, t, danger)
}

// lookUp answers a question that stands by itself from what is published, or says why not.
func (b *Bot) lookUp(ctx context.Context, t turn, danger float64) (Reply, error) {
	m, err := b.matchIn(ctx, t)
	if err != nil {
		return Reply{}, err
	}
	unsure := !m.answers()
	if e, ok := b.account(t.closed, unsure || m.bare); ok && danger < hintFrom {
		return b.answer(t, match{entries: []*Entry{e}, confidence: bareConfidence}), nil
	}
	switch {
	case m.bare && b.names[t.memory.Policy] == nil:
		return b.clarify(t, m), nil
	case unsure && danger >= hintFrom && t.thin():
		return b.hint(t), nil
	case unsure && danger >= askedFrom:
		return b.whether(t), nil
	case unsure && m.catchword(t.folded) && !t.memory.Clarified:
		m.near = m.found
		return b.clarify(t, m), nil
	case unsure:
		return b.refuse(t, m), nil
	}
	if near := b.close(t, m); near != nil {
		return b.which(t, near), nil
	}
	return b.answer(t, b.notAgain(t, b.arranged(m))), nil
}

// notAgain puts the whole section before the answer that was given just now: who asks on has
// heard that, and the section tells more. Where it was the section, nothing tells more, and the
// reply says that it may not be what was asked.
func (b *Bot) notAgain(t turn, m match) match {
	best, asked := m.entries[0], t.memory.Asked
	if len(asked) == 0 || asked[len(asked)-1] != hashOf(best.ID) {
		return m
	}
	if whole, ok := b.entries[best.Policy+".section."+best.Section]; ok && best.Kind == "faq" {
		m.entries = append([]*Entry{whole}, m.entries...)
		return m
	}
	m.confidence = min(m.confidence, doubtBelow/2)
	return m
}

// refuse says that nothing is published that answers the question.
func (b *Bot) refuse(t turn, m match) Reply {
	after := t.memory.settled()
	r := Reply{
		Outcome: Refuse, Answer: b.words.Refuse.In(t.Lang), Suggestions: b.words.Starters(t.Lang),
		Confidence: 1 - m.belongs, Conversation: after.String(),
	}
	return b.waiting(t, r, after)
}

// reportEntry says how to report that a child is harmed, and who has to.
const reportEntry = "mandatory-report.section.how"

// warn says whom to call for a child in danger, and where to read how one reports it.
func (b *Bot) warn(t turn, danger float64) Reply {
	r := Reply{Outcome: Urgent, Answer: b.words.Urgent.In(t.Lang), Confidence: max(danger, urgentFrom), Conversation: t.memory.String()}
	if report, published := b.entries[reportEntry]; published {
		r.Citations = []Citation{b.in(report, t.Lang).cite()}
	}
	return r
}

// answer quotes the best entry of the match, in the visitor's language if there is
// a translation.
func (b *Bot) answer(t turn, m match) Reply {
	best := m.entries[0]
	after := t.memory.settled()
	after.Policy, after.Section = best.Policy, best.Section
	after.Asked = after.Asked.with(b.published[t.normal]).with(best.ID)
	said := b.in(best, t.Lang)
	r := Reply{
		Outcome: Answer, Answer: b.quoted(said), Confidence: m.confidence, Entry: best.ID,
		Citations:   []Citation{said.cite()},
		Suggestions: b.next(m, after.Asked, t.Lang),
	}
	if t.Lang == "en" && said.Lang != t.Lang {
		r.Notes = append(r.Notes, b.words.Say(content.SayForeign, t.Lang))
	}
	if m.confidence < doubtBelow {
		r.Notes = append(r.Notes, b.words.Say(content.SayDoubtful, t.Lang))
	}
	return b.finish(t, r, after)
}

// doubtBelow is the confidence below which an answer says that it may not be what was
// asked: of ten such answers to the questions set aside five are not.
const doubtBelow = 0.4

func (e *Entry) cite() Citation {
	return Citation{Policy: e.Policy, Section: e.Section, Title: e.Title, URL: e.URL}
}

// entry returns the entry with the ID; an empty one if there is none.
func (b *Bot) entry(id string) *Entry {
	if e, ok := b.entries[id]; ok {
		return e
	}
	return &Entry{}
}

// in returns the entry in a language; itself where it is not translated.
func (b *Bot) in(e *Entry, lang string) *Entry {
	if lang == "" || lang == e.Lang {
		return e
	}
	if t, ok := b.entries[idIn(e.ID, lang)]; ok {
		return t
	}
	return e
}

// excerptLength bounds an answer, in the width of characters, of which a letter has
// less than half; a longer section is cut after a sentence, and the citation leads
// to the rest.
const excerptLength = 180

// quoted returns what of an entry's text is an answer.
func (b *Bot) quoted(e *Entry) string {
	if short, ok := b.cut[e]; ok {
		return short
	}
	return e.Text
}

func excerpt(text string) string {
	width := 0.0
	for at, r := range text {
		if width >= excerptLength {
			return cutShort(text[:at], text[at])
		}
		if r < 0x250 {
			width += 0.4
			continue
		}
		width++
	}
	return text
}

// cutShort ends a text that is too long after a sentence; next is what follows it.
func cutShort(text string, next byte) string {
	runes := append([]rune(text), rune(next))
	limit := len(runes) - 1
	for i := limit; i > limit/3; i-- {
		stop := runes[i-1] == '.' && runes[i] == ' '
		if stop || strings.ContainsRune("。！？\n", runes[i-1]) {
			return strings.TrimSpace(string(runes[:i]))
		}
	}
	return string(runes[:limit]) + "……"
}

// visible removes what nobody can see: control and format characters, variation
// selectors, tags and fillers.
func visible(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r > ' ' && r < 0x7f, r >= 0x4e00 && r <= 0x9fff: // nearly all
			return r
		case r == '\n' || r == '\t' || r == '\r' || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError, unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r),
			unicode.Is(unicode.Variation_Selector, r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}
