package web

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
)

// Forgotten lets staff set a new password by a link that is sent to them.
type Forgotten interface {
	ForgotPassword(ctx context.Context, login, client string) error
	CheckReset(ctx context.Context, token string) error
	ResetPassword(ctx context.Context, token, password string) error
}

const (
	forgottenPath = "/staff/forgotten"
	resetPath     = "/staff/reset"
)

func (s *Server) forgottenRoutes() []route {
	if s.cases.Forgotten == nil {
		return nil
	}
	return []route{
		{fiber.MethodGet, forgottenPath, s.showForgotten, guarded | private},
		{fiber.MethodPost, forgottenPath, s.forgot, limited | guarded | private},
		{fiber.MethodGet, resetPath, s.showReset, guarded | private},
		{fiber.MethodPost, resetPath, s.reset, limited | guarded | private},
	}
}

// forgottenPage asks for the login, and afterwards says the same whatever was typed.
type forgottenPage struct {
	page
	Fields []field
	Sends  bool // there is a way to send something
	Sent   bool
}

func (s *Server) newForgotten(c *fiber.Ctx) forgottenPage {
	t := s.words(c)
	p := forgottenPage{page: s.page(c, "forgotten.title"), Sends: len(s.channels) > 0}
	p.onDesk()
	p.Crumbs = []crumb{{t("staff.sign-in"), "/staff"}}
	p.Fields = []field{{Name: "login", Label: t("staff.login"), InputType: "text", Autocomplete: "username", MaxLength: 64, Width: "medium"}}
	return p
}

func (s *Server) showForgotten(c *fiber.Ctx) error {
	return s.render(c, "staff-forgotten", s.newForgotten(c))
}

// forgot is answered the same for every name, known or not.
func (s *Server) forgot(c *fiber.Ctx) error {
	p := s.newForgotten(c)
	if !p.Sends {
		return s.render(c, "staff-forgotten", p)
	}
	if err := s.cases.Forgotten.ForgotPassword(c.UserContext(), c.FormValue("login"), c.IP()); err != nil {
		return err
	}
	p.Sent = true
	return s.render(c, "staff-forgotten", p)
}

// resetPage takes the new password of who came by the link.
type resetPage struct {
	page
	Token    string
	Fields   []field
	Problems []problem
	Gone     bool // the link works no more
}

func (s *Server) showReset(c *fiber.Ctx) error { return s.renderReset(c, c.Query("token"), nil) }

func (s *Server) renderReset(c *fiber.Ctx, token string, invalid apply.Invalid) error {
	t := s.words(c)
	p := resetPage{page: s.page(c, "forgotten.new"), Token: token}
	p.onDesk()
	p.Crumbs = []crumb{{t("staff.sign-in"), "/staff"}}
	switch err := s.cases.Forgotten.CheckReset(c.UserContext(), token); {
	case errors.Is(err, apply.ErrNotFound):
		p.Gone = true
		c.Status(fiber.StatusNotFound)
	case err != nil:
		return err
	}
	p.Fields = []field{{Name: "new", Label: t("staff.password.new"), Help: t("staff.password.help"), InputType: "password", Autocomplete: "new-password", MaxLength: 200, Width: "medium"}}
	if p.Problems = s.noteProblems(c, p.Fields, invalid); len(p.Problems) > 0 {
		s.wrong(c, &p.page)
	}
	return s.render(c, "staff-reset", p)
}

func (s *Server) reset(c *fiber.Ctx) error {
	token := c.FormValue("token")
	err := s.cases.Forgotten.ResetPassword(c.UserContext(), token, c.FormValue("new"))
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderReset(c, token, invalid)
	case errors.Is(err, apply.ErrNotFound):
		return s.renderReset(c, token, nil)
	case err != nil:
		return err
	}
	s.dropCookie(c, s.cookieName(sessionCookie))
	return s.redirect(c, "/staff?changed=1")
}
