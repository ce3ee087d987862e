package web

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
)

// Passes changes what opens an application.
type Passes interface {
	RenewCode(ctx context.Context, ref apply.Reference, own ...apply.Token) (apply.Token, error)
}

func (s *Server) codeRoutes() []route {
	if s.cases.Passes == nil {
		return nil
	}
	return []route{{fiber.MethodPost, "/track/code", s.followed(s.renewCode), limited | guarded | private}}
}

// renewCode changes the query code, for a family whose code others have seen: on a
// printed slip, say. Other devices that were remembered are forgotten.
func (s *Server) renewCode(c *fiber.Ctx, a *apply.Application) error {
	var own []apply.Token
	for _, name := range heldCookies(c) {
		own = append(own, apply.Token(c.Cookies(name)))
	}
	token, err := s.cases.Passes.RenewCode(c.UserContext(), a.Reference, own...)
	if err != nil {
		return err
	}
	s.hold(c, a, token)
	return s.redirect(c, "/track/data?renewed=1")
}
