package bot

import (
	"slices"
	"strconv"
	"strings"

	"huitong/content"
)

// Check is a check of a policy's conditions that is under way, or its end.
type Check struct {
	Policy  string   `json:"policy"`           // slug
	Asks    string   `json:"asks,omitempty"`   // name of the question that Reply.Choices answer
	Number  int      `json:"number,omitempty"` // of that question, from 1
	Given   []Given  `json:"given,omitempty"`  // in the order in which they were given
	Verdict *Verdict `json:"verdict,omitempty"`
}

// Given is an answer: names and codes for programs, labels for people.
type Given struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// Verdict is what the policy says of the answers.
type Verdict struct {
	Result  string   `json:"result"` // yes, no or unknown
	Reasons []Reason `json:"reasons"`
	Confirm []string `json:"confirm,omitempty"` // what the office still has to confirm
	Instead []string `json:"instead,omitempty"` // slugs to look at after a no
}

// Reason is how one condition came out, in the policy's words.
type Reason struct {
	Result string `json:"result"`
	Text   string `json:"text"`
}

// screened returns the question of the policy's check with that name, or nil.
func screened(p *content.Policy, name string) *content.Question {
	i := slices.IndexFunc(p.Screen(), func(q *content.Question) bool { return q.Name == name })
	if i < 0 {
		return nil
	}
	return p.Screen()[i]
}

// accepts reports whether the value may be the answer to the question; that it is
// not known always may.
func accepts(q *content.Question, value string) bool {
	if value == content.UnknownAnswer {
		return true
	}
	if len(q.Options) > 0 {
		return q.Accepts(value)
	}
	n, err := strconv.Atoi(value)
	return err == nil && n >= q.Min && (q.Max == 0 || n <= q.Max)
}

func (c *checking) answers() content.Answers {
	out := content.Answers{}
	for _, g := range c.Given {
		out[g[0]] = g[1]
	}
	return out
}

// put records an answer, in the place of an earlier one to the same question, and
// reports whether there was one.
func (c *checking) put(name, value string) (again bool) {
	for i, g := range c.Given {
		if g[0] == name {
			c.Given[i][1] = value
			return true
		}
	}
	c.Given = append(c.Given, given{name, value})
	return false
}

// reopen takes back one answer, to ask for it again.
func (c *checking) reopen(i int) {
	c.Asks, c.Narrow, c.Missed = c.Given[i][0], nil, false
	c.Given = slices.Delete(c.Given, i, i+1)
}

// begin asks the first question of a policy's check.
func (b *Bot) begin(t turn, p *content.Policy) Reply {
	t.memory.Policy, t.memory.Section = p.Slug, ""
	t.memory.Check = &checking{Policy: p.Slug}
	return b.proceed(t, b.words.Say(content.SayBegin, t.Lang))
}

// proceed asks the next question that still matters, or gives the verdict.
func (b *Bot) proceed(t turn, notes ...string) Reply {
	c := t.memory.Check
	p := b.policies[c.Policy]
	c.Narrow, c.Missed, c.Asks = nil, false, ""
	if open := p.Open(c.answers()); len(open) > 0 {
		c.Asks = open[0].Name
		return b.question(t, notes...)
	}
	return b.verdict(t, notes...)
}

// question puts the open question, with its options to choose from.
func (b *Bot) question(t turn, notes ...string) Reply {
	c := t.memory.Check
	p := b.policyIn(c.Policy, t.Lang)
	q := screened(p, c.Asks)
	r := Reply{Outcome: Checking, Answer: q.Label, Notes: notes, Confidence: 1, Choices: b.answersTo(q, c.Narrow, t.Lang), Check: b.progress(t)}
	r.Check.Asks, r.Check.Number = q.Name, len(c.Given)+1
	if i := slices.IndexFunc(c.Given, func(g given) bool { return g[0] == q.Name }); i >= 0 {
		r.Check.Number = i + 1
	}
	if len(c.Narrow) > 0 {
		r.Answer = q.Label + "\n" + b.words.Say(content.SayNarrow, t.Lang)
	} else if len(q.Options) == 0 {
		r.Answer = q.Label + "\n" + b.words.Say(content.SayAgeHelp, t.Lang)
	}
	r.Conversation = t.memory.String()
	return r
}

