package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// payTerms are those of the sample policy.
func payTerms(month casework.Month, town string, standard int64) casework.PayTerms {
	return casework.PayTerms{
		Month: month, Policy: "sample", Town: town, Basis: func(string) string { return "《标准》" },
		Standard: casework.Standard{Policy: "sample", Grant: apply.Grant{Fact: "rate", Amount: standard, Unit: "元/人/月"}},
	}
}

// pays closes a list of what is due, as it is seen.
func (f *fixture) pays(t *testing.T, by apply.Actor, terms casework.PayTerms, choice casework.PayChoice) string {
	t.Helper()
	due, _, _, err := f.PayPreview(t.Context(), by, terms, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if due.Grants == 0 {
		return ""
	}
	id, err := f.ClosePayList(t.Context(), by, casework.PayOrder{PayTerms: terms, Seen: due, Choice: choice, Aware: true, Key: fmt.Sprint(terms.Month, terms.Town, f.clock.now())})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// payFixture is two officers and a child whose grant began in November.
func (f *fixture) payFixture(t *testing.T) (who helpers, second apply.Actor, one *apply.Application) {
	t.Helper()
	who = f.helpers(t)
	return who, f.user(t, "second", casework.Post{Role: casework.Officer}).Actor(), f.granted(t, who.officer, 157800)
}

// TestPayList goes from what is due to a list that two officers answer for.
func TestPayList(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		who, second, a := f.payFixture(t)
		if due, rows, _, err := f.PayPreview(ctx, who.officer, payTerms("2026-11", "", 157800), "", 10); err != nil || due.Grants != 0 || rows != nil {
			t.Errorf("in the month of the decision: %+v, %v, %v; want nothing", due, rows, err)
		}
		terms := payTerms("2026-12", "", 157800)
		due, rows, next, err := f.PayPreview(ctx, who.officer, terms, "", 10)
		if err != nil || due != (casework.PayDue{Grants: 1, Early: 157800, Late: 157800}) || len(rows) != 1 || next != "" {
			t.Fatalf("PayPreview = %+v, %+v, %q, %v; want one grant", due, rows, next, err)
		}
		want := casework.PayRow{
			Reference: a.Reference, Town: "shiqi", Payee: casework.Payee{Child: childName, ID: childID, Account: "6222021234567890128"},
			Amount: 157800, Early: 157800, Basis: "《标准》", Began: rows[0].Began, First: "2026-12", Months: 1,
		}
		if diff := gocmp.Diff(want, rows[0]); diff != "" {
			t.Errorf("row (-want +got):\n%s", diff)
		}
		order := casework.PayOrder{PayTerms: terms, Seen: due, Key: "page"}
		stale := order
		stale.Seen.Grants++
		if _, err := f.ClosePayList(ctx, who.officer, stale); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("closed after another one was seen: %v; want ErrConflict", err)
		}
		id, err := f.ClosePayList(ctx, who.officer, order)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := f.ClosePayList(ctx, who.officer, order); err != nil || again != id {
			t.Errorf("the page sent twice: %q, %v; want the list %q", again, err, id)
		}
		f.fourEyes(t, who, second, id)
		f.exported(t, who.officer, id)
		if towns, err := f.PayTowns(ctx, who.officer, terms); err != nil || len(towns) != 1 || towns[0] != (casework.PayTown{Town: "shiqi", Listed: 1}) {
			t.Errorf("PayTowns = %+v, %v; want one that is listed", towns, err)
		}
		if lists, err := f.PayLists(ctx, who.officer, "2026-12"); err != nil || len(lists) != 1 || lists[0].Total != 157800 || !lists[0].Sealed() {
			t.Errorf("PayLists = %+v, %v", lists, err)
		}
		if g, err := f.GrantOf(ctx, who.officer, a.Reference); err != nil || !slices.Equal(g.Paid, []casework.Month{"2026-12"}) {
			t.Errorf("GrantOf = %+v, %v; want December paid", g, err)
		}
		f.hides(t, "pay_entries", childName, childID, "6222021234567890128")
	})
}

