package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

const reportWords = "金丝雀说每天都被打"

// reported is a report from shiqi, in which somebody's name may stand.
func reported(key, words string) casework.Report {
	return casework.Report{Key: apply.Token(key), Town: "shiqi", Danger: casework.DangerNow,
		Said: casework.Said{Kind: "hurt", Village: "迎阳社区", Place: "云雀巷", Words: words, Contact: "13912345678"}}
}

// reportDesk is staff around a town, each with an address.
type reportDesk struct {
	*fixture
	officer, supervisor, other, director, liaison, auditor casework.User
}

func newReportDesk(t *testing.T, f *fixture) reportDesk {
	t.Helper()
	d := reportDesk{
		fixture: f, officer: f.officer(t),
		supervisor: f.user(t, "own", casework.Post{Role: casework.Supervisor, Area: "shiqi"}),
		other:      f.user(t, "other", casework.Post{Role: casework.Supervisor, Area: "xiaolan"}),
		director:   f.user(t, "director", casework.Post{Role: casework.Director, Area: "shiqi", Village: "迎阳社区"}),
		liaison:    f.user(t, "liaison", casework.Post{Role: casework.Liaison, Department: casework.Police}),
		auditor:    f.user(t, "auditor", casework.Post{Role: casework.Auditor}),
	}
	for _, u := range []casework.User{d.officer, d.supervisor, d.other, d.director, d.liaison, d.auditor} {
		if err := f.SetStaffContact(t.Context(), u.Actor(), apply.Contact{Channel: apply.Email, Address: u.Login + "@example.org"}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d reportDesk) send(t *testing.T, r casework.Report) *casework.Report {
	t.Helper()
	out, err := d.SendReport(t.Context(), r, 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// told takes what is due and says to whom which kind goes.
func (d reportDesk) told(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, n := range d.notes(t) {
		login, _, _ := strings.Cut(n.Contact.Address, "@")
		out = append(out, login+" "+string(n.Kind))
		if n.Reference == "" || n.Code != "" {
			t.Errorf("note %v names no report, or gives a code away", n.Kind)
		}
		if err := d.SettleNote(t.Context(), n, true, false); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(out)
	return out
}

// act carries out a step on the report as it is.
func (d reportDesk) act(by casework.User, ref apply.Reference, act casework.ReportAct) error {
	f, err := d.Report(context.Background(), d.officer.Actor(), ref)
	if err != nil {
		return err
	}
	return d.ActOnReport(context.Background(), by.Actor(), ref, f.Version, act)
}

// dump is all that a table holds, as text.
func (f *fixture) dump(t *testing.T, table string) string {
	t.Helper()
	rows, err := f.raw.Query(`SELECT * FROM ` + table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(sql.RawBytes)
		}
		if err := rows.Scan(row...); err != nil {
			t.Fatal(err)
		}
		for _, v := range row {
			out.Write(*v.(*sql.RawBytes))
			out.WriteByte(' ')
		}
	}
	return out.String()
}

func within(casework.Danger) time.Duration { return 10 * time.Minute }

func TestReportIsAlertedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		const pages = 8
		numbers := make([]apply.Reference, pages)
		var wg sync.WaitGroup
		for i := range pages {
			wg.Go(func() { numbers[i] = d.send(t, reported("one", reportWords)).Number })
		}
		wg.Wait()
		if slices.Sort(numbers); numbers[0] != numbers[pages-1] {
			t.Errorf("one page made %v", numbers)
		}
		want := []string{"chen report-now", "director report-now", "own report-now"}
		if got := d.told(t); !slices.Equal(got, want) {
			t.Errorf("told %v; want %v", got, want)
		}
		file, err := d.Report(t.Context(), d.director.Actor(), numbers[0])
		if err != nil || file.Said.Words != reportWords || file.Assigned != d.director.ID || file.Code != "" {
			t.Errorf("the director of the village opens %v, %v", file, err)
		}
		for _, table := range []string{"reports", "report_events", "report_alerts", "audit"} {
			if got := f.dump(t, table); strings.Contains(got, "金丝雀") || strings.Contains(got, "13912345678") || strings.Contains(got, "云雀") || strings.Contains(got, "迎阳") {
				t.Errorf("%s keeps what was said in the clear: %s", table, got)
			}
		}
	})
}

func TestReportKeepsToItsHands(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		ctx := t.Context()
		r := d.send(t, reported("one", reportWords))
		nobodys := d.send(t, casework.Report{Key: "two", Danger: casework.DangerNot, Said: casework.Said{Kind: "hurt", Place: "在学校门口"}})
		theirs := d.send(t, func() casework.Report { r := reported("three", reportWords); r.City = true; return r }())
		for _, tt := range []struct {
			user  casework.User
			sees  []apply.Reference
			waits int
		}{
			{d.officer, []apply.Reference{r.Number, nobodys.Number, theirs.Number}, 3},
			{d.supervisor, []apply.Reference{r.Number}, 1},
			{d.director, []apply.Reference{r.Number}, 1},
			{d.other, nil, 0},
			{d.liaison, nil, 0},
			{d.auditor, nil, 0},
		} {
			var got []apply.Reference
			page, err := d.Reports(ctx, tt.user.Actor(), casework.ReportQuery{})
			if tt.user.Has(casework.ListReports) == (err != nil) {
				t.Errorf("%v lists: %v", tt.user, err)
			}
			for _, one := range page.Reports {
				got = append(got, one.Number)
				if one.Said.Kind != "" {
					t.Errorf("the list of %v opens what was said", tt.user)
				}
			}
			slices.Sort(got)
			slices.Sort(tt.sees)
			if !slices.Equal(got, tt.sees) {
				t.Errorf("%v sees %d reports; want %d", tt.user, len(got), len(tt.sees))
			}
			for _, one := range []apply.Reference{r.Number, nobodys.Number, theirs.Number} {
				_, err := d.Report(ctx, tt.user.Actor(), one)
				if want := slices.Contains(tt.sees, one); want && err != nil || !want && !errors.Is(err, casework.ErrForbidden) {
					t.Errorf("%v opens: %v; want it allowed: %v", tt.user, err, want)
				}
			}
			if n, err := d.ReportsWaiting(ctx, tt.user); n != tt.waits || err != nil {
				t.Errorf("%d wait for %v, %v; want %d", n, tt.user, err, tt.waits)
			}
		}
	})
}

