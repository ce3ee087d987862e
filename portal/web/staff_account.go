package web

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

const accountPath = "/staff/account"

func (s *Server) accountRoutes() []deskRoute {
	const get, post, needs = fiber.MethodGet, fiber.MethodPost, casework.OwnAccount
	return []deskRoute{
		{get, accountPath, needs, s.showAccount, 0},
		{post, accountPath + "/sessions", needs, s.endSession, 0},
		{post, accountPath + "/contact", needs, s.saveStaffContact, limited},
		{post, accountPath + "/password", needs, s.changePassword, limited},
		{get, accountPath + "/factor", needs, s.showEnrol, 0},
		{post, accountPath + "/factor", needs, s.enrol, limited},
		{post, accountPath + "/factor/drop", needs, s.dropFactor, limited},
		{post, accountPath + "/factor/recovery", needs, s.renewRecovery, limited},
	}
}

// accountPage is what everybody at the desk sees to alone: second factor, sessions and
// password.
type accountPage struct {
	staffPage
	Problems []problem
	Since    string // day on which the second factor was set up; "" for none
	Codes    int    // recovery codes that are left
	Few      bool   // of them
	Must     bool   // the role needs a second factor
	Drop     field
	Renew    []field // what new recovery codes are given for
	Sessions []sessionRow
	Others   bool // there are sessions beside this one
	Password []field
	Contact  []field // none where no channel is set up
	Known    string  // the address so far, masked
	Outside  outsideLink
}

// sessionRow is one browser in which somebody is signed in.
type sessionRow struct {
	ID, Device, Since, Seen string
	Here                    bool // the one that asks
}

// fewCodes is from how many recovery codes on one is reminded to get new ones.
const fewCodes = 3

func (s *Server) showAccount(c *fiber.Ctx, u casework.User) error {
	return s.renderAccount(c, u, nil)
}

func (s *Server) renderAccount(c *fiber.Ctx, u casework.User, invalid apply.Invalid) error {
	t := s.words(c)
	f, err := s.cases.Factors.Factor(c.UserContext(), u.Actor())
	if err != nil {
		return err
	}
	view := accountPage{staffPage: s.newStaffPage(c, u, "staff.account"), Codes: f.Codes, Few: f.Codes <= fewCodes, Must: u.Role.NeedsSecondFactor()}
	if !f.Since.IsZero() {
		view.Since = s.day(c, f.Since)
	}
	if view.Sessions, _, err = s.sessionRows(c, u, u.ID); err != nil {
		return err
	}
	view.Others = len(view.Sessions) > 1
	fields := []field{
		{Name: "code", Label: t("staff.factor.code"), Help: t("staff.factor.drop.help"), InputType: "text", InputMode: "numeric", Autocomplete: "one-time-code", MaxLength: 20, Width: "short"},
		{Name: "password", Label: t("staff.password.now"), InputType: "password", Autocomplete: "current-password", MaxLength: 200, Width: "medium"},
		{Name: "new", Label: t("staff.password.new"), Help: t("staff.password.help"), InputType: "password", Autocomplete: "new-password", MaxLength: 200, Width: "medium"},
	}
	fields = append(fields, s.renewFields(c)...)
	known, err := s.cases.Staff.StaffContact(c.UserContext(), u.Actor())
	if err != nil {
		return err
	}
	view.Known = maskContact(known)
	if view.Outside, err = s.outsideLink(c, u); err != nil {
		return err
	}
	fields = append(fields, s.contactFields(c, known)...)
	view.Problems = s.noteProblems(c, fields, invalid)
	view.Drop, view.Password, view.Renew, view.Contact = fields[0], fields[1:3], fields[3:5], fields[5:]
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-account", view)
}

// contactFields ask where somebody hears of changes of the account.
func (s *Server) contactFields(c *fiber.Ctx, known apply.Contact) []field {
	t := s.words(c)
	if len(s.channels) == 0 {
		return nil
	}
	address := field{
		Name: "address", Label: t("track.notify.address"), Help: t("staff.contact.help"), Autocomplete: "off",
		InputType: "text", MaxLength: 254, Width: "medium", Value: c.FormValue("address"),
	}
	if len(s.channels) == 1 {
		return []field{address}
	}
	channel := field{Name: "channel", Label: t("track.notify.channel"), Value: c.FormValue("channel", string(known.Channel))}
	for _, one := range s.channels {
		channel.Options = append(channel.Options, content.Option{Value: string(one), Label: t(fmt.Sprintf("track.notify.channel.%s", one))})
	}
	return []field{channel, address}
}

