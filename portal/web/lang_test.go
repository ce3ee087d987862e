package web

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func TestWritten(t *testing.T) {
	tests := []struct{ code, text, want string }{
		{"en", "Call 12345.", "en"},
		{"en", "12345", "zh-Hans"},
		{"en", "孤儿补贴一个月多少钱？", "zh-Hans"},
		{"en", "The town or subdistrict office (镇街) checks the papers.", "en"},
		{"en", "到 town office 交材料", "zh-Hans"},
		{"zh-Hant", "孤兒", "zh-Hant"},
		{"zh-Hant", "orphan", "en"},
		{"zh-Hans", "孤儿", "zh-Hans"},
	}
	for _, test := range tests {
		l := languages[slices.IndexFunc(languages, func(l language) bool { return l.Code == test.code })]
		if got := l.written(test.text); got != test.want {
			t.Errorf("on %s pages %q is %q; want %q", test.code, test.text, got, test.want)
		}
	}
}

func TestMarkChinese(t *testing.T) {
	mark := func(s string) string { return `<span lang="zh-Hans">` + s + `</span>` }
	tests := []struct{ name, in, want string }{
		{"name in brackets", "<p>the town office (镇街)</p>", "<p>the town office (" + mark("镇街") + ")</p>"},
		{"title of a paper", "<p>see 《申请表》, page 2</p>", "<p>see " + mark("《申请表》") + ", page 2</p>"},
		{"figures among the words", "<p>No. 粤民规字〔2019〕10号 of 2019</p>", "<p>No. " + mark("粤民规字〔2019〕10号") + " of 2019</p>"},
		{"two names", "<p>民政局 and 镇街</p>", "<p>" + mark("民政局") + " and " + mark("镇街") + "</p>"},
		{"marked already", `<p lang="zh-Hant">繁體<b>字</b></p><p>字</p>`, `<p lang="zh-Hant">繁體<b>字</b></p><p>` + mark("字") + `</p>`},
		{"English inside Chinese", `<div lang="zh-Hans">字<p lang="en">in 字</p>字</div>`, `<div lang="zh-Hans">字<p lang="en">in ` + mark("字") + `</p>字</div>`},
		{"nothing closes a break", `<p lang="zh-Hans">字<br>字<img alt="字">字</p>`, `<p lang="zh-Hans">字<br>字<img alt="字">字</p>`},
		{"attributes", `<a title="字" href="/字?a=1&amp;b=2">x</a>`, `<a title="字" href="/字?a=1&amp;b=2">x</a>`},
		{"where no mark can stand", `<title>字</title><option>字</option><textarea>字</textarea><script>"字"</script>`, `<title>字</title><option>字</option><textarea>字</textarea><script>"字"</script>`},
		{"capitals", `<P LANG="zh-Hans">字</P>字`, `<P LANG="zh-Hans">字</P>` + mark("字")},
		{"closed out of order", `<div lang="zh-Hans"><p>字</div>字</p>字`, `<div lang="zh-Hans"><p>字</div>` + mark("字") + `</p>` + mark("字")},
		{"no Chinese", `<p>“Yes” — 1,578 yuan</p>`, `<p>“Yes” — 1,578 yuan</p>`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := string(markChinese([]byte(test.in))); got != test.want {
				t.Errorf("markChinese(%s) = %s; want %s", test.in, got, test.want)
			}
		})
	}
}

func BenchmarkMarkChinese(b *testing.B) {
	const plain, named = `<p class="page__lead">The town or subdistrict office checks the papers.</p>` + "\n", `<p>Ask the town office (镇街).</p>` + "\n"
	body := []byte(strings.Repeat(strings.Repeat(plain, 9)+named, 40))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		markChinese(body)
	}
}

// nearestLang returns the language that a node's text is said to be in.
func nearestLang(n *html.Node) string {
	for ; n != nil; n = n.Parent {
		if lang := attr(n, "lang"); lang != "" {
			return lang
		}
	}
	return ""
}

func countHan(s string) (n int) {
	for _, r := range s {
		if isHan(r) {
			n++
		}
	}
	return n
}

func hasHan(s string) bool { return countHan(s) > 0 }

// longProse is how many characters without a Chinese one are surely English prose.
const longProse = 40

// checkPassages wants each passage of a page to be in the language that it says.
func checkPassages(t *testing.T, doc *html.Node) {
	t.Helper()
	for n := range find(doc, tag(atom.Body))[0].Descendants() {
		if n.Type != html.TextNode || tag(atom.Script, atom.Option, atom.Textarea)(n.Parent) {
			continue
		}
		lang := nearestLang(n.Parent)
		if hasHan(n.Data) && !strings.HasPrefix(lang, "zh") {
			t.Errorf("%q is said to be %q", n.Data, lang)
		}
		if words := strings.TrimSpace(n.Data); !hasHan(words) && utf8.RuneCountInString(words) > longProse && !strings.Contains(words, "://") && lang != "en" {
			t.Errorf("%q is said to be %q", words, lang)
		}
	}
}

