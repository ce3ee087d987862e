package web

import "testing"

// TestWholeNumbers keeps dates, references and amounts in one piece.
func TestWholeNumbers(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"8位数字", "8位数字"},
		{"例如 2611-1234-5678。", `例如 <span class="whole">2611-1234-5678</span>。`},
		{"比如：2026-12-10 14:30", `比如：<span class="whole">2026-12-10</span> 14:30`},
		{"1578元/人/月，2026年10月16日批准。", `<span class="whole">1578元/人/月</span>，<span class="whole">2026年10月16日</span>批准。`},
		{"1万元/人/学年（2025年标准）", `<span class="whole">1万元/人/学年</span>（2025年标准）`},
		{"，24小时有人接。", `，<span class="whole">24小时</span>有人接。`},
		{"3 - 5&#39;-", "3 - 5&#39;-"},
	} {
		if got := string(wholeNumbers(tt.text)); got != tt.want {
			t.Errorf("wholeNumbers(%q) = %q; want %q", tt.text, got, tt.want)
		}
	}
}
