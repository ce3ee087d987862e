package web

import (
	"fmt"
	"html/template"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

const sharePath = "/staff/share"

func (s *Server) kitRoutes() []deskRoute {
	if s.cases.Sharing == nil {
		return nil
	}
	const one = sharePath + "/:code"
	return []deskRoute{
		{fiber.MethodGet, sharePath, casework.ShareKit, s.showSharing, 0},
		{fiber.MethodPost, sharePath, casework.ShareKit, s.makeLink, 0},
		{fiber.MethodGet, visitsPath, casework.ReadVisits, s.showVisits, 0},
		{fiber.MethodGet, visitsPath + visitsFile, casework.ReadVisits, s.showVisits, 0},
		{fiber.MethodGet, one, casework.ShareKit, s.ownLink(s.showKit), 0},
		{fiber.MethodGet, one + "/poster", casework.ShareKit, s.ownLink(s.showPoster), 0},
	}
}

// sharingPage is where a director picks what to share: one tap leads to the kit.
type sharingPage struct {
	staffPage
	Whose    string
	Village  *field // nil: there is nothing to choose
	Groups   []policyGroup
	Help     []*content.Page
	Problems []problem
}

func (s *Server) showSharing(c *fiber.Ctx, u casework.User) error {
	return s.renderSharing(c, u, "")
}

func (s *Server) renderSharing(c *fiber.Ctx, u casework.User, wrong string) error {
	view := sharingPage{staffPage: s.newStaffPage(c, u, "kit.title"), Groups: s.groups(c, anyPolicy)}
	for _, p := range s.content().Library.Help {
		p, _ = p.In(visitOf(c).Lang.Code)
		view.Help = append(view.Help, p)
	}
	places := s.sharesFor(u)
	view.Whose = s.shareName(c, places[0])
	if len(places) > 1 {
		f := field{Name: "village", Label: s.words(c)("kit.village"), Value: places[0].Village}
		for _, p := range places {
			f.Options = append(f.Options, content.Option{Value: p.Village, Label: p.Village})
		}
		view.Village, view.Whose = &f, s.townName(c, u.Area)
	}
	if wrong != "" {
		view.Problems = []problem{{Field: "kit-what", Text: wrong}}
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-share", view)
}

// sharesFor are the places that somebody shares for: each village of a director, the
// town of a supervisor, the city of an officer.
func (s *Server) sharesFor(u casework.User) []outreach.Place {
	if u.Role != casework.Director {
		return []outreach.Place{{Town: u.Area}}
	}
	var out []outreach.Place
	for _, v := range u.Villages() {
		out = append(out, outreach.Place{Town: u.Area, Village: v})
	}
	return out
}

func (s *Server) shareName(c *fiber.Ctx, p outreach.Place) string {
	if p.Town == "" {
		return s.words(c)("figures.city")
	}
	return s.townName(c, p.Town) + p.Village
}

// makeLink finds or makes the link and leads to its kit.
func (s *Server) makeLink(c *fiber.Ctx, u casework.User) error {
	target, ok := outreach.ParseTarget(c.FormValue("target"))
	if ok {
		_, ok = s.goal(target)
	}
	if !ok {
		return s.renderSharing(c, u, s.words(c)("kit.pick.missing"))
	}
	at := s.sharesFor(u)[0]
	if v := c.FormValue("village"); v != "" && u.Role == casework.Director {
		at.Village = v
	}
	link, err := s.cases.Sharing.ShareLink(c.UserContext(), u.Actor(), target, at)
	if err != nil {
		return err
	}
	return s.redirect(c, kitPath(link.Code, ""))
}

func kitPath(code outreach.Code, part string) string {
	path := sharePath + "/" + string(code)
	if part != "" {
		path += "/" + part
	}
	return path
}

// ownLink gives a handler the link of the address, which must be one of the user's own
// places.
func (s *Server) ownLink(handle func(*fiber.Ctx, casework.User, outreach.Link) error) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		link, err := s.linkOf(c, c.Params("code"))
		if err != nil || link.Code.Public() {
			return fiber.ErrNotFound
		}
		at := casework.Scope{Town: link.Town, Village: link.Village}
		if err := s.allow(c, u, casework.ShareKit, at, ""); err != nil {
			return err
		}
		return handle(c, u, link)
	}
}

