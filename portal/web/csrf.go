package web

import (
	"crypto/rand"
	"crypto/subtle"

	"github.com/gofiber/fiber/v2"
)

// A posted form must bring back the random token that our page put both into it
// and into a cookie: another site can make a browser send the cookie, but cannot
// read it to fill in the field. Nothing is stored, so that a form which was open
// for hours, or across a restart, still counts.
const (
	tokenField  = "_csrf"
	tokenKey    = "csrf"
	staleKey    = "stale"
	tokenLength = 26 // of rand.Text
)

func (s *Server) tokenCookie() string { return s.cookieName("csrf") }

// checkToken refuses a post without the token and gives pages the one to use.
func (s *Server) checkToken(c *fiber.Ctx) error {
	if !s.readToken(c) {
		return errStaleForm
	}
	return c.Next()
}

// noteToken lets the handler see to a post without the token, see stale.
func (s *Server) noteToken(c *fiber.Ctx) error {
	c.Locals(staleKey, !s.readToken(c))
	return c.Next()
}

// stale reports whether a post came without the token: it must change nothing.
func stale(c *fiber.Ctx) bool {
	yes, _ := c.Locals(staleKey).(bool)
	return yes
}

// readToken reports whether the request may change something, and gives pages the
// token to use.
func (s *Server) readToken(c *fiber.Ctx) bool {
	token := c.Cookies(s.tokenCookie())
	fresh := len(token) != tokenLength
	ok := c.Method() != fiber.MethodPost || fits(token, c.FormValue(tokenField))
	if fresh {
		token = s.newToken(c)
	}
	c.Locals(tokenKey, token)
	return ok
}

// fits reports whether a page brought back the token of the cookie.
func fits(cookie, posted string) bool {
	return len(cookie) == tokenLength && subtle.ConstantTimeCompare([]byte(cookie), []byte(posted)) == 1
}

func (s *Server) newToken(c *fiber.Ctx) string {
	token := rand.Text()
	c.Cookie(&fiber.Cookie{
		Name: s.tokenCookie(), Value: token, Path: "/", SessionOnly: true,
		Secure: s.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
	return token
}
