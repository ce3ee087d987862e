package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// auditDetails are the words beside what was done that no other list has: of conferences,
// talks, the directory, training, papers and offline work.
var auditDetails = []string{
	"added", "adjusted", "agree", "asked", "attended", "call", "cancel", "cancelled", "documents", "done",
	"file", "held", "imported", "look", "near", "outside", "photo", "removed", "resumed", "sent",
}

// chatOff begins a line about answers that were turned off; what visitors read follows.
const chatOff = string(casework.Chat) + " off"

type auditPage struct {
	staffPage
	Fields   []field
	Problems []problem
	Rows     []auditRow
	Next     string
	Sought   bool   // not all of the audit
	Sifted   string // what of it
	Seal     auditSeal
}

type auditRow struct {
	Number                            int64
	At, Who, Action, Reference, Extra string
}

// auditSeal is up to which line the audit was sealed last; empty before the first time.
type auditSeal struct{ Words, Head string }

// auditLines is how many lines of the audit a page shows.
const auditLines = 100

// showAudit is who did and saw what, by person, action and day. Each look at it stands
// in it, with what was looked for.
func (s *Server) showAudit(c *fiber.Ctx, u casework.User) error {
	before, err := strconv.ParseInt(cmp.Or(c.Query("before"), "0"), 10, 64)
	if err != nil {
		return fiber.ErrBadRequest
	}
	q := casework.AuditQuery{Login: casework.CleanLogin(c.Query("who")), Before: before, Limit: cmp.Or(rowsFor(c), auditLines)}
	if a := casework.Action(c.Query("action")); slices.Contains(casework.StaffActions(), a) {
		q.Action = a
	}
	view := auditPage{staffPage: s.newStaffPage(c, u, "staff.audit")}
	view.Fields = s.auditFields(c, q)
	day := strings.TrimSpace(c.Query("day"))
	if q.Day, err = auditDay(day); err != nil {
		view.Fields[2].Error = s.words(c)("staff.audit.day.form")
		view.Problems = []problem{{Field: view.Fields[2].ID(), Text: view.Fields[2].Error}}
		s.wrong(c, &view.page)
		return s.render(c, "staff-audit", view)
	}
	lines, err := s.cases.Audit.Audit(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	seal, err := s.cases.Audit.LastSeal(c.UserContext())
	if err != nil {
		return err
	}
	if seal.Number > 0 {
		view.Seal = auditSeal{s.words(c)("staff.audit.sealed", "At", s.moment(c, seal.At)), seal.String()}
	}
	view.Sought, view.Sifted = q.Describe() != "", sifted(s.words(c), nil, view.Fields)
	for _, e := range lines {
		view.Rows = append(view.Rows, s.auditRow(c, e))
	}
	if len(lines) == q.Limit {
		next := url.Values{"before": {strconv.FormatInt(lines[len(lines)-1].Number, 10)}}
		for name, value := range map[string]string{"who": q.Login, "action": string(q.Action), "day": day} {
			if value != "" {
				next.Set(name, value)
			}
		}
		view.Next = "/staff/audit?" + next.Encode()
	}
	return s.render(c, "staff-audit", view)
}

// auditDay reads a day as people type it; the zero time for none.
func auditDay(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	s = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(s)
	return time.ParseInLocation("2006-1-2", s, apply.China)
}

func (s *Server) auditFields(c *fiber.Ctx, q casework.AuditQuery) []field {
	t := s.words(c)
	action := field{Name: "action", Label: t("staff.audit.what"), Optional: true, Value: string(q.Action)}
	for _, a := range casework.StaffActions() {
		action.Options = append(action.Options, content.Option{Value: string(a), Label: t(fmt.Sprintf("staff.action.%s", a))})
	}
	return []field{
		{Name: "who", Label: t("staff.audit.login"), InputType: "text", Autocomplete: "off", MaxLength: 64, Width: "medium", Optional: true, Value: q.Login},
		action,
		{Name: "day", Label: t("staff.audit.day"), Help: t("staff.audit.day.help"), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 12, Width: "short", Optional: true, Value: c.Query("day")},
	}
}

func (s *Server) auditRow(c *fiber.Ctx, e casework.AuditEntry) auditRow {
	t := s.words(c)
	return auditRow{
		Number: e.Number, At: s.moment(c, e.At), Who: cmp.Or(e.Login, t(fmt.Sprintf("staff.side.%s", cmp.Or(e.Actor.Kind, "system")))),
		Action: t(fmt.Sprintf("staff.action.%s", e.Action)), Reference: e.Reference.Grouped(), Extra: s.auditDetail(c, e.Detail),
	}
}

// auditDetail puts the word of an audit line into the desk's words where there
// are some: a denied action, a role, a state, a field.
func (s *Server) auditDetail(c *fiber.Ctx, detail string) string {
	t := s.words(c)
	switch {
	case detail == string(casework.StepLink)+" "+string(casework.ChildCase):
		return t("link.step.child")
	case strings.HasPrefix(detail, chatOff+" "):
		return t("staff.audit.detail.chat-off", "Reason", strings.TrimPrefix(detail, chatOff+" "))
	case detail == chatOff: // lines from before reasons were written down
		return t("staff.pause.off")
	case detail == string(casework.Chat)+" on":
		return t("staff.pause.on")
	case strings.Contains(detail, "+"): // several that were seen at once
		var all []string
		for _, one := range strings.Split(detail, "+") {
			all = append(all, s.auditDetail(c, one))
		}
		return strings.Join(all, t("punctuation.comma"))
	case strings.Contains(detail, " "): // a step with what it was about, a list with its filters
		what, about, _ := strings.Cut(detail, " ")
		if words := s.auditDetail(c, what); words != what {
			return words + t("punctuation.comma") + s.auditDetail(c, about)
		}
		return detail // what was looked for in the audit itself
	case detail == string(casework.SendReferral), slices.Contains(casework.ReferralMoves(), casework.ReferralMove(detail)):
		return t(fmt.Sprintf("referral.event.%s", detail))
	case slices.Contains(casework.Actions(), casework.Action(detail)):
		return t(fmt.Sprintf("staff.action.%s", detail))
	case slices.Contains(casework.Roles(), casework.Role(detail)):
		return t(fmt.Sprintf("staff.role.%s", detail))
	case slices.Contains(casework.MeansKnown(), casework.Means(detail)):
		return t(fmt.Sprintf("assist.means.%s", detail))
	case slices.Contains(payDetails, detail):
		return t(fmt.Sprintf("pay.detail.%s", detail))
	case slices.Contains(childDetails, detail):
		return t(fmt.Sprintf("child.detail.%s", detail))
	case slices.Contains(casework.Closings(), casework.Closing(detail)):
		return t(fmt.Sprintf("child.why.%s", detail))
	case slices.Contains(apply.States(), apply.State(detail)):
		return t(fmt.Sprintf("staff.state.%s", detail))
	case slices.Contains(casework.Dangers(), casework.Danger(detail)):
		return t(fmt.Sprintf("report.danger.%s", detail))
	case slices.Contains(casework.ReportSteps(), casework.ReportStep(detail)):
		return t(fmt.Sprintf("staff.report.do.%s", detail))
	case slices.Contains(casework.Periods(), casework.Period(detail)):
		return t(fmt.Sprintf("figures.period.%s", detail))
	case casework.CaseKind(detail).Known():
		return t(fmt.Sprintf("case.kind.%s", detail))
	case detail == "counted", detail == "talks":
		return t(fmt.Sprintf("talk.detail.%s", detail))
	case detail == string(casework.EventCase):
		return t("event.one")
	case detail == casework.PhotoAdded:
		return t("photos.title")
	case detail == "due":
		return t("due.title")
	case slices.Contains(casework.DutyKinds(), casework.DutyKind(detail)):
		return t(fmt.Sprintf("due.kind.%s", detail))
	case detail == "cases": // of which figures were read
		return t("staff.list")
	case detail == "audit":
		return t("staff.audit")
	}
	for _, p := range s.content().Library.Policies {
		if q, ok := p.Question(detail); ok {
			return s.contentText(c, q.Label)
		}
		for _, d := range p.Documents {
			if d.Name == detail {
				return s.contentText(c, d.Title)
			}
		}
	}
	for _, fields := range s.content().Library.CaseFields {
		for _, f := range fields {
			if f.Name == detail {
				return s.contentText(c, f.Label(visitOf(c).Lang.Code))
			}
		}
	}
	if slices.Contains(auditDetails, detail) {
		return t(fmt.Sprintf("staff.audit.detail.%s", detail))
	}
	return s.townName(c, detail)
}
