package web

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

const conferencesPath = "/staff/conferences"

// conferencesPage lists the conferences to come and what is to be seen to.
type conferencesPage struct {
	staffPage
	Coming []conferenceRow
	Open   []agreedRow
}

// agreedRow is one thing that was agreed.
type agreedRow struct {
	Path, Number, What, Owner, Due, Done string
	Urgency                              string // soon or late; "" while there is time, and once it is done
	Place                                int    // in its conference
	Told, Mine                           bool
}

func (s *Server) showConferences(c *fiber.Ctx, u casework.User) error {
	list, err := s.cases.Conferences.Conferences(c.UserContext(), u.Actor())
	if err != nil {
		return err
	}
	view := conferencesPage{staffPage: s.newStaffPage(c, u, "conferences.title")}
	for _, one := range list.Coming {
		view.Coming = append(view.Coming, s.conferenceRow(c, one))
	}
	for _, f := range list.Open {
		row := s.agreedRow(c, f.Agreed, nil)
		row.Path, row.Number, row.Mine = conferencesPath+"/"+f.Conference, s.caseWords(c, f.Case), true
		view.Open = append(view.Open, row)
	}
	return s.render(c, "staff-conferences", view)
}

// agreedRow puts a decision into words; names are those of the staff who take part.
func (s *Server) agreedRow(c *fiber.Ctx, a casework.Agreed, names map[string]string) agreedRow {
	t := s.words(c)
	row := agreedRow{What: a.What, Owner: s.ownerWords(c, a.Owner, names), Due: t("confer.due", "Date", s.day(c, a.Due)), Place: a.Number, Told: a.Told}
	if a.Done.IsZero() {
		row.Urgency = s.urgency(a.Due)
	} else {
		row.Done = t("confer.done.on", "Date", s.day(c, a.Done))
	}
	return row
}

func (s *Server) ownerWords(c *fiber.Ctx, o casework.Owner, names map[string]string) string {
	t := s.words(c)
	if id, ok := o.User(); ok {
		return names[id]
	}
	if o == casework.OwnOffice {
		return t("confer.owner.office")
	}
	return t(fmt.Sprintf("staff.department.%s", o))
}

// conferencePage is one conference, and its minutes when it is printed.
type conferencePage struct {
	staffPage
	conferenceRow
	CasePath   string // "" for who may not hold it
	Place      string
	Agenda     []string
	Who        []string
	Minutes    string
	Rows       []summaryRow // what was ticked, for who takes part
	Agreed     []agreedRow
	Version    int
	Holds      bool // who looks may hold it
	Family     bool // a family follows the case, and may be told
	Planned    bool
	Problems   []problem
	Changed    bool
	MinutesOf  field
	ToldHeld   bool // offered: the family can be told that it was held
	More       []field
	Decidable  bool
	Cancelable bool
}

func (s *Server) showConference(c *fiber.Ctx, u casework.User) error {
	return s.renderConference(c, u, nil, false)
}

func (s *Server) renderConference(c *fiber.Ctx, u casework.User, invalid apply.Invalid, changed bool) error {
	o, err := s.cases.Conferences.OpenConference(c.UserContext(), u.Actor(), c.Params("id"))
	if errors.Is(err, casework.ErrForbidden) {
		return s.deny(c, u, casework.OpenConference, apply.Reference(o.Case.ID))
	}
	if err != nil {
		return err
	}
	view := s.newConferencePage(c, u, o)
	view.Changed = changed
	fields := append([]field{view.MinutesOf}, view.More...)
	view.Problems = s.noteProblems(c, fields, invalid)
	view.MinutesOf, view.More = fields[0], fields[1:]
	switch {
	case len(view.Problems) > 0:
		s.wrong(c, &view.page)
	case changed:
		c.Status(fiber.StatusConflict)
	}
	return s.render(c, "staff-conference", view)
}

func (s *Server) newConferencePage(c *fiber.Ctx, u casework.User, o casework.OpenedConference) conferencePage {
	t := s.words(c)
	view := conferencePage{
		staffPage: s.newStaffPage(c, u, "conferences.title"), conferenceRow: s.conferenceRow(c, o.Conference), Version: o.Version,
		Place: o.Place, Minutes: o.Minutes, Holds: o.Holds, Planned: o.State == casework.ConferencePlanned,
	}
	view.page.Title = t("confer.panel") + " " + view.Number
	view.Crumbs = append(view.Crumbs, crumb{t("conferences.title"), conferencesPath})
	view.Agenda = strings.FieldsFunc(o.Agenda, func(r rune) bool { return r == '\n' })
	for _, owner := range o.Owners() {
		view.Who = append(view.Who, s.ownerWords(c, owner, o.Names))
	}
	view.Who = append(view.Who, strings.FieldsFunc(o.Others, func(r rune) bool { return r == '\n' })...)
	for _, a := range o.Decisions {
		row := s.agreedRow(c, a, o.Names)
		row.Mine = a.Done.IsZero() && (o.Holds || o.Owns(u, a))
		view.Agreed = append(view.Agreed, row)
	}
	view.Rows = s.givenRows(c, view.page, o.Case, o.Policy, o.Fields, o.Answers)
	if !o.Holds {
		return view
	}
	view.CasePath, view.Family = pathOfCase(o.Case), o.Case.Kind == casework.ApplicationCase
	view.Cancelable, view.Decidable, view.ToldHeld = view.Planned, o.State == casework.ConferenceHeld, view.Planned && view.Family
	view.MinutesOf = field{Name: "minutes", Label: t("confer.minutes"), Help: t("confer.minutes.help"), Long: true, Rows: 8, MaxLength: casework.MaxMinutes, Value: c.FormValue("minutes", o.Minutes)}
	view.More = s.agreeFields(c, o)
	return view
}

