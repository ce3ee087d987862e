package web

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

func (s *Server) staffRoutes() []route {
	if s.cases.Accounts == nil {
		return nil
	}
	const read, form = guarded | private, limited | guarded | private
	return []route{
		{fiber.MethodGet, "/staff", s.showDesk, read},
		{fiber.MethodPost, "/staff", s.signIn, form},
		{fiber.MethodPost, "/staff/sign-out", s.signOut, guarded | private},
		{fiber.MethodGet, "/staff/setup", s.showSetup, read},
		{fiber.MethodPost, "/staff/setup", s.setUp, form},
		{fiber.MethodGet, "/staff/invite", s.asStaff(s.showInvite), read},
		{fiber.MethodPost, "/staff/invite", s.asStaff(s.invite), form},
		{fiber.MethodGet, "/staff/audit", s.asStaff(s.showAudit), read},
		{fiber.MethodGet, "/staff/feedback", s.asStaff(s.showReaders), read},
		{fiber.MethodGet, "/staff/questions", s.asStaff(s.showQuestions), read},
		{fiber.MethodPost, "/staff/questions", s.asStaff(s.pauseChat), guarded | private},
		{fiber.MethodGet, "/staff/applications/:ref", s.asStaff(s.showCase), read},
		{fiber.MethodPost, "/staff/applications/:ref/reveal", s.asStaff(s.reveal), guarded | private},
		{fiber.MethodGet, "/staff/applications/:ref/files/:file", s.asStaff(s.showCaseFile), private},
		{fiber.MethodGet, "/staff/applications/:ref/:move", s.asStaff(s.showMove), read},
		{fiber.MethodPost, "/staff/applications/:ref/:move", s.asStaff(s.makeMove), guarded | private},
	}
}

const sessionCookie = "staff"

// asStaff runs a handler for who is signed in; everybody else is sent to sign in.
func (s *Server) asStaff(handle func(*fiber.Ctx, casework.User) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		u, ok, err := s.signedIn(c)
		switch {
		case err != nil:
			return err
		case !ok:
			return s.redirect(c, "/staff")
		}
		return handle(c, u)
	}
}

// signedIn returns who is signed in; false if nobody is.
func (s *Server) signedIn(c *fiber.Ctx) (casework.User, bool, error) {
	token := c.Cookies(s.cookieName(sessionCookie))
	if token == "" {
		return casework.User{}, false, nil
	}
	u, err := s.cases.Accounts.UserBySession(c.UserContext(), apply.Token(token))
	if errors.Is(err, apply.ErrNotFound) {
		return casework.User{}, false, nil
	}
	return u, err == nil, err
}

// allow refuses what the user may not do in an area, and writes the refusal into
// the audit.
func (s *Server) allow(c *fiber.Ctx, u casework.User, a casework.Action, area string, ref apply.Reference) error {
	if u.May(a, area) {
		return nil
	}
	err := s.cases.Audit.RecordAccess(c.UserContext(), casework.AuditEntry{
		Actor: u.Actor(), Action: casework.Denied, Reference: ref, Detail: string(a),
	})
	if err != nil {
		return err
	}
	return fiber.ErrForbidden
}

// staffPage is what every page of the desk knows.
type staffPage struct {
	page
	Login string
	Role  string
	Links []deskLink
	// Faults of the content's newest version: the last good one is shown instead.
	Faults []string
}

type deskLink struct {
	Text, Path string
	On         bool
}

// deskLinks is the way through the desk, by what each page needs.
var deskLinks = []struct {
	words, path string
	needs       casework.Action
}{
	{"staff.list", "/staff", casework.ListApplications},
	{"assist.title", "/staff/assist", casework.AssistFamily},
	{"staff.feedback", "/staff/feedback", casework.ReadFeedback},
	{"staff.questions", "/staff/questions", casework.ReadQuestions},
	{"staff.audit", "/staff/audit", casework.ReadAudit},
	{"staff.invite", "/staff/invite", casework.ManageUsers},
}

func (s *Server) newStaffPage(c *fiber.Ctx, u casework.User, titleID string) staffPage {
	t := s.words(c)
	p := staffPage{page: s.page(c, titleID), Login: u.Name, Role: string(u.Role)}
	p.NoIndex, p.Desk = true, true
	p.Crumbs = []crumb{}
	p.Column = column{Name: t("staff.title"), About: t("staff.title"), Path: "/staff"}
	for _, l := range deskLinks {
		if u.May(l.needs, "") {
			p.Links = append(p.Links, deskLink{t(l.words), l.path, visitOf(c).Path == l.path})
		}
	}
	if s.faults != nil {
		p.Faults = s.faults()
	}
	if p.Path != "/staff" {
		p.Crumbs = []crumb{{t("staff.title"), "/staff"}}
	}
	return p
}

// towns are the towns that applications and staff belong to: the options of the
// question that every form shares.
func (s *Server) towns() []content.Option {
	for _, p := range s.content().Library.Policies {
		if q, ok := p.Question(apply.FieldTown); ok {
			return q.Options
		}
	}
	return nil
}

// townName returns the name of a town; the value itself if it is unknown.
func (s *Server) townName(c *fiber.Ctx, value string) string {
	towns := s.towns()
	if i := slices.IndexFunc(towns, func(o content.Option) bool { return o.Value == value }); i >= 0 {
		return s.contentText(c, towns[i].Label)
	}
	return value
}

// policyName returns the short title of a policy in Chinese, as the office knows it;
// the slug if it is no longer published.
func (s *Server) policyName(c *fiber.Ctx, slug string) string {
	if p, ok := s.content().Library.Policy(slug); ok {
		return s.contentText(c, p.Short(languages[0].Code))
	}
	return slug
}
