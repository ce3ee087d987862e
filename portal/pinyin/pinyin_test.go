package pinyin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func newReader(t testing.TB, convert func(string) string) *Reader {
	t.Helper()
	r, err := New(convert)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPhrases plays testdata/phrases.txt.
func TestPhrases(t *testing.T) {
	r := newReader(t, nil)
	table, err := os.ReadFile("testdata/phrases.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(table)) {
		text, want, ok := strings.Cut(strings.TrimSpace(line), " | ")
		if !ok || line[0] == '#' {
			continue
		}
		rows++
		if got := r.Read(text); got != want {
			t.Errorf("%s is read %q; want %q", text, got, want)
		}
	}
	if rows < 100 {
		t.Errorf("%d rows; want 100 or more", rows)
	}
}

func TestRead(t *testing.T) {
	r := newReader(t, func(s string) string { return strings.NewReplacer("银", "銀", "长", "長", "还", "還").Replace(s) })
	for text, want := range map[string]string{
		"":           "",
		"hello":      "hello",
		"拨 12345，孩子": "bō 12345，hái zi",
		"\xff孩":      "\xff hái",
		"銀行和長期，還款":   "yín háng hé cháng qī，huán kuǎn",
		"\U00030000": "\U00030000", // no reading known
		"重":          "zhòng",
		"A4纸":        "A4 zhǐ",
		"（村）":        "（cūn）",
		"《中华人民共和国未成年人保护法》": "《zhōng huá rén mín gòng hé guó wèi chéng nián rén bǎo hù fǎ》",
	} {
		if got := r.Read(text); got != want {
			t.Errorf("%q is read %q; want %q", text, got, want)
		}
	}
}

// TestContent wants a reading for every character of the published texts, and tells how
// many are read as a word of words.txt says.
func TestContent(t *testing.T) {
	r := newReader(t, nil)
	var files []string
	for _, pattern := range []string{"../../content/*/*.md", "../../content/*.yaml", "../locale/messages/zh-Hans.toml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	chars, known := 0, 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, k := r.Known(string(b))
		chars, known = chars+c, known+k
		for char, reading := range r.syllables(string(b)) {
			if first, _ := utf8.DecodeRuneInString(char); isHan(first) && reading == "" && first != '㗎' { // written in Cantonese alone
				t.Errorf("%s: %s has no reading", file, char)
			}
		}
	}
	t.Logf("%d characters, %d of them in a word of words.txt", chars, known)
}

const (
	ruby      = `<ruby>重<rp>(</rp><rt aria-hidden="true">zhòng</rt><rp>)</rp></ruby>`
	annotated = beforeText + ruby + afterText
)

func TestAnnotate(t *testing.T) {
	r := newReader(t, nil)
	tests := []struct{ name, in, want string }{
		{"text", "<p>重 1</p>", "<p>" + beforeText + ruby + " 1" + afterText + "</p>"},
		{"title", "<title>重</title>重", "<title>重</title>" + annotated},
		{"attributes", `<input value="重" placeholder="重"><a title=重>重</a>`, `<input value="重" placeholder="重"><a title=重>` + annotated + "</a>"},
		{"scripts", `<script>"重</p>"</script><style>重</style>`, `<script>"重</p>"</script><style>重</style>`},
		{"fields", "<textarea>重</textarea><select><option>重</option></select>", "<textarea>重</textarea><select><option>重</option></select>"},
		{"another language", `<p lang="en">重 <span lang="zh-Hans">重</span></p>`, `<p lang="en">重 <span lang="zh-Hans">` + annotated + "</span></p>"},
		{"there already", "<ruby>重<rt>x重</rt></ruby>重", "<ruby>重<rt>x重</rt></ruby>" + annotated},
		{"comment", "<!-- 重 -->", "<!-- 重 -->"},
		{"entity", "&lt;重&amp;", beforeText + "&lt;" + ruby + "&amp;" + afterText},
		{"told not to", `<p data-no-pinyin><b>重</b></p>重`, `<p data-no-pinyin><b>重</b></p>` + annotated},
		{"broken", "重<a href='重", annotated + "<a href='重"},
		{"closed by an outer element", "<p lang=en><b>x</p>重", "<p lang=en><b>x</p>" + annotated},
	}
	for _, test := range tests {
		if got := string(r.Annotate([]byte(test.in))); got != test.want {
			t.Errorf("%s: %q; want %q", test.name, got, test.want)
		}
	}
}

// FuzzAnnotate wants any page back once the ruby is taken away, and a tree of the same
// text.
func FuzzAnnotate(f *testing.F) {
	for _, page := range []string{"<p>重大</p>", "<p lang=en>重<b>大", "<textarea>重</textarea>重", "<!doctype html><title>重</title><a href='重'>银行</a>", "<svg><text>重</text></svg>", "重<![CDATA[重]]>"} {
		f.Add(page)
	}
	r := newReader(f, nil)
	f.Fuzz(func(t *testing.T, page string) {
		if strings.Contains(page, "<r") || strings.Contains(page, "</r") || strings.Contains(page, "<span") || strings.Contains(page, "</span") || strings.ContainsRune(page, 0) || !utf8.ValidString(page) {
			return // has ruby of its own
		}
		got := r.Annotate([]byte(page))
		if plain := withoutRuby(got); plain != page {
			t.Fatalf("%q comes back as %q", page, plain)
		}
		want, built := textOf(page)
		if !built {
			return // a browser's tree has an end too: nothing to compare
		}
		if text, built := textOf(string(got)); !built || text != want {
			t.Errorf("%q reads %q; want %q", page, text, want)
		}
	})
}

// withoutRuby takes away what Annotate adds.
func withoutRuby(page []byte) string {
	var b strings.Builder
	for rest := string(page); rest != ""; {
		before, after, found := strings.Cut(rest, beforeChar)
		b.WriteString(before)
		if !found {
			break
		}
		char, after, _ := strings.Cut(after, beforeReading)
		_, rest, _ = strings.Cut(after, afterReading)
		b.WriteString(char)
	}
	return strings.NewReplacer(beforeText, "", afterText, "").Replace(b.String())
}

// textOf returns the text of a page as a browser builds it, without readings; false
// for a page that cannot be built, being too deep, say.
func textOf(page string) (string, bool) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return "", false
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Data != "rt" && c.Data != "rp" {
				walk(c)
			}
		}
	}
	walk(doc)
	return b.String(), true
}