// answersTo lists what may be answered; that one is not sure can always be said.
func (b *Bot) answersTo(q *content.Question, narrow []string, lang string) []Choice {
	var out []Choice
	for _, o := range q.Options {
		if len(narrow) == 0 || slices.Contains(narrow, o.Value) {
			out = append(out, Choice{Label: o.Label, Help: o.Help})
		}
	}
	if !q.Unknown || len(q.Options) == 0 {
		out = append(out, Choice{Label: b.words.Say(content.SayNotSure, lang)})
	}
	return out
}

// progress tells what was answered so far.
func (b *Bot) progress(t turn) *Check {
	c := t.memory.Check
	p := b.policyIn(c.Policy, t.Lang)
	out := &Check{Policy: c.Policy}
	for _, g := range c.Given {
		q := screened(p, g[0])
		label := q.OptionLabel(g[1])
		if g[1] == content.UnknownAnswer {
			label = b.words.Say(content.SayNotSure, t.Lang)
		}
		out.Given = append(out.Given, Given{g[0], g[1], q.Label, label})
	}
	return out
}

// verdict ends a check: what the policy says of the answers, with a reason for each
// condition and what it gives.
func (b *Bot) verdict(t turn, notes ...string) Reply {
	c := t.memory.Check
	p := b.policyIn(c.Policy, t.Lang)
	v := p.Assess(c.answers())
	cue := map[content.Truth]content.Cue{content.True: content.SayYes, content.False: content.SayNo, content.Unknown: content.SayUnknown}[v.Result]
	text := []string{b.words.Say(cue, t.Lang)}
	r := Reply{Outcome: Judged, Notes: append(notes, b.standing(p.Slug, t.Lang)...), Confidence: 1, Check: b.progress(t)}
	if v.Result != content.False {
		if v.Outcome != "" {
			text = append(text, v.Outcome)
		}
		for _, g := range p.Gives[:min(1, len(p.Gives))] {
			text = append(text, g.Text)
			r.Citations = b.citing(r.Citations, p.Slug, g.Section, t.Lang)
		}
	}
	r.Citations = b.citing(r.Citations, p.Slug, p.Sections[0].ID, t.Lang)
	r.Answer = strings.Join(text, "\n")
	r.Check.Verdict = &Verdict{Result: v.Result.String(), Confirm: v.Confirm}
	for _, reason := range v.Conditions {
		r.Check.Verdict.Reasons = append(r.Check.Verdict.Reasons, Reason{reason.Result.String(), reason.Text})
	}
	for _, slug := range v.Instead {
		if b.policies[slug] != nil && !slices.Contains(r.Check.Verdict.Instead, slug) {
			r.Check.Verdict.Instead = append(r.Check.Verdict.Instead, slug)
		}
	}
	r.Conversation = t.memory.String()
	return r
}

// citing adds the policy's section to the citations, once.
func (b *Bot) citing(cites []Citation, slug, section, lang string) []Citation {
	e, ok := b.entries[slug+".section."+section]
	if !ok {
		return cites
	}
	cite := b.in(e, lang).cite()
	if slices.Contains(cites, cite) {
		return cites
	}
	return append(cites, cite)
}

// policyIn returns the policy in a language; the original where it is not translated.
func (b *Bot) policyIn(slug, lang string) *content.Policy {
	if t, ok := b.policies[slug].In(lang); ok {
		return t
	}
	return b.policies[slug]
}

