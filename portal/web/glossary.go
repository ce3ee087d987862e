package web

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"

	"huitong/content"
)

func (s *Server) glossaryRoutes() []route {
	return []route{
		{fiber.MethodGet, "/glossary", s.showGlossary, kept},
		{fiber.MethodGet, leafRoute("/glossary"), s.showGlossary, kept},
	}
}

// termsAtOnce is how many terms a leaf of the glossary explains.
const termsAtOnce = choicesAtOnce

type glossaryPage struct {
	page
	Terms []glossaryTerm
	Leaf  leaf
}

// glossaryTerm is a term under the name that the page's language gives it, with
// the name in the other one.
type glossaryTerm struct {
	ID, Name, Lang, Other, OtherLang string

	About, AboutLang string
}

func (s *Server) showGlossary(c *fiber.Ctx) error {
	all := s.content().Library.Glossary
	at, err := leafOf(c, "/glossary", leaves(len(all), termsAtOnce))
	if err != nil {
		return err
	}
	p := glossaryPage{page: s.page(c, "glossary.title"), Leaf: at}
	p.Description = s.words(c)("glossary.lead")
	p.Column = column{Name: p.Title, About: p.Description, Path: "/glossary", Kind: "open"}
	p.ContentLang = p.Lang.Code
	p.Scripts = []string{"speech.js"}
	for i, t := range all {
		one := glossaryTerm{ID: termID(i), Name: s.contentText(c, t.ZH), Lang: p.Lang.chinese(), Other: t.EN, OtherLang: "en"}
		if p.Lang.Code == "en" && t.EN != "" {
			one.Name, one.Lang, one.Other, one.OtherLang = one.Other, one.OtherLang, one.Name, one.Lang
		}
		about, translated := t.Meaning(p.Lang.Code)
		one.About, one.AboutLang = s.contentText(c, about), p.Lang.Code
		if !translated {
			one.AboutLang = p.Lang.chinese()
			p.ContentLang = one.AboutLang // some of it
		}
		p.Terms = append(p.Terms, one)
	}
	p.Terms = onLeaf(p.Terms, at, termsAtOnce)
	s.asLeaf(c, &p.page, at)
	return s.render(c, "glossary", p)
}

// termID returns the anchor of the glossary's entry with the given index.
func termID(i int) string { return fmt.Sprintf("term-%d", i+1) }

// linker finds the terms of the glossary in text, the longest first.
type linker struct {
	starts map[rune][]linkedTerm
	may    [1 << 12]bool // whether a term starts with a character that ends in these bits
	latin  bool          // terms are words between spaces, and capitals do not matter
}

type linkedTerm struct{ name, id string }

// termLinker links the terms of the glossary in texts in lang.
func termLinker(library *content.Library, lang string) *linker {
	return newLinker(library.Glossary, lang)
}

// newLinker returns a linker for texts in lang.
func newLinker(glossary []content.Term, lang string) *linker {
	l := &linker{starts: map[rune][]linkedTerm{}, latin: lang == "en"}
	for i, t := range glossary {
		name := t.ZH
		if l.latin {
			name = t.EN
		}
		if name == "" {
			continue
		}
		r, _ := utf8.DecodeRuneInString(strings.ToLower(name))
		l.may[int(r)%len(l.may)] = true
		l.starts[r] = append(l.starts[r], linkedTerm{name, termID(i)})
	}
	for _, terms := range l.starts {
		slices.SortStableFunc(terms, func(a, b linkedTerm) int { return cmp.Compare(len(b.name), len(a.name)) })
	}
	return l
}

