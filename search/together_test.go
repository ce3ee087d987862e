package search

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
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

// TestStrangersAreThoseWithTooLittle compares what is gathered without looking at what each
// document has of what the question is about with what is gathered by that alone. Of many
// documents those are left out, too, whose score is no hit's.
func TestStrangersAreThoseWithTooLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 13))
	letters := []rune("儿童孤残补贴申请条件需要哪些材料多久年龄户口监护人收入证明学校医院村委会镇街道民政局办理时间地点")
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	for _, n := range []int{400, 1600} {
		var docs []Document
		for i := range n {
			docs = append(docs, Document{ID: strconv.Itoa(i), Text: text(1 + i%40)})
		}
		x := generalIndexOf(t, docs)
		s := x.current.Load()
		for range 20 {
			query := text(40)
			gathered := func(collect func(*scratch, *filter)) (found []int32) {
				var w scratch
				w.plan.prepare(s, x.norm, query, "")
				w.accumulate(s)
				f := s.filter(&Query{})
				w.fours = w.plan.weighTopics(&w.topics)
				collect(&w, &f)
				for _, c := range w.found {
					if n <= manyFound || c.score >= cutShare*w.top.score {
						found = append(found, c.doc)
					}
				}
				return found
			}
			got := gathered(func(w *scratch, f *filter) { w.collectTogether(s, &Query{}, f) })
			want := gathered(func(w *scratch, f *filter) { w.collectFiltered(s, f) })
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d documents are gathered; want %d", query, len(got), len(want))
			}
		}
	}
}

// TestSumsAreEmptyBetweenSearches wants nothing to be left of one question for the next.
func TestSumsAreEmptyBetweenSearches(t *testing.T) {
	docs := []Document{{ID: "a", Text: "孤儿补贴"}, {ID: "b", Text: "残疾儿童补贴补贴"}, {ID: "c", Text: "天气"}}
	x := generalIndexOf(t, docs)
	s := x.current.Load()
	var w scratch
	for _, q := range []string{"补贴", "天气补贴", "孤儿", "无"} {
		w.plan.prepare(s, x.norm, q, "")
		w.accumulate(s)
		w.collect(s, Query{Text: q})
		for i, slot := range w.sums.slots {
			if slot != 0 {
				t.Errorf("%s: document %d keeps slot %d", q, i, slot)
			}
		}
		for i, c := range w.sums.list {
			if c != (sum{}) {
				t.Errorf("%s: sum %d is %v", q, i, c)
			}
		}
	}
}
