package web

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// caseName names an application as a case.
func caseName(a *apply.Application) casework.Case {
	return casework.Case{Kind: casework.ApplicationCase, ID: string(a.Reference)}
}

// referralsPanel is what a case's page shows of its referrals.
type referralsPanel struct {
	Rows  []referralRow
	Refer string // where another is sent; "" for a case that has ended
}

// referralRow is one referral in a list.
type referralRow struct {
	Path, Number, Department, Task, State, Due string
	Urgency                                    string // soon or late; "" while there is time
	Open                                       bool   // the department has yet to answer
	Waiting                                    bool   // for who looks
}

// referralsPanel is that of an application.
func (s *Server) referralsPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	p, err := s.referralsOf(c, u, s.ofApplication(c, a))
	if p == nil {
		return nil, err
	}
	return p, err
}

// referralsOf reads what was asked of departments for a case; nil for who may not refer it.
func (s *Server) referralsOf(c *fiber.Ctx, u casework.User, of *deskCase) (*referralsPanel, error) {
	if s.cases.Referrals == nil || !u.May(casework.ReferCase, of.Scope) {
		return nil, nil
	}
	all, err := s.cases.Referrals.ReferralsOf(c.UserContext(), u.Actor(), of.Case)
	if err != nil {
		return nil, err
	}
	panel := &referralsPanel{}
	if !of.Over {
		panel.Refer = of.Path + "/refer"
	}
	for _, r := range all {
		panel.Rows = append(panel.Rows, s.referralRow(c, u, r))
	}
	return panel, nil
}

func (s *Server) referralRow(c *fiber.Ctx, u casework.User, r casework.Referral) referralRow {
	t := s.words(c)
	row := referralRow{
		Path: referralsPath + "/" + r.ID, Number: s.caseWords(c, r.Case), Department: t(fmt.Sprintf("staff.department.%s", r.Department)),
		Task: s.taskTitle(c, r.Task), State: string(r.State), Due: s.day(c, r.Due), Waiting: r.State.Waits() == sideOf(u),
	}
	if row.Open = r.State.Waits() == casework.DepartmentSide; row.Open {
		row.Urgency = s.urgency(r.Due)
	}
	return row
}

// urgency is how near a deadline is, where anybody has to know.
func (s *Server) urgency(due time.Time) string {
	if u := casework.UrgencyOf(due, s.now(), s.content().Library.Holidays); u != casework.InTime {
		return string(u)
	}
	return ""
}

// sideOf is on which side of referrals somebody stands.
func sideOf(u casework.User) casework.Side {
	if u.Has(casework.AnswerReferral) {
		return casework.DepartmentSide
	}
	return casework.SenderSide
}

// taskTitle returns what the desk calls a task; a general word if the content has it no
// more.
func (s *Server) taskTitle(c *fiber.Ctx, name string) string {
	task, ok := s.content().Library.ReferralTask(name)
	if !ok {
		return s.words(c)("referral.task.gone")
	}
	return s.contentText(c, task.Title(visitOf(c).Lang.Code))
}
