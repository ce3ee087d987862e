package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// policyField names the policy of a page, so that what was typed can be given back to
// who is no longer signed in.
const policyField = "-policy"

// assistBar stands on each page on which a director types with a family.
type assistBar struct {
	Path  string // of what is helped with: there it can be stopped
	Until string // time of day
}

// clock writes the time of day as it is in China.
func (s *Server) clock(at time.Time) string { return at.In(apply.China).Format("15:04") }

// newAssistDraft is a page of the form as a director sees it. Nothing of it is kept on
// the director's device.
func (s *Server) newAssistDraft(c *fiber.Ctx, p *content.Policy, ref apply.Reference, part casework.Assist, heading string) draft {
	t := s.words(c)
	d := s.newDraft(c, p, nil, heading)
	d.Base, d.Scripts = assistPath(ref, ""), nil
	d.onDesk()
	d.Assist = &assistBar{Path: assistPath(part.Reference, ""), Until: s.clock(part.Ends())}
	d.Crumbs = []crumb{{t("staff.title"), "/staff"}, {t("assist.title"), "/staff/assist"}, {part.Reference.Grouped(), d.Assist.Path}}
	d.Column = column{Name: t("staff.title"), About: t("staff.title"), Path: "/staff"}
	d.Short = heading
	return d
}

// assistedOf opens what a director helps with, and finds in it the application of the
// address.
func (s *Server) assistedOf(c *fiber.Ctx, u casework.User, ref apply.Reference) (casework.Assist, *content.Policy, *apply.Application, error) {
	part, all, err := s.cases.Assists.OpenAssist(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return part, nil, nil, err
	}
	for _, a := range all {
		if a.Reference == ref {
			if p, ok := s.policy(c, a.Policy); ok {
				return part, p, s.asOfToday(p, a), nil
			}
		}
	}
	return part, nil, nil, fiber.ErrNotFound
}

func (s *Server) showAssistedSection(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	part, p, a, err := s.assistedOf(c, u, ref)
	if err != nil {
		return err
	}
	section, ok := apply.Form{Policy: p}.Page(c.Params("section"), a.Answers)
	if !ok {
		return fiber.ErrNotFound
	}
	if visitOf(c).Mode == modeElder {
		return s.redirect(c, withReview(c, assistPath(ref, s.openTurn(p, a, section))))
	}
	view := sectionPage{draft: s.newAssistDraft(c, p, ref, part, s.contentText(c, section.Title)), Section: section}
	return s.showFields(c, view, a.Answers, nil)
}

// saveAssistedSection keeps what was typed, also where something has to be mended. To
// who has been signed out meanwhile it gives everything back.
func (s *Server) saveAssistedSection(c *fiber.Ctx) error {
	ref, ok := apply.ParseReference(c.Params("ref"))
	p, published := s.policy(c, c.FormValue(policyField))
	if !ok || !published {
		return fiber.ErrNotFound
	}
	posted, known := postedAnswers(c, p)
	if !known {
		return fiber.ErrNotFound
	}
	u, in, err := s.signedIn(c)
	switch {
	case err != nil:
		return err
	case !in || stale(c):
		return s.giveBackAssisted(c, p, ref, posted, !in)
	}
	if !u.Has(casework.AssistFamily) {
		return s.deny(c, u, casework.AssistFamily, ref)
	}
	return s.assistFailed(c, u, ref, s.saveAssisted(c, u, p, ref, posted))
}

func (s *Server) saveAssisted(c *fiber.Ctx, u casework.User, p *content.Policy, ref apply.Reference, posted apply.Answers) error {
	form, name := apply.Form{Policy: p}, c.Params("section")
	if c.Params("question") != "" {
		if shown, err := s.moveAssisted(c, u, ref, posted); shown || err != nil {
			return err
		}
	}
	var answers apply.Answers
	var invalid apply.Invalid
	var now apply.Application
	err := s.cases.Assists.SaveAssisted(c.UserContext(), u.Actor(), ref, s.form(c), func(a *apply.Application) (apply.Answers, error) {
		if a.Policy != p.Slug {
			return nil, apply.ErrConflict
		}
		now = *a
		answers, invalid = s.checkPage(c, form, a.Answers, unchanged(c.FormValue(formHad), a.Answers, posted))
		now.Answers = answers
		return invalid.Except(answers), nil
	})
	if err != nil {
		return err
	}
	if c.Params("question") != "" {
		return s.afterAssistedTurn(c, u, ref, &now, posted, invalid)
	}
	section, asked := form.Page(name, answers)
	if asked && len(invalid) > 0 && c.FormValue(formLeave) == "" {
		part, err := s.cases.Assists.Assist(c.UserContext(), u.Actor(), ref)
		if err != nil {
			return err
		}
		view := sectionPage{draft: s.newAssistDraft(c, p, ref, part, s.contentText(c, section.Title)), Section: section}
		return s.showFields(c, view, answers, invalid)
	}
	return s.redirect(c, assistPath(ref, s.afterAssisted(c, p, &now, section)))
}

