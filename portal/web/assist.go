package web

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Assists keeps a director's part in applications: begun with the family's consent,
// looked at and saved under the audit's eye.
type Assists interface {
	BeginAssist(ctx context.Context, by apply.Actor, consent casework.AssistConsent, lang string, form func(policy string) (apply.Form, bool), wishes []apply.Wish) (apply.Reference, error)
	Assists(ctx context.Context, by apply.Actor) ([]casework.Assisted, error)
	Assist(ctx context.Context, by apply.Actor, ref apply.Reference) (casework.Assist, error)
	OpenAssist(ctx context.Context, by apply.Actor, ref apply.Reference) (casework.Assist, []*apply.Application, error)
	SaveAssisted(ctx context.Context, by apply.Actor, ref apply.Reference, form func(policy string) (apply.Form, bool), edit func(*apply.Application) (apply.Answers, error)) error
	SetAssistedPapers(ctx context.Context, by apply.Actor, ref apply.Reference, papers map[string]bool) error
}

func (s *Server) assistRoutes() []route {
	if s.cases.Assists == nil {
		return nil
	}
	own := s.ownAssist
	const get, post, needs = fiber.MethodGet, fiber.MethodPost, casework.AssistFamily
	return append(s.desk([]deskRoute{
		{get, "/staff/assist", needs, s.showAssists, 0},
		{get, "/staff/assist/new", needs, s.showAssistNew, 0},
		{post, "/staff/assist/new", needs, s.beginAssist, limited},
		{get, "/staff/assist/:ref", needs, own(s.showAssist), 0},
		{post, "/staff/assist/:ref/stop", needs, own(s.stopAssist), limited},
		{post, "/staff/assist/:ref/hand-over", needs, own(s.offerHandOver), limited},
		{post, "/staff/assist/:ref/print", needs, own(s.printHandOver), limited},
		{get, "/staff/assist/:ref/review", needs, own(s.showAssistReview), 0},
		{post, "/staff/assist/:ref/review", needs, own(s.submitAssisted), limited},
		{get, "/staff/assist/:ref/documents", needs, own(s.showAssistedPapers), 0},
		{post, "/staff/assist/:ref/documents", needs, own(s.saveAssistedPapers), limited},
		{get, "/staff/assist/:ref/:section", needs, own(s.showAssistedSection), 0},
		{get, "/staff/assist/:ref/:section/:question", needs, own(s.showAssistedTurn), 0},
	}),
		route{post, "/staff/assist/:ref/:section", s.saveAssistedSection, limited | returned | private},
		route{post, "/staff/assist/:ref/:section/:question", s.saveAssistedSection, limited | returned | private})
}

// assistNotice names the words that are read out before a family agrees to be helped.
// It changes with the words assist.words.*, as noticeVersion does with the notice.
const assistNotice = "2026-11-29"

// assistPath is the address of a director's part, or of one page in it.
func assistPath(ref apply.Reference, part string) string {
	path := "/staff/assist/" + string(ref)
	if part != "" {
		path += "/" + part
	}
	return path
}

// ownAssist gives a handler the number of the address, and sees to what it may not do:
// what others help with is not there, and audited; what has ended shows only that.
func (s *Server) ownAssist(handle func(*fiber.Ctx, casework.User, apply.Reference) error) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		ref, ok := apply.ParseReference(c.Params("ref"))
		if !ok {
			return fiber.ErrNotFound
		}
		return s.assistFailed(c, u, ref, handle(c, u, ref))
	}
}

func (s *Server) assistFailed(c *fiber.Ctx, u casework.User, ref apply.Reference, err error) error {
	switch {
	case errors.Is(err, casework.ErrAssistOver):
		return s.redirect(c, assistPath(ref, ""))
	case errors.Is(err, apply.ErrNotFound):
		denied := casework.AuditEntry{Actor: u.Actor(), Action: casework.Denied, Reference: ref, Detail: string(casework.AssistFamily)}
		return errors.Join(err, s.cases.Audit.RecordAccess(c.UserContext(), denied))
	}
	return err
}

