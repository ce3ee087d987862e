package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// A browser that has started or opened an application holds a random token for
// it: under caseCookie for the last one it worked with, and under draftCookie
// and the policy's slug, so that several applications can be filled in at once.
const (
	caseCookie  = "case"
	draftCookie = "draft-"
)

// cookieName returns the name under which a cookie is set: over TLS one that no
// other host can set.
func (s *Server) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

// hold lets the browser come back to its application.
func (s *Server) hold(c *fiber.Ctx, a *apply.Application, token apply.Token) {
	for _, name := range holding(a) {
		s.keepToken(c, name, token)
	}
}

func (s *Server) keepToken(c *fiber.Ctx, name string, token apply.Token) {
	c.Cookie(&fiber.Cookie{
		Name: s.cookieName(name), Value: string(token), Path: "/",
		Expires: s.now().Add(apply.DraftTokenLasts), MaxAge: int(apply.DraftTokenLasts.Seconds()),
		Secure: s.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// turnTo lets the browser go on with the application that it holds for a policy: where it
// stands, what is withdrawn or supplied is this one's from now on.
func (s *Server) turnTo(c *fiber.Ctx, p *content.Policy) {
	if token := c.Cookies(s.cookieName(draftCookie + p.Slug)); token != c.Cookies(s.cookieName(caseCookie)) {
		s.keepToken(c, caseCookie, apply.Token(token))
	}
}

// held returns the application whose token the browser holds under this name.
func (s *Server) held(c *fiber.Ctx, name string) (*apply.Application, error) {
	token := c.Cookies(s.cookieName(name))
	if token == "" {
		return nil, apply.ErrNotFound
	}
	return s.cases.Drafts.ApplicationByDraftToken(c.UserContext(), apply.Token(token))
}

// ofField is the number of the application that a page was of. In another tab the browser
// may have gone on with another one since.
const ofField = "-of"

// followedOf returns the application that the browser follows or, of a posted page, the one
// that the page was of, with which the browser then goes on.
func (s *Server) followedOf(c *fiber.Ctx) (*apply.Application, error) {
	own, err := s.held(c, caseCookie)
	if err != nil {
		return nil, err
	}
	return s.ofPage(c, own)
}

// ofPage returns own, unless the posted page was of another application: that one then,
// where it is of the same household or one that the browser holds as well.
func (s *Server) ofPage(c *fiber.Ctx, own *apply.Application) (*apply.Application, error) {
	if c.Method() != fiber.MethodPost || c.Request().IsBodyStream() { // see takeFiles for files
		return own, nil
	}
	of := apply.Reference(c.FormValue(ofField))
	if of == "" || of == own.Reference {
		return own, nil
	}
	h, err := s.householdOf(c, own)
	if err != nil {
		return nil, err
	}
	all := h.all
	for _, name := range heldCookies(c) {
		if a, err := s.cases.Drafts.ApplicationByDraftToken(c.UserContext(), apply.Token(c.Cookies(name))); err == nil {
			all = append(all, a)
		} else if !errors.Is(err, apply.ErrNotFound) {
			return nil, err
		}
	}
	i := slices.IndexFunc(all, func(a *apply.Application) bool { return a.Reference == of })
	if i < 0 {
		return nil, fmt.Errorf("the application of the page: %w", apply.ErrNotFound)
	}
	token, err := s.cases.Tracking.Remember(c.UserContext(), of)
	if err != nil {
		return nil, err
	}
	s.hold(c, all[i], token)
	return all[i], nil
}

// heldCookies are the names of the cookies with a token for an application.
func heldCookies(c *fiber.Ctx) []string {
	var out []string
	c.Request().Header.VisitAllCookie(func(key, _ []byte) {
		bare := strings.TrimPrefix(string(key), "__Host-")
		if bare == caseCookie || strings.HasPrefix(bare, draftCookie) {
			out = append(out, string(key))
		}
	})
	return out
}

// heldFor returns the browser's application for a policy; nil if there is none.
func (s *Server) heldFor(c *fiber.Ctx, p *content.Policy) (*apply.Application, error) {
	a, err := s.held(c, draftCookie+p.Slug)
	if errors.Is(err, apply.ErrNotFound) || err == nil && a.Policy != p.Slug {
		return nil, nil
	}
	return a, err
}

// letGo forgets all applications on this browser.
func (s *Server) letGo(c *fiber.Ctx) error {
	for _, name := range heldCookies(c) {
		if err := s.cases.Tracking.Forget(c.UserContext(), apply.Token(c.Cookies(name))); err != nil {
			return err
		}
		s.dropCookie(c, name)
	}
	return nil
}

func (s *Server) dropCookie(c *fiber.Ctx, name string) {
	c.Cookie(&fiber.Cookie{
		Name: name, Path: "/", Expires: time.Unix(1, 0),
		Secure: s.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// openWithCode opens an application by number and code as typed, and lets the
// browser hold it. What could not be read as one is the same error as a wrong one.
func (s *Server) openWithCode(c *fiber.Ctx, number, code string) (*apply.Application, error) {
	ref, readable := apply.ParseReference(number)
	secret, complete := apply.ParseCode(code)
	if !readable || !complete {
		return nil, apply.ErrNotFound
	}
	a, err := s.cases.Tracking.OpenWithCode(c.UserContext(), ref, secret, c.IP())
	if err != nil {
		return nil, err
	}
	token, err := s.cases.Tracking.Remember(c.UserContext(), a.Reference) // not ref: the number of a household may outlive its first application
	if err != nil {
		return nil, err
	}
	s.hold(c, a, token)
	return a, nil
}

// openProblem puts an error of openWithCode into words; "" if it is ours. It
// never tells which part was wrong.
func (s *Server) openProblem(c *fiber.Ctx, err error) string {
	if key := openProblemKey(err); key != "" {
		return s.words(c)(key)
	}
	return ""
}

func openProblemKey(err error) string {
	var locked *apply.LockedError
	switch {
	case errors.As(err, &locked):
		return "track.locked"
	case errors.Is(err, apply.ErrNotFound):
		return "track.wrong"
	}
	return ""
}

// pass is what the family notes down of an application.
type pass struct{ Number, Code string }

func passOf(a *apply.Application) pass { return pass{a.Reference.Grouped(), a.Code.Grouped()} }
