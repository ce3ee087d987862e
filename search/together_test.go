package search

import (
	"context"
	"testing"
)

// TestTitleAgainInTheText wants that a word of the title which the text says again counts as
// one that stands there twice, not as two words: what answers the question is another text.
func TestTitleAgainInTheText(t *testing.T) {
	filling := "承租人应当按照约定的方法使用房屋并在期限届满时返还"
	docs := []Document{
		{ID: "again", Title: "住房租赁条例第二条", Text: "本条例称住房租赁条例，住房租赁条例适用于住房租赁。" + filling},
		{ID: "answer", Title: "住房租赁条例第九条", Text: "出租人收取押金的，应当在合同里写明数额和退还时间。" + filling},
	}
	for _, n := range []string{"三", "四", "五", "六", "七", "八", "十", "十一", "十二", "十三", "十四", "十五"} {
		docs = append(docs, Document{ID: n, Title: "道路运输规定第" + n + "条", Text: filling + n + "。"})
	}
	r, err := generalIndexOf(t, docs).Search(context.Background(), Query{Text: "住房租赁条例里的押金", Bare: true})
	if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != "answer" {
		t.Fatalf("found %v, %v", r.Hits, err)
	}
}
