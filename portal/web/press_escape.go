package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"text/template/parse"

	"huitong/bot"
	"huitong/content"
)

// escapers are the ways in which html/template escapes values, by the names of the
// functions that it puts behind a value in each place of a page.
type escapers map[string]*escaping

// escaping writes values in one kind of place. A text that html/template would leave
// as it is, which is nearly every one, is written at once; all others go through
// html/template itself.
type escaping struct {
	place         *template.Template
	before, after string // what place writes around the value
	plain         func(string) bool
	text          bool // no address and no script
}

// places are the kinds of places at which our pages show values.
var places = []struct {
	before, after string
	plain         func(string) bool
	text          bool
}{
	{`<p>`, `</p>`, plainText, true},
	{`<p title="`, `"></p>`, plainText, true},
	{`<title>`, `</title>`, plainText, true},
	{`<a href="`, `"></a>`, plainAddress, false},
	{`<a href="#`, `"></a>`, plainWord, false},
	{`<script type="application/ld+json">`, `</script>`, func(string) bool { return false }, false},
}

func newEscapers() (escapers, error) {
	out := escapers{}
	for _, p := range places {
		place, err := template.New("place").Parse(p.before + "{{.}}" + p.after)
		if err != nil {
			return nil, fmt.Errorf("parse place %s: %w", p.before, err)
		}
		if err := place.Execute(&bytes.Buffer{}, ""); err != nil { // puts the escapers in
			return nil, fmt.Errorf("escape at %s: %w", p.before, err)
		}
		for _, n := range place.Tree.Root.Nodes {
			if action, ok := n.(*parse.ActionNode); ok {
				_, chain := cutEscapers(action.Pipe.Cmds)
				out[chain] = &escaping{place, p.before, p.after, p.plain, p.text}
			}
		}
	}
	return out, nil
}

// append writes a value.
func (e *escaping) append(out []byte, v reflect.Value) ([]byte, error) {
	if !v.IsValid() {
		return out, errBeyond
	}
	switch v.Type() {
	case stringType:
		s := v.String()
		if e.plain(s) {
			return append(out, s...), nil
		}
		if e.text && plainText(strings.ReplaceAll(s, "&", "")) { // every page has an address that asks for two things
			return append(out, strings.ReplaceAll(s, "&", "&amp;")...), nil
		}
	case countType:
		if e.text {
			return strconv.AppendInt(out, v.Int(), 10), nil
		}
	case outcomeType:
		if s := v.String(); e.plain(s) {
			return append(out, s...), nil
		}
	case markupType:
		if e.before == "<p>" {
			return append(out, v.String()...), nil
		}
	case addressType:
		if s := v.String(); e.before == `<a href="` && onlyASCII(s, addressMarks) {
			return append(out, s...), nil
		}
	case graphType:
		// html/template writes it as package json does, which escapes all that a script
		// could take for something else.
		if strings.HasPrefix(e.before, "<script") {
			b, err := json.Marshal(v.Interface())
			return append(out, b...), err
		}
	case dayType:
		if day, ok := v.Interface().(content.Day); ok && e.plain(day.String()) {
			return append(out, day.String()...), nil
		}
	}
	var b bytes.Buffer
	if err := e.place.Execute(&b, v.Interface()); err != nil {
		return out, fmt.Errorf("escape: %w", err)
	}
	return append(out, b.Bytes()[len(e.before):b.Len()-len(e.after)]...), nil
}

var (
	stringType, dayType     = reflect.TypeFor[string](), reflect.TypeFor[content.Day]()
	graphType               = reflect.TypeFor[linkedGraph]()
	countType, outcomeType  = reflect.TypeFor[int](), reflect.TypeFor[bot.Outcome]()
	markupType, addressType = reflect.TypeFor[template.HTML](), reflect.TypeFor[template.URL]()
)

// plainText reports whether a text has nothing that HTML or a quoted attribute could
// take for markup.
func plainText(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case 0, '"', '&', '\'', '+', '<', '>':
			return false
		}
	}
	return true
}

// plainAddress reports whether s is an address whose characters stand for themselves.
func plainAddress(s string) bool {
	return s == "" || (strings.HasPrefix(s, "/") || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")) &&
		onlyASCII(s, addressMarks)
}

// addressMarks stand for themselves in an address.
const addressMarks = "-./:=?_"

// plainWord is plainAddress for the part of one that a word stands for.
func plainWord(s string) bool { return onlyASCII(s, "-._") }

// onlyASCII reports whether s has only letters, digits and the marks.
func onlyASCII(s, marks string) bool {
	for i := range len(s) {
		c := s[i]
		if ('a' > c || c > 'z') && ('A' > c || c > 'Z') && ('0' > c || c > '9') && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return true
}
