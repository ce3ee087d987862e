package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/static"
)

// installRoutes makes the site one that can be put on the home screen and read
// without a network: the manifest in each language, the service worker once.
func (s *Server) installRoutes() {
	s.app.Get("/sw.js", s.keep(s.serveWorker))
	for _, l := range languages {
		s.app.Get(l.path("/manifest.webmanifest"), s.keep(s.showManifest))
	}
}

func (s *Server) offlineRoutes() []route {
	return []route{{fiber.MethodGet, "/offline", s.showOffline, kept}}
}

// closedPaths are never kept by a browser for later: they show somebody's own
// business or are worth nothing when old.
var closedPaths = []string{"/s", "/e", "/apply", "/track", "/staff", "/api", "/feedback", "/send", "/search", "/check", "/ask", "/speech", "/readyz", "/healthz"}

// keptAssets is everything of package static that a page needs to look and work right.
var keptAssets = []string{"site.css", "view.css", "mark.svg", "search.js", "share.js", "print.js", "speech.js", "offline.js", "toolbar.js", "pointing.js", "reading.js"}

// workerSite is what the service worker needs to know of the site.
type workerSite struct {
	Version  string            `json:"version"`
	Assets   []string          `json:"assets"`
	Pages    []string          `json:"pages"` // without language
	Parts    []string          `json:"parts"` // what elder mode has of its own: lists by kind, and policies part by part
	Closed   []string          `json:"closed"`
	Shell    string            `json:"shell"`    // the page with which directors work without a network
	Prefixes map[string]string `json:"prefixes"` // by language
}

// serveWorker sends a script that is another one for each version of content,
// style and scripts, which is how a browser notices.
func (s *Server) serveWorker(c *fiber.Ctx) error {
	lib := s.content().Library
	w := workerSite{Pages: []string{"/", "/policies"}, Closed: closedPaths, Shell: fieldKitPath, Prefixes: map[string]string{}}
	for _, name := range keptAssets {
		w.Assets = append(w.Assets, static.URL(name))
	}
	for _, p := range lib.Policies {
		w.Pages = append(w.Pages, policyPath(p.Slug, ""))
		for _, section := range p.Sections {
			w.Parts = append(w.Parts, policyPath(p.Slug, "")+"/part/"+section.ID)
		}
	}
	for _, category := range lib.Categories {
		w.Parts = append(w.Parts, "/policies/kind/"+category.Slug)
	}
	for _, l := range languages {
		w.Prefixes[l.Code] = l.Prefix
	}
	sum := sha256.Sum256([]byte(lib.Version + strings.Join(w.Assets, " ") + static.URL("sw.js")))
	w.Version = hex.EncodeToString(sum[:6])
	b, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("describe site: %w", err)
	}
	script, _ := static.Lookup(strings.TrimPrefix(static.URL("sw.js"), static.Prefix))
	c.Set(fiber.HeaderContentType, script.Type)
	return c.SendString("const site = " + string(b) + ";\n" + string(script.Body))
}

type manifest struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"`
	ShortName   string             `json:"short_name"`
	Description string             `json:"description"`
	Lang        string             `json:"lang"`
	Start       string             `json:"start_url"`
	Scope       string             `json:"scope"`
	Display     string             `json:"display"`
	Background  string             `json:"background_color"`
	Theme       string             `json:"theme_color"`
	Icons       []manifestIcon     `json:"icons"`
	Shortcuts   []manifestShortcut `json:"shortcuts"`
}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type manifestShortcut struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func (s *Server) showManifest(c *fiber.Ctx) error {
	l, t := visitOf(c).Lang, s.words(c)
	m := manifest{
		ID: "/", Name: t("site.title"), ShortName: t("site.name"), Description: t("site.about"), Lang: l.Code,
		Start: l.path("/"), Scope: "/", Display: "standalone", Background: "#faf7f0", Theme: "#0d5550",
		Icons: []manifestIcon{
			{static.URL("icon-192.png"), "192x192", "image/png", "any"},
			{static.URL("icon-512.png"), "512x512", "image/png", "any"},
			{static.URL("icon-maskable.png"), "512x512", "image/png", "maskable"},
		},
		Shortcuts: []manifestShortcut{
			{t("mode.elder.name"), modeAddress(l.path("/"), modeElder)},
			{t("nav.ask"), l.path("/ask")},
			{t("offline.phones"), l.path("/policies/protection-hotline")},
		},
	}
	if err := c.JSON(m); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/manifest+json")
	return nil
}

// offlinePage is what stands in for a page that is not kept.
type offlinePage struct {
	page
	Phones []content.Fact
}

func (s *Server) showOffline(c *fiber.Ctx) error {
	p := offlinePage{page: s.page(c, "offline.title"), Phones: s.content().Library.Facts.Phones()}
	p.NoIndex = true
	return s.render(c, "offline", p)
}
