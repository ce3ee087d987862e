package web

import (
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
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
	role := field{Name: "role", Label: t("staff.role"), Value: c.FormValue("role")}
	for _, r := range casework.Roles() {
		role.Options = append(role.Options, content.Option{Value: string(r), Label: t(fmt.Sprintf("staff.role.%s", r)), Help: t(fmt.Sprintf("staff.role.%s.about", r))})
	}
	area := field{Name: "area", Label: t("staff.area"), Help: t("staff.area.help"), Optional: true, Value: c.FormValue("area")}
	for _, o := range s.towns() {
		area.Options = append(area.Options, content.Option{Value: o.Value, Label: s.contentText(c, o.Label)})
	}
	department := field{Name: "department", Label: t("staff.department"), Help: t("staff.department.help"), Optional: true, Value: c.FormValue("department")}
	for _, d := range casework.Departments() {
		department.Options = append(department.Options, content.Option{Value: string(d), Label: t(fmt.Sprintf("staff.department.%s", d))})
	}
	view.Fields = []field{
		{Name: "name", Label: t("staff.name"), InputType: "text", Autocomplete: "off", MaxLength: 50, Width: "medium", Optional: true, Value: c.FormValue("name")},
		{Name: "login", Label: t("staff.login"), Help: t("staff.login.help"), InputType: "text", Autocomplete: "off", MaxLength: 64, Width: "medium", Optional: true, Value: c.FormValue("login")},
		role, area,
		{Name: "village", Label: t("staff.village"), Help: t("staff.village.help"), InputType: "text", Autocomplete: "off", MaxLength: 300, Optional: true, Value: c.FormValue("village")},
		department,
	}
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

// postedPost reads role and area of a form.
func postedPost(c *fiber.Ctx) casework.Post {
	return casework.Post{
		Role: casework.Role(c.FormValue("role")), Area: c.FormValue("area"), Village: c.FormValue("village"),
		Department: casework.Department(c.FormValue("department")),
	}
}
