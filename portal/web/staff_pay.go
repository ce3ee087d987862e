package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Paying says whom a month pays, and closes lists of them.
type Paying interface {
	PayTowns(ctx context.Context, by apply.Actor, t casework.PayTerms) ([]casework.PayTown, error)
	PayLists(ctx context.Context, by apply.Actor, month casework.Month) ([]casework.PayList, error)
	PayPreview(ctx context.Context, by apply.Actor, t casework.PayTerms, after string, limit int) (due casework.PayDue, list []casework.PayRow, next string, err error)
	ClosePayList(ctx context.Context, by apply.Actor, o casework.PayOrder) (id string, err error)
}

const (
	payPath   = "/staff/pay"
	payMonths = 12 // that can be chosen, this one and those before it
	payRows   = 50 // on a page, where a row is a line
)

// payDetails are the words that the audit has of lists and stopped grants.
var payDetails = []string{"pay-towns", "pay-preview", "pay-lists", "pay-look", "pay-closed", "pay-confirmed", "pay-returned", "pay-csv", "pay-xlsx", "stop-after", "stop-undone"}

func (s *Server) payRoutes() []deskRoute {
	const get, post, needs = fiber.MethodGet, fiber.MethodPost, casework.PayGrants
	const due, list, grant = payPath + "/due/:policy/:month", payPath + "/lists/:id", "/staff/applications/:ref/grant"
	return []deskRoute{
		{get, payPath, needs, s.showPay, 0},
		{get, due, needs, s.showDue, 0},
		{post, due, needs, s.closePayList, 0},
		{get, list, needs, s.showPayList, 0},
		{post, list + "/confirm", needs, s.confirmPayList, 0},
		{post, list + "/return", needs, s.returnPayList, 0},
		{get, list + "/list.csv", needs, s.sendPayList(payCSV), 0},
		{get, list + "/list.xlsx", needs, s.sendPayList(payXLSX), 0},
		{get, grant, casework.StopGrant, s.showGrant, 0},
		{post, grant, casework.StopGrant, s.stopGrant, 0},
	}
}

// payTerms are those of a policy that pays one amount to all; false for any other.
func (s *Server) payTerms(p *content.Policy, month casework.Month, town string) (casework.PayTerms, bool) {
	standard, ok := s.standardOf(p)
	return casework.PayTerms{Month: month, Policy: p.Slug, Town: town, SameMonth: p.Pays == content.PaysSameMonth, Standard: standard, Basis: s.payBasis}, ok
}

// payBasis says where an amount stands: what the document of its fact is called, and from
// which day on it is in force.
func (s *Server) payBasis(fact string) string {
	f, ok := s.content().Library.Facts.Fact(fact)
	if !ok {
		return fact
	}
	return "《" + f.Source.Title + "》，" + f.InForce.Format("2006年1月2日") + "起"
}

// monthWords names a month.
func (s *Server) monthWords(c *fiber.Ctx, m casework.Month) string {
	switch l := visitOf(c).Lang; {
	case l.Code == "en":
		return m.Begins().Format("January 2006")
	case !l.Han():
		return m.Begins().Format("2006-01")
	}
	return m.Begins().Format("2006年1月")
}

type payPage struct {
	staffPage
	Months   []content.Option
	Month    string
	Policies []payPolicy
	Lists    []payListRow
}

// payPolicy is what a policy's grants of the month come to, by town.
type payPolicy struct {
	Name, Path string // where all of them are seen
	Rows       []payTownRow
	Due        int
}

type payTownRow struct {
	Town, Path, Sum string
	Due, Listed     int
}

type payListRow struct {
	Path, Policy, Town, State, Sum, Closed string
	Grants                                 int
}

// payMonth is the month of an address; this one where it names none.
func (s *Server) payMonth(named string) (casework.Month, bool) {
	now := casework.MonthOf(s.now())
	if named == "" {
		return now, true
	}
	m, ok := casework.ParseMonth(named)
	return m, ok && m <= now
}

