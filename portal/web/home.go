package web

import (
	"github.com/gofiber/fiber/v2"
)

// maxPopular is how many questions the first page offers.
const maxPopular = 6

type homePage struct {
	page
	Popular    []crumb // question and where it is answered
	Categories []categoryLink
}

type categoryLink struct{ Name, Path string }

func (s *Server) homeRoutes() []route {
	return []route{{fiber.MethodGet, "/", s.showHome, kept}}
}

func (s *Server) showHome(c *fiber.Ctx) error {
	p := homePage{page: s.page(c, "site.title")}
	lib := s.content().Library
	for _, policy := range lib.Policies {
		if len(policy.FAQ) > 0 && len(p.Popular) < maxPopular {
			f := policy.FAQ[0]
			p.Popular = append(p.Popular, crumb{f.Q, policyPath(policy.Slug, f.Section)})
		}
	}
	used := map[string]bool{}
	for _, policy := range lib.Policies {
		used[policy.Category] = true
	}
	for _, cat := range lib.Categories {
		if used[cat.Slug] {
			p.Categories = append(p.Categories, categoryLink{s.contentText(c, cat.Title(p.Lang.Code)), "/policies#" + cat.Slug})
		}
	}
	return s.render(c, "home", p)
}

// policyPath returns the address of a policy's page, at a section if one is named.
func policyPath(slug, section string) string {
	path := "/policies/" + slug
	if section != "" {
		path += "#" + section
	}
	return path
}

// contentText returns a text of the content as the visit's language shows it.
func (s *Server) contentText(c *fiber.Ctx, text string) string {
	return s.views.content(visitOf(c).Lang, text)
}
