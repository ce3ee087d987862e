package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Calls are the families that want to be called back, as the desk handles them.
type Calls interface {
	CallBacks(ctx context.Context, by apply.Actor, q casework.CallQuery) (casework.CallPage, error)
	CallBack(ctx context.Context, by apply.Actor, id string) (casework.CallFile, error)
	CallsWaiting(ctx context.Context, u casework.User) (int, error)
	ActOnCall(ctx context.Context, by apply.Actor, id string, version int, act casework.CallAct, terms casework.CallTerms) error
}

const callsPath = "/staff/calls"

func (s *Server) callDeskRoutes() []deskRoute {
	if s.cases.Calls == nil {
		return nil
	}
	return []deskRoute{
		{fiber.MethodGet, callsPath, casework.ListCalls, s.listCalls, 0},
		{fiber.MethodGet, callsPath + "/:id", casework.OpenCall, s.openCall, 0},
		{fiber.MethodPost, callsPath + "/:id", casework.HandleCall, s.actOnCall, limited},
	}
}

// callsWaiting is for every page of the desk, which is shown without it where it cannot be
// read.
func (s *Server) callsWaiting(c *fiber.Ctx, u casework.User) int {
	if s.cases.Calls == nil {
		return 0
	}
	n, err := s.cases.Calls.CallsWaiting(c.UserContext(), u)
	if err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelError, "waiting calls not counted", slog.String("request", requestID(c)), slog.Any("error", err))
	}
	return n
}

type callsPage struct {
	staffPage
	Filters []deskLink
	Rows    []callRow
	Next    string
	Later   bool
	Done    bool
}

// callRow is a request in the list: nothing of what the family said.
type callRow struct {
	Path, Place, State, Received, Due string
	Open, Late                        bool
	Level                             int
}

func (s *Server) listCalls(c *fiber.Ctx, u casework.User) error {
	q := casework.CallQuery{Closed: c.Query("state") == "closed", After: c.Query("after"), Limit: rowsFor(c)}
	list, err := s.cases.Calls.CallBacks(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := callsPage{staffPage: s.newStaffPage(c, u, "calls.title"), Later: q.After != "", Done: c.Query("done") != ""}
	view.Filters = []deskLink{{t("calls.open"), callsPath, !q.Closed}, {t("calls.closed"), callsPath + "?state=closed", q.Closed}}
	for _, b := range list.Calls {
		view.Rows = append(view.Rows, s.callRow(c, b))
	}
	if list.Next != "" {
		next := url.Values{"after": {list.Next}}
		if q.Closed {
			next.Set("state", "closed")
		}
		view.Next = callsPath + "?" + next.Encode()
	}
	return s.render(c, "staff-calls", view)
}

func (s *Server) callRow(c *fiber.Ctx, b casework.CallBack) callRow {
	return callRow{
		Path: callsPath + "/" + b.ID, Place: s.townName(c, b.Town) + " " + b.Village, State: string(b.State), Open: b.State == casework.CallOpen,
		Received: s.moment(c, b.Received), Due: s.day(c, b.Due), Late: b.Late(s.now()), Level: int(b.Level),
	}
}

type callFilePage struct {
	staffPage
	Row      callRow
	Said     []summaryRow
	Phone    string
	Tel      template.URL
	Tries    []step
	Fields   []field
	Problems []problem
	Version  int
	Changed  bool
}

func (s *Server) openCall(c *fiber.Ctx, u casework.User) error { return s.renderCallFile(c, u, nil) }

func (s *Server) renderCallFile(c *fiber.Ctx, u casework.User, failed error) error {
	f, err := s.cases.Calls.CallBack(c.UserContext(), u.Actor(), c.Params("id"))
	if err != nil {
		return err
	}
	t := s.words(c)
	view := callFilePage{staffPage: s.newStaffPage(c, u, "calls.one"), Row: s.callRow(c, f.CallBack), Phone: f.Asked.Phone, Tel: dialled(f.Asked.Phone), Version: f.Version}
	view.Crumbs = append(view.Crumbs, crumb{t("calls.title"), callsPath})
	view.Said = []summaryRow{{Key: t("call.name"), Value: f.Asked.Name}, {Key: t("call.phone"), Value: f.Asked.Phone}, {Key: t("call.when"), Value: t(fmt.Sprintf("call.when.%s", f.Asked.When))}}
	if f.Asked.About != "" {
		view.Said = append(view.Said, summaryRow{Key: t("call.about"), Value: f.Asked.About})
	}
	for _, one := range f.Tries {
		state := "done"
		if one.Step != casework.CallReached {
			state = "wrong"
		}
		view.Tries = append(view.Tries, step{Title: t(fmt.Sprintf("calls.step.%s", one.Step)), Text: s.byline(c, one.At, f.Names[one.By]), Note: one.Words, State: state})
	}
	if view.Row.Open {
		view.Fields = s.callSteps(c)
	}
	if errors.Is(failed, apply.ErrConflict) {
		c.Status(fiber.StatusConflict)
		view.Changed = true
	}
	view.Problems = s.noteProblems(c, view.Fields, invalidOf(failed))
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-call", view)
}

func (s *Server) callSteps(c *fiber.Ctx) []field {
	t := s.words(c)
	what := field{Name: "step", Label: t("calls.what"), Value: c.FormValue("step")}
	for _, one := range casework.CallSteps() {
		what.Options = append(what.Options, content.Option{Value: string(one), Label: t(fmt.Sprintf("calls.step.%s", one))})
	}
	return []field{what, {Name: "words", Label: t("calls.words"), Help: t("calls.words.help"), Long: true, Rows: 2, MaxLength: casework.CallTryLong, Optional: true, Value: c.FormValue("words")}}
}

func (s *Server) actOnCall(c *fiber.Ctx, u casework.User) error {
	act := casework.CallAct{Step: casework.CallStep(c.FormValue("step")), Words: c.FormValue("words")}
	err := s.cases.Calls.ActOnCall(c.UserContext(), u.Actor(), c.Params("id"), recordVersion(c), act, CallTerms(s.content().Library))
	if len(invalidOf(err)) > 0 || errors.Is(err, apply.ErrConflict) {
		return s.renderCallFile(c, u, err)
	}
	if err != nil {
		return err
	}
	return s.redirect(c, callsPath+"?done=1")
}
