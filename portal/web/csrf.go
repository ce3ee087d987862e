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
	tokenLength = 26 // of rand.Text
)

func (s *Server) tokenCookie() string {
	if s.secure {
		return "__Host-csrf" // no other host can set it
	}
	return "csrf"
}

// checkToken refuses a post without the token and gives pages the one to use.
func (s *Server) checkToken(c *fiber.Ctx) error {
	token := c.Cookies(s.tokenCookie())
	fresh := len(token) != tokenLength
	if c.Method() == fiber.MethodPost {
		if fresh || subtle.ConstantTimeCompare([]byte(token), []byte(c.FormValue(tokenField))) != 1 {
			return errStaleForm
		}
	}
	if fresh {
		token = rand.Text()
		c.Cookie(&fiber.Cookie{
			Name: s.tokenCookie(), Value: token, Path: "/", SessionOnly: true,
			Secure: s.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
		})
	}
	c.Locals(tokenKey, token)
	return c.Next()
}
