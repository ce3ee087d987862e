package web

import (
	"crypto/rand"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

type staffReportPage struct {
	staffPage
	Fields   []field
	Problems []problem
	Key      string
	Child    string // to which it is linked
	Number   string // of the report that was kept
	Path     string // of it, where the user may open it
	Within   string
	Failed   bool
	Busy     bool
	Photos   photosForm // for who does not get to see the report
}

// showStaffReport is the form for members of staff, who must report as others do.
func (s *Server) showStaffReport(c *fiber.Ctx, u casework.User) error {
	return s.renderStaffReport(c, u, telling{key: rand.Text(), values: map[string]string{"town": u.Area}}, nil)
}

func (s *Server) renderStaffReport(c *fiber.Ctx, u casework.User, now telling, kept *casework.Report) error {
	t := s.words(c)
	view := staffReportPage{staffPage: s.newStaffPage(c, u, "staff.report.new"), Key: now.key}
	standard := view.page
	standard.Mode = modeStandard // all questions on one page
	for _, f := range s.reportForm(c, standard, now) {
		if f.Name == "contact" { // the name is known
			f = field{Name: "link", Label: t("staff.report.link"), Help: t("staff.report.link.help"), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 24, Width: "medium", Optional: true, Value: c.FormValue("link")}
		}
		view.Fields = append(view.Fields, f)
	}
	view.Problems = s.noteProblems(c, view.Fields, now.invalid)
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	if kept != nil {
		view.Number = kept.Number.Grouped()
		view.Within = t("report.done.within", "Minutes", int(kept.Due.Sub(kept.Received).Minutes()), "Time", kept.Due.In(apply.China).Format("15:04"))
		if u.May(casework.OpenReport, kept.Scope()) {
			view.Path = reportsPath + "/" + string(kept.Number)
		} else {
			view.Photos = photosForm{string(kept.Number), string(kept.Code), s.photoField(c)}
		}
	}
	return s.render(c, "staff-report-new", view)
}

func (s *Server) takeStaffReport(c *fiber.Ctx, u casework.User) error {
	now := s.readReport(c)
	r := s.report(now)
	r.Sender, r.Said.Reporter, r.Said.Contact = u.ID, u.Name, ""
	if linked, ok := apply.ParseReference(c.FormValue("link")); ok {
		r.Link = casework.Case{Kind: casework.ApplicationCase, ID: string(linked)}
	}
	if now.invalid = invalidOf(r.Check(s.knownKind)); len(now.invalid) > 0 {
		return s.renderStaffReport(c, u, now, nil)
	}
	kept, err := s.cases.ReportBox.SendReport(c.UserContext(), r, s.reportWithin(r.Danger))
	if err != nil {
		return err
	}
	return s.renderStaffReport(c, u, now, kept)
}
