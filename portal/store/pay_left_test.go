package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestPayLeft: a child whose town made no list for a month is owed it, one that was
// stopped after the list was paid too much, and months before the first list are nobody's.
func TestPayLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		who, second, a := f.payFixture(t)
		b := f.granted(t, who.officer, 157800)
		for _, statement := range []string{`UPDATE applications SET child_index = reference`, `UPDATE grants SET town = 'xiaolan' WHERE reference = '` + string(b.Reference) + `'`} {
			if _, err := f.raw.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		left := func(month casework.Month) string {
			t.Helper()
			terms := payTerms(month, "", 157800)
			_, rows, _, err := f.PayPreview(ctx, who.officer, terms, "", 10)
			if err != nil {
				t.Fatal(err)
			}
			out, err := f.PayLeft(ctx, who.officer, terms, rows)
			if err != nil {
				t.Fatal(err)
			}
			words := map[apply.Reference]string{a.Reference: "a", b.Reference: "b"}
			said := ""
			for _, r := range rows {
				if months := out.Owed[r.Reference]; len(months) > 0 {
					said += fmt.Sprint(words[r.Reference], months)
				}
			}
			for _, o := range out.Over {
				said += fmt.Sprint(" over ", words[o.Reference], o.Months)
			}
			return said
		}
		if got := left("2027-03"); got != "" {
			t.Errorf("before there is a list: %q is owed; want nothing", got)
		}
		list := func(month casework.Month, town string) {
			t.Helper()
			if err := f.ConfirmPayList(ctx, second, f.pays(t, who.officer, payTerms(month, town, 157800), casework.PayLate)); err != nil {
				t.Fatal(err)
			}
		}
		list("2026-12", "shiqi")
		if got, want := left("2027-01"), "b[2026-12]"; got != want {
			t.Errorf("owed %q; want %q", got, want)
		}
		list("2027-01", "")
		if got, want := left("2027-03"), []string{"a[2027-02]b[2026-12 2027-02]", "b[2026-12 2027-02]a[2027-02]"}; got != want[0] && got != want[1] {
			t.Errorf("owed %q; want %q", got, want[0])
		}
		if err := f.StopGrant(ctx, who.officer, a.Reference, "2026-12", "被收养", time.Time{}); err != nil {
			t.Fatal(err)
		}
		if got, want := left("2027-02"), "b[2026-12] over a[2027-01]"; got != want {
			t.Errorf("after one was stopped late: %q; want %q", got, want)
		}
		for _, by := range []apply.Actor{who.own, who.auditor} {
			if _, err := f.PayLeft(ctx, by, payTerms("2027-02", "", 157800), nil); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("asked by %s: %v; want it forbidden", by.ID, err)
			}
		}
	})
}