// afterAssisted returns the part that comes after a saved page; "" is the overview.
func (s *Server) afterAssisted(c *fiber.Ctx, p *content.Policy, a *apply.Application, section apply.Page) string {
	switch {
	case c.FormValue(formLeave) != "":
		return ""
	case c.FormValue(formTo) == "review":
		return "review"
	case section.Next != "":
		return section.Next
	case hasDocuments(p, a.Answers):
		return apply.DocumentsPage
	}
	return ""
}

// assistLostPage gives typed answers back.
type assistLostPage struct {
	page
	Rows   []summaryRow
	Given  []given
	Had    string
	Policy string
	Review bool
	Action string
	SignIn bool // first sign in, in another window
}

func (s *Server) giveBackAssisted(c *fiber.Ctx, p *content.Policy, ref apply.Reference, posted apply.Answers, signIn bool) error {
	view := assistLostPage{
		page: s.page(c, "apply.lost.title"), Policy: p.Slug, Review: c.FormValue(formTo) == "review",
		Action: assistPath(ref, partOf(c)), SignIn: signIn, Had: c.FormValue(formHad),
	}
	view.onDesk()
	view.ContentLang = view.Lang.shows(p.Lang)
	view.Rows, view.Given = s.typed(view.page, p, posted)
	c.Status(fiber.StatusForbidden)
	return s.render(c, "assist-lost", view)
}

// assistPapersPage asks which papers the family will bring. Photos of them are for the
// family's own phone: none is ever on a director's.
type assistPapersPage struct {
	draft
	Progress progress
	Papers   []assistPaper
	Back     string
	Review   bool
}

type assistPaper struct {
	Name, Title, Text, Lang string
	On, Optional            bool
}

func (s *Server) showAssistedPapers(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	part, p, a, err := s.assistedOf(c, u, ref)
	if err != nil {
		return err
	}
	if !hasDocuments(p, a.Answers) {
		return s.redirect(c, assistPath(part.Reference, ""))
	}
	view := assistPapersPage{draft: s.newAssistDraft(c, p, ref, part, s.words(c)("assist.papers")), Review: c.Query("to") == "review"}
	view.Progress = progressAfter(c, p, a.Answers, 1, 2)
	view.Back = view.at(lastAsked(c, p, a.Answers))
	view.Return = view.Back
	for _, d := range (apply.Form{Policy: p}).Documents(a.Answers) {
		paper := assistPaper{Name: d.Name, Title: s.contentText(c, d.Title), Text: s.contentText(c, d.Text), On: a.OnPaper(d.Name), Optional: !d.Required}
		if view.Foreign() {
			paper.Lang = view.ContentLang
		}
		view.Papers = append(view.Papers, paper)
	}
	return s.render(c, "assist-papers", view)
}

func (s *Server) saveAssistedPapers(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	part, p, a, err := s.assistedOf(c, u, ref)
	if err != nil {
		return err
	}
	papers := map[string]bool{}
	for _, d := range (apply.Form{Policy: p}).Documents(a.Answers) {
		papers[d.Name] = false
	}
	for _, name := range c.Request().PostArgs().PeekMulti(paperField) {
		if _, ok := papers[string(name)]; ok {
			papers[string(name)] = true
		}
	}
	if err := s.cases.Assists.SetAssistedPapers(c.UserContext(), u.Actor(), ref, papers); err != nil {
		return err
	}
	if c.FormValue(formTo) == "review" {
		return s.redirect(c, assistPath(ref, "review"))
	}
	return s.redirect(c, assistPath(part.Reference, ""))
}
