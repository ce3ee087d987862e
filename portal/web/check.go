package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

func (s *Server) checkRoutes() []route {
	return []route{
		{fiber.MethodGet, "/check", s.chooseCheck, kept},
		{fiber.MethodGet, "/apply", s.chooseApply, kept},
		{fiber.MethodGet, "/check/all", s.askAll, private},
		{fiber.MethodPost, "/check/all", s.askAll, limited | private},
		{fiber.MethodGet, "/check/:slug", s.askCheck, private},
		{fiber.MethodPost, "/check/:slug", s.askCheck, limited | private},
	}
}

// choosePage lists the policies that one can check or apply for.
type choosePage struct {
	Together bool // several can be applied for at once
	page
	Lead   string
	Base   string // /check or /apply
	Groups []policyGroup
}

func (s *Server) chooseCheck(c *fiber.Ctx) error {
	return s.choose(c, "check", (*content.Policy).Checkable)
}

func (s *Server) chooseApply(c *fiber.Ctx) error {
	return s.choose(c, "apply", (*content.Policy).Online)
}

func (s *Server) choose(c *fiber.Ctx, what string, keep func(*content.Policy) bool) error {
	p := choosePage{page: s.page(c, what+".title"), Lead: s.words(c)(what + ".lead"), Base: "/" + what, Together: s.cases.Households != nil}
	p.Description = p.Lead
	p.Column = column{Name: p.Title, About: p.Lead, Path: p.Base}
	p.Groups = s.groups(c, keep)
	return s.render(c, "choose", p)
}

// Names of the form's own fields; questions are never named like them.
const (
	checkOrder = "-order" // names of the questions answered so far
	checkAsked = "-asked" // the question this page asked
	checkBack  = "-back"  // any value: take the last answer back
	checkShow  = "-show"  // any value: judge by the answers so far
)

// screener is what asks: a policy, or several at once.
type screener interface {
	Screen() []*content.Question
	Open(content.Answers) []*content.Question
}

// screening is a questionnaire as a post left it. The answers live in the form
// alone: they are neither stored nor ever part of an address.
type screening struct {
	from    screener
	answers content.Answers
	order   []string          // names of the answers, as they were given
	asked   *content.Question // what to ask now; nil: nothing
	value   string            // what was answered to it before
	wrong   string            // what is wrong with that
	group   int               // of a long list of choices, see groups.go
}

// questions is the part of a page that asks one question.
type questions struct {
	Question *field // nil on the result
	Problems []problem
	Order    string
	Given    []given // answers so far, in the order they were given
	Number   int     // of this question, from 1
	Danger   bool    // an answer says that the child may be in danger
}

// given is an answer that the form carries along.
type given struct{ Name, Value, Label, Shown, Lang string }

type checkPage struct {
	page
	questions
	Policy *content.Policy
	Result *checkResult
}

type checkResult struct {
	Word       string // yes, no or perhaps
	Outcome    string
	Conditions []content.Reason
	Confirm    []string
	Documents  []content.Document
	Instead    []*content.Policy

	Heard, HeardPapers heard
}

// askCheck asks one question a page and ends with the verdict.
func (s *Server) askCheck(c *fiber.Ctx) error {
	policy, ok := s.policy(c, c.Params("slug"))
	if !ok || !policy.Checkable() {
		return fiber.ErrNotFound
	}
	now := s.readScreening(c, policy)
	p := checkPage{page: s.page(c, "check.title"), Policy: policy}
	p.NoIndex = true
	p.ContentLang = p.Lang.shows(policy.Lang)
	p.Crumbs = []crumb{{p.Title, "/check"}}
	p.Short = s.contentText(c, policy.Short(p.Lang.Code))
	p.Title = s.words(c)("check.of", "Policy", s.contentText(c, policy.Short(p.Lang.Code)))
	p.questions = s.newQuestions(c, &p.page, now, func(*content.Question) string { return policy.Lang })
	if now.asked == nil {
		p.Result = s.newCheckResult(c, policy, now.answers)
	}
	return s.render(c, "check", p)
}

// readScreening takes in what was posted and settles what to ask next.
func (s *Server) readScreening(c *fiber.Ctx, from screener) screening {
	now := screening{from: from, answers: content.Answers{}}
	now.carry(c)
	if key := c.FormValue(keyPressed); key != "" {
		if now.asked = now.question(c.FormValue(checkAsked)); now.asked != nil {
			now.value = firstRunes(afterKey(c.FormValue(now.asked.Name), key, maxDigits), maxDigits)
			return now
		}
	}
	if now.group = groupAsked(c); now.group > 0 {
		if now.asked = now.question(c.FormValue(checkAsked)); now.asked != nil {
			now.value = cleanAnswer(now.asked, c.FormValue(now.asked.Name))
			return now
		}
	}
	now.asked, now.wrong, now.value = s.takeAnswer(c, now)
	switch {
	case c.FormValue(checkBack) != "" && len(now.order) > 0:
		last := now.order[len(now.order)-1]
		now.asked, now.wrong, now.value = now.question(last), "", now.answers[last]
		now.order = now.order[:len(now.order)-1]
		delete(now.answers, last)
		return now
	case c.FormValue(checkShow) != "":
		now.asked = nil
		return now
	case now.wrong != "":
		return now
	case now.asked != nil:
		now.answers[now.asked.Name] = now.value
		now.order = append(now.order, now.asked.Name)
	}
	now.asked, now.value = nil, ""
	if open := from.Open(now.answers); len(open) > 0 {
		now.asked = open[0]
	}
	return now
}

