package content

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const sampleHelp = `---
slug: first-steps
title: 怎样开始
summary: 看这里
published: 2026-11-23
reviewBy: 2027-01-01
---

## 打电话 {#call}

拨 ${phone-12345}，看[样本](/policies/sample#amount)。
`

const sampleReply = `---
slug: reply-2021001
number: "2021001"
title: 答复
column: 建议提案办理
summary: 采纳
source: {title: 意见, issuer: 局, number: 1号, date: 2021-05-13}
published: 2021-06-01
---

## 这是什么 {#about}

看[怎样开始](/help/first-steps#call)。
`

// pageTree is the sample tree with a help page and a reply.
func pageTree(help, reply string) map[string]string {
	return map[string]string{"help/first-steps.md": help, "replies/2021001.md": reply}
}

func TestLoadPages(t *testing.T) {
	lib, err := Load(tree(pageTree(sampleHelp, sampleReply)))
	if err != nil {
		t.Fatal(err)
	}
	help, ok := lib.HelpPage("first-steps")
	if !ok || help.Path() != "/help/first-steps" {
		t.Fatalf("help page = %+v, %v", help, ok)
	}
	if s, _ := help.Section("call"); !strings.Contains(string(s.HTML()), `<a href="tel:12345">12345</a>`) {
		t.Errorf("section = %s; want the fact as a link", s.HTML())
	}
	reply, ok := lib.Reply("2021001")
	if !ok || reply.Path() != "/replies/2021001" || reply.Column != "建议提案办理" {
		t.Errorf("reply = %+v, %v", reply, ok)
	}
	if _, ok := lib.Reply("1"); ok {
		t.Error("a reply with an unknown number is found")
	}
	plain, err := Load(tree(nil))
	if err != nil {
		t.Fatal(err)
	}
	if plain.Version == lib.Version {
		t.Error("pages do not count in the version")
	}
}

// TestPageProblems breaks a page in one way each and expects the place.
func TestPageProblems(t *testing.T) {
	const help, reply = "help/first-steps.md", "replies/2021001.md"
	cases := []struct{ name, want, file, old, new string }{
		{"unknown key", help + ":4: field summry not found", help, "summary", "summry"},
		{"no review date", help + ":2: reviewBy is missing", help, "reviewBy: 2027-01-01\n", ""},
		{"slug is not the file name", help + ":2: slug", help, "slug: first-steps", "slug: start"},
		{"help with a number", help + ":5: a help page has no number", help, "summary: 看这里", "summary: 看这里\nnumber: \"1\""},
		{"unknown fact", help + `:11: unknown fact "nope"`, help, "${phone-12345}", "${nope}"},
		{"heading without id", help + ":9: heading", help, " {#call}", ""},
		{"section twice", help + `:13: section "call" stands twice`, help, "amount)。\n", "amount)。\n\n## 再 {#call}\n"},
		{"number is not the file name", reply + `:3: number "2021002"`, reply, `number: "2021001"`, `number: "2021002"`},
		{"slug of a reply", reply + `:2: slug "reply" is not reply-2021001`, reply, "slug: reply-2021001", "slug: reply"},
		{"reply without its document", reply + ":7: source lacks", reply, "number: 1号, ", ""},
		{"reply without column", reply + ":2: column is missing", reply, "column: 建议提案办理\n", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := pageTree(sampleHelp, sampleReply)
			if !strings.Contains(files[c.file], c.old) {
				t.Fatalf("%s has no %q", c.file, c.old)
			}
			files[c.file] = strings.Replace(files[c.file], c.old, c.new, 1)
			_, err := Load(tree(files))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v; want %q in it", err, c.want)
			}
		})
	}
}

func TestCheckPages(t *testing.T) {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		name, want, addition string
		today                time.Time
	}{
		{"clean", "", "", day},
		{"past review", "help/first-steps.md:6: page is to be reviewed", "", day.AddDate(0, 2, 0)},
		{"dead policy", `link to "/policies/gone" in section "call"`, "[a](/policies/gone)", day},
		{"dead reply", `link to "/replies/9" in section "call"`, "[a](/replies/9)", day},
		{"dead anchor of a help page", `link to "/help/first-steps#nope"`, "[a](/help/first-steps#nope)", day},
		{"anchor of a list", `link to "/glossary#x"`, "[a](/glossary#x)", day},
		{"category", "", "[a](/policies#allowance)", day},
		{"living links", "", "[a](/replies/2021001#about) [b](/glossary) [c](#call)", day},
		{"picture without words", "picture a.png has no alternative text", "![](a.png)", day},
		{"long sentence", "help/first-steps.md:13: sentence of more than 60 characters", strings.Repeat("很长", 31) + "。", day},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lib, err := Load(tree(pageTree(sampleHelp+"\n"+c.addition+"\n", sampleReply)))
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, p := range lib.Check(c.today) {
				all = append(all, p.Error())
			}
			got := strings.Join(all, "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("Check = %q; want %q", got, c.want)
			}
		})
	}
}

