package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// sampleDocuments is the small corpus that both engines are tested on.
func sampleDocuments() []Document {
	return []Document{
		{ID: "orphan-faq-amount", Policy: "basic", Section: "amount", Kind: "faq", Lang: "zh", Category: "living",
			Title: "孤儿补贴每月多少钱", Names: []string{"孤儿一个月发几多钱", "基本生活补贴标准"},
			Text: "散居孤儿每人每月1578元，按月发到监护人的银行卡。", URL: "/policies/basic#amount"},
		{ID: "orphan-apply", Policy: "basic", Section: "apply", Kind: "section", Lang: "zh", Category: "living",
			Title: "怎么申请", Names: []string{"孤儿补贴去哪里办理"},
			Text: "监护人带上户口簿和身份证，到孩子户籍所在地的镇街提出申请，十五个工作日内查验。", URL: "/policies/basic#apply"},
		{ID: "basic", Policy: "basic", Kind: "policy", Lang: "zh", Category: "living",
			Title: "孤儿和事实无人抚养儿童基本生活保障", Names: []string{"孤儿补贴", "事实孤儿补助"},
			Text: "父母死亡或者失踪的孤儿，以及父母服刑在押、强制隔离戒毒的事实无人抚养儿童，可以每月领取基本生活补贴。", URL: "/policies/basic"},
		{ID: "medical", Policy: "medical", Kind: "policy", Lang: "zh", Category: "health",
			Title: "困境儿童医疗救助", Names: []string{"看病报销"},
			Text: "住院费用先由医保报销，再由大病保险和医疗救助报销，困难家庭可以申请全额资助参保。", URL: "/policies/medical"},
		{ID: "dream", Policy: "dream", Kind: "policy", Lang: "zh", Category: "school",
			Title: "福彩圆梦孤儿助学工程", Names: []string{"孤儿上大学助学金"},
			Text: "年满十八岁、在读大学或中专的孤儿，每学年资助一万元。", URL: "/policies/dream"},
		{ID: "hotline", Policy: "hotline", Kind: "faq", Lang: "zh", Category: "safety",
			Title: "孩子被打了打什么电话", Names: []string{"虐待举报电话"},
			Text: "马上拨打110，也可以拨打12345未成年人保护热线，24小时有人接听。", URL: "/policies/hotline"},
		{ID: "basic-en", Policy: "basic", Kind: "policy", Lang: "en", Category: "living",
			Title: "Living allowance for orphans", Names: []string{"orphan subsidy"},
			Text: "Orphans receive a monthly allowance of 1578 yuan.", URL: "/en/policies/basic"},
	}
}

func sampleIndex(t testing.TB) *Index {
	t.Helper()
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), sampleDocuments()); err != nil {
		t.Fatalf("Index: %v", err)
	}
	return x
}

func firstID(t testing.TB, r Result) string {
	t.Helper()
	if len(r.Hits) == 0 {
		return ""
	}
	return r.Hits[0].ID
}

func TestIndexRanking(t *testing.T) {
	tests := []struct{ name, query, want string }{
		{"title", "孤儿补贴每月多少钱", "orphan-faq-amount"},
		{"name", "基本生活补贴标准", "orphan-faq-amount"},
		{"body", "户口簿", "orphan-apply"},
		{"typo by sound", "孤儿补帖每月多少钱", "orphan-faq-amount"},
		{"typo in the first character", "园梦助学", "dream"},
		{"pinyin", "guer butie duoshaoqian", "orphan-faq-amount"},
		{"pinyin in syllables", "gu er shang da xue", "dream"},
		{"pinyin after characters", "圆梦zhuxue", "dream"},
		{"pinyin in southern speech", "zuxue gongchen", "dream"},
		{"initials", "gebtmydsq", "orphan-faq-amount"},
		{"initials of a part", "gesdx", "dream"},
		{"related term", "爸爸坐牢", "basic"},
		{"numeral in the body", "一千五百七十八", "basic-en"},
		{"plural", "orphan allowances", "basic-en"},
		{"stop words", "请问我想问一下报销的吗", "medical"},
	}
	x := sampleIndex(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := x.Search(t.Context(), Query{Text: tt.query})
			if err != nil {
				t.Fatal(err)
			}
			if got := firstID(t, r); got != tt.want {
				for _, h := range r.Hits {
					t.Logf("%.3f %.2f %s", h.Score, h.Coverage, h.ID)
				}
				t.Errorf("Search(%q) = %q first; want %q", tt.query, got, tt.want)
			}
		})
	}
}

