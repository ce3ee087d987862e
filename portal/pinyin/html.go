package pinyin

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// bare are elements whose text cannot hold a mark, or is nobody's to read.
var bare = map[string]bool{
	"title": true, "option": true, "textarea": true, "script": true, "style": true, "ruby": true, "svg": true,
	"code": true, "noscript": true, "iframe": true, "noembed": true, "noframes": true, "xmp": true, "plaintext": true, "template": true, "math": true,
}

// void are the elements that are never closed.
var void = map[string]bool{
	"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true, "link": true,
	"meta": true, "source": true, "track": true, "wbr": true,
}

// element is one that is open at some place of a page.
type element struct {
	name    string
	foreign bool // its text is in another language
	bare    bool
}

// Annotate puts the pinyin above every Chinese character of a page, as ruby. It is for
// the eye: screen readers are told to pass it over, since they read the characters. The
// page without the ruby is the page as it was, byte for byte.
func (r *Reader) Annotate(page []byte) []byte {
	var out bytes.Buffer
	out.Grow(4 * len(page))
	z := html.NewTokenizer(bytes.NewReader(page))
	open := []element{{}}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			out.Write(z.Raw()) // what a broken page ends in
			return out.Bytes() // a slice cannot fail to be read
		}
		here := open[len(open)-1]
		switch raw := z.Raw(); kind {
		case html.TextToken:
			if here.bare || here.foreign || !bytes.ContainsFunc(raw, isHan) {
				out.Write(raw)
			} else {
				r.annotate(&out, string(raw))
			}
		case html.StartTagToken:
			out.Write(raw) // before the tag's name is read, which changes it
			if e := newElement(z, here); !void[e.name] {
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

// The readings of one text stand together: in a box whose children are laid out each
// for itself, they are one child as the text was.
const (
	beforeText    = `<span class="pinyin">`
	afterText     = "</span>"
	beforeChar    = "<ruby>"
	beforeReading = `<rp>(</rp><rt aria-hidden="true">`
	afterReading  = "</rt><rp>)</rp></ruby>"
)

func (r *Reader) annotate(out *bytes.Buffer, text string) {
	out.WriteString(beforeText)
	defer out.WriteString(afterText)
	for char, reading := range r.syllables(text) {
		if reading == "" {
			out.WriteString(char)
			continue
		}
		out.WriteString(beforeChar)
		out.WriteString(char)
		out.WriteString(beforeReading)
		out.WriteString(reading)
		out.WriteString(afterReading)
	}
}

// newElement reads the start tag that z stands at, inside another element.
func newElement(z *html.Tokenizer, inside element) element {
	name, more := z.TagName()
	e := element{name: string(name), foreign: inside.foreign, bare: inside.bare}
	e.bare = e.bare || bare[e.name]
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "lang":
			e.foreign = len(value) > 0 && !strings.HasPrefix(strings.ToLower(string(value)), "zh")
		case "data-no-pinyin":
			e.bare = true
		}
	}
	return e
}

// closeElement takes the innermost element of that name off, with what was left open
// in it.
func closeElement(open []element, name string) []element {
	for i := len(open) - 1; i > 0; i-- {
		if open[i].name == name {
			return open[:i]
		}
	}
	return open
}
