package web

import (
	"html/template"
	"testing"

	"huitong/content"
)

// TestEvened has the lines of long phrases made even, without a mark inside that would be heard.
func TestEvened(t *testing.T) {
	chinese, english := language{Code: "zh-Hans"}, language{Code: "en"}
	words := (&views{}).titleWords(&content.Library{
		Words:    []string{"康复", "计划"},
		Glossary: []content.Term{{ZH: "困境儿童"}, {ZH: "大病保险", Names: []string{"大病医疗保险"}}, {ZH: "未成年人救助保护中心"}, {ZH: "福彩圆梦"}},
	}, chinese.Code)
	for _, tt := range []struct {
		l     language
		title string
		want  template.HTML
	}{
		{chinese, "办申请", "办申请"},
		{chinese, "困境儿童认定与分类保障", `<span class="even"><span class="whole">困境儿童</span>认定与分类保障</span>`},
		{chinese, "大病医疗保险待遇和救助", `<span class="even"><span class="whole">大病医疗保险</span>待遇和救助</span>`},
		{chinese, "申请：福彩圆梦·孤儿助学工程", `<span class="even"><span class="whole">申请</span>：<span class="even__rest"><span class="whole"><span class="whole">福彩圆梦</span>·</span>孤儿助学工程</span></span>`},
		{chinese, "每一栏用来做什么：困境儿童认定与分类保障", `<span class="even"><span class="whole">每一栏用来做什么</span>：<span class="even__rest"><span class="whole">困境儿童</span>认定与分类保障</span></span>`},
		{chinese, "未成年人救助保护中心", `<span class="even">未成年人救助保护中心</span>`}, // wider than a line
		{chinese, "爸爸坐牢，妈妈跑了，能领吗？", "爸爸坐牢，妈妈跑了，能领吗？"},
		{chinese, "<甲>，孤儿和事实无人抚养儿童", `<span class="even"><span class="whole">&lt;甲&gt;</span>，孤儿和事实无人抚养儿童</span>`},
		{chinese, "孤儿医疗康复明天计划", `<span class="even">孤儿医疗<span class="whole">康复</span>明天<span class="whole">计划</span></span>`},
		{chinese, "市、镇街、村（居）三级工作体系", `<span class="even"><span class="whole">市</span>、<span class="whole">镇街</span>、<span class="whole">村（居）</span>三级工作体系</span>`},
		{chinese, "（未成年人保护法第43条）", `<span class="even">（未成年人保护法<span class="whole">第43条</span>）</span>`},
		{chinese, "孩子近期1寸免冠照片", `<span class="even">孩子近期<span class="whole">1寸</span>免冠照片</span>`},
		{chinese, "爱心·孤儿助学工程", `<span class="even">爱<span class="whole">心·</span>孤儿助学工程</span>`},
		{chinese, "建档（孤儿助学工程法律）", `<span class="even"><span class="whole">建档</span>（孤儿助学工程法律）</span>`}, // its bracket is one more than fits
		{english, "Support for children in difficulty", "Support for children in difficulty"},
	} {
		if got := tt.l.evened(tt.title, headingFits, func() *linker { return words }); got != tt.want {
			t.Errorf("%q of %s: %q; want %q", tt.title, tt.l.Code, got, tt.want)
		}
	}
}

// TestEvenedInTraditional has a question broken between the words of the content's own list.
func TestEvenedInTraditional(t *testing.T) {
	s := newTestServer(t, nil)
	words := func() *linker { return s.views.titleWords(testContent(t).Library, "zh-Hant") }
	const want = `<span class="even"><span class="whole">孩子</span>的<span class="whole">爸爸</span><span class="whole">現在</span>是<span class="whole">什麼</span><span class="whole">情況</span>？</span>`
	if got := (language{Code: "zh-Hant"}).evened("孩子的爸爸現在是什麼情況？", headingFits, words); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
