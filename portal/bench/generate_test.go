package bench

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huitong/content"
)

// The size of a generated policy.
const (
	sections       = 6
	sectionHan     = 400
	sentenceHan    = 20
	paragraphHan   = 100
	vocabulary     = 20000 // words that the texts are made of
	vocabularyHan  = 3000  // characters that the words are made of
	firstHan       = 0x4e00
	zipfS, zipfV   = 1.07, 3
	bodySeed       = 2021049
	vocabularySeed = 7
)

var sectionIDs = [sections]string{"what", "who", "gives", "how", "documents", "law"}

// words makes the vocabulary: two characters for most words, as in Chinese.
func words() []string {
	r := rand.New(rand.NewPCG(vocabularySeed, 0))
	list := make([]string, vocabulary)
	for i := range list {
		n := 2
		switch k := r.IntN(20); {
		case k < 4:
			n = 1
		case k == 4:
			n = 3
		}
		for range n {
			list[i] += string(rune(firstHan + r.IntN(vocabularyHan)))
		}
	}
	return list
}

// writer writes policies: number i is the same text in every run and in a library
// of any size. Words recur as unevenly as those of a language.
type writer struct{ words []string }

func (w writer) text(r *rand.Rand, han int) string {
	zipf := rand.NewZipf(r, zipfS, zipfV, vocabulary-1)
	var b strings.Builder
	for n := 0; n < han; {
		word := []rune(w.words[zipf.Uint64()])
		word = word[:min(len(word), han-n)]
		for _, c := range word {
			b.WriteRune(c)
			n++
			switch {
			case n%paragraphHan == 0:
				b.WriteString("。\n\n")
			case n%sentenceHan == 0:
				b.WriteString("。")
			case n%(sentenceHan/2) == 0:
				b.WriteString("，")
			}
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// policy is one generated policy, the same for every program.
type policy struct {
	slug, title, summary, body string
	faq                        [2]string // question, answer
}

func (w writer) policy(i int) policy {
	r := rand.New(rand.NewPCG(bodySeed, uint64(i)))
	p := policy{slug: fmt.Sprintf("policy-%05d", i)}
	plain := func(han int) string {
		return strings.NewReplacer("。", "", "，", "", "\n", "").Replace(w.text(r, han))
	}
	p.title, p.summary = plain(8), plain(30)+"。"
	p.faq = [2]string{plain(12) + "？", plain(40) + "。"}
	var b strings.Builder
	for _, id := range sectionIDs {
		fmt.Fprintf(&b, "## %s {#%s}\n\n%s\n\n", plain(4), id, w.text(r, sectionHan))
	}
	p.body = b.String()
	return p
}

// front is the least that the portal takes of a policy, with one thing that it
// gives and one question.
const front = `---
slug: %[1]s
titles: {zh: %[2]s, short: %[2]s, en: Policy %[1]s}
names: [%[2]s]
category: %[3]s
order: 1
audience: [%[4]s]
summary: %[4]s
status: in-force
source: {title: %[2]s, issuer: 中山市民政局, number: 第1号, date: 2021-05-13}
inForce: 2021-05-13
reviewBy: 2099-05-31
published: 2026-11-23
plain: {what: 说的是什么。, who: 说的是谁。, gives: 给什么。, how: 怎样办。, documents: 带什么。, law: 依据什么。}
gives:
  - {title: %[2]s, text: %[4]s, section: gives}
faq:
  - {q: %[5]s, a: %[6]s, section: what}
---
%[7]s`

// writeContent writes a content tree with n policies into dir; everything else in
// it is what the portal publishes.
func writeContent(dir string, n int) error {
	lib, err := content.Load(content.Embedded())
	if err != nil {
		return err
	}
	files, err := fs.Glob(content.Embedded(), "*.*")
	if err != nil {
		return err
	}
	// Sentences that teach the bot are of no policy that is generated here.
	if err := write(filepath.Join(dir, "examples", "outside.txt"), ""); err != nil {
		return err
	}
	for _, name := range files {
		b, err := fs.ReadFile(content.Embedded(), name)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(dir, name), string(b)); err != nil {
			return err
		}
	}
	w := writer{words()}
	for i := range n {
		p := w.policy(i)
		text := fmt.Sprintf(front, p.slug, p.title, lib.Categories[i%len(lib.Categories)].Slug, p.summary, p.faq[0], p.faq[1], p.body)
		if err := write(filepath.Join(dir, "policies", p.slug+".md"), text); err != nil {
			return err
		}
	}
	return nil
}

// hugoSite is everything of the Hugo site but its texts: the pages that the portal
// renders too, each with title, description, contents, text, neighbours, and the
// same frame around it.
var hugoSite = map[string]string{
	"hugo.toml": `baseURL = "http://localhost:8080/"
languageCode = "zh-Hans"
title = "惠童"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404"]
hasCJKLanguage = true
`,
	"layouts/_default/baseof.html": `<!doctype html>
<html lang="zh-Hans">
<head>
<meta charset="utf-8">
<title>{{.Title}} - {{.Site.Title}}</title>
<meta name="description" content="{{.Description}}">
<meta property="og:title" content="{{.Title}}">
<meta property="og:description" content="{{.Description}}">
<meta property="og:url" content="{{.Permalink}}">
<link rel="canonical" href="{{.Permalink}}">
<link rel="stylesheet" href="/site.css">
</head>
<body>
<a class="skip" href="#main">跳到正文</a>
<header><a href="/">{{.Site.Title}}</a><nav><a href="/policies/">政策</a> <a href="/ask/">提问</a> <a href="/apply/">申请</a></nav></header>
<main id="main">{{block "main" .}}{{end}}</main>
<footer><a href="/help/">帮助</a> <a href="/sitemap/">网站地图</a> <a href="tel:12345">12345</a></footer>
</body>
</html>
`,
	"layouts/_default/single.html": `{{define "main"}}<article>
<h1>{{.Title}}</h1>
<p>{{.Description}}</p>
<time datetime="{{.Date.Format "2006-01-02"}}">{{.Date.Format "2006-01-02"}}</time>
{{.TableOfContents}}
{{.Content}}
<nav>{{with .PrevInSection}}<a rel="prev" href="{{.RelPermalink}}">{{.Title}}</a>{{end}}
{{with .NextInSection}}<a rel="next" href="{{.RelPermalink}}">{{.Title}}</a>{{end}}</nav>
</article>{{end}}
`,
	"layouts/_default/list.html": `{{define "main"}}<h1>{{.Title}}</h1>
<ul>
{{range .Pages}}<li><a href="{{.RelPermalink}}">{{.Title}}</a><br>{{.Description}}</li>
{{end}}</ul>{{end}}
`,
}

// writeHugo writes a Hugo site with the same n texts into dir.
func writeHugo(dir string, n int) error {
	for name, text := range hugoSite {
		if err := write(filepath.Join(dir, name), text); err != nil {
			return err
		}
	}
	w := writer{words()}
	for i := range n {
		p := w.policy(i)
		text := fmt.Sprintf("---\ntitle: %s\ndescription: %s\ndate: 2026-11-23\n---\n%s", p.title, p.summary, p.body)
		if err := write(filepath.Join(dir, "content", "policies", p.slug+".md"), text); err != nil {
			return err
		}
	}
	return nil
}

func write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// TestGenerated reads a generated tree as the portal does: it must be clean, and
// its sections of the size that is promised.
func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	if err := writeContent(dir, 12); err != nil {
		t.Fatal(err)
	}
	lib, err := content.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lib.Policies {
		if len(p.Sections) != sections {
			t.Fatalf("%s has %d sections; want %d", p.Slug, len(p.Sections), sections)
		}
		for _, s := range p.Sections {
			han := 0
			for _, r := range s.Text {
				if r >= firstHan && r < firstHan+vocabularyHan {
					han++
				}
			}
			if han != sectionHan {
				t.Errorf("%s#%s has %d characters; want %d", p.Slug, s.ID, han, sectionHan)
			}
		}
	}
	if a, b := (writer{words()}).policy(3), (writer{words()}).policy(3); a != b {
		t.Error("the same policy is another one the second time")
	}
}
