package web

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
)

// answeredWithin is how long a handler may wait for what the site stands on, most of all
// the database. Whoever waits longer leaves without having been told anything.
const answeredWithin = 12 * time.Second

// asideLasts is how long a visitor waits for what is done beside the answer.
const asideLasts = time.Second

const timeKey = "time"

// allowance is the time that a request has left.
type allowance struct {
	base context.Context
	now  *span
}

// inTime gives a request whose body was read its time to be answered.
func (s *Server) inTime(c *fiber.Ctx) error {
	a := &allowance{base: c.UserContext()}
	a.begin(c)
	defer func() { a.now.stop() }()
	c.Locals(timeKey, a)
	return c.Next()
}

func (a *allowance) begin(c *fiber.Ctx) {
	a.now = newSpan(a.base, answeredWithin)
	c.SetUserContext(a.now)
}

// renewTime begins anew after something that has bounds of its own, such as files that
// come over a slow line.
func (s *Server) renewTime(c *fiber.Ctx) {
	if a, ok := c.Locals(timeKey).(*allowance); ok {
		a.now.stop()
		a.begin(c)
	}
}

// wholeTime is the context of what has bounds of its own.
func wholeTime(c *fiber.Ctx) context.Context {
	if a, ok := c.Locals(timeKey).(*allowance); ok {
		return a.base
	}
	return c.UserContext()
}

// aside is the context of what a visitor need not wait for.
func aside(c *fiber.Ctx) (context.Context, context.CancelFunc) {
	ctx := newSpan(c.UserContext(), asideLasts)
	return ctx, ctx.stop
}
