package content

import (
	"strings"
	"testing"
	"time"
)

const sampleTranslation = `---
translates: DIGEST
title: Sample in English
summary: Each month ${rate}
eligibility:
  age: {title: Age, yes: Young enough, no: Too old, unknown: "Age?"}
  father: {title: Father, yes: Counts, no: Does not count, unknown: Find out}
confirm: [Please check]
outcomes: [Orphan]
office: Civil affairs bureau
granted: It is granted.
refused: It is not granted.
sections: {child: {title: The child}}
faq:
  - {q: How much, a: "${rate}"}
plain: {amount: "${rate}."}
---

## How much {#amount}

Each month ${rate}, call ${phone-12345}.
`

const sampleQuestionsEN = `translates: DIGEST
questions:
  child_id: {label: ID number, why: to check}
  child_age: {label: Age}
  father: {label: Father, why: to check, options: {dead: died, prison: in prison, other: other}}
  school: {label: At school, why: to check}
`

// today is a day on which nothing of the sample is past its review.
var today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// digests returns those of the sample policy and of its shared questions.
func digests(t *testing.T, change map[string]string) (policy, questions string) {
	t.Helper()
	fsys := tree(change)
	if _, err := Load(fsys); err != nil {
		t.Fatal(err)
	}
	return digest(rawTexts(fsys["policies/sample.md"].Data)), digest(sharedTexts(fsys), "")
}

// edit replaces one text by another in a file of the tree.
func edit(t *testing.T, files map[string]string, name, old, new string) {
	t.Helper()
	if !strings.Contains(files[name], old) {
		t.Fatalf("%s has no %q", name, old)
	}
	files[name] = strings.Replace(files[name], old, new, 1)
}

// translatedTree returns the sample, which has to be in English, with its English.
func translatedTree(t *testing.T) map[string]string {
	t.Helper()
	policy, questions := digests(t, nil)
	return map[string]string{
		"policies/sample.md":    strings.Replace(samplePolicy, "category:", "languages: [en]\ncategory:", 1),
		"policies/sample.en.md": strings.Replace(sampleTranslation, "DIGEST", policy, 1),
		"questions.yaml":        sampleQuestions,
		"questions.en.yaml":     strings.Replace(sampleQuestionsEN, "DIGEST", questions, 1),
		"facts.yaml":            strings.Replace(sampleFacts, "number: 100", "valueEn: 100 yuan a month\n    number: 100", 1),
	}
}

// problemsOf returns what Check says of the tree, a line each.
func problemsOf(t *testing.T, files map[string]string) string {
	t.Helper()
	lib, err := Load(tree(files))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range lib.Check(today) {
		all = append(all, p.Error())
	}
	return strings.Join(all, "\n")
}

