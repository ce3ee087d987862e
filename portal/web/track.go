package web

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

func (s *Server) trackRoutes() []route {
	if s.cases.Tracking == nil {
		return nil
	}
	const form = limited | guarded | private
	return []route{
		{fiber.MethodGet, "/track", s.showTrack, guarded | private},
		{fiber.MethodPost, "/track", s.openTrack, form},
		{fiber.MethodGet, "/track/status", s.followed(s.showStatus), guarded | private},
		{fiber.MethodPost, "/track/supply", s.supply, limited | returned | private},
		{fiber.MethodPost, "/track/object", s.object, limited | returned | private},
		{fiber.MethodGet, askedRoute, s.withAsked(s.showMore), guarded | private},
		{fiber.MethodPost, askedRoute, s.withAsked(s.saveMore), limited | streamed | private},
		{fiber.MethodGet, leafRoute(askedRoute), s.withAsked(s.showMore), guarded | private},
		{fiber.MethodGet, askedOne, s.withAsked(s.showAsked), guarded | private},
		{fiber.MethodPost, askedOne, s.withAsked(s.saveAsked), limited | streamed | private},
		{fiber.MethodGet, "/track/files/:file", s.showTrackedFile, private},
		{fiber.MethodGet, "/track/withdraw", s.followed(s.askWithdraw), guarded | private},
		{fiber.MethodPost, "/track/withdraw", s.withdraw, form},
		{fiber.MethodPost, "/track/forget", s.forget, form},
		{fiber.MethodGet, "/track/data", s.followed(s.showOwnData), guarded | private},
		{fiber.MethodPost, "/track/data", s.followed(s.sendOwnData), form},
		{fiber.MethodPost, "/track/erase", s.followed(s.eraseOwnData), form},
	}
}

type trackPage struct {
	page
	Number, Code field
	Problems     []problem
	Held         bool   // this browser still knows an application
	Forgotten    bool   // it has just been told to forget
	Erased       bool   // the application has just been deleted
	Lost         bool   // a button was pressed on a page of one that this browser no longer knows
	Twice        bool   // which it may have forgotten because the same was pressed before
	Kept         string // what was typed for an application that this browser no longer knows
}

func (s *Server) newTrackPage(c *fiber.Ctx) trackPage {
	p := trackPage{page: s.page(c, "track.title"), Forgotten: c.Query("forgotten") == "1", Erased: c.Query("erased") == "1", Lost: c.Query(lostParam) == "1", Twice: c.Query(lostParam) == lostTwice}
	p.Description = s.words(c)("track.lead")
	p.Scripts = []string{"draft.js", "speech.js"}
	p.Column = column{Name: p.Title, About: p.Description, Path: "/track"}
	p.Number, p.Code = s.passFields(c, "number", "code")
	s.hearOwn(&p.Number, p.page, "number", "")
	s.hearOwn(&p.Code, p.page, "code", "")
	return p
}

func (s *Server) showTrack(c *fiber.Ctx) error {
	p := s.newTrackPage(c)
	switch _, err := s.held(c, caseCookie); {
	case err == nil:
		p.Held = true
	case !errors.Is(err, apply.ErrNotFound):
		return err
	}
	return s.render(c, "track", p)
}

func (s *Server) openTrack(c *fiber.Ctx) error {
	a, err := s.openWithCode(c, c.FormValue("number"), c.FormValue("code"))
	switch {
	case err == nil && c.FormValue(suppliedField) != "": // typed before this browser was forgotten
		return s.showStatus(c, a)
	case err == nil:
		return s.redirect(c, "/track/status")
	}
	words := s.openProblem(c, err)
	if words == "" {
		return err
	}
	p := s.newTrackPage(c)
	p.Kept = c.FormValue(suppliedField)
	wrong, name, key := &p.Number, "number", openProblemKey(err)
	if !errors.As(err, new(*apply.LockedError)) {
		switch {
		case !apply.ReferenceLength(c.FormValue("number")):
			key = "track.wrong.number"
		case !codeLength(c.FormValue("code")):
			wrong, name, key = &p.Code, "code", "track.wrong.code"
		}
	}
	wrong.Error = s.words(c)(key)
	p.Problems = []problem{{wrong.ID(), wrong.Error, s.hearOwn(wrong, p.page, name, key)}}
	s.wrong(c, &p.page)
	return s.render(c, "track", p)
}

