package web

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// offer is a policy to choose.
type offer struct {
	Policy *content.Policy
	On     bool
}

func (s *Server) childChoice(c *fiber.Ctx, h household) *field {
	t := s.words(c)
	f := field{Name: childField, Label: t("household.for"), Value: c.FormValue(childField)}
	for child := 1; child <= h.children(); child++ {
		f.Options = append(f.Options, content.Option{Value: strconv.Itoa(child), Label: s.childName(c, h, child)})
	}
	if h.children() < maxRadios {
		f.Options = append(f.Options, content.Option{Value: newChild, Label: t("household.for.new")})
	}
	return &f
}

// offers lists what can be applied for on the site.
func (s *Server) offers(c *fiber.Ctx, chosen []string) []offer {
	var out []offer
	for _, p := range s.policies(c) {
		if p.Online() {
			out = append(out, offer{p, slices.Contains(chosen, p.Slug)})
		}
	}
	return out
}

// chosen returns the policies that are ticked.
func (s *Server) chosen(c *fiber.Ctx) []string {
	var out []string
	for _, b := range c.Request().PostArgs().PeekMulti(wishField) {
		if _, ok := s.form(c)(string(b)); ok && !slices.Contains(out, string(b)) {
			out = append(out, string(b))
		}
	}
	return out
}

// extendHousehold adds what the family chose for one of its children.
func (s *Server) extendHousehold(c *fiber.Ctx, h household) error {
	chosen := s.chosen(c)
	child, err := strconv.Atoi(c.FormValue(childField))
	if c.FormValue(childField) == newChild {
		child, err = h.children()+1, nil
	}
	switch {
	case groupAsked(c) > 0:
		return s.renderHousehold(c, h, chosen, "")
	case len(h.all) >= apply.MaxHousehold: // the page is from before it was full
		return s.renderHousehold(c, h, chosen, "household.full")
	case err != nil || child < 1 || child > min(h.children()+1, maxRadios):
		return s.renderHousehold(c, h, chosen, "household.for.choose")
	case len(chosen) == 0:
		return s.renderHousehold(c, h, chosen, "household.programme.choose")
	}
	if err := s.extend(c, h.own, child, chosen); errors.Is(err, apply.ErrConflict) {
		return s.renderHousehold(c, h, chosen, "household.full")
	} else if err != nil {
		return err
	}
	return s.redirect(c, "/household")
}

func (s *Server) extend(c *fiber.Ctx, own *apply.Application, child int, slugs []string) error {
	wishes, err := s.wishes(c, child, slugs)
	if err != nil {
		return err
	}
	return s.cases.Households.Extend(c.UserContext(), own.Reference, s.form(c), wishes)
}

func (s *Server) wishes(c *fiber.Ctx, child int, slugs []string) ([]apply.Wish, error) {
	var out []apply.Wish
	for _, slug := range slugs {
		f, ok := s.form(c)(slug)
		if !ok {
			return nil, fmt.Errorf("policy %s: %w", slug, apply.ErrNotFound)
		}
		out = append(out, apply.Wish{Form: f, Child: child, Carry: checkedAnswers(c, f.Policy)})
	}
	return out, nil
}

// togetherPage comes before several applications are begun at once.
type togetherPage struct {
	page
	Offers   offerList
	Given    []given // answers carried over from the checker
	Problems []problem
	Again    bool     // the button was pressed on a page that was too old
	Chosen   []string // elder mode: what is begun from the page that only tells how the data are kept
}

// noticeRead is sent from the page that tells how the data are kept, which elder mode has
// between choosing and beginning.
const (
	noticeRead  = "-read"
	noticedForm = "noticed"
)

func (s *Server) showTogether(c *fiber.Ctx) error { return s.renderTogether(c, nil, "") }

func (s *Server) renderTogether(c *fiber.Ctx, chosen []string, wrong string) error {
	view := s.newTogether(c, chosen)
	if wrong != "" {
		view.Problems = []problem{{Field: "f-" + wishField + "-0", Text: wrong}}
		view.Offers.Error = wrong
		s.wrong(c, &view.page)
	}
	return s.render(c, "household-new", view)
}

func (s *Server) newTogether(c *fiber.Ctx, chosen []string) togetherPage {
	t := s.words(c)
	all := s.offers(c, chosen)
	view := togetherPage{page: s.page(c, "household.new.title"), Offers: inGroups(c, all), Again: begunLate(c)}
	view.NoIndex, view.Scripts = true, []string{"speech.js"}
	view.Crumbs = []crumb{{t("apply.title"), "/apply"}}
	view.Column = column{Name: t("apply.title"), About: t("apply.lead"), Path: "/apply"}
	seen := map[string]bool{}
	for _, o := range all {
		for name, value := range checkedAnswers(c, o.Policy) {
			if !seen[name] {
				view.Given = append(view.Given, given{Name: name, Value: value})
			}
			seen[name] = true
		}
	}
	return view
}

// startTogether begins the chosen applications for one child. A post from the checker
// only brings choice and answers along, so that nobody misses the notice.
func (s *Server) startTogether(c *fiber.Ctx) error {
	chosen := s.chosen(c)
	switch {
	case c.FormValue(formStart) == "" || groupAsked(c) > 0:
		return s.renderTogether(c, chosen, "")
	case stale(c):
		c.Status(fiber.StatusForbidden)
		return s.renderTogether(c, chosen, "")
	case len(chosen) == 0:
		return s.renderTogether(c, chosen, s.words(c)("household.programme.choose"))
	case visitOf(c).Mode == modeElder && c.FormValue(noticeRead) == "":
		view := s.newTogether(c, chosen)
		view.Title, view.Chosen = s.words(c)("apply.notice.title"), chosen
		view.BackForm = noticedForm
		return s.render(c, "household-new", view)
	}
	wishes, err := s.wishes(c, 1, chosen)
	if err != nil {
		return err
	}
	a, token, err := s.cases.Households.Begin(c.UserContext(), visitOf(c).Lang.Code, s.form(c), wishes)
	if err != nil {
		return err
	}
	s.hold(c, a, token)
	if p := wishes[0].Form.Policy; len(wishes) == 1 {
		return s.redirect(c, applyPath(p, s.firstPart(p, a)))
	}
	return s.redirect(c, "/household")
}
