package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// screenPage asks for what all policies want to know, and ends with what the child
// could get.
type screenPage struct {
	page
	questions
	Shown    bool // the results, of all answers or of those so far
	Open     int  // questions that could still change them
	Results  []screenGroup
	Together []string // slugs of what can be applied for together
}

// screenGroup holds the policies with the same verdict.
type screenGroup struct {
	Word     string // yes, perhaps or no
	Policies []screenResult
}

// screenResult is what one policy says.
type screenResult struct {
	Policy     *content.Policy
	Lang       string // of its texts
	Outcome    string
	Gives      []content.Give   // the first; the policy's page has all
	Reasons    []content.Reason // after a no: what does not hold; else all of them
	Confirm    []string
	Refused    bool // it is a no
	Applicable bool // can be applied for on the site
	Among      bool // one button applies for it together with others
	Heard      heard
}

// screenGives is how many of the things that a policy gives the results show.
const screenGives = 2

// askAll finds out what a child could get from all policies together.
func (s *Server) askAll(c *fiber.Ctx) error {
	all := content.NewScreening(s.policies(c))
	now := s.readScreening(c, all)
	p := screenPage{page: s.page(c, "check.all.title"), Shown: now.asked == nil, Open: len(all.Open(now.answers))}
	p.Description = s.words(c)("check.all.lead")
	p.NoIndex = len(now.order) > 0 || p.Shown
	p.Crumbs = []crumb{{s.words(c)("check.title"), "/check"}}
	p.Column = column{Name: s.words(c)("check.title"), About: s.words(c)("check.lead"), Path: "/check"}
	p.questions = s.newQuestions(c, &p.page, now, all.LangOf)
	if p.Shown {
		p.Results = s.screenGroups(c, all.Assess(now.answers))
		p.Together = together(p.Results)
	}
	return s.render(c, "check-all", p)
}

// policies lists all policies in the visitor's language, where they have one in it.
func (s *Server) policies(c *fiber.Ctx) []*content.Policy {
	var out []*content.Policy
	for _, p := range s.content().Library.Policies {
		p, _ = p.In(visitOf(c).Lang.Code)
		out = append(out, p)
	}
	return out
}

// screenGroups puts policies with the same verdict together; they come sorted.
func (s *Server) screenGroups(c *fiber.Ctx, verdicts []content.Screened) []screenGroup {
	var out []screenGroup
	for _, v := range verdicts {
		word := resultWords[v.Result]
		if len(out) == 0 || out[len(out)-1].Word != word {
			out = append(out, screenGroup{Word: word})
		}
		r := screenResult{
			Policy: v.Policy, Lang: visitOf(c).Lang.shows(v.Policy.Lang), Outcome: v.Outcome, Refused: v.Result == content.False,
			Gives: firstOf(v.Policy.Gives, screenGives), Reasons: v.Conditions, Confirm: v.Confirm, Applicable: v.Policy.Online() && s.cases.Drafts != nil,
		}
		if r.Refused {
			r.Reasons = failed(v.Conditions)
		}
		r.Heard = s.heardScreened(c, r, v.Verdict)
		last := &out[len(out)-1]
		last.Policies = append(last.Policies, r)
	}
	return out
}

// together lists what a family could apply for at once, if that is more than one, and
// notes that there is such a button.
func together(groups []screenGroup) []string {
	var out []string
	for _, g := range groups {
		for _, r := range g.Policies {
			if r.Applicable && !r.Refused {
				out = append(out, r.Policy.Slug)
			}
		}
	}
	if len(out) < 2 {
		return nil
	}
	for _, g := range groups {
		for i := range g.Policies {
			g.Policies[i].Among = true
		}
	}
	return out
}

// failed keeps what does not hold.
func failed(reasons []content.Reason) []content.Reason {
	var out []content.Reason
	for _, r := range reasons {
		if r.Result == content.False {
			out = append(out, r)
		}
	}
	return out
}

// heardScreened lets what one policy says be heard, under its title: after a no why, else
// what it gives, and why.
func (s *Server) heardScreened(c *fiber.Ctx, r screenResult, v content.Verdict) heard {
	l := visitOf(c).Lang
	v.Conditions = r.Reasons
	at := []passage{{r.Policy.Slug, titlePart}}
	if !r.Refused {
		for i := range r.Gives {
			at = append(at, passage{r.Policy.Slug, givePrefix + numberOf(i)})
		}
	}
	return s.heardHere(l, joint(append(at, verdictPlaces(r.Policy, v)...)...), s.contentText(c, r.Policy.Title(l.Code)), r.Lang, ".screened__item")
}