func TestIndexScores(t *testing.T) {
	x := sampleIndex(t)
	for _, q := range []string{"孤儿补贴每月多少钱", "报销", "butie", "今天天气怎么样", "1578"} {
		r, err := x.Search(t.Context(), Query{Text: q})
		if err != nil {
			t.Fatal(err)
		}
		for i, h := range r.Hits {
			if h.Score <= 0 || h.Score > 1 || h.Coverage < 0 || h.Coverage > 1 {
				t.Errorf("Search(%q): score %v, coverage %v outside 0..1", q, h.Score, h.Coverage)
			}
			if i > 0 && h.Score > r.Hits[i-1].Score {
				t.Errorf("Search(%q): hit %d scores more than the one before", q, i)
			}
		}
	}
}

func TestCoverage(t *testing.T) {
	x := sampleIndex(t)
	coverage := func(q string) float64 {
		r, err := x.Search(t.Context(), Query{Text: q, Limit: 1})
		if err != nil || len(r.Hits) == 0 {
			return 0
		}
		return r.Hits[0].Coverage
	}
	whole, typo, half, none := coverage("孤儿补贴每月多少钱"), coverage("孤儿补帖每月多少钱"),
		coverage("孤儿补贴能买火车票吗"), coverage("火车票怎么退改签")
	if whole < 0.99 || typo >= whole || half >= typo || none >= half || none > 0.3 {
		t.Errorf("coverage of whole, typo, half, none = %.2f %.2f %.2f %.2f; want about 1 and falling",
			whole, typo, half, none)
	}
}

func TestManyNamesDoNotAddUp(t *testing.T) {
	bulk := Document{ID: "bulk", Title: "别的事情", Text: "无关"}
	for i := range 40 {
		bulk.Names = append(bulk.Names, fmt.Sprintf("孤儿的第%d个说法", i))
	}
	exact := Document{ID: "exact", Title: "孤儿补贴", Text: "无关"}
	x := NewIndex(testNormalizer(t))
	if err := x.Index(t.Context(), []Document{bulk, exact}); err != nil {
		t.Fatal(err)
	}
	r, err := x.Search(t.Context(), Query{Text: "孤儿补贴"})
	if err != nil {
		t.Fatal(err)
	}
	if got := firstID(t, r); got != "exact" {
		t.Errorf("first = %q; want exact", got)
	}
}

