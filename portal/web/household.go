package web

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// Households keeps what a family applies for together.
type Households interface {
	Household(ctx context.Context, ref apply.Reference) ([]*apply.Application, error)
	Begin(ctx context.Context, lang string, form func(policy string) (apply.Form, bool), wishes []apply.Wish) (*apply.Application, apply.Token, error)
	Extend(ctx context.Context, ref apply.Reference, form func(policy string) (apply.Form, bool), wishes []apply.Wish) error
	SaveShared(ctx context.Context, ref apply.Reference, version int, answers apply.Answers, form func(policy string) (apply.Form, bool)) error
	SubmitTogether(ctx context.Context, subs []apply.Submission) error
}

func (s *Server) householdRoutes() []route {
	if s.cases.Households == nil {
		return nil
	}
	const form = limited | guarded | private
	return []route{
		{fiber.MethodGet, "/household", s.withHousehold(s.showHousehold), guarded | private},
		{fiber.MethodPost, "/household", s.withHousehold(s.extendHousehold), form},
		{fiber.MethodGet, "/household/new", s.showTogether, guarded | private},
		{fiber.MethodPost, "/household/new", s.startTogether, limited | returned | private},
		{fiber.MethodGet, "/household/remove", s.withHousehold(s.askRemove), guarded | private},
		{fiber.MethodPost, "/household/remove", s.withHousehold(s.removeDraft), form},
		{fiber.MethodGet, "/household/review", s.withHousehold(s.showHouseholdReview), guarded | private},
		{fiber.MethodPost, "/household/review", s.withHousehold(s.submitHousehold), form},
	}
}

// Fields of the pages of a household.
const (
	wishField  = "programme" // slug of a policy, any number of times
	childField = "for-child" // number of a child, or newChild
	newChild   = "new"
)

// household is a family's applications as one of their browsers sees them.
type household struct {
	all []*apply.Application
	own *apply.Application // that the browser worked with last
}

func (h household) children() int {
	n := 0
	for _, a := range h.all {
		n = max(n, a.Child)
	}
	return max(n, 1)
}

// name is what a child is called in the household; "" while nobody has said.
func (h household) name(child int) string {
	for _, a := range h.all {
		if n := a.Answers[apply.FieldChildName]; max(a.Child, 1) == child && n != "" {
			return n
		}
	}
	return ""
}

func (h household) drafts() []*apply.Application {
	return slices.DeleteFunc(slices.Clone(h.all), func(a *apply.Application) bool { return a.State != apply.Draft })
}

// pass is what opens all of it again.
func (h household) pass() pass {
	p := passOf(h.own)
	if h.own.Household != "" {
		p.Number = h.own.Household.Grouped()
	}
	return p
}

func (s *Server) withHousehold(handle func(*fiber.Ctx, household) error) fiber.Handler {
	return s.followed(func(c *fiber.Ctx, own *apply.Application) error {
		all, err := s.cases.Households.Household(c.UserContext(), own.Reference)
		if err != nil {
			return err
		}
		return handle(c, household{all, own})
	})
}

// several reports whether the family has more applications than this one.
func (s *Server) several(c *fiber.Ctx, a *apply.Application) (bool, error) {
	h, err := s.householdOf(c, a)
	return len(h.all) > 1, err
}

// householdOf returns what belongs together with an application; nothing for one that
// stands by itself.
func (s *Server) householdOf(c *fiber.Ctx, a *apply.Application) (household, error) {
	if a.Household == "" || s.cases.Households == nil {
		return household{own: a}, nil
	}
	all, err := s.cases.Households.Household(c.UserContext(), a.Reference)
	return household{all, a}, err
}

// waits is an application of a household for which the office asks the family for more.
type waits struct {
	Child  string
	Policy *content.Policy
	Path   string
}

// waiting lists them, except own, whose page tells it already. Whoever opens a household
// by its one number would else meet the first application, and never learn of the others.
func (s *Server) waiting(c *fiber.Ctx, h household, own *apply.Application) []waits {
	var out []waits
	for _, a := range h.all {
		if a.State != apply.MoreNeeded || own != nil && a.Reference == own.Reference {
			continue
		}
		if p, ok := s.policy(c, a.Policy); ok {
			out = append(out, waits{s.childName(c, h, max(a.Child, 1)), p, memberPath(applyPath(p, "done"), a)})
		}
	}
	return out
}

// form returns the form of a policy as the family sees it.
func (s *Server) form(c *fiber.Ctx) func(string) (apply.Form, bool) {
	return func(slug string) (apply.Form, bool) {
		p, ok := s.policy(c, slug)
		return apply.Form{Policy: p}, ok && p.Online()
	}
}

func (s *Server) childName(c *fiber.Ctx, h household, child int) string {
	if n := h.name(child); n != "" {
		return n
	}
	return s.words(c)("household.child", "Number", child)
}

// memberPath names the child of a household in the address, so that the same form
// for two children is two pages.
func memberPath(path string, a *apply.Application) string {
	if a.Household == "" {
		return path
	}
	return path + "?child=" + strconv.Itoa(a.Child)
}

