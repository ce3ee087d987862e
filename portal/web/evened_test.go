package web

import (
	"html/template"
	"testing"

	"huitong/content"
)

// TestEvened has the lines of long phrases made even, without a mark inside that would be heard.
func TestEvened(t *testing.T) {
	chinese, english := language{Code: "zh-Hans"}, language{Code: "en"}
	terms := (&views{}).titleTerms([]content.Term{{ZH: "困境儿童"}, {ZH: "大病保险", Names: []string{"大病医疗保险"}}, {ZH: "未成年人救助保护中心"}}, chinese.Code)
	for _, tt := range []struct {
		l     language
		title string
		want  template.HTML
	}{
		{chinese, "办申请", "办申请"},
		{chinese, "困境儿童认定与分类保障", `<span class="even"><span class="whole">困境儿童</span>认定与分类保障</span>`},
		{chinese, "大病医疗保险待遇和救助", `<span class="even"><span class="whole">大病医疗保险</span>待遇和救助</span>`},
		{chinese, "申请：福彩圆梦·孤儿助学工程", `<span class="even"><span class="whole">申请</span>：福彩圆<span class="whole">梦·</span>孤儿助学工程</span>`},
		{chinese, "每一栏用来做什么：困境儿童认定与分类保障", `<span class="even"><span class="whole">每一栏用来做什么</span>：<span class="whole">困境儿童</span>认定与分类保障</span>`},
		{chinese, "未成年人救助保护中心", `<span class="even">未成年人救助保护中心</span>`}, // wider than a line
		{chinese, "爸爸坐牢，妈妈跑了，能领吗？", "爸爸坐牢，妈妈跑了，能领吗？"},
		{chinese, "<甲>，孤儿和事实无人抚养儿童", `<span class="even"><span class="whole">&lt;甲&gt;</span>，孤儿和事实无人抚养儿童</span>`},
		{english, "Support for children in difficulty", "Support for children in difficulty"},
	} {
		if got := tt.l.evened(tt.title, headingFits, func() *linker { return terms }); got != tt.want {
			t.Errorf("%q of %s: %q; want %q", tt.title, tt.l.Code, got, tt.want)
		}
	}
}
