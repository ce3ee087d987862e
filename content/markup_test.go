package content

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestMarkup wants the HTML back as it was, and little kept of it where it says the
// same as the text.
func TestMarkup(t *testing.T) {
	long := strings.Repeat("孤儿基本生活保障金由民政部门发放。", 20)
	tests := []struct {
		name, html, text string
		most             int // bytes that are kept
	}{
		{"nothing", "", "", 8},
		{"paragraphs", "<p>" + long + "</p>\n<p>" + long + "</p>\n", long + "\n" + long, 40},
		{"a link", `<p>` + long + `<a href="tel:12345">12345</a>` + long + "</p>", long + "12345" + long, 60},
		{"a row of a table", "<td>" + long + "</td>\n<td>" + long + "</td>", long + "；" + long, 40},
		{"signs", "<p>" + long + "a &lt; b &amp; c</p><p>" + long + "</p>", long + "a < b & c\n" + long, len(long) + 100},
		{"another text", "<p>" + long + "</p>", "监护评估", len(long) + 20},
		{"no text", "<p>" + long + "</p>", "", len(long) + 20},
		{"a tag that does not end", "<p>" + long + "<b", long, 40},
		{"only text", long, long, 10},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := markup(markupOf(nil, []byte(test.html), []byte(test.text)))
			if got := m.over(test.text); got != test.html {
				t.Errorf("HTML = %s; want %s", got, test.html)
			}
			if len(m) > test.most {
				t.Errorf("%d bytes are kept; want at most %d", len(m), test.most)
			}
		})
	}
}

// TestMarkupOfAnything puts together what does not belong together.
func TestMarkupOfAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"<p>", "</p>", "\n", "<", ">", "&amp;", "监护人", strings.Repeat("事实无人抚养儿童", 3), strings.Repeat("临时监护", 40)}
	made := func() string {
		var b strings.Builder
		for range r.IntN(20) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		return b.String()
	}
	for range 2000 {
		html, text := made(), made()
		if got := markup(markupOf(nil, []byte(html), []byte(text))).over(text); got != html {
			t.Fatalf("HTML = %q over %q; want %q", got, text, html)
		}
	}
}
