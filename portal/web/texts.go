package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

func (s *Server) textRoutes() []route {
	return []route{
		{fiber.MethodGet, "/help", s.listHelp, kept},
		{fiber.MethodGet, leafRoute("/help"), s.listHelp, kept},
		{fiber.MethodGet, "/help/:slug", s.showHelp, kept},
		{fiber.MethodGet, "/replies", s.listReplies, kept},
		{fiber.MethodGet, leafRoute("/replies"), s.listReplies, kept},
		{fiber.MethodGet, "/replies/:number", s.showReply, kept},
	}
}

// textsPage lists the help pages or the official replies.
type textsPage struct {
	page
	Texts []*content.Page // in the visit's language where they are translated
	Leaf  leaf
}

func (s *Server) listHelp(c *fiber.Ctx) error {
	return s.listTexts(c, s.helpColumn(c), s.content().Library.Help)
}

func (s *Server) listReplies(c *fiber.Ctx) error {
	return s.listTexts(c, s.replyColumn(c), s.content().Library.Replies)
}

func (s *Server) helpColumn(c *fiber.Ctx) column {
	t := s.words(c)
	return column{Name: t("texts.help.title"), About: t("texts.help.lead"), Path: "/help", Kind: "service"}
}

func (s *Server) replyColumn(c *fiber.Ctx) column {
	t := s.words(c)
	return column{Name: t("texts.replies.title"), About: t("texts.replies.lead"), Path: "/replies", Kind: "open"}
}

func (s *Server) listTexts(c *fiber.Ctx, in column, texts []*content.Page) error {
	at, err := leafOf(c, in.Path, leaves(len(texts), linksAtOnce))
	if err != nil {
		return err
	}
	p := textsPage{page: s.pageNamed(c, in.Name), Leaf: at}
	p.Column, p.Description = in, in.About
	p.ContentLang = p.Lang.Code
	for _, text := range onLeaf(texts, at, linksAtOnce) {
		text, _ = text.In(p.Lang.Code)
		p.Texts = append(p.Texts, text)
		if lang := p.Lang.shows(text.Lang); lang != p.Lang.Code {
			p.ContentLang = lang // some of it
		}
	}
	s.asLeaf(c, &p.page, at)
	return s.render(c, "texts", p)
}

// textPage is one help page or reply.
type textPage struct {
	page
	Text     *content.Page
	Sections []section
	Due      bool // the day by which it was to be checked again has passed
}

func (s *Server) showHelp(c *fiber.Ctx) error {
	text, ok := s.content().Library.HelpPage(c.Params("slug"))
	if !ok {
		return fiber.ErrNotFound
	}
	return s.showText(c, s.helpColumn(c), text)
}

func (s *Server) showReply(c *fiber.Ctx) error {
	text, ok := s.content().Library.Reply(c.Params("number"))
	if !ok {
		return fiber.ErrNotFound
	}
	return s.showText(c, s.replyColumn(c), text)
}

func (s *Server) showText(c *fiber.Ctx, in column, text *content.Page) error {
	text, _ = text.In(visitOf(c).Lang.Code)
	p := textPage{page: s.pageNamed(c, s.contentText(c, text.Title)), Text: text, Due: text.ReviewDue(s.now())}
	p.Column, p.Description = in, s.contentText(c, text.Summary)
	p.ContentLang = p.Lang.shows(text.Lang)
	p.Crumbs = []crumb{{in.Name, in.Path}}
	p.Sections = s.glossed(text.Lang, text.Sections)
	source := s.contentText(c, text.Source.Issuer)
	if source == "" {
		source = s.words(c)("site.name")
	}
	p.Article = &article{
		Title: p.Title, URL: p.Canonical, Source: source, Keywords: in.Name, Day: text.Published,
	}
	p.Scripts = []string{"speech.js"}
	return s.render(c, "text", p)
}
