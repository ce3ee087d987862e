package locale_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"huitong/portal/locale"
)

// load reads the real messages; a problem met by any text fails the test.
func load(t testing.TB) *locale.Catalog {
	t.Helper()
	c, err := locale.Default()
	if err != nil {
		t.Fatal(err)
	}
	c.OnProblem = func(lang, id string, err error) { t.Errorf("%s %q: %v", lang, id, err) }
	return c
}

// site is a tree of message files; the keys are names without folder.
func site(files map[string]string) fs.FS {
	tree := fstest.MapFS{}
	for _, name := range []string{"zh-Hans.toml", "en.toml", "zh-Hant.toml", "words.toml"} {
		tree["messages/"+name] = &fstest.MapFile{Data: []byte(files[name])}
	}
	for _, l := range locale.Languages() { // a new one says what English does
		if name := "messages/" + l.Tag + ".toml"; tree[name] == nil {
			tree[name] = tree["messages/en.toml"]
		}
	}
	return tree
}

func TestMessagesAgree(t *testing.T) {
	if err := load(t).Check(); err != nil {
		t.Error(err)
	}
}

func TestEveryMessageInEveryLanguage(t *testing.T) {
	c := load(t)
	if len(c.IDs()) < 15 {
		t.Fatalf("only %d messages", len(c.IDs()))
	}
	for _, l := range locale.Languages() {
		c.OnProblem = func(lang, id string, err error) {
			if !strings.Contains(err.Error(), "map has no entry") { // wants arguments
				t.Errorf("%s %q: %v", lang, id, err)
			}
		}
		for _, id := range c.IDs() {
			if got := c.Printer(l.Tag).T(id); got == "" {
				t.Errorf("%s %q is empty", l.Tag, id)
			}
		}
	}
}

