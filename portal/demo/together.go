package demo

import (
	"context"
	"errors"
	"slices"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// refer asks a department for something that the application can give.
func (t *city) refer(ctx context.Context, m *matter) error {
	task, fields, ok := t.task(func(f string) bool { return m.answers[f] != "" })
	if !ok {
		return nil
	}
	return t.ask(ctx, m.clerk, casework.Case{Kind: casework.ApplicationCase, ID: string(m.ref)}, task, fields)
}

// ask sends a referral and plans the department's answer. A case that has ended
// meanwhile needs none.
func (t *city) ask(ctx context.Context, by member, of casework.Case, task content.ReferralTask, fields []string) error {
	r := casework.Referral{Case: of, Department: casework.Department(task.Department), Task: task.Name, Told: task.Told}
	r, err := t.Store.SendReferral(ctx, by.Actor(), t.key(), r, casework.ReferralStep{Words: pick(t, referralWords), Days: task.Days, Fields: fields}, t.Library.Holidays)
	if errors.Is(err, apply.ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	liaison := t.staff.liaisons[r.Department]
	moves := []referred{{liaison, casework.TakeReferral}, {liaison, casework.AnswerTheCase}, {by, casework.CloseReferral}}
	switch {
	case t.chance(8):
		moves = []referred{{liaison, casework.ReturnReferral}, {by, casework.ResendReferral}, {liaison, casework.AnswerTheCase}}
	case t.chance(5):
		moves = []referred{{by, casework.WithdrawReferral}}
	}
	t.follow(r, task, moves)
	return nil
}

// referred is a move of a referral and whose it is.
type referred struct {
	by   member
	move casework.ReferralMove
}

// follow plans the moves, one after the other.
func (t *city) follow(r casework.Referral, task content.ReferralTask, moves []referred) {
	if len(moves) == 0 {
		return
	}
	t.atOffice(1+t.random.IntN(5), "referral", func(ctx context.Context) error {
		step := casework.ReferralStep{Words: pick(t, referralAnswers), Known: task.Outcomes, Outcome: pick(t, task.Outcomes), Days: task.Days, Fields: r.Fields}
		if moves[0].move == casework.CloseReferral && r.Told && t.chance(60) {
			step.Family = "演示：部门已经核对好了。"
		}
		after, err := t.Store.MoveReferral(ctx, moves[0].by.Actor(), r.ID, r.Version, moves[0].move, step, t.Library.Holidays)
		if err != nil {
			return err
		}
		t.follow(after, task, moves[1:])
		return nil
	})
}

// confer calls a conference on an application, with the director of the village.
func (t *city) confer(ctx context.Context, m *matter) error {
	at := slices.Index(t.places, m.place)
	return t.call(ctx, m.clerk, casework.Case{Kind: casework.ApplicationCase, ID: string(m.ref)}, t.staff.directors[at].Login)
}

func (t *city) call(ctx context.Context, by member, of casework.Case, guest string) error {
	c := casework.Conference{
		Case: of, At: t.Clock.Now().AddDate(0, 0, 7), Departments: []casework.Department{casework.Education, casework.Health},
		ConferenceText: casework.ConferenceText{Place: "演示：镇政府二楼会议室", Agenda: pick(t, agenda)},
	}
	c, err := t.Store.CallConference(ctx, by.Actor(), t.key(), c, []string{guest})
	if errors.Is(err, apply.ErrConflict) {
		return nil
	}
	if err != nil {
		return err
	}
	t.atOffice(6, "conference", func(ctx context.Context) error { return t.hold(ctx, by, c) })
	return nil
}

// hold writes down what was said and decided; one in ten was called off.
func (t *city) hold(ctx context.Context, by member, c casework.Conference) error {
	what, change := "hold", func(c casework.Conference, now time.Time) (casework.Conference, error) {
		return c.Hold(pick(t, minutes), now)
	}
	if t.chance(10) {
		what, change = "cancel", casework.Conference.Cancel
	}
	c, err := t.changeConference(ctx, by, c, what, change)
	if err != nil || what == "cancel" {
		return err
	}
	told := casework.Agreed{What: pick(t, agreed), Owner: casework.OwnOffice, Told: t.chance(60)}
	c, err = t.changeConference(ctx, by, c, "decide", func(c casework.Conference, now time.Time) (casework.Conference, error) {
		return c.Agree(told, 10, t.Library.Holidays, now)
	})
	if err != nil || t.chance(25) {
		return err
	}
	t.atOffice(3+t.random.IntN(12), "decision of a conference", func(ctx context.Context) error {
		_, err := t.Store.FinishDecision(ctx, by.Actor(), c.ID, 1)
		return err
	})
	return nil
}

func (t *city) changeConference(ctx context.Context, by member, c casework.Conference, what string, change func(casework.Conference, time.Time) (casework.Conference, error)) (casework.Conference, error) {
	return t.Store.ChangeConference(ctx, by.Actor(), c.ID, c.Version, what, func(c casework.Conference, now time.Time) (casework.Conference, []casework.Telling, error) {
		c, err := change(c, now)
		return c, nil, err
	})
}
