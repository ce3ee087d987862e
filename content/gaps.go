package content

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// gaps notes what a translation lacks. None of it keeps the content from loading:
// a Chinese text may be published before its translation follows.
type gaps struct {
	file string
	src  *source
	c    *collector
}

// digest names one version of the texts of an original: it stays when only rules,
// dates, other names or phrasings of its FAQ change.
func digest(texts any, body string) string {
	var lines []string
	leaves(nodeOf(texts), "", func(path, text string) { lines = append(lines, path+"\x00"+text) })
	slices.Sort(lines) // so that the order of the fields in our types says nothing
	sum := sha256.Sum256([]byte(strings.Join(lines, "\x00") + "\x00" + body))
	return hex.EncodeToString(sum[:])[:12]
}

// leaves calls f for each text below n that is not empty.
func leaves(n *yaml.Node, path string, f func(path, text string)) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Value != "" {
			f(path, n.Value)
		}
	case yaml.SequenceNode:
		for i, entry := range n.Content {
			leaves(entry, fmt.Sprintf("%s.%d", path, i+1), f)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			leaves(n.Content[i+1], path+"."+n.Content[i].Value, f)
		}
	}
}

func hasText(n *yaml.Node) bool {
	found := false
	leaves(n, "", func(string, string) { found = true })
	return found
}

// nodeOf returns texts as a tree, so that two of the same type can be walked
// together.
func nodeOf(texts any) *yaml.Node {
	n := &yaml.Node{}
	if err := n.Encode(texts); err != nil {
		panic(err) // our own types of strings, lists and maps always encode
	}
	return n
}

func (g *gaps) add(what, fix string, path ...any) {
	g.c.note(g.file, g.src.line(path...), what, fix)
}

// stale notes that the original has changed since it was translated.
func (g *gaps) stale(now string) {
	made := ""
	if n := descend(g.src.tree(), "translates"); n != nil {
		made = n.Value
	}
	if made != now {
		g.add(fmt.Sprintf("the original has changed since: %q is now %q", made, now),
			"translate what changed, then write translates: "+now, "translates")
	}
}

// compare notes which texts of want are not in got, and what got has beyond them.
func (g *gaps) compare(want, got any) { g.walk(nodeOf(want), nodeOf(got)) }

func (g *gaps) walk(want, got *yaml.Node, path ...any) {
	const fix = "translate every text of the original under the same name"
	if got == nil {
		if hasText(want) {
			g.add(pathName(path)+" is not translated", fix, path...)
		}
		return
	}
	switch want.Kind {
	case yaml.ScalarNode:
		switch {
		case want.Value != "" && got.Value == "":
			g.add(pathName(path)+" is not translated", fix, path...)
		case mostlyHan(got.Value):
			g.add(pathName(path)+" is still in Chinese", fix, path...)
		}
	case yaml.SequenceNode:
		if len(want.Content) != len(got.Content) {
			g.add(fmt.Sprintf("%s has %d entries, the original %d", pathName(path), len(got.Content), len(want.Content)), fix, path...)
			return
		}
		for i := range want.Content {
			g.walk(want.Content[i], got.Content[i], append(slices.Clone(path), i)...)
		}
	case yaml.MappingNode:
		g.walkNames(want, got, path)
	}
}

// ownKeys stand in a translation only, or may differ in it.
var ownKeys = []string{"translates", "short", "alt"}

func (g *gaps) walkNames(want, got *yaml.Node, path []any) {
	for i := 0; i+1 < len(want.Content); i += 2 {
		if key := want.Content[i].Value; !slices.Contains(ownKeys, key) {
			g.walk(want.Content[i+1], descend(got, key), append(slices.Clone(path), key)...)
		}
	}
	for i := 0; i+1 < len(got.Content); i += 2 {
		key := got.Content[i].Value
		if descend(want, key) == nil && !slices.Contains(usualOptions, key) {
			g.add(fmt.Sprintf("no %s in the original", pathName(append(slices.Clone(path), key))), "use the names of the original", append(slices.Clone(path), key)...)
		}
	}
}

// usualOptions may be named in a translation though the original leaves them out.
var usualOptions = []string{"yes", "no", UnknownAnswer}

// pathName writes a path as an editor counts: faq.1 is the first entry.
func pathName(path []any) string {
	var parts []string
	for _, step := range path {
		if i, ok := step.(int); ok {
			step = i + 1
		}
		parts = append(parts, fmt.Sprint(step))
	}
	return strings.Join(parts, ".")
}

// facts notes facts in a text whose value would stand in it in Chinese.
func (g *gaps) facts(lines []string, facts *Facts) {
	for i, line := range lines {
		for _, m := range factName.FindAllStringSubmatch(line, -1) {
			if f, ok := facts.Fact(m[1]); ok && strings.ContainsFunc(f.Value, isHan) {
				g.c.note(g.file, i+1, fmt.Sprintf("fact %q has no value in this language: %s", f.Name, f.Value), "give it valueEn in facts.yaml")
			}
		}
	}
}

// sections notes sections that are missing, additional or in another order.
func (g *gaps) sections(original, translated []Section) {
	last := -1
	for _, s := range original {
		if _, ok := sectionOf(translated, s.ID); !ok {
			g.c.note(g.file, 1, fmt.Sprintf("section %q is missing", s.ID), "translate it under ## Title {#"+s.ID+"}")
		}
	}
	for i, s := range translated {
		place := slices.IndexFunc(original, func(o Section) bool { return o.ID == s.ID })
		switch {
		case place < 0:
			g.c.note(g.file, s.Line, fmt.Sprintf("no section %q in the original", s.ID), "keep the ids of the original")
		case slices.ContainsFunc(translated[:i], func(o Section) bool { return o.ID == s.ID }):
			g.c.note(g.file, s.Line, fmt.Sprintf("section %q stands twice", s.ID), "keep one")
		case place < last:
			g.c.note(g.file, s.Line, fmt.Sprintf("section %q stands elsewhere in the original", s.ID), "keep the order of the original")
		}
		last = max(last, place)
		if mostlyHan(s.Title + s.Text) {
			g.c.note(g.file, s.Line, fmt.Sprintf("section %q is still in Chinese", s.ID), "translate it")
		}
	}
}

// isHan asks the tables of Unicode only about what is not among the characters that
// nearly every text is made of.
func isHan(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= 0x2e80 && unicode.Is(unicode.Han, r)
}

// mostlyHan reports whether a text is Chinese, not only names a Chinese word.
func mostlyHan(s string) bool {
	han, other := 0, 0
	for _, r := range s {
		switch {
		case isHan(r):
			han++
		case unicode.IsLetter(r):
			other++
		}
	}
	return han > other
}
