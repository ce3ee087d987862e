package speech

import (
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestReadable plays testdata/said.txt: what is written, and how it is said.
func TestReadable(t *testing.T) {
	table, err := os.ReadFile("testdata/said.txt")
	if err != nil {
		t.Fatal(err)
	}
	voice, rows := Voice(""), 0
	for line := range strings.Lines(string(table)) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "== "); ok {
			voice = Voice(name)
		}
		text, want, ok := strings.Cut(line, " | ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		rows++
		if got := Readable(text, voice); got != want {
			t.Errorf("%s: %q is said %q; want %q", voice, text, got, want)
		}
	}
	if rows < 120 {
		t.Errorf("%d rows; want 120 or more", rows)
	}
}

func TestReadableLines(t *testing.T) {
	for text, want := range map[string]string{
		"给多少钱\n\n每人1578元":    "给多少钱。\n每人一千五百七十八元。",
		"补\u200b贴\x00**":     "补贴。",
		" \n ":               "",
		"[[a]]补贴":            "a，补贴。",
		"看这里⚠️，\n# 标题\n- 一条": "看这里。\n标题。\n一条。",
	} {
		if got := Readable(text, Mandarin); got != want {
			t.Errorf("%q is said %q; want %q", text, got, want)
		}
	}
}

// FuzzReadable wants every Chinese text without a digit left, every text the same when
// it is made readable twice, and nothing that the program takes for sounds.
func FuzzReadable(f *testing.F) {
	for _, text := range []string{"民发〔2019〕62号 1578元/人/月", "0760-88201124 8:30—12:00", "[[a]] 1/2 50% 2025-01-01", "a@b.cn https://x.cn/1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || len(text) > 2000 {
			return
		}
		for _, v := range []Voice{Mandarin, Cantonese, English} {
			said := Readable(text, v)
			if strings.Contains(said, "[") || !utf8.ValidString(said) {
				t.Errorf("%s: %q is said %q", v, text, said)
			}
			for _, r := range said {
				if v != English && r < utf8.RuneSelf && unicode.IsDigit(r) {
					t.Fatalf("%s: %q leaves a digit: %q", v, text, said)
				}
			}
			for line := range strings.Lines(said) {
				if strings.TrimSpace(line) == "" {
					t.Errorf("%s: %q has an empty line: %q", v, text, said)
				}
			}
		}
	})
}
