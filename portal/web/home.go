package web

import (
	"github.com/gofiber/fiber/v2"
)

// maxPopular is how many questions the first page offers.
const maxPopular = 6

type homePage struct {
	page
	Popular    []question
	Categories []categoryLink
}

type categoryLink struct{ Name, Path string }

// question is one that a policy answers, with the place of the answer.
type question struct{ Text, Lang, Path string }

func (s *Server) homeRoutes() []route {
	return []route{{fiber.MethodGet, "/", s.showHome, kept}}
}

func (s *Server) showHome(c *fiber.Ctx) error {
	p := homePage{page: s.page(c, "site.title"), Popular: s.popular(c), Categories: s.categories(c)}
	p.Scripts = []string{"speech.js"}
	return s.render(c, "home", p)
}

// categories returns links to the policies of each category that has some.
func (s *Server) categories(c *fiber.Ctx) []categoryLink {
	lib := s.content().Library
	used := map[string]bool{}
	for _, policy := range lib.Policies {
		used[policy.Category] = true
	}
	var out []categoryLink
	for _, cat := range lib.Categories {
		if used[cat.Slug] {
			out = append(out, categoryLink{s.contentText(c, cat.Title(visitOf(c).Lang.Code)), "/policies#" + cat.Slug})
		}
	}
	return out
}

// popular returns the first questions of policies, those first that are in the
// visit's language.
func (s *Server) popular(c *fiber.Ctx) []question {
	l := visitOf(c).Lang
	var own, other []question
	for _, policy := range s.content().Library.Policies {
		policy, _ = policy.In(l.Code)
		if len(policy.FAQ) == 0 {
			continue
		}
		q := question{policy.FAQ[0].Q, l.shows(policy.Lang), policyPath(policy.Slug, policy.FAQ[0].Section)}
		if q.Lang == l.Code {
			own = append(own, q)
		} else {
			other = append(other, q)
		}
	}
	return firstOf(append(own, other...), maxPopular)
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
