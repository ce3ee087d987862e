package web

import (
	"cmp"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

func (s *Server) applyRoutes() []route {
	if s.cases.Drafts == nil {
		return nil
	}
	const form = limited | returned | private
	return []route{
		{fiber.MethodGet, "/apply/:slug", s.showStart, guarded | private},
		{fiber.MethodPost, "/apply/:slug", s.startApplication, form},
		{fiber.MethodGet, "/apply/:slug/review", s.withDraft(s.showReview), guarded | private},
		{fiber.MethodPost, "/apply/:slug/review", s.withDraft(s.submitApplication), limited | guarded | private},
		{fiber.MethodGet, "/apply/:slug/done", s.showReceipt, guarded | private},
		{fiber.MethodGet, "/apply/:slug/" + twicePart, s.withDraft(s.showTwice), guarded | private},
		{fiber.MethodGet, documentsRoute, s.withDraft(s.showDocuments), guarded | private},
		{fiber.MethodPost, documentsRoute, s.withDraft(s.saveDocuments), limited | streamed | private},
		{fiber.MethodGet, paperRoute, s.withDraft(s.showPaper), guarded | private},
		{fiber.MethodPost, paperRoute, s.withDraft(s.savePaper), limited | streamed | private},
		{fiber.MethodGet, "/apply/:slug/files/:file", s.showOwnFile, private},
		{fiber.MethodGet, "/apply/:slug/" + leavePart, s.withDraft(s.showLeave), guarded | private},
		{fiber.MethodGet, "/apply/:slug/" + beforePart + "/:part", s.showBefore, guarded | private},
		{fiber.MethodGet, "/apply/:slug/:section", s.withDraft(s.showSection), guarded | private},
		{fiber.MethodPost, "/apply/:slug/:section", s.withPosted(s.saveSection), form},
		{fiber.MethodGet, "/apply/:slug/:section/:question", s.withDraft(s.showTurn), guarded | private},
		{fiber.MethodPost, "/apply/:slug/:section/:question", s.withPosted(s.saveTurn), form},
	}
}

const documentsRoute = "/apply/:slug/" + apply.DocumentsPage

// noticeVersion names the privacy notice that the consent was given on. It
// changes with the words apply.notice.*, so that an old consent is not taken for
// one to the new words.
const noticeVersion = "2026-11-29.2"

// Fields of the form's own; questions are never named like them.
const (
	formStart  = "-start"  // any value: really start
	formNotice = "-notice" // any value: read how the data are kept, then start
	formLeave  = "-leave"  // any value: save and go on another time
	formTo     = "-to"     // "review": where the family came from
	formNumber = "-number" // opens the application again after the token ran out
	formCode   = "-code"
	formHad    = "-had"   // what the answers of the page were when it was shown
	formFresh  = "-fresh" // any value: take the answers into a new application
)

// draft is what each page of a form knows.
type draft struct {
	page
	Policy  *content.Policy
	Heading string
	Pass    *pass      // nil before the start
	Whose   *whose     // nil for an application that stands alone
	Base    string     // address that the parts of the form stand below
	Assist  *assistBar // a director types with the family; nil: the family does
}

// at returns the address of a part of the form.
func (d draft) at(part string) string {
	if part == "" {
		return d.Base
	}
	return d.Base + "/" + part
}

func applyPath(p *content.Policy, part string) string {
	path := "/apply/" + p.Slug
	if part != "" {
		path += "/" + part
	}
	return path
}

// online returns the policy of the address if it is applied for on the site.
func (s *Server) online(c *fiber.Ctx) (*content.Policy, error) {
	p, ok := s.policy(c, c.Params("slug"))
	if !ok || !p.Online() {
		return nil, fiber.ErrNotFound
	}
	return p, nil
}

func (s *Server) newDraft(c *fiber.Ctx, p *content.Policy, a *apply.Application, heading string) draft {
	d := draft{page: s.page(c, "apply.title"), Policy: p, Heading: heading, Base: applyPath(p, "")}
	d.NoIndex = true
	d.ContentLang = d.Lang.shows(p.Lang)
	d.Scripts = []string{"draft.js", "speech.js"}
	d.Crumbs = []crumb{{d.Title, "/apply"}}
	d.Column = column{Name: d.Title, About: s.words(c)("apply.lead"), Path: "/apply"}
	d.Short = s.contentText(c, p.Short(d.Lang.Code))
	d.Title = s.words(c)("apply.page", "Page", heading, "Policy", d.Short)
	if a != nil {
		held := passOf(a)
		d.Pass, d.Whose, d.Of = &held, s.whoseForm(c, a), string(a.Reference)
		d.Member = memberPath("", a)
	}
	return d
}

// wrong marks the page as one that comes back with something to mend.
func (s *Server) wrong(c *fiber.Ctx, p *page) {
	p.Short = cmp.Or(p.Short, p.Title) // the way to the page is named as ever
	p.Title = s.words(c)("form.title-problem", "Title", p.Title)
	c.Status(fiber.StatusUnprocessableEntity)
}

type startPage struct {
	draft
	Always    []content.Document
	Sometimes []content.Document // needed in some cases only
	Steps     []step
	Open      string  // where the unfinished application goes on; "" without one
	Done      bool    // this browser's application is already submitted
	Given     []given // answers carried over from the checker
	Again     bool    // the button was pressed on a page that was too old
	Lost      bool    // a page of the form was wanted that this browser no longer knows
	preface
}

func (s *Server) showStart(c *fiber.Ctx) error {
	p, err := s.online(c)
	if err != nil {
		return err
	}
	return s.renderStart(c, p, nil)
}

func (s *Server) renderStart(c *fiber.Ctx, p *content.Policy, carried apply.Answers) error {
	a, err := s.heldFor(c, p)
	if err != nil {
		return err
	}
	title := s.contentText(c, p.Title(visitOf(c).Lang.Code))
	start := s.newStart(c, p, a, title)
	start.Again, start.Lost = begunLate(c), a == nil && c.Query(lostParam) == "1"
	start.Title = s.words(c)("apply.of", "Policy", title)
	start.Description = s.contentText(c, p.Summary)
	// What to know before one applies is for everybody, as long as nobody has begun.
	start.NoIndex = a != nil || len(carried) > 0
	if a != nil && a.State == apply.Draft {
		start.Open = applyPath(p, s.nextPart(p, a))
	}
	start.Done = a != nil && a.State != apply.Draft
	eachQuestion(p, func(_ string, q *content.Question) {
		if v := carried[q.Name]; v != "" {
			start.Given = append(start.Given, given{Name: q.Name, Value: v})
		}
	})
	if c.FormValue(formNotice) != "" {
		return s.renderBefore(c, start, "notice")
	}
	return s.render(c, "apply-start", start)
}

// begunLate reports whether what begins an application was pressed on a page that was
// too old. A post from the checker, whose page has no token, is none of these.
func begunLate(c *fiber.Ctx) bool { return stale(c) && c.FormValue(formStart) != "" }

// startApplication makes a draft. A post from the checker only brings its answers
// along: it shows the start page, so that nobody misses the notice.
func (s *Server) startApplication(c *fiber.Ctx) error {
	p, err := s.online(c)
	if err != nil {
		return err
	}
	answers := checkedAnswers(c, p)
	if c.FormValue(formStart) == "" {
		return s.renderStart(c, p, answers)
	}
	if stale(c) {
		c.Status(fiber.StatusForbidden)
		return s.renderStart(c, p, answers)
	}
	a, err := s.beginDraft(c, p, answers)
	if err != nil {
		return err
	}
	return s.redirect(c, applyPath(p, s.firstPart(p, a)))
}

func (s *Server) beginDraft(c *fiber.Ctx, p *content.Policy, answers apply.Answers) (*apply.Application, error) {
	a, token, err := s.cases.Drafts.CreateDraft(c.UserContext(), p.Slug, visitOf(c).Lang.Code)
	if err != nil {
		return nil, err
	}
	if len(answers) > 0 {
		if a, err = s.cases.Drafts.SaveAnswers(c.UserContext(), a.Reference, a.Version, answers); err != nil {
			return nil, err
		}
	}
	s.hold(c, a, token)
	return a, nil
}

// checkedAnswers takes the choices made in the checker; everything else the
// form asks itself.
func checkedAnswers(c *fiber.Ctx, p *content.Policy) apply.Answers {
	out := apply.Answers{}
	eachQuestion(p, func(_ string, q *content.Question) {
		if v := cleanAnswer(q, c.FormValue(q.Name)); (len(q.Options) > 0 || q.Type == "number") && v != "" && v != content.UnknownAnswer {
			out[q.Name] = v
		}
	})
	return out
}

func eachQuestion(p *content.Policy, fn func(section string, q *content.Question)) {
	for i := range p.Questions {
		for _, e := range p.Questions[i].Ask {
			fn(p.Questions[i].Section, e.Question)
		}
	}
}

func (s *Server) firstPart(p *content.Policy, a *apply.Application) string {
	if pages := (apply.Form{Policy: p}).Pages(a.Answers); len(pages) > 0 {
		return pages[0].Name
	}
	return "review"
}

// nextPart returns the first part of the form that still lacks something.
func (s *Server) nextPart(p *content.Policy, a *apply.Application) string {
	if _, missing := a.Missing(apply.Form{Policy: p}, s.now()); len(missing) > 0 {
		return missing[0].Section
	}
	return "review"
}

// lastPart returns what follows after the last section of the form.
func lastPart(p *content.Policy, answers apply.Answers) string {
	if hasDocuments(p, answers) {
		return apply.DocumentsPage
	}
	return "review"
}