// kitPage is everything that one needs to tell people of one thing.
type kitPage struct {
	staffPage
	Pitch   pitch
	Whose   string
	Link    string // whole address
	At      string // path of the link, without language
	Kit     string // path of this page
	Chat    string
	Card    bool
	Ended   bool
	Kinds   []kitChoice // of the same policy
	Asked   []kitChoice
	Village string
}

// kitChoice is something else that can be shared of the same policy.
type kitChoice struct{ Target, Text string }

func (s *Server) newKitPage(c *fiber.Ctx, u casework.User, link outreach.Link) (kitPage, goal, bool) {
	to, ok := s.goal(link.Target)
	view := kitPage{staffPage: s.newStaffPage(c, u, "kit.title")}
	if !ok {
		return view, to, false
	}
	l := visitOf(c).Lang
	view.Pitch = s.pitchOf(l, to, link.Kind)
	view.ContentLang = l.shows(view.Pitch.Lang)
	view.Crumbs = append(view.Crumbs, crumb{view.Title, sharePath})
	view.Title = s.contentText(c, view.Pitch.Title)
	view.Whose, view.Village = s.shareName(c, link.Place), link.Village
	view.At, view.Kit = shortPath(link.Code), kitPath(link.Code, "")
	view.Link = s.base + l.path(view.At)
	view.Chat = s.chatText(l, view.Pitch, view.Link, link.Village)
	view.Card, view.Ended = to.Policy != nil, to.Policy != nil && to.Policy.Ended()
	return view, to, true
}

func (s *Server) showKit(c *fiber.Ctx, u casework.User, link outreach.Link) error {
	view, to, ok := s.newKitPage(c, u, link)
	if !ok {
		return fiber.ErrNotFound
	}
	if to.Policy != nil {
		p := s.shownPolicy(c, to.Policy)
		t := s.words(c)
		for _, target := range policyTargets(to.Policy) {
			if target.Kind != outreach.Question {
				view.Kinds = append(view.Kinds, kitChoice{target.String(), t(fmt.Sprintf("kit.kind.%s", target.Kind))})
				continue
			}
			n, _ := to.Policy.FAQByKey(target.Key)
			view.Asked = append(view.Asked, kitChoice{target.String(), s.contentText(c, p.FAQ[n].Q)})
		}
		view.Kinds = slices.DeleteFunc(view.Kinds, func(k kitChoice) bool { return k.Target == link.String() })
	}
	view.Scripts = []string{"share.js", "speech.js"}
	return s.render(c, "staff-kit", view)
}

// posterPage is one sheet of A4 or A3.
type posterPage struct {
	kitPage
	Size     string
	Long     bool // the title is, and smaller for it
	QR       template.HTML
	Director string // empty: none is named
	Code     string // as it is typed
}

// posterTitle is the longest title, in Chinese characters, that leaves room for the rest of
// a poster in the largest type: two lines.
const posterTitle = 28

func (s *Server) showPoster(c *fiber.Ctx, u casework.User, link outreach.Link) error {
	kit, _, ok := s.newKitPage(c, u, link)
	if !ok {
		return fiber.ErrNotFound
	}
	view := posterPage{kitPage: kit, Size: "a4", Code: string(link.Code)}
	if c.Query("size") == "a3" {
		view.Size = "a3"
	}
	if c.Query("name") == "1" {
		view.Director = u.Name
	}
	view.Sheet, view.Scripts = true, []string{"print.js"}
	view.Long = width(view.Title) > posterTitle
	view.Crumbs = append(view.Crumbs, crumb{view.Title, view.Kit})
	view.Short = s.words(c)("kit.poster.name")
	var err error
	if view.QR, err = newQR(view.Link, s.words(c)("share.qr", "Address", view.Link)); err != nil {
		return err
	}
	return s.render(c, "staff-poster", view)
}

// showShortCard is the 明白卡 of what a link leads to, with the link on it.
func (s *Server) showShortCard(c *fiber.Ctx) error {
	link, err := s.linkOf(c, c.Params("code"))
	if err != nil {
		return fiber.ErrNotFound
	}
	to, ok := s.goal(link.Target)
	if !ok || to.Policy == nil {
		return fiber.ErrNotFound
	}
	return s.renderCard(c, s.shownPolicy(c, to.Policy), s.base+visitOf(c).Lang.path(shortPath(link.Code)))
}
