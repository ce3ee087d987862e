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
		{fiber.MethodGet, leafRoute("/help/:slug"), s.showHelp, kept},
		{fiber.MethodGet, "/replies", s.listReplies, kept},
		{fiber.MethodGet, leafRoute("/replies"), s.listReplies, kept},
		{fiber.MethodGet, "/replies/:number", s.showReply, kept},
		{fiber.MethodGet, leafRoute("/replies/:number"), s.showReply, kept},
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
	Contents contents
	Due      bool // the day by which it was to be checked again has passed
}

func (s *Server) showHelp(c *fiber.Ctx) error {
	text, ok := s.content().Library.HelpPage(c.Params("slug"))
	return s.showText(c, s.helpColumn(c), text, ok)
}

func (s *Server) showHelpPart(c *fiber.Ctx) error {
	text, ok := s.content().Library.HelpPage(c.Params("slug"))
	return s.showTextPart(c, s.helpColumn(c), text, ok)
}

func (s *Server) showReply(c *fiber.Ctx) error {
	text, ok := s.content().Library.Reply(c.Params("number"))
	return s.showText(c, s.replyColumn(c), text, ok)
}

func (s *Server) showReplyPart(c *fiber.Ctx) error {
	text, ok := s.content().Library.Reply(c.Params("number"))
	return s.showTextPart(c, s.replyColumn(c), text, ok)
}

// dividedText is a help page or a reply by its sections.
func (s *Server) dividedText(c *fiber.Ctx, text *content.Page) divided {
	d := divided{Path: text.Path(), Title: s.contentText(c, text.Title), Lang: text.Lang, Heard: text.Slug}
	sections := s.glossed(text.Lang, text.Sections)
	for i := range sections {
		d.Parts = append(d.Parts, part{ID: sections[i].ID, Title: sections[i].Title, Section: &sections[i]})
	}
	return d
}

func (s *Server) showTextPart(c *fiber.Ctx, in column, text *content.Page, ok bool) error {
	if !ok {
		return fiber.ErrNotFound
	}
	text, _ = text.In(visitOf(c).Lang.Code)
	p, ok := s.dividedText(c, text).find(c.Params("part"))
	if !ok {
		return fiber.ErrNotFound
	}
	return s.renderPart(c, p, crumb{in.Name, in.Path})
}

func (s *Server) showText(c *fiber.Ctx, in column, text *content.Page, ok bool) error {
	if !ok {
		return fiber.ErrNotFound
	}
	text, _ = text.In(visitOf(c).Lang.Code)
	p := textPage{page: s.pageNamed(c, s.contentText(c, text.Title)), Text: text, Due: text.ReviewDue(s.now())}
	var err error
	if p.Contents, err = contentsOf(c, s.dividedText(c, text)); err != nil {
		return err
	}
	p.Column, p.Description = in, s.contentText(c, text.Summary)
	p.ContentLang = p.Lang.shows(text.Lang)
	p.Sections = s.glossed(text.Lang, text.Sections)
	source := s.contentText(c, text.Source.Issuer)
	if source == "" {
		source = s.words(c)("site.name")
	}
	p.Scripts = []string{"speech.js"}
	s.asLeaf(c, &p.page, p.Contents.Leaf)
	p.Crumbs = append([]crumb{{in.Name, in.Path}}, p.Crumbs...)
	p.Article = &article{
		Title: p.Title, URL: p.Canonical, Source: source, Keywords: in.Name, Day: text.Published,
	}
	return s.render(c, "text", p)
}
