package search

import (
	"strings"
	"testing"
)

// TestGeneral reads the general words strictly: lines that parse, that say something and
// that do not contradict each other.
func TestGeneral(t *testing.T) {
	list, err := ParseSynonyms(strings.NewReader(General()))
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewNormalizer(strings.NewReader(General()))
	if err != nil {
		t.Fatal(err)
	}
	heads := map[string]int{}
	for _, g := range list.Related {
		seen := map[string]bool{}
		for _, term := range g.Terms {
			if seen[term] {
				t.Errorf("line %d has %q twice", g.Line, term)
			}
			seen[term] = true
		}
		if old := heads[g.Terms[0]]; old > 0 {
			t.Errorf("line %d is about %q, as is line %d", g.Line, g.Terms[0], old)
		}
		heads[g.Terms[0]] = g.Line
	}
	for _, same := range [][2]string{{"怎么办理", "如何办理"}, {"多久能好", "多长时间能好"}, {"啥时候", "什么时候"}} {
		if a, b := n.Normalize(same[0]), n.Normalize(same[1]); a != b {
			t.Errorf("%q reads %q, %q reads %q; want the same", same[0], a, same[1], b)
		}
	}
}

// TestGeneralFinds asks in words that the documents do not use.
func TestGeneralFinds(t *testing.T) {
	n, err := NewNormalizer(strings.NewReader(General()))
	if err != nil {
		t.Fatal(err)
	}
	x := NewIndex(n)
	err = x.Index(t.Context(), []Document{
		{ID: "rent", Text: "出租人应当履行租赁物的维修义务。"},
		{ID: "work", Text: "用人单位拖欠劳动报酬的,劳动者可以申请支付令。"},
		{ID: "road", Text: "机动车驾驶人饮酒后驾驶机动车的,暂扣驾驶证。"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"房东不肯修": "rent", "老板不发工资": "work", "司机喝酒开车": "road"} {
		r, err := x.Search(t.Context(), Query{Text: query})
		if err != nil {
			t.Fatal(err)
		}
		if got := firstID(t, r); got != want {
			t.Errorf("%q finds %q first; want %q", query, got, want)
		}
	}
}
