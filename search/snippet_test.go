package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSnippet(t *testing.T) {
	long := strings.Repeat("前面是很多别的话。", 20) + "監護人帶上戶口簿，到鎮街提出申請。" + strings.Repeat("后面还有别的话。", 20)
	tests := []struct{ name, text, query, marked, contains string }{
		{"short text whole", "每人每月1578元。", "1578", "1578", "每人每月1578元。"},
		{"original script kept", long, "户口簿", "戶口簿", "監護人帶上戶口簿"},
		{"numeral as written", "每學年一萬元。", "1万元", "一萬元", "每學年一萬元"},
		{"width as written", "请拨１２３４５。", "12345", "１２３４５", "请拨１２３４５"},
		{"alias as written", "细路仔要读书", "小孩", "细路仔", "细路仔要读书"},
		{"one line", "户口簿\n身份证", "身份证", "身份证", "户口簿 身份证"},
		{"no match", long, "飞机", "", "前面是很多别的话"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := NewIndex(testNormalizer(t))
			docs := []Document{{ID: "a", Title: "飞机", Text: tt.text}, {ID: "b", Title: "无关的标题", Text: "别的"}}
			if err := x.Index(t.Context(), docs); err != nil {
				t.Fatal(err)
			}
			r, err := x.Search(t.Context(), Query{Text: tt.query})
			if err != nil || firstID(t, r) != "a" {
				t.Fatalf("Search(%q) = %v, %v; want document a", tt.query, r, err)
			}
			h := r.Hits[0]
			var marked []string
			for i, part := range h.Split() {
				if i%2 == 1 {
					marked = append(marked, part)
				}
			}
			if got := strings.Join(marked, "|"); got != tt.marked {
				t.Errorf("marked %q; want %q", got, tt.marked)
			}
			if !strings.Contains(h.Snippet, tt.contains) {
				t.Errorf("snippet %q lacks %q", h.Snippet, tt.contains)
			}
			if n := utf8.RuneCountInString(h.Snippet); n > snippetRunes+2 {
				t.Errorf("snippet has %d runes; want at most %d", n, snippetRunes+2)
			}
		})
	}
}

func TestSnippetOfTitle(t *testing.T) {
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), []Document{{ID: "a", Title: "孤儿补贴"}}); err != nil {
		t.Fatal(err)
	}
	r, err := x.Search(t.Context(), Query{Text: "补贴"})
	if err != nil || len(r.Hits) != 1 || r.Hits[0].Snippet != "孤儿补贴" {
		t.Errorf("Search = %+v, %v; want the title as snippet", r, err)
	}
	r, err = x.Search(t.Context(), Query{Text: "补贴", Bare: true})
	if err != nil || len(r.Hits) != 1 || r.Hits[0].Snippet != "" {
		t.Errorf("bare Search = %+v, %v; want no snippet", r, err)
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("監護人帶上戶口簿，到鎮街提出申請。", "户口簿 申请")
	f.Add(strings.Repeat("孤\n儿一千五百e\u0301", 40), "1500 e")
	f.Add("\xff孤\xfe儿", "gu er")
	n := testNormalizer(f)
	f.Fuzz(func(t *testing.T, text, query string) {
		x := NewIndex(n)
		if err := x.Index(t.Context(), []Document{{ID: "a", Title: query, Text: text}}); err != nil {
			t.Fatal(err)
		}
		r, err := x.Search(t.Context(), Query{Text: query})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Hits {
			if !utf8.ValidString(h.Snippet) || utf8.RuneCountInString(h.Snippet) > snippetRunes+2 {
				t.Fatalf("snippet %q", h.Snippet)
			}
			at := 0
			for _, m := range h.Marks {
				if m.Start < at || m.End <= m.Start || m.End > len(h.Snippet) || !utf8.ValidString(h.Snippet[m.Start:m.End]) {
					t.Fatalf("mark %v in %q after %d", m, h.Snippet, at)
				}
				at = m.End
			}
			if got := strings.Join(h.Split(), ""); got != h.Snippet {
				t.Fatalf("Split joins to %q; want %q", got, h.Snippet)
			}
		}
	})
}
