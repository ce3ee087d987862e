package web

import (
	"strings"
	"testing"
)

// TestWholeNumbers keeps dates and references in one piece.
func TestWholeNumbers(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"8位数字", "8位数字"},
		{"例如 2611-1234-5678。", `例如 <span class="whole">2611-1234-5678</span>。`},
		{"比如：2026-12-10 14:30", `比如：<span class="whole">2026-12-10</span> 14:30`},
		{"3 - 5&#39;-", "3 - 5&#39;-"},
	} {
		if got := string(wholeNumbers(tt.text)); got != tt.want {
			t.Errorf("wholeNumbers(%q) = %q; want %q", tt.text, got, tt.want)
		}
	}
}

func TestAmountsStayWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ html, want string }{
		{`<p>2019年3月1日起</p>`, `<p><|2019年3月1日|>起</p>`},
		{`标准是1578元/人/月（2021年标准）。`, `标准是<|1578元/人/月|>（<|2021年|>标准）。`},
		{`<td data-column="2021年">1万元/人/学年</td>`, `<td data-column="2021年"><|1万元/人/学年|></td>`},
		{`拨 <a href="tel:12345">12345</a> 问，15个工作日内，满18周岁的月份`, `拨 <a href="tel:12345">12345</a> 问，15个工作日内，满18周岁的月份`},
		{`9月1日前`, `<|9月1日|>前`},
		{`text`, `text`},
	} {
		got := strings.NewReplacer(wholeOpen, "<|", wholeClose, "|>").Replace(string(wholeAmounts(tt.html)))
		if got != tt.want {
			t.Errorf("wholeAmounts(%q) = %q; want %q", tt.html, got, tt.want)
		}
	}
}