// papers are the parts of a page that name Chinese papers under the names they have.
var papers = regexp.MustCompile(`\b(laws|origin|card-sheet__origin|switches)\b`)

// checkEnglish wants a page without Chinese but for names.
func checkEnglish(t *testing.T, doc *html.Node) {
	t.Helper()
	if strings.Contains(text(doc), mustWords(t, languages[2])("language.foreign")) {
		t.Error("the page says that it is in Chinese only")
	}
	for n := range find(doc, tag(atom.Body))[0].Descendants() {
		if n.Type != html.TextNode || tag(atom.Script)(n.Parent) || countHan(n.Data) <= longestName {
			continue
		}
		inPapers := false
		for up := n.Parent; up != nil; up = up.Parent {
			inPapers = inPapers || papers.MatchString(attr(up, "class"))
		}
		if !inPapers {
			t.Errorf("%q is more than a Chinese name", n.Data)
		}
	}
	for _, n := range find(find(doc, tag(atom.Main))[0], tag(atom.H1, atom.H2, atom.H3, atom.Legend, atom.Summary, atom.Button)) {
		if hasHan(text(n)) && !strings.ContainsFunc(text(n), func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }) {
			t.Errorf("<%s> %q is in Chinese", n.Data, text(n))
		}
	}
}

// longestName is how many characters the longest name of a programme or paper has.
const longestName = 25

// TestLanguageOfPassages walks every page in every language.
func TestLanguageOfPassages(t *testing.T) {
	s := newTestServer(t, nil)
	for _, address := range readPages(t) {
		for _, l := range languages {
			for _, mode := range []string{modeStandard, modeElder} {
				t.Run(mode+" "+l.path(address), func(t *testing.T) {
					_, doc := fetch(t, s, mode, l.path(address))
					checkPassages(t, doc)
				})
			}
		}
	}
}

// TestEnglishPages wants the texts that are translated on the English pages, and
// the notice on the others.
func TestEnglishPages(t *testing.T) {
	s := newTestServer(t, nil)
	english := []string{"/en", "/en/policies", "/en/check", "/en/ask", "/en/glossary", "/en/offline", "/en/help"}
	foreign := []string{"/en/replies"}
	lib := testContent(t).Library
	translated := 0
	for _, p := range lib.Policies {
		path := "/en" + policyPath(p.Slug, "")
		if _, ok := p.In("en"); !ok {
			foreign = append(foreign, path)
			continue
		}
		translated++
		english = append(english, path, path+"/card")
		if p.Checkable() {
			english = append(english, "/en/check/"+p.Slug)
		}
	}
	for _, p := range slices.Concat(lib.Help, lib.Replies) {
		if _, ok := p.In("en"); ok {
			english = append(english, "/en"+p.Path())
		} else {
			foreign = append(foreign, "/en"+p.Path())
		}
	}
	if translated < 6 {
		t.Errorf("only %d policies are translated", translated)
	}
	for _, address := range english {
		t.Run(address, func(t *testing.T) {
			_, doc := fetch(t, s, modeStandard, address)
			checkEnglish(t, doc)
		})
	}
	notice := mustWords(t, languages[2])("language.foreign")
	for _, address := range foreign {
		if _, doc := fetch(t, s, modeStandard, address); !strings.Contains(text(doc), notice) {
			t.Errorf("%s does not say that it is in Chinese", address)
		}
	}
}

// TestEnglishJourney applies in English for a family with Chinese names.
func TestEnglishJourney(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	page := func(words ...string) {
		t.Helper()
		b.wants(200, words...)
		checkPassages(t, b.doc)
	}
	const path = "/en" + applied
	b.open("/en/apply")
	page("Basic living allowance")
	b.open(path)
	page("Household", "working days")
	checkEnglish(t, b.doc)
	b.send(path, map[string]string{"-start": "1"})
	for _, f := range family {
		page("Not sent", "Step")
		checkEnglish(t, b.doc)
		b.send(path+"/"+f.section, map[string]string{})
		b.wants(422)
		checkPassages(t, b.doc)
		checkEnglish(t, b.doc)
		b.send(path+"/"+f.section, f.answers)
	}
	page("Photos of papers", "household register")
	checkEnglish(t, b.doc)
	b.onPaper()
	page("金丝雀", "In prison", "On paper")
	checkEnglish(t, b.doc)
	b.send(path+"/review", map[string]string{"consent": noticeVersion})
	page("Basic living allowance")
	checkEnglish(t, b.doc)
	number, _ := b.pass()
	b.open("/en/track/status")
	page("Basic living allowance", "office")
	checkEnglish(t, b.doc)
	b.open("/en/track/withdraw")
	page("Basic living allowance")
	checkEnglish(t, b.doc)

	// The office reads the original: it is what decides.
	o := d.staff("officer", "")
	o.open("/en/staff/applications/"+ungrouped(number)).wants(200, "孤儿和事实无人抚养儿童基本生活补贴", "爸爸的情况在规定的范围里", "服刑")
	checkPassages(t, o.doc)
}

