package content

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// tree returns a small valid content tree; change lets a case break it.
func tree(change map[string]string) fstest.MapFS {
	files := map[string]string{
		"categories.yaml":   "categories:\n  - {slug: allowance, zh: 生活补贴, en: Allowances, about: 钱, aboutEn: Money}\n",
		"glossary.yaml":     "terms:\n  - {zh: 孤儿, en: orphan, about: 失去父母的孩子, aboutEn: A child without parents}\n",
		"synonyms.txt":      "",
		"lexicon.txt":       "",
		"examples/calm.txt": "",
		"assistant.yaml":    "assistant: {urgent: {zh: a, en: a}, refuse: {zh: a, en: a}, clarify: {zh: a, en: a}}\n",
		"dialogue.yaml":     "dialogue: {}\n",
		"holidays.yaml":     sampleHolidays,
		"referrals.yaml":    sampleReferrals, reportingFile: sampleReporting, callbackFile: sampleCallBack,
		"places.yaml":        "places:\n  - {id: a, zh: 甲镇, en: A Town}\n",
		"questions.yaml":     sampleQuestions,
		"facts.yaml":         sampleFacts,
		"policies/sample.md": samplePolicy,
	}
	for name, text := range change {
		files[name] = text
	}
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

const sampleFacts = `facts:
  - name: rate
    kind: amount
    value: "100元/人/月"
    number: 100
    unit: 元/人/月
    year: 2021
    what: 标准
    source: {title: 函, issuer: 局, date: 2021-05-13}
    inForce: 2021-01-01
    reviewBy: 2027-01-01
    confirmed: true
  - name: phone-12345
    kind: phone
    value: "12345"
    what: 热线
    source: {title: 函, issuer: 局, date: 2021-05-13}
    inForce: 2021-01-01
    reviewBy: 2027-01-01
    confirmed: true
`

const sampleQuestions = `questions:
  child_id: {type: resident-id, label: 身份证号, why: 核对, derives: {child_age: age}}
  child_age: {type: number, label: 几岁}
  father: {type: choice, label: 爸爸, why: 核对, unknown: true, options: [{value: dead, label: 去世}, {value: prison, label: 服刑}, {value: other, label: 其他}]}
  school: {type: yesno, label: 在读, why: 核对, when: child_age >= 18}
`

const samplePolicy = `---
slug: sample
titles: {zh: 样本, en: Sample}
category: allowance
summary: 每月 ${rate}
status: in-force
source: {title: 函, issuer: 局, number: 1号, date: 2021-05-13}
inForce: 2021-01-01
reviewBy: 2027-01-01
published: 2026-11-23
eligibility:
  - {name: age, title: 年龄, section: amount, expr: 'child_age < 18 or school == "yes"', yes: 未满, no: 已满, unknown: 年龄}
  - {name: father, title: 爸爸, section: amount, expr: 'father in ["dead", "prison"]', yes: 是, no: 否, unknown: 查}
confirm:
  - {expr: 'father == "prison"', text: 请核对}
outcomes:
  - {expr: 'father == "dead"', text: 孤儿}
questions:
  - {section: child, title: 孩子, ask: [child_id, school, father]}
decides: {office: 市民政局, level: city, granted: 批了。, refused: 没批。}
faq:
  - {q: 多少钱, a: "${rate}", section: amount}
plain: {amount: "${rate}。"}
---

## 给多少钱 {#amount}

每月 ${rate}，电话 ${phone-12345}。

| 甲 | 乙 |
|---|---|
| 1 | 2 |
`

func TestLoadSample(t *testing.T) {
	lib, err := Load(tree(nil))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := lib.Policy("sample")
	if !ok {
		t.Fatal("policy not found")
	}
	if want := "每月 100元/人/月（2021年标准）"; p.Summary != want {
		t.Errorf("summary = %q; want %q", p.Summary, want)
	}
	s, _ := p.Section("amount")
	if !strings.Contains(string(s.HTML()), `<a href="tel:12345">12345</a>`) {
		t.Errorf("HTML lacks the tel: link: %s", s.HTML())
	}
	if want := "每月 100元/人/月（2021年标准），电话 12345。\n甲；乙\n1；2"; s.Text != want {
		t.Errorf("text = %q; want %q", s.Text, want)
	}
	for _, want := range []string{`class="table-scroll"`, `<th role="columnheader" scope="col">甲</th>`, `<td role="cell" data-column="乙">2</td>`} {
		if !strings.Contains(string(s.HTML()), want) {
			t.Errorf("table lacks %s: %s", want, s.HTML())
		}
	}
}

// TestLoadProblems breaks the sample in one way each and expects the place.
func TestLoadProblems(t *testing.T) {
	swap := func(file, text, old, new string) map[string]string {
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", file, old)
		}
		return map[string]string{file: strings.Replace(text, old, new, 1)}
	}
	const pol = "policies/sample.md"
	cases := []struct {
		name, want string
		change     map[string]string
	}{
		{"unknown fact in front matter", pol + `:5: unknown fact "rates"`, swap(pol, samplePolicy, "每月 ${rate}\n", "每月 ${rates}\n")},
		{"unknown fact in body", pol + `:28: unknown fact "nope"`, swap(pol, samplePolicy, "电话 ${phone-12345}", "电话 ${nope}")},
		{"unclosed fact", pol + `:28: unknown fact "rate，电话`, swap(pol, samplePolicy, "每月 ${rate}，", "每月 ${rate，")},
		{"undated fact", `facts.yaml:2: fact "rate" has no date`, swap("facts.yaml", sampleFacts, "    inForce: 2021-01-01\n", "")},
		{"fact without source", `facts.yaml:2: fact "rate" has no source`, swap("facts.yaml", sampleFacts, "title: 函, ", "")},
		{"amount without year", `facts.yaml:2: fact "rate" has no year`, swap("facts.yaml", sampleFacts, "    year: 2021\n", "")},
		{"unknown key", pol + ":4: field categry not found", swap(pol, samplePolicy, "category", "categry")},
		{"bad date", pol + ":8", swap(pol, samplePolicy, "inForce: 2021-01-01", "inForce: 2021-13-01")},
		{"standard that is no amount", pol + `:9: standard "phone-12345" is no amount`, swap(pol, samplePolicy, "reviewBy:", "standard: phone-12345\npays: next-month\nreviewBy:")},
		{"standard without a first month", pol + `:9: an approval pays from "" on`, swap(pol, samplePolicy, "reviewBy:", "standard: phone-12345\nreviewBy:")},
		{"unknown category", pol + `:4: unknown category "x"`, swap(pol, samplePolicy, "category: allowance", "category: x")},
		{"expression names no question", pol + `:12: expression "child_agee < 18 or`, swap(pol, samplePolicy, "child_age < 18", "child_agee < 18")},
		{"expression uses no option", `question father has no option "deaf"`, swap(pol, samplePolicy, `["dead", "prison"]`, `["deaf", "prison"]`)},
		{"expression of wrong type", "does not type-check", swap(pol, samplePolicy, "child_age < 18", `child_age < "a"`)},
		{"question of unusable type", "child_id is of a type that rules cannot use", swap(pol, samplePolicy, "child_age < 18", `child_id == "a"`)},
		{"FAQ without section", pol + `:22: FAQ names no section: "amounts"`, swap(pol, samplePolicy, "section: amount}", "section: amounts}")},
		{"heading without id", pol + `:26: heading "给多少钱" has no id`, swap(pol, samplePolicy, " {#amount}", "")},
		{"slug is not the file name", pol + ":2: slug", swap(pol, samplePolicy, "slug: sample", "slug: other")},
		{"instead leads nowhere", `no policy "gone" to look at instead`, swap(pol, samplePolicy, "unknown: 年龄}", "unknown: 年龄, instead: [gone]}")},
		{"no shared question", `no shared question "childid"`, swap(pol, samplePolicy, "[child_id,", "[childid,")},
		{"question of two policies", `question "extra" stands in policies/other.md too`, map[string]string{
			pol:                 strings.Replace(samplePolicy, "school, father]", "school, father, {name: extra, type: text, label: 问}]", 1),
			"policies/other.md": strings.NewReplacer("slug: sample", "slug: other", "school, father]", "school, father, {name: extra, type: text, label: 问}]").Replace(samplePolicy),
		}},
		{"question asked twice", `question "father" is asked twice`, swap(pol, samplePolicy, "school, father]", "father, father]")},
		{"danger in no answer", `question "father" has no option "hurt" that could tell of danger`, swap("questions.yaml", sampleQuestions, "label: 爸爸, ", "label: 爸爸, danger: [hurt], ")},
		{"misspelt key in own question", "field lable not found", swap(pol, samplePolicy, "[child_id, school", "[{name: a, type: text, lable: b}, school")},
		{"granted, and then", "nobody says what follows once it is granted", swap(pol, samplePolicy, ", granted: 批了。", "")},
		{"refused, and then", "nobody says what follows once it is refused", swap(pol, samplePolicy, ", refused: 没批。", "")},
		{"condition without a title", `:12: condition "age" is not complete`, swap(pol, samplePolicy, "title: 年龄, ", "")},
		{"condition without a section", `:13: condition "father" names no section: "dad"`, swap(pol, samplePolicy, "title: 爸爸, section: amount", "title: 爸爸, section: dad")},
		{"condition twice", `:13: condition "age" is not a word or stands twice`, swap(pol, samplePolicy, "name: father, title", "name: age, title")},
		{"condition that is not a word", `condition "a b" is not a word`, swap(pol, samplePolicy, "name: father, title", "name: a b, title")},
		{"a policy that is not UTF-8", pol + ": cannot be read: line 28 is not UTF-8", swap(pol, samplePolicy, "电话 ${phone-12345}", "\x82电话")},
		{"a translation that is not UTF-8", "policies/sample.en.md: cannot be read: line 2 is not UTF-8", map[string]string{"policies/sample.en.md": "---\n\x82: a\n---\n"}},
		{"facts that are not UTF-8", "facts.yaml: cannot be read: line 1 is not UTF-8", map[string]string{"facts.yaml": "\xb2\xb9\xcc\xf9: 1\n"}},
		{"no front matter", pol + ":1: no front matter", map[string]string{pol: "## a {#a}\n"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(tree(c.change))
			if err == nil {
				t.Fatal("loaded; want an error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v; want %q in it", err, c.want)
			}
			if len(Problems(err)) == 0 {
				t.Errorf("Problems(%v) is empty", err)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		name, want string
		change     map[string]string
		today      time.Time
	}{
		{"clean", "", nil, day},
		{"fact past review", `facts.yaml:2: fact "rate" is to be reviewed`, nil, day.AddDate(1, 0, 0)},
		{"policy past review", "policies/sample.md:9: policy is to be reviewed", nil, day.AddDate(1, 0, 0)},
		{"dead link", `link to "/policies/gone" in section "amount"`, map[string]string{"policies/sample.md": samplePolicy + "\n[a](/policies/gone)\n"}, day},
		{"dead anchor", `link to "#nope"`, map[string]string{"policies/sample.md": samplePolicy + "\n[a](#nope)\n"}, day},
		{"heading skips a level", `heading "丁" skips a level`, map[string]string{"policies/sample.md": samplePolicy + "\n#### 丁\n"}, day},
		{"picture without words", "picture a.png has no alternative text", map[string]string{"policies/sample.md": samplePolicy + "\n![](a.png)\n"}, day},
		{"long sentence", "policies/sample.md:34: sentence of more than 60 characters", map[string]string{"policies/sample.md": samplePolicy + "\n" + strings.Repeat("很长", 31) + "。\n"}, day},
		{"unreachable question", `policies/sample.md:19: question "school" is never asked`, map[string]string{"questions.yaml": strings.Replace(sampleQuestions, "when: child_age >= 18", `when: 'child_age < 5 and child_age > 9'`, 1)}, day},
		{"question without purpose", `policies/sample.md:19: question "school" does not say what it is for`, map[string]string{"questions.yaml": strings.Replace(sampleQuestions, "label: 在读, why: 核对,", "label: 在读,", 1)}, day},
		{"rule without question", `policies/sample.md:13: the form never asks "father"`, map[string]string{"policies/sample.md": strings.Replace(samplePolicy, "school, father]", "school]", 1)}, day},
		{"new year without holidays", "holidays.yaml:1: the holidays of 2027 are missing", nil, day.AddDate(0, 2, 0)},
		{"referral of what no form asks", `referrals.yaml: task "look": no form asks "shoes"`, map[string]string{"referrals.yaml": strings.Replace(sampleReferrals, "[child_id]", "[shoes]", 1)}, day},
		{"same question, two answers", `question "多少钱" is answered by sample too`, map[string]string{"policies/two.md": strings.Replace(samplePolicy, "slug: sample", "slug: two", 1)}, day},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lib, err := Load(tree(c.change))
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

// TestDue has the calendar alone make a fault: it is called to mind first, and counts
// only when it has been left for weeks.
func TestDue(t *testing.T) {
	lib, err := Load(tree(nil)) // reviewed by 1 January 2027, and without the holidays of that year
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		today        string
		found, fault bool
	}{
		{"2026-12-03", false, false},
		{"2026-12-04", true, false},
		{"2027-01-01", true, false},
		{"2027-02-25", true, false},
		{"2027-02-26", true, true},
	} {
		today, err := time.Parse(time.DateOnly, tt.today)
		if err != nil {
			t.Fatal(err)
		}
		problems := lib.Check(today)
		if got := len(problems) > 0; got != tt.found {
			t.Errorf("%s: Check = %v; want any: %t", tt.today, problems, tt.found)
		}
		files := map[string]bool{}
		for _, p := range problems {
			if files[p.File] = true; p.Due == tt.fault {
				t.Errorf("%s: %v is due: %t; want %t", tt.today, p, p.Due, !tt.fault)
			}
		}
		if tt.found && !(files["facts.yaml"] && files["holidays.yaml"] && files["policies/sample.md"]) {
			t.Errorf("%s: Check = %v; want facts, holidays and policies", tt.today, problems)
		}
	}
}

func TestVersionFollowsContent(t *testing.T) {
	load := func(change map[string]string) string {
		lib, err := Load(tree(change))
		if err != nil {
			t.Fatal(err)
		}
		return lib.Version
	}
	if first, second := load(nil), load(nil); first != second {
		t.Error("the same content has two versions")
	}
	if load(nil) == load(map[string]string{"synonyms.txt": "a = b"}) {
		t.Error("a changed file keeps the version")
	}
}

func FuzzPolicyFile(f *testing.F) {
	f.Add(samplePolicy)
	f.Add("---\n{\n---\n")
	f.Add(samplePolicy + "# \n\x82\n0") // on which the Markdown parser ends the program
	f.Fuzz(func(t *testing.T, text string) {
		lib, err := Load(tree(map[string]string{"policies/sample.md": text}))
		if err == nil && len(lib.Policies) != 1 {
			t.Errorf("loaded %d policies", len(lib.Policies))
		}
	})
}
