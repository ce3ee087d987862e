package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// Elder mode reads an application over one part a page, and sums it up on the last of them,
// where it is handed in. Who would rather read it in one go finds it whole as well.

// Parameters of the review: which page of it, and the version of the answers where reading
// began, so that what is handed in is what was read.
const (
	reviewAt    = "part"
	reviewRead  = "read"
	reviewWhole = "all"
)

// reading says which page of the review is shown, of how many, and what stands on it.
type reading struct {
	Number, Total int
	List          string // address of the review
	Read          string // see reviewRead
	Sum           []summaryRow
}

// Last reports whether it is handed in on this page.
func (r reading) Last() bool { return r.Number == r.Total }

// After returns the address of the next page.
func (r reading) After() string { return r.at(r.Number + 1) }

// Before returns the address of the page before; "" on the first.
func (r reading) Before() string {
	if r.Number < 2 {
		return ""
	}
	return r.at(r.Number - 1)
}

// Whole returns the address of all that is read on one page.
func (r reading) Whole() string { return r.List + "?" + reviewAt + "=" + reviewWhole }

func (r reading) at(n int) string {
	return fmt.Sprintf("%s?%s=%d&%s=%s", r.List, reviewAt, n, reviewRead, r.Read)
}

// newReading finds the page that is asked for; nil where all are shown at once. What comes
// back from the last page shows that again, or the first where the answers are others now.
func newReading(c *fiber.Ctx, list string, parts int, version string) *reading {
	wanted := c.Query(reviewAt)
	if visitOf(c).Mode != modeElder || wanted == reviewWhole {
		return nil
	}
	r := &reading{Total: parts + 1, List: list, Read: version}
	n, err := strconv.Atoi(wanted)
	switch changed := c.Response().StatusCode() == fiber.StatusConflict; {
	case changed:
		n = 1
	case c.Method() == fiber.MethodPost:
		n = r.Total
	case err != nil:
		n = 1
	}
	r.Number = min(max(n, 1), r.Total)
	if read := c.Query(reviewRead); read != "" && r.Number > 1 {
		r.Read = read
	}
	return r
}

// readOne leaves on the review what stands on one of its pages in elder mode.
func (s *Server) readOne(c *fiber.Ctx, view *reviewPage, answers apply.Answers) {
	parts := len(view.Parts)
	if len(view.Papers) > 0 {
		parts++
	}
	r := newReading(c, applyPath(view.Policy, "review"), parts, strconv.Itoa(view.Version))
	if r == nil {
		return
	}
	read, err := strconv.Atoi(cmp.Or(c.FormValue(reviewVersion), r.Read))
	if err != nil || r.Number == 1 {
		read = view.Version
	}
	view.Version, r.Read = read, strconv.Itoa(read)
	view.turnTo(r)
	switch i := r.Number - 1; {
	case r.Last():
		r.Sum = s.sumUp(c, view.draft, answers)
		view.Parts, view.Papers = nil, nil
	case i < len(view.Parts):
		view.Parts, view.Papers = view.Parts[i:i+1], nil
	default:
		view.Parts = nil
	}
}

// turnTo makes it one page of the review: one step back, another size and another language
// lead where that is meant.
func (p *reviewPage) turnTo(r *reading) {
	p.Reading = r
	if before := r.Before(); before != "" {
		p.Return, p.Back = before, before
		p.Member = "?" + strings.SplitN(r.at(r.Number), "?", 2)[1]
	}
}

// First reports whether what stands above all answers is shown.
func (p reviewPage) First() bool { return p.Reading == nil || p.Reading.Number == 1 }

// Submits reports whether it is handed in on this page.
func (p reviewPage) Submits() bool { return p.Reading == nil || p.Reading.Last() }

// summed are the answers that stand beside the button which hands an application in.
var summed = []string{apply.FieldChildName, apply.FieldGuardianName, apply.FieldTown, apply.FieldBankAccount}

func (s *Server) sumUp(c *fiber.Ctx, d draft, answers apply.Answers) []summaryRow {
	rows := []summaryRow{{Key: s.words(c)("apply.review.for"), Value: s.contentText(c, d.Policy.Title(d.Lang.Code)), Lang: d.ContentLang}}
	for _, name := range summed {
		if q, ok := d.Policy.Question(name); ok && answers[name] != "" {
			rows = append(rows, s.answerRow(d.page, q, answers[name]))
		}
	}
	return rows
}

// reviewOf returns the page of the review that shows a section of the form.
func reviewOf(c *fiber.Ctx, p *content.Policy, answers apply.Answers, section string) string {
	path := applyPath(p, "review")
	if visitOf(c).Mode != modeElder {
		return path
	}
	pages := apply.Form{Policy: p}.Pages(answers)
	i := slices.IndexFunc(pages, func(one apply.Page) bool { return one.Name == section })
	if section == apply.DocumentsPage {
		i = len(pages)
	}
	if i < 1 {
		return path
	}
	return fmt.Sprintf("%s?%s=%d", path, reviewAt, i+1)
}

// readOneOfAll leaves on the review of a household what stands on one of its pages: one part
// of one application.
func (s *Server) readOneOfAll(c *fiber.Ctx, view *householdReview) {
	var pages []reviewedApp
	for _, app := range view.Apps {
		twins := app.Twins
		add := func(one reviewedApp) {
			one.Child, one.Title, one.Lang, one.Twins = app.Child, app.Title, app.Lang, twins
			pages, twins = append(pages, one), nil
		}
		for i := range app.Parts {
			add(reviewedApp{Parts: app.Parts[i : i+1]})
		}
		if len(app.Papers) > 0 || len(app.Parts) == 0 {
			add(reviewedApp{Papers: app.Papers})
		}
	}
	now := digest(view.Versions)
	r := newReading(c, "/household/review", len(pages), now)
	if r == nil {
		return
	}
	if r.Read != now { // it was changed while it was read
		r.Number, r.Read, view.Changed = 1, now, true
	}
	view.turnTo(r)
	if !r.Last() {
		view.Apps = pages[r.Number-1 : r.Number]
		return
	}
	for _, app := range view.Apps {
		r.Sum = append(r.Sum, summaryRow{Key: app.Child, Value: app.Title, Lang: app.Lang})
	}
	view.Apps = nil
}