func (s *Server) showPay(c *fiber.Ctx, u casework.User) error {
	month, ok := s.payMonth(c.Query("month"))
	if !ok {
		return fiber.ErrNotFound
	}
	view := payPage{staffPage: s.newStaffPage(c, u, "pay.title"), Month: string(month)}
	for i, now := 0, casework.MonthOf(s.now()); i < payMonths; i++ {
		m := now.Plus(-i)
		view.Months = append(view.Months, content.Option{Value: string(m), Label: s.monthWords(c, m)})
	}
	for _, p := range s.content().Library.Policies {
		terms, ok := s.payTerms(p, month, "")
		if !ok {
			continue
		}
		towns, err := s.cases.Paying.PayTowns(c.UserContext(), u.Actor(), terms)
		if err != nil {
			return err
		}
		view.Policies = append(view.Policies, s.payPolicy(c, terms, towns))
	}
	lists, err := s.cases.Paying.PayLists(c.UserContext(), u.Actor(), month)
	if err != nil {
		return err
	}
	for _, l := range lists {
		view.Lists = append(view.Lists, payListRow{
			Path: payListPath(l.ID), Policy: s.policyName(c, l.Policy), Town: s.payTown(c, l.Town), State: string(l.State), Sum: yuan(l.Total), Grants: l.Grants,
			Closed: s.words(c)("pay.closed", "Name", l.ClosedName, "At", s.moment(c, l.ClosedAt)),
		})
	}
	return s.render(c, "staff-pay", view)
}

func payListPath(id string) string { return payPath + "/lists/" + id }

// payTown names a list's town, or says that it is for all of them.
func (s *Server) payTown(c *fiber.Ctx, town string) string {
	if town == "" {
		return s.words(c)("pay.all")
	}
	return s.townName(c, town)
}

func (s *Server) payPolicy(c *fiber.Ctx, t casework.PayTerms, towns []casework.PayTown) payPolicy {
	out := payPolicy{Name: s.policyName(c, t.Policy), Path: duePath(t)}
	for _, one := range towns {
		t.Town = one.Town
		out.Due += one.Due
		out.Rows = append(out.Rows, payTownRow{Town: s.townName(c, one.Town), Path: duePath(t), Sum: yuan(one.Sum), Due: one.Due, Listed: one.Listed})
	}
	return out
}

// duePath is where it is seen whom a month pays.
func duePath(t casework.PayTerms) string {
	path := payPath + "/due/" + t.Policy + "/" + string(t.Month)
	if t.Town != "" {
		path += "?town=" + url.QueryEscape(t.Town)
	}
	return path
}

type payDuePage struct {
	staffPage
	Policy, Town, Month string
	Action, Slug        string // of the form, and the town it sends
	Rule                string // what the policy's page says of when it pays
	Due                 casework.PayDue
	Totals              []payTotal // one, or both that may count
	Table               payTable
	Next, First         string
	Standards           string // where grants are brought to the standard
	Standard            string
	Seen, Key           string
	Choice              field
	Aware               field
	Problems            []problem
	Changed             bool // others are due by now
}

// payTotal is a sum in figures and as papers about money write it.
type payTotal struct{ Words, Capitals string }

type payDueRow struct {
	Number, Path, Town, Child, ID, Account, Amount, First string
	Months                                                int
	Basis                                                 int // of those below the table; 0: none
	Shared                                                bool
	Owed                                                  string // earlier months, to be settled by hand
}

// duesOf are the terms of the address.
func (s *Server) duesOf(c *fiber.Ctx, town string) (casework.PayTerms, *content.Policy, error) {
	p, ok := s.content().Library.Policy(c.Params("policy"))
	if !ok {
		return casework.PayTerms{}, nil, fiber.ErrNotFound
	}
	month, ok := s.payMonth(c.Params("month"))
	if !ok {
		return casework.PayTerms{}, nil, fiber.ErrNotFound
	}
	terms, ok := s.payTerms(p, month, town)
	if !ok {
		return terms, nil, fiber.ErrNotFound
	}
	return terms, p, nil
}

func (s *Server) showDue(c *fiber.Ctx, u casework.User) error {
	terms, p, err := s.duesOf(c, c.Query("town"))
	if err != nil {
		return err
	}
	return s.renderDue(c, u, terms, p, nil)
}

