package bot

import "testing"

func TestCloseUp(t *testing.T) {
	for text, want := range map[string]string{
		"":                "",
		" ":               " ",
		"孤儿 补贴":           "孤儿补贴",
		"孤儿  补贴":          "孤儿补贴",
		"办 id card 要 多久":  "办id card要多久",
		"how much money":  "how much money",
		" 孤儿 ":            "孤儿",
		"one  two 三 four": "one  two三four",
		"12345 是什么":       "12345是什么",
	} {
		if got := closeUp(text); got != want {
			t.Errorf("closeUp(%q) = %q; want %q", text, got, want)
		}
	}
}
