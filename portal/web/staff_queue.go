package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Queue says who handles what, and finds applications.
type Queue interface {
	Counts(ctx context.Context, by apply.Actor, town string) (casework.Counts, error)
	Assign(ctx context.Context, by apply.Actor, refs []apply.Reference, to string) ([]casework.Unassigned, error)
	TakeNext(ctx context.Context, by apply.Actor, town string) (apply.Reference, error)
	Assignee(ctx context.Context, ref apply.Reference) (casework.User, error)
	Colleagues(ctx context.Context, by apply.Actor) ([]casework.User, error)
	ApplicationsOfChild(ctx context.Context, by apply.Actor, childID string) ([]casework.Listed, error)
}

// Views keeps the filters of each user of the desk.
type Views interface {
	Views(ctx context.Context, by apply.Actor) ([]casework.View, error)
	KeepView(ctx context.Context, by apply.Actor, v casework.View) error
	DropView(ctx context.Context, by apply.Actor, id string) error
}

func (s *Server) queueRoutes() []deskRoute {
	const post = fiber.MethodPost
	return []deskRoute{
		{post, "/staff/assign", casework.AssignCase, s.assign, 0},
		{post, "/staff/next", casework.AssignCase, s.takeNext, 0},
		{post, "/staff/find", casework.ListApplications, s.findCase, limited},
		{post, "/staff/views", casework.ListApplications, s.keepView, 0},
		{post, "/staff/views/:id/drop", casework.ListApplications, s.dropView, 0},
	}
}

// takers are the colleagues as choices; the user is among them.
func (s *Server) takers(c *fiber.Ctx, u casework.User, colleagues []casework.User) []content.Option {
	t := s.words(c)
	var out []content.Option
	for _, one := range colleagues {
		place := t(fmt.Sprintf("staff.role.%s", one.Role))
		if one.Role.Local() {
			place = s.townName(c, one.Area)
		}
		label := t("queue.taker", "Name", one.Name, "Place", place)
		if one.ID == u.ID {
			label = t("queue.taker.me", "Name", one.Name)
		}
		out = append(out, content.Option{Value: one.ID, Label: label})
	}
	return out
}

// assignedPage tells what came of giving work to somebody.
type assignedPage struct {
	staffPage
	Done    string // how many, to whom; "" for none
	Refused []refusedRow
	None    bool // nothing was ticked
	Nothing bool // nothing waits to be taken
	Back    string
}

type refusedRow struct{ Number, Path, Why string }

// noOne is chosen where work is given back to nobody.
const noOne = "-"

func (s *Server) assign(c *fiber.Ctx, u casework.User) error {
	t := s.words(c)
	view := assignedPage{staffPage: s.newStaffPage(c, u, "queue.assigned"), Back: s.backTo(c)}
	refs, err := tickedRefs(c)
	if err != nil {
		return err
	}
	to := c.FormValue("to")
	if len(refs) == 0 || to == "" {
		view.None = true
		c.Status(fiber.StatusUnprocessableEntity)
		return s.render(c, "staff-assigned", view)
	}
	name := t("queue.nobody.to")
	if to == noOne {
		to = ""
	} else {
		colleagues, err := s.cases.Queue.Colleagues(c.UserContext(), u.Actor())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(colleagues, func(one casework.User) bool { return one.ID == to })
		if i < 0 {
			return fiber.ErrBadRequest
		}
		name = colleagues[i].Name
	}
	refused, err := s.cases.Queue.Assign(c.UserContext(), u.Actor(), refs, to)
	if err != nil {
		return err
	}
	for _, one := range refused {
		view.Refused = append(view.Refused, refusedRow{one.Reference.Grouped(), casePath(one.Reference, ""), t(fmt.Sprintf("queue.hindrance.%s", one.Why))})
	}
	if n := len(refs) - len(refused); n > 0 {
		view.Done = t("queue.done", "N", n, "Name", name)
	}
	if len(refused) == 0 && strings.HasPrefix(view.Back, casePath(refs[0], "")) {
		return s.redirect(c, view.Back) // the case's page shows who handles it
	}
	return s.render(c, "staff-assigned", view)
}

