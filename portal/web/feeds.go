package web

import (
	"cmp"
	"encoding/xml"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// allFeed is the name of the feed with everything that is published.
const allFeed = "all"

// feedRoutes are the feeds in each language.
func (s *Server) feedRoutes() []route {
	var out []route
	for _, l := range languages {
		out = append(out, route{fiber.MethodGet, l.path("/feeds/:file"), s.sendFeed, kept})
	}
	return out
}

// feedLink is a feed as the head of a page and the site map name it.
type feedLink struct{ Title, Path string }

// feedLink returns the feed of a category, or the one of all, in the visit's language.
func (s *Server) feedLink(c *fiber.Ctx, name string) feedLink {
	return feedLink{s.feedTitle(c, name), "/feeds/" + name + ".atom"}
}

func (s *Server) feedTitle(c *fiber.Ctx, name string) string {
	t := s.words(c)
	what := t("feeds.all")
	if name != allFeed {
		what = s.contentText(c, s.content().Library.Category(name).Title(visitOf(c).Lang.Code))
	}
	return t("feeds.title", "Site", t("site.name"), "What", what)
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	Lang      string        `xml:"xml:lang,attr,omitempty"` // where it is not the feed's
	ID        string        `xml:"id"`
	Title     string        `xml:"title"`
	Updated   string        `xml:"updated"`
	Published string        `xml:"published"`
	Link      atomLink      `xml:"link"`
	Category  *atomCategory `xml:"category"`
	Summary   string        `xml:"summary"`
}

type atomCategory struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr"`
}

const (
	atomType = "application/atom+xml"
	htmlType = "text/html"
)

// sendFeed answers with the policies of one category, or with all policies and
// replies, the newest first.
func (s *Server) sendFeed(c *fiber.Ctx) error {
	name, ok := strings.CutSuffix(c.Params("file"), ".atom")
	lib := s.content().Library
	if !ok || name != allFeed && lib.Category(name).Slug == "" {
		return fiber.ErrNotFound
	}
	l := visitOf(c).Lang
	self := s.base + l.path("/feeds/"+name+".atom")
	feed := atomFeed{
		Lang: l.Code, ID: self, Title: s.feedTitle(c, name), Author: atomAuthor{cmp.Or(s.site.Host, s.words(c)("site.name"))},
		Links: []atomLink{{"self", atomType, self}, {"alternate", htmlType, s.base + l.path("/policies")}},
	}
	for _, p := range lib.Policies {
		if name == allFeed || p.Category == name {
			feed.Entries = append(feed.Entries, s.policyEntry(c, p))
		}
	}
	if name == allFeed {
		for _, p := range lib.Replies {
			p, _ = p.In(l.Code)
			feed.Entries = append(feed.Entries, s.entry(c, p.Path(), p.Title, p.Summary, p.Published))
		}
	}
	// Moments are all written alike, so that their order is that of the letters.
	slices.SortStableFunc(feed.Entries, func(a, b atomEntry) int { return strings.Compare(b.Updated, a.Updated) })
	feed.Updated = moment(newest(lib))
	if len(feed.Entries) > 0 {
		feed.Updated = feed.Entries[0].Updated
	}
	return sendXML(c, atomType+"; charset=utf-8", feed)
}

func (s *Server) policyEntry(c *fiber.Ctx, p *content.Policy) atomEntry {
	l := visitOf(c).Lang
	p, _ = p.In(l.Code)
	summary, _ := policySummary(p, l)
	e := s.entry(c, policyPath(p.Slug, ""), p.Title(l.Code), summary, p.Published)
	cat := s.content().Library.Category(p.Category)
	e.Category = &atomCategory{cat.Slug, s.contentText(c, cat.Title(l.Code))}
	return e
}

func (s *Server) entry(c *fiber.Ctx, path, title, summary string, day content.Day) atomEntry {
	l := visitOf(c).Lang
	address := s.base + l.path(path)
	e := atomEntry{
		ID: address, Title: s.contentText(c, title), Updated: moment(day), Published: moment(day),
		Link: atomLink{"alternate", htmlType, address}, Summary: s.contentText(c, summary),
	}
	if lang := l.written(e.Summary); lang != l.Code {
		e.Lang = lang
	}
	return e
}

// moment returns the beginning of a day in Zhongshan.
func moment(d content.Day) string { return d.String() + "T00:00:00+08:00" }
