package web

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// childForm is a page on which something is written into a child's record: one shape
// for all of them.
type childForm struct {
	staffPage
	Action   string
	Back     string
	Heading  string
	Name     string // of the child; "" for a new one
	Lead     string
	Warn     string
	Guidance []content.Section
	Proposal string
	Fields   []field
	Hidden   []summaryRow // name and value of what is sent along
	Problems []problem
	Version  int
	Changed  bool // somebody else was quicker
	Go       string
	Ends     bool      // the record, for good
	Other    childStep // where this is not the way
}

// newChildForm begins the page of one part of a child's address; word names its
// messages.
func (s *Server) newChildForm(c *fiber.Ctx, u casework.User, f casework.ChildFile, part, word string) childForm {
	t := s.words(c)
	view := childForm{staffPage: s.newChildStaffPage(c, u, fmt.Sprintf("child.do.%s", word)), Action: childPath(f.Child.ID, part), Back: childPath(f.Child.ID, ""), Name: f.Child.Details.Name, Version: f.Child.Version}
	view.Crumbs = append(view.Crumbs, crumb{t("child.one"), view.Back})
	view.Heading, view.Go = view.Title, t("child.save")
	return view
}

// renderChildForm shows the page with what is wrong with it.
func (s *Server) renderChildForm(c *fiber.Ctx, view childForm, invalid apply.Invalid) error {
	view.Problems = s.noteProblems(c, view.Fields, invalid)
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	if view.Changed {
		c.Status(fiber.StatusConflict)
	}
	return s.render(c, "child-form", view)
}

// childWritten answers a post: back to the child if it is written, else the page again
// with everything that was typed.
func (s *Server) childWritten(c *fiber.Ctx, id, done string, view childForm, err error) error {
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderChildForm(c, view, invalid)
	case errors.Is(err, apply.ErrConflict):
		view.Changed = true
		return s.renderChildForm(c, view, nil)
	case err != nil:
		return err
	}
	return s.redirect(c, childPath(id, "")+"?done="+done)
}

// postedVersion is the version of the record that the page was made from.
func postedVersion(c *fiber.Ctx) (int, error) {
	v, err := strconv.Atoi(c.FormValue("version"))
	if err != nil || v < 1 {
		return 0, fiber.ErrBadRequest
	}
	return v, nil
}

// childFields ask for what the register says of a child; n is what it is so far.
func (s *Server) childFields(c *fiber.Ctx, u casework.User, n casework.NewChild) []field {
	t, d := s.words(c), n.Details
	relation := field{Name: "relation", Label: t("child.relation"), Value: c.FormValue("relation", d.Relation)}
	for _, o := range s.relations() {
		relation.Options = append(relation.Options, content.Option{Value: o.Value, Label: s.contentText(c, o.Label)})
	}
	ground := field{Name: "ground", Label: t("child.ground"), Help: t("child.ground.help"), Value: c.FormValue("ground", string(d.Ground))}
	for _, g := range casework.Grounds() {
		ground.Options = append(ground.Options, content.Option{Value: string(g), Label: t(fmt.Sprintf("child.ground.%s", g))})
	}
	village := field{Name: "village", Label: t("child.village"), InputType: "text", Autocomplete: "off", MaxLength: 30, Width: "medium", Value: c.FormValue("village", n.Village)}
	if u.Role == casework.Director && len(u.Villages()) > 1 {
		for _, v := range u.Villages() {
			village.Options = append(village.Options, content.Option{Value: v, Label: v})
		}
	}
	typed := func(name, kind, label, value string, optional bool) field {
		f := inputs[kind]
		f.Name, f.Label, f.Value, f.Optional, f.Autocomplete = name, t(label), c.FormValue(name, value), optional, "off"
		return f
	}
	id := typed("resident_id", "resident-id", "child.id", d.ResidentID, true)
	id.Help = t("child.id.help")
	born := typed("born", "date", "child.born", d.Born, true)
	born.Help = t("child.born.help")
	return []field{
		typed("name", "name", "child.name", d.Name, false), id, born, village,
		typed("guardian", "name", "child.guardian", d.Guardian, false), relation, typed("phone", "phone", "child.phone", d.Phone, true), ground,
	}
}

func postedChild(c *fiber.Ctx, town string) casework.NewChild {
	return casework.NewChild{Town: c.FormValue("town", town), Village: c.FormValue("village"), Details: casework.ChildDetails{
		Name: c.FormValue("name"), ResidentID: c.FormValue("resident_id"), Born: c.FormValue("born"),
		Guardian: c.FormValue("guardian"), Relation: c.FormValue("relation"), Phone: c.FormValue("phone"), Ground: casework.Ground(c.FormValue("ground")),
	}}
}

// showNewChild asks for a child; of an application it is named in ?from, it takes over
// what the family has said.
func (s *Server) showNewChild(c *fiber.Ctx, u casework.User) error {
	id, err := s.cases.Children.NewChildID()
	if err != nil {
		return err
	}
	n := casework.NewChild{Town: u.Area}
	if v := u.Villages(); len(v) == 1 {
		n.Village = v[0]
	}
	if ref, ok := apply.ParseReference(c.Query("from")); ok {
		if n, err = s.childFromApplication(c, u, ref); err != nil {
			return err
		}
	}
	if ref, ok := apply.ParseReference(c.Query("report")); ok {
		if n, err = s.childFromReport(c, u, ref, n); err != nil {
			return err
		}
	}
	return s.renderChildForm(c, s.newRegistration(c, u, id, n), nil)
}

