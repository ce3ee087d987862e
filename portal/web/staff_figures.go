package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Figures counts what the desk has done and what waits for it.
type Figures interface {
	CaseFigures(ctx context.Context, by apply.Actor, q casework.FiguresQuery) (casework.CaseCounts, error)
	AccessFigures(ctx context.Context, by apply.Actor, q casework.FiguresQuery) (casework.AccessCounts, error)
}

const figuresPath = "/staff/figures"

func (s *Server) figureRoutes() []deskRoute {
	return []deskRoute{
		{fiber.MethodGet, figuresPath, casework.ReadFigures, s.showFigures, 0},
		{fiber.MethodGet, figuresPath + "/list.csv", casework.ExportFigures, s.sendFigures, 0},
	}
}

type figuresPage struct {
	staffPage
	Whose   string // the town, or the whole city
	Counted string
	Periods []deskLink
	Figures []figurePart
	File    string
}

// figurePart is a table of figures with its drawing.
type figurePart struct {
	ID, Title, About string
	First            string // head of the first column
	Columns          []string
	Rows             []figureRow
	Total            []string // empty for none
	TotalName        string
	Chart            *chart
	// Groups stand for the rows where there are hundreds: one fold for each town.
	Groups []figureGroup
}

// figureGroup is a town's part of a table.
type figureGroup struct {
	Said  string
	Table figurePart
}

type figureRow struct {
	Label string
	Cells []figureCell
}

type figureCell struct{ Column, Text string }

// chart is a drawing of a table's first column. The table says the same and more.
type chart struct {
	ID, About string // the heading with this ID is its name
	Height    string
	Bars      []bar
}

// bar has places in em, so that it grows with the text of each mode.
type bar struct{ Label, Value, Text, Top, Width string }

// shownFigures is what the user may see of the period: the cases, the audit or both.
type shownFigures struct {
	query casework.FiguresQuery
	at    time.Time
	all   []*casework.Figures
}

func (s *Server) figuresOf(c *fiber.Ctx, u casework.User, export bool) (shownFigures, error) {
	out := shownFigures{query: casework.FiguresQuery{Period: casework.ThisMonth, Export: export}}
	for _, p := range casework.Periods() {
		if c.Query("period") == string(p) {
			out.query.Period = p
		}
	}
	if !u.Everywhere(casework.ReadFigures) {
		out.query.Town = u.Area
	}
	weeks := casework.WeeksOf(out.query.Period.Span(s.now()), s.now())
	if u.Has(casework.ListApplications) {
		counts, err := s.cases.Figures.CaseFigures(c.UserContext(), u.Actor(), out.query)
		if err != nil {
			return out, err
		}
		out.at = counts.At
		out.all = append(out.all, casework.CaseFigures(counts, weeks, out.query.Town, s.figureNames(), s.now(), s.content().Library.Holidays))
	}
	if u.Has(casework.ReadAudit) {
		counts, err := s.cases.Figures.AccessFigures(c.UserContext(), u.Actor(), out.query)
		if err != nil {
			return out, err
		}
		if out.at.IsZero() {
			out.at = counts.At
		}
		out.all = append(out.all, casework.AuditFigures(counts, weeks))
	}
	return out, nil
}

// figureNames is what has a row in what is exported, even with nothing in it: a row that
// is left out would say that there was none.
func (s *Server) figureNames() casework.Names {
	names := casework.Names{Bands: content.BandNames(), Grounds: map[string][]apply.Ground{}}
	for _, p := range s.content().Library.Policies {
		if len(p.Questions) > 0 {
			names.Policies = append(names.Policies, p.Slug)
			names.Grounds[p.Slug] = apply.GroundsOf(p)
		}
	}
	for _, o := range s.towns() {
		names.Towns = append(names.Towns, o.Value)
	}
	return names
}

func (s *Server) figuresWhose(c *fiber.Ctx, q casework.FiguresQuery) string {
	if q.Town == "" {
		return s.words(c)("figures.city")
	}
	return s.townName(c, q.Town)
}

func (s *Server) showFigures(c *fiber.Ctx, u casework.User) error {
	shown, err := s.figuresOf(c, u, false)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := figuresPage{staffPage: s.newStaffPage(c, u, "figures.title"), Whose: s.figuresWhose(c, shown.query)}
	view.Counted = t("figures.counted", "At", s.moment(c, shown.at))
	view.File = figuresPath + "/list.csv?period=" + string(shown.query.Period)
	for _, p := range casework.Periods() {
		view.Periods = append(view.Periods, deskLink{t(fmt.Sprintf("figures.period.%s", p)), figuresPath + "?period=" + string(p), p == shown.query.Period})
	}
	for _, f := range shown.all {
		for _, table := range f.Tables {
			if table.Of != "" && !slices.ContainsFunc(table.Rows, func(r casework.TableRow) bool { return !r.None() }) {
				continue // one line for all policies without refusals says it
			}
			view.Figures = append(view.Figures, s.figurePart(c, table))
		}
	}
	return s.render(c, "staff-figures", view)
}

