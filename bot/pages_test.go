package bot

import (
	"slices"
	"strings"
	"testing"

	"huitong/content"
)

// TestPagesAnswer asks what help pages and official replies say.
func TestPagesAnswer(t *testing.T) {
	b := testBot(t)
	right, all := 0, 0
	for _, line := range lines(t, "help.txt") {
		want, question, _ := strings.Cut(line, "\t")
		r := ask(t, b, Question{Text: question})
		got := string(r.Outcome)
		for _, c := range r.Citations {
			got = c.Policy + "#" + c.Section
			if url := "/" + got; url != strings.Replace(strings.Replace(c.URL, "/help", "", 1), "/replies/", "/reply-", 1) && !strings.HasPrefix(c.URL, "/policies/") {
				t.Errorf("%s: URL = %s; want that of %s", question, c.URL, got)
			}
		}
		all++
		if slices.Contains(strings.Split(want, "|"), got) {
			right++
			continue
		}
		t.Logf("%s: %s; want %s", question, got, want)
	}
	atLeast(t, "right sections", ratio(right, all), 0.9)
}

func TestForgottenNumber(t *testing.T) {
	r := ask(t, testBot(t), Question{Text: "忘记申请编号和查询码怎么办"})
	if r.Outcome != Answer || r.Citations[0].URL != "/help/application-help#number" {
		t.Errorf("reply = %+v; want an answer of the help page", r)
	}
}

// TestPhrasingsNameSections finds ways to ask for a section that is not there.
func TestPhrasingsNameSections(t *testing.T) {
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{}
	for _, p := range slices.Concat(lib.Help, lib.Replies) {
		for _, s := range p.Sections {
			sections[p.Slug+"#"+s.ID] = true
		}
	}
	for section, questions := range phrasings(lib.Lexicon) {
		if !sections[section] || len(questions) == 0 {
			t.Errorf("lexicon: %q has %d questions; want a section of a page, with questions", section, len(questions))
		}
	}
}

// TestChoicesNamePassages finds sections to choose from that are not there, and policies to
// choose between twice, whose names could not be told apart.
func TestChoicesNamePassages(t *testing.T) {
	b := testBot(t)
	if len(b.lexicon.choices) == 0 {
		t.Fatal("no word is asked back")
	}
	for word, sections := range b.lexicon.choices {
		if got := b.listed(sections); len(got) != len(sections) {
			t.Errorf("lexicon: %q leaves %d passages open of %v", word, len(got), sections)
		}
		policies := map[string]bool{}
		for _, s := range sections {
			policy, _, _ := strings.Cut(s, "#")
			policies[policy] = true
		}
		if len(policies) != len(sections) || len(sections) > mostTitles {
			t.Errorf("lexicon: %q: %v; want at most %d sections, each of another policy", word, sections, mostTitles)
		}
	}
}

// TestWordsAskedBack says single words, which tell none of several policies, and questions
// with such a word, which do.
func TestWordsAskedBack(t *testing.T) {
	b := testBot(t)
	for _, c := range []struct {
		text string
		want Outcome
	}{
		{"医保", Clarify}, {"醫保？", Clarify}, {"残疾", Clarify}, {"Disabled", Clarify}, {"medical insurance", Clarify},
		{"失联", Clarify}, {"学费", Clarify},
		{"医保谁来交钱", Answer}, {"什么是明天计划", Answer},
	} {
		r, err := b.Ask(t.Context(), Question{Text: c.text})
		if err != nil {
			t.Fatal(err)
		}
		if r.Outcome != c.want || c.want == Clarify && len(r.Choices) < 2 {
			t.Errorf("%q: %s with %d choices; want %s", c.text, r.Outcome, len(r.Choices), c.want)
		}
	}
}
