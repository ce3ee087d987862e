package bot

import (
	"errors"
	"slices"
	"testing"

	"huitong/content"
)

// TestPossibleDanger wants the number to call before whatever else is said where danger is
// possible, and nothing of it elsewhere.
func TestPossibleDanger(t *testing.T) {
	b := learnedBot(t)
	kinds := map[Outcome]int{}
	for _, name := range []string{"families.txt", "people.txt", "doors.txt", "urgent.txt"} {
		for _, line := range labelled(t, name) {
			for _, lang := range []string{"zh-Hans", "en"} {
				r := ask(t, b, Question{Text: line[2], Lang: lang})
				u := b.hear(line[2])
				p, _ := b.urgency(&u)
				first := len(r.Notes) > 0 && r.Notes[0] == b.words.Say(content.SayDanger, lang)
				switch {
				case r.Danger && (!first || r.Outcome == Urgent || p < suspectFrom && !b.lexicon.hasUrgent(u.words)):
					t.Errorf("%s: %s with notes %q, danger %.2f likely; want the number first, in no alarm", line[2], r.Outcome, r.Notes, p)
				case r.Outcome == Answer && p >= suspectFrom && !r.Danger:
					t.Errorf("%s: danger is %.2f likely; want the number before the answer", line[2], p)
				case r.Danger:
					kinds[r.Outcome]++
				}
			}
		}
	}
	if kinds[Answer] == 0 || kinds[Refuse] == 0 {
		t.Errorf("replies with the number first: %v; want answers and refusals", kinds)
	}
}

// TestDangerInAClause wants the number first where one clause tells of danger and another asks
// for something that families without any ask for every day.
func TestDangerInAClause(t *testing.T) {
	b := learnedBot(t)
	for text, want := range map[string]bool{
		"爸爸喝醉了会打孩子，能领补助吗":                                                          true,
		"继父打我，我能领孤儿补贴吗":                                                            true,
		"继父打我 我能领孤儿补贴吗":                                                            true,
		"妈妈老打孩子，有低保能领吗":                                                            true,
		"繼父打我，我可以申請孤兒補貼嗎":                                                          true,
		"My stepfather beats me, can I get the orphan allowance?":                  true,
		"My dad hits me, how much is the orphan allowance a month?":                true,
		"Her father beats the child, which documents do I need for the allowance?": true,
		"My mother hits me. Where do I hand in the documents for the allowance?":   true,
		"爸爸坐牢妈妈跑了，孩子有补助吗":                                                          false,
		"老师打来电话问作业，补助要什么材料":                                                        false,
		"我13岁，未成年人保护热线可以自己打吗":                                                      false,
		"单亲，孩子他妈改嫁了，我一个人带，能申请什么":                                                   false,
	} {
		r := ask(t, b, Question{Text: text})
		if got := r.Danger || r.Outcome == Urgent; got != want {
			t.Errorf("%s: %s, number first %t; want %t", text, r.Outcome, got, want)
		}
	}
}

