package web

import (
	"cmp"
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

type signInPage struct {
	page
	Fields   []field
	Problems []problem
	Welcome  bool // the password has just been set
	Changed  bool // or changed
	Outside  bool // the city's own accounts can sign in, too
}

func (s *Server) newSignIn(c *fiber.Ctx) signInPage {
	t := s.words(c)
	p := signInPage{page: s.page(c, "staff.sign-in"), Welcome: c.Query("welcome") == "1", Changed: c.Query("changed") == "1"}
	p.onDesk()
	p.Outside = s.signOn != nil
	p.Fields = []field{
		{Name: "login", Label: t("staff.login"), InputType: "text", Autocomplete: "username", MaxLength: 64, Width: "medium", Value: c.FormValue("login")},
		{Name: "password", Label: t("staff.password"), InputType: "password", Autocomplete: "current-password", MaxLength: 200, Width: "medium"},
	}
	return p
}

func (s *Server) signIn(c *fiber.Ctx) error {
	step, token, err := s.cases.Accounts.SignIn(c.UserContext(), casework.Attempt{
		Login: c.FormValue("login"), Password: c.FormValue("password"), Client: c.IP(), Device: device(c.Get(fiber.HeaderUserAgent)),
	})
	if err == nil {
		s.setSession(c, token)
		if step != casework.SignedIn {
			return s.redirect(c, "/staff/factor")
		}
		return s.redirect(c, "/staff")
	}
	var locked *apply.LockedError
	p := s.newSignIn(c)
	switch {
	case errors.As(err, &locked):
		p.Fields[0].Error = s.words(c)("staff.sign-in.locked")
	case errors.Is(err, apply.ErrNotFound):
		p.Fields[0].Error = s.words(c)("staff.sign-in.wrong")
	default:
		return err
	}
	p.Problems = []problem{{Field: p.Fields[0].ID(), Text: p.Fields[0].Error}}
	s.wrong(c, &p.page)
	return s.render(c, "staff-sign-in", p)
}

// setSession lets the browser be signed in, or go on to be. There is no Max-Age: the
// session ends with the browser, and with its own limits.
func (s *Server) setSession(c *fiber.Ctx, token apply.Token) {
	c.Cookie(&fiber.Cookie{
		Name: s.cookieName(sessionCookie), Value: string(token), Path: "/", SessionOnly: true,
		Secure: s.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteStrictMode,
	})
}

func (s *Server) signOut(c *fiber.Ctx) error {
	if err := s.cases.Accounts.SignOut(c.UserContext(), apply.Token(c.Cookies(s.cookieName(sessionCookie)))); err != nil {
		return err
	}
	s.dropCookie(c, s.cookieName(sessionCookie))
	// Also what a director keeps on the device to work without a network, see doc 0033.
	c.Set("Clear-Site-Data", `"cache", "storage"`)
	return s.redirect(c, "/staff")
}

type setupPage struct {
	page
	Role     string
	Token    string
	Fields   []field
	Problems []problem
}

// showSetup lets who was invited choose login and password, once.
func (s *Server) showSetup(c *fiber.Ctx) error {
	return s.renderSetup(c, c.Query("token"), nil)
}

func (s *Server) renderSetup(c *fiber.Ctx, token string, invalid apply.Invalid) error {
	invite, err := s.cases.Accounts.InviteByToken(c.UserContext(), apply.Token(token))
	if err != nil {
		return err
	}
	t := s.words(c)
	p := setupPage{page: s.page(c, "staff.setup"), Role: string(invite.Role), Token: token}
	p.onDesk()
	p.Fields = []field{
		{Name: "login", Label: t("staff.login"), Help: t("staff.login.help"), InputType: "text", Autocomplete: "username", MaxLength: 64, Width: "medium", Value: cmp.Or(c.FormValue("login"), invite.Login)},
		{Name: "name", Label: t("staff.name"), InputType: "text", Autocomplete: "name", MaxLength: 50, Width: "medium", Value: cmp.Or(c.FormValue("name"), invite.Name)},
		{Name: "password", Label: t("staff.password"), Help: t("staff.password.help"), InputType: "password", Autocomplete: "new-password", MaxLength: 200, Width: "medium"},
	}
	p.Problems = s.noteProblems(c, p.Fields, invalid)
	if len(p.Problems) > 0 {
		s.wrong(c, &p.page)
	}
	return s.render(c, "staff-setup", p)
}

// noteProblems writes what is wrong into the fields, and returns it for the summary.
func (s *Server) noteProblems(c *fiber.Ctx, fields []field, invalid apply.Invalid) []problem {
	var out []problem
	for i := range fields {
		if p, bad := invalid.Field(fields[i].Name); bad {
			fields[i].Error = s.problemWords(c, p, bad)
			out = append(out, s.problemOf(c, fields[i].ID(), fields[i].Label, fields[i].Error))
		}
	}
	return out
}

func (s *Server) setUp(c *fiber.Ctx) error {
	token := c.FormValue("token")
	_, err := s.cases.Accounts.AcceptInvite(c.UserContext(), apply.Token(token), c.FormValue("login"), c.FormValue("name"), c.FormValue("password"))
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderSetup(c, token, invalid)
	case err != nil:
		return err
	}
	return s.redirect(c, "/staff?welcome=1")
}
