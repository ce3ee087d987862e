package web

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/casework"
)

const referralsPath = "/staff/referrals"

// referralsPage lists what departments were asked for, late first.
type referralsPage struct {
	staffPage
	Lead    string
	Filters []deskLink
	Rows    []referralRow
	Next    string
	Later   bool
}

// over is the word for [casework.NobodySide] in addresses.
const over = "over"

// referralSides are the parts of the list, in their order.
var referralSides = []casework.Side{casework.DepartmentSide, casework.SenderSide, casework.NobodySide}

// showReferrals begins with what waits for who looks: a liaison with what is to be
// answered, the sender with what a department has not answered yet.
func (s *Server) showReferrals(c *fiber.Ctx, u casework.User) error {
	q := casework.ReferralQuery{Waits: casework.DepartmentSide, Mine: c.Query("mine") == "1", After: c.Query("after"), Limit: rowsFor(c)}
	switch c.Query("waits") {
	case string(casework.SenderSide):
		q.Waits = casework.SenderSide
	case over:
		q.Waits = casework.NobodySide
	}
	list, err := s.cases.Referrals.Referrals(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := referralsPage{staffPage: s.newStaffPage(c, u, "referrals.title"), Later: q.After != ""}
	who := "sender"
	if sideOf(u) == casework.DepartmentSide {
		who = "liaison"
	}
	view.Lead = t(fmt.Sprintf("referrals.lead.%s", who))
	for _, side := range referralSides {
		words := t(fmt.Sprintf("referrals.%s.%s", who, sideWord(side)))
		if n := list.Counts[side]; n > 0 {
			words = t("referrals.count", "Words", words, "Number", counted(n))
		}
		view.Filters = append(view.Filters, deskLink{words, referralsQuery(casework.ReferralQuery{Waits: side, Mine: q.Mine}), side == q.Waits})
	}
	all := q
	all.Mine, all.After = !q.Mine, ""
	view.Filters = append(view.Filters, deskLink{t("referrals.mine"), referralsQuery(all), q.Mine})
	for _, r := range list.Referrals {
		view.Rows = append(view.Rows, s.referralRow(c, u, r))
	}
	if q.After = list.Next; q.After != "" {
		view.Next = referralsQuery(q)
	}
	return s.render(c, "staff-referrals", view)
}

// counted writes a number that was not counted beyond its bound.
func counted(n int) string {
	if n >= casework.ManyReferrals {
		return strconv.Itoa(casework.ManyReferrals-1) + "+"
	}
	return strconv.Itoa(n)
}

func sideWord(side casework.Side) string {
	if side == casework.NobodySide {
		return over
	}
	return string(side)
}

func referralsQuery(q casework.ReferralQuery) string {
	v := url.Values{"waits": {sideWord(q.Waits)}}
	if q.Mine {
		v.Set("mine", "1")
	}
	if q.After != "" {
		v.Set("after", q.After)
	}
	return referralsPath + "?" + v.Encode()
}