// fourEyes confirms a list: nobody but a second officer may, and only once.
func (f *fixture) fourEyes(t *testing.T, who helpers, second apply.Actor, id string) {
	t.Helper()
	ctx := t.Context()
	var invalid apply.Invalid
	if err := f.ConfirmPayList(ctx, who.officer, id); !errors.As(err, &invalid) {
		t.Errorf("confirmed by who closed it: %v; want Invalid", err)
	}
	for _, by := range []apply.Actor{who.own, who.health, who.director, who.auditor} {
		if err := f.ConfirmPayList(ctx, by, id); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("confirmed by %s: %v; want ErrForbidden", by.ID, err)
		}
		if _, err := f.ExportPayList(ctx, by, id, "csv", nil); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("exported by %s: %v; want ErrForbidden", by.ID, err)
		}
	}
	_, err := f.ExportPayList(ctx, second, id, "csv", func(r casework.PayRow) error {
		if r.Account != "***************0128" || r.ID != "**************0012" {
			t.Errorf("before it is confirmed: account %s, ID %s; want masked ones", r.Account, r.ID)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := f.ConfirmPayList(ctx, second, id); err != nil {
		t.Fatal(err)
	}
	if err := f.ConfirmPayList(ctx, second, id); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("confirmed twice: %v; want ErrConflict", err)
	}
	if err := f.ReturnPayList(ctx, second, id); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("returned after it was confirmed: %v; want ErrConflict", err)
	}
}

// exported takes a confirmed list away twice: both times it is the same, and audited.
func (f *fixture) exported(t *testing.T, by apply.Actor, id string) {
	t.Helper()
	var first []casework.PayRow
	for i := range 2 {
		var rows []casework.PayRow
		if _, err := f.ExportPayList(t.Context(), by, id, "xlsx", func(r casework.PayRow) error { rows = append(rows, r); return nil }); err != nil {
			t.Fatal(err)
		}
		if first = append(first, rows...); i == 1 && !slices.Equal(first[:len(rows)], rows) || len(rows) != 1 || rows[0].Account != "6222021234567890128" {
			t.Errorf("exported %+v; want the one row, whole, as before", rows)
		}
	}
	n := 0
	for _, l := range f.auditOf(t, casework.PayGrants) {
		if l.Detail == "pay-xlsx" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d exports are in the audit; want 2", n)
	}
}

// TestPayListChanges shows the second officer what is no longer as it was closed.
func TestPayListChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		who, second, one := f.payFixture(t)
		two := f.granted(t, who.officer, 157800)
		terms := payTerms("2026-12", "shiqi", 157800)
		due, rows, _, err := f.PayPreview(ctx, who.officer, terms, "", 10)
		if err != nil || due.Shared != 2 || !rows[0].Shared || !rows[1].Shared {
			t.Errorf("two grants for one child: %+v, %v; want both marked", due, err)
		}
		var invalid apply.Invalid
		if _, err := f.ClosePayList(ctx, who.officer, casework.PayOrder{PayTerms: terms, Seen: due, Key: "unaware"}); !errors.As(err, &invalid) || invalid[0].Key != casework.KeyPayAware {
			t.Errorf("closed without a look at them: %v; want %s", err, casework.KeyPayAware)
		}
		id := f.pays(t, who.officer, terms, "")
		if err := f.StopGrant(ctx, who.officer, one.Reference, "2026-11", "领养了", time.Time{}); err != nil {
			t.Fatal(err)
		}
		if err := f.StopGrant(ctx, who.officer, one.Reference, "2026-10", "领养了", time.Time{}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("stopped as it was before: %v; want ErrConflict", err)
		}
		if err := f.StopGrant(ctx, who.own, two.Reference, "2026-11", "领养了", time.Time{}); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("stopped by the town: %v; want ErrForbidden", err)
		}
		if err := f.StopGrant(ctx, who.officer, two.Reference, "2026-11", "  ", time.Time{}); !errors.As(err, &invalid) {
			t.Errorf("stopped without a reason: %v; want Invalid", err)
		}
		raised := casework.Standard{Policy: "sample", Grant: apply.Grant{Fact: "rate-2027", Amount: 160000, Unit: "元/人/月"}, From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
		if err := f.AdjustGrants(ctx, who.officer, raised, 2); err != nil {
			t.Fatal(err)
		}
		page, err := f.PayList(ctx, second, id, "", 1)
		want := map[string]casework.PayChange{
			casework.PayStopped: {Reference: one.Reference, What: casework.PayStopped, Before: 157800},
			casework.PayAmount:  {Reference: two.Reference, What: casework.PayAmount, Before: 157800, After: 160000},
		}
		if err != nil || len(page.Changes) != 2 || len(page.Rows) != 1 || page.Next == "" {
			t.Fatalf("PayList = %+v, %v; want one row of two, and two changes", page, err)
		}
		for _, c := range page.Changes {
			if c != want[c.What] {
				t.Errorf("change %+v; want %+v", c, want[c.What])
			}
		}
		if err := f.ConfirmPayList(ctx, second, id); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("confirmed nonetheless: %v; want ErrConflict", err)
		}
		if err := f.ReturnPayList(ctx, second, id); err != nil {
			t.Fatal(err)
		}
		if due, rows, _, err := f.PayPreview(ctx, who.officer, terms, "", 10); err != nil || due.Grants != 1 || rows[0].Reference != two.Reference || rows[0].Amount != 160000 {
			t.Errorf("after it was returned %+v, %+v, %v; want the one that runs, at its new amount", due, rows, err)
		}
		f.hides(t, "grant_stops", "领养")
	})
}

