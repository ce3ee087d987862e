package web

import (
	"context"
	"crypto/rand"
	"errors"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// HandOvers ends a director's part: by a code for the family's phone, on paper, by
// submitting in the family's presence, or without any of these.
type HandOvers interface {
	OfferHandOver(ctx context.Context, by apply.Actor, ref apply.Reference) (casework.Offer, error)
	PrintHandOver(ctx context.Context, by apply.Actor, ref apply.Reference) (apply.Reference, apply.Code, error)
	SubmitAssisted(ctx context.Context, by apply.Actor, ref apply.Reference, subs []apply.Submission) error
	StopAssist(ctx context.Context, by apply.Actor, ref apply.Reference) error
}

// TakeOvers is the family's side of it.
type TakeOvers interface {
	HandOverFrom(ctx context.Context, token apply.Token) (casework.From, error)
	TakeOver(ctx context.Context, token apply.Token, code apply.ShortCode, claim apply.Token, client string) (*apply.Application, apply.Token, error)
	HelpOf(ctx context.Context, ref apply.Reference) (casework.Assist, casework.From, error)
	ConfirmHandOver(ctx context.Context, ref apply.Reference) error
	RefuseHandOver(ctx context.Context, ref apply.Reference) error
}

func (s *Server) handOverRoutes() []route {
	if s.cases.TakeOvers == nil {
		return nil
	}
	const form = limited | guarded | private
	return []route{
		{fiber.MethodGet, "/hand-over", s.showHandOver, guarded | private},
		{fiber.MethodPost, "/hand-over", s.takeOver, form},
		{fiber.MethodGet, "/hand-over/check", s.followed(s.showHandOverCheck), guarded | private},
		{fiber.MethodPost, "/hand-over/confirm", s.followed(s.confirmHandOver), form},
		{fiber.MethodPost, "/hand-over/refuse", s.followed(s.refuseHandOver), form},
	}
}

// offerPage shows the codes for the family's phone. It is the answer to a post: they
// must stand in no address of the desk.
type offerPage struct {
	staffPage
	Path    string
	QR      template.HTML
	Code    string
	Address string // where the code is typed, see typedAddress
	Minutes int
	Until   string // time of day at which they run out
	Left    int    // seconds till then, for expires.js
}

func (s *Server) offerHandOver(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	offer, err := s.cases.HandOvers.OfferHandOver(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return err
	}
	t := s.words(c)
	address := s.base + visitOf(c).Lang.path("/hand-over")
	view := offerPage{
		staffPage: s.newAssistPage(c, u, "assist.offer"), Path: assistPath(ref, ""), Code: offer.Code.Grouped(),
		Address: typedAddress(address), Minutes: int(casework.HandOverLasts.Minutes()),
		Until: offer.Until.In(apply.China).Format("15:04"), Left: int(offer.Until.Sub(s.now()).Seconds()),
	}
	view.Scripts = []string{"expires.js"}
	if view.QR, err = newQR(address+"?token="+string(offer.Token), t("assist.offer.qr")); err != nil {
		return err
	}
	return s.render(c, "assist-offer", view)
}

// slipPage is what a family without a phone takes home.
type slipPage struct {
	staffPage
	Pass    pass
	Address string
	QR      template.HTML // of the page where number and code are typed
	Sent    bool          // it is submitted already
	From    string
}

func (s *Server) printHandOver(c *fiber.Ctx, u casework.User, ref apply.Reference) error {
	part, err := s.cases.Assists.Assist(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return err
	}
	head, code, err := s.cases.HandOvers.PrintHandOver(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return err
	}
	address := s.base + visitOf(c).Lang.path("/track")
	view := slipPage{
		staffPage: s.newAssistPage(c, u, "assist.slip"), Pass: pass{head.Grouped(), code.Grouped()}, Sent: part.Submitted,
		Address: typedAddress(address), From: s.fromWords(c, casework.From{Name: u.Name, Area: u.Area, Village: u.Village}),
	}
	view.Scripts = []string{"print.js"}
	if view.QR, err = newQR(address, s.words(c)("nav.track")); err != nil {
		return err
	}
	return s.render(c, "assist-slip", view)
}

// typedAddress is an address as people type it.
func typedAddress(address string) string {
	_, after, _ := strings.Cut(address, "://")
	return after
}

// fromWords says who helped, as the family knows them.
func (s *Server) fromWords(c *fiber.Ctx, f casework.From) string {
	return s.words(c)("hand-over.who", "Town", s.townName(c, f.Area), "Village", f.Village, "Name", f.Name)
}

// handOverCookie keeps the token of a QR code while its page is looked at, so that it
// stands in no address that is kept, shared or changed to another language.
const handOverCookie = "hand-over"

type handOverPage struct {
	page
	From     string // who hands over; "" until a code is known
	Code     field
	Key      string
	Problems []problem
	Gone     bool // the QR code no longer counts
	Refused  bool // the application has just been given back
}

func (s *Server) showHandOver(c *fiber.Ctx) error {
	view := s.newHandOverPage(c)
	if c.Query("token") != "" {
		token, ok := apply.ParseToken(c.Query("token"))
		if !ok { // must not become a header
			view.Gone = true
			return s.render(c, "hand-over", view)
		}
		c.Cookie(&fiber.Cookie{
			Name: s.cookieName(handOverCookie), Value: string(token), Path: "/", MaxAge: int(casework.HandOverLasts / time.Second),
			Secure: s.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
		})
		return s.redirect(c, "/hand-over")
	}
	view.Refused = c.Query("refused") == "1"
	token := c.Cookies(s.cookieName(handOverCookie))
	if token == "" {
		return s.render(c, "hand-over", view)
	}
	from, err := s.cases.TakeOvers.HandOverFrom(c.UserContext(), apply.Token(token))
	switch {
	case errors.Is(err, apply.ErrNotFound):
		view.Gone = true
		s.dropCookie(c, s.cookieName(handOverCookie))
	case err != nil:
		return err
	default:
		view.From = s.fromWords(c, from)
	}
	return s.render(c, "hand-over", view)
}

// handOverHeard is the name of the field among what can be heard.
const handOverHeard = "hand-over"

func (s *Server) newHandOverPage(c *fiber.Ctx) handOverPage {
	t := s.words(c)
	view := handOverPage{page: s.page(c, "hand-over.title"), Key: rand.Text()}
	view.NoIndex = true
	view.Column = column{Name: t("track.title"), About: t("track.lead"), Path: "/track"}
	view.Code = field{
		Name: "code", Label: t("hand-over.code"), Help: t("hand-over.code.help"), InputType: "text", InputMode: "numeric",
		Autocomplete: "off", MaxLength: 24, Width: "medium",
	}
	view.Scripts = []string{"speech.js"}
	s.hearOwn(&view.Code, view.page, handOverHeard, "")
	return view
}

// takeOver gives the application to this browser, by the QR code that it came with or by
// the code that was typed. The key makes a repeated post the same.
func (s *Server) takeOver(c *fiber.Ctx) error {
	u, in, err := s.signedIn(c)
	if err != nil {
		return err
	}
	if in && u.Has(casework.AssistFamily) { // who helped must not be who takes it over
		return s.refuseToDirector(c, u)
	}
	token, typed := apply.Token(c.Cookies(s.cookieName(handOverCookie))), c.FormValue("code")
	var code apply.ShortCode
	if typed != "" {
		code, _ = apply.ParseShortCode(typed)
		token = ""
	}
	key := c.FormValue(reviewKey)
	if key == "" {
		key = rand.Text()
	}
	a, browser, err := s.cases.TakeOvers.TakeOver(c.UserContext(), token, code, apply.Token(key), c.IP())
	if err == nil {
		s.dropCookie(c, s.cookieName(handOverCookie))
		s.setAside(c, a)
		s.hold(c, a, browser)
		return s.redirect(c, "/hand-over/check")
	}
	view := s.newHandOverPage(c)
	view.Code.Value = typed
	wrong := openProblemKey(err)
	switch {
	case wrong == "":
		return err
	case errors.Is(err, apply.ErrNotFound):
		wrong = "hand-over.wrong"
	}
	view.Code.Error = s.words(c)(wrong)
	view.Problems = []problem{{view.Code.ID(), view.Code.Error, s.hearOwn(&view.Code, view.page, handOverHeard, wrong)}}
	s.wrong(c, &view.page)
	return s.render(c, "hand-over", view)
}

// refuseToDirector says that the family's phone is wanted.
func (s *Server) refuseToDirector(c *fiber.Ctx, u casework.User) error {
	denied := casework.AuditEntry{Actor: u.Actor(), Action: casework.Denied, Detail: string(casework.AssistFamily)}
	if err := s.cases.Audit.RecordAccess(c.UserContext(), denied); err != nil {
		return err
	}
	view := s.newHandOverPage(c)
	view.Code.Error = s.words(c)("hand-over.staff")
	view.Problems = []problem{{Field: view.Code.ID(), Text: view.Code.Error}}
	s.wrong(c, &view.page)
	return s.render(c, "hand-over", view)
}

// handOverCheckPage shows the family what was typed in their name.
type handOverCheckPage struct {
	page
	Pass pass
	Apps []reviewedApp
}

func (s *Server) showHandOverCheck(c *fiber.Ctx, a *apply.Application) error {
	part, _, err := s.cases.TakeOvers.HelpOf(c.UserContext(), a.Reference)
	switch {
	case err != nil && !errors.Is(err, apply.ErrNotFound):
		return err
	case part.Ending != casework.Handed:
		return s.redirect(c, "/track/status")
	}
	all, err := s.cases.Households.Household(c.UserContext(), a.Reference)
	if err != nil {
		return err
	}
	view := handOverCheckPage{page: s.page(c, "hand-over.check"), Pass: passOf(a)}
	view.NoIndex = true
	for _, one := range all {
		p, ok := s.policy(c, one.Policy)
		if !ok {
			continue
		}
		app := s.reviewedApp(c, s.newDraft(c, p, one, ""), one, "")
		for i := range app.Parts {
			app.Parts[i] = answered(app.Parts[i])
		}
		app.Papers = slices.DeleteFunc(app.Papers, func(row paperRow) bool { return !row.Given })
		view.Apps = append(view.Apps, app)
	}
	return s.render(c, "hand-over-check", view)
}

// answered is a part of the form without what nobody has typed, and with no way to
// change it: first the family says whether it is theirs.
func answered(part reviewPart) reviewPart {
	kept := part.Rows[:0]
	for _, row := range part.Rows {
		if row.Change = ""; row.Value != "" {
			kept = append(kept, row)
		}
	}
	part.Rows = kept
	return part
}

func (s *Server) confirmHandOver(c *fiber.Ctx, a *apply.Application) error {
	err := s.cases.TakeOvers.ConfirmHandOver(c.UserContext(), a.Reference)
	if err != nil && !errors.Is(err, apply.ErrNotFound) { // confirmed twice is confirmed
		return err
	}
	for _, name := range holding(a) {
		s.dropCookie(c, s.cookieName(asideCookie+name))
	}
	p, ok := s.policy(c, a.Policy)
	switch {
	case a.Household != "":
		return s.redirect(c, "/household")
	case !ok:
		return s.redirect(c, "/track/status")
	}
	return s.redirect(c, applyPath(p, s.nextPart(p, a)))
}

// asideCookie and the name of another cookie keep what this browser held before a hand-over,
// until the family says that the application is theirs: the phone may be a neighbour's, who
// applies for the same. No policy's slug begins with a dash.
const asideCookie = draftCookie + "-"

// holding are the names under which a browser holds an application.
func holding(a *apply.Application) []string { return []string{caseCookie, draftCookie + a.Policy} }

// setAside keeps what the browser holds under the names of a. What it has set aside before
// stays: it has then taken over twice.
func (s *Server) setAside(c *fiber.Ctx, a *apply.Application) {
	for _, name := range holding(a) {
		own := c.Cookies(s.cookieName(name))
		if own != "" && c.Cookies(s.cookieName(asideCookie+name)) == "" {
			s.keepToken(c, asideCookie+name, apply.Token(own))
		}
	}
}

// takeBack gives the browser what it held before, and nothing of a.
func (s *Server) takeBack(c *fiber.Ctx, a *apply.Application) {
	for _, name := range holding(a) {
		aside := s.cookieName(asideCookie + name)
		own := c.Cookies(aside)
		if own == "" {
			s.dropCookie(c, s.cookieName(name))
			continue
		}
		s.keepToken(c, name, apply.Token(own))
		s.dropCookie(c, aside)
	}
}

// refuseHandOver is for a phone that is not the family's: it keeps nothing of it.
func (s *Server) refuseHandOver(c *fiber.Ctx, a *apply.Application) error {
	if err := s.cases.TakeOvers.RefuseHandOver(c.UserContext(), a.Reference); err != nil {
		return err
	}
	s.takeBack(c, a)
	c.Set("Clear-Site-Data", `"cache"`)
	return s.redirect(c, "/hand-over?refused=1")
}
