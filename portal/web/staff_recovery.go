package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Fields of the form for new recovery codes. The page asks for a password and a code for
// other things, too.
const (
	renewPassword = "renew-password"
	renewCode     = "renew-code"
)

func (s *Server) renewFields(c *fiber.Ctx) []field {
	t := s.words(c)
	return []field{
		{Name: renewPassword, Label: t("staff.password.now"), InputType: "password", Autocomplete: "current-password", MaxLength: 200, Width: "medium"},
		{Name: renewCode, Label: t("staff.factor.code"), InputType: "text", InputMode: "numeric", Autocomplete: "one-time-code", MaxLength: 20, Width: "short"},
	}
}

// renewRecovery shows new recovery codes in the answer to the post itself, since they
// must stand in no address and nowhere else.
func (s *Server) renewRecovery(c *fiber.Ctx, u casework.User) error {
	codes, err := s.cases.Factors.RenewRecovery(c.UserContext(), u.Actor(), c.FormValue(renewPassword), c.FormValue(renewCode))
	var invalid apply.Invalid
	var locked *apply.LockedError
	switch {
	case errors.As(err, &locked):
		return s.renderAccount(c, u, apply.Invalid{{Field: renewCode, Key: "staff.factor.locked"}})
	case errors.As(err, &invalid):
		return s.renderAccount(c, u, apply.Invalid{{Field: renewPassword, Key: invalid[0].Key}})
	case errors.Is(err, apply.ErrNotFound):
		return s.renderAccount(c, u, apply.Invalid{{Field: renewCode, Key: "staff.factor.wrong"}})
	case err != nil:
		return err
	}
	view := s.enrolPage(c, u)
	for _, code := range codes {
		view.Codes = append(view.Codes, code.Grouped())
	}
	return s.render(c, "staff-factor", view)
}