func TestReportExcludesWhoIsNamed(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		ctx := t.Context()
		r := d.send(t, reported("one", "是测 试员打的"))
		if got, want := d.told(t), []string{"chen report-now"}; !slices.Equal(got, want) {
			t.Errorf("told %v; want %v", got, want)
		}
		for _, u := range []casework.User{d.supervisor, d.director} {
			if _, err := d.Report(ctx, u.Actor(), r.Number); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%v, who is named, opens it: %v", u, err)
			}
		}
		if err := d.act(d.officer, r.Number, casework.ReportAct{Step: casework.StepReadmit, Detail: d.supervisor.ID, Words: "同名"}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Report(ctx, d.supervisor.Actor(), r.Number); err != nil {
			t.Errorf("readmitted: %v", err)
		}
		if err := d.act(d.officer, r.Number, casework.ReportAct{Step: casework.StepExclude, Detail: d.supervisor.ID, Words: "有关系"}); err != nil {
			t.Fatal(err)
		}
		page, err := d.Reports(ctx, d.supervisor.Actor(), casework.ReportQuery{})
		if err != nil || len(page.Reports) > 0 {
			t.Errorf("excluded and still lists %d, %v", len(page.Reports), err)
		}
		// The last officer is never kept away: nobody would be left.
		last := d.send(t, reported("two", "陈一知道"))
		if _, err := d.Report(ctx, d.officer.Actor(), last.Number); err != nil {
			t.Errorf("the one officer, who is named: %v", err)
		}
	})
}