// TestLongTermIsOneIdea keeps a long name from drowning the rest of a question.
func TestLongTermIsOneIdea(t *testing.T) {
	x := NewIndex(testNormalizer(t))
	err := x.Index(t.Context(), []Document{
		{ID: "name", Title: "事实无人抚养儿童交医保的钱", Text: "无关"},
		{ID: "asked", Title: "公示会不会贴出来", Text: "事实无人抚养儿童不公示"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := x.Search(t.Context(), Query{Text: "事实孤儿会不会公示"})
	if err != nil {
		t.Fatal(err)
	}
	if got := firstID(t, r); got != "asked" {
		t.Errorf("first = %q; want asked", got)
	}
}

// TestRelatedAroundStopWords reads a phrase of the data file through the stop words
// that people put into it.
func TestRelatedAroundStopWords(t *testing.T) {
	x := sampleIndex(t)
	for query, want := range map[string]bool{"父母不在了": true, "父母已经都不在了": true, "父母昨天不在了": false} {
		r, err := x.Search(t.Context(), Query{Text: query})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(ids(r), "orphan-faq-amount"); got != want {
			t.Errorf("Search(%q) finds orphans: %v; want %v", query, got, want)
		}
	}
}

// TestPageSpeaksForPassage prefers the page with several passages on a subject to
// the one where a word of it happens to stand.
func TestPageSpeaksForPassage(t *testing.T) {
	x := NewIndex(testNormalizer(t))
	err := x.Index(t.Context(), []Document{
		{ID: "lucky", Policy: "other", Title: "搬家的补贴怎么领", Text: "无关"},
		{ID: "other-1", Policy: "other", Title: "门牌", Text: "无关"},
		{ID: "other-2", Policy: "other", Title: "钥匙", Text: "无关"},
		{ID: "home", Policy: "allowance", Title: "孤儿的补贴怎么领", Text: "无关"},
		{ID: "home-1", Policy: "allowance", Title: "补贴发到哪里", Text: "补贴按月发"},
		{ID: "home-2", Policy: "allowance", Title: "补贴什么时候停", Text: "补贴停发"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := x.Search(t.Context(), Query{Text: "补贴怎么领"})
	if err != nil {
		t.Fatal(err)
	}
	if got := firstID(t, r); got != "home" {
		t.Errorf("first = %q; want home", got)
	}
}

// TestStrangersAreNoHits drops what has only stop words, asking words and single
// characters of other words in common with the query.
func TestStrangersAreNoHits(t *testing.T) {
	tests := []struct{ query, want string }{
		{"补贴怎么领", "[allowance]"},
		{"请问驾照怎么换", "[]"},       // 照 and 怎么 stand in documents, 驾照 in none
		{"怎么", "[repair care]"}, // an asking word alone is about itself
	}
	x := NewIndex(testNormalizer(t))
	err := x.Index(t.Context(), []Document{
		{ID: "allowance", Policy: "a", Title: "补贴领取", Text: "无关"},
		{ID: "care", Policy: "b", Title: "怎么照顾老人", Text: "无关"},
		{ID: "repair", Policy: "c", Title: "怎么修", Text: "照常营业"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		r, err := x.Search(t.Context(), Query{Text: tt.query})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(ids(r)); got != tt.want {
			t.Errorf("Search(%q) = %s; want %s", tt.query, got, tt.want)
		}
	}
}

func TestIDF(t *testing.T) {
	x := sampleIndex(t)
	common, ok := x.IDF("孤儿")
	if !ok {
		t.Error("IDF(孤儿): unknown; want known")
	}
	rare, ok := x.IDF("户口簿")
	if !ok || rare <= common {
		t.Errorf("IDF(户口簿) = %v, %v; want known and above %v", rare, ok, common)
	}
	if unseen, ok := x.IDF("火车"); ok || unseen <= rare {
		t.Errorf("IDF(火车) = %v, %v; want unknown and above %v", unseen, ok, rare)
	}
	if idf, ok := x.IDF(" ?"); ok || idf != 0 {
		t.Errorf("IDF of nothing = %v, %v; want 0, false", idf, ok)
	}
}

func TestIndexRefusesBadIDs(t *testing.T) {
	x := sampleIndex(t)
	for _, docs := range [][]Document{{{Title: "无编号"}}, {{ID: "a"}, {ID: "a"}}} {
		if err := x.Index(t.Context(), docs); err == nil {
			t.Errorf("Index(%v): no error", docs)
		}
	}
	if x.Len() != len(sampleDocuments()) {
		t.Error("a refused Index call changed the documents")
	}
}

func TestIndexStopsWithContext(t *testing.T) {
	x := sampleIndex(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.Index(ctx, sampleDocuments()); !errors.Is(err, context.Canceled) {
		t.Errorf("Index = %v; want context.Canceled", err)
	}
	if _, err := x.Search(ctx, Query{Text: "孤儿"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Search = %v; want context.Canceled", err)
	}
}

func TestEmptyIndex(t *testing.T) {
	x := NewIndex(testNormalizer(t))
	if r, err := x.Search(t.Context(), Query{Text: "孤儿 guer"}); err != nil || len(r.Hits) != 0 {
		t.Errorf("Search = %v, %v; want nothing", r, err)
	}
}

// TestScratchIsClean guards the reused accumulators: a search must not see
// what the one before it left.
func TestScratchIsClean(t *testing.T) {
	x := sampleIndex(t)
	queries := []string{"孤儿补贴", "butie", "gebt", "报销", "orphans"}
	want := map[string][]float64{}
	for round := range 3 {
		for _, q := range queries {
			r, err := x.Search(t.Context(), Query{Text: q})
			if err != nil {
				t.Fatal(err)
			}
			var scores []float64
			for _, h := range r.Hits {
				scores = append(scores, h.Score)
			}
			if round == 0 {
				want[q] = scores
			} else if fmt.Sprint(scores) != fmt.Sprint(want[q]) {
				t.Errorf("round %d, Search(%q): scores %v; want %v", round, q, scores, want[q])
			}
		}
	}
}
