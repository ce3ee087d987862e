package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// In elder mode the ways out of a form are buttons of its form: what was just typed is
// saved on the way, and somebody is asked before the form is left.
const (
	leavePart = "leave"
	formWay   = "-way"
	wayBack   = "back"   // to the question before
	wayStatus = "status" // save and go on another time
)

// wayLink is one way out as a page shows it: a link, or a button of its form.
type wayLink struct{ Name, Path, Form string }

// WayTo returns the way out with this name.
func (p page) WayTo(name string) wayLink { return wayLink{name, ways[name], p.Leaves} }

// posting makes the buttons outside the form of a page in elder mode post it.
func (p *page) posting() {
	p.Posts, p.Leaves, p.BackForm = turnForm, turnForm, turnForm
}

// leaveForm is the id of a form that only leads to the page that asks.
const leaveForm = "leave"

func valueOf(c *fiber.Ctx) func(string) string {
	return func(name string) string { return c.FormValue(name) }
}

// ways are the pages outside the form that buttons lead to.
var ways = map[string]string{
	"home": "/", "help": "/help", "search": "/search", "privacy": "/privacy", "sitemap": "/sitemap",
	"accessibility": "/accessibility", "ask": "/ask", "household": "/household", wayStatus: "/track/status",
}

// wayOut is the way that the posted button leads; "" for the usual one.
func wayOut(posted func(name string) string) string {
	way := posted(formWay)
	switch {
	case posted(checkBack) != "":
		return wayBack
	case posted(formLeave) != "":
		return wayStatus
	case ways[way] != "":
		return way
	}
	return ""
}

// leavePage asks before a form is left.
type leavePage struct {
	draft
	To      string // where the way leads
	Back    bool   // which is the question before
	Stay    string // the page that was left
	Unsaved *given // what was typed there and is not right yet
	Wrong   string
	Review  bool
}

// goAway follows a way out of a question. What could not be saved is not dropped
// without a question.
func (s *Server) goAway(c *fiber.Ctx, p *content.Policy, a *apply.Application, t turn, way string, invalid apply.Invalid, unsaved bool) error {
	to := ways[way]
	if way == wayBack {
		to = memberPath(applyPath(p, before(turns(p, a.Answers), t)), a)
		if comesFromReview(c) {
			to = reviewOf(c, p, a.Answers, t.section.Name)
		}
	}
	switch {
	case !unsaved && (way == wayBack || way == wayStatus):
		return s.redirect(c, to)
	case !unsaved:
		return s.redirect(c, askingFirst(p, a, way))
	}
	view := leavePage{draft: s.newDraft(c, p, a, s.words(c)("apply.away.unsaved.title")), To: to, Back: way == wayBack, Review: comesFromReview(c)}
	view.Stay = memberPath(applyPath(p, t.part()), a)
	problem, _ := invalid.Field(t.question.Name)
	view.Wrong = s.problemWords(c, problem, true)
	view.Unsaved = &given{Name: t.question.Name, Value: a.Answers[t.question.Name], Label: s.contentText(c, t.question.Label)}
	c.Status(fiber.StatusUnprocessableEntity)
	return s.showAway(c, view)
}

// askingFirst is the address of the page that asks before a way out is gone.
func askingFirst(p *content.Policy, a *apply.Application, way string) string {
	return withParam(memberPath(applyPath(p, leavePart), a), formWay, way)
}

// showLeave asks before the form is left from a page on which everything is saved.
func (s *Server) showLeave(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	to := ways[c.Query(formWay)]
	if to == "" {
		to = "/"
	}
	view := leavePage{draft: s.newDraft(c, p, a, s.words(c)("apply.away.title")), To: to}
	view.Stay = memberPath(applyPath(p, s.nextPart(p, a)), a)
	return s.showAway(c, view)
}

// askAssisting asks a director before the form is left in which a family's answers are
// typed; they are saved.
func (s *Server) askAssisting(c *fiber.Ctx, ref apply.Reference, part casework.Assist, p *content.Policy, t turn) error {
	view := leavePage{draft: s.newAssistDraft(c, p, ref, part, s.words(c)("apply.away.title")), To: ways[wayOut(valueOf(c))]}
	view.Stay = assistPath(ref, t.part())
	view.Return = view.Stay
	return s.render(c, "apply-leave", view)
}

func (s *Server) showAway(c *fiber.Ctx, view leavePage) error {
	view.Crumbs = append(view.Crumbs, crumb{view.Short, applyPath(view.Policy, "")})
	view.Short, view.Return = view.Heading, view.Stay
	return s.render(c, "apply-leave", view)
}