func TestTranslation(t *testing.T) {
	lib, err := Load(tree(translatedTree(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(lib.Policies) != 1 {
		t.Fatalf("%d policies; a translation is none of its own", len(lib.Policies))
	}
	original := lib.Policies[0]
	p, ok := original.In("en")
	if !ok {
		t.Fatal("no English")
	}
	if want := "Each month 100 yuan a month (2021 rate)"; p.Summary != want {
		t.Errorf("summary = %q; want %q", p.Summary, want)
	}
	if q, _ := p.Question("father"); q.OptionLabel("prison") != "in prison" || q.OptionLabel(UnknownAnswer) != "Not sure" {
		t.Errorf("options = %v", q.Options)
	}
	answers := Answers{"child_age": "10", "father": "prison"}
	want, got := original.Assess(answers), p.Assess(answers)
	if got.Result != want.Result || got.Conditions[1].Text != "Counts" || got.Confirm[0] != "Please check" {
		t.Errorf("verdict = %+v; want that of the original in English", got)
	}
	if q, _ := original.Question("father"); q.Label != "爸爸" {
		t.Errorf("the original is changed: %q", q.Label)
	}
	if _, ok := original.In("fr"); ok {
		t.Error("there is French")
	}
	if p.Short("en") != "Sample in English" || original.Short("en") != "Sample" {
		t.Errorf("short titles = %q, %q", p.Short("en"), original.Short("en"))
	}
	if problems := lib.Check(today); len(problems) > 0 {
		t.Errorf("Check = %v", problems)
	}
}

// TestTranslationGaps breaks the translation, or what it rests on, in one way each.
// The content loads nevertheless and Check names the place.
func TestTranslationGaps(t *testing.T) {
	const pol, en, shared = "policies/sample.md", "policies/sample.en.md", "questions.en.yaml"
	cases := []struct{ name, file, old, new, want string }{
		{"clean", en, "summary", "summary", ""},
		{"not translated", en, "", "-", en + ": the translation is missing"},
		{"section missing", en, "{#amount}", "{#other}", en + `:1: section "amount" is missing`},
		{"section too many", en, "## How much", "## Else {#else}\n\nText.\n\n## How much", en + `:19: no section "else" in the original`},
		{"section twice", en, "\n## How much", "\n## Much {#amount}\n\nText.\n\n## How much", `section "amount" stands twice`},
		{"section in Chinese", en, "Each month ${rate}, call ${phone-12345}.", "每个月都有一百元，打电话就知道了。", en + `:19: section "amount" is still in Chinese`},
		{"fewer FAQs", en, "  - {q: How much, a: \"${rate}\"}\n", "", "faq has 0 entries, the original 1"},
		{"FAQ without answer", en, `How much, a: "${rate}"`, "How much", en + ":15: faq.1.a is not translated"},
		{"condition missing", en, "  age: {", "  agee: {", "eligibility.age is not translated"},
		{"condition by another name", en, "  age: {", "  agee: {", en + ":6: no eligibility.agee in the original"},
		{"half a condition", en, "no: Too old, ", "", en + ":6: eligibility.age.no is not translated"},
		{"empty summary", en, "summary: Each month ${rate}", "summary: ''", en + ":4: summary is not translated"},
		{"left in Chinese", en, "[Please check]", "[请核对]", en + ":8: confirm.1 is still in Chinese"},
		{"Chinese name in brackets", en, "[Please check]", "[Please check (请核对)]", ""},
		{"unknown question", en, "faq:", "questions: {nobody: {label: x}}\nfaq:", en + ":14: no questions.nobody in the original"},
		{"form section", en, "child: {title: The child}", "chil: {title: The child}", "sections.child is not translated"},
		{"stale", en, "translates: ", "translates: x", en + ":2: the original has changed since"},
		{"dead link", en, "call ${phone-12345}", "[call](/policies/gone)", en + `:19: link to "/policies/gone" in section "amount" leads nowhere`},
		{"dead anchor", en, "call ${phone-12345}", "[call](#who)", en + `:19: link to "#who"`},
		{"heading skips a level", en, "call ${phone-12345}.", "call.\n\n#### Deep\n", en + `:19: heading "Deep" skips a level`},
		{"picture without words", en, "call ${phone-12345}", "![](a.png)", en + ":19: picture a.png has no alternative text"},
		{"not filled in", en, "call ${phone-12345}", unfilled, en + ":21: not filled in"},
		{"fact in front matter", "facts.yaml", "    valueEn: 100 yuan a month\n", "", en + `:4: fact "rate" has no value in this language`},
		{"fact in body", "facts.yaml", "    valueEn: 100 yuan a month\n", "", en + `:21: fact "rate" has no value in this language`},
		{"shared question missing", shared, "  child_age: {label: Age}\n", "", shared + ":3: questions.child_age is not translated"},
		{"shared question unknown", shared, "  child_age:", "  age: {label: Age}\n  child_age:", shared + ":4: no questions.age in the original"},
		{"option missing", shared, "prison: in prison, ", "", shared + ":5: questions.father.options.prison is not translated"},
		{"option unknown", shared, "prison: in prison, ", "prison: in prison, gone: gone, ", "no questions.father.options.gone in the original"},
		{"shared questions stale", shared, "translates: ", "translates: x", shared + ":1: the original has changed since"},
		{"shared question changed", "questions.yaml", "label: 几岁", "label: 多大", shared + ":1: the original has changed since"},
		{"option help changed", "questions.yaml", "label: 去世}", "label: 去世, help: 包括宣告}", "questions.father.optionHelp.dead is not translated"},
		{"English answer in two policies", "policies/two.md", "", strings.Replace(strings.Replace(samplePolicy, "slug: sample", "slug: two", 1), "q: 多少钱", "q: How much", 1),
			`question "How much" is answered by sample too`},
		{"original has one FAQ more", pol, "section: amount}\n", "section: amount}\n  - {q: 再问, a: 答, section: amount}\n", "faq has 1 entries, the original 2"},
		{"category without English", "categories.yaml", "", "categories:\n  - {slug: allowance, zh: 补贴, about: 钱, aboutEn: Money}\n", "categories.yaml:2: en is missing"},
		{"term without meaning", "glossary.yaml", "", "terms:\n  - {zh: 孤儿, en: orphan, about: 孩子}\n", "glossary.yaml:2: aboutEn is missing"},
		{"question to begin with", "assistant.yaml", "", "assistant: {urgent: {zh: a, en: a}, refuse: {zh: a, en: a}, clarify: {zh: a, en: a}, popular: [多少钱], popularEn: ['How much?', 'How many?']}\n", `question to begin with "How many?" stands in no FAQ`},
		{"assistant in Chinese", "assistant.yaml", "", "assistant: {urgent: {zh: a, en: 快}, refuse: {zh: a, en: a}, clarify: {zh: a, en: a}}\n", "assistant.yaml:1: English of urgent has Chinese in it"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := translatedTree(t)
			switch {
			case c.new == "-":
				delete(files, c.file)
			case c.old == "":
				files[c.file] = c.new
			default:
				edit(t, files, c.file, c.old, c.new)
			}
			got := problemsOf(t, files)
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("Check = %s; want %q", got, c.want)
			}
		})
	}
}

// TestTranslationFallsBack leaves lists as they are in the original where nothing
// says which entry belongs to which, and keeps the original's order of sections.
func TestTranslationFallsBack(t *testing.T) {
	files := translatedTree(t)
	edit(t, files, "policies/sample.md", "section: amount}\n", "section: amount}\n  - {q: 再问, a: 答, section: amount}\n")
	edit(t, files, "policies/sample.md", "## 给多少钱", "## 谁 {#who}\n\n都行。\n\n## 给多少钱")
	lib, err := Load(tree(files))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := lib.Policies[0].In("en")
	if len(p.FAQ) != 2 || p.FAQ[0].Q != "多少钱" {
		t.Errorf("FAQ = %v; want the original's", p.FAQ)
	}
	if len(p.Sections) != 2 || p.Sections[0].Title != "谁" || p.Sections[1].Title != "How much" {
		t.Errorf("sections = %v", p.Sections)
	}
}

func TestLanguagesProblem(t *testing.T) {
	files := map[string]string{"policies/sample.md": strings.Replace(samplePolicy, "category:", "languages: [fr]\ncategory:", 1)}
	if _, err := Load(tree(files)); err == nil || !strings.Contains(err.Error(), `policies/sample.md:4: unknown language "fr"`) {
		t.Errorf("error = %v; want the unknown language", err)
	}
}

// TestDigest changes the original in one way each; only what a translation repeats
// makes it another version.
func TestDigest(t *testing.T) {
	const pol = "policies/sample.md"
	before, questionsBefore := digests(t, nil)
	cases := []struct {
		name, old, new string
		changes        bool
	}{
		{"names", "category:", "names: [样子, 例子]\ncategory:", false},
		{"phrasings of a question", "q: 多少钱, ", "q: 多少钱, alt: [几多钱], ", false},
		{"languages", "category:", "languages: [en]\ncategory:", false},
		{"review date", "reviewBy: 2027-01-01", "reviewBy: 2028-01-01", false},
		{"rule", "child_age < 18", "child_age < 16", false},
		{"order of keys", "slug: sample\ntitles: {zh: 样本, en: Sample}", "titles: {en: Sample, zh: 样本}\nslug: sample", false},
		{"title", "zh: 样本", "zh: 例子", true},
		{"summary", "summary: 每月 ${rate}", "summary: 每月给 ${rate}", true},
		{"a fact less", "summary: 每月 ${rate}", "summary: 每月", true},
		{"condition", "no: 已满", "no: 满了", true},
		{"remark", "text: 请核对", "text: 请问", true},
		{"form section", "title: 孩子", "title: 小孩", true},
		{"office", "office: 市民政局", "office: 镇街", true},
		{"answer", `a: "${rate}"`, `a: "给${rate}"`, true},
		{"heading", "## 给多少钱", "## 多少", true},
		{"body", "电话 ${phone-12345}", "拨 ${phone-12345}", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{pol: samplePolicy}
			edit(t, files, pol, c.old, c.new)
			if got, _ := digests(t, files); (got != before) != c.changes {
				t.Errorf("digest %s after %s; want it to change: %v", got, before, c.changes)
			}
		})
	}
	_, value := digests(t, map[string]string{"facts.yaml": strings.ReplaceAll(sampleFacts, "100元", "200元")})
	_, rule := digests(t, map[string]string{"questions.yaml": strings.Replace(sampleQuestions, ">= 18", ">= 16", 1)})
	if value != questionsBefore || rule != questionsBefore {
		t.Error("the digest of the shared questions changes with a fact's value or a rule")
	}
	if got, _ := digests(t, map[string]string{"facts.yaml": strings.ReplaceAll(sampleFacts, "100元", "200元")}); got != before {
		t.Error("the digest changes with the value of a fact")
	}
}

