package web

import (
	"github.com/gofiber/fiber/v2"
)

// Dependency is one thing that the site needs, as /readyz tells of it.
type Dependency struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // without it the site is not ready
	Detail string `json:"detail,omitempty"`
}

type readiness struct {
	Ready        bool         `json:"ready"`
	Content      string       `json:"content"` // version
	Dependencies []Dependency `json:"dependencies"`
}

// showHealth says that the process answers; it asks nothing else.
func (s *Server) showHealth(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(struct {
		Status string `json:"status"`
	}{"ok"})
}

// showReady explains each dependency; 503 if one that is needed is missing.
func (s *Server) showReady(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	r := readiness{Ready: true, Content: s.content().Library.Version, Dependencies: []Dependency{}}
	if s.ready != nil {
		r.Dependencies = append(r.Dependencies, s.ready(c.UserContext())...)
	}
	for _, d := range r.Dependencies {
		r.Ready = r.Ready && (d.OK || !d.Needed)
	}
	if !r.Ready {
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(r)
}
