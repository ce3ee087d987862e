package web

import (
	"errors"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

func (s *Server) staffRoutes() []route {
	if s.cases.Accounts == nil {
		return nil
	}
	return append(append([]route{
		{fiber.MethodGet, "/staff", s.showDesk, guarded | private},
		{fiber.MethodPost, "/staff", s.signIn, limited | guarded | private},
		{fiber.MethodPost, "/staff/sign-out", s.signOut, guarded | private},
		{fiber.MethodGet, "/staff/setup", s.showSetup, guarded | private},
		{fiber.MethodPost, "/staff/setup", s.setUp, limited | guarded | private},
		{fiber.MethodGet, "/staff/factor", s.showFactor, guarded | private},
		{fiber.MethodPost, "/staff/factor", s.sendFactor, limited | guarded | private},
	}, slices.Concat(s.outsideRoutes(), s.forgottenRoutes())...), s.desk(slices.Concat(s.accountRoutes(), s.menuRoutes(), s.linkRoutes(), s.peopleRoutes(), s.accessRoutes(), s.deskRoutes(), s.caseRoutes(), s.queueRoutes(), s.referRoutes(), s.conferRoutes(), s.standardRoutes(), s.childrenRoutes(), s.reportDeskRoutes(), s.figureRoutes(), s.staffDirectoryRoutes(), s.trainingRoutes(), s.talkRoutes(), s.kitRoutes(), s.payRoutes(), s.callDeskRoutes(), s.photoRoutes(), s.coverageRoutes(), s.eventFileRoutes(), s.eventDeskRoutes()))...)
}

// deskRoute is an address of the desk with the one action that who opens it must be
// allowed.
type deskRoute struct {
	method, path string
	needs        casework.Action
	handle       func(*fiber.Ctx, casework.User) error
	guard        guard // beside what every address of the desk has
}

func (s *Server) deskRoutes() []deskRoute {
	return []deskRoute{
		{fiber.MethodGet, "/staff/invite", casework.ManageUsers, s.showInvite, 0},
		{fiber.MethodPost, "/staff/invite", casework.ManageUsers, s.invite, limited},
		{fiber.MethodGet, "/staff/audit", casework.ReadAudit, s.showAudit, 0},
		{fiber.MethodGet, "/staff/feedback", casework.ReadFeedback, s.showReaders, 0},
		{fiber.MethodGet, "/staff/questions", casework.ReadQuestions, s.showQuestions, 0},
		{fiber.MethodPost, "/staff/feedback/settle", casework.SettleRemark, s.settleRemarks("/staff/feedback"), 0},
		{fiber.MethodPost, "/staff/questions", casework.PausePart, s.pauseChat, 0},
		{fiber.MethodPost, "/staff/questions/settle", casework.SettleRemark, s.settleRemarks("/staff/questions"), 0},
	}
}

// caseRoutes are the addresses of one application. What they need is judged again with
// the application's own scope, see caseFor.
func (s *Server) caseRoutes() []deskRoute {
	const one = "/staff/applications/:ref"
	out := []deskRoute{
		{fiber.MethodGet, one, casework.OpenApplication, s.showCase, 0},
		{fiber.MethodPost, one + "/reveal", casework.RevealField, s.reveal, 0},
		{fiber.MethodPost, one + "/documents", casework.CheckDocument, s.tickDocument, 0},
		{fiber.MethodGet, one + "/files/:file", casework.OpenFile, s.showCaseFile, 0},
	}
	for _, m := range staffMoves {
		at, needs := one+"/"+string(m.move), m.needs
		if m.move != apply.Accept { // which takes no reason, and so has no page
			out = append(out, deskRoute{fiber.MethodGet, at, needs, s.showMove(m.move), 0})
		}
		out = append(out, deskRoute{fiber.MethodPost, at, needs, s.makeMove(m.move), 0})
	}
	return out
}

const sessionCookie = "staff"

// desk makes routes of the desk's addresses. It is the one way to be one: nothing runs
// for who is not signed in or whose role does not allow what the address needs.
func (s *Server) desk(all []deskRoute) []route {
	out := make([]route, len(all))
	for i, r := range all {
		out[i] = route{r.method, r.path, s.asStaff(r), r.guard | private}
		switch {
		case r.guard&streamed != 0: // whose token is in the body, which the handler reads
		case r.method == fiber.MethodPost:
			out[i].guard |= returned
		default:
			out[i].guard |= guarded
		}
	}
	return out
}

// asStaff runs a handler for who is signed in and may do what its address needs;
// everybody else is sent to sign in, with what was typed given back.
func (s *Server) asStaff(r deskRoute) fiber.Handler {
	return func(c *fiber.Ctx) error {
		u, ok, err := s.signedIn(c)
		switch {
		case err != nil:
			return err
		case !ok && r.method == fiber.MethodPost:
			return s.giveBackPost(c)
		case !ok:
			return s.redirect(c, "/staff")
		case stale(c):
			return errStaleForm
		}
		ref, _ := apply.ParseReference(c.Params("ref"))
		if !u.Has(r.needs) {
			return s.deny(c, u, r.needs, ref)
		}
		err = r.handle(c, u)
		if errors.Is(err, casework.ErrForbidden) { // the store knew better
			return s.deny(c, u, r.needs, ref)
		}
		return err
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

// allow refuses what the user may not do with a case of that scope.
func (s *Server) allow(c *fiber.Ctx, u casework.User, a casework.Action, at casework.Scope, ref apply.Reference) error {
	if u.May(a, at) {
		return nil
	}
	return s.deny(c, u, a, ref)
}

// deny writes a refusal into the audit and returns it.
func (s *Server) deny(c *fiber.Ctx, u casework.User, a casework.Action, ref apply.Reference) error {
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
	Login string // the user's name; "" if nobody has quite signed in
	// Alarms counts the reports of children at risk that nobody has taken on and this
	// user could.
	Alarms int
	Calls  int // families that wait for this user to call them
	// Faults of the content's newest version: the last good one is shown instead.
	Faults []string
}

type deskLink struct {
	Text, Path string
	On         bool
}

func (s *Server) newStaffPage(c *fiber.Ctx, u casework.User, titleID string) staffPage {
	t := s.words(c)
	p := staffPage{page: s.page(c, titleID), Login: u.Name}
	p.onDesk()
	p.Crumbs = []crumb{}
	p.Column = column{Name: t("staff.title"), About: t("staff.title"), Path: "/staff"}
	p.Staff = s.newDeskUser(c, u)
	p.Alarms, p.Calls = s.reportsWaiting(c, u), s.callsWaiting(c, u)
	if s.faults != nil {
		p.Faults = s.faults()
	}
	if strings.HasPrefix(p.Path, callsPath) { // where they are listed
		p.Calls = 0
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