// at returns the longest term that text holds at byte i.
func (l *linker) at(text string, i int) (linkedTerm, bool) {
	r, _ := utf8.DecodeRuneInString(text[i:])
	if r = lower(r); !l.may[int(r)%len(l.may)] {
		return linkedTerm{}, false
	}
	for _, t := range l.starts[r] {
		end := i + len(t.name)
		if end > len(text) || !strings.EqualFold(text[i:end], t.name) {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(text[:i]); l.latin && unicode.IsLetter(before) {
			continue
		}
		if after, _ := utf8.DecodeRuneInString(text[end:]); l.latin && unicode.IsLetter(after) {
			continue
		}
		return t, true
	}
	return linkedTerm{}, false
}

// lower is unicode.ToLower for texts that have little but Chinese in them, of which
// nothing is a capital.
func lower(r rune) rune {
	if r >= '\u3000' && r < '\ua000' {
		return r
	}
	return unicode.ToLower(r)
}

// holds reports whether a term may stand in the markup.
func (l *linker) holds(markup string) bool {
	for i, size := 0, 0; i < len(markup); i += size {
		r := rune(markup[i])
		switch {
		case r < utf8.RuneSelf:
			size, r = 1, lower(r)
		case r >= 0xe3 && r <= 0xe9 && i+3 <= len(markup):
			// As most are: none is a capital, and its last two bytes are all that is looked at.
			size, r = 3, rune(markup[i+1]&0x3f)<<6|rune(markup[i+2]&0x3f)
		default:
			r, size = utf8.DecodeRuneInString(markup[i:])
			r = lower(r)
		}
		if l.may[int(r)%len(l.may)] {
			if _, found := l.at(markup, i); found {
				return true
			}
		}
	}
	return false
}

// section is a part of a page, its terms linked.
type section struct {
	ID, Title string
	HTML      template.HTML
	Plain     string // in plain words; "" where nobody has written any
}

// link links each term where it first stands in the sections, never inside a heading
// or another link.
func (l *linker) link(sections []section) {
	linked := map[string]bool{}
	for i := range sections {
		if html := string(sections[i].HTML); l.holds(html) {
			sections[i].HTML = template.HTML(l.html(html, linked)) // the section's own markup and ours
		}
	}
}

// closed are the elements whose text is left as it is.
var closed = []string{"a", "h1", "h2", "h3", "h4", "h5", "h6", "th", "code", "pre"}

func (l *linker) html(markup string, linked map[string]bool) string {
	var b bytes.Buffer
	z := html.NewTokenizer(strings.NewReader(markup))
	depth := 0 // of closed elements
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String() // the end: a string cannot fail to be read
		}
		raw := string(z.Raw())
		name, _ := z.TagName()
		switch {
		case kind == html.StartTagToken && slices.Contains(closed, string(name)):
			depth++
		case kind == html.EndTagToken && slices.Contains(closed, string(name)):
			depth--
		case kind == html.TextToken && depth == 0:
			raw = l.text(raw, linked)
		}
		b.WriteString(raw)
	}
}

// text links terms in escaped text, each where it first stands.
func (l *linker) text(raw string, linked map[string]bool) string {
	return l.marked(raw, func(t linkedTerm, words string) string {
		if linked[t.id] {
			return words
		}
		linked[t.id] = true
		return `<a class="term" href="/glossary#` + t.id + `">` + words + `</a>`
	})
}

// marked puts in the place of each term of a text what mark makes of it. A term is passed
// over as a whole, so that a shorter one inside it is not taken for itself.
func (l *linker) marked(text string, mark func(t linkedTerm, words string) string) string {
	var b strings.Builder
	copied := 0
	for i := 0; i < len(text); {
		t, found := l.at(text, i)
		if !found {
			_, size := utf8.DecodeRuneInString(text[i:])
			i += size
			continue
		}
		end := i + len(t.name)
		b.WriteString(text[copied:i] + mark(t, text[i:end]))
		copied, i = end, end
	}
	return b.String() + text[copied:]
}

// linkers keep a linker for each language, made once for each version of the content.
type linkers struct {
	build   func(library *content.Library, lang string) *linker
	mu      sync.Mutex
	content *Content
	made    map[string]*linker
}

func (k *linkers) of(current *Content, lang string) *linker {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.content != current {
		k.content, k.made = current, map[string]*linker{}
	}
	made, ok := k.made[lang]
	if !ok {
		made = k.build(current.Library, lang)
		k.made[lang] = made
	}
	return made
}

// glossed returns the sections of a page with their terms linked.
func (s *Server) glossed(lang string, sections []content.Section) []section {
	out := make([]section, 0, len(sections))
	for _, one := range sections {
		out = append(out, section{one.ID, one.Title, one.HTML(), one.Plain})
	}
	s.terms.of(s.content(), lang).link(out)
	return out
}
