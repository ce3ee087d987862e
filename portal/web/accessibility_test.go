package web

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// pageContent is what every mode must have of a page.
type pageContent struct {
	heading       string
	fields, links []string // of the main part
	help          []string // outside it, in order
}

func contentOf(doc *html.Node) pageContent {
	main := find(doc, tag(atom.Main))[0]
	p := pageContent{heading: text(find(doc, tag(atom.H1))[0])}
	fields, links := map[string]bool{}, map[string]bool{}
	// Elder mode has a page of its own for what one says of a page.
	feedback := find(main, func(n *html.Node) bool { return attr(n, "id") == "feedback" })
	for _, n := range find(main, tag(atom.Input, atom.Select, atom.Textarea)) {
		if name := attr(n, "name"); name != "" && !slices.ContainsFunc(feedback, func(f *html.Node) bool { return slices.Contains(find(f, tag(atom.Input, atom.Textarea)), n) }) {
			fields[name] = true
		}
	}
	for _, n := range find(main, tag(atom.A)) {
		if href := attr(n, "href"); !strings.Contains(href, "mode=") {
			links[href] = true
		}
	}
	inMain := find(main, func(n *html.Node) bool { return has(n, "data-help") })
	for _, n := range find(doc, func(n *html.Node) bool { return has(n, "data-help") }) {
		if !slices.Contains(inMain, n) {
			p.help = append(p.help, attr(n, "data-help"))
		}
	}
	p.fields, p.links = slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(links))
	return p
}

// TestModesKeepTheirContent wants the same heading and the same fields at an address
// in every mode, the same links in standard and accessible mode (elder mode leads by
// fewer of them), and help in one order everywhere.
func TestModesKeepTheirContent(t *testing.T) {
	s := newTestServer(t, nil)
	var order []string
	for _, address := range readPages(t) {
		got := map[string]pageContent{}
		for _, mode := range modes {
			_, doc := fetch(t, s, mode, address)
			p := contentOf(doc)
			got[mode] = p
			if order == nil {
				order = p.help
			}
			if len(p.help) > 0 && !slices.Equal(p.help, order) {
				t.Errorf("%s %s: help in the order %v; want %v", mode, address, p.help, order)
			}
		}
		want := got[modeStandard]
		for _, mode := range modes[1:] {
			if p := got[mode]; p.heading != want.heading || !slices.Equal(p.fields, want.fields) {
				t.Errorf("%s %s: %q with fields %v; want %q with %v", mode, address, p.heading, p.fields, want.heading, want.fields)
			}
		}
		if p := got[modeAccessible]; address != "/" && !slices.Equal(p.links, want.links) {
			t.Errorf("accessible %s leads to %v; want %v", address, p.links, want.links)
		}
	}
}

// TestAutocomplete wants the browser told of every field for a name, a number or an
// address what it is, or that it is another person's.
func TestAutocomplete(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range testContent(t).Library.Policies {
		for _, section := range p.Questions {
			for _, q := range section.Ask {
				switch q.Type {
				case "name", "resident-id", "phone", "address", "bank-account":
					if q.Autocomplete == "" {
						t.Errorf("%s: the question %s has no autocomplete", p.Slug, q.Name)
					}
					seen[q.Autocomplete] = true
				}
			}
		}
	}
	for _, token := range []string{"name", "tel", "street-address"} {
		if !seen[token] {
			t.Errorf("no question is filled in by the browser as %s", token)
		}
	}
}

// TestNothingPopsUp wants no page that opens something, moves on or plays by itself.
func TestNothingPopsUp(t *testing.T) {
	s := newTestServer(t, nil)
	for _, address := range readPages(t) {
		for _, mode := range modes {
			_, doc := fetch(t, s, mode, address)
			for _, n := range find(doc, func(n *html.Node) bool {
				return n.DataAtom == atom.Dialog && has(n, "open") || attr(n, "role") == "dialog" || has(n, "autoplay") ||
					n.DataAtom == atom.Marquee || n.DataAtom == atom.Iframe || strings.EqualFold(attr(n, "http-equiv"), "refresh")
			}) {
				t.Errorf("%s %s has <%s>, which acts by itself", mode, address, n.Data)
			}
		}
	}
}

var puzzle = regexp.MustCompile(`(?i)captcha|验证码|驗證碼|拼图|滑块`)

// TestNoPuzzles looks for puzzles and codes to copy in all templates and messages.
func TestNoPuzzles(t *testing.T) {
	c, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	words := c.Printer("zh-Hans").T
	for _, id := range c.IDs() {
		if text := words(id); puzzle.MatchString(text) {
			t.Errorf("message %s speaks of a puzzle: %s", id, text)
		}
	}
	s := newTestServer(t, nil)
	for _, address := range []string{"/track", "/hand-over", "/feedback"} {
		_, doc := fetch(t, s, modeStandard, address)
		for _, n := range find(doc, tag(atom.Input)) {
			if has(n, "onpaste") || attr(n, "maxlength") == "1" {
				t.Errorf("%s: the field %s forbids pasting or wants one character at a time", address, attr(n, "name"))
			}
		}
	}
}

// TestFooterSaysWhatIsUnset wants nothing invented where a setting is missing.
func TestFooterSaysWhatIsUnset(t *testing.T) {
	words := mustWords(t, languages[0])
	for _, site := range []Site{{}, {Host: "中山市民政局"}} {
		s := newTestServer(t, func(c *Config) { c.Site = site })
		_, doc := fetch(t, s, modeStandard, "/policies")
		footer := text(find(doc, tag(atom.Footer))[0])
		for _, id := range []string{"footer.host", "footer.contact", "footer.code", "footer.icp", "footer.police", "footer.mark", "footer.report"} {
			if !strings.Contains(footer, words(id)) {
				t.Errorf("the footer does not name %s", words(id))
			}
		}
		if !strings.Contains(footer, words("footer.unset")) || !strings.Contains(footer, site.Host) {
			t.Errorf("the footer does not say what is set and what is not: %s", footer)
		}
	}
}