const sampleHelpEN = `---
translates: DIGEST
title: First steps
summary: Look here
---

## Call {#call}

Call ${phone-12345}, see the [sample](/policies/sample#amount).
`

// translatedPages is the page tree, whose help page has to be in English, with its
// English.
func translatedPages(t *testing.T) map[string]string {
	t.Helper()
	files := pageTree(strings.Replace(sampleHelp, "published:", "languages: [en]\npublished:", 1), sampleReply)
	if _, err := Load(tree(files)); err != nil {
		t.Fatal(err)
	}
	original := []byte(files["help/first-steps.md"])
	files["help/first-steps.en.md"] = strings.Replace(sampleHelpEN, "DIGEST", digest(rawPageTexts(original)), 1)
	return files
}

func TestPageTranslation(t *testing.T) {
	lib, err := Load(tree(translatedPages(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(lib.Help) != 1 {
		t.Fatalf("%d help pages; a translation is none of its own", len(lib.Help))
	}
	original := lib.Help[0]
	p, ok := original.In("en")
	if !ok || p.Lang != "en" || p.Title != "First steps" || p.Summary != "Look here" || p.Path() != original.Path() || p.ReviewBy != original.ReviewBy {
		t.Errorf("English = %+v, %v", p, ok)
	}
	if s, _ := p.Section("call"); s.Title != "Call" || !strings.Contains(string(s.HTML()), `<a href="tel:12345">12345</a>`) {
		t.Errorf("section = %+v", s)
	}
	if same, ok := original.In("zh-Hans"); !ok || same.Title != "怎样开始" {
		t.Errorf("Chinese = %+v, %v", same, ok)
	}
	if same, ok := lib.Replies[0].In("en"); ok || same != lib.Replies[0] {
		t.Errorf("English of the reply = %+v, %v; want the reply itself", same, ok)
	}
}

func TestPageTranslationGaps(t *testing.T) {
	const page, en = "help/first-steps.md", "help/first-steps.en.md"
	cases := []struct{ name, file, old, new, want string }{
		{"clean", en, "title", "title", ""},
		{"not translated", en, "", "", en + ": the translation is missing"},
		{"no title", en, "title: First steps\n", "", en + ":2: title is not translated"},
		{"summary in Chinese", en, "Look here", "看这里", en + ":4: summary is still in Chinese"},
		{"section missing", en, "{#call}", "{#phone}", `section "call" is missing`},
		{"dead link", en, "/policies/sample#amount", "/policies/gone", en + `:7: link to "/policies/gone"`},
		{"picture without words", en, "Call $", "![](a.png) $", en + ":7: picture a.png has no alternative text"},
		{"body changed", page, "拨 $", "打 $", en + ":2: the original has changed since"},
		{"title changed", page, "怎样开始", "开始", en + ":2: the original has changed since"},
		{"review date moved", page, "reviewBy: 2027-01-01", "reviewBy: 2028-01-01", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := translatedPages(t)
			if c.old == "" {
				delete(files, c.file)
			} else {
				edit(t, files, c.file, c.old, c.new)
			}
			got := problemsOf(t, files)
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("Check = %s; want %q", got, c.want)
			}
		})
	}
}

func TestPageLanguagesProblem(t *testing.T) {
	files := pageTree(strings.Replace(sampleHelp, "published:", "languages: [fr]\npublished:", 1), sampleReply)
	if _, err := Load(tree(files)); err == nil || !strings.Contains(err.Error(), `help/first-steps.md:5: unknown language "fr"`) {
		t.Errorf("error = %v; want the unknown language", err)
	}
}

// TestWatchPages makes the directory of the replies after Watch has begun.
func TestWatchPages(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, tree(nil)); err != nil {
		t.Fatal(err)
	}
	first, err := Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	seen := make(chan *Library, 16)
	done := make(chan error, 1)
	go func() {
		done <- Watch(ctx, dir, func() *Library { return first }, func(l *Library, err error) {
			if err == nil {
				seen <- l
			}
		})
	}()
	within := time.After(20 * time.Second)
	// A file beside tells when the watch stands; only then is the directory made.
	await := func(write func() error, ok func(*Library) bool) {
		t.Helper()
		again := time.NewTicker(100 * time.Millisecond)
		defer again.Stop()
		for {
			select {
			case l := <-seen:
				if ok(l) {
					return
				}
			case <-again.C:
				if err := write(); err != nil {
					t.Fatal(err)
				}
			case <-within:
				t.Fatal("no new library")
			}
		}
	}
	await(func() error { return os.WriteFile(filepath.Join(dir, "synonyms.txt"), []byte("a = b\n"), 0o600) },
		func(l *Library) bool { return l.Synonyms != "" })
	if err := os.Mkdir(filepath.Join(dir, "replies"), 0o700); err != nil {
		t.Fatal(err)
	}
	reply := sampleReply[:strings.Index(sampleReply, "看[")] + "采纳。\n"
	await(func() error { return os.WriteFile(filepath.Join(dir, "replies", "2021001.md"), []byte(reply), 0o600) },
		func(l *Library) bool { _, ok := l.Reply("2021001"); return ok })
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
