package search

import (
	"strings"
	"testing"
)

// TestWholeQuery names, for each thing that only reading a document again can tell, the
// document that has it beside one that does not.
func TestWholeQuery(t *testing.T) {
	filler := strings.Repeat("天气晴朗微风", 12)
	for _, tt := range []struct {
		name, query string
		docs        []Document
		want        string
	}{
		{"characters in other order", "补办车票", []Document{
			{ID: "far", Text: "车票要补的请先排队,三楼可办"},
			{ID: "near", Text: "车票请先排队,三楼可以先办后补"},
		}, "near"},
		{"something between", "买保险", []Document{
			{ID: "apart", Text: "买菜的人很多,这里写着今天的价格,保险"},
			{ID: "between", Text: "今天的价格写着,这里的人很多,买份保险"},
		}, "between"},
		{"the beginning of a text", "登记窗口", []Document{
			{ID: "end", Text: filler + filler + "登记窗口"},
			{ID: "beginning", Text: "登记窗口" + filler + filler},
		}, "beginning"},
		{"all of the query before much of a part", "锅炉检验", []Document{
			{ID: "part", Text: "锅炉锅炉锅炉锅炉锅炉"},
			{ID: "all", Text: "锅炉每年检验一次即可"},
		}, "all"},
		{"a title that says just that", "暂住证", []Document{
			{ID: "more", Title: "暂住证和房屋租赁合同备案的区别", Text: "说明"},
			{ID: "just", Title: "暂住证", Text: "说明"},
		}, "just"},
		{"names for titles", "暂住证", []Document{
			{ID: "more", Title: "说明", Names: []string{"暂住证和房屋租赁合同备案的区别"}},
			{ID: "just", Title: "说明", Names: []string{"别的事情怎么说", "暂住证"}},
		}, "just"},
		{"a character beyond the common block", "𠀘字", []Document{
			{ID: "without", Text: "字典里的字很多"},
			{ID: "with", Text: "这里写着𠀘字很多"},
		}, "with"},
	} {
		x := NewIndex(testNormalizer(t))
		if err := x.Index(t.Context(), tt.docs); err != nil {
			t.Fatal(err)
		}
		r, err := x.Search(t.Context(), Query{Text: tt.query})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Hits) == 0 || r.Hits[0].ID != tt.want {
			t.Errorf("%s: %q finds %v; want %s first", tt.name, tt.query, r.Hits, tt.want)
		}
	}
}

// TestReaderForgets asks one thing after another: nothing of a query or document may
// stay behind.
func TestReaderForgets(t *testing.T) {
	docs := []Document{
		{ID: "1", Title: "图书馆借书", Text: "借书证在一楼办"},
		{ID: "2", Title: "游泳馆开放时间", Text: "夏季开放到晚上九点"},
		{ID: "3", Title: "公园露营", Text: "东侧草坪可以搭帐篷,VIP 3 天"},
	}
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	queries := []string{"借书证怎么办", "游泳到几点", "vip草坪帐篷", "借书时间", "开放"}
	fresh := map[string]float64{}
	for _, q := range queries {
		y := NewIndex(testNormalizer(t))
		if err := y.Index(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
		fresh[q] = firstScore(t, y, q)
	}
	for range 3 {
		for _, q := range queries {
			if got := firstScore(t, x, q); got != fresh[q] {
				t.Errorf("%q scores %v after other queries; want %v", q, got, fresh[q])
			}
		}
	}
}

func firstScore(t *testing.T, x *Index, query string) float64 {
	t.Helper()
	r, err := x.Search(t.Context(), Query{Text: query})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Hits) == 0 {
		t.Fatalf("%q finds nothing", query)
	}
	return r.Hits[0].Score
}

// TestPages wants the hits of all pages to be those of one long page, in order.
func TestPages(t *testing.T) {
	docs := mixedDocuments(600)
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(docs); i += 40 {
		q := Query{Text: docs[i].Title, Bare: true, Limit: len(docs)}
		whole, err := x.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for q.Limit = 7; q.Offset < len(whole.Hits); q.Offset += q.Limit {
			page, err := x.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for k, h := range page.Hits {
				if at := q.Offset + k; h.ID != whole.Hits[at].ID {
					t.Fatalf("%q: hit %d is %s; on one page it is %s", q.Text, at, h.ID, whole.Hits[at].ID)
				} else if at > 0 && h.Score > whole.Hits[at-1].Score {
					t.Fatalf("%q: hit %d scores more than the one before", q.Text, at)
				}
			}
		}
	}
}