func TestReportIsHandled(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		ctx := t.Context()
		number := d.send(t, reported("one", reportWords)).Number
		d.told(t)
		for _, tt := range []struct {
			name string
			by   casework.User
			act  casework.ReportAct
			want error
			told []string
		}{
			{"a note before it is taken on", d.supervisor, casework.ReportAct{Step: casework.StepNote, Words: "x"}, apply.ErrConflict, nil},
			{"by another town", d.other, casework.ReportAct{Step: casework.StepTake}, casework.ErrForbidden, nil},
			{"taken on", d.director, casework.ReportAct{Step: casework.StepTake}, nil, nil},
			{"twice", d.supervisor, casework.ReportAct{Step: casework.StepTake}, apply.ErrConflict, nil},
			{"the director gives it away", d.director, casework.ReportAct{Step: casework.StepAssign, Detail: d.supervisor.ID}, casework.ErrForbidden, nil},
			{"to nobody", d.supervisor, casework.ReportAct{Step: casework.StepAssign, Detail: "x"}, apply.Invalid{}, nil},
			{"to another town's", d.supervisor, casework.ReportAct{Step: casework.StepAssign, Detail: d.other.ID}, apply.Invalid{}, nil},
			{"to the supervisor", d.supervisor, casework.ReportAct{Step: casework.StepAssign, Detail: d.supervisor.ID}, nil, []string{"own report-assigned"}},
			{"by the director, who had it", d.director, casework.ReportAct{Step: casework.StepPolice}, casework.ErrForbidden, nil},
			{"the police", d.supervisor, casework.ReportAct{Step: casework.StepPolice}, nil, nil},
			{"a visit without words", d.supervisor, casework.ReportAct{Step: casework.StepVisit}, apply.Invalid{}, nil},
			{"a visit", d.supervisor, casework.ReportAct{Step: casework.StepVisit, Words: "见到金丝雀"}, nil, nil},
			{"a case", d.supervisor, casework.ReportAct{Step: casework.StepLink, Link: casework.Case{Kind: casework.ApplicationCase, ID: "261100000000"}}, nil, nil},
			{"another town, without a reason", d.supervisor, casework.ReportAct{Step: casework.StepPass, Detail: "xiaolan"}, apply.Invalid{}, nil},
			{"another town", d.supervisor, casework.ReportAct{Step: casework.StepPass, Detail: "xiaolan", Words: "住在小榄", Within: within}, nil, []string{"chen report-now", "other report-now"}},
			{"no more the first town's", d.supervisor, casework.ReportAct{Step: casework.StepTake}, casework.ErrForbidden, nil},
			{"taken on there", d.other, casework.ReportAct{Step: casework.StepTake}, nil, nil},
			{"closed without an outcome", d.other, casework.ReportAct{Step: casework.StepClose, Words: "x"}, apply.Invalid{}, nil},
			{"closed", d.other, casework.ReportAct{Step: casework.StepClose, Detail: "safe-home", Words: "和妈妈在一起"}, nil, nil},
			{"after that", d.other, casework.ReportAct{Step: casework.StepPolice}, apply.ErrConflict, nil},
			{"a note after that", d.other, casework.ReportAct{Step: casework.StepNote, Words: "再看过"}, nil, nil},
			{"a step that no staff takes", d.officer, casework.ReportAct{Step: casework.StepReceived}, casework.ErrForbidden, nil},
		} {
			err := d.act(tt.by, number, tt.act)
			var invalid apply.Invalid
			if wrong := errors.As(tt.want, &invalid); wrong && !errors.As(err, &invalid) || !wrong && !errors.Is(err, tt.want) {
				t.Errorf("%s: %v; want %v", tt.name, err, tt.want)
			}
			if got := d.told(t); !slices.Equal(got, tt.told) {
				t.Errorf("%s: told %v; want %v", tt.name, got, tt.told)
			}
		}
		file, err := d.Report(ctx, d.other.Actor(), number)
		if err != nil || file.State != casework.ReportClosed || file.Link.ID == "" {
			t.Fatalf("after all: %v, %v", file, err)
		}
		for i, e := range file.Events {
			if e.Number != i+1 {
				t.Errorf("event %d is number %d", i+1, e.Number)
			}
		}
		if err := d.ActOnReport(ctx, d.other.Actor(), number, file.Version-1, casework.ReportAct{Step: casework.StepNote, Words: "x"}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("on an older state: %v; want ErrConflict", err)
		}
	})
}

// TestReportEscalates has several servers look at the same moments: each level is reached
// once, until somebody takes the report on.
func TestReportEscalates(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		number := d.send(t, reported("one", reportWords)).Number
		d.told(t)
		beside, err := store.Open(t.Context(), f.config)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = beside.Close() }()
		for _, tt := range []struct {
			after time.Duration
			moved int
			told  []string
		}{
			{9 * time.Minute, 0, nil},
			{time.Minute, 1, []string{"chen report-late", "director report-late", "own report-late"}},
			{9 * time.Minute, 0, nil},
			{3 * time.Hour, 1, []string{"chen report-late", "director report-late", "own report-late"}}, // the servers were down: one step, not many
		} {
			f.clock.advance(tt.after)
			var wg sync.WaitGroup
			var mu sync.Mutex
			moved := 0
			for i := range 6 {
				wg.Go(func() {
					s := []*store.Store{f.Store, beside}[i%2]
					n, err := s.EscalateReports(t.Context(), within)
					mu.Lock()
					defer mu.Unlock()
					if moved += n; err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if got := d.told(t); moved != tt.moved || !slices.Equal(got, tt.told) {
				t.Errorf("after %v: %d moved, told %v; want %d, %v", tt.after, moved, got, tt.moved, tt.told)
			}
		}
		if err := d.act(d.officer, number, casework.ReportAct{Step: casework.StepTake}); err != nil {
			t.Fatal(err)
		}
		f.clock.advance(24 * time.Hour)
		if n, err := f.EscalateReports(t.Context(), within); n != 0 || err != nil {
			t.Errorf("taken on, and escalated %d, %v", n, err)
		}
		steps := 0
		for _, line := range f.audited(t) {
			if strings.HasSuffix(line, string(casework.EscalateReport)) {
				steps++
			}
		}
		if file, err := d.Report(t.Context(), d.officer.Actor(), number); err != nil || file.Level != 2 || steps != 2 {
			t.Errorf("level %d, %d lines in the audit, %v; want 2 and 2", file.Level, steps, err)
		}
	})
}