func TestTranslatedTexts(t *testing.T) {
	category := Category{ZH: "补贴", EN: "Money", About: "钱", AboutEN: "About money"}
	term := Term{About: "没有父母", AboutEN: "Without parents"}
	cases := []struct {
		lang, about, meaning string
		in                   bool
	}{{"en", "About money", "Without parents", true}, {"zh-Hans", "钱", "没有父母", true}}
	for _, c := range cases {
		about, in := category.Description(c.lang)
		meaning, in2 := term.Meaning(c.lang)
		if about != c.about || meaning != c.meaning || in != c.in || in2 != c.in {
			t.Errorf("%s: %q, %q, %v", c.lang, about, meaning, in)
		}
	}
	if about, in := (Category{About: "钱"}).Description("en"); about != "钱" || in {
		t.Errorf("without English: %q, %v; want the Chinese, and that it is", about, in)
	}
	a := Assistant{Popular: []string{"问"}, PopularEN: []string{"Ask"}}
	if a.Starters("en")[0] != "Ask" || a.Starters("zh-Hant")[0] != "问" || (Assistant{Popular: []string{"问"}}).Starters("en")[0] != "问" {
		t.Error("wrong questions to begin with")
	}
	f := Fact{What: "报警", WhatEN: "Police"}
	if f.About("en") != "Police" || f.About("zh-Hans") != "报警" {
		t.Errorf("about = %q, %q", f.About("en"), f.About("zh-Hans"))
	}
}