// figurePart writes a table as it is shown at the desk: without rows in which nothing is.
func (s *Server) figurePart(c *fiber.Ctx, table *casework.Table) figurePart {
	t := s.words(c)
	p := figurePart{
		ID: "figure-" + string(table.Figure), Title: s.figureTitle(c, table), TotalName: s.totalName(c, table),
		About: t(fmt.Sprintf("figures.%s.about", table.Figure)), First: t(fmt.Sprintf("figures.%s.first", table.Figure)),
	}
	for _, m := range table.Columns {
		p.Columns = append(p.Columns, t(fmt.Sprintf("figures.column.%s", m)))
	}
	if table.Of != "" {
		p.ID += "-" + table.Of
	}
	var bars []bar
	most := 0
	for _, r := range table.Rows {
		most = max(most, r.Cells[0].N)
	}
	for _, r := range table.Rows {
		if r.None() {
			continue
		}
		row := figureRow{Label: s.figureLabel(c, table, r)}
		for i, cell := range r.Cells {
			row.Cells = append(row.Cells, figureCell{p.Columns[i], figureText(cell, "")})
		}
		p.Rows = append(p.Rows, row)
		bars = append(bars, newBar(len(bars), row.Label, r.Cells[0].N, most))
	}
	for _, cell := range table.Total {
		p.Total = append(p.Total, figureText(cell, ""))
	}
	if len(bars) > 0 && most > 0 {
		p.Chart = &chart{p.ID, t("figures.chart", "Column", p.Columns[0]), em(len(bars) * barHeight), bars}
	}
	return p
}

// figureTitle names the policy, too, where the table is of one.
func (s *Server) figureTitle(c *fiber.Ctx, table *casework.Table) string {
	title := s.words(c)(fmt.Sprintf("figures.%s.title", table.Figure))
	if table.Of != "" {
		title += s.words(c)("punctuation.colon") + s.policyName(c, table.Of)
	}
	return title
}

// totalName says what the last row is of: the rows of grounds do not add up to theirs.
func (s *Server) totalName(c *fiber.Ctx, table *casework.Table) string {
	if table.Figure == casework.GroundFigure || table.Figure == casework.PolicyGroundFigure {
		return s.words(c)("figures.grounds.total")
	}
	return s.words(c)("figures.total")
}

func (s *Server) figureLabel(c *fiber.Ctx, table *casework.Table, r casework.TableRow) string {
	t := s.words(c)
	switch table.Figure {
	case casework.GroundFigure, casework.PolicyGroundFigure:
		return s.groundName(c, table.Of, r.Key)
	case casework.PolicyFigure, casework.TimeFigure, casework.RefusalFigure:
		return s.policyName(c, r.Key)
	case casework.TownFigure, casework.TownGroundFigure:
		return s.townName(c, r.Key)
	case casework.AgeFigure:
		return t(fmt.Sprintf("figures.age.%s", r.Key))
	case casework.BandFigure:
		return s.bandText(c, r.Key)
	case casework.AccessFigure:
		return t(fmt.Sprintf("staff.action.%s", r.Key))
	}
	return t("figures.week", "Date", s.day(c, r.Week))
}

// figureText writes a number, or the word for one that is hidden.
func figureText(c *casework.Cell, hidden string) string {
	switch {
	case c.Hidden:
		return hidden
	case c.Of != nil && c.Of.N == 0: // a median of nothing
		return ""
	}
	return strconv.Itoa(c.N)
}

// A bar's line in tenths of an em, and how wide in percent the longest bar is, behind
// which its number stands.
const (
	barHeight = 34
	barTop    = 17
	barMost   = 80
	barLabel  = 10 // wide characters; the table has the whole words
)

func newBar(i int, label string, n, most int) bar {
	return bar{
		Label: shortLabel(label), Value: strconv.Itoa(n), Text: em(i*barHeight + 13), Top: em(i*barHeight + barTop),
		Width: strconv.Itoa(n*barMost/max(most, 1)) + "%",
	}
}

func em(tenths int) string { return strconv.FormatFloat(float64(tenths)/10, 'f', 1, 64) + "em" }

// shortLabel cuts a label to what has room on a handset in large letters.
func shortLabel(s string) string {
	width := 0
	for i, r := range s {
		if width++; r > 0x2e7f {
			width++
		}
		if width > 2*barLabel {
			return strings.TrimSpace(s[:i]) + "…"
		}
	}
	return s
}

// sendFigures sends the tables as a file for spreadsheets. Small numbers are hidden in
// it, whoever asks: it leaves the desk.
func (s *Server) sendFigures(c *fiber.Ctx, u casework.User) error {
	shown, err := s.figuresOf(c, u, true)
	if err != nil {
		return err
	}
	t := s.words(c)
	rows := [][]string{
		{t("figures.title"), s.figuresWhose(c, shown.query), t(fmt.Sprintf("figures.period.%s", shown.query.Period)), t("figures.counted", "At", s.moment(c, shown.at))},
		{t("figures.hidden.about", "Least", casework.LeastShown)},
	}
	for _, f := range shown.all {
		f.Protect()
		for _, table := range f.Tables {
			rows = append(rows, s.figureLines(c, table)...)
		}
	}
	return sendRows(c, "figures.csv", rows)
}

func (s *Server) figureLines(c *fiber.Ctx, table *casework.Table) [][]string {
	t := s.words(c)
	head := []string{t(fmt.Sprintf("figures.%s.first", table.Figure))}
	for _, m := range table.Columns {
		head = append(head, t(fmt.Sprintf("figures.column.%s", m)))
	}
	out := [][]string{{""}, {s.figureTitle(c, table)}, head}
	line := func(label string, cells []*casework.Cell) {
		row := []string{label}
		for _, cell := range cells {
			row = append(row, figureText(cell, t("figures.hidden")))
		}
		out = append(out, row)
	}
	for _, r := range table.Rows {
		line(s.figureLabel(c, table, r), r.Cells)
	}
	line(s.totalName(c, table), table.Total)
	return out
}