// codeLength reports whether a query code has as many digits as it must: what anybody
// may know who reads the page.
func codeLength(code string) bool {
	_, ok := apply.ParseCode(code)
	return ok
}

type statusPage struct {
	page
	Policy    *content.Policy // nil if it is no longer published
	Pass      *pass
	State     string
	Past      []step
	Ahead     []step
	Continue  string  // where a draft goes on
	Household string  // words that lead to what is applied for together
	Waiting   []waits // of these, what the family is asked for
	Needs     string  // what the office asks for
	Decided   reasons // of the office for its decision
	Object    bool    // the family can ask for a second look; Supply asks why
	Supply    field
	Kept      string // what was typed and has no field on this page
	Papers    []paperRow
	Version   int
	Withdraw  bool // can still be withdrawn
	Again     bool // can be applied for again
	Notify    bool // messages can be asked for
	Problems  []problem
	Changed   bool // something happened between reading and sending
	Late      bool // what was sent came from a page that was too old
	Unkept    bool // photos that were sent are not taken any more
	Final     bool // nor ever will be

	Heard, HeardAhead, HeardPast heard
}

// Parameters of the pages that a post led to which has changed nothing.
const (
	lostParam   = "lost"   // of an application that this browser no longer knows
	lostTwice   = "2"      // which may be gone because the same was pressed before
	unkeptParam = "unkept" // photos that the application no longer takes
)

// forgetting are the posts after which the browser no longer knows the application: pressed
// twice, the second finds none.
var forgetting = []string{"/track/erase", "/household/remove", "/hand-over/refuse"}

// lost leads to where number and code are asked for. Whoever has just pressed a button is
// told that nothing was done: one would take the page for what comes after.
func (s *Server) lost(c *fiber.Ctx) error {
	switch {
	case c.Method() != fiber.MethodPost:
		return s.redirect(c, "/track")
	case slices.Contains(forgetting, visitOf(c).Path):
		return s.redirect(c, withParam("/track", lostParam, lostTwice))
	}
	return s.redirect(c, withParam("/track", lostParam, "1"))
}

// unkept leads to a page and has it say that the photos were not kept which were sent to
// another one.
func (s *Server) unkept(c *fiber.Ctx, path string) error {
	if c.Method() == fiber.MethodPost {
		path = withParam(path, unkeptParam, "1")
	}
	return s.redirect(c, path)
}

// followed hands the application that the browser follows to a handler; without one it
// leads to where number and code are asked for.
func (s *Server) followed(handle func(*fiber.Ctx, *apply.Application) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a, err := s.followedOf(c)
		if errors.Is(err, apply.ErrNotFound) {
			return s.lost(c)
		}
		if err != nil {
			return err
		}
		return handle(c, a)
	}
}

func (s *Server) showStatus(c *fiber.Ctx, a *apply.Application) error {
	return s.renderStatus(c, a, nil, false)
}

