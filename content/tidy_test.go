package content

import (
	"bytes"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// tidyCases are texts at the edge of what is tidy.
var tidyCases = []struct {
	name, text string
	tidy       bool
}{
	{"keys", "\na: 1\nb: 中文\n", true},
	{"nested", "a:\n  b:\n    - c: 1\n      d: [x, y]\n    - {e: f}\n  g: h\ni: j", true},
	{"quotes", `a: "中: 文"` + "\nb: ''\nc: [\"\", 'x, y']", true},
	{"addresses and facts", "a: https://example.org/x#y\nb: ${sum}元\nc: 还有${sum}", true},
	{"facts inside", "a: https://example.org/x#y\nc: 还有${sum}。", true},
	{"empty collections", "a: []\nb: {}", true},
	{"a value that goes on", "a: one\n  two", false},
	{"a value that goes on in a list", "a:\n  - one\n    two", false},
	{"a value below", "a:\n  one", false},
	{"a list at the key's indentation", "a:\n- b\n- c", false},
	{"no value", "a:\nb: c", false},
	{"two keys in a line", "a: b: c", false},
	{"a comment", "a: b # c", false},
	{"a comment in a flow", "a: [b #c, d]", false},
	{"a line of a comment", "# a\nb: c", false},
	{"an anchor", "a: &b c\nd: *b", false},
	{"a tag", "a: !!str 1", false},
	{"a merge", "a: {b: c}\n<<: {d: e}", false},
	{"a block", "a: |\n  b\n  c", false},
	{"a fold", "a: >\n  b\n  c", false},
	{"a quote that is escaped", `a: "b\"c"`, false},
	{"a quote that is doubled", "a: 'b''c'", false},
	{"a quote and more", `a: "b" c`, false},
	{"a key in quotes", `"a": b`, false},
	{"a flow that is not closed", "a: [b, c", false},
	{"a flow over lines", "a: [b,\n  c]", false},
	{"a pair in a flow", "a: [b: c]", false},
	{"a key alone in a flow", "a: {b, c: d}", false},
	{"an indentation that is no one's", "a:\n    b: c\n  d: e", false},
	{"a tab", "a:\tb", false},
	{"a space behind", "a: b \nc: d", false},
	{"a line of spaces", "a: b\n  \nc: d", false},
	{"two documents", "a: b\n---\nc: d", false},
	{"a next line of Unicode", "a: b\u2028c: d", false},
	{"a mark of the byte order", "\ufeffa: b", false},
	{"the same key twice", "a: 1\na: 2", true}, // which the decoder sees
	{"nothing", "", false},
	{"a list", "- a\n- b", false},
	{"words that are no texts", "a: yes\nb: null\nc: 1e3\nd: 0x1f\ne: 2021-05-13\nf: 12:30\ng: 1_000", true},
}

func TestTidy(t *testing.T) {
	for _, c := range tidyCases {
		t.Run(c.name, func(t *testing.T) {
			if root := compareTidy(t, c.text); (root != nil) != c.tidy {
				t.Errorf("tidy: %v; want %v", root != nil, c.tidy)
			}
		})
	}
}

// TestTidyContent reads what is published in both ways.
func TestTidyContent(t *testing.T) {
	for name, front := range fronts(t) {
		compareTidy(t, front)
		if strings.HasPrefix(name, "policies/") && !strings.HasSuffix(name, ".en.md") {
			compareDecoded[Policy](t, front)
		}
	}
}

// fronts returns the front matter of everything that is published, and the lists.
func fronts(tb testing.TB) map[string]string {
	tb.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*/*.md", "*.yaml"} {
		names, err := fs.Glob(Embedded(), pattern)
		if err != nil {
			tb.Fatal(err)
		}
		for _, name := range names {
			b, err := fs.ReadFile(Embedded(), name)
			if err != nil {
				tb.Fatal(err)
			}
			if front, _, _, ok := splitFront(name, b, &collector{}); ok {
				b = front
			}
			all[name] = string(b)
		}
	}
	return all
}

// FuzzTidy holds any text beside what the library makes of it.
func FuzzTidy(f *testing.F) {
	for _, c := range tidyCases {
		f.Add(c.text)
	}
	for _, front := range fronts(f) {
		f.Add(front)
		for part := range strings.SplitSeq(front, "\n\n") {
			f.Add(part)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		compareTidy(t, text)
		compareDecoded[Policy](t, text)
	})
}

// compareTidy returns the nodes of a tidy text, which must be those of the library.
func compareTidy(t *testing.T, text string) *yaml.Node {
	t.Helper()
	root := new(tidy).read(text)
	if root == nil {
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%q is taken for tidy: %v", text, err)
	}
	sameNodes(t, text, root, doc.Content[0])
	return root
}

func sameNodes(t *testing.T, text string, got, want *yaml.Node) {
	t.Helper()
	const quotes = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if got.Kind != want.Kind || got.Value != want.Value || got.ShortTag() != want.ShortTag() || got.Line != want.Line ||
		got.Style&quotes != want.Style&quotes || want.Anchor != "" || len(got.Content) != len(want.Content) {
		t.Fatalf("%q: node %+v; want %+v", text, got, want)
	}
	for i := range got.Content {
		sameNodes(t, text, got.Content[i], want.Content[i])
	}
}

// compareDecoded decodes a text in both ways if it is tidy for the type.
func compareDecoded[T any](t *testing.T, text string) {
	t.Helper()
	var got, want T
	if !decodeTidy(text, &got) {
		if !reflect.ValueOf(got).IsZero() {
			t.Fatalf("%q left %+v", text, got)
		}
		return
	}
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	dec.KnownFields(true)
	if err := dec.Decode(&want); err != nil {
		t.Fatalf("%q is decoded: %v", text, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: %+v; want %+v", text, got, want)
	}
}
