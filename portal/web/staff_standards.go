package web

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/sheet"
)

// Grants keeps what approvals pay, and changes it when somebody says so.
type Grants interface {
	Standards(ctx context.Context, by apply.Actor, all []casework.Standard) ([]casework.StandardChange, error)
	DifferingGrants(ctx context.Context, by apply.Actor, of casework.Standard, after string, limit int) (list []casework.RunningGrant, next string, err error)
	AdjustGrants(ctx context.Context, by apply.Actor, to casework.Standard, seen int) error
}

const (
	standardsPath = "/staff/standards"
	grantRows     = 50   // on a page
	grantsAtOnce  = 1000 // read for a file
)

func (s *Server) standardRoutes() []deskRoute {
	const get, post, one, needs = fiber.MethodGet, fiber.MethodPost, standardsPath + "/:policy", casework.AdjustGrants
	return []deskRoute{
		{get, standardsPath, needs, s.showStandards, 0},
		{get, one, needs, s.showStandard, 0},
		{get, one + "/list.csv", needs, s.sendGrants, 0},
		{post, one, needs, s.adjustGrants, 0},
	}
}

// standardOf returns what a policy pays at present; false where that is not one amount.
func (s *Server) standardOf(p *content.Policy) (casework.Standard, bool) {
	f, ok := s.content().Library.StandardOf(p)
	if !ok {
		return casework.Standard{}, false
	}
	return casework.Standard{Policy: p.Slug, Grant: apply.Grant{Fact: f.Name, Amount: int64(math.Round(f.Number * 100)), Unit: f.Unit}, From: f.InForce.Time}, true
}

// pay notes what an approval pays, as the standard is at this moment. Where a policy has
// not one amount for all, nothing is noted.
func (s *Server) pay(a *apply.Application) error {
	p, ok := s.content().Library.Policy(a.Policy)
	if !ok || a.State != apply.Approved {
		return nil
	}
	if now, ok := s.standardOf(p); ok {
		return a.Pay(now.Grant)
	}
	return nil
}

type standardsPage struct {
	staffPage
	Rows []standardRow
}

// standardRow is one standard with what it would change.
type standardRow struct {
	Path, Policy, Amount, From, Difference string
	Differing, Same                        int
}

func (s *Server) standardRow(c *fiber.Ctx, one casework.StandardChange) standardRow {
	return standardRow{
		Path: standardsPath + "/" + one.Policy, Policy: s.policyName(c, one.Policy), Amount: yuan(one.Amount) + one.Unit, From: s.day(c, one.From),
		Difference: signed(one.Difference), Differing: one.Differing, Same: one.Same,
	}
}

// yuan writes fen as yuan, without what is nothing.
func yuan(fen int64) string { return sheet.Hundredths(fen).String() }

func signed(fen int64) string {
	if fen > 0 {
		return "+" + yuan(fen)
	}
	return yuan(fen)
}

func (s *Server) showStandards(c *fiber.Ctx, u casework.User) error {
	var all []casework.Standard
	for _, p := range s.content().Library.Policies {
		if one, ok := s.standardOf(p); ok {
			all = append(all, one)
		}
	}
	list, err := s.cases.Grants.Standards(c.UserContext(), u.Actor(), all)
	if err != nil {
		return err
	}
	view := standardsPage{staffPage: s.newStaffPage(c, u, "standards.title")}
	for _, one := range list {
		view.Rows = append(view.Rows, s.standardRow(c, one))
	}
	return s.render(c, "staff-standards", view)
}

// standardPage lists the grants that one standard would change.
type standardPage struct {
	staffPage
	Standard standardRow
	Rows     []grantRow
	Next     string
	Later    bool
	Seen     int
	Changed  bool // there are more or fewer by now
	Done     bool
}

type grantRow struct{ Path, Number, Town, Before, After, Difference, Since string }

// standard returns the standard of the address with what it would change.
func (s *Server) standard(c *fiber.Ctx, u casework.User) (casework.StandardChange, error) {
	p, ok := s.content().Library.Policy(c.Params("policy"))
	if !ok {
		return casework.StandardChange{}, fiber.ErrNotFound
	}
	one, ok := s.standardOf(p)
	if !ok {
		return casework.StandardChange{}, fiber.ErrNotFound
	}
	all, err := s.cases.Grants.Standards(c.UserContext(), u.Actor(), []casework.Standard{one})
	if err != nil {
		return casework.StandardChange{}, err
	}
	return all[0], nil
}

func (s *Server) showStandard(c *fiber.Ctx, u casework.User) error {
	return s.renderStandard(c, u, false)
}

func (s *Server) renderStandard(c *fiber.Ctx, u casework.User, changed bool) error {
	one, err := s.standard(c, u)
	if err != nil {
		return err
	}
	after := c.Query("after")
	list, next, err := s.cases.Grants.DifferingGrants(c.UserContext(), u.Actor(), one.Standard, after, grantRows)
	if err != nil {
		return err
	}
	view := standardPage{staffPage: s.newStaffPage(c, u, "standards.title"), Standard: s.standardRow(c, one), Seen: one.Differing, Changed: changed, Later: after != "", Done: c.Query("done") == "1"}
	view.page.Title = view.Standard.Policy + " " + view.page.Title
	view.Crumbs = append(view.Crumbs, crumb{s.words(c)("standards.title"), standardsPath})
	for _, g := range list {
		view.Rows = append(view.Rows, grantRow{
			casePath(g.Reference, ""), g.Reference.Grouped(), s.townName(c, g.Town), yuan(g.Amount), yuan(one.Amount), signed(one.Amount - g.Amount), s.day(c, g.Since),
		})
	}
	if next != "" {
		view.Next = view.Standard.Path + "?after=" + next
	}
	if changed {
		c.Status(fiber.StatusConflict)
	}
	return s.render(c, "staff-standard", view)
}

// sendGrants sends the whole list as a file for the pay office. It names nobody.
func (s *Server) sendGrants(c *fiber.Ctx, u casework.User) error {
	one, err := s.standard(c, u)
	if err != nil {
		return err
	}
	t := s.words(c)
	rows := [][]string{{t("staff.column.number"), t("staff.column.town"), t("standards.before"), t("standards.after"), t("standards.difference"), t("standards.from")}}
	for after, more := "", true; more; {
		list, next, err := s.cases.Grants.DifferingGrants(c.UserContext(), u.Actor(), one.Standard, after, grantsAtOnce)
		if err != nil {
			return err
		}
		for _, g := range list {
			rows = append(rows, []string{string(g.Reference), s.townName(c, g.Town), yuan(g.Amount), yuan(one.Amount), signed(one.Amount - g.Amount), one.From.Format("2006-01-02")})
		}
		after, more = next, next != ""
	}
	return sendRows(c, "grants.csv", rows)
}

// adjustGrants changes the grants that were shown to the standard that was shown.
func (s *Server) adjustGrants(c *fiber.Ctx, u casework.User) error {
	one, err := s.standard(c, u)
	if err != nil {
		return err
	}
	seen, err := strconv.Atoi(strings.TrimSpace(c.FormValue("seen", "0")))
	if err != nil {
		return fiber.ErrBadRequest
	}
	if c.FormValue("amount") != yuan(one.Amount)+one.Unit {
		return s.renderStandard(c, u, true) // the facts have changed since
	}
	switch err := s.cases.Grants.AdjustGrants(c.UserContext(), u.Actor(), one.Standard, seen); {
	case errors.Is(err, apply.ErrConflict):
		return s.renderStandard(c, u, true)
	case err != nil:
		return err
	}
	return s.redirect(c, standardsPath+"/"+one.Policy+"?done=1")
}
