package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// visitFields ask for the record of a visit at home, with the policy's own checks.
func (s *Server) visitFields(c *fiber.Ctx, p *content.Policy) []field {
	t := s.words(c)
	out := []field{
		{Name: "day", Label: t("visit.day"), Help: t("staff.audit.day.help"), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 12, Width: "short", Value: c.FormValue("day")},
		{Name: "present", Label: t("visit.present"), Help: t("visit.present.help"), InputType: "text", Autocomplete: "off", MaxLength: 100, Value: c.FormValue("present")},
	}
	for _, check := range checksOf(p) {
		f := field{Name: "check-" + check.Name, Label: s.contentText(c, check.Text), Value: c.FormValue("check-" + check.Name)}
		for _, result := range apply.VisitResults() {
			f.Options = append(f.Options, content.Option{Value: result, Label: t("visit.result." + result)})
		}
		out = append(out, f)
	}
	return append(out, field{Name: "text", Label: t("visit.seen"), Help: t("visit.seen.help"), Long: true, MaxLength: 1000, Value: c.FormValue("text")})
}

// visitOfForm is the record that was typed.
func visitOfForm(c *fiber.Ctx, p *content.Policy) *apply.Visit {
	v := &apply.Visit{Present: c.FormValue("present"), Checks: map[string]string{}}
	if day, err := auditDay(c.FormValue("day")); err == nil && !day.IsZero() {
		v.Day = day.Format("2006-01-02")
	}
	for _, check := range checksOf(p) {
		v.Checks[check.Name] = c.FormValue("check-" + check.Name)
	}
	return v
}