// payModel is what the store's grants come to, worked out another way.
type payModel struct {
	began   time.Time
	last    casework.Month // that is paid; "" while it runs
	amount  int64          // at first
	changes []payRaise
}

type payRaise struct {
	from time.Time
	to   int64
}

func (m payModel) due(month casework.Month) bool {
	return month >= casework.MonthOf(m.began).Plus(1) && (m.last == "" || month <= m.last)
}

func (m payModel) on(day time.Time) int64 {
	amount := m.amount
	for _, c := range m.changes {
		if !c.from.After(day) {
			amount = c.to
		}
	}
	return amount
}

// TestEverybodyIsPaidOnce makes lists of towns and of all, in any order, while grants
// begin and stop and the standard changes: the lists of each month together are the
// grants that are due in it, each once and at the amount that counted.
func TestEverybodyIsPaidOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		who, second, _ := f.payFixture(t)
		if _, err := f.raw.Exec(`DELETE FROM grants`); err != nil {
			t.Fatal(err)
		}
		c := payCity{fixture: f, officer: who.officer, second: second, random: rand.New(rand.NewPCG(7, 29)), standard: 157800, grants: map[apply.Reference]*payModel{}, want: map[string]int64{}} //nolint:gosec // a test repeats itself
		months := []casework.Month{"2026-12", "2027-01", "2027-02", "2027-03", "2027-04"}
		for i, m := range months {
			c.live(t, m)
			for range 2 {
				c.list(t, months[c.random.IntN(i+1)], []string{"", "shiqi", "xiaolan"}[c.random.IntN(3)], c.random.IntN(3) == 0)
			}
			c.list(t, m, "", false) // as long as its grants are as they are
		}
		got := map[string]int64{}
		rows, err := f.raw.Query(`SELECT e.month, e.reference, e.amount FROM pay_entries e JOIN pay_lists l ON l.id = e.list WHERE l.state = 'confirmed'`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var month, ref string
			var amount int64
			if err := rows.Scan(&month, &ref, &amount); err != nil {
				t.Fatal(err)
			}
			got[month+" "+ref] = amount
		}
		if diff := gocmp.Diff(c.want, got); diff != "" || len(got) < 20 || rows.Err() != nil {
			t.Errorf("%d were paid, %v; against what was due (-want +got):\n%s", len(got), rows.Err(), diff)
		}
	})
}

// payCity is a city in which anything happens.
type payCity struct {
	*fixture
	officer, second apply.Actor
	random          *rand.Rand
	standard        int64
	grants          map[apply.Reference]*payModel
	want            map[string]int64 // month and number: what has to be paid
}

