package web

import (
	"html/template"
	"testing"
)

// TestEvened has the lines of long phrases made even, without a mark inside that would be heard.
func TestEvened(t *testing.T) {
	chinese, english := language{Code: "zh-Hans"}, language{Code: "en"}
	for _, tt := range []struct {
		l     language
		title string
		want  template.HTML
	}{
		{chinese, "办申请", "办申请"},
		{chinese, "困境儿童认定与分类保障", `<span class="even">困境儿童认定与分类保障</span>`},
		{chinese, "爸爸坐牢，妈妈跑了，能领吗？", "爸爸坐牢，妈妈跑了，能领吗？"},
		{chinese, "<甲>，孤儿和事实无人抚养儿童", `<span class="even">&lt;甲&gt;，孤儿和事实无人抚养儿童</span>`},
		{english, "Support for children in difficulty", "Support for children in difficulty"},
	} {
		if got := tt.l.evened(tt.title, headingFits); got != tt.want {
			t.Errorf("%q of %s: %q; want %q", tt.title, tt.l.Code, got, tt.want)
		}
	}
}
