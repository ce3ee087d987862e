package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Conferences keeps case conferences, and shows them to who takes part.
type Conferences interface {
	CallConference(ctx context.Context, by apply.Actor, key string, c casework.Conference, logins []string) (casework.Conference, error)
	ChangeConference(ctx context.Context, by apply.Actor, id string, version int, what string, change func(casework.Conference, time.Time) (casework.Conference, []casework.Telling, error)) (casework.Conference, error)
	FinishDecision(ctx context.Context, by apply.Actor, id string, number int) (casework.Conference, error)
	OpenConference(ctx context.Context, by apply.Actor, id string) (casework.OpenedConference, error)
	ConferencesOf(ctx context.Context, by apply.Actor, c casework.Case) ([]casework.Conference, error)
	Conferences(ctx context.Context, by apply.Actor) (casework.ConferenceList, error)
}

func (s *Server) conferRoutes() []deskRoute {
	const get, post, one, hold = fiber.MethodGet, fiber.MethodPost, conferencesPath + "/:id", casework.HoldConference
	var out []deskRoute
	for _, k := range deskCases {
		out = append(out,
			deskRoute{get, k.path + "/confer", hold, s.aboutCase(hold, k.open, s.showConfer), 0},
			deskRoute{post, k.path + "/confer", hold, s.aboutCase(hold, k.open, s.confer), 0})
	}
	return append(out,
		deskRoute{get, conferencesPath, casework.ListConferences, s.showConferences, 0},
		deskRoute{get, one, casework.OpenConference, s.showConference, 0},
		deskRoute{post, one + "/held", hold, s.holdConference, 0},
		deskRoute{post, one + "/cancel", hold, s.cancelConference, 0},
		deskRoute{post, one + "/agree", hold, s.agreeInConference, 0},
		deskRoute{post, one + "/done", casework.OpenConference, s.finishDecision, 0})
}

// conferencesPanel is what a case's page shows of its conferences.
type conferencesPanel struct {
	Rows []conferenceRow
	Call string // where another is called; "" for a case that has ended
}

type conferenceRow struct{ Path, Number, When, State string }

// conferencesPanel is that of an application.
func (s *Server) conferencesPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	p, err := s.conferencesOf(c, u, s.ofApplication(c, a))
	if p == nil {
		return nil, err
	}
	return p, err
}

// conferencesOf reads the conferences on a case; nil for who may hold none.
func (s *Server) conferencesOf(c *fiber.Ctx, u casework.User, of *deskCase) (*conferencesPanel, error) {
	if s.cases.Conferences == nil || !u.May(casework.HoldConference, of.Scope) {
		return nil, nil
	}
	all, err := s.cases.Conferences.ConferencesOf(c.UserContext(), u.Actor(), of.Case)
	if err != nil {
		return nil, err
	}
	panel := &conferencesPanel{}
	if !of.Over {
		panel.Call = of.Path + "/confer"
	}
	for _, one := range all {
		panel.Rows = append(panel.Rows, s.conferenceRow(c, one))
	}
	return panel, nil
}

func (s *Server) conferenceRow(c *fiber.Ctx, one casework.Conference) conferenceRow {
	return conferenceRow{conferencesPath + "/" + one.ID, s.caseWords(c, one.Case), s.moment(c, one.At), string(one.State)}
}

// conferPage calls a conference on a case.
type conferPage struct {
	staffPage
	Number, Path, Back string
	Fields             []field // day, place, agenda
	Departments        []tick
	Error              string // nobody is invited
	Guests             []field
	Groups             []tickGroup // what the invited see
	Key                string
	Problems           []problem
}

func (s *Server) showConfer(c *fiber.Ctx, u casework.User, of *deskCase) error {
	return s.render(c, "staff-confer", s.newConferPage(c, u, of, nil))
}

func (s *Server) newConferPage(c *fiber.Ctx, u casework.User, of *deskCase, invalid apply.Invalid) conferPage {
	t := s.words(c)
	view := conferPage{staffPage: s.newStaffPage(c, u, "confer.title"), Number: of.Number, Path: of.Path + "/confer", Back: of.Path, Key: rand.Text()}
	view.Crumbs = append(view.Crumbs, s.crumbOf(c, of))
	fields := []field{
		{Name: "day", Label: t("confer.day"), Help: t("confer.day.help"), InputType: "text", Autocomplete: "off", MaxLength: 20, Width: "medium"},
		{Name: "place", Label: t("confer.place"), InputType: "text", Autocomplete: "off", MaxLength: 200},
		{Name: "agenda", Label: t("confer.agenda"), Help: t("confer.agenda.help"), Long: true, Rows: 4, MaxLength: casework.MaxReferralWords},
		{Name: "users", Label: t("confer.users"), Help: t("confer.users.help"), InputType: "text", Autocomplete: "off", MaxLength: 300, Optional: true},
		{Name: "others", Label: t("confer.others"), Help: t("confer.others.help"), Long: true, Rows: 3, MaxLength: casework.MaxReferralWords, Optional: true},
	}
	for i := range fields {
		fields[i].Value = c.FormValue(fields[i].Name)
	}
	for _, d := range casework.Departments() {
		view.Departments = append(view.Departments, tick{"f-department-" + string(d), "department", string(d), t(fmt.Sprintf("staff.department.%s", d)), slices.Contains(postedAll(c, "department"), string(d))})
	}
	view.Problems = s.noteProblems(c, fields, invalid)
	if p, bad := invalid.Field("departments"); bad {
		view.Error = s.problemWords(c, p, bad)
		view.Problems = append(view.Problems, problem{Field: "f-departments", Text: view.Error})
	}
	view.Fields, view.Guests = fields[:3], fields[3:]
	view.Groups = s.askFields(c, of, postedAll(c, "field"), nil, "").answersAlone()
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return view
}

// answersAlone leaves documents out: they go with a referral, to whom they concern.
func (f askFields) answersAlone() []tickGroup {
	return slices.DeleteFunc(f.Groups, func(g tickGroup) bool { return g.Ticks[0].Name != "field" })
}

func (s *Server) confer(c *fiber.Ctx, u casework.User, of *deskCase) error {
	one := casework.Conference{Case: of.Case, At: conferenceTime(c.FormValue("day"))}
	one.Place, one.Agenda, one.Others = c.FormValue("place"), c.FormValue("agenda"), c.FormValue("others")
	for _, d := range postedAll(c, "department") {
		one.Departments = append(one.Departments, casework.Department(d))
	}
	one.Fields = s.askFields(c, of, nil, nil, "").ticked("field", postedAll(c, "field"))
	logins := strings.FieldsFunc(c.FormValue("users"), func(r rune) bool { return strings.ContainsRune(" ,，、;；\n\t　", r) })
	_, err := s.cases.Conferences.CallConference(c.UserContext(), u.Actor(), c.FormValue("key"), one, logins)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.render(c, "staff-confer", s.newConferPage(c, u, of, invalid))
	case err != nil:
		return err
	}
	return s.redirect(c, of.Path+"#conferences")
}

// conferenceTime reads a day, with or without the time of day, as people type it; the
// zero time for anything else.
func conferenceTime(s string) time.Time {
	s = strings.Join(strings.Fields(strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", ".", "-", "：", ":", "点", ":", "T", " ").Replace(s)), " ")
	for _, layout := range []string{"2006-1-2 15:4", "2006-1-2 15:", "2006-1-2"} {
		if t, err := time.ParseInLocation(layout, s, apply.China); err == nil {
			return t
		}
	}
	return time.Time{}
}
