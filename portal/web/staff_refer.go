package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Referrals keeps what departments are asked for, and shows it to who may see it.
type Referrals interface {
	SendReferral(ctx context.Context, by apply.Actor, key string, r casework.Referral, step casework.ReferralStep, days apply.Calendar) (casework.Referral, error)
	MoveReferral(ctx context.Context, by apply.Actor, id string, version int, m casework.ReferralMove, step casework.ReferralStep, days apply.Calendar) (casework.Referral, error)
	OpenReferral(ctx context.Context, by apply.Actor, id string) (casework.OpenedReferral, error)
	AddReferralFile(ctx context.Context, by apply.Actor, id string, f apply.NewFile) (casework.Referral, error)
	ReadReferralFile(ctx context.Context, by apply.Actor, id, file string) (casework.OpenedReferral, []byte, error)
	ReferralsOf(ctx context.Context, by apply.Actor, c casework.Case) ([]casework.Referral, error)
	Referrals(ctx context.Context, by apply.Actor, q casework.ReferralQuery) (casework.ReferralPage, error)
}

func (s *Server) referRoutes() []deskRoute {
	const get, post = fiber.MethodGet, fiber.MethodPost
	var out []deskRoute
	for _, k := range deskCases {
		out = append(out,
			deskRoute{get, k.path + "/refer", casework.ReferCase, s.aboutCase(casework.ReferCase, k.open, s.showRefer), 0},
			deskRoute{post, k.path + "/refer", casework.ReferCase, s.aboutCase(casework.ReferCase, k.open, s.refer), 0})
	}
	out = append(out,
		deskRoute{get, referralsPath, casework.ListReferrals, s.showReferrals, 0},
		deskRoute{get, referralsPath + "/:id", casework.OpenReferral, s.showReferral, 0},
		deskRoute{get, referralsPath + "/:id/files/:file", casework.OpenReferral, s.showReferralFile, 0},
		deskRoute{post, referralsPath + "/:id/files", casework.AnswerReferral, s.addReferralFile, streamed})
	for _, m := range casework.ReferralMoves() {
		out = append(out, deskRoute{post, referralsPath + "/:id/" + string(m), m.Needs(), s.moveReferral(m), 0})
	}
	return out
}

// referPage sends a case to a department: first what is asked of whom, then what the
// department needs for it.
type referPage struct {
	staffPage
	Number, Path, Back string
	Choices            []taskGroup // of the first step
	Task               string      // of the second
	Department, What   string
	Ask                askFields
	Told, Family       bool
	Key                string
	Problems           []problem
}

// taskGroup are the tasks of one department.
type taskGroup struct {
	Department string
	Tasks      []deskLink
}

// askFields is what a department is asked and sees.
type askFields struct {
	Groups []tickGroup
	Words  field
	Days   field
	Error  string // nothing is ticked
}

type tickGroup struct {
	Title string
	Ticks []tick
}

// tick is one box.
type tick struct {
	ID, Name, Value, Label string
	On                     bool
}

func (s *Server) showRefer(c *fiber.Ctx, u casework.User, of *deskCase) error {
	task, ok := s.content().Library.ReferralTask(c.Query("task"))
	view := s.newReferPage(c, u, of)
	if !ok {
		view.Choices = s.taskGroups(c, of)
		return s.render(c, "staff-refer", view)
	}
	s.fillRefer(c, &view, task)
	view.Told = task.Told
	view.Ask = s.askFields(c, of, task.Fields, task.Documents, strconv.Itoa(task.Days))
	return s.render(c, "staff-refer", view)
}

func (s *Server) newReferPage(c *fiber.Ctx, u casework.User, of *deskCase) referPage {
	view := referPage{staffPage: s.newStaffPage(c, u, "refer.title"), Number: of.Number, Path: of.Path + "/refer", Back: of.Path, Family: of.Family}
	view.Crumbs = append(view.Crumbs, s.crumbOf(c, of))
	return view
}

func (s *Server) fillRefer(c *fiber.Ctx, view *referPage, task content.ReferralTask) {
	view.Task, view.What, view.Key = task.Name, s.taskTitle(c, task.Name), rand.Text()
	view.Department = s.words(c)(fmt.Sprintf("staff.department.%s", task.Department))
	view.Crumbs = append(view.Crumbs, crumb{s.words(c)("refer.title"), view.Path})
	view.Title = view.Department + s.words(c)("punctuation.colon") + view.What
}

