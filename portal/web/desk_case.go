package web

import (
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// deskCase is a case of any kind as referrals and conferences need it.
type deskCase struct {
	casework.Case
	Number string // as people read it
	Path   string // of its page
	Scope  casework.Scope
	Over   bool
	Family bool // a family follows it, and may be told
	Groups []tickGroup
}

// deskCases says of each kind where its pages are, and how one is opened for who may do
// this with it.
var deskCases = []struct {
	kind casework.CaseKind
	path string
	open caseOpener
}{
	{casework.ApplicationCase, "/staff/applications/:ref", (*Server).applicationDeskCase},
	{casework.ReportCase, reportsPath + "/:ref", (*Server).reportDeskCase},
	{casework.ChildCase, childrenPath + "/:id", (*Server).childDeskCase},
}

// caseOpener opens the case of the address for who may do this with it.
type caseOpener func(s *Server, c *fiber.Ctx, u casework.User, needs casework.Action) (*deskCase, error)

// aboutCase gives a handler the case of the address; one that has ended is led back to.
func (s *Server) aboutCase(needs casework.Action, open caseOpener, handle func(*fiber.Ctx, casework.User, *deskCase) error) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		one, err := open(s, c, u, needs)
		if err != nil {
			return err
		}
		if one.Over {
			return s.redirect(c, one.Path)
		}
		return handle(c, u, one)
	}
}

func (s *Server) applicationDeskCase(c *fiber.Ctx, u casework.User, needs casework.Action) (*deskCase, error) {
	a, err := s.caseFor(c, u, needs)
	if err != nil {
		return nil, err
	}
	return s.ofApplication(c, a), nil
}

func (s *Server) reportDeskCase(c *fiber.Ctx, u casework.User, needs casework.Action) (*deskCase, error) {
	f, err := s.reportFor(c, u, needs)
	if err != nil {
		return nil, err
	}
	return s.ofReport(c, f), nil
}

func (s *Server) childDeskCase(c *fiber.Ctx, u casework.User, needs casework.Action) (out *deskCase, err error) {
	err = s.ofChild(needs, func(c *fiber.Ctx, _ casework.User, f casework.ChildFile) error {
		out = s.ofRecord(c, f.Child)
		return nil
	})(c, u)
	return out, err
}

// deskCaseOf opens the case of a referral for who may open that case.
func (s *Server) deskCaseOf(c *fiber.Ctx, u casework.User, of casework.Case) (*deskCase, error) {
	switch of.Kind {
	case casework.ReportCase:
		f, err := s.cases.Reports.Report(c.UserContext(), u.Actor(), apply.Reference(of.ID))
		if err != nil {
			return nil, err
		}
		return s.ofReport(c, f), nil
	case casework.ChildCase:
		f, err := s.cases.Children.OpenChild(c.UserContext(), u.Actor(), of.ID)
		return s.ofRecord(c, f.Child), err
	}
	a, err := s.cases.Desk.ApplicationByReference(c.UserContext(), apply.Reference(of.ID))
	if err != nil {
		return nil, err
	}
	return s.ofApplication(c, a), nil
}

func (s *Server) ofApplication(c *fiber.Ctx, a *apply.Application) *deskCase {
	of := caseName(a)
	return &deskCase{Case: of, Number: s.caseWords(c, of), Path: pathOfCase(of), Scope: casework.ScopeOf(a), Over: a.State.Final(), Family: true, Groups: s.answeredGroups(c, a)}
}

func (s *Server) ofReport(c *fiber.Ctx, f *casework.ReportFile) *deskCase {
	of := casework.Case{Kind: casework.ReportCase, ID: string(f.Number)}
	return &deskCase{Case: of, Number: s.caseWords(c, of), Path: pathOfCase(of), Scope: f.Scope(), Over: f.State == casework.ReportClosed, Groups: s.fieldGroups(c, of.Kind, f.Fields())}
}

func (s *Server) ofRecord(c *fiber.Ctx, one casework.Child) *deskCase {
	of := one.Case()
	return &deskCase{Case: of, Number: s.caseWords(c, of), Path: pathOfCase(of), Scope: one.Scope(), Over: !one.Closed.IsZero(), Groups: s.fieldGroups(c, of.Kind, one.Fields())}
}

// pathOfCase is where a case's own page is.
func pathOfCase(of casework.Case) string {
	switch of.Kind {
	case casework.ReportCase:
		return reportFilePath(apply.Reference(of.ID), "")
	case casework.ChildCase:
		return childPath(of.ID, "")
	case casework.EventCase:
		return eventsPath + "/" + of.ID
	}
	return casePath(apply.Reference(of.ID), "")
}

// shownID is how many characters of a child's number tell it from the others of a list.
const shownID = 8

