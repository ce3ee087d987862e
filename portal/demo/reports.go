package demo

import (
	"context"
	"fmt"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// planReports lets people report children at risk.
func (t *city) planReports() {
	for range t.Cases * reportsOf / 100 {
		t.later(t.sometime(), "report", t.report)
	}
	for i := range 4 { // some that nobody has taken on yet, whatever the draws
		t.days.plan(t.Until.Add(-time.Duration(1+i*8)*time.Hour), "report", t.report)
	}
}

func (t *city) report(ctx context.Context) error {
	at := pick(t, t.places)
	danger := pick(t, []casework.Danger{casework.DangerNot, casework.DangerNot, casework.DangerUnsure, casework.DangerNow})
	r, err := t.Store.SendReport(ctx, casework.Report{
		Key: t.token(), Town: at.town, Danger: danger,
		Said: casework.Said{
			Kind: pick(t, t.Library.Reporting.Kinds).Value, Village: at.name, Place: fmt.Sprintf("演示路%d号", 1+t.random.IntN(200)),
			Words: pick(t, reportWords),
		},
	}, t.Library.Reporting.Minutes.Within(string(danger)))
	if err != nil || t.Until.Sub(t.Clock.Now()) < 36*time.Hour {
		return err
	}
	by := t.supervisor(at.town)
	steps := []casework.ReportAct{{Step: casework.StepTake}, {Step: casework.StepVisit, Words: pick(t, reportDone)}}
	if danger == casework.DangerNow {
		steps = append(steps, casework.ReportAct{Step: casework.StepPolice})
	}
	steps = append(steps, casework.ReportAct{Step: casework.StepSafe, Words: pick(t, reportDone)})
	if !t.chance(15) {
		steps = append(steps, casework.ReportAct{Step: casework.StepClose, Detail: pick(t, casework.Outcomes()), Words: pick(t, reportDone)})
	}
	t.act(r.Number, by, steps, time.Duration(3+t.random.IntN(7))*time.Minute)
	return nil
}

// act takes the steps, the first one soon: reports are taken on at any hour.
func (t *city) act(ref apply.Reference, by member, steps []casework.ReportAct, after time.Duration) {
	if len(steps) == 0 {
		return
	}
	t.days.plan(t.Clock.Now().Add(after), "report", func(ctx context.Context) error {
		file, err := t.Store.Report(ctx, by.Actor(), ref)
		if err != nil {
			return err
		}
		if err := t.Store.ActOnReport(ctx, by.Actor(), ref, file.Version, steps[0]); err != nil {
			return err
		}
		t.act(ref, by, steps[1:], t.hours(60))
		return nil
	})
}
