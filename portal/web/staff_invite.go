package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

type invitePage struct {
	staffPage
	Fields   []field
	Problems []problem
	Link     string // of the invitation that was just made; shown once
	Hours    int
}

func (s *Server) showInvite(c *fiber.Ctx, u casework.User) error {
	return s.renderInvite(c, u, "", nil)
}

func (s *Server) renderInvite(c *fiber.Ctx, u casework.User, link string, invalid apply.Invalid) error {
	t := s.words(c)
	view := invitePage{staffPage: s.newStaffPage(c, u, "staff.invite"), Link: link, Hours: int(casework.InviteLasts.Hours())}
	view.Crumbs = append(view.Crumbs, crumb{t("staff.accounts"), accountsPath})
	view.Fields = append([]field{
		{Name: "name", Label: t("staff.name"), InputType: "text", Autocomplete: "off", MaxLength: 50, Width: "medium", Optional: true, Value: c.FormValue("name")},
		{Name: "login", Label: t("staff.login"), Help: t("staff.login.help"), InputType: "text", Autocomplete: "off", MaxLength: 64, Width: "medium", Optional: true, Value: c.FormValue("login")},
	}, s.postFields(c, casework.Post{})...)
	view.Problems = s.noteProblems(c, view.Fields, invalid)
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-invite", view)
}

// invite makes a one-time link. It is shown in the answer to the post itself,
// since it must stand in no address of ours.
func (s *Server) invite(c *fiber.Ctx, u casework.User) error {
	token, err := s.cases.Audit.Invite(c.UserContext(), u.Actor(), casework.Invite{
		Login: c.FormValue("login"), Name: c.FormValue("name"), Post: postedPost(c),
	})
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderInvite(c, u, "", invalid)
	case err != nil:
		return err
	}
	return s.renderInvite(c, u, s.base+"/staff/setup?token="+string(token), nil)
}