// renderDue shows whom a month pays, and what was wrong with closing the list.
func (s *Server) renderDue(c *fiber.Ctx, u casework.User, terms casework.PayTerms, p *content.Policy, wrong error) error {
	t := s.words(c)
	after := c.Query("after")
	due, rows, next, err := s.cases.Paying.PayPreview(c.UserContext(), u.Actor(), terms, after, cmp.Or(rowsFor(c), payRows))
	if err != nil {
		return err
	}
	view := payDuePage{
		staffPage: s.newStaffPage(c, u, "pay.due.title"), Policy: s.policyName(c, terms.Policy), Town: s.payTown(c, terms.Town), Month: s.monthWords(c, terms.Month),
		Slug: terms.Town, Rule: s.contentText(c, p.Decides.Text), Due: due, Standards: standardsPath + "/" + terms.Policy, Standard: yuan(terms.Standard.Amount),
		Seen: seenDue(due), Key: rand.Text(), Changed: errors.Is(wrong, apply.ErrConflict),
	}
	view.Crumbs = append(view.Crumbs, crumb{t("pay.title"), payPath + "?month=" + string(terms.Month)})
	view.Action, view.First = payPath+"/due/"+terms.Policy+"/"+string(terms.Month), ""
	if after != "" {
		view.First = duePath(terms)
	}
	if next != "" {
		view.Next = view.Action + "?" + url.Values{"town": {terms.Town}, "after": {next}}.Encode()
	}
	if view.Table, err = s.payTable(c, u, terms, rows); err != nil {
		return err
	}
	s.payTotals(c, &view, due)
	var invalid apply.Invalid
	if errors.As(wrong, &invalid) {
		fields := []field{view.Choice, view.Aware}
		view.Problems = s.noteProblems(c, fields, invalid)
		view.Choice, view.Aware = fields[0], fields[1]
		if many, ok := invalid.Field(""); ok {
			view.Problems = append(view.Problems, problem{Field: "main", Text: s.problemWords(c, many, true)})
		}
		s.wrong(c, &view.page)
	}
	if view.Changed {
		c.Status(fiber.StatusConflict)
	}
	return s.render(c, "staff-pay-due", view)
}

// payTotals fills what all of it comes to and, where two amounts may count, the question
// which one does.
func (s *Server) payTotals(c *fiber.Ctx, view *payDuePage, due casework.PayDue) {
	t := s.words(c)
	total := func(fen int64) payTotal {
		return payTotal{t("pay.total", "Number", due.Grants, "Amount", yuan(fen)), s.contentText(c, capitals(fen))}
	}
	view.Totals = []payTotal{total(due.Late)}
	view.Choice = field{Name: casework.FieldPayChoice, Label: t("pay.choice"), Help: t("pay.choice.help"), Value: c.FormValue(casework.FieldPayChoice)}
	view.Aware = field{Name: casework.FieldPayAware, Value: c.FormValue(casework.FieldPayAware)}
	if due.Both > 0 {
		view.Totals = nil
		view.Choice.Options = []content.Option{
			{Value: string(casework.PayEarly), Label: t("pay.choice.early", "Amount", yuan(due.Early)), Help: s.contentText(c, capitals(due.Early))},
			{Value: string(casework.PayLate), Label: t("pay.choice.late", "Amount", yuan(due.Late)), Help: s.contentText(c, capitals(due.Late))},
		}
	}
}

func (s *Server) payDueRow(c *fiber.Ctx, r casework.PayRow) payDueRow {
	amount := yuan(r.Amount)
	if r.Early != 0 && r.Early != r.Amount {
		amount = yuan(r.Early) + " → " + amount
	}
	number, path := payNumber(r.Reference)
	r.Payee = r.Masked()
	return payDueRow{
		Number: number, Path: path, Town: s.townName(c, r.Town), Child: r.Child, ID: r.ID, Account: payName(r), Amount: amount,
		First: s.monthWords(c, r.First), Months: r.Months, Shared: r.Shared,
	}
}

// seenDue writes down what was seen, for the form to bring back.
func seenDue(d casework.PayDue) string {
	return fmt.Sprintf("%d-%d-%d-%d-%d-%d", d.Grants, d.Early, d.Late, d.Both, d.Behind, d.Shared)
}

// dueSeen reads what the form brought back.
func dueSeen(s string) (d casework.PayDue, err error) {
	_, err = fmt.Sscanf(s, "%d-%d-%d-%d-%d-%d", &d.Grants, &d.Early, &d.Late, &d.Both, &d.Behind, &d.Shared)
	return d, err
}

// closePayList writes down whom the month pays, as it was seen.
func (s *Server) closePayList(c *fiber.Ctx, u casework.User) error {
	terms, p, err := s.duesOf(c, c.FormValue("town"))
	if err != nil {
		return err
	}
	seen, err := dueSeen(c.FormValue("seen"))
	if err != nil || c.FormValue("key") == "" {
		return fiber.ErrBadRequest
	}
	id, err := s.cases.Paying.ClosePayList(c.UserContext(), u.Actor(), casework.PayOrder{
		PayTerms: terms, Seen: seen, Choice: casework.PayChoice(c.FormValue(casework.FieldPayChoice)), Aware: c.FormValue(casework.FieldPayAware) != "", Key: c.FormValue("key"),
	})
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid), errors.Is(err, apply.ErrConflict):
		return s.renderDue(c, u, terms, p, err)
	case err != nil:
		return err
	}
	return s.redirect(c, payListPath(id))
}