func (s *Server) renderStatus(c *fiber.Ctx, a *apply.Application, invalid apply.Invalid, changed bool) error {
	t := s.words(c)
	held := passOf(a)
	view := statusPage{page: s.page(c, "track.status.title"), Pass: &held, State: string(a.State.Public()), Version: a.Version, Changed: changed, Late: stale(c), Unkept: c.Query(unkeptParam) == "1", Final: a.State.Final()}
	view.Scripts = []string{"draft.js", "speech.js"}
	view.NoIndex, view.Of = true, string(a.Reference)
	view.Crumbs = []crumb{{t("track.title"), "/track"}}
	view.Column = column{Name: t("track.title"), About: t("track.lead"), Path: "/track"}
	view.Policy, _ = s.policy(c, a.Policy)
	told, err := s.tellings(c, a)
	if err != nil {
		return err
	}
	past, events := s.story(c, a, told)
	view.Past = past
	if s.cases.Households != nil {
		view.Household = "household.more"
		h, err := s.householdOf(c, a)
		if err != nil {
			return err
		}
		if len(h.all) > 1 {
			view.Household, view.Waiting = "household.all", s.waiting(c, h, a)
		}
	}
	view.Withdraw = a.Can(apply.Withdraw, apply.FamilyActor)
	view.Again = canApplyAgain(a, view.Policy)
	view.Notify = len(s.notifyRoutes()) > 0
	if view.Policy != nil {
		switch {
		case a.State == apply.Draft:
			view.Continue = memberPath(applyPath(view.Policy, s.nextPart(view.Policy, a)), a)
		case a.State.Waiting():
			view.Ahead = s.dueSteps(c, view.Policy, a.ClockStart())
		}
	}
	if e, ok := a.Last(apply.AskMore); ok && a.State == apply.MoreNeeded {
		view.Needs = e.Reason
	}
	if n := len(a.Events); n > 0 && a.State.Final() {
		view.Decided = s.reasonsOf(c, a.Policy, a.Events[n-1])
	}
	if view.Policy != nil {
		view.ContentLang = view.Lang.shows(view.Policy.Lang)
	}
	view.Papers = s.paperRows(c, view.page, s.trackFiling(c, a), "")
	view.Supply = field{Name: suppliedField, Label: t("track.supply.label"), Help: t("track.supply.help"), Long: true, MaxLength: 1000, Value: c.FormValue("text")}
	wrong, bad := invalid.Field("text")
	if !view.takes(c, a) {
		view.Supply.Value, view.Kept = "", view.Supply.Value
	}
	if view.Object = a.Can(apply.Object, apply.FamilyActor); view.Object {
		view.Supply.Label, view.Supply.Help = t("track.object.label"), t("track.object.help")
	}
	heard := s.hearOwn(&view.Supply, view.page, view.Supply.Name, wrong.Key)
	if bad {
		view.Supply.Error = s.problemWords(c, wrong, bad)
		view.Problems = []problem{{view.Supply.ID(), view.Supply.Error, heard}}
		s.wrong(c, &view.page)
	}
	view.hearWay(s, events)
	return s.render(c, "track-status", view)
}

// takes reports whether the page still has the form in which the posted words were typed.
// An answer to the office is no objection, and neither of them is why somebody withdraws.
func (statusPage) takes(c *fiber.Ctx, a *apply.Application) bool {
	supplies, objects := a.Can(apply.Supply, apply.FamilyActor), a.Can(apply.Object, apply.FamilyActor)
	switch visitOf(c).Path {
	case "/track/supply":
		return supplies
	case "/track/object":
		return objects
	case "/track/withdraw":
		return false
	}
	return supplies || objects
}

// timeline tells the family what happened, in plain words, oldest first.
func (s *Server) timeline(c *fiber.Ctx, a *apply.Application) []step {
	t := s.words(c)
	out := []step{{Title: t("track.event.start"), Text: s.day(c, a.Created), State: "done"}}
	for _, e := range a.Events {
		if e.Move.Quiet() {
			continue
		}
		one := step{Title: t(fmt.Sprintf("track.event.%s", e.Move)), Text: s.moment(c, e.At), State: "done"}
		switch {
		case e.Reason != "":
			one.Note = t("track.event.reason", "Words", e.Reason)
			if grounds := s.groundWords(c, e.Grounds); grounds != "" {
				one.Note = grounds + t("punctuation.stop") + one.Note
			}
		case e.Text != "":
			one.Note = t("track.event.text", "Words", e.Text)
		}
		if e.Move == apply.AskMore && a.State == apply.MoreNeeded && e.Number == len(a.Events) {
			one.State = "wrong"
		}
		out = append(out, one)
	}
	return out
}

// moment writes a date with the time of day.
func (s *Server) moment(c *fiber.Ctx, at time.Time) string {
	return s.day(c, at) + " " + at.In(apply.China).Format("15:04")
}

// change carries out what the family decides. A conflict and what has to be
// mended show the page again, with the words that were typed.
func (s *Server) change(c *fiber.Ctx, move func(*apply.Application, time.Time) error) error {
	a, err := s.followedOf(c)
	switch {
	case errors.Is(err, apply.ErrNotFound):
		return s.askWhose(c)
	case err != nil:
		return err
	case stale(c):
		c.Status(fiber.StatusForbidden)
		return s.renderStatus(c, a, nil, false)
	}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		return fiber.ErrBadRequest
	}
	_, err = s.cases.Desk.Change(c.UserContext(), a.Reference, version, move)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderStatus(c, a, invalid, false)
	case errors.Is(err, apply.ErrConflict):
		return s.changedMeanwhile(c, a.Reference, version, move)
	case err != nil:
		return err
	}
	return s.redirect(c, "/track/status")
}

