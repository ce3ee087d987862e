package web

import "testing"

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