func TestCheckFinds(t *testing.T) {
	tests := []struct{ name, hans, en, hant, want string }{
		{"message missing in English", `"a.b" = "甲"`, ``, ``, `messages/en.toml: no "a.b" — translate messages/zh-Hans.toml:1`},
		{"message missing in Chinese", ``, `"a.b" = "A"`, ``, `messages/zh-Hans.toml: no "a.b" — write it`},
		{"exception to nothing", ``, ``, `"a.b" = "甲"`, `messages/zh-Hans.toml: no "a.b"`},
		{"other placeholder", `"a.b" = "甲{{.Name}}"`, "# A\n\"a.b\" = \"A {{.Nam}}\"", ``, `messages/en.toml:2: "a.b" has [Nam], but [Name] in zh-Hans`},
		{"placeholder lost in exception", `"a.b" = "甲{{.Name}}"`, `"a.b" = "A {{.Name}}"`, `"a.b" = "甲"`, `messages/zh-Hant.toml:1: "a.b" has []`},
		{"no singular", `"a.b" = "{{.Count}}个"`, `"a.b" = "{{.Count}} files"`, ``, `messages/en.toml:1: "a.b" counts, but has no form "one"`},
		{"nothing", `"a.b" = "{{.Count}}个"`, `"a.b" = {one = "a file", other = "{{.Count}} files"}`, ``, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := locale.Load(site(map[string]string{"zh-Hans.toml": test.hans, "en.toml": test.en, "zh-Hant.toml": test.hant}))
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(c.Check())
			if test.want == "" && got != "<nil>" || !strings.Contains(got, test.want) {
				t.Errorf("Check = %s; want %s", got, test.want)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := []struct{ name, file, text, want string }{
		{"broken TOML", "en.toml", "\n\"a.b\" = ", "load messages/en.toml: line 2: "},
		{"same id twice", "en.toml", "\"a.b\" = \"A\"\n\"a.b\" = \"B\"", "line 2: "},
		{"id without quotation marks", "zh-Hans.toml", `a.b = "甲"`, `"a": an id with dots must`},
		{"form without quotation marks", "en.toml", `a.other = "A"`, `"a": an id with dots must`},
		{"id ends with a dot", "zh-Hans.toml", `"a." = "甲"`, `"a.": an id is`},
		{"id with capitals", "zh-Hans.toml", `"a.B" = "甲"`, `"a.B": an id is`},
		{"empty text", "zh-Hans.toml", `"a.b" = " "`, "no text"},
		{"number", "zh-Hans.toml", `"a.b" = 3`, "neither a text"},
		{"unknown form", "en.toml", `"a.b" = {other = "x", two = "y"}`, `form "two"`},
		{"no plural", "en.toml", `"a.b" = {one = "x"}`, "no text"},
		{"broken placeholder", "en.toml", `"a.b" = "A {{.Name"`, `"a.b": `},
		{"broken words", "words.toml", `"户" = 1`, "load messages/words.toml"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := locale.Load(site(map[string]string{test.file: test.text}))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Load = %v; want %q", err, test.want)
			}
		})
	}
	if _, err := locale.Load(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load of nothing = %v; want %v", err, fs.ErrNotExist)
	}
}

func TestT(t *testing.T) {
	c := load(t)
	tests := []struct {
		lang, id string
		args     []any
		want     string
	}{
		{"zh-Hans", "site.name", nil, "惠童"},
		{"zh-Hant", "nav.track", nil, "查進度"},
		{"en", "nav.track", nil, "Track an application"},
		{"fr", "site.name", nil, "惠童"},
		{"zh-Hant", "language.converted", nil, "本頁繁體中文由簡體中文自動轉換，如有出入，以簡體中文為準。"},
		{"zh-Hans", "search.hits", []any{"Count", 1}, "找到 1 条结果"},
		{"zh-Hant", "search.hits", []any{"Count", 0}, "找到 0 條結果"},
		{"en", "search.hits", []any{"Count", 1}, "1 result found"},
		{"en", "search.hits", []any{"Count", 0}, "0 results found"},
		{"en", "search.hits", []any{map[string]any{"Count": 12}}, "12 results found"},
		{"en", "footer.phone", []any{"Phone", "110"}, "Phone: 110"},
		{"en", "site.name", []any{"Unused", 1}, "Huitong"},
	}
	for _, test := range tests {
		if got := c.Printer(test.lang).T(test.id, test.args...); got != test.want {
			t.Errorf("%s T(%q, %v) = %q; want %q", test.lang, test.id, test.args, got, test.want)
		}
	}
}

func TestTReports(t *testing.T) {
	c, err := locale.Load(site(map[string]string{"zh-Hans.toml": "\"a.plain\" = \"头发\"\n\"a.name\" = \"你好，{{.Name}}\""}))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		lang, id string
		args     []any
		want     string
	}{
		{"zh-Hans", "a.none", nil, "⟦a.none⟧"},
		{"en", "a.none", nil, "⟦a.none⟧"},
		{"en", "a.plain", nil, "头发"},
		{"en", "a.name", []any{"Name", "李"}, "你好，李"},
		{"zh-Hans", "a.name", nil, "⟦a.name⟧"},
		{"zh-Hans", "a.name", []any{"Nam", "李"}, "⟦a.name⟧"},
		{"zh-Hans", "a.name", []any{"Name"}, "⟦a.name⟧"},
		{"zh-Hans", "a.name", []any{1, 2}, "⟦a.name⟧"},
		{"zh-Hans", "a.name", []any{"Name", "李", "Count", "many"}, "⟦a.name⟧"},
	}
	for _, test := range tests {
		var reported []string
		c.OnProblem = func(lang, id string, err error) { reported = append(reported, lang+" "+id) }
		if got := c.Printer(test.lang).T(test.id, test.args...); got != test.want {
			t.Errorf("%s T(%q, %v) = %q; want %q", test.lang, test.id, test.args, got, test.want)
		}
		if want := []string{test.lang + " " + test.id}; !slices.Equal(reported, want) {
			t.Errorf("%s T(%q, %v) reported %v; want %v", test.lang, test.id, test.args, reported, want)
		}
	}
	c.OnProblem = nil
	if got, want := c.Printer("en").T("a.none"), "⟦a.none⟧"; got != want {
		t.Errorf("without a hook: %q; want %q", got, want)
	}
}

