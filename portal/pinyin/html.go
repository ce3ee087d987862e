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

// Element is one that is open where a text of a page stands. What it says holds for the
// elements within as well.
type Element struct {
	Name     string
	Lang     string // "" where the page does not say
	Bare     bool   // its text cannot hold a mark
	NoPinyin bool   // nobody reads its text, or it is spelled already
}

// Chinese reports whether the text is marked as Chinese.
func (e Element) Chinese() bool { return strings.HasPrefix(strings.ToLower(e.Lang), "zh") }

// Rewrite returns the page with each text as write puts it. All else, and a text that
// write does not change, stays as it is, byte for byte.
func Rewrite(page []byte, write func(out *bytes.Buffer, at Element, text []byte)) []byte {
	var out bytes.Buffer
	out.Grow(len(page) + len(page)/16)
	z := html.NewTokenizer(bytes.NewReader(page))
	open := []Element{{}}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			out.Write(z.Raw()) // what a broken page ends in
			return out.Bytes() // a slice cannot fail to be read
		}
		here := open[len(open)-1]
		switch raw := z.Raw(); kind {
		case html.TextToken:
			write(&out, here, raw)
		case html.StartTagToken:
			out.Write(raw) // before the tag's name is read, which changes it
			if e := newElement(z, here); !void[e.Name] {
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

// Annotate puts the pinyin above every Chinese character of a page, as ruby. It is for
// the eye: screen readers are told to pass it over, since they read the characters. The
// page without the ruby is the page as it was, byte for byte.
func (r *Reader) Annotate(page []byte) []byte {
	return Rewrite(page, func(out *bytes.Buffer, at Element, text []byte) {
		foreign := at.Lang != "" && !at.Chinese()
		if at.Bare || at.NoPinyin || foreign || !bytes.ContainsFunc(text, isHan) {
			out.Write(text)
			return
		}
		r.annotate(out, string(text))
	})
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
func newElement(z *html.Tokenizer, inside Element) Element {
	name, more := z.TagName()
	e := inside
	e.Name = string(name)
	e.Bare = e.Bare || bare[e.Name]
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "lang":
			e.Lang = string(value)
		case "data-no-pinyin":
			e.NoPinyin = true
		}
	}
	return e
}

// closeElement takes the innermost element of that name off, with what was left open
// in it.
func closeElement(open []Element, name string) []Element {
	for i := len(open) - 1; i > 0; i-- {
		if open[i].Name == name {
			return open[:i]
		}
	}
	return open
}
