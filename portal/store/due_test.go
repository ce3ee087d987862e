package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestDuties lists what is due for children by its day, each thing by itself, to who looks
// after them; temporary guardianship to who may see it.
func TestDuties(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		p, busy := f.childFile(t)
		f.clock.advance(time.Minute)
		fresh := f.child(t, p.supervisor, newChild("测试乙", ""))
		elsewhere := newChild("测试丙", "")
		elsewhere.Village = "莲峰社区"
		f.clock.advance(time.Minute)
		far := f.child(t, p.supervisor, elsewhere)
		names := map[string]string{busy: "busy", fresh: "fresh", far: "far"}
		list := func(by casework.User, q casework.DutyQuery) string {
			t.Helper()
			q.Limit = 2
			var got []string
			for range 5 {
				page, err := f.Duties(ctx, by.Actor(), q)
				if err != nil {
					return err.Error()
				}
				for _, d := range page.Duties {
					got = append(got, fmt.Sprintf("%s %s", names[d.Child.ID], d.Kind))
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			return strings.Join(got, ", ")
		}
		check := func(by casework.User, q casework.DutyQuery, want string) {
			t.Helper()
			if got := list(by, q); got != want {
				t.Errorf("%s, %s of %q: %s; want %s", by.Role, q.Kind, q.Town, got, want)
			}
		}
		check(p.officer, casework.DutyQuery{}, "fresh assess, far assess") // nothing else within a week
		f.clock.advance(365 * 24 * time.Hour)
		check(p.officer, casework.DutyQuery{}, "fresh assess, far assess, busy review, busy visit, busy again")
		check(p.supervisor, casework.DutyQuery{Town: "xiaolan"}, "fresh assess, far assess, busy review, busy visit, busy again")
		check(p.director, casework.DutyQuery{}, "fresh assess, busy visit, busy again")
		check(p.director, casework.DutyQuery{Kind: casework.DutyReview}, "")
		check(p.stranger, casework.DutyQuery{}, "far assess")
		check(p.officer, casework.DutyQuery{Town: "xiaolan"}, "")
		check(p.auditor, casework.DutyQuery{}, "list what is due: list-children by auditor: not allowed for this role or area")
		check(p.officer, casework.DutyQuery{Kind: casework.DutyReview}, "busy review")
		if err := f.GoOnWithCustody(ctx, p.officer.Actor(), busy, 0, casework.EpisodeStep{Place: "centre", Review: f.clock.now().AddDate(0, 1, 0).Format(time.DateOnly), Note: "再看"}); err != nil {
			t.Fatal(err)
		}
		check(p.officer, casework.DutyQuery{Kind: casework.DutyReview}, "")
		if err := f.CloseChild(ctx, p.supervisor.Actor(), fresh, 0, casework.Moved); err != nil {
			t.Fatal(err)
		}
		check(p.supervisor, casework.DutyQuery{}, "far assess, busy visit, busy again")
		lines, err := f.Audit(ctx, apply.Actor{}, casework.AuditQuery{Action: casework.ListChildren})
		if err != nil || !slices.ContainsFunc(lines, func(l casework.AuditEntry) bool { return l.Detail == "due review" }) {
			t.Errorf("the look is not in the audit: %v", err)
		}
	})
}
