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
		{fiber.MethodGet, "/check/:slug", s.askCheck, private},
		{fiber.MethodPost, "/check/:slug", s.askCheck, limited | private},
	}
}

// choosePage lists the policies that one can check or apply for.
type choosePage struct {
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
	p := choosePage{page: s.page(c, what+".title"), Lead: s.words(c)(what + ".lead"), Base: "/" + what}
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
)

type checkPage struct {
	page
	Policy   *content.Policy
	Question *field // nil on the result
	Problems []problem
	Order    string
	Given    []given // answers so far, in the order they were given
	Number   int     // of this question, from 1
	Result   *checkResult
}

// given is an answer that the form carries along.
type given struct{ Name, Value, Label, Shown string }

type checkResult struct {
	Word       string // yes, no or perhaps
	Outcome    string
	Conditions []content.Reason
	Confirm    []string
	Documents  []content.Document
	Instead    []*content.Policy
}

// askCheck asks one question a page and ends with the verdict. The answers live
// in the form alone: they are neither stored nor ever part of an address.
func (s *Server) askCheck(c *fiber.Ctx) error {
	policy, ok := s.policy(c, c.Params("slug"))
	if !ok || !policy.Checkable() {
		return fiber.ErrNotFound
	}
	answers, order := readAnswers(c, policy)
	p := checkPage{page: s.page(c, "check.title"), Policy: policy}
	p.NoIndex = true
	p.ContentLang = p.Lang.shows(policy.Lang)
	p.Crumbs = []crumb{{p.Title, "/check"}}
	p.Short = s.contentText(c, policy.Short(p.Lang.Code))
	p.Title = s.words(c)("check.of", "Policy", s.contentText(c, policy.Short(p.Lang.Code)))
	asked, wrong, value := s.takeAnswer(c, policy, answers)
	switch {
	case c.FormValue(checkBack) != "" && len(order) > 0:
		asked, wrong = policyQuestion(policy, order[len(order)-1]), ""
		value = answers[asked.Name]
		order = order[:len(order)-1]
		delete(answers, asked.Name)
	case asked != nil && wrong == "":
		answers[asked.Name] = value
		order = append(order, asked.Name)
		asked = nil
	}
	if asked == nil {
		if open := policy.Open(answers); len(open) > 0 {
			asked = open[0]
		}
	}
	s.fillCheck(c, &p, answers, order)
	if asked == nil {
		p.Result = s.newCheckResult(c, policy, answers)
		return s.render(c, "check", p)
	}
	f := s.newField(p.page, asked, value, wrong)
	p.Question = &f
	if wrong != "" {
		p.Problems = []problem{{f.ID(), wrong}}
		p.Title = s.words(c)("form.title-problem", "Title", p.Title)
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return s.render(c, "check", p)
}

// readAnswers returns the answers that the form carried, in order; what is not a
// valid answer to a question of the checker is dropped.
func readAnswers(c *fiber.Ctx, p *content.Policy) (content.Answers, []string) {
	answers := content.Answers{}
	var order []string
	for _, name := range strings.Fields(c.FormValue(checkOrder)) {
		q := policyQuestion(p, name)
		if q == nil || answers[name] != "" {
			continue
		}
		if value := cleanAnswer(q, c.FormValue(name)); value != "" {
			answers[name] = value
			order = append(order, name)
		}
	}
	return answers, order
}

// takeAnswer reads the answer to the question that was asked: the question (nil
// if none was), what is wrong with the answer, and the answer.
func (s *Server) takeAnswer(c *fiber.Ctx, p *content.Policy, answers content.Answers) (*content.Question, string, string) {
	q := policyQuestion(p, c.FormValue(checkAsked))
	if q == nil || answers[q.Name] != "" {
		return nil, "", ""
	}
	raw := c.FormValue(q.Name)
	if value := cleanAnswer(q, raw); value != "" {
		return q, "", value
	}
	if len(q.Options) > 0 {
		return q, s.words(c)("check.choose"), ""
	}
	return q, s.words(c)("check.number"), raw
}

// policyQuestion returns the checker's question of that name, or nil.
func policyQuestion(p *content.Policy, name string) *content.Question {
	i := slices.IndexFunc(p.Screen(), func(q *content.Question) bool { return q.Name == name })
	if i < 0 {
		return nil
	}
	return p.Screen()[i]
}

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

func (s *Server) fillCheck(c *fiber.Ctx, p *checkPage, answers content.Answers, order []string) {
	p.Order, p.Number = strings.Join(order, " "), len(order)+1
	for _, name := range order {
		q := policyQuestion(p.Policy, name)
		p.Given = append(p.Given, given{name, answers[name], s.contentText(c, q.Label), s.contentText(c, q.OptionLabel(answers[name]))})
	}
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
	return r
}