// caseWords names a case in a list without naming a person.
func (s *Server) caseWords(c *fiber.Ctx, of casework.Case) string {
	switch of.Kind {
	case casework.ReportCase:
		return s.words(c)("staff.report.of", "Number", apply.Reference(of.ID).Grouped())
	case casework.ChildCase:
		return s.words(c)("case.child", "Number", of.ID[:min(len(of.ID), shownID)])
	}
	return apply.Reference(of.ID).Grouped()
}

// crumbOf leads back to a case. A child's record has no number that anybody knows.
func (s *Server) crumbOf(c *fiber.Ctx, of *deskCase) crumb {
	if of.Kind == casework.ChildCase {
		return crumb{s.words(c)("child.one"), of.Path}
	}
	return crumb{of.Number, of.Path}
}

// answeredGroups are what a family has answered and attached; what was left empty is not
// offered, since there is nothing to see.
func (s *Server) answeredGroups(c *fiber.Ctx, a *apply.Application) []tickGroup {
	p, ok := s.content().Library.Policy(a.Policy)
	if !ok {
		return nil
	}
	var out []tickGroup
	for _, page := range (apply.Form{Policy: p}).Pages(a.Answers) {
		g := tickGroup{Title: s.contentText(c, page.Title)}
		for _, q := range page.Questions {
			if a.Answers[q.Name] != "" {
				g.Ticks = append(g.Ticks, tick{ID: "f-field-" + q.Name, Name: "field", Value: q.Name, Label: s.contentText(c, q.Label)})
			}
		}
		out = append(out, g)
	}
	g := tickGroup{Title: s.words(c)("staff.documents")}
	for _, d := range p.Documents {
		if len(a.FilesOf(d.Name)) > 0 {
			g.Ticks = append(g.Ticks, tick{ID: "f-paper-" + d.Name, Name: "paper", Value: d.Name, Label: s.contentText(c, d.Title)})
		}
	}
	return slices.DeleteFunc(append(out, g), func(g tickGroup) bool { return len(g.Ticks) == 0 })
}

// fieldGroups are what there is of a case that no form asks.
func (s *Server) fieldGroups(c *fiber.Ctx, kind casework.CaseKind, values map[string]string) []tickGroup {
	g := tickGroup{Title: s.words(c)(fmt.Sprintf("case.fields.%s", kind))}
	for _, f := range s.content().Library.CaseFields[string(kind)] {
		if values[f.Name] != "" {
			g.Ticks = append(g.Ticks, tick{ID: "f-field-" + f.Name, Name: "field", Value: f.Name, Label: s.contentText(c, f.Label(visitOf(c).Lang.Code))})
		}
	}
	if len(g.Ticks) == 0 {
		return nil
	}
	return []tickGroup{g}
}

// givenRows puts what was ticked into words, in full: each was ticked by itself.
func (s *Server) givenRows(c *fiber.Ctx, p page, of casework.Case, policy string, fields []string, values map[string]string) []summaryRow {
	var out []summaryRow
	add := func(key, value string) {
		if value != "" {
			out = append(out, summaryRow{Key: key, Value: value})
		}
	}
	if of.Kind != casework.ApplicationCase {
		for _, f := range s.content().Library.CaseFields[string(of.Kind)] {
			if slices.Contains(fields, f.Name) {
				add(s.contentText(c, f.Label(p.Lang.Code)), s.fieldText(c, f.Name, values[f.Name]))
			}
		}
		return out
	}
	known, ok := s.content().Library.Policy(policy)
	if !ok {
		return nil
	}
	for _, name := range fields {
		if q, asked := known.Question(name); asked && values[name] != "" {
			row := s.caseAnswer(p, q, values[name], true)
			add(row.Key, row.Value)
		}
	}
	return out
}

// fieldText shows the value of a field that no form asks.
func (s *Server) fieldText(c *fiber.Ctx, name, value string) string {
	if value == "" {
		return ""
	}
	switch name {
	case "town":
		return s.placeName(c, value)
	case "band":
		return s.bandText(c, value)
	case "child_born":
		return s.dayText(c, value)
	case "report_danger":
		return s.words(c)(fmt.Sprintf("report.danger.%s", value))
	case "report_kind":
		if k, ok := s.content().Library.Reporting.Kind(value); ok {
			return s.contentText(c, k.Label.In(visitOf(c).Lang.Code))
		}
	case "guardian_relation":
		return optionText(s.relations(), value, func(text string) string { return s.contentText(c, text) })
	}
	return value
}

func optionText(options []content.Option, value string, words func(string) string) string {
	for _, o := range options {
		if o.Value == value {
			return words(o.Label)
		}
	}
	return value
}
