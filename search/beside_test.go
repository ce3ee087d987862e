package search

import (
	"slices"
	"testing"
)

func TestLean(t *testing.T) {
	tests := map[string]struct {
		share float32
		reach int32
		found []candidate
		want  []float32
	}{
		"nobody's neighbour":            {0.5, 1, []candidate{{doc: 7, score: 4}, {doc: 2, score: 2}}, []float32{4, 2}},
		"the better one counts":         {0.5, 1, []candidate{{doc: 3, score: 4}, {doc: 2, score: 2}, {doc: 1, score: 1}}, []float32{5, 4, 2}},
		"as it scored by itself":        {0.5, 1, []candidate{{doc: 0, score: 2}, {doc: 1, score: 2}, {doc: 2, score: 2}}, []float32{3, 3, 3}},
		"a question of few words":       {0, 1, []candidate{{doc: 3, score: 4}, {doc: 2, score: 2}}, []float32{4, 2}},
		"two away count half":           {0.5, 2, []candidate{{doc: 3, score: 4}, {doc: 1, score: 2}}, []float32{4.5, 3}},
		"the best of those in reach":    {0.5, 4, []candidate{{doc: 0, score: 4}, {doc: 3, score: 8}, {doc: 1, score: 2}}, []float32{6, 9, 5}},
		"nothing has been found at all": {0.5, 1, nil, nil},
	}
	for name, test := range tests {
		w := scratch{found: slices.Clone(test.found)}
		w.lean(test.share, test.reach)
		for i, c := range w.found {
			if c.score != test.want[i] || c.doc != test.found[i].doc {
				t.Errorf("%s: document %d scores %v; want %v", name, c.doc, c.score, test.want[i])
			}
		}
	}
}

// TestBesideEachOther asks at length what two documents have as much of, of which one stands
// beside a third that has something of it, too.
func TestBesideEachOther(t *testing.T) {
	filling := func(id string) Document {
		return Document{ID: id, Text: "第" + id + "个事项由有关部门另行规定并公布。"}
	}
	docs := []Document{
		{ID: "alone", Text: "赠与财产有瑕疵的，不承担责任。"}, filling("二"), filling("三"), filling("四"),
		{ID: "answer", Text: "赠与财产有缺陷的，不承担责任。"}, {ID: "next", Text: "受赠人不履行赠与合同约定的义务的，赠与人可以撤销。"},
		filling("七"), filling("八"), filling("九"),
	}
	long := Query{Text: "受赠人一直不履行赠与合同约定的义务，还说那个赠与财产根本就不好，要我来承担责任，这样行吗", Bare: true}
	r, err := generalIndexOf(t, docs).Search(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	place := func(id string) int {
		return slices.IndexFunc(r.Hits, func(h Hit) bool { return h.ID == id })
	}
	if a, b := place("answer"), place("alone"); a < 0 || b >= 0 && b < a {
		t.Errorf("the one beside another is hit %d, the other %d", a, b)
	}
}

// TestOrders compares a collection in the order of its chapters with the same in no order.
func TestOrders(t *testing.T) {
	var docs []Document
	whats := []string{"应当赔偿损失", "有权提出异议", "不得拒绝检查", "可以请求变更", "须在七日内登记", "由法院裁定"}
	for i, about := range []string{"房屋租赁合同的承租人", "机动车驾驶人在道路上", "未成年人的父母或者监护人", "建设工程的施工单位"} {
		for k := range whats {
			what := whats[(i+k)%len(whats)]
			docs = append(docs, Document{ID: about + what, Text: about + what})
		}
	}
	mixed := make([]Document, len(docs))
	for i, d := range docs {
		mixed[i*7%len(docs)] = d // no two of a chapter follow each other
	}
	for name, c := range map[string]struct {
		docs []Document
		want float32
	}{"by chapter": {docs, 1}, "mixed": {mixed, 0}, "too few": {docs[:3], 0}, "of nothing": {make([]Document, 0), 0}} {
		if got := generalIndexOf(t, c.docs).current.Load().ordered; got != c.want {
			t.Errorf("%s: %v; want %v", name, got, c.want)
		}
	}
}
