package web

import (
	"context"

	"github.com/gofiber/fiber/v2"
)

// Dependency is one thing that the site needs, as /readyz tells of it. The detail, which
// may name servers, is for whoever runs the portal: visitors are not told.
type Dependency struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // without it the site is not ready
	Detail string `json:"detail,omitempty"`
}

// Readiness is whether the site can serve, and why not.
type Readiness struct {
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

// Readiness asks each dependency.
func (s *Server) Readiness(ctx context.Context) Readiness {
	r := Readiness{Ready: true, Content: s.content().Library.Version, Dependencies: []Dependency{}}
	if s.ready != nil {
		r.Dependencies = append(r.Dependencies, s.ready(ctx)...)
	}
	for _, d := range r.Dependencies {
		r.Ready = r.Ready && (d.OK || !d.Needed)
	}
	return r
}

// showReady names each dependency; 503 if one that is needed is missing.
func (s *Server) showReady(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	r := s.Readiness(c.UserContext())
	for i := range r.Dependencies {
		r.Dependencies[i].Detail = ""
	}
	if !r.Ready {
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(r)
}
