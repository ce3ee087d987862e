package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// month asks for the figures of the month.
func month(town string) casework.FiguresQuery {
	return casework.FiguresQuery{Period: casework.ThisMonth, Town: town}
}

// onGrounds is what refusals of these tests rest on, where that does not matter.
var onGrounds = []apply.Ground{{ID: apply.OtherGround}}

var ageGround = apply.Ground{ID: apply.ConditionGround("age"), Section: "who", Said: map[string]apply.Said{"zh-Hans": {Title: "年龄", Text: "满了。"}}}

// TestGroundsAreKept: the family reads them in the words of the day, which are sealed;
// only what they are called stands in clear.
func TestGroundsAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, by := t.Context(), f.officer(t)
		a, _ := f.draft(t)
		a, err := f.Submit(ctx, f.submission(a, "key"))
		if err != nil {
			t.Fatal(err)
		}
		grounds := []apply.Ground{ageGround, {ID: apply.OtherGround}}
		a, err = f.ChangeForStaff(ctx, by.Actor(), casework.RefuseCase, a.Reference, a.Version, func(a *apply.Application, now time.Time) error {
			return a.Refuse(by.Actor(), grounds, "不符合", now)
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.ApplicationByReference(ctx, a.Reference)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(grounds, got.Events[1].Grounds); diff != "" {
			t.Error(diff)
		}
		rows, err := f.raw.QueryContext(ctx, `SELECT move, grounds FROM events ORDER BY number`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var clear []string
		for rows.Next() {
			var move, ids string
			if err := rows.Scan(&move, &ids); err != nil {
				t.Fatal(err)
			}
			clear = append(clear, move+"="+ids)
		}
		if want := "submit= refuse=condition:age other"; rows.Err() != nil || strings.Join(clear, " ") != want {
			t.Errorf("%v, %v; want %s", clear, rows.Err(), want)
		}
	})
}

// moves carries moves out one after the other, a day between.
func (f *fixture) moves(t *testing.T, a *apply.Application, all ...func(*apply.Application, time.Time) error) {
	t.Helper()
	for _, move := range all {
		var err error
		f.clock.advance(24 * time.Hour)
		if a, err = f.Change(t.Context(), a.Reference, a.Version, move); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFigures counts by hand: three that were submitted on Monday 23 November, of which
// one is approved, one refused and objected to, one waits; a child in the lowest band and
// one that nobody has assessed; a question that was put twice.
func TestFigures(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		officer, other := p.officer.Actor(), f.user(t, "second", casework.Post{Role: casework.Officer}).Actor()
		var all []*apply.Application
		for i := range 3 {
			a, _ := f.draft(t)
			a, err := f.Submit(ctx, f.submission(a, fmt.Sprint("key", i)))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, a)
		}
		f.draft(t)
		f.assess(t, p, f.child(t, p.director, newChild(childName, childID)), "badly")
		f.child(t, p.director, newChild("另一个", ""))
		for range 2 {
			if err := f.KeepUnanswered(ctx, casework.Unanswered{Text: "没有的", Place: casework.InChat, Lang: "zh-Hans"}); err != nil {
				t.Fatal(err)
			}
		}
		accept := func(a *apply.Application, now time.Time) error { return a.Accept(officer, now) }
		f.moves(t, all[0], accept, func(a *apply.Application, now time.Time) error { return a.Approve(officer, "好", now) })
		f.moves(t, all[1], func(a *apply.Application, now time.Time) error {
			return a.Refuse(officer, []apply.Ground{ageGround, {ID: apply.PapersMissing}}, "不", now)
		},
			func(a *apply.Application, now time.Time) error { return a.Object("再看", now) },
			func(a *apply.Application, now time.Time) error { return a.Refuse(other, onGrounds, "还是不", now) })

		got, err := f.CaseFigures(ctx, officer, month(""))
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(got.Decided, func(a, b casework.Decided) int { return a.At.Compare(b.At) })
		slices.SortFunc(got.Children, func(a, b casework.BandCount) int { return strings.Compare(a.Band, b.Band) })
		const day = "2006-01-02"
		var lines []string
		for _, d := range got.Decided {
			lines = append(lines, fmt.Sprint(d.Town, d.Policy, d.Submitted.Format(day), d.At.Format(day), d.Refused, d.Objected, "["+d.Grounds+"]", d.N))
		}
		for _, a := range got.Asked {
			lines = append(lines, fmt.Sprint(a.Week.Format(day), a.Questions, a.Times))
		}
		lines = append(lines, fmt.Sprint(got.Received, got.Children), fmt.Sprint(got.Waiting[0].Town, got.Waiting[0].Due.IsZero(), got.Waiting[0].N, len(got.Waiting)))
		want := []string{
			"shiqisample2026-11-232026-11-25falsefalse[]1", "shiqisample2026-11-232026-11-26truetrue[condition:agepapers]1", "2026-11-23 1 2",
			"[{shiqi sample 3}] [{shiqi  1} {shiqi poor 1}]", "shiqitrue1 1",
		}
		got1, want1 := strings.ReplaceAll(strings.Join(lines, "\n"), " ", ""), strings.ReplaceAll(strings.Join(want, "\n"), " ", "")
		if got1 != want1 {
			t.Errorf("counted\n%s\nwant\n%s", got1, want1)
		}
		f.figuresAreKept(t, p)
	})
}

