package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Duties knows what is to be done for children, by the day.
type Duties interface {
	Duties(ctx context.Context, by apply.Actor, q casework.DutyQuery) (casework.DutyPage, error)
}

const dutiesPath = childrenPath + "/due"

// dutiesPage lists what is over time or soon is: visits, assessments, helpers that are
// missing, reviews of temporary guardianship.
type dutiesPage struct {
	staffPage
	Filters []deskLink
	Fields  []field // by which an officer looks at one town
	Kind    string
	Rows    []dutyRow
	Next    string
	Later   bool
	Sifted  string // what of the list is shown; "" for all
}

type dutyRow struct {
	childRow // of which the task is the duty
	Late     bool
}

func (s *Server) showDuties(c *fiber.Ctx, u casework.User) error {
	t := s.words(c)
	q := casework.DutyQuery{Town: c.Query("town"), After: c.Query("after"), Limit: rowsFor(c)}
	if k := casework.DutyKind(c.Query("kind")); slices.Contains(casework.DutyKinds(), k) {
		q.Kind = k
	}
	list, err := s.cases.Duties.Duties(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	view := dutiesPage{staffPage: s.newChildStaffPage(c, u, "due.title"), Kind: string(q.Kind), Later: q.After != ""}
	view.Filters = []deskLink{{t("staff.all"), dueAt(casework.DutyQuery{Town: q.Town}), q.Kind == ""}}
	for _, k := range casework.DutyKinds() {
		if k != casework.DutyReview || u.Has(casework.SeeCustody) {
			view.Filters = append(view.Filters, deskLink{t(fmt.Sprintf("due.kind.%s", k)), dueAt(casework.DutyQuery{Town: q.Town, Kind: k}), q.Kind == k})
		}
	}
	if u.Everywhere(casework.ListChildren) {
		view.Fields = []field{s.townField(c, q.Town, true)}
	}
	view.Sifted = sifted(t, view.Filters, view.Fields)
	for _, d := range list.Duties {
		row := dutyRow{childRow: s.childRow(c, d.Child), Late: !s.now().Before(d.Due)}
		row.Task, row.Date = t(fmt.Sprintf("child.task.%s", d.Kind)), s.day(c, d.Due)
		view.Rows = append(view.Rows, row)
	}
	if q.After = list.Next; q.After != "" {
		view.Next = dueAt(q)
	}
	return s.render(c, "children-due", view)
}

func dueAt(q casework.DutyQuery) string {
	out := url.Values{}
	for name, value := range map[string]string{"town": q.Town, "kind": string(q.Kind), "after": q.After} {
		if value != "" {
			out.Set(name, value)
		}
	}
	if len(out) == 0 {
		return dutiesPath
	}
	return dutiesPath + "?" + out.Encode()
}
