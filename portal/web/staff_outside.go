package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// SignOn signs staff in with accounts that the city has already. Begin returns the
// address to send the browser to and what it must bring back; Finish says who it is,
// or [casework.ErrNobody].
type SignOn interface {
	Begin(ctx context.Context) (address, memo string, err error)
	Finish(ctx context.Context, memo string, answer url.Values) (casework.Outside, error)
}

const (
	outsidePath = "/staff/outside"
	// OutsideReturn is the path to which the browser comes back.
	OutsideReturn = outsidePath + "/back"

	outsideCookie = "outside"
	outsideLasts  = 10 * time.Minute // to sign in there
)

// outsideRoutes are open to everybody: who comes is known afterwards.
func (s *Server) outsideRoutes() []route {
	if s.signOn == nil {
		return nil
	}
	return []route{
		{fiber.MethodGet, outsidePath, s.goOutside, limited | private},
		{fiber.MethodGet, OutsideReturn, s.comeBack, limited | private},
	}
}

func (s *Server) linkRoutes() []deskRoute {
	if s.signOn == nil {
		return nil
	}
	const needs = casework.OwnAccount
	return []deskRoute{
		{fiber.MethodPost, accountPath + "/outside", needs, s.beginLink, limited},
		{fiber.MethodPost, accountPath + "/outside/drop", needs, s.dropLink, limited},
	}
}

// outsidePage says what came of it, or what comes next, with one way on.
type outsidePage struct {
	page
	Lead, Go string
	Away     string // address elsewhere
	On       string // path here
	Warn     bool
}

func (s *Server) newOutsidePage(c *fiber.Ctx, name string) outsidePage {
	t := s.words(c)
	p := outsidePage{page: s.page(c, fmt.Sprintf("staff.outside.%s", name)), Lead: t(fmt.Sprintf("staff.outside.%s.lead", name)), Go: t(fmt.Sprintf("staff.outside.%s.go", name)), On: "/staff"}
	p.onDesk()
	return p
}

// goOutside sends a browser there to sign in.
func (s *Server) goOutside(c *fiber.Ctx) error {
	address, err := s.leaveFor(c, "")
	if err != nil {
		return s.outsideDown(c, err)
	}
	return c.Redirect(address, fiber.StatusSeeOther)
}

// leaveFor begins to sign in there and lets the browser keep what it must bring back.
// user is who wants to link the identity; "" to sign in with it.
func (s *Server) leaveFor(c *fiber.Ctx, user string) (address string, err error) {
	address, memo, err := s.signOn.Begin(c.UserContext())
	if err != nil {
		return "", err
	}
	c.Cookie(&fiber.Cookie{
		Name: s.cookieName(outsideCookie), Value: s.seal(outsideCookie, strings.Join([]string{user, visitOf(c).Lang.Prefix, memo}, " ")), Path: "/", MaxAge: int(outsideLasts.Seconds()),
		// Lax: the browser comes back from another site.
		Secure: s.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
	return address, nil
}

// comeBack takes what the other site sent the browser back with.
func (s *Server) comeBack(c *fiber.Ctx) error {
	kept, _ := s.unseal(outsideCookie, c.Cookies(s.cookieName(outsideCookie)))
	parts := append(strings.SplitN(kept, " ", 3), "", "", "")
	user, prefix, memo := parts[0], parts[1], parts[2]
	query := string(c.Request().URI().QueryString())
	if memo != "" && prefix != visitOf(c).Lang.Prefix { // the other site knows one address of ours only
		return c.Redirect(prefix+OutsideReturn+"?"+query, fiber.StatusSeeOther)
	}
	s.dropCookie(c, s.cookieName(outsideCookie))
	answer, err := url.ParseQuery(query)
	if err != nil {
		return fiber.ErrBadRequest
	}
	who, err := s.signOn.Finish(c.UserContext(), memo, answer)
	switch {
	case errors.Is(err, casework.ErrNobody):
		return s.outsideRefused(c, "nobody")
	case err != nil:
		return s.outsideDown(c, err)
	case user != "":
		return s.link(c, user, who)
	}
	step, token, err := s.cases.Outside.SignInOutside(c.UserContext(), who, device(c.Get(fiber.HeaderUserAgent)))
	if errors.Is(err, apply.ErrNotFound) {
		return s.outsideRefused(c, "unknown")
	}
	if err != nil {
		return err
	}
	s.setSession(c, token)
	view := s.newOutsidePage(c, "in")
	if step != casework.SignedIn {
		view.On = "/staff/factor"
	}
	// The session's cookie is not sent where another site leads to: this page has to
	// lead on itself.
	c.Set("Refresh", "0; url="+visitOf(c).Lang.path(view.On))
	return s.render(c, "staff-outside", view)
}

func (s *Server) outsideRefused(c *fiber.Ctx, name string) error {
	view := s.newOutsidePage(c, name)
	view.Warn = true
	c.Status(fiber.StatusForbidden)
	return s.render(c, "staff-outside", view)
}

// outsideDown says that the other site does not work, and that ours does.
func (s *Server) outsideDown(c *fiber.Ctx, err error) error {
	s.log.Error("the city's accounts do not answer", "error", err)
	view := s.newOutsidePage(c, "down")
	view.Warn = true
	c.Status(fiber.StatusBadGateway)
	return s.render(c, "staff-outside", view)
}

// beginLink shows the way to the other site: a form must not lead there by itself.
func (s *Server) beginLink(c *fiber.Ctx, u casework.User) error {
	address, err := s.leaveFor(c, u.ID)
	if err != nil {
		return s.outsideDown(c, err)
	}
	view := s.newOutsidePage(c, "link")
	view.Away, view.On = address, accountPath
	return s.render(c, "staff-outside", view)
}

// link is who came back from there after beginLink, in the same browser.
func (s *Server) link(c *fiber.Ctx, user string, who casework.Outside) error {
	err := s.cases.Outside.LinkOutside(c.UserContext(), apply.Actor{Kind: apply.StaffActor, ID: user}, who)
	if errors.Is(err, apply.ErrConflict) {
		return s.outsideRefused(c, "taken")
	}
	if err != nil {
		return err
	}
	view := s.newOutsidePage(c, "linked")
	view.On = accountPath
	return s.render(c, "staff-outside", view)
}

func (s *Server) dropLink(c *fiber.Ctx, u casework.User) error {
	if err := s.cases.Outside.UnlinkOutside(c.UserContext(), u.Actor()); err != nil {
		return err
	}
	return s.redirect(c, accountPath)
}

// outsideLink is the part of the account page.
type outsideLink struct {
	On    bool   // the portal knows other accounts at all
	Since string // "" while none is linked
}

func (s *Server) outsideLink(c *fiber.Ctx, u casework.User) (outsideLink, error) {
	if s.signOn == nil {
		return outsideLink{}, nil
	}
	at, err := s.cases.Outside.LinkedOutside(c.UserContext(), u.Actor())
	if err != nil || at.IsZero() {
		return outsideLink{On: true}, err
	}
	return outsideLink{true, s.day(c, at)}, nil
}