// inCheck takes a message as part of the check that is under way, or has just ended.
// False means that it is something else.
func (b *Bot) inCheck(t turn) (Reply, bool) {
	c := t.memory.Check
	switch b.hearing.means(t.Text) {
	case "stop":
		return b.stop(t), true
	case "again":
		return b.begin(t, b.policies[c.Policy]), true
	case "resume":
		if c.Asks != "" {
			return b.question(t), true
		}
	case "back":
		if len(c.Given) > 0 {
			c.reopen(len(c.Given) - 1)
			return b.question(t), true
		}
		return b.question(t), c.Asks != ""
	}
	if i := b.toChange(t, c); i >= 0 {
		c.reopen(i)
		return b.question(t), true
	}
	if r, ok := b.correct(t); ok {
		return r, true
	}
	return b.take(t, b.hearing.understand(b.policies[c.Policy], c, t.Text))
}

// take records what was understood and goes on.
func (b *Bot) take(t turn, answers []meant) (Reply, bool) {
	c := t.memory.Check
	p := b.policyIn(c.Policy, t.Lang)
	var notes []string
	for _, a := range answers {
		if a.value == "" {
			continue
		}
		cue := content.SayNoted
		if c.put(a.question.Name, a.value) {
			cue = content.SayCorrected
		}
		notes = append(notes, b.echo(cue, screened(p, a.question.Name), a.value, t.Lang))
	}
	for _, a := range answers {
		if a.value == "" {
			c.Asks, c.Narrow, c.Missed = a.question.Name, a.narrow, false
			return b.question(t, notes...), true
		}
	}
	if len(notes) == 0 {
		return Reply{}, false
	}
	return b.proceed(t, notes...), true
}

// echo says what was understood, so that a family sees it and can mend it.
func (b *Bot) echo(cue content.Cue, q *content.Question, value, lang string) string {
	label := q.OptionLabel(value)
	if value == content.UnknownAnswer {
		label = b.words.Say(content.SayNotSure, lang)
	}
	if lang == "en" {
		return b.words.Say(cue, lang) + ": " + q.Label + " " + label
	}
	return b.words.Say(cue, lang) + "：" + q.Label + label
}

// correct takes "no, the mother is in prison" as a new answer to that question.
func (b *Bot) correct(t turn) (Reply, bool) {
	c := t.memory.Check
	p := b.policies[c.Policy]
	if b.hearing.asks(t.Text) {
		return Reply{}, false
	}
	for i, g := range c.Given {
		q := screened(p, g[0])
		if longest(b.hearing.subjects[q.Name], b.hearing.fold(t.Text), nil) == "" || q.Name == c.Asks {
			continue
		}
		if a := b.hearing.option(q, t.Text); a.value != "" {
			c.Given[i][1] = a.value
			return b.proceed(t, b.echo(content.SayCorrected, screened(b.policyIn(c.Policy, t.Lang), q.Name), a.value, t.Lang)), true
		}
	}
	return Reply{}, false
}

// toChange returns which answer the message wants to give anew; -1 if none.
func (b *Bot) toChange(t turn, c *checking) int {
	folded := b.hearing.fold(t.Text)
	word := longest(b.hearing.lists[changeWords], folded, nil)
	if !strings.HasPrefix(folded, word) || word == "" {
		return -1
	}
	rest := closeUp(strings.TrimPrefix(folded, word))
	for i, g := range c.Given {
		for _, said := range inAllLanguages(b.policies[c.Policy], screened(b.policies[c.Policy], g[0])) {
			if closeUp(b.hearing.fold(said.Label)) == strings.TrimSpace(rest) {
				return i
			}
		}
		if w := longest(b.hearing.subjects[g[0]], rest, nil); w != "" && len(rest) <= len(w)+len("那个的") {
			return i
		}
	}
	return -1
}

// stop ends a check; nothing of it is kept.
func (b *Bot) stop(t turn) Reply {
	t.memory.Check = nil
	t.memory = t.memory.settled()
	return b.remark(t, content.SayStopped)
}

// remark says something that is no answer.
func (b *Bot) remark(t turn, cue content.Cue) Reply {
	return Reply{Outcome: Remark, Answer: b.words.Say(cue, t.Lang), Confidence: 1, Suggestions: b.words.Starters(t.Lang), Conversation: t.memory.String()}
}