// assistPage is one family that is helped: what is still to be typed, and the ways to
// hand it over. It shows no answer.
type assistPage struct {
	staffPage
	Number string
	Path   string
	State  string
	Open   bool
	Until  string // time of day
	Apps   []houseApp
	Ready  bool   // nothing is missing
	Offer  bool   // can be handed to a phone
	Print  bool   // can be given on paper
	Again  bool   // was just now, and can be looked at again
	Talk   string // where all policies are gone through with the family; "" when it has ended
}

func (s *Server) newAssistPage(c *fiber.Ctx, u casework.User, titleID string) staffPage {
	p := s.newStaffPage(c, u, titleID)
	p.Crumbs = append(p.Crumbs, crumb{s.words(c)("assist.title"), "/staff/assist"})
	return p
}

func (s *Server) showAssist(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	part, err := s.cases.Assists.Assist(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return err
	}
	now := s.now()
	view := assistPage{
		staffPage: s.newAssistPage(c, u, "assist.one"), Number: part.Reference.Grouped(), Path: assistPath(part.Reference, ""),
		State: string(part.State(false, now)), Open: part.Open(now), Until: s.clock(part.Ends()), Offer: part.Offerable(now), Print: part.Printable(now), Again: part.PrintedNow(now),
	}
	if !view.Open {
		return s.render(c, "assist", view)
	}
	_, all, err := s.cases.Assists.OpenAssist(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return err
	}
	view.Ready = true
	if s.cases.Talks != nil {
		view.Talk = talksPath + "/new?assist=" + string(part.Reference)
	}
	for _, a := range all {
		app := s.houseApp(c, a)
		if app.Policy != nil {
			next := s.nextPart(app.Policy, a)
			if next == "review" {
				next = s.firstPart(app.Policy, a)
			}
			app.Path = assistPath(a.Reference, next)
		}
		view.Ready = view.Ready && app.Policy != nil && app.Missing == 0
		view.Apps = append(view.Apps, app)
	}
	return s.render(c, "assist", view)
}

func (s *Server) stopAssist(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	if err := s.cases.HandOvers.StopAssist(c.UserContext(), u.Actor(), ref); err != nil {
		return err
	}
	return s.redirect(c, assistPath(ref, ""))
}

type assistListPage struct {
	staffPage
	Rows []assistRow
}

// assistRow is an application that the director helped with. Now is where it stands at
// the office; "" before it is sent.
type assistRow struct{ Path, Number, Policy, State, Now, Date string }

// showAssists lists those helped: numbers and what became of them.
func (s *Server) showAssists(c *fiber.Ctx, u casework.User) error {
	list, err := s.cases.Assists.Assists(c.UserContext(), u.Actor())
	if err != nil {
		return err
	}
	view := assistListPage{staffPage: s.newStaffPage(c, u, "assist.title")}
	for _, one := range list {
		now := ""
		if one.Submitted {
			now = string(one.Now.Public())
		}
		view.Rows = append(view.Rows, assistRow{
			Now:  now,
			Path: assistPath(one.Reference, ""), Number: one.Application.Grouped(), Policy: s.policyName(c, one.Policy),
			State: string(one.State(one.Submitted, s.now())), Date: s.day(c, one.Started),
		})
	}
	return s.render(c, "assist-list", view)
}

type assistNewPage struct {
	staffPage
	Fields   []field
	Agreed   field
	Offers   offerList
	Problems []problem
	Hours    int
}

// Notice returns the version of the words that are read out.
func (assistNewPage) Notice() string { return assistNotice }

func (s *Server) showAssistNew(c *fiber.Ctx, u casework.User) error {
	var chosen []string
	if _, ok := s.form(c)(c.Query(wishField)); ok { // from a talk with the family
		chosen = []string{c.Query(wishField)}
	}
	return s.renderAssistNew(c, u, chosen, nil)
}

