package web

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

func (s *Server) sitemapRoutes() []route {
	return []route{
		{fiber.MethodGet, "/sitemap", s.showSitemap, kept},
		{fiber.MethodGet, leafRoute("/sitemap"), s.showSitemap, kept},
	}
}

// robotRoutes are the addresses that programs look for at the root of a site.
func (s *Server) robotRoutes() []route {
	return []route{
		{fiber.MethodGet, "/sitemap.xml", s.sendSitemap, kept},
		{fiber.MethodGet, "/robots.txt", s.sendRobots, kept},
	}
}

// columns are the parts of the site, in the order of the site map.
var columns = []struct {
	path, title string
	unindexed   bool // no text of its own for search engines
}{
	{"/", "crumbs.home", false},
	{"/policies", "policies.title", false},
	{"/search", "search.title", true},
	{"/ask", "ask.title", false},
	{"/check", "check.title", false},
	{"/check/all", "check.all.title", false},
	{"/apply", "apply.title", false},
	{"/track", "track.title", true},
	{"/s", "short.title", true},
	{"/help", "texts.help.title", false},
	{"/replies", "texts.replies.title", false},
	{"/glossary", "glossary.title", false},
	{"/sitemap", "sitemap.title", false},
	{"/accessibility", "accessibility.title", false},
	{"/privacy", "privacy.title", false},
	{fieldsPath, "fields.title", false},
	{"/styleguide", "guide.title", true},
}

// place is a page that anybody may read.
type place struct {
	Path, Title string
	Lang        string // of the title
	Changed     content.Day
	unindexed   bool
}

// placeGroup is a part of the site map.
type placeGroup struct {
	Title  string
	Places []place
}

type sitemapPage struct {
	page
	Groups    []placeGroup
	FeedLinks []feedLink
	Leaf      leaf // without the feeds, which are for programs
}

// short divides groups into such that fit a leaf, each under its title.
func short(groups []placeGroup) []placeGroup {
	var out []placeGroup
	for _, g := range groups {
		for places := range slices.Chunk(g.Places, linksAtOnce) {
			out = append(out, placeGroup{g.Title, places})
		}
	}
	return out
}

func (s *Server) showSitemap(c *fiber.Ctx) error {
	p := sitemapPage{page: s.page(c, "sitemap.title"), Groups: s.places(c)}
	few := short(p.Groups)
	var err error
	if p.Leaf, err = leafOf(c, "/sitemap", len(few)); err != nil {
		return err
	}
	p.Description = s.words(c)("sitemap.lead")
	p.Column = column{Name: p.Title, About: p.Description, Path: "/sitemap"}
	p.FeedLinks = []feedLink{s.feedLink(c, allFeed)}
	for _, g := range s.groups(c, anyPolicy) {
		p.FeedLinks = append(p.FeedLinks, s.feedLink(c, g.Slug))
	}
	if p.Leaf.Number > 0 {
		p.Groups, p.FeedLinks = onLeaf(few, p.Leaf, 1), nil
	}
	s.asLeaf(c, &p.page, p.Leaf)
	return s.render(c, "sitemap", p)
}

func anyPolicy(*content.Policy) bool { return true }

// places lists every page that anybody may read, once.
func (s *Server) places(c *fiber.Ctx) []placeGroup {
	t := s.words(c)
	l := visitOf(c).Lang
	lib := s.content().Library
	parts := placeGroup{Title: t("sitemap.columns")}
	for _, col := range columns {
		parts.Places = append(parts.Places, place{col.path, t(col.title), l.Code, newest(lib), col.unindexed})
	}
	if s.cases.PublicDirectory != nil {
		parts.Places = append(parts.Places, place{directoryPath, t("directory.find.title"), l.Code, newest(lib), false})
	}
	if s.cases.PublicEvents != nil {
		parts.Places = append(parts.Places, place{calendarPath, t("events.title"), l.Code, newest(lib), false})
	}
	out := []placeGroup{parts}
	for _, g := range s.groups(c, anyPolicy) {
		group := placeGroup{Title: g.Title}
		for _, p := range g.Policies {
			title := s.contentText(c, p.Title(l.Code))
			group.Places = append(group.Places, place{policyPath(p.Slug, ""), title, l.written(title), p.Published, false})
		}
		out = append(out, group)
	}
	for _, list := range []struct {
		title string
		texts []*content.Page
	}{{"texts.help.title", lib.Help}, {"texts.replies.title", lib.Replies}} {
		group := placeGroup{Title: t(list.title)}
		for _, p := range list.texts {
			p, _ = p.In(l.Code)
			group.Places = append(group.Places, place{p.Path(), s.contentText(c, p.Title), l.shows(p.Lang), p.Published, false})
		}
		if len(group.Places) > 0 {
			out = append(out, group)
		}
	}
	return out
}

// newest returns the last day on which anything was published.
func newest(lib *content.Library) content.Day {
	var day content.Day
	for _, p := range lib.Policies {
		day = later(day, p.Published)
	}
	for _, p := range slices.Concat(lib.Help, lib.Replies) {
		day = later(day, p.Published)
	}
	return day
}

func later(a, b content.Day) content.Day {
	if b.After(a.Time) {
		return b
	}
	return a
}

type sitemapXML struct {
	XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	XHTML   string       `xml:"xmlns:xhtml,attr"`
	URLs    []sitemapURL `xml:"url"`
}

type sitemapURL struct {
	Loc        string        `xml:"loc"`
	LastMod    string        `xml:"lastmod,omitempty"`
	Alternates []sitemapLink `xml:"xhtml:link"`
}

type sitemapLink struct {
	Rel      string `xml:"rel,attr"`
	HrefLang string `xml:"hreflang,attr"`
	Href     string `xml:"href,attr"`
}

// sendSitemap lists every page that search engines may show, in every language
// with its siblings.
func (s *Server) sendSitemap(c *fiber.Ctx) error {
	out := sitemapXML{XHTML: "http://www.w3.org/1999/xhtml"}
	for _, g := range s.places(c) {
		for _, p := range g.Places {
			if p.unindexed {
				continue
			}
			alternates := []sitemapLink{{"alternate", "x-default", s.base + p.Path}}
			for _, l := range languages {
				alternates = append(alternates, sitemapLink{"alternate", l.Code, s.base + l.path(p.Path)})
			}
			for _, l := range languages {
				out.URLs = append(out.URLs, sitemapURL{s.base + l.path(p.Path), p.Changed.String(), alternates})
			}
		}
	}
	return sendXML(c, fiber.MIMEApplicationXMLCharsetUTF8, out)
}

func sendXML(c *fiber.Ctx, contentType string, v any) error {
	b, err := xml.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", contentType, err)
	}
	c.Set(fiber.HeaderContentType, contentType)
	return c.Send(append([]byte(xml.Header), append(b, '\n')...))
}

// personal are the parts of the site that search engines have no business in.
var personal = []string{"/staff", "/track/", "/apply/*/"}

func (s *Server) sendRobots(c *fiber.Ctx) error {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	for _, l := range languages {
		for _, path := range personal {
			b.WriteString("Disallow: " + l.path(path) + "\n")
		}
	}
	b.WriteString("Disallow: /speech/\n\nSitemap: " + s.base + "/sitemap.xml\n")
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return c.SendString(b.String())
}
