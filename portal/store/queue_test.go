package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// handler makes an account that handles applications.
func (f *fixture) handler(t *testing.T, role casework.Role, area, login string) casework.User {
	t.Helper()
	token, err := f.Invite(t.Context(), apply.Actor{}, casework.Invite{Post: casework.Post{Role: role, Area: area}})
	if err != nil {
		t.Fatal(err)
	}
	u, err := f.AcceptInvite(t.Context(), token, login, "测试员", "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// references are the numbers of all pages of a list.
func (f *fixture) references(t *testing.T, by apply.Actor, q casework.Query) []apply.Reference {
	t.Helper()
	var out []apply.Reference
	for range 20 {
		page, err := f.Applications(t.Context(), by, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page.Applications {
			out = append(out, l.Reference)
		}
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
	t.Fatal("the list has no end")
	return nil
}

// reopen opens the same database with limits of so many days.
func (f *fixture) reopen(t *testing.T, days int) *fixture {
	t.Helper()
	c := f.config
	c.Due = func(a *apply.Application) time.Time { return a.Submitted.AddDate(0, 0, days) }
	g := *f
	var err error
	if g.Store, err = store.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return &g
}

func TestQueue(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		f = f.reopen(t, 10)
		lin, chen, wu := f.handler(t, casework.Supervisor, "shiqi", "lin"), f.handler(t, casework.Supervisor, "xiaolan", "chen"), f.handler(t, casework.Officer, "", "zhang")
		var refs []apply.Reference
		for range 5 {
			f.clock.advance(24 * time.Hour)
			refs = append(refs, f.submitted(t).Reference)
		}
		refused, err := f.Assign(t.Context(), lin.Actor(), refs[3:], lin.ID)
		if err != nil || len(refused) > 0 {
			t.Fatalf("assigned: %v, %v", refused, err)
		}
		queue := casework.Query{Queue: true, Town: "shiqi", Limit: 2}
		if diff := cmp.Diff([]apply.Reference{refs[3], refs[4], refs[0], refs[1], refs[2]}, f.references(t, lin.Actor(), queue)); diff != "" {
			t.Errorf("mine first, then what is due first: %s", diff)
		}
		// A row that moves to the front is not shown twice, and none behind it is left out.
		first, err := f.Applications(t.Context(), lin.Actor(), queue)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Assign(t.Context(), lin.Actor(), refs[1:2], lin.ID); err != nil {
			t.Fatal(err)
		}
		queue.After = first.Next
		if got := f.references(t, lin.Actor(), queue); !slices.Equal(got, []apply.Reference{refs[0], refs[2]}) {
			t.Errorf("the next pages are %v", got)
		}
		late := casework.Query{Town: "shiqi", Due: casework.Span{To: f.clock.now().AddDate(0, 0, 8)}}
		if got := f.references(t, lin.Actor(), late); !slices.Equal(got, refs[:2]) {
			t.Errorf("due within eight days: %v; want %v", got, refs[:2])
		}
		for name, tt := range map[string]struct {
			q    casework.Query
			want int
		}{
			"of a colleague": {casework.Query{Assignee: lin.ID}, 3}, "of nobody": {casework.Query{Assignee: casework.Nobody}, 2},
			"of nobody elsewhere": {casework.Query{Assignee: casework.Nobody, Town: "xiaolan"}, 0}, "of a policy": {casework.Query{Policy: "sample"}, 5},
			"of a policy and town": {casework.Query{Policy: "sample", Town: "shiqi", Limit: 2}, 5}, "of another policy": {casework.Query{Policy: "other"}, 0},
		} {
			if got := f.references(t, wu.Actor(), tt.q); len(got) != tt.want {
				t.Errorf("%s: %d; want %d", name, len(got), tt.want)
			}
		}
		f.clock.advance(9*24*time.Hour - time.Minute)
		if got, err := f.Counts(t.Context(), lin.Actor(), "shiqi"); err != nil || got != (casework.Counts{Mine: 3, Late: 3, Unassigned: 2}) {
			t.Errorf("counts %+v, %v", got, err)
		}
		if _, err := f.Counts(t.Context(), lin.Actor(), "xiaolan"); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("counts of another town: %v", err)
		}
		if got, err := f.TakeNext(t.Context(), lin.Actor(), "shiqi"); err != nil || got != refs[0] {
			t.Errorf("took %s, %v; want %s", got, err, refs[0])
		}
		if _, err := f.TakeNext(t.Context(), chen.Actor(), "xiaolan"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("took where there is nothing: %v", err)
		}
		if _, err := f.TakeNext(t.Context(), chen.Actor(), "shiqi"); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("took in another town: %v", err)
		}
		if all, err := f.Colleagues(t.Context(), lin.Actor()); err != nil || len(all) != 2 {
			t.Errorf("colleagues %v, %v; want lin and wu", all, err)
		}
		if err := f.DisableUser(t.Context(), apply.Actor{}, lin.ID); err != nil {
			t.Fatal(err)
		}
		if got := f.references(t, wu.Actor(), casework.Query{Assignee: casework.Nobody}); len(got) != 5 {
			t.Errorf("nobody handles %d; want all 5 of the closed account", len(got))
		}
	})
}