func (s *Server) agreeFields(c *fiber.Ctx, o casework.OpenedConference) []field {
	t := s.words(c)
	owner := field{Name: "owner", Label: t("confer.owner"), Value: c.FormValue("owner")}
	for _, one := range o.Owners() {
		owner.Options = append(owner.Options, content.Option{Value: string(one), Label: s.ownerWords(c, one, o.Names)})
	}
	return []field{
		{Name: "what", Label: t("confer.what"), InputType: "text", Autocomplete: "off", MaxLength: 200, Value: c.FormValue("what")},
		owner,
		{Name: "days", Label: t("confer.days"), Help: t("refer.days.help"), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 2, Width: "short", Value: c.FormValue("days")},
	}
}

func (s *Server) holdConference(c *fiber.Ctx, u casework.User) error {
	minutes, told := c.FormValue("minutes"), c.FormValue("told") != ""
	return s.changeConference(c, u, "held", func(x casework.Conference, now time.Time) (casework.Conference, []casework.Telling, error) {
		first := x.State == casework.ConferencePlanned
		x, err := x.Hold(minutes, now)
		if err != nil || !told || !first {
			return x, nil, err
		}
		return x, []casework.Telling{{At: now, Kind: casework.ToldHeld}}, nil
	})
}

func (s *Server) cancelConference(c *fiber.Ctx, u casework.User) error {
	return s.changeConference(c, u, "cancel", func(x casework.Conference, now time.Time) (casework.Conference, []casework.Telling, error) {
		x, err := x.Cancel(now)
		return x, nil, err
	})
}

func (s *Server) agreeInConference(c *fiber.Ctx, u casework.User) error {
	days, err := strconv.Atoi(strings.TrimSpace(c.FormValue("days")))
	if err != nil {
		days = 0 // which is refused with words
	}
	a := casework.Agreed{What: c.FormValue("what"), Owner: casework.Owner(c.FormValue("owner")), Told: c.FormValue("told") != ""}
	return s.changeConference(c, u, "agree", func(x casework.Conference, now time.Time) (casework.Conference, []casework.Telling, error) {
		x, err := x.Agree(a, days, s.content().Library.Holidays, now)
		if err != nil || !a.Told {
			return x, nil, err
		}
		made := x.Decisions[len(x.Decisions)-1]
		return x, []casework.Telling{{At: now, Kind: casework.ToldDecided, Due: made.Due, Words: made.What}}, nil
	})
}

// changeConference carries out what who holds a conference does. What has to be mended
// shows the page again, with what was typed; so does what came too late.
func (s *Server) changeConference(c *fiber.Ctx, u casework.User, what string, change func(casework.Conference, time.Time) (casework.Conference, []casework.Telling, error)) error {
	version, err := strconv.Atoi(c.FormValue("version", "-1"))
	if err != nil {
		return fiber.ErrBadRequest
	}
	if version < 1 {
		version = -1 // which no conference has
	}
	x, err := s.cases.Conferences.ChangeConference(c.UserContext(), u.Actor(), c.Params("id"), version, what, change)
	return s.afterConference(c, u, casework.HoldConference, x, err)
}

func (s *Server) finishDecision(c *fiber.Ctx, u casework.User) error {
	number, err := strconv.Atoi(c.FormValue("number", "0"))
	if err != nil {
		return fiber.ErrBadRequest
	}
	x, err := s.cases.Conferences.FinishDecision(c.UserContext(), u.Actor(), c.Params("id"), number)
	return s.afterConference(c, u, casework.OpenConference, x, err)
}

func (s *Server) afterConference(c *fiber.Ctx, u casework.User, needs casework.Action, x casework.Conference, err error) error {
	var invalid apply.Invalid
	switch {
	case errors.Is(err, casework.ErrForbidden):
		return s.deny(c, u, needs, apply.Reference(x.Case.ID))
	case errors.As(err, &invalid):
		return s.renderConference(c, u, invalid, false)
	case errors.Is(err, apply.ErrConflict):
		return s.renderConference(c, u, nil, true)
	case err != nil:
		return err
	}
	return s.redirect(c, conferencesPath+"/"+x.ID)
}
