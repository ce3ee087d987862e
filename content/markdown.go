package content

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	xast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Section is a part of a policy's page under one second-level heading. Its ID is
// the anchor that the bot cites.
type Section struct {
	ID    string
	Title string
	Text  string   // without the heading, plain, one paragraph or row a line
	Plain string   // the section in plain words, see MaxPlain; empty where nobody has written any
	Links []string // what it links to, in order
	Line  int      // of the heading in its file

	markup markup
	notes  []Problem // what Check reports of it
	depth  int       // level of the last heading inside it
}

// HTML returns the section as it stands on a page, without its heading. It is put
// together anew each time.
func (s Section) HTML() template.HTML {
	return template.HTML(s.markup.over(s.Text)) // our own Markdown, raw HTML is left out
}

// converter turns Markdown into sections.
type converter struct {
	goldmark.Markdown
	drafts sync.Pool // that no goroutine uses
}

// markdown returns the one converter of the site: tables, Chinese line breaks and
// heading ids. Raw HTML in the source is left out. It is made once and safe for
// concurrent use.
var markdown = sync.OnceValue(func() *converter {
	return &converter{drafts: sync.Pool{New: func() any { return new(draft) }}, Markdown: goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.NewCJK(extension.WithEastAsianLineBreaks(), extension.WithEscapedSpace()), plainFirst{html.NewWriter(html.WithEscapedSpace())}),
		goldmark.WithParserOptions(parser.WithHeadingAttribute()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(tableScroll{extension.NewTableHTMLRenderer()}, 100))),
	)}
})

// plainFirst writes text that stands for itself, as nearly all does, at once; its
// Writer goes through the rest byte by byte.
type plainFirst struct{ html.Writer }

// Extend implements goldmark.Extender.
func (w plainFirst) Extend(m goldmark.Markdown) { m.Renderer().AddOptions(html.WithWriter(w)) }

// Write implements html.Writer.
func (w plainFirst) Write(out util.BufWriter, text []byte) {
	if bytes.ContainsAny(text, "\\&<>\"\x00") {
		w.Writer.Write(out, text)
		return
	}
	_, _ = out.Write(text) // to memory, which never fails
}

// tableScroll puts each table into a region that scrolls by itself, so that the
// page never does (WCAG 1.4.10), and names the region for readers. Roles stand in
// words and cells repeat their column's name, so that a narrow page in large type
// may show each row as a block without losing what belongs together.
type tableScroll struct{ inner renderer.NodeRenderer }

// RegisterFuncs implements renderer.NodeRenderer.
func (t tableScroll) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	t.inner.RegisterFuncs(r)
	r.Register(xast.KindTable, func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString("<div class=\"table-scroll\" role=\"region\" aria-label=\"表格\" tabindex=\"0\"><table role=\"table\">\n")
		} else {
			_, _ = w.WriteString("</table></div>\n")
		}
		return ast.WalkContinue, nil
	})
	row := func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		head := n.Kind() == xast.KindTableHeader
		switch {
		case entering && head:
			_, _ = w.WriteString("<thead role=\"rowgroup\">\n<tr role=\"row\">\n")
		case entering:
			_, _ = w.WriteString("<tr role=\"row\">\n")
		case head:
			_, _ = w.WriteString("</tr>\n</thead>\n")
			if n.NextSibling() != nil {
				_, _ = w.WriteString("<tbody role=\"rowgroup\">\n")
			}
		case n.NextSibling() == nil:
			_, _ = w.WriteString("</tr>\n</tbody>\n")
		default:
			_, _ = w.WriteString("</tr>\n")
		}
		return ast.WalkContinue, nil
	}
	r.Register(xast.KindTableHeader, row)
	r.Register(xast.KindTableRow, row)
	r.Register(xast.KindTableCell, tableCell)
}

func tableCell(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	head := n.Parent().Kind() == xast.KindTableHeader
	switch {
	case entering && head:
		_, _ = w.WriteString("<th role=\"columnheader\" scope=\"col\">")
	case entering:
		_, _ = fmt.Fprintf(w, "<td role=\"cell\" data-column=\"%s\">", template.HTMLEscapeString(columnName(n, src)))
	case head:
		_, _ = w.WriteString("</th>\n")
	default:
		_, _ = w.WriteString("</td>\n")
	}
	return ast.WalkContinue, nil
}

// columnName returns the text of the header above a cell.
func columnName(cell ast.Node, src []byte) string {
	above := cell.Parent().Parent().FirstChild().FirstChild()
	for c := cell.PreviousSibling(); c != nil && above != nil; c = c.PreviousSibling() {
		above = above.NextSibling()
	}
	if above == nil {
		return ""
	}
	return plainInline(above, src)
}

// parseBody splits a Markdown body into its sections. firstLine is the line of
// the file on which body starts.
func parseBody(file string, firstLine int, body []byte, facts *Facts, c *collector) []Section {
	src := body
	if bytes.Contains(body, []byte("${")) {
		src = []byte(facts.fill(string(body), Fact.Markdown, func(offset int, what string) {
			c.add(file, firstLine+bytes.Count(body[:offset], []byte("\n")), what, "name a fact of facts.yaml that has a source and dates")
		}))
	}
	md := markdown()
	out, _ := md.drafts.Get().(*draft)
	defer md.drafts.Put(out)
	r := bodyReader{file: file, firstLine: firstLine, md: md, out: out, c: c, pictures: bytes.Contains(src, []byte("!["))}
	r.sections = make([]Section, 0, bytes.Count(src, []byte("\n## "))+1)
	for part := range cutBody(src) {
		if !r.readTidy(part) && !r.read(part) {
			return nil
		}
		r.firstLine += bytes.Count(part, []byte("\n"))
	}
	if len(r.sections) == 0 {
		c.add(file, firstLine, "no section", "write at least one ## 标题 {#id}")
	}
	return r.sections
}