// saveStaffContact keeps the address, or forgets it where none is given.
func (s *Server) saveStaffContact(c *fiber.Ctx, u casework.User) error {
	contact := apply.Contact{Channel: s.channel(c.FormValue("channel")), Address: strings.TrimSpace(c.FormValue("address"))}
	err := s.cases.Staff.SetStaffContact(c.UserContext(), u.Actor(), contact)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderAccount(c, u, invalid)
	case err != nil:
		return err
	}
	return s.redirect(c, accountPath)
}

// sessionRows lists the sessions of an account, and the id of the one that asks.
func (s *Server) sessionRows(c *fiber.Ctx, u casework.User, account string) ([]sessionRow, string, error) {
	all, err := s.cases.Sessions.Sessions(c.UserContext(), u.Actor(), account)
	own := apply.Token(c.Cookies(s.cookieName(sessionCookie))).Hash()
	var rows []sessionRow
	here := ""
	for _, x := range all {
		row := sessionRow{x.ID, x.Device, s.moment(c, x.Created), s.moment(c, x.Seen), x.TokenHash == own}
		if row.Here {
			here = x.ID
		}
		if row.Device == "" {
			row.Device = s.words(c)("staff.sessions.unknown")
		}
		rows = append(rows, row)
	}
	return rows, here, err
}

// endSession signs out another browser of one's own, or all others.
func (s *Server) endSession(c *fiber.Ctx, u casework.User) error {
	_, here, err := s.sessionRows(c, u, u.ID)
	if err != nil {
		return err
	}
	id := c.FormValue("session")
	if id == here && id != "" {
		return s.signOut(c)
	}
	if err := s.cases.Sessions.EndSession(c.UserContext(), u.Actor(), u.ID, id, here); err != nil {
		return err
	}
	return s.redirect(c, accountPath)
}

// changePassword ends all sessions, this one too: whoever knows the new password signs
// in with it.
func (s *Server) changePassword(c *fiber.Ctx, u casework.User) error {
	err := s.cases.Sessions.ChangePassword(c.UserContext(), u.Actor(), c.FormValue("password"), c.FormValue("new"))
	var invalid apply.Invalid
	var locked *apply.LockedError
	switch {
	case errors.As(err, &locked):
		return s.renderAccount(c, u, apply.Invalid{{Field: "password", Key: "staff.sign-in.locked"}})
	case errors.As(err, &invalid):
		return s.renderAccount(c, u, invalid)
	case err != nil:
		return err
	}
	s.dropCookie(c, s.cookieName(sessionCookie))
	return s.redirect(c, "/staff?changed=1")
}

func (s *Server) dropFactor(c *fiber.Ctx, u casework.User) error {
	err := s.cases.Factors.DropFactor(c.UserContext(), u.Actor(), c.FormValue("code"))
	var locked *apply.LockedError
	switch {
	case errors.As(err, &locked):
		return s.renderAccount(c, u, apply.Invalid{{Field: "code", Key: "staff.factor.locked"}})
	case errors.Is(err, apply.ErrNotFound):
		return s.renderAccount(c, u, apply.Invalid{{Field: "code", Key: "staff.factor.wrong"}})
	case err != nil:
		return err
	}
	return s.redirect(c, accountPath)
}

// kinds of browsers and systems, by what they call themselves; the first that fits
// counts, since each names its forerunners too.
var (
	browserKinds = [][2]string{{"MicroMessenger", "微信"}, {"Edg", "Edge"}, {"Firefox", "Firefox"}, {"OPR/", "Opera"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}}
	systemKinds  = [][2]string{{"HarmonyOS", "HarmonyOS"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}}
)

// device says in two words what a browser is, so that its owner knows it again; "" if
// it does not say. No more of it is kept.
func device(agent string) string {
	var words []string
	for _, kinds := range [][][2]string{browserKinds, systemKinds} {
		for _, k := range kinds {
			if strings.Contains(agent, k[0]) {
				words = append(words, k[1])
				break
			}
		}
	}
	return strings.Join(words, " · ")
}