// taskGroups lists what can be asked, by department.
func (s *Server) taskGroups(c *fiber.Ctx, of *deskCase) []taskGroup {
	var out []taskGroup
	for _, d := range casework.Departments() {
		g := taskGroup{Department: s.words(c)(fmt.Sprintf("staff.department.%s", d))}
		for _, task := range s.content().Library.Referrals {
			if task.Department == string(d) {
				g.Tasks = append(g.Tasks, deskLink{Text: s.taskTitle(c, task.Name), Path: of.Path + "/refer?task=" + task.Name})
			}
		}
		if len(g.Tasks) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// askFields offers what there is of a case, each to be ticked by itself.
func (s *Server) askFields(c *fiber.Ctx, of *deskCase, fields, papers []string, days string) askFields {
	t := s.words(c)
	out := askFields{
		Words: field{Name: "words", Label: t("refer.words"), Help: t("refer.words.help"), Long: true, Rows: 3, MaxLength: casework.MaxReferralWords, Optional: true, Value: c.FormValue("words")},
		Days:  field{Name: "days", Label: t("refer.days"), Help: t("refer.days.help"), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 2, Width: "short", Value: c.FormValue("days", days)},
	}
	for _, offered := range of.Groups {
		g := tickGroup{Title: offered.Title}
		for _, one := range offered.Ticks {
			on := fields
			if one.Name == "paper" {
				on = papers
			}
			one.On = slices.Contains(on, one.Value)
			g.Ticks = append(g.Ticks, one)
		}
		out.Groups = append(out.Groups, g)
	}
	return out
}

// ticked returns what was posted of what was offered.
func (f askFields) ticked(name string, posted []string) []string {
	var out []string
	for _, g := range f.Groups {
		for _, one := range g.Ticks {
			if one.Name == name && slices.Contains(posted, one.Value) {
				out = append(out, one.Value)
			}
		}
	}
	return out
}

// postedAll returns every value that a form has sent under a name.
func postedAll(c *fiber.Ctx, name string) []string {
	var out []string
	for _, b := range c.Request().PostArgs().PeekMulti(name) {
		out = append(out, string(b))
	}
	return out
}

// askedStep is what was posted of askFields.
func (s *Server) askedStep(c *fiber.Ctx, of *deskCase) (casework.ReferralStep, askFields) {
	f := s.askFields(c, of, postedAll(c, "field"), postedAll(c, "paper"), "")
	days, err := strconv.Atoi(strings.TrimSpace(c.FormValue("days")))
	if err != nil {
		days = 0 // which is refused with words
	}
	return casework.ReferralStep{
		Words: c.FormValue("words"), Days: days, Fields: f.ticked("field", postedAll(c, "field")), Papers: f.ticked("paper", postedAll(c, "paper")),
	}, f
}

// note puts problems beside what they are about.
func (f *askFields) note(s *Server, c *fiber.Ctx, invalid apply.Invalid) []problem {
	fields := []field{f.Words, f.Days}
	out := s.noteProblems(c, fields, invalid)
	f.Words, f.Days = fields[0], fields[1]
	if p, bad := invalid.Field("fields"); bad {
		f.Error = s.problemWords(c, p, bad)
		out = append([]problem{{Field: "f-fields", Text: f.Error}}, out...)
	}
	return out
}

func (s *Server) refer(c *fiber.Ctx, u casework.User, of *deskCase) error {
	task, ok := s.content().Library.ReferralTask(c.FormValue("task"))
	if !ok {
		return s.redirect(c, of.Path+"/refer")
	}
	step, asked := s.askedStep(c, of)
	r := casework.Referral{Case: of.Case, Department: casework.Department(task.Department), Task: task.Name, Told: of.Family && c.FormValue("told") != ""}
	_, err := s.cases.Referrals.SendReferral(c.UserContext(), u.Actor(), c.FormValue("key"), r, step, s.content().Library.Holidays)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		view := s.newReferPage(c, u, of)
		s.fillRefer(c, &view, task)
		view.Told, view.Ask = r.Told, asked
		view.Problems = view.Ask.note(s, c, invalid)
		s.wrong(c, &view.page)
		return s.render(c, "staff-refer", view)
	case err != nil:
		return err
	}
	return s.redirect(c, of.Path+"#referrals")
}