// childFromApplication takes over what the family has said, for who may open it.
func (s *Server) childFromApplication(c *fiber.Ctx, u casework.User, ref apply.Reference) (casework.NewChild, error) {
	a, err := s.cases.Desk.OpenForStaff(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return casework.NewChild{}, err
	}
	n := casework.NewChild{Town: a.Answers[apply.FieldTown], From: caseName(a)}
	n.Details = casework.ChildDetails{
		Name: a.Answers[apply.FieldChildName], ResidentID: a.Answers[apply.FieldChildID], Guardian: a.Answers[apply.FieldGuardianName],
		Relation: a.Answers[apply.FieldRelation], Phone: a.Answers["guardian_phone"], Ground: casework.GuardianAgreed,
	}
	return n, nil
}

func (s *Server) newRegistration(c *fiber.Ctx, u casework.User, id string, n casework.NewChild) childForm {
	t := s.words(c)
	view := childForm{staffPage: s.newChildStaffPage(c, u, "child.new"), Action: childrenPath + "/new", Back: childrenPath, Lead: t("child.new.lead"), Go: t("child.new.go"), Version: 1}
	view.Heading = view.Title
	view.Hidden = []summaryRow{{Key: "id", Value: id}}
	switch n.From.Kind {
	case casework.ApplicationCase:
		view.Hidden = append(view.Hidden, summaryRow{Key: "from", Value: n.From.ID})
	case casework.ReportCase:
		view.Hidden = append(view.Hidden, summaryRow{Key: "report", Value: n.From.ID})
		view.Back = reportFilePath(apply.Reference(n.From.ID), "child")
	}
	view.Fields = s.childFields(c, u, n)
	return view
}

func (s *Server) registerChild(c *fiber.Ctx, u casework.User) error {
	id, n := c.FormValue("id"), postedChild(c, u.Area)
	n.Town = u.Area
	if ref, ok := apply.ParseReference(c.FormValue("from")); ok {
		if _, err := s.childFromApplication(c, u, ref); err != nil { // which asks whether the user may
			return err
		}
		n.From = casework.Case{Kind: casework.ApplicationCase, ID: string(ref)}
	}
	if ref, ok := apply.ParseReference(c.FormValue("report")); ok { // which the store judges
		n.From = casework.Case{Kind: casework.ReportCase, ID: string(ref)}
	}
	err := s.cases.Children.RegisterChild(c.UserContext(), u.Actor(), id, n)
	return s.childWritten(c, id, "registered", s.newRegistration(c, u, id, n), err)
}

func (s *Server) childEdit(c *fiber.Ctx, u casework.User, f casework.ChildFile) childForm {
	view := s.newChildForm(c, u, f, "edit", "edit")
	view.Fields = s.childFields(c, u, casework.NewChild{Town: f.Child.Town, Village: f.Child.Village, Details: f.Child.Details})
	if u.Role == casework.Supervisor { // who may hand a child over to another town
		view.Fields = append([]field{s.townField(c, c.FormValue("town", f.Child.Town), false)}, view.Fields...)
	}
	return view
}

func (s *Server) showChildEdit(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	return s.renderChildForm(c, s.childEdit(c, u, f), nil)
}

func (s *Server) editChild(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	version, err := postedVersion(c)
	if err != nil {
		return err
	}
	err = s.cases.Children.EditChild(c.UserContext(), u.Actor(), f.Child.ID, version, postedChild(c, f.Child.Town))
	return s.childWritten(c, f.Child.ID, "edited", s.childEdit(c, u, f), err)
}

func (s *Server) childClose(c *fiber.Ctx, u casework.User, f casework.ChildFile) childForm {
	t := s.words(c)
	view := s.newChildForm(c, u, f, "close", "close")
	view.Lead = t("child.close.lead", "Date", s.day(c, s.now().Add(casework.ChildLasts)))
	why := field{Name: "why", Label: t("child.why"), Value: c.FormValue("why")}
	for _, w := range casework.Closings() {
		why.Options = append(why.Options, content.Option{Value: string(w), Label: t(fmt.Sprintf("child.why.%s", w))})
	}
	view.Fields, view.Go, view.Ends = []field{why}, t("child.do.close"), true
	return view
}

func (s *Server) showChildClose(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	return s.renderChildForm(c, s.childClose(c, u, f), nil)
}

func (s *Server) closeChild(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	version, err := postedVersion(c)
	if err != nil {
		return err
	}
	err = s.cases.Children.CloseChild(c.UserContext(), u.Actor(), f.Child.ID, version, casework.Closing(c.FormValue("why")))
	return s.childWritten(c, f.Child.ID, "closed", s.childClose(c, u, f), err)
}

// today is the day as people type it.
func (s *Server) today() string { return s.now().In(apply.China).Format(time.DateOnly) }