// figuresAreKept: for ten minutes the same is shown, and each role its own part.
func (f *fixture) figuresAreKept(t *testing.T, p people) {
	t.Helper()
	ctx := t.Context()
	a, _ := f.draft(t)
	if _, err := f.Submit(ctx, f.submission(a, "later")); err != nil {
		t.Fatal(err)
	}
	for _, wait := range []struct {
		by   time.Duration
		want int
	}{{0, 3}, {9 * time.Minute, 3}, {time.Minute, 4}} {
		f.clock.advance(wait.by)
		got, err := f.CaseFigures(ctx, p.supervisor.Actor(), month("shiqi"))
		if err != nil || len(got.Received) != 1 || got.Received[0].N != wait.want {
			t.Errorf("%v later: %v, %v; want %d", wait.by, got.Received, err, wait.want)
		}
	}
	elsewhere := f.user(t, "elsewhere", casework.Post{Role: casework.Supervisor, Area: "xiaolan"})
	if got, err := f.CaseFigures(ctx, elsewhere.Actor(), month("xiaolan")); err != nil || len(got.Received)+len(got.Decided)+len(got.Waiting)+len(got.Children) != 0 {
		t.Errorf("another town: %+v, %v; want nothing", got, err)
	}
	for _, by := range []casework.User{p.supervisor, p.auditor, p.director} {
		if _, err := f.CaseFigures(ctx, by.Actor(), month("")); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("the city's for the %s: %v; want ErrForbidden", by.Role, err)
		}
	}
	if _, err := f.AccessFigures(ctx, p.supervisor.Actor(), month("")); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("the audit's for the supervisor: %v; want ErrForbidden", err)
	}
	looks, err := f.AccessFigures(ctx, p.auditor.Actor(), month(""))
	want := casework.AccessCount{Week: casework.WeekOf(f.clock.now()), Action: casework.ReadFigures, N: 5}
	if i := slices.IndexFunc(looks.Rows, func(c casework.AccessCount) bool { return c.Action == casework.ReadFigures }); err != nil || i < 0 || looks.Rows[i].N != want.N || !looks.Rows[i].Week.Equal(want.Week) {
		t.Errorf("looks %v, %v; want %v among them", looks.Rows, err, want)
	}
	q := month("")
	q.Export = true
	if _, err := f.AccessFigures(ctx, p.auditor.Actor(), q); err != nil {
		t.Error(err)
	}
	if lines := f.auditOf(t, casework.ExportFigures); len(lines) != 1 || lines[0].Detail != "audit month" {
		t.Errorf("the export stands in the audit as %v", lines)
	}
}

// TestFiguresWalkIndexes: none of the large tables is gone through from end to end.
func TestFiguresWalkIndexes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huitong.db")
	f := open(t, store.Config{Path: path}, "sqlite", "file:"+path)
	plans, err := f.FiguresPlans(t.Context())
	if err != nil || len(plans) != 3 {
		t.Fatalf("%d plans, %v", len(plans), err)
	}
	for i, indexes := range [][]string{{"COVERING INDEX applications_by_policy"}, {"COVERING INDEX events_decided"}, {"applications_unassigned", "applications_by_assignee"}} {
		for _, index := range indexes {
			if !strings.Contains(plans[i], index) {
				t.Errorf("%s\nwants %s", plans[i], index)
			}
		}
		if strings.Contains(strings.ReplaceAll(plans[i], "SCAN halves", ""), "SCAN applications\n") || strings.Contains(plans[i], "SCAN e\n") {
			t.Errorf("a whole table is read: %s", plans[i])
		}
	}
}