func TestLanguages(t *testing.T) {
	c := load(t)
	seen := map[string]bool{}
	for _, l := range locale.Languages() {
		if got := c.Printer(l.Tag).Language(); got != l {
			t.Errorf("Printer(%q).Language() = %v; want %v", l.Tag, got, l)
		}
		if seen[l.Prefix] || strings.Contains(l.Prefix, "/") {
			t.Errorf("prefix %q of %s", l.Prefix, l.Tag)
		}
		seen[l.Prefix] = true
	}
}

func TestTogether(t *testing.T) {
	c := load(t)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 50 {
				if got, want := c.Printer("en").T("search.hits", "Count", 1), "1 result found"; got != want {
					t.Errorf("T = %q; want %q", got, want)
				}
				text := fmt.Sprintf("第%d次发展，第%d只猫", i, worker%2)
				if got, want := c.Convert(text), fmt.Sprintf("第%d次發展，第%d只貓", i, worker%2); got != want {
					t.Errorf("Convert(%q) = %q; want %q", text, got, want)
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkT also shows what a message with arguments costs.
func BenchmarkT(b *testing.B) {
	p := load(b).Printer("en")
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			p.T("crumbs.home")
		}
	})
	b.Run("counted", func(b *testing.B) {
		for b.Loop() {
			p.T("search.hits", "Count", 3)
		}
	})
}

// BenchmarkDefault loads all again; first-ms is the first load of the process,
// which builds the dictionaries.
func BenchmarkDefault(b *testing.B) {
	start := time.Now()
	load(b)
	first := time.Since(start)
	for b.Loop() {
		load(b)
	}
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
}

// TestFilled holds every message whose arguments come one by one beside the same from
// its template, which is what a map of them is given to.
func TestFilled(t *testing.T) {
	c := load(t)
	c.OnProblem = nil // those that count are asked for without a number
	file, err := os.ReadFile("messages/en.toml")
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{}
	var pairs []any
	for i, m := range regexp.MustCompile(`\{\{[^{}]*?\.([A-Za-z]\w*)`).FindAllStringSubmatch(string(file), -1) {
		name := m[1]
		if _, ok := data[name]; ok || name == "Count" {
			continue
		}
		data[name] = any("<" + name + "> {{.Count}}")
		if i%2 == 0 {
			data[name] = i
		}
		pairs = append(pairs, name, "given twice", name, data[name])
	}
	for _, l := range locale.Languages() {
		for _, id := range c.IDs() {
			if got, want := c.Printer(l.Tag).T(id, pairs...), c.Printer(l.Tag).T(id, data); got != want {
				t.Errorf("%s T(%q) = %q; want %q", l.Tag, id, got, want)
			}
		}
	}
}

// TestProblemsAreSentences wants what somebody is told is wrong to end like a sentence: it
// stands below others that do. Titles, links and a number to quote are none.
func TestProblemsAreSentences(t *testing.T) {
	c := load(t)
	c.OnProblem = func(string, string, error) {}
	none, sentence := regexp.MustCompile(`\.title$|^error\.(?:last|number|desk\.back)$`), regexp.MustCompile(`[。！？.!?]”?$`)
	for _, l := range locale.Languages() {
		for _, id := range c.IDs() {
			if !strings.HasPrefix(id, "error.") || none.MatchString(id) {
				continue
			}
			got := c.Printer(l.Tag).T(id, "Max", 2, "Least", 2, "Line", 2, "Column", "村")
			if strings.HasPrefix(got, "⟦") { // wants other arguments
				continue
			}
			if !sentence.MatchString(got) {
				t.Errorf("%s %s: %q ends in the middle", l.Tag, id, got)
			}
		}
	}
}