// TestLeavesWhileTheFamilyIsAsked closes the account of who has asked a family for more: what
// the family then sends is nobody's work, which colleagues see, not that of who has left.
func TestLeavesWhileTheFamilyIsAsked(t *testing.T) {
	leave := map[string]func(f *fixture, id string) error{
		"closed": func(f *fixture, id string) error { return f.DisableUser(context.Background(), apply.Actor{}, id) },
		"another town": func(f *fixture, id string) error {
			return f.ChangePost(context.Background(), apply.Actor{}, id, casework.Post{Role: casework.Supervisor, Area: "xiaolan"})
		},
	}
	for name, leave := range leave {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, f *fixture) {
				lin, wu := f.handler(t, casework.Supervisor, "shiqi", "lin-1"), f.handler(t, casework.Officer, "", "wu-1")
				a := f.submitted(t)
				if _, err := f.Assign(t.Context(), lin.Actor(), []apply.Reference{a.Reference}, lin.ID); err != nil {
					t.Fatal(err)
				}
				change := func(move func(*apply.Application, time.Time) error) {
					t.Helper()
					if _, err := f.Change(t.Context(), a.Reference, f.again(t, a.Reference).Version, move); err != nil {
						t.Fatal(err)
					}
				}
				change(func(a *apply.Application, now time.Time) error {
					return a.AskMore(lin.Actor(), "请补户口本。", now)
				})
				if err := leave(f, lin.ID); err != nil {
					t.Fatal(err)
				}
				change(func(a *apply.Application, now time.Time) error { return a.Supply("户口本在家里。", now) })
				if got := f.references(t, wu.Actor(), casework.Query{Assignee: casework.Nobody}); len(got) != 1 {
					t.Errorf("nobody handles %d; want what the family has sent", len(got))
				}
			})
		})
	}
}

func TestAssignTellsWhatItCannot(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		lin, chen, wu := f.handler(t, casework.Supervisor, "shiqi", "lin"), f.handler(t, casework.Supervisor, "xiaolan", "chen"), f.handler(t, casework.Officer, "", "zhang")
		open, done := f.submitted(t), f.submitted(t)
		draft, _ := f.draft(t)
		if _, err := f.Change(t.Context(), done.Reference, done.Version, func(a *apply.Application, now time.Time) error {
			return a.Refuse(wu.Actor(), onGrounds, "不符合", now)
		}); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			by, to casework.User
			ref    apply.Reference
			want   casework.Hindrance
		}{
			"beyond one's town":      {chen, chen, open.Reference, casework.NotYours},
			"beyond the colleague's": {wu, chen, open.Reference, casework.NotTheirs},
			"a draft":                {wu, wu, draft.Reference, casework.NotThere},
			"one that is decided":    {wu, wu, done.Reference, casework.NotWaiting},
			"one's own":              {lin, wu, open.Reference, ""},
			"the same again":         {lin, wu, open.Reference, ""},
			"back to nobody":         {lin, casework.User{}, open.Reference, ""},
		} {
			refused, err := f.Assign(t.Context(), tt.by.Actor(), []apply.Reference{tt.ref}, tt.to.ID)
			var got casework.Hindrance
			if len(refused) == 1 {
				got = refused[0].Why
			}
			if err != nil || got != tt.want {
				t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
			}
		}
		if n := len(f.auditOf(t, casework.Denied)); n != 1 {
			t.Errorf("%d refusals in the audit; want 1", n)
		}
		if _, err := f.Assign(t.Context(), apply.Actor{Kind: apply.StaffActor, ID: "nobody"}, nil, ""); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("assigned by nobody: %v", err)
		}
	})
}

func (f *fixture) auditOf(t *testing.T, action casework.Action) []casework.AuditEntry {
	t.Helper()
	lines, err := f.Audit(t.Context(), apply.Actor{}, casework.AuditQuery{})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(lines, func(e casework.AuditEntry) bool { return e.Action != action })
}