// live lets things happen in a month.
func (c *payCity) live(t *testing.T, m casework.Month) {
	t.Helper()
	for _, day := range []int{3, 9, 14, 20, 26} {
		c.clock.advance(m.Begins().AddDate(0, 0, day).Sub(c.clock.now()))
		switch c.random.IntN(4) {
		case 0, 1:
			c.begins(t)
		case 2:
			c.stops(t, m)
		default:
			c.raises(t, m.Begins().AddDate(0, 0, c.random.IntN(60)-20))
		}
	}
	c.begins(t)
	c.clock.advance(m.Plus(1).Begins().Add(-time.Hour).Sub(c.clock.now()))
	for ref, g := range c.grants { // what counts by the end of it
		if _, last := m.Days(); g.due(m) {
			c.want[string(m)+" "+string(ref)] = g.on(last)
		}
	}
}

func (c *payCity) begins(t *testing.T) {
	t.Helper()
	a := c.granted(t, c.officer, c.standard)
	town := []string{"shiqi", "xiaolan"}[c.random.IntN(2)]
	if _, err := c.raw.Exec(`UPDATE grants SET town = $1 WHERE reference = $2`, town, string(a.Reference)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.raw.Exec(`UPDATE applications SET child_index = $1 WHERE reference = $1`, string(a.Reference)); err != nil {
		t.Fatal(err)
	}
	c.grants[a.Reference] = &payModel{began: c.clock.now(), amount: c.standard}
}

func (c *payCity) sorted() []apply.Reference {
	var out []apply.Reference
	for ref := range c.grants {
		out = append(out, ref)
	}
	slices.SortFunc(out, func(a, b apply.Reference) int { return cmp.Compare(c.grants[a].began.Unix(), c.grants[b].began.Unix()) })
	return out
}

func (c *payCity) stops(t *testing.T, m casework.Month) {
	t.Helper()
	all := c.sorted()
	if len(all) == 0 {
		return
	}
	ref := all[c.random.IntN(len(all))]
	if c.grants[ref].last != "" {
		return
	}
	last := m.Plus(c.random.IntN(2))
	if err := c.StopGrant(t.Context(), c.officer, ref, last, "不再符合", time.Time{}); err != nil {
		t.Fatal(err)
	}
	c.grants[ref].last = last
}

func (c *payCity) raises(t *testing.T, from time.Time) {
	t.Helper()
	c.standard += 100
	differing := len(c.grants)
	if differing == 0 {
		return
	}
	from = time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	to := casework.Standard{Policy: "sample", Grant: apply.Grant{Fact: "rate", Amount: c.standard, Unit: "元/人/月"}, From: from}
	if err := c.AdjustGrants(t.Context(), c.officer, to, differing); err != nil {
		t.Fatal(err)
	}
	for _, g := range c.grants {
		g.changes = append(g.changes, payRaise{from, c.standard})
	}
}

// list closes a list; it is confirmed or, where it does not stay, returned.
func (c *payCity) list(t *testing.T, m casework.Month, town string, back bool) {
	t.Helper()
	id := c.pays(t, c.officer, payTerms(m, town, c.standard), casework.PayLate)
	if id == "" {
		return
	}
	decide := c.ConfirmPayList
	if back {
		decide = c.ReturnPayList
	}
	if err := decide(t.Context(), c.second, id); err != nil {
		t.Fatal(err)
	}
	c.clock.advance(time.Second)
}

// Whether a child has another grant is asked for each grant of a list: by the child's
// index, whose rows are a part of the table that the question has to name.
func TestSharedFindsByChild(t *testing.T) {
	t.Parallel()
	address := quick.Empty(t)
	f := open(t, store.Config{URL: address}, "pgx", address)
	got, err := f.SharedPlan(t.Context(), payTerms("2026-11", "", 157800))
	if err != nil {
		t.Fatal(err)
	}
	if want := "applications_by_child"; !strings.Contains(got, want) {
		t.Errorf("plan without %s:\n%s", want, got)
	}
}
