package content

import (
	"strings"
	"testing"
)

// plainTree is the sample with its translation, both with plain words; zh and en are
// those of the section amount.
func plainTree(t *testing.T, zh, en string) map[string]string {
	t.Helper()
	files := translatedTree(t)
	edit(t, files, "policies/sample.md", "plain: {amount: \"${rate}。\"}", "plain:\n  amount: "+zh)
	edit(t, files, "policies/sample.en.md", "plain: {amount: \"${rate}.\"}", "plain:\n  amount: "+en)
	now, _ := digests(t, files)
	was, _ := digests(t, nil)
	edit(t, files, "policies/sample.en.md", was, now)
	return files
}

func TestPlainWords(t *testing.T) {
	const zh, en = "每个月发${rate}。", "Each month ${rate}."
	files := plainTree(t, zh, en)
	if got := problemsOf(t, files); got != "" {
		t.Fatalf("Check = %s", got)
	}
	lib, err := Load(tree(files))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := lib.Policy("sample")
	if s, _ := p.Section("amount"); s.Plain != "每个月发100元/人/月（2021年标准）。" {
		t.Errorf("plain words = %q", s.Plain)
	}
	english, _ := p.In("en")
	if s, _ := english.Section("amount"); s.Plain != "Each month 100 yuan a month (2021 rate)." {
		t.Errorf("English plain words = %q", s.Plain)
	}
	edit(t, files, "policies/sample.en.md", "plain:\n  amount: "+en+"\n", "")
	if lib, err = Load(tree(files)); err != nil {
		t.Fatal(err)
	}
	english, _ = lib.Policies[0].In("en")
	if s, _ := english.Section("amount"); s.Plain != "" {
		t.Errorf("untranslated plain words = %q; want none, not Chinese", s.Plain)
	}
}

// TestPlainWordsProblems breaks the plain words in one way each.
func TestPlainWordsProblems(t *testing.T) {
	const zh, en, pol, english = "好。", "Good.", "policies/sample.md", "policies/sample.en.md"
	cases := []struct{ name, file, old, new, want string }{
		{"clean", pol, zh, zh, ""},
		{"too long", pol, zh, strings.Repeat("每个月发一笔钱给孩子，发到您的账户里，就在那里拿。", 3), pol + ":25: plain.amount has 66 characters, more than 60"},
		{"at the bound", pol, zh, strings.Repeat("好", MaxPlainSentence) + "。" + strings.Repeat("好", MaxPlainSentence) + "。", ""},
		{"too many sentences", pol, zh, "好。好。好。好。", pol + ":25: plain.amount has 4 sentences, more than 3"},
		{"long sentence", pol, zh, strings.Repeat("好", MaxPlainSentence+1) + "。", pol + ":25: plain.amount has a sentence of 31 characters, more than 30"},
		{"a fact makes it long", pol, zh, strings.Repeat("好", 27) + "${rate}。", "plain.amount has a sentence of 33 characters"},
		{"hard character", pol, zh, "饕餮好。", pol + ":25: plain.amount has the hard character 饕"},
		{"the office's word", pol, zh, "看户籍。", pol + ":25: plain.amount has the office's word 户籍 — say 户口"},
		{"a promise", pol, zh, "保证发。", "plain.amount has the office's word 保证"},
		{"not filled in", pol, zh, unfilled, pol + ":25: not filled in"},
		{"section without", pol, "## 给多少钱", "## 谁 {#who}\n\n都行。\n\n## 给多少钱", pol + `:25: section "who" has no plain words`},
		{"a policy without any", pol, "plain:\n  amount: 好。\n", "", pol + `:2: section "amount" has no plain words`},
		{"stale translation", pol, zh, "好啊。", english + ":2: the original has changed since"},
		{"not translated", english, "plain:\n  amount: Good.\n", "", english + ":2: plain.amount is not translated"},
		{"translated twice over", english, "amount: Good.", "amount: Good.\n  who: Yes.", english + ":18: no plain.who in the original"},
		{"left in Chinese", english, en, zh, english + ":17: plain.amount is still in Chinese"},
		{"English too long", english, en, strings.Repeat("go ", 46), english + ":17: plain.amount has 46 words, more than 45"},
		{"English of many sentences", english, en, "Go. Ask. Call? Wait!", english + ":17: plain.amount has 4 sentences, more than 3"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := plainTree(t, zh, en)
			edit(t, files, c.file, c.old, c.new)
			got := problemsOf(t, files)
			if c.want == "" && strings.Contains(got, "plain") || !strings.Contains(got, c.want) {
				t.Errorf("Check = %s; want %q", got, c.want)
			}
		})
	}
}

// TestPlainWordsRefused names what keeps the content from loading, in policies and in
// pages alike.
func TestPlainWordsRefused(t *testing.T) {
	const pol, help = "policies/sample.md", "help/first-steps.md"
	cases := []struct{ name, file, plain, want string }{
		{"unknown section", pol, "nope: 好。", pol + `:24: plain words for no section: "nope"`},
		{"empty", pol, "amount: ' '", pol + ":24: plain.amount is empty"},
		{"nothing", pol, "amount:", pol + ":24: plain.amount is empty"},
		{"unknown fact", pol, "amount: 给${nope}。", pol + `:24: unknown fact "nope"`},
		{"unknown section of a page", help, "nope: 好。", help + `:8: plain words for no section: "nope"`},
		{"empty on a page", help, "call: ''", help + ":8: plain.call is empty"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := pageTree(sampleHelp, sampleReply)
			files[pol] = samplePolicy
			edit(t, files, pol, "plain: {amount: \"${rate}。\"}\n", "")
			edit(t, files, c.file, "\n---\n\n", "\nplain:\n  "+c.plain+"\n---\n\n")
			if _, err := Load(tree(files)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v; want %q in it", err, c.want)
			}
		})
	}
}

func TestPlainWordsOfPage(t *testing.T) {
	files := pageTree(sampleHelp, sampleReply)
	edit(t, files, "help/first-steps.md", "\n---\n\n", "\nplain: {call: '拨${phone-12345}。'}\n---\n\n")
	lib, err := Load(tree(files))
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := lib.Help[0].Section("call"); s.Plain != "拨12345。" {
		t.Errorf("plain words = %q", s.Plain)
	}
}