func (s *Server) renderAssistNew(c *fiber.Ctx, u casework.User, chosen []string, invalid apply.Invalid) error {
	t := s.words(c)
	view := assistNewPage{staffPage: s.newAssistPage(c, u, "assist.new"), Offers: inGroups(c, s.offers(c, chosen)), Hours: int(casework.AssistLasts.Hours())}
	who := field{Name: "relation", Label: t("assist.relation"), Value: c.FormValue("relation")}
	for _, o := range s.relations() {
		who.Options = append(who.Options, content.Option{Value: o.Value, Label: s.contentText(c, o.Label)})
	}
	if visitOf(c).Mode == modeElder {
		who = who.split(groupNamed(c, relationGroup))
		who.OwnGroups = true
	}
	how := field{Name: "means", Label: t("assist.means"), Value: c.FormValue("means")}
	for _, m := range casework.MeansKnown() {
		how.Options = append(how.Options, content.Option{Value: string(m), Label: t(fmt.Sprintf("assist.means.%s", m))})
	}
	fields := []field{who, how, {Name: "agreed"}, {Name: wishField}}
	if turnsGroups(c) { // a tick that was just made; a new page never has one
		fields[2].Value = c.FormValue("agreed")
	}
	view.Problems = s.noteProblems(c, fields, invalid)
	view.Fields, view.Agreed, view.Offers.Error = fields[:2], fields[2], fields[3].Error
	for i, p := range view.Problems {
		if p.Field == "f-"+wishField {
			view.Problems[i].Field += "-0"
		}
	}
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "assist-new", view)
}

// relationGroup names the buttons that turn the groups of relations.
const relationGroup = formGroup + "-relation"

// turnsGroups reports whether a post only wants to see other choices.
func turnsGroups(c *fiber.Ctx) bool { return groupAsked(c) > 0 || groupNamed(c, relationGroup) > 0 }

// relations are the options for who a guardian is to the child.
func (s *Server) relations() []content.Option {
	for _, p := range s.content().Library.Policies {
		if q, ok := p.Question(apply.FieldRelation); ok {
			return q.Options
		}
	}
	return nil
}

func (s *Server) beginAssist(c *fiber.Ctx, u casework.User) error {
	consent := casework.AssistConsent{Relation: c.FormValue("relation"), Means: casework.Means(c.FormValue("means"))}
	if c.FormValue("agreed") == assistNotice {
		consent.Notice = assistNotice
	}
	var invalid apply.Invalid
	known := func(r string) bool {
		return slices.ContainsFunc(s.relations(), func(o content.Option) bool { return o.Value == r })
	}
	if err := consent.Check(known); err != nil && !errors.As(err, &invalid) {
		return err
	}
	chosen := s.chosen(c)
	if turnsGroups(c) { // nothing is judged by turning the groups
		return s.renderAssistNew(c, u, chosen, nil)
	}
	if len(chosen) == 0 {
		invalid = append(invalid, apply.Problem{Field: wishField, Key: "household.programme.choose"})
	}
	if len(invalid) > 0 {
		return s.renderAssistNew(c, u, chosen, invalid)
	}
	var wishes []apply.Wish
	for _, slug := range chosen {
		f, _ := s.form(c)(slug)
		wishes = append(wishes, apply.Wish{Form: f, Child: 1})
	}
	ref, err := s.cases.Assists.BeginAssist(c.UserContext(), u.Actor(), consent, visitOf(c).Lang.Code, s.form(c), wishes)
	if err != nil {
		return err
	}
	if len(chosen) > 1 {
		return s.redirect(c, assistPath(ref, ""))
	}
	return s.redirect(c, assistPath(ref, s.firstPart(wishes[0].Form.Policy, &apply.Application{})))
}