func TestReportIsFollowed(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		ctx := t.Context()
		r := d.send(t, reported("one", reportWords))
		d.told(t)
		if state, err := d.FollowReport(ctx, r.Number, r.Code, "phone"); err != nil || state != casework.ReportNew {
			t.Errorf("followed: %s, %v", state, err)
		}
		for range 2 { // the page is sent twice
			if _, err := d.AddToReport(ctx, r.Number, r.Code, "phone", "add", "又打了"); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := d.told(t), []string{"chen report-added", "director report-added", "own report-added"}; !slices.Equal(got, want) {
			t.Errorf("told %v; want %v", got, want)
		}
		file, err := d.Report(ctx, d.officer.Actor(), r.Number)
		if err != nil {
			t.Fatal(err)
		}
		if added := slices.DeleteFunc(file.Events, func(e casework.ReportEvent) bool { return e.Step != casework.StepAdded }); len(added) != 1 || added[0].Words != "又打了" {
			t.Errorf("%d were added; want the one", len(added))
		}
		for range 5 {
			if _, err := d.FollowReport(ctx, r.Number, "00000000", "other"); err == nil {
				t.Fatal("a wrong code opens it")
			}
		}
		var locked *apply.LockedError
		if _, err := d.FollowReport(ctx, r.Number, r.Code, "other"); !errors.As(err, &locked) {
			t.Errorf("after five wrong codes: %v; want it locked", err)
		}
	})
}

func TestClosedReportsAreDeleted(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		ctx := t.Context()
		open, closed := d.send(t, reported("one", reportWords)), d.send(t, reported("two", reportWords))
		for _, act := range []casework.ReportAct{{Step: casework.StepTake}, {Step: casework.StepClose, Detail: "helped", Words: "好了"}} {
			if err := d.act(d.officer, closed.Number, act); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			after time.Duration
			left  int
		}{{casework.ReportLasts, 2}, {time.Second, 1}} {
			f.clock.advance(tt.after)
			if err := f.Prune(ctx); err != nil {
				t.Fatal(err)
			}
			page, err := d.Reports(ctx, d.officer.Actor(), casework.ReportQuery{})
			if err != nil || len(page.Reports) != tt.left {
				t.Errorf("after %v: %d left, %v; want %d", tt.after, len(page.Reports), err, tt.left)
			}
		}
		if _, err := d.Report(ctx, d.officer.Actor(), open.Number); err != nil {
			t.Errorf("one that is open was deleted: %v", err)
		}
	})
}

// TestReportsInOrder turns the pages of the list: what waits first, the longest overdue
// first among it.
func TestReportsInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		ctx := t.Context()
		var want []apply.Reference
		for i := range 5 {
			want = append(want, d.send(t, reported(fmt.Sprint(i), reportWords)).Number)
			f.clock.advance(time.Second)
		}
		taken := want[0]
		if err := d.act(d.officer, taken, casework.ReportAct{Step: casework.StepTake}); err != nil {
			t.Fatal(err)
		}
		want = append(want[1:], taken)
		var got []apply.Reference
		for after, more := "", true; more; more = after != "" {
			page, err := d.Reports(ctx, d.supervisor.Actor(), casework.ReportQuery{After: after, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Reports {
				got = append(got, r.Number)
			}
			after = page.Next
		}
		if !slices.Equal(got, want) {
			t.Errorf("listed %v; want %v", got, want)
		}
		for _, mark := range []string{"x", "0.1", "9.1.261100000000"} {
			if _, err := d.Reports(ctx, d.supervisor.Actor(), casework.ReportQuery{After: mark}); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("after %q: %v; want ErrNotFound", mark, err)
			}
		}
	})
}
