package search

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseSynonyms(t *testing.T) {
	got, err := ParseSynonyms(strings.NewReader("\ufeff# 注释\n没有 = 冇， 无得、冇得 # 尾注\n\n补贴 ~ 津贴,补助\n! 请问\n+ 关系, 联系\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Synonyms{
		Replace:   []Group{{Terms: []string{"没有", "冇", "无得", "冇得"}, Line: 2}},
		Related:   []Group{{Terms: []string{"补贴", "津贴", "补助"}, Line: 4}},
		Stop:      []string{"请问"},
		Protected: []string{"关系", "联系"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ParseSynonyms (-want +got):\n%s", diff)
	}
}

func TestSynonymErrorsNameTheLine(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"no sign", "没有 = 冇\n孤儿 补贴", "line 2"},
		{"no alias", "没有 =", "line 1"},
		{"no standard term", "= 冇", "line 1"},
		{"no letters", "！？ = 冇", "line 1"},
		{"two meanings", "没有 = 冇\n不 = 冇", "already means"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewNormalizer(strings.NewReader(tt.data))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v; want one with %q", err, tt.want)
			}
		})
	}
}

// TestShippedSynonyms reads the file that editors keep: an alias must end up
// as its standard term whatever other lines do to it.
func TestShippedSynonyms(t *testing.T) {
	data, err := os.ReadFile("../content/synonyms.txt")
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewNormalizer(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	list, err := ParseSynonyms(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range list.Replace {
		want := n.Normalize(g.Terms[0])
		for _, alias := range g.Terms[1:] {
			if got := n.Normalize(alias); got != want {
				t.Errorf("line %d: %s reads as %q; want %q as for %s", g.Line, alias, got, want, g.Terms[0])
			}
		}
		if want != n.Fold(g.Terms[0]) {
			t.Errorf("line %d: standard term %s is itself rewritten to %q", g.Line, g.Terms[0], want)
		}
	}
	for _, w := range list.Protected {
		if got := n.Normalize("某" + w + "某"); !strings.Contains(got, n.Fold(w)) {
			t.Errorf("protected word %s is changed: %q", w, got)
		}
	}
}

func TestRelatedTermsWorkBothWays(t *testing.T) {
	n := testNormalizer(t)
	for _, pair := range [][2]string{{"坐牢", "服刑"}, {"服刑", "坐牢"}, {"判刑", "坐牢"}} {
		_, others, ok := n.synonyms.related.match([]rune(pair[0]), 0)
		if !ok || !slices.ContainsFunc(others, func(t int32) bool { return string(n.synonyms.terms[t]) == pair[1] }) {
			t.Errorf("%s is not related to %s", pair[0], pair[1])
		}
	}
}
