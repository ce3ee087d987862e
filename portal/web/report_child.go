package web

import (
	"errors"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func reportFilePath(ref apply.Reference, part string) string {
	path := reportsPath + "/" + url.PathEscape(string(ref))
	if part != "" {
		path += "/" + part
	}
	return path
}

// fillReportChildren shows the children that a report is about, and where another is
// linked by who handles it.
func (s *Server) fillReportChildren(c *fiber.Ctx, u casework.User, f *casework.ReportFile, view *reportFilePage) {
	for _, one := range f.Children {
		view.Children = append(view.Children, s.childRow(c, one))
	}
	if f.Can(casework.StepLink) && u.May(casework.HandleReport, f.Scope()) {
		view.Find = reportFilePath(f.Number, "child")
	}
}

// showReportChild asks for the child that a report is about: its record is looked for by
// a number, never by a name, or made anew.
func (s *Server) showReportChild(c *fiber.Ctx, u casework.User) error {
	f, err := s.reportFor(c, u, casework.HandleReport)
	if err != nil {
		return err
	}
	if !f.Can(casework.StepLink) {
		return s.redirect(c, reportFilePath(f.Number, ""))
	}
	return s.renderChildForm(c, s.newReportChild(c, u, f), nil)
}

// reportFor opens the report of the address for who may do this with it.
func (s *Server) reportFor(c *fiber.Ctx, u casework.User, needs casework.Action) (*casework.ReportFile, error) {
	ref, ok := apply.ParseReference(c.Params("ref"))
	if !ok {
		return nil, fiber.ErrNotFound
	}
	f, err := s.cases.Reports.Report(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return nil, err
	}
	return f, s.allow(c, u, needs, f.Scope(), ref)
}

func (s *Server) newReportChild(c *fiber.Ctx, u casework.User, f *casework.ReportFile) childForm {
	t := s.words(c)
	path := reportFilePath(f.Number, "child")
	view := childForm{staffPage: s.newStaffPage(c, u, "link.title"), Action: path, Back: reportFilePath(f.Number, ""), Version: f.Version, Go: t("link.find")}
	view.Heading = view.Title
	view.Crumbs = append(view.Crumbs, crumb{t("staff.reports"), reportsPath}, crumb{t("staff.report.of", "Number", f.Number.Grouped()), view.Back})
	view.Fields = []field{{Name: "look", Label: t("link.look"), Help: t("link.look.help"), InputType: "text", Autocomplete: "off", MaxLength: 40, Width: "medium", Value: c.FormValue("look")}}
	if u.Has(casework.RegisterChild) {
		view.Lead, view.Other = t("link.lead"), childStep{Text: t("link.new"), Path: childrenPath + "/new?report=" + string(f.Number)}
	} else {
		view.Lead = t("link.lead.city")
	}
	return view
}

// linkReportChild links the report with the child of the number that was typed. A child
// that the user may not open is answered like one that is not there; the audit knows.
func (s *Server) linkReportChild(c *fiber.Ctx, u casework.User) error {
	f, err := s.reportFor(c, u, casework.HandleReport)
	if err != nil {
		return err
	}
	id, err := s.cases.Reports.LinkReport(c.UserContext(), u.Actor(), f.Number, c.FormValue("look"))
	if errors.Is(err, casework.ErrForbidden) && id != "" {
		if err := s.deny(c, u, casework.OpenChild, apply.Reference(id)); !errors.Is(err, fiber.ErrForbidden) {
			return err
		}
		err = apply.Invalid{{Field: "look", Key: casework.KeyNoSuchChild}}
	}
	return s.childWritten(c, id, "linked", s.newReportChild(c, u, f), err)
}

// childFromReport takes over what a report says of a child, for who may handle it. What
// was said of a child is often no name: then the name is left to be asked for.
func (s *Server) childFromReport(c *fiber.Ctx, u casework.User, ref apply.Reference, n casework.NewChild) (casework.NewChild, error) {
	f, err := s.cases.Reports.Report(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return n, err
	}
	if err := s.allow(c, u, casework.HandleReport, f.Scope(), ref); err != nil {
		return n, err
	}
	n.From = casework.Case{Kind: casework.ReportCase, ID: string(ref)}
	if n.Village == "" {
		n.Village = f.Said.Village
	}
	n.Details = casework.ChildDetails{Ground: casework.VillageFile}
	if looksLikeName(f.Said.Child) {
		n.Details.Name = f.Said.Child
	}
	return n, nil
}

// looksLikeName reports whether somebody wrote a name alone, and not who the child is.
func looksLikeName(s string) bool {
	odd := func(r rune) bool { return !unicode.IsLetter(r) && r != '·' && r != ' ' }
	return utf8.RuneCountInString(s) >= 2 && utf8.RuneCountInString(s) <= 4 && strings.IndexFunc(s, odd) < 0
}
