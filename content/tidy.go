package content

import (
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Nearly all YAML of the content is tidy: keys of letters, a value on the line of its
// key or indented below it, texts that stand for themselves. The library takes a dozen
// steps for each character, of which such a text needs one. So it is made into the nodes
// that the library would make of it, and the library decodes those. Whatever is not
// certain to be tidy is left to the library altogether, with all its faults to report:
// tidy never refuses a text, it only takes no part. A fuzz test holds both side by side.

// decodeTidy decodes text into out as a strict decoder of the library does and reports
// whether it did; if not, out is as before.
func decodeTidy(text string, out any) bool {
	t := tidies.Get().(*tidy)
	defer tidies.Put(t)
	root := t.read(text)
	to := reflect.ValueOf(out).Elem()
	if root == nil || !known(root, to.Type()) {
		return false
	}
	before := reflect.New(to.Type()).Elem()
	before.Set(to)
	if err := root.Decode(out); err != nil {
		to.Set(before)
		return false
	}
	return true
}

var tidies = sync.Pool{New: func() any { return new(tidy) }}

// tidy reads one text after the other with the same room. Its nodes hold until the next.
type tidy struct {
	nodes []*yaml.Node
	used  int
	lines []tidyLine
	next  int // of lines
	deep  int // flow collections around
}

// tidyLine is a line that is not empty, without its indentation.
type tidyLine struct {
	text   string
	indent int
	number int
}

// read returns the root of a tidy text, or nil.
func (t *tidy) read(text string) *yaml.Node {
	t.used, t.lines, t.next, t.deep = 0, t.lines[:0], 0, 0
	if !ordinary(text) || !t.cut(text) || len(t.lines) == 0 || t.lines[0].indent > 0 {
		return nil
	}
	root := t.mapping(0)
	if t.next < len(t.lines) {
		return nil
	}
	return root
}

// ordinary reports whether a text has no control characters but ends of lines, and none
// that the library takes for one or refuses.
func ordinary(text string) bool {
	for _, r := range text {
		switch {
		case r >= ' ' && r <= '~', r == '\n':
		case r >= '\u3000' && r <= '\ud7ff', r >= '\uff00' && r <= '\uffef', r >= '\u00a1' && r <= '\u2027', r >= '\u2030' && r < '\u3000':
		default:
			return false
		}
	}
	return true
}

func (t *tidy) cut(text string) bool {
	for number := 1; text != ""; number++ {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		indent := 0
		for indent < len(line) && line[indent] == ' ' {
			indent++
		}
		if line == "" {
			continue
		}
		if indent == len(line) {
			return false
		}
		t.lines = append(t.lines, tidyLine{line[indent:], indent, number})
	}
	return true
}

func (t *tidy) node(kind yaml.Kind, line int) *yaml.Node {
	if t.used == len(t.nodes) {
		t.nodes = append(t.nodes, new(yaml.Node))
	}
	n := t.nodes[t.used]
	t.used++
	*n = yaml.Node{Kind: kind, Line: line, Content: n.Content[:0]}
	return n
}

func (t *tidy) scalar(value string, style yaml.Style, line int) *yaml.Node {
	n := t.node(yaml.ScalarNode, line)
	n.Value, n.Style = value, style
	if style == 0 {
		n.Tag = tagOf(value) // as the library would find out, several times
	}
	return n
}

// tagOf returns the tag of a text that is certain to have it; empty for any other.
func tagOf(value string) string {
	if value == "" {
		return ""
	}
	switch c := value[0]; {
	case c >= utf8.RuneSelf, isLetter(c) && (len(value) > longestWord || strings.IndexByte(wordStarts, c|0x20) < 0):
		return "!!str"
	case len(value) == len(time.DateOnly) && value[4] == '-' && value[7] == '-':
		if _, err := time.Parse(time.DateOnly, value); err == nil {
			return "!!timestamp"
		}
	}
	return ""
}

// What stands for true, false or nothing begins with one of these letters, and is no
// longer than false.
const (
	wordStarts  = "yntfo"
	longestWord = len("false")
)

// mapping reads the keys that stand at an indentation.
func (t *tidy) mapping(indent int) *yaml.Node {
	m := t.node(yaml.MappingNode, t.lines[t.next].number)
	for t.next < len(t.lines) && t.lines[t.next].indent == indent {
		l := t.lines[t.next]
		key, value, ok := cutKey(l.text)
		if !ok {
			return nil
		}
		t.next++
		k, v := t.scalar(key, 0, l.number), (*yaml.Node)(nil)
		if value == "" {
			v = t.below(indent)
		} else {
			v = t.value(value, l.number)
		}
		if v == nil {
			return nil
		}
		m.Content = append(m.Content, k, v)
	}
	return t.closed(m, indent)
}

// closed returns a collection unless the line behind it is part of its last value.
func (t *tidy) closed(n *yaml.Node, indent int) *yaml.Node {
	if t.next < len(t.lines) && t.lines[t.next].indent >= indent {
		return nil
	}
	return n
}

// below reads what is indented below a key.
func (t *tidy) below(indent int) *yaml.Node {
	if t.next == len(t.lines) || t.lines[t.next].indent <= indent {
		return nil
	}
	l := t.lines[t.next]
	if strings.HasPrefix(l.text, "- ") {
		return t.sequence(l.indent)
	}
	return t.mapping(l.indent)
}

func (t *tidy) sequence(indent int) *yaml.Node {
	s := t.node(yaml.SequenceNode, t.lines[t.next].number)
	for t.next < len(t.lines) && t.lines[t.next].indent == indent {
		l := &t.lines[t.next]
		entry, ok := strings.CutPrefix(l.text, "- ")
		if !ok || entry == "" {
			return nil
		}
		var v *yaml.Node
		if _, _, ok := cutKey(entry); ok {
			l.text, l.indent = entry, indent+2
			v = t.mapping(l.indent)
		} else {
			t.next++
			v = t.value(entry, l.number)
		}
		if v == nil {
			return nil
		}
		s.Content = append(s.Content, v)
	}
	return t.closed(s, indent)
}

// cutKey splits a line into a key of letters and its value, empty at the end of a line.
func cutKey(line string) (key, value string, ok bool) {
	n := 0
	for n < len(line) && (isLetter(line[n]) || n > 0 && (line[n] == '-' || line[n] == '_' || line[n] >= '0' && line[n] <= '9')) {
		n++
	}
	if n == 0 || n > 100 || n == len(line) || line[n] != ':' {
		return "", "", false
	}
	if n+1 == len(line) {
		return line[:n], "", true
	}
	return line[:n], line[min(n+2, len(line)):], line[n+1] == ' ' && len(line) > n+2
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// value reads the value that takes up the rest of a line.
func (t *tidy) value(s string, line int) *yaml.Node {
	switch s[0] {
	case '{', '[', '"', '\'':
		if v, rest := t.enclosed(s, line); rest == "" {
			return v
		}
		return nil
	}
	if !stands(s) {
		return nil
	}
	return t.scalar(s, 0, line)
}

// stands reports whether s is a text without quotes that can be nothing else.
func stands(s string) bool {
	if s == "" {
		return false
	}
	if c := s[0]; c < utf8.RuneSelf && !isLetter(c) && (c < '0' || c > '9') && c != '(' && c != '/' && c != '$' {
		return false
	}
	for i := range len(s) {
		switch s[i] {
		case ':':
			if i+1 == len(s) || s[i+1] < '/' || s[i+1] > '9' && !isLetter(s[i+1]) {
				return false
			}
		case '#':
			if s[i-1] == ' ' {
				return false
			}
		}
	}
	return s[len(s)-1] != ' '
}

// maxDeep is how many flow collections may stand in one another.
const maxDeep = 20

// enclosed reads a flow collection or a quoted text and returns what stands behind it.
// The value is nil where s is not tidy.
func (t *tidy) enclosed(s string, line int) (v *yaml.Node, rest string) {
	switch s[0] {
	case '"':
		return t.quoted(s, yaml.DoubleQuotedStyle, "\"\\", line)
	case '\'':
		return t.quoted(s, yaml.SingleQuotedStyle, "'", line)
	}
	if t.deep++; t.deep > maxDeep {
		return nil, ""
	}
	if s[0] == '{' {
		v, rest = t.flow(t.node(yaml.MappingNode, line), s[1:], '}')
	} else {
		v, rest = t.flow(t.node(yaml.SequenceNode, line), s[1:], ']')
	}
	t.deep--
	return v, rest
}

// quoted reads a text in quotes that has none of the special characters inside.
func (t *tidy) quoted(s string, style yaml.Style, special string, line int) (v *yaml.Node, rest string) {
	end := strings.IndexAny(s[1:], special) + 1
	if end == 0 || s[end] != s[0] {
		return nil, ""
	}
	if rest = s[end+1:]; rest != "" && rest[0] == s[0] {
		return nil, ""
	}
	return t.scalar(s[1:end], style, line), rest
}

// flow reads the entries of a flow collection up to where it closes.
func (t *tidy) flow(n *yaml.Node, s string, closing byte) (v *yaml.Node, rest string) {
	for s != "" {
		if s[0] == closing && len(n.Content) == 0 {
			return n, s[1:]
		}
		if closing == '}' {
			key, value, ok := cutKey(s)
			if !ok || value == "" {
				return nil, ""
			}
			n.Content, s = append(n.Content, t.scalar(key, 0, n.Line)), value
		}
		if v, s = t.inFlow(s, n.Line); v == nil || s == "" {
			return nil, ""
		}
		n.Content = append(n.Content, v)
		if s[0] == closing {
			return n, s[1:]
		}
		if !strings.HasPrefix(s, ", ") {
			return nil, ""
		}
		s = s[2:]
	}
	return nil, ""
}

// inFlow reads one value of a flow collection.
func (t *tidy) inFlow(s string, line int) (v *yaml.Node, rest string) {
	switch s[0] {
	case '{', '[', '"', '\'':
		return t.enclosed(s, line)
	}
	end := strings.IndexAny(s, ",[]{}?")
	if end < 0 || !stands(s[:end]) {
		return nil, ""
	}
	return t.scalar(s[:end], 0, line), s[end:]
}

// known reports whether a strict decoder finds each key of a node in the type that it is
// decoded into.
func known(n *yaml.Node, in reflect.Type) bool {
	if n.Kind == yaml.ScalarNode {
		return true
	}
	for in.Kind() == reflect.Pointer {
		in = in.Elem()
	}
	if reflect.PointerTo(in).Implements(unmarshalerType) {
		return true // and sees to it itself
	}
	switch {
	case n.Kind == yaml.SequenceNode && in.Kind() == reflect.Slice:
		for _, entry := range n.Content {
			if !known(entry, in.Elem()) {
				return false
			}
		}
	case n.Kind == yaml.MappingNode && in.Kind() == reflect.Map:
		for i := 1; i < len(n.Content); i += 2 {
			if !known(n.Content[i], in.Elem()) {
				return false
			}
		}
	case n.Kind == yaml.MappingNode && in.Kind() == reflect.Struct:
		fields := fieldsOf(in)
		for i := 1; i < len(n.Content); i += 2 {
			if field, ok := fields[n.Content[i-1].Value]; !ok || !known(n.Content[i], field) {
				return false
			}
		}
	}
	return true
}

var (
	unmarshalerType = reflect.TypeFor[yaml.Unmarshaler]()
	knownFields     sync.Map // type to what fieldsOf returns
)

// fieldsOf returns the types of a struct's fields by their keys. Those of a struct that
// is inlined are none of them, which leaves such a file to the library.
func fieldsOf(in reflect.Type) map[string]reflect.Type {
	if fields, ok := knownFields.Load(in); ok {
		return fields.(map[string]reflect.Type)
	}
	fields := map[string]reflect.Type{}
	for i := range in.NumField() {
		f := in.Field(i)
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if f.IsExported() && options == "" && key != "" && key != "-" {
			fields[key] = f.Type
		}
	}
	knownFields.Store(in, fields)
	return fields
}
