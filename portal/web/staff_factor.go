package web

import (
	"errors"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// factorIssuer is the site's name in authenticator apps.
const factorIssuer = "惠童"

// factorPage asks for a code of the second factor, sets it up, or shows the recovery
// codes once it is. Who is not quite signed in has no way through the desk on it.
type factorPage struct {
	staffPage
	Action   string
	Enrol    bool
	Must     bool          // the role needs one
	QR       template.HTML // of the secret, while it is set up
	Secret   string        // the same to be typed
	Code     field
	Problems []problem
	Codes    []string // recovery codes, shown once
}

// halfway returns who owes the second factor; everybody else is sent to sign in.
func (s *Server) halfway(c *fiber.Ctx) (casework.User, casework.Step, apply.Token, error) {
	token := apply.Token(c.Cookies(s.cookieName(sessionCookie)))
	u, step, err := s.cases.Factors.Halfway(c.UserContext(), token)
	return u, step, token, err
}

func (s *Server) showFactor(c *fiber.Ctx) error {
	u, step, _, err := s.halfway(c)
	switch {
	case errors.Is(err, apply.ErrNotFound):
		return s.redirect(c, "/staff")
	case err != nil:
		return err
	}
	return s.renderFactor(c, s.halfwayPage(c, step), u, nil)
}

// sendFactor takes a code of who has given the right password.
func (s *Server) sendFactor(c *fiber.Ctx) error {
	u, step, token, err := s.halfway(c)
	switch {
	case errors.Is(err, apply.ErrNotFound):
		return s.redirect(c, "/staff")
	case err != nil:
		return err
	}
	view := s.halfwayPage(c, step)
	if step == casework.NeedsApp {
		return s.confirmFactor(c, view, u, token)
	}
	next, err := s.cases.Factors.PassFactor(c.UserContext(), token, c.FormValue("code"))
	if err != nil {
		return s.renderFactor(c, view, u, err)
	}
	s.setSession(c, next)
	return s.redirect(c, "/staff")
}

func (s *Server) halfwayPage(c *fiber.Ctx, step casework.Step) factorPage {
	view := factorPage{staffPage: staffPage{page: s.page(c, "staff.factor")}, Action: "/staff/factor", Enrol: step == casework.NeedsApp, Must: true}
	view.onDesk()
	return view
}

// confirmFactor takes the first code of an app and shows the recovery codes. They are
// shown in the answer to the post itself, since they must stand in no address and
// nowhere else.
func (s *Server) confirmFactor(c *fiber.Ctx, view factorPage, u casework.User, token apply.Token) error {
	codes, next, err := s.cases.Factors.ConfirmFactor(c.UserContext(), token, c.FormValue("code"))
	if errors.Is(err, apply.ErrConflict) { // set up in another window
		return s.redirect(c, "/staff")
	}
	if err != nil {
		return s.renderFactor(c, view, u, err)
	}
	s.setSession(c, next)
	for _, code := range codes {
		view.Codes = append(view.Codes, code.Grouped())
	}
	return s.render(c, "staff-factor", view)
}

// renderFactor shows the page, with what was wrong with a code.
func (s *Server) renderFactor(c *fiber.Ctx, view factorPage, u casework.User, wrong error) error {
	t := s.words(c)
	view.Code = field{
		Name: "code", Label: t("staff.factor.code"), Help: t("staff.factor.code.help"), InputType: "text", InputMode: "numeric",
		Autocomplete: "one-time-code", MaxLength: 20, Width: "short",
	}
	if view.Enrol {
		view.Code.Help = t("staff.factor.code.first")
		secret, err := s.cases.Factors.BeginFactor(c.UserContext(), u.Actor())
		if errors.Is(err, apply.ErrConflict) {
			return s.redirect(c, "/staff")
		}
		if err != nil {
			return err
		}
		if view.QR, err = newQR(secret.URL(factorIssuer, u.Login), t("staff.factor.qr")); err != nil {
			return err
		}
		view.Secret = secret.Grouped()
	}
	var locked *apply.LockedError
	switch {
	case wrong == nil:
		return s.render(c, "staff-factor", view)
	case errors.As(wrong, &locked):
		view.Code.Error = t("staff.factor.locked")
	case errors.Is(wrong, apply.ErrNotFound):
		view.Code.Error = t("staff.factor.wrong")
	default:
		return wrong
	}
	view.Problems = []problem{{Field: view.Code.ID(), Text: view.Code.Error}}
	s.wrong(c, &view.page)
	return s.render(c, "staff-factor", view)
}

// showEnrol offers the second factor to who is signed in without one.
func (s *Server) showEnrol(c *fiber.Ctx, u casework.User) error {
	return s.renderFactor(c, s.enrolPage(c, u), u, nil)
}

func (s *Server) enrol(c *fiber.Ctx, u casework.User) error {
	return s.confirmFactor(c, s.enrolPage(c, u), u, apply.Token(c.Cookies(s.cookieName(sessionCookie))))
}

func (s *Server) enrolPage(c *fiber.Ctx, u casework.User) factorPage {
	view := factorPage{staffPage: s.newStaffPage(c, u, "staff.factor"), Action: accountPath + "/factor", Enrol: true}
	view.Crumbs = append(view.Crumbs, crumb{s.words(c)("staff.account"), accountPath})
	return view
}