// tickedRefs are the applications that were ticked, each once.
func tickedRefs(c *fiber.Ctx) ([]apply.Reference, error) {
	var refs []apply.Reference
	for _, b := range c.Request().PostArgs().PeekMulti("ref") {
		ref, ok := apply.ParseReference(string(b))
		if !ok || len(refs) == casework.AssignLimit {
			return nil, fiber.ErrBadRequest
		}
		if !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// backTo is the page that a form of the desk was sent from: the list with its filters,
// or a case.
func (s *Server) backTo(c *fiber.Ctx) string {
	if ref, ok := apply.ParseReference(c.FormValue("case")); ok {
		return casePath(ref, "")
	}
	return s.filterIn(c).path("")
}

// filterIn reads the filters that a form carries.
func (s *Server) filterIn(c *fiber.Ctx) deskFilter {
	q, err := url.ParseQuery(c.FormValue("filters"))
	if err != nil {
		return deskFilter{}
	}
	return s.filterOf(q.Get)
}

func (s *Server) takeNext(c *fiber.Ctx, u casework.User) error {
	town := u.Area
	if u.Everywhere(casework.AssignCase) {
		town = ""
	}
	ref, err := s.cases.Queue.TakeNext(c.UserContext(), u.Actor(), town)
	if errors.Is(err, apply.ErrNotFound) {
		return s.render(c, "staff-assigned", assignedPage{staffPage: s.newStaffPage(c, u, "queue.next"), Nothing: true, Back: "/staff"})
	}
	if err != nil {
		return err
	}
	return s.redirect(c, casePath(ref, ""))
}

// findCase opens an application by its number, or lists those of the child with an ID
// number, which must stand in no address: so the answer is the page itself.
func (s *Server) findCase(c *fiber.Ctx, u casework.User) error {
	words := strings.ToUpper(strings.Join(strings.Fields(c.FormValue("q")), ""))
	problem := "queue.find.form"
	if ref, ok := apply.ParseReference(words); ok {
		a, err := s.cases.Desk.ApplicationByReference(c.UserContext(), ref)
		if err != nil && !errors.Is(err, apply.ErrNotFound) {
			return err
		}
		if err == nil && !a.Submitted.IsZero() {
			return s.redirect(c, casePath(ref, ""))
		}
		problem = "queue.find.none"
	} else if id, wrong := apply.CheckTyped("resident-id", words, s.now()); id != "" && wrong.Key == "" {
		found, err := s.cases.Queue.ApplicationsOfChild(c.UserContext(), u.Actor(), id)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			view := deskPage{staffPage: s.newStaffPage(c, u, "staff.title"), Allowed: true, First: "/staff"}
			if err := s.furnish(c, u, deskFilter{All: true}, &view); err != nil {
				return err
			}
			for _, l := range found {
				view.Rows = append(view.Rows, s.caseRow(c, l))
			}
			return s.render(c, "staff-list", view)
		}
		problem = "queue.find.none"
	}
	return s.deskProblem(c, u, deskFilter{}, func(view *deskPage) *field { return &view.Find }, s.words(c)(problem))
}

// deskProblem shows the list's page without a list, with what has to be mended.
func (s *Server) deskProblem(c *fiber.Ctx, u casework.User, f deskFilter, of func(*deskPage) *field, words string) error {
	view := deskPage{staffPage: s.newStaffPage(c, u, "staff.title"), Allowed: true, First: f.path("")}
	if err := s.furnish(c, u, f, &view); err != nil {
		return err
	}
	wrong := of(&view)
	wrong.Error = words
	view.Problems = []problem{{Field: wrong.ID(), Text: words}}
	s.wrong(c, &view.page)
	return s.render(c, "staff-list", view)
}

func (s *Server) keepView(c *fiber.Ctx, u casework.User) error {
	f := s.filterIn(c)
	if f.queue() {
		return fiber.ErrBadRequest
	}
	err := s.cases.Views.KeepView(c.UserContext(), u.Actor(), casework.View{Name: c.FormValue("name"), Filters: f.encode()})
	var invalid apply.Invalid
	if errors.As(err, &invalid) {
		p, bad := invalid.Field("name")
		return s.deskProblem(c, u, f, func(view *deskPage) *field { return &view.Name }, s.problemWords(c, p, bad))
	}
	if err != nil {
		return err
	}
	return s.redirect(c, f.path(""))
}

func (s *Server) dropView(c *fiber.Ctx, u casework.User) error {
	if err := s.cases.Views.DropView(c.UserContext(), u.Actor(), c.Params("id")); err != nil {
		return err
	}
	return s.redirect(c, "/staff")
}

// handlerPanel says who handles the case, and lets it be given to somebody.
type handlerPanel struct {
	Ref    apply.Reference
	Name   string // "" for nobody
	Takers []content.Option
}

func (s *Server) handlerPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	if s.cases.Queue == nil || !u.May(casework.AssignCase, casework.ScopeOf(a)) {
		return nil, nil
	}
	who, err := s.cases.Queue.Assignee(c.UserContext(), a.Reference)
	if err != nil {
		return nil, err
	}
	out := handlerPanel{Ref: a.Reference, Name: who.Name}
	if a.State.Final() {
		return out, nil
	}
	colleagues, err := s.cases.Queue.Colleagues(c.UserContext(), u.Actor())
	if err != nil {
		return nil, err
	}
	able := slices.DeleteFunc(colleagues, func(one casework.User) bool { return !one.MayTake(casework.ScopeOf(a)) || one.ID == who.ID })
	out.Takers = s.takers(c, u, able)
	return out, nil
}
