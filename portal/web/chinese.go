package web

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// English pages name programmes, offices and papers in Chinese as well, so that a
// reader can show the name to somebody. Voices and fonts need to be told where.

// chineseRun matches Chinese words with the punctuation and figures among them.
var chineseRun = regexp.MustCompile(`[《〈「（〔【]*\p{Han}(?:[\p{Han}0-9、，。：；！？·《》〈〉「」（）〔〕【】]*[\p{Han}。！？》〉」）〕】])?`)

func isHan(r rune) bool { return r >= '\u3007' && unicode.Is(unicode.Han, r) }

// bare are the elements whose text cannot hold a mark.
var bare = []string{"title", "option", "textarea", "script", "style"}

// void are the elements that are never closed.
var void = []string{"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

// element is one that is open at some place of a page.
type element struct {
	name    string
	chinese bool // its text is marked as Chinese
	bare    bool
}

// markChinese marks the Chinese words of a rendered page that stand in another
// language's passage. Everything else stays as it is, byte for byte.
func markChinese(body []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(body) + len(body)/16)
	z := html.NewTokenizer(bytes.NewReader(body))
	open := []element{{}}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.Bytes() // the end: a slice cannot fail to be read
		}
		here := open[len(open)-1]
		switch raw := z.Raw(); kind {
		case html.TextToken:
			if !here.chinese && !here.bare && bytes.ContainsFunc(raw, isHan) {
				raw = chineseRun.ReplaceAll(raw, []byte(`<span lang="zh-Hans">$0</span>`))
			}
			out.Write(raw)
		case html.StartTagToken:
			out.Write(raw) // before the tag's name is read, which changes it
			if e := newElement(z, here); !slices.Contains(void, e.name) {
				open = append(open, e)
			}
		case html.EndTagToken:
			out.Write(raw)
			name, _ := z.TagName()
			open = closeElement(open, string(name))
		default:
			out.Write(raw)
		}
	}
}

// newElement reads the start tag that z stands at, inside another element.
func newElement(z *html.Tokenizer, inside element) element {
	name, more := z.TagName()
	e := element{name: string(name), chinese: inside.chinese}
	e.bare = slices.Contains(bare, e.name)
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if string(key) == "lang" {
			e.chinese = strings.HasPrefix(string(value), "zh")
		}
	}
	return e
}

// closeElement takes the innermost element of that name off, with what was left
// open in it.
func closeElement(open []element, name string) []element {
	for i := len(open) - 1; i > 0; i-- {
		if open[i].name == name {
			return open[:i]
		}
	}
	return open
}