// bodyReader reads the parts of a body.
type bodyReader struct {
	file      string
	firstLine int // of the part
	md        *converter
	out       *draft
	c         *collector
	pictures  bool // somewhere in the body
	sections  []Section
}

// read reads any part. It returns false if there is no heading above its text.
func (r *bodyReader) read(src []byte) bool {
	doc := r.md.Parser().Parse(text.NewReader(src))
	first := len(r.sections)
	flush := func() {
		if len(r.sections) > first {
			r.out.finish(&r.sections[len(r.sections)-1])
		}
		r.out.reset()
	}
	r.out.reset()
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Level <= 2 {
			flush()
			r.sections = append(r.sections, newSection(r.file, r.firstLine, h, src, r.c))
			continue
		}
		if len(r.sections) == first {
			r.c.add(r.file, r.firstLine, "text before the first heading", "start the body with ## 标题 {#id}")
			return false
		}
		if err := r.md.Renderer().Render(&r.out.html, src, n); err != nil {
			r.c.add(r.file, r.firstLine, "cannot be rendered: "+err.Error(), "mend the Markdown")
		}
		r.sections[len(r.sections)-1].note(r.file, n, src, r.pictures)
		r.out.plain = bytes.TrimSpace(appendBlock(append(r.out.plain, '\n'), n, src))
	}
	flush()
	return true
}

// draft is a section that is being read.
type draft struct {
	html          htmlBuffer
	plain, markup []byte
}

func (d *draft) reset() {
	d.html.Reset()
	d.plain = d.plain[:0]
}

var href = regexp.MustCompile(`href="([^"]*)"`)

// finish puts what was read into its section.
func (d *draft) finish(s *Section) {
	made := d.html.Bytes()
	d.markup = markupOf(d.markup[:0], made, d.plain)
	s.Text, s.markup = string(d.plain), markup(d.markup)
	for _, m := range href.FindAllSubmatch(made, -1) {
		s.Links = append(s.Links, string(m[1]))
	}
}

// htmlBuffer is a buffer that a renderer writes to without one of its own between.
type htmlBuffer struct{ bytes.Buffer }

// Buffered and Flush implement util.BufWriter: nothing is held back.
func (*htmlBuffer) Buffered() int { return 0 }
func (*htmlBuffer) Flush() error  { return nil }

func newSection(file string, firstLine int, h *ast.Heading, src []byte, c *collector) Section {
	s := Section{Title: plainInline(h, src), Line: firstLine}
	if h.Lines().Len() > 0 {
		s.Line += bytes.Count(src[:h.Lines().At(0).Start], []byte("\n"))
	}
	if id, ok := h.AttributeString("id"); ok {
		s.ID = fmt.Sprintf("%s", id)
	}
	if !slugForm.MatchString(s.ID) {
		c.add(file, s.Line, fmt.Sprintf("heading %q has no id", s.Title), "write ## "+s.Title+" {#english-word}")
	}
	if h.Level != 2 {
		c.add(file, s.Line, "first-level heading in the body", "the title stands in the front matter; use ##")
	}
	return s
}

// note records what an editor should mend in a block: a heading that skips a level
// and, where the file has pictures, those without a description.
func (s *Section) note(file string, n ast.Node, src []byte, pictures bool) {
	add := func(what, fix string) {
		s.notes = append(s.notes, Problem{File: file, Line: s.Line, What: what, Fix: fix})
	}
	if h, ok := n.(*ast.Heading); ok {
		if h.Level > max(s.depth, 2)+1 {
			add(fmt.Sprintf("heading %q skips a level", plainInline(h, src)), "use one # more than the heading above it")
		}
		s.depth = h.Level
	}
	if !pictures {
		return
	}
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if img, ok := n.(*ast.Image); ok && entering && strings.TrimSpace(plainInline(img, src)) == "" {
			add(fmt.Sprintf("picture %s has no alternative text", img.Destination), "say between [ and ] what it shows")
		}
		return ast.WalkContinue, nil
	})
}

// appendBlock appends the text below n: a line for each paragraph, item and row.
func appendBlock(out []byte, n ast.Node, src []byte) []byte {
	switch n.Kind() {
	case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading:
		return appendInline(out, n, src)
	case xast.KindTableRow, xast.KindTableHeader:
		for cell := n.FirstChild(); cell != nil; cell = cell.NextSibling() {
			if cell != n.FirstChild() {
				out = append(out, "；"...)
			}
			out = appendInline(out, cell, src)
		}
		return out
	}
	start := len(out)
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		before := len(out)
		if len(out) > start {
			out = append(out, '\n')
		}
		from := len(out)
		if out = appendBlock(out, child, src); len(out) == from {
			out = out[:before]
		}
	}
	return out
}

func plainInline(n ast.Node, src []byte) string { return string(appendInline(nil, n, src)) }

func appendInline(out []byte, n ast.Node, src []byte) []byte {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch t := n.(type) {
		case *ast.Text:
			out = append(out, t.Segment.Value(src)...)
		case *ast.String:
			out = append(out, t.Value...)
		case *ast.AutoLink:
			out = append(out, t.URL(src)...)
		}
		return ast.WalkContinue, nil
	})
	return out
}