// TestAlarming wants of every sentence just the alarms that an answer would be.
func TestAlarming(t *testing.T) {
	b := learnedBot(t)
	alarms := map[bool]int{}
	said := []string{b.words.Says[content.SayInDanger].ZH, b.words.Says[content.SayNoDanger].EN, "喂", "打"}
	for _, name := range []string{"families.txt", "people.txt", "doors.txt", "urgent.txt", "questions.txt"} {
		for _, line := range labelled(t, name) {
			said = append(said, line[2])
		}
	}
	for _, text := range said {
		got, err := b.Alarming(t.Context(), Question{Text: text})
		if want := ask(t, b, Question{Text: text}).Outcome == Urgent; err != nil || got != want {
			t.Errorf("%s: %t, %v; want %t", text, got, err, want)
		}
		alarms[got]++
	}
	if alarms[true] == 0 || alarms[false] == 0 {
		t.Errorf("alarms: %v; want some and others", alarms)
	}
	if _, err := b.Alarming(t.Context(), Question{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("of nothing: %v; want %v", err, ErrEmpty)
	}
}

// possible is a calm sentence that sounds like danger and that nothing published answers.
const possible = "气得我想把手机砸了，填了三遍全丢了"

// TestWhetherThereIsDanger asks where nothing answers, and takes each answer.
func TestWhetherThereIsDanger(t *testing.T) {
	b := learnedBot(t)
	whether := func(lang string) Reply {
		tt := turn{Question: Question{Lang: lang}, utterance: b.hear(possible)}
		return b.numberFirst(tt, b.whether(tt))
	}
	for _, lang := range []string{"zh-Hans", "zh-Hant", "en"} {
		asked := whether(lang)
		if asked.Outcome != Clarify || !asked.Danger || len(asked.Choices) != 2 || asked.Notes[0] != b.words.Say(content.SayDanger, lang) {
			t.Fatalf("%s: %+v; want one question, two answers, the number first", lang, asked)
		}
		for i, want := range []Outcome{Urgent, HandOver} {
			for name, conversation := range map[string]string{"goes on": asked.Conversation, "is forgotten": ""} {
				r := ask(t, b, Question{Text: asked.Choices[i].Label, Lang: lang, Conversation: conversation})
				if r.Outcome != want {
					t.Errorf("%s, where the conversation %s: %s; want %s", asked.Choices[i].Label, name, r.Outcome, want)
				}
			}
		}
	}
	asked := whether("zh-Hans")
	for text, want := range map[string]Outcome{"有": Urgent, "是的": Urgent, "不知道": Urgent, "没有": HandOver, "不是": HandOver, "第二个": HandOver, "孤儿补贴一个月多少钱": Answer} {
		if r := ask(t, b, Question{Text: text, Conversation: asked.Conversation}); r.Outcome != want {
			t.Errorf("asked whether there is danger, %s: %s; want %s", text, r.Outcome, want)
		}
	}
	// Nobody is asked twice.
	again := turn{Question: Question{Lang: "zh-Hans"}, utterance: b.hear(possible), memory: b.remember(asked.Conversation)}
	if r := b.whether(again); r.Outcome != Urgent {
		t.Errorf("asked again: %s; want whom to call", r.Outcome)
	}
}

// TestSecondLook wants the order of words to tell what words alone do not: the second
// classifier knows pairs that lie apart, and what the first takes for calm it never sees.
func TestSecondLook(t *testing.T) {
	one, other := gapSigns(tokens("他追着我打")), gapSigns(tokens("我追着他打"))
	for _, s := range []struct {
		name uint64
		in   []sign
		want bool
	}{{nameOf("_", "他", "我"), one, true}, {nameOf("_", "他", "我"), other, false}, {nameOf("<", "我"), other, true}} {
		if got := slices.ContainsFunc(s.in, func(x sign) bool { return x.name == s.name }); got != s.want {
			t.Errorf("pair found: %t; want %t", got, s.want)
		}
	}
	var seen sieve
	if seen.add(7) || !seen.add(7) || !seen.has(7) || seen.has(8) {
		t.Error("the sieve mixes up two names, or forgets one")
	}
}

// TestForgedChoices wants an ordinary reply where a conversation offers what the bot never
// offers together: it comes from the browser, which may send anything.
func TestForgedChoices(t *testing.T) {
	b := learnedBot(t)
	for _, choices := range [][]string{{inDanger}, {noDanger}, {noDanger, inDanger}, {inDanger, noDanger, inDanger}, {inDanger, noDanger}} {
		for _, text := range []string{"第一个", "第二个", "最后一个", "随便", "是的", "不知道", "孤儿", "换一个"} {
			r := ask(t, b, Question{Text: text, Conversation: memory{Choices: choices}.String()})
			if r.Outcome == Answer && r.Answer == "" {
				t.Errorf("offered %q, %s: an empty answer", choices, text)
			}
		}
	}
}