// changedMeanwhile shows where an application stands whose page was an older one. What was
// only sent twice has arrived.
func (s *Server) changedMeanwhile(c *fiber.Ctx, ref apply.Reference, version int, move func(*apply.Application, time.Time) error) error {
	a, err := s.cases.Desk.ApplicationByReference(c.UserContext(), ref)
	if err != nil {
		return err
	}
	if sentTwice(a, version, move) {
		return s.redirect(c, "/track/status")
	}
	c.Status(fiber.StatusConflict)
	return s.renderStatus(c, a, nil, true)
}

// sentTwice reports whether the last thing that happened to an application is what a page posts
// that was shown just before it.
func sentTwice(a *apply.Application, version int, move func(*apply.Application, time.Time) error) bool {
	n := len(a.Events)
	if n == 0 || a.Version != version+1 {
		return false
	}
	before := *a
	last := a.Events[n-1]
	before.Events = a.Events[: n-1 : n-1] // what is tried here stays here
	before.State = apply.Draft
	if n > 1 {
		before.State = a.Events[n-2].State
	}
	if move(&before, last.At) != nil {
		return false
	}
	again := before.Events[n-1]
	return last.Actor == again.Actor && last.Move == again.Move && last.Text == again.Text
}

// suppliedField is what the family writes to the office.
const suppliedField = "text"

// askWhose asks which application the words are for that were typed on a page of one that
// this browser no longer knows.
func (s *Server) askWhose(c *fiber.Ctx) error {
	p := s.newTrackPage(c)
	if p.Kept = c.FormValue(suppliedField); p.Kept == "" {
		return s.lost(c)
	}
	c.Status(fiber.StatusForbidden)
	return s.render(c, "track", p)
}

func (s *Server) supply(c *fiber.Ctx) error {
	text := c.FormValue(suppliedField)
	s.saysUnsent(c, text)
	return s.change(c, func(a *apply.Application, now time.Time) error { return a.Supply(text, now) })
}

// object asks for a second look after a refusal.
func (s *Server) object(c *fiber.Ctx) error {
	text := c.FormValue("text")
	s.saysUnsent(c, text)
	return s.change(c, func(a *apply.Application, now time.Time) error { return a.Object(text, now) })
}

type withdrawPage struct {
	page
	Policy  *content.Policy
	Pass    *pass
	Reason  field
	Version int
}

func (s *Server) askWithdraw(c *fiber.Ctx, a *apply.Application) error {
	if !a.Can(apply.Withdraw, apply.FamilyActor) {
		return s.redirect(c, "/track/status")
	}
	t := s.words(c)
	held := passOf(a)
	view := withdrawPage{page: s.page(c, "track.withdraw.title"), Pass: &held, Version: a.Version}
	view.NoIndex, view.Of = true, string(a.Reference)
	view.Policy, _ = s.policy(c, a.Policy)
	view.Crumbs = []crumb{{t("track.title"), "/track"}, {t("track.status.title"), "/track/status"}}
	view.Reason = field{Name: "text", Label: t("track.withdraw.reason"), Long: true, Rows: 3, MaxLength: 1000, Optional: true}
	view.Scripts = []string{"speech.js"}
	s.hearOwn(&view.Reason, view.page, "withdraw", "")
	return s.render(c, "track-withdraw", view)
}

func (s *Server) withdraw(c *fiber.Ctx) error {
	text := c.FormValue("text")
	s.saysUnsent(c, text)
	return s.change(c, func(a *apply.Application, now time.Time) error { return a.Withdraw(text, now) })
}

// forget is for a phone that belongs to somebody else.
func (s *Server) forget(c *fiber.Ctx) error {
	if err := s.letGo(c); err != nil {
		return err
	}
	// What the browser kept for its back button, or of answers not yet sent, goes
	// as well.
	c.Set("Clear-Site-Data", `"cache", "storage"`)
	return s.redirect(c, "/track?forgotten=1")
}
