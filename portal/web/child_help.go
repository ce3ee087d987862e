package web

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// ChildHelp keeps helpers, visits and temporary guardianship.
type ChildHelp interface {
	Helpers(ctx context.Context, by apply.Actor, at casework.Scope) ([]casework.User, error)
	SetHelper(ctx context.Context, by apply.Actor, child string, version int, h casework.HelperChange) error
	RecordVisit(ctx context.Context, by apply.Actor, child string, version int, n casework.NewVisit) error
	BeginCustody(ctx context.Context, by apply.Actor, child string, version int, n casework.NewEpisode) error
	GoOnWithCustody(ctx context.Context, by apply.Actor, child string, version int, step casework.EpisodeStep) error
}

// volunteer is the choice of a helper who is not of the desk, nobody that of none.
const (
	volunteer = "volunteer"
	nobody    = "nobody"
)

func (s *Server) helperForm(c *fiber.Ctx, u casework.User, f casework.ChildFile) (childForm, error) {
	t := s.words(c)
	view := s.newChildForm(c, u, f, "helper", "helper")
	if f.Child.VisitDays > 0 {
		view.Lead = t("child.helper.wanted", "Band", s.bandText(c, f.Child.Band), "Days", f.Child.VisitDays)
	} else {
		view.Lead = t("child.helper.free")
	}
	people, err := s.cases.ChildHelp.Helpers(c.UserContext(), u.Actor(), f.Child.Scope())
	if err != nil {
		return view, err
	}
	who := field{Name: "helper", Label: t("child.helper.who"), Value: c.FormValue("helper")}
	for _, p := range people {
		if p.ID != f.Child.HelperID {
			who.Options = append(who.Options, content.Option{Value: p.ID, Label: p.Name, Help: strings.TrimSpace(t(fmt.Sprintf("staff.role.%s", p.Role)) + " " + p.Village)})
		}
	}
	who.Options = append(who.Options, content.Option{Value: volunteer, Label: t("child.helper.volunteer")})
	if helper, ok := f.Helper(); ok {
		view.Lead += " " + t("child.helper.now", "Name", helperName(f, helper))
		if f.Child.VisitDays == 0 {
			who.Options = append(who.Options, content.Option{Value: nobody, Label: t("child.helper.nobody")})
		}
		view.Fields = append(view.Fields, field{Name: "reason", Label: t("child.helper.reason"), Long: true, Rows: 3, MaxLength: casework.MaxOpinion, Value: c.FormValue("reason")})
	}
	name, phone := inputs["name"], inputs["phone"]
	name.Name, name.Label, name.Optional, name.Value, name.Autocomplete = "volunteer", t("child.helper.name"), true, c.FormValue("volunteer"), "off"
	name.Help = t("child.helper.name.help")
	phone.Name, phone.Label, phone.Optional, phone.Value, phone.Autocomplete = "phone", t("child.helper.phone"), true, c.FormValue("phone"), "off"
	view.Fields = append(view.Fields, who, name, phone)
	return view, nil
}

func (s *Server) showHelper(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	view, err := s.helperForm(c, u, f)
	if err != nil {
		return err
	}
	return s.renderChildForm(c, view, nil)
}

func (s *Server) setHelper(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	version, err := postedVersion(c)
	if err != nil {
		return err
	}
	view, err := s.helperForm(c, u, f)
	if err != nil {
		return err
	}
	h := casework.HelperChange{Reason: c.FormValue("reason")}
	switch chosen := c.FormValue("helper"); chosen {
	case volunteer:
		h.Next = casework.Helper{Name: c.FormValue("volunteer"), Phone: c.FormValue("phone")}
		if h.Next.Name == "" {
			return s.childWritten(c, f.Child.ID, "", view, apply.Invalid{{Field: "volunteer", Key: apply.KeyRequired}})
		}
	case nobody:
	case "":
		return s.childWritten(c, f.Child.ID, "", view, apply.Invalid{{Field: "helper", Key: apply.KeyChoose}})
	default:
		h.UserID = chosen
	}
	err = s.cases.ChildHelp.SetHelper(c.UserContext(), u.Actor(), f.Child.ID, version, h)
	if errors.Is(err, apply.ErrNotFound) { // somebody made up a helper
		err = apply.Invalid{{Field: "helper", Key: apply.KeyChoose}}
	}
	return s.childWritten(c, f.Child.ID, "helper", view, err)
}

