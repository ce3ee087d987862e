package web

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// removePage asks once more before a draft of a household is deleted.
type removePage struct {
	page
	Policy  *content.Policy
	Child   string // name
	Number  string
	Slug    string // of the policy
	Of      int    // number of the child
	Version int
	Changed bool // somebody went on with it after the page was shown
}

// removePath is where the family is asked whether it wants to be rid of a draft.
func removePath(a *apply.Application) string {
	return "/household/remove?child=" + strconv.Itoa(max(a.Child, 1)) + "&programme=" + a.Policy
}

// draft returns the unfinished application for a child and a policy; nil without one.
func (h household) draft(child int, slug string) *apply.Application {
	for _, a := range h.drafts() {
		if max(a.Child, 1) == child && a.Policy == slug {
			return a
		}
	}
	return nil
}

func (s *Server) askRemove(c *fiber.Ctx, h household) error {
	return s.renderRemove(c, h, h.draft(c.QueryInt("child"), c.Query(wishField)), false)
}

func (s *Server) renderRemove(c *fiber.Ctx, h household, a *apply.Application, changed bool) error {
	if a == nil {
		return s.redirect(c, "/household")
	}
	t := s.words(c)
	view := removePage{
		page: s.page(c, "household.remove.title"), Child: s.childName(c, h, max(a.Child, 1)), Number: a.Reference.Grouped(), Slug: a.Policy,
		Of: max(a.Child, 1), Version: a.Version, Changed: changed,
	}
	view.NoIndex = true
	view.Policy, _ = s.policy(c, a.Policy)
	view.Crumbs = []crumb{{t("track.title"), "/track"}, {t("household.title"), "/household"}}
	view.Column = column{Name: t("track.title"), About: t("track.lead"), Path: "/track"}
	return s.render(c, "household-remove", view)
}

// removeDraft deletes one draft and leaves the others as they are. The browser goes on
// with another one of the household, or with none.
func (s *Server) removeDraft(c *fiber.Ctx, h household) error {
	child, _ := strconv.Atoi(c.FormValue("child"))
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		return fiber.ErrBadRequest
	}
	a := h.draft(child, c.FormValue(wishField))
	if a == nil { // gone already, or handed in
		return s.redirect(c, "/household")
	}
	err = s.cases.Erasure.Erase(c.UserContext(), a.Reference, version)
	switch {
	case errors.Is(err, apply.ErrConflict):
		c.Status(fiber.StatusConflict)
		return s.renderRemove(c, h, a, true)
	case err != nil:
		return err
	}
	for _, left := range h.all {
		if left.Reference == a.Reference {
			continue
		}
		token, err := s.cases.Tracking.Remember(c.UserContext(), left.Reference)
		if err != nil {
			return err
		}
		s.hold(c, left, token)
		return s.redirect(c, "/household?removed=1")
	}
	if err := s.letGo(c); err != nil {
		return err
	}
	c.Set("Clear-Site-Data", `"cache", "storage"`)
	return s.redirect(c, "/track?erased=1")
}
