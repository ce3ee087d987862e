package e2e

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the transcripts anew")

// TestTranscripts compares what a screen reader is given of pages of each kind,
// names, roles and states in the order of reading, with what somebody has read and
// found good. After a change of pages: go test ./portal/e2e -run TestTranscripts -update,
// and read the difference as a listener would.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	pages := []struct {
		name string
		come func(b *tab)
	}{
		{"home", func(b *tab) { b.open("/") }},
		{"policy", func(b *tab) { b.open("/policies/" + journeySlug) }},
		{"form", func(b *tab) { b.open("/check/" + journeySlug) }},
		{"error", func(b *tab) {
			b.open("/check/" + journeySlug)
			b.failing(422, func() { b.follow(`main form .form__buttons button`) })
		}},
		{"chat", func(b *tab) {
			b.open("/ask")
			b.ask("孤儿补贴每个月多少钱？")
		}},
	}
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			b := newTab(t, suite.site, desktop)
			b.open("/?mode=" + mode)
			b.open("/?mode=" + mode) // from now on the cookie holds, and links are clean
			for _, page := range pages {
				page.come(b)
				b.compare(page.name+"."+mode+".txt", b.transcript())
			}
		})
	}
}

func (t *tab) compare(name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "transcripts", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s is heard in other words than in %s (-want +got); if they are good, run with -update:\n%s", t.where(), name, diff)
	}
}

// transcript returns the accessibility tree of the page, a line for each thing that
// is announced.
func (t *tab) transcript() string {
	t.Helper()
	tree := call(t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	r := &reader{nodes: map[accessibility.NodeID]*accessibility.Node{}}
	for _, n := range tree.Nodes {
		r.nodes[n.NodeID] = n
	}
	if len(tree.Nodes) == 0 {
		t.Fatalf("%s has no accessibility tree", t.where())
	}
	r.read(tree.Nodes[0], 0, "")
	return strings.ReplaceAll(r.out.String(), t.site.url, "SITE")
}

// reader writes a tree down.
type reader struct {
	nodes map[accessibility.NodeID]*accessibility.Node
	out   strings.Builder
}

// silent are roles that nobody hears of.
var silent = []string{"", "none", "generic", "InlineTextBox", "LineBreak", "ListMarker", "paragraph", "LabelText", "strong", "emphasis", "div", "MenuListPopup"}

// states are the properties that are announced.
var states = []accessibility.PropertyName{"level", "checked", "pressed", "expanded", "selected", "disabled", "required", "invalid", "readonly", "live", "busy", "hasPopup"}

// read writes n and what it holds; heard is the name of what it lies in, whose words
// are not said twice.
func (r *reader) read(n *accessibility.Node, depth int, heard string) {
	role, name := plain(n.Role), strings.TrimSpace(plain(n.Name))
	said := name != "" && strings.Contains(heard, name)
	if !n.Ignored && !slices.Contains(silent, role) && !(role == "StaticText" && said) {
		r.line(n, role, name, depth)
		depth++
		if role != "RootWebArea" {
			heard = name
		}
	}
	for _, id := range n.ChildIDs {
		if child := r.nodes[id]; child != nil {
			r.read(child, depth, heard)
		}
	}
}

func (r *reader) line(n *accessibility.Node, role, name string, depth int) {
	r.out.WriteString(strings.Repeat("  ", depth))
	if role == "StaticText" {
		r.out.WriteString(name + "\n")
		return
	}
	r.out.WriteString(role)
	if name != "" {
		r.out.WriteString(" “" + name + "”")
	}
	if v := plain(n.Value); v != "" && v != name {
		r.out.WriteString(" = " + v)
	}
	for _, p := range n.Properties {
		if p.Name == "level" && role != "heading" {
			continue
		}
		if v := plain(p.Value); slices.Contains(states, p.Name) && v != "" && (v != "false" || p.Name == "expanded" || p.Name == "pressed" || p.Name == "checked") {
			r.out.WriteString(" " + string(p.Name) + ":" + v)
		}
	}
	if d := plain(n.Description); d != "" && d != name {
		r.out.WriteString(" (" + d + ")")
	}
	r.out.WriteString("\n")
}

// plain returns a value of the tree as text.
func plain(v *accessibility.Value) string {
	if v == nil || len(v.Value) == 0 {
		return ""
	}
	var text string
	if json.Unmarshal([]byte(v.Value), &text) == nil {
		return text
	}
	return string(v.Value)
}