func (s *Server) visitForm(c *fiber.Ctx, u casework.User, f casework.ChildFile) childForm {
	t := s.words(c)
	view := s.newChildForm(c, u, f, "visit", "visit")
	view.Lead, view.Warn = t("child.visit.lead"), t("child.visit.warn")
	day := inputs["date"]
	day.Name, day.Label, day.Help, day.Value = "day", t("child.visit.day"), t("child.visit.day.help"), c.FormValue("day", s.today())
	long := func(name, label, help string) field {
		return field{Name: name, Label: label, Help: help, Long: true, Rows: 3, MaxLength: casework.MaxOpinion, Value: c.FormValue(name)}
	}
	view.Fields = []field{
		day, {Name: "seen", Label: t("child.visit.seen"), Help: t("child.visit.seen.help"), InputType: "text", Autocomplete: "off", MaxLength: 100, Value: c.FormValue("seen")},
		long("did", t("child.visit.did"), ""),
		{Name: "safe", Label: t("child.visit.safe"), Value: c.FormValue("safe"), Options: []content.Option{{Value: "yes", Label: t("child.safe.yes")}, {Value: "no", Label: t("child.safe.no")}}},
		long("next", t("child.visit.next"), t("child.visit.next.help")),
	}
	return view
}

func (s *Server) showVisit(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	return s.renderChildForm(c, s.visitForm(c, u, f), nil)
}

func (s *Server) recordVisit(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	version, err := postedVersion(c)
	if err != nil {
		return err
	}
	n := casework.NewVisit{Day: c.FormValue("day"), Seen: c.FormValue("seen"), Did: c.FormValue("did"), Safe: c.FormValue("safe"), Next: c.FormValue("next")}
	err = s.cases.ChildHelp.RecordVisit(c.UserContext(), u.Actor(), f.Child.ID, version, n)
	done := "visit"
	if n.Safe == "no" {
		done = "unsafe"
	}
	return s.childWritten(c, f.Child.ID, done, s.visitForm(c, u, f), err)
}

// custodyForm begins an episode, or goes on with the one that lasts.
func (s *Server) custodyForm(c *fiber.Ctx, u casework.User, f casework.ChildFile) childForm {
	t := s.words(c)
	view := s.newChildForm(c, u, f, "custody", "custody")
	view.Lead = t("child.custody.lead")
	date := func(name, label string) field {
		d := inputs["date"]
		d.Name, d.Label, d.Help, d.Value = name, label, t("child.visit.day.help"), c.FormValue(name)
		return d
	}
	place := field{Name: "place", Label: t("child.custody.place"), Value: c.FormValue("place")}
	for _, p := range casework.CustodyPlaces() {
		place.Options = append(place.Options, content.Option{Value: string(p), Label: t(fmt.Sprintf("child.custody.place.%s", p))})
	}
	note := field{Name: "note", Label: t("child.custody.note"), Long: true, MaxLength: casework.MaxOpinion, Value: c.FormValue("note")}
	if f.Child.InCustody.IsZero() {
		ground := field{Name: "ground", Label: t("child.custody.ground"), Help: t("child.custody.ground.help"), Value: c.FormValue("ground")}
		for _, g := range casework.CustodyGrounds() {
			ground.Options = append(ground.Options, content.Option{Value: string(g), Label: t(fmt.Sprintf("child.custody.ground.%s", g))})
		}
		view.Fields = []field{ground, place, date("began", t("child.custody.began")), date("review", t("child.custody.review")), note}
		return view
	}
	end := field{Name: "end", Label: t("child.custody.end"), Value: c.FormValue("end"), Options: []content.Option{{Value: "review", Label: t("child.custody.goes-on")}}}
	for _, e := range casework.CustodyEnds() {
		end.Options = append(end.Options, content.Option{Value: string(e), Label: t(fmt.Sprintf("child.custody.end.%s", e))})
	}
	review := date("review", t("child.custody.review"))
	review.Optional, place.Optional = true, true
	place.Help, review.Help = t("child.custody.only"), t("child.custody.only")
	view.Lead, view.Fields = t("child.custody.lasts"), []field{end, place, review, note}
	return view
}

func (s *Server) showCustody(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	return s.renderChildForm(c, s.custodyForm(c, u, f), nil)
}

func (s *Server) keepCustody(c *fiber.Ctx, u casework.User, f casework.ChildFile) error {
	version, err := postedVersion(c)
	if err != nil {
		return err
	}
	place, review, note := casework.CustodyPlace(c.FormValue("place")), c.FormValue("review"), c.FormValue("note")
	switch end := c.FormValue("end"); {
	case f.Child.InCustody.IsZero():
		err = s.cases.ChildHelp.BeginCustody(c.UserContext(), u.Actor(), f.Child.ID, version, casework.NewEpisode{
			Ground: casework.CustodyGround(c.FormValue("ground")), Place: place, Began: c.FormValue("began"), Review: review, Note: note,
		})
	case end == "":
		err = apply.Invalid{{Field: "end", Key: apply.KeyChoose}}
	case end == "review":
		err = s.cases.ChildHelp.GoOnWithCustody(c.UserContext(), u.Actor(), f.Child.ID, version, casework.EpisodeStep{Place: place, Review: review, Note: note})
	default:
		err = s.cases.ChildHelp.GoOnWithCustody(c.UserContext(), u.Actor(), f.Child.ID, version, casework.EpisodeStep{End: casework.CustodyEnd(end), Note: note})
	}
	return s.childWritten(c, f.Child.ID, "custody", s.custodyForm(c, u, f), err)
}