// TestEnglishChecker answers in English and expects reasons in English.
func TestEnglishChecker(t *testing.T) {
	s := newTestServer(t, nil)
	form := url.Values{checkOrder: {"father mother child_age hukou adopted recognition in_school"}, "father": {"dead"}, "mother": {"prison"}, "child_age": {"8"}, "hukou": {"zhongshan"}, "adopted": {"no"}, "recognition": {"none"}, "in_school": {"fulltime"}}
	doc := post(t, s, "/en/check/basic-living-allowance", form, 200)
	checkPassages(t, doc)
	checkEnglish(t, doc)
	if len(find(doc, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "class"), "verdict ") })) != 1 {
		t.Errorf("no verdict in %q", text(doc))
	}
	doc = post(t, s, "/en/check/basic-living-allowance", url.Values{checkAsked: {"child_age"}}, 422)
	checkEnglish(t, doc)
}

func TestEnglishAsk(t *testing.T) {
	s := newTestServer(t, nil)
	doc := post(t, s, "/en/ask", url.Values{"question": {"How much is the orphan allowance each month?"}}, 200)
	checkPassages(t, doc)
	checkEnglish(t, doc)
	cites := find(doc, func(n *html.Node) bool { return attr(n, "class") == "chat__citations" })
	if len(cites) != 1 || hasHan(text(cites[0])) {
		t.Error("the answer's source is not named in English")
	}
}

// TestEnglishSearch wants translations, of the rest the originals, and nothing twice.
func TestEnglishSearch(t *testing.T) {
	s := newTestServer(t, nil)
	for _, test := range []struct {
		query string
		lang  string // of the first hit; "" for any
	}{{"orphan allowance", "en"}, {"how to apply", "en"}, {"强制报告", "zh-Hans"}, {"孤儿补贴", ""}} {
		_, doc := fetch(t, s, modeStandard, "/en/search?q="+url.QueryEscape(test.query))
		checkPassages(t, doc)
		hits := find(doc, func(n *html.Node) bool { return attr(n, "class") == "hit__title" })
		if len(hits) == 0 {
			t.Errorf("%s: nothing found", test.query)
		} else if lang := attr(hits[0], "lang"); test.lang != "" && lang != test.lang {
			t.Errorf("%s: the first hit is in %q; want it in %q", test.query, lang, test.lang)
		}
		seen := map[string]bool{}
		for _, h := range hits {
			if seen[text(h)] {
				t.Errorf("%s: %q is found twice", test.query, text(h))
			}
			seen[text(h)] = true
		}
	}
	_, doc := fetch(t, s, modeStandard, "/en/search?page=2&q=child")
	if len(find(doc, func(n *html.Node) bool { return attr(n, "class") == "hit" })) == 0 {
		t.Error("no second page")
	}
}

// TestConvertedIsSaid wants every kind of traditional page to say that a machine made
// its characters, forms, answers and errors too.
func TestConvertedIsSaid(t *testing.T) {
	s := newTestServer(t, nil)
	const label = "自動轉換"
	for _, address := range []string{"/", "/policies/basic-living-allowance", "/ask", "/check/basic-living-allowance", "/feedback", "/search?q=x", "/no-such-page"} {
		for _, mode := range []string{modeStandard, modeAccessible, modeElder} {
			if !strings.Contains(body(t, s, mode, "/zh-hant"+address), label) {
				t.Errorf("/zh-hant%s in %s mode does not say that it is converted", address, mode)
			}
		}
		if strings.Contains(body(t, s, modeStandard, address), label) {
			t.Errorf("%s says that it is converted", address)
		}
	}
	req := httptest.NewRequest("POST", "/zh-hant/ask", strings.NewReader("question=%E5%AD%A4%E5%85%92"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, page := send(t, s, req); !strings.Contains(page, label) {
		t.Error("an answer does not say that it is converted")
	}
}
