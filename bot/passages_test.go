package bot

import (
	"context"
	"slices"
	"strings"
	"testing"

	"huitong/content"
)

// TestExampleSections finds sentences that name a section which is not there.
func TestExampleSections(t *testing.T) {
	b := testBot(t)
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	sentences, err := readExamples(lib.Examples, b.slugs)
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, s := range sentences {
		for _, label := range s.sections {
			named++
			if policy, section, _ := strings.Cut(label, "#"); !slices.Contains(b.sections[policy], section) {
				t.Errorf("%q names the section %s, which is not there", s.text, label)
			}
		}
	}
	if named == 0 {
		t.Error("no sentence names a section")
	}
}

// TestAskedSection asks of one policy what another policy and its own sentences teach,
// in words that are in neither title nor text.
func TestAskedSection(t *testing.T) {
	b := testBot(t)
	for _, c := range []struct{ question, section string }{
		{"孤儿考上大学能领多少钱一年", "dream-scholarship#gives"},
		{"分类救助金打到哪张卡", "minor-supplement#amount"},
		{"孤儿做手术去边度办手续", "tomorrow-plan#how"},
		{"孤儿生活费批了几时到账", "basic-living-allowance#time"},
	} {
		r, err := b.Ask(context.Background(), Question{Text: c.question, Lang: original})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Citations) == 0 || !slices.Contains(strings.Split(c.section, "|"), r.Citations[0].Policy+"#"+r.Citations[0].Section) {
			t.Errorf("%s: cites %v; want %s", c.question, r.Citations, c.section)
		}
	}
}