// memberOf returns the application that the address names among those made together
// with own, and lets the browser go on with it; own if it names none.
func (s *Server) memberOf(c *fiber.Ctx, p *content.Policy, own *apply.Application) (*apply.Application, error) {
	child := c.QueryInt("child")
	if child < 1 && own != nil && own.Household != "" && c.Method() == fiber.MethodPost {
		child = 1 // the page is from before it became a household, and so from the first child
	}
	if child < 1 || own != nil && (own.Household == "" || own.Child == child && !outlived(c, own)) {
		return own, nil
	}
	if own == nil {
		var err error
		if own, err = s.held(c, caseCookie); errors.Is(err, apply.ErrNotFound) || err == nil && own.Household == "" {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
	}
	return s.memberFor(c, p, own, child)
}

// outlived reports whether the page may be of one that was begun after own had ended: a
// page of the form is.
func outlived(c *fiber.Ctx, own *apply.Application) bool {
	path := visitOf(c).Path
	return own.State.Final() && !strings.HasSuffix(path, "/done") && !strings.Contains(path, "/files/")
}

// memberFor returns the application for a policy and a child of the household of own, and
// lets the browser go on with it; nil if there is none.
func (s *Server) memberFor(c *fiber.Ctx, p *content.Policy, own *apply.Application, child int) (*apply.Application, error) {
	all, err := s.cases.Households.Household(c.UserContext(), own.Reference)
	if err != nil {
		return nil, err
	}
	for _, a := range slices.Backward(all) { // the last one, where an earlier was refused
		if a.Policy != p.Slug || a.Child != child {
			continue
		}
		token, err := s.cases.Tracking.Remember(c.UserContext(), a.Reference)
		if err == nil {
			s.hold(c, a, token)
		}
		return a, err
	}
	return nil, nil
}

// whose says on the pages of a form for which child of a household it is.
type whose struct{ Child, Query string }

func (s *Server) whoseForm(c *fiber.Ctx, a *apply.Application) *whose {
	if a == nil || a.Household == "" {
		return nil
	}
	return &whose{s.childName(c, household{all: []*apply.Application{a}}, a.Child), memberPath("", a)}
}

type householdPage struct {
	page
	Pass     pass
	Children []houseChild
	Together bool // more than one application
	Ready    bool // all drafts are complete
	Drafts   int
	Next     *houseApp // the first draft that still lacks something
	Child    *field    // for whom to add something; nil when nothing can be added
	Offers   offerList
	Choosing bool // more programmes are being chosen
	Waiting  []waits
	Problems []problem
	Done     bool // has just been submitted
	Notify   bool // messages can be asked for
	Removed  bool // a draft has just been deleted
	Copied   bool // one has just been begun with what an earlier one held
}

type houseChild struct {
	Name string
	Apps []houseApp
}

type houseApp struct {
	Policy  *content.Policy // nil if it is no longer published
	Number  string
	State   string
	Missing int
	Path    string
	Remove  string // path; "" for what cannot be deleted
}

func (s *Server) showHousehold(c *fiber.Ctx, h household) error {
	return s.renderHousehold(c, h, nil, "")
}

// renderHousehold shows the household; wrong is the key of what was wrong with what was
// to be added, "" if nothing was.
func (s *Server) renderHousehold(c *fiber.Ctx, h household, chosen []string, wrong string) error {
	t := s.words(c)
	view := householdPage{page: s.page(c, "household.title"), Pass: h.pass(), Together: len(h.all) > 1, Drafts: len(h.drafts()), Done: c.Query("done") == "1", Removed: c.Query("removed") == "1", Copied: c.Query("copied") == "1"}
	view.NoIndex, view.Waiting = true, s.waiting(c, h, nil)
	view.Scripts = []string{"draft.js", "print.js", "speech.js"}
	view.Crumbs = []crumb{{t("track.title"), "/track"}}
	view.Column = column{Name: t("track.title"), About: t("track.lead"), Path: "/track"}
	view.Ready, view.Notify = view.Drafts > 0, len(s.notifyRoutes()) > 0
	for child := 1; child <= h.children(); child++ {
		one := houseChild{Name: s.childName(c, h, child)}
		for _, a := range h.all {
			if max(a.Child, 1) == child {
				app := s.houseApp(c, a)
				view.Ready = view.Ready && app.Missing == 0
				if view.Next == nil && app.Missing > 0 {
					view.Next = &app
				}
				one.Apps = append(one.Apps, app)
			}
		}
		if len(one.Apps) > 0 {
			view.Children = append(view.Children, one)
		}
	}
	if len(h.all) < apply.MaxHousehold {
		view.Child = s.childChoice(c, h)
		view.Offers, view.Choosing = inGroups(c, s.offers(c, chosen)), groupAsked(c) > 0
	}
	if wrong != "" {
		one := problem{Field: "main", Text: t(wrong, "Max", apply.MaxHousehold)} // where the list of what there is begins
		if view.Child != nil {
			view.Child.Error, one.Field = one.Text, view.Child.ID()
		}
		view.Problems = []problem{one}
		s.wrong(c, &view.page)
	}
	if view.Child != nil {
		heard := s.hearAlso(view.Child, view.page, childField, wrong)
		for i := range view.Problems {
			view.Problems[i].Heard = heard
		}
	}
	return s.render(c, "household", view)
}

func (s *Server) houseApp(c *fiber.Ctx, a *apply.Application) houseApp {
	out := houseApp{Number: a.Reference.Grouped(), State: string(a.State.Public())}
	p, ok := s.policy(c, a.Policy)
	if !ok {
		return out
	}
	out.Policy = p
	if a.State != apply.Draft {
		out.Path = memberPath(applyPath(p, "done"), a)
		return out
	}
	out.Remove = removePath(a)
	_, missing := a.Missing(apply.Form{Policy: p}, s.now())
	out.Missing = len(missing)
	next := s.nextPart(p, a)
	if next == "review" && a.Household != "" {
		next = s.firstPart(p, a)
	}
	out.Path = memberPath(applyPath(p, next), a)
	return out
}
