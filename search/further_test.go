package search

import (
	"context"
	"fmt"
	"testing"
)

// TestCommonWordsAreReadOn wants the one document found that has all the words of a question
// which are common, though a stray word that is rare stands in others.
func TestCommonWordsAreReadOn(t *testing.T) {
	parts := []string{
		"邮政企业", "公共设施", "正常使用", "安全责任", "经济损失", "土地承包",
		"教师待遇", "卫生标准", "税款征收", "船舶登记", "森林防火", "档案保管",
	}
	docs := []Document{{ID: "answer", Text: "邮政企业，公共设施，正常使用，安全责任"}}
	for i := range 18000 {
		docs = append(docs, Document{ID: fmt.Sprint(i), Text: parts[i%12] + "，" + parts[(i+1+i/12%11)%12]})
	}
	for i := range 20 {
		docs = append(docs, Document{ID: fmt.Sprint("stray", i), Text: fmt.Sprint("骆驼和羊驼", i)})
	}
	r, err := generalIndexOf(t, docs).Search(context.Background(), Query{Text: "骆驼，邮政企业，公共设施，正常使用，安全责任", Bare: true})
	if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != "answer" {
		t.Fatalf("found %v, %v", r.Hits[:min(1, len(r.Hits))], err)
	}
}

// TestUnread wants documents to be read that come near the best when both have as much again
// as was not read of the lists.
func TestUnread(t *testing.T) {
	for unread, want := range map[float32]int{0: 1, 1: 2, 3: 3} {
		list := []candidate{{score: 0.4}, {score: 1}, {score: 0.1}}
		if got := len(worthReading(list, 0.7, unread, 0)); got != want {
			t.Errorf("with %v unread %d are read; want %d", unread, got, want)
		}
	}
}