// carry reads the answers that the form carried, in order; what is not a valid
// answer to a question of the checker is dropped.
func (n *screening) carry(c *fiber.Ctx) {
	for _, name := range strings.Fields(c.FormValue(checkOrder)) {
		q := n.question(name)
		if q == nil || n.answers[name] != "" {
			continue
		}
		if value := cleanAnswer(q, c.FormValue(name)); value != "" {
			n.answers[name] = value
			n.order = append(n.order, name)
		}
	}
}

// question returns the checker's question of that name, or nil.
func (n *screening) question(name string) *content.Question {
	all := n.from.Screen()
	i := slices.IndexFunc(all, func(q *content.Question) bool { return q.Name == name })
	if i < 0 {
		return nil
	}
	return all[i]
}

// takeAnswer reads the answer to the question that was asked: the question (nil
// if none was), what is wrong with the answer, and the answer.
func (s *Server) takeAnswer(c *fiber.Ctx, n screening) (*content.Question, string, string) {
	q := n.question(c.FormValue(checkAsked))
	if q == nil || n.answers[q.Name] != "" {
		return nil, "", ""
	}
	raw := c.FormValue(q.Name)
	if value := cleanAnswer(q, raw); value != "" {
		return q, "", value
	}
	if len(q.Options) > 0 {
		raw = ""
	}
	return q, s.words(c)(wrongAnswer(q)), raw
}

// wrongAnswer returns the message for what is no answer to q.
func wrongAnswer(q *content.Question) string {
	if len(q.Options) > 0 {
		return "check.choose"
	}
	return "check.number"
}

// newQuestions makes the part of the page that asks. The language of each question
// is what langOf says of it.
func (s *Server) newQuestions(c *fiber.Ctx, p *page, now screening, langOf func(*content.Question) string) questions {
	out := questions{Order: strings.Join(now.order, " "), Number: len(now.order) + 1}
	for _, name := range now.order {
		q := now.question(name)
		out.Danger = out.Danger || q.Alarms(now.answers[name])
		out.Given = append(out.Given, given{
			Name: name, Value: now.answers[name], Lang: p.Lang.shows(langOf(q)),
			Label: s.contentText(c, q.Label), Shown: s.contentText(c, q.OptionLabel(now.answers[name])),
		})
	}
	if len(out.Given) > 0 {
		p.BackForm = backForm
	}
	p.Scripts = append(p.Scripts, "speech.js")
	if now.asked == nil {
		p.Scripts = append(p.Scripts, "print.js")
		return out
	}
	p.ContentLang = p.Lang.shows(langOf(now.asked))
	f := s.newField(*p, now.asked, now.value, now.wrong)
	f.Keypad = p.Elder() && now.asked.Type == "number"
	if p.Elder() {
		f = f.split(now.group)
	}
	key := ""
	if now.wrong != "" {
		key = wrongAnswer(now.asked)
	}
	heard := s.hearAsked(&f, *p, s.asks(now.asked), key)
	out.Question = &f
	if now.wrong != "" {
		out.Problems = []problem{{f.ID(), now.wrong, heard}}
		s.wrong(c, p)
	}
	return out
}

// asks returns the policy that has this question, for its words.
func (s *Server) asks(q *content.Question) string {
	for _, p := range s.content().Library.Policies {
		for _, lang := range []string{languages[0].Code, "en"} {
			translated, ok := p.In(lang)
			if ok && slices.ContainsFunc(translated.Screen(), func(own *content.Question) bool { return own.Name == q.Name && own.Label == q.Label }) {
				return p.Slug
			}
		}
	}
	return ""
}

// backForm is the id of a form that takes the last answer back. It stands by itself,
// so that the button of the bar, which comes first on the page, is not what the Enter
// key presses.
const backForm = "step-back"

// maxNumber is beyond any age or count that a checker asks for.
const maxNumber = 1e9

// cleanAnswer returns the answer as rules read it; "" if it is none.
func cleanAnswer(q *content.Question, raw string) string {
	raw = strings.TrimSpace(raw)
	if len(q.Options) > 0 {
		if q.Accepts(raw) {
			return raw
		}
		return ""
	}
	raw = strings.TrimRight(strings.Map(halfWidth, raw), "岁歲")
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil || n < float64(q.Min) || n > maxNumber || q.Max > 0 && n > float64(q.Max) {
		return ""
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

func halfWidth(r rune) rune {
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	return r
}

var resultWords = map[content.Truth]string{content.True: "yes", content.False: "no", content.Unknown: "perhaps"}

func (s *Server) newCheckResult(c *fiber.Ctx, p *content.Policy, answers content.Answers) *checkResult {
	v := p.Assess(answers)
	r := &checkResult{Word: resultWords[v.Result], Outcome: v.Outcome, Conditions: v.Conditions, Confirm: v.Confirm}
	if v.Result != content.False {
		r.Documents = p.DocumentsFor(answers)
	}
	for _, slug := range v.Instead {
		if other, ok := s.policy(c, slug); ok && !slices.Contains(r.Instead, other) {
			r.Instead = append(r.Instead, other)
		}
	}
	l := visitOf(c).Lang
	lang := l.shows(p.Lang)
	at := append([]passage{words(resultPrefix + r.Word)}, verdictPlaces(p, v)...)
	r.Heard = s.heardHere(l, joint(at...), s.words(c)("check.result."+r.Word), lang, ".page")
	r.HeardPapers = s.heardHere(l, papersPlace(p, r.Documents), s.words(c)("check.documents"), lang, ".check__part")
	return r
}