// TestReschedule opens the portal again after the limits have changed.
func TestReschedule(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		f = f.reopen(t, 10)
		a := f.submitted(t)
		g := f.reopen(t, 3)
		if n, err := g.Reschedule(t.Context()); err != nil || n != 1 {
			t.Fatalf("%d moved, %v; want 1", n, err)
		}
		page, err := g.Applications(t.Context(), apply.Actor{}, casework.Query{})
		if err != nil || len(page.Applications) != 1 {
			t.Fatal(page, err)
		}
		if got, want := page.Applications[0].Due, a.Submitted.AddDate(0, 0, 3); !got.Equal(want) {
			t.Errorf("due %s; want %s", got, want)
		}
		if n, err := g.Reschedule(t.Context()); err != nil || n != 0 {
			t.Errorf("%d moved again, %v", n, err)
		}
	})
}

func TestViews(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		lin, wu := f.handler(t, casework.Supervisor, "shiqi", "lin"), f.handler(t, casework.Officer, "", "zhang")
		for i := range casework.ViewLimit {
			if err := f.KeepView(t.Context(), lin.Actor(), casework.View{Name: fmt.Sprint("第", i), Filters: fmt.Sprint("state=", i)}); err != nil {
				t.Fatal(err)
			}
			f.clock.advance(time.Second)
		}
		var invalid apply.Invalid
		for name, v := range map[string]casework.View{"one too many": {Name: "再来", Filters: "x"}, "without a name": {Name: " ", Filters: "state=0"}} {
			if err := f.KeepView(t.Context(), lin.Actor(), v); !errors.As(err, &invalid) {
				t.Errorf("%s: %v; want what is wrong", name, err)
			}
		}
		if err := f.KeepView(t.Context(), lin.Actor(), casework.View{Name: "新名", Filters: "state=0"}); err != nil {
			t.Fatal(err)
		}
		all, err := f.Views(t.Context(), lin.Actor())
		if err != nil || len(all) != casework.ViewLimit || all[casework.ViewLimit-1].Name != "新名" {
			t.Fatalf("views %v, %v", all, err)
		}
		if err := f.DropView(t.Context(), wu.Actor(), all[0].ID); err != nil {
			t.Fatal(err)
		}
		if again, _ := f.Views(t.Context(), lin.Actor()); len(again) != casework.ViewLimit {
			t.Error("somebody else's view was dropped")
		}
		if err := f.DropView(t.Context(), lin.Actor(), all[0].ID); err != nil {
			t.Fatal(err)
		}
		if again, _ := f.Views(t.Context(), lin.Actor()); len(again) != casework.ViewLimit-1 {
			t.Error("the view is still there")
		}
	})
}

// TestQueueOfAllTowns: what nobody handles comes in one order, however many towns it is
// put together from, an application without a town among them.
func TestQueueOfAllTowns(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		officer := f.handler(t, casework.Officer, "", "of-all-towns")
		c := &city{fixture: f}
		all := c.invent(t, f.numbers(t, 800))
		all[0].Answers[apply.FieldTown] = ""
		if err := f.Fill(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		c.handOut(t)
		want := c.inOrder(t)
		got := f.references(t, officer.Actor(), casework.Query{Assignee: casework.Nobody, Limit: 7})
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("what nobody handles: %s", d)
		}
		if d := cmp.Diff(want, f.references(t, officer.Actor(), casework.Query{Queue: true, Limit: 7})); d != "" {
			t.Errorf("the queue: %s", d)
		}
		backlog, err := f.Backlog(t.Context())
		if n := backlog.Queues["applications"].N; err != nil || n != len(want) {
			t.Errorf("%d wait for somebody, %v; want %d", n, err, len(want))
		}
		counts, err := f.Counts(t.Context(), officer.Actor(), "")
		if err != nil || counts.Unassigned != min(len(want), casework.CountLimit) {
			t.Errorf("counts: %+v, %v; want %d", counts, err, len(want))
		}
		for _, first := range want[:5] {
			if next, err := f.TakeNext(t.Context(), officer.Actor(), ""); err != nil || next != first {
				t.Errorf("took %s, %v; want %s", next, err, first)
			}
		}
	})
}

// inOrder reads what nobody handles without the store.
func (c *city) inOrder(t *testing.T) (all []apply.Reference) {
	t.Helper()
	rows, err := c.raw.QueryContext(t.Context(), `SELECT reference FROM applications WHERE waiting = 1 AND assignee = '' ORDER BY turn, reference`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var ref apply.Reference
		if err := rows.Scan(&ref); err != nil {
			t.Fatal(err)
		}
		all = append(all, ref)
	}
	if err := rows.Err(); err != nil || len(all) < 10 {
		t.Fatalf("%d wait, %v", len(all), err)
	}
	return all
}
