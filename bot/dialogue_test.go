package bot

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"huitong/content"
)

// walk answers a check by buttons in every way up to a depth, and calls visit with
// each reply.
func walk(t *testing.T, b *Bot, lang string, r Reply, depth int, visit func(Reply)) {
	t.Helper()
	visit(r)
	if r.Outcome != Checking || depth == 0 {
		return
	}
	answers := []string{"8", "19"}
	if screened(b.policies[r.Check.Policy], r.Check.Asks).Options != nil {
		answers = nil
	}
	for _, c := range r.Choices {
		answers = append(answers, c.Label)
	}
	for _, a := range answers {
		next := ask(t, b, Question{Text: a, Lang: lang, Conversation: r.Conversation})
		if next.Outcome != Checking && next.Outcome != Judged {
			t.Fatalf("%s: %q to %q is %s; want the next question or a verdict", lang, a, r.Answer, next.Outcome)
		}
		walk(t, b, lang, next, depth-1, visit)
	}
}

// begun returns the first question of a policy's check.
func begun(b *Bot, slug, lang string) Reply {
	return b.begin(turn{Question: Question{Lang: lang}}, b.policies[slug])
}

// TestDialogueIsQuoted goes through the checks of all policies by buttons, in both
// languages: whatever is said stands in the policy or is one of the bot's own words,
// every figure with a unit of money has its year, and the verdict is the policy's.
func TestDialogueIsQuoted(t *testing.T) {
	b := testBot(t)
	amount := regexp.MustCompile(`[\d,]+ ?(?:元|yuan)`)
	for _, lang := range []string{"zh-Hans", "en"} {
		own := ownWords(b, lang)
		for slug := range b.policies {
			if b.checkable(slug) == nil {
				continue
			}
			said := append(slices.Clone(own), policyWords(b.policyIn(slug, lang))...)
			walk(t, b, lang, begun(b, slug, lang), 3, func(r Reply) {
				texts := strings.Split(r.Answer, "\n")
				if v := r.Check.Verdict; v != nil {
					texts = append(texts, v.Confirm...)
					for _, reason := range v.Reasons {
						texts = append(texts, reason.Text)
					}
					if want := b.policies[slug].Assess(answersOf(r.Check)); want.Result.String() != v.Result {
						t.Errorf("%s: verdict %s of %v; want %s", slug, v.Result, r.Check.Given, want.Result)
					}
				}
				for _, text := range texts {
					if !slices.Contains(said, text) {
						t.Errorf("%s in %s: nobody has published %q", slug, lang, text)
					}
					if amount.MatchString(text) && !strings.Contains(text, "20") {
						t.Errorf("%s: an amount without its year: %q", slug, text)
					}
				}
			})
		}
	}
}

func answersOf(c *Check) content.Answers {
	out := content.Answers{}
	for _, g := range c.Given {
		out[g.Name] = g.Value
	}
	return out
}

func ownWords(b *Bot, lang string) []string {
	var out []string
	for _, w := range b.words.Says {
		out = append(out, w.In(lang))
	}
	return out
}

func policyWords(p *content.Policy) []string {
	var out []string
	for _, q := range p.Screen() {
		out = append(out, q.Label)
	}
	for _, c := range p.Eligibility {
		out = append(out, c.Yes, c.No, c.Unknown)
	}
	for _, r := range slices.Concat(p.Confirm, p.Outcomes) {
		out = append(out, r.Text)
	}
	for _, g := range p.Gives {
		out = append(out, g.Text)
	}
	return out
}

// TestUnsureIsNeverNo answers every question of every check with "not sure": the
// verdict is to be confirmed, never no.
func TestUnsureIsNeverNo(t *testing.T) {
	b := testBot(t)
	for slug := range b.policies {
		if b.checkable(slug) == nil {
			continue
		}
		r := begun(b, slug, "")
		for r.Outcome == Checking {
			r = ask(t, b, Question{Text: "不清楚", Conversation: r.Conversation})
		}
		if r.Outcome != Judged || r.Check.Verdict.Result != "unknown" {
			t.Errorf("%s: %s; want a verdict to be confirmed", slug, r.Outcome)
		}
	}
}

// TestEverydayAnswers holds words of families against the option that they mean.
func TestEverydayAnswers(t *testing.T) {
	b := testBot(t)
	p := b.policies["basic-living-allowance"]
	cases := []struct {
		asks, text string
		want       string // value, values to choose from joined by |, or nothing
	}{
		{"father", "坐监", "prison"},
		{"father", "老豆入咗册", ""},
		{"father", "判了三年", "prison"},
		{"father", "坐牢3个月", "prison|other|unknown"},
		{"father", "缓刑", "prison|other|unknown"},
		{"father", "没有坐牢", ""},
		{"father", "坐牢的人能领吗", ""},
		{"father", "走佬咗", "lost|missing|other|unknown"},
		{"father", "走咗", "dead|lost|other|unknown"},
		{"father", "法院宣告失踪", "missing"},
		{"father", "三级残疾", "disabled|other|unknown"},
		{"father", "残疾证二级", "disabled"},
		{"father", "第一个", "dead"},
		{"father", "唔知", "unknown"},
		{"father", "he is in jail", "prison"},
		{"child_age", "八歲", "8"},
		{"child_age", "十七岁半", "17"},
		{"child_age", "六个月", "0"},
		{"child_age", "200", ""},
		{"child_age", "几岁可以领", ""},
		{"hukou", "唔喺中山", "elsewhere"},
		{"hukou", "喺中山", "zhongshan"},
	}
	for _, c := range cases {
		got := b.hearing.understand(p, &checking{Policy: p.Slug, Asks: c.asks}, c.text)
		text := ""
		if len(got) > 0 {
			text = got[0].value + strings.Join(got[0].narrow, "|")
		}
		if text != c.want {
			t.Errorf("%s: %q = %q; want %q", c.asks, c.text, text, c.want)
		}
	}
}

// TestDangerBeforeDialogue speaks of danger in the middle of a check, whatever it
// asks just then: that comes first, and the check is still there afterwards.
func TestDangerBeforeDialogue(t *testing.T) {
	b := testBot(t)
	for _, slug := range []string{"basic-living-allowance", "children-in-difficulty"} {
		for _, q := range b.policies[slug].Screen() {
			open := memory{Policy: slug, Check: &checking{Policy: slug, Asks: q.Name}}
			for _, line := range labelled(t, "urgent.txt") {
				if ask(t, b, Question{Text: line[2]}).Outcome != Urgent {
					continue
				}
				got := ask(t, b, Question{Text: line[2], Conversation: open.String()})
				if got.Outcome != Urgent {
					t.Errorf("%s: %s while %s is asked; want urgent as elsewhere", line[2], got.Outcome, q.Name)
				} else if b.remember(got.Conversation).Check == nil {
					t.Errorf("%s: the check is forgotten", line[2])
				}
			}
		}
	}
}

// TestConversationHoldsNoWords wants nothing of what a visitor wrote in what is kept.
func TestConversationHoldsNoWords(t *testing.T) {
	b := testBot(t)
	token := ""
	for _, text := range []string{"张三丰的补贴一个月多少钱", "那张三丰的妈妈呢", "帮我看看张三丰能不能领基本生活补贴", "8", "张三丰", "张三丰坐牢"} {
		r := ask(t, b, Question{Text: text, Conversation: token})
		if token = r.Conversation; strings.Contains(token, "张") || len(token) > maxMemory {
			t.Errorf("after %q the conversation is %s", text, token)
		}
	}
}

// TestGreetingsChangeNothing asks with a greeting and thanks what is also asked bluntly.
func TestGreetingsChangeNothing(t *testing.T) {
	b := learnedBot(t)
	ask := func(text, lang string) Reply {
		t.Helper()
		r, err := b.Ask(t.Context(), Question{Text: text, Lang: lang})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, c := range []struct{ lang, before, question, after string }{
		{"zh-Hans", "你好，", "孤儿补贴一个月多少钱", ""},
		{"zh-Hans", "你好 ", "孤儿补贴一个月多少钱", ""},
		{"zh-Hans", "喂！你好！早上好~", "爸爸坐牢妈妈跑了，孩子有补助吗？", "谢谢！"},
		{"zh-Hans", "在吗？您好：", "怎么申请困境儿童", " 谢谢"},
		{"zh-Hans", "早晨，", "我老豆打我", "，唔该晒"},
		{"zh-Hans", "", "今天天气怎么样", "，謝謝你"},
		{"en", "Hello, ", "how much is the orphan allowance", "? Thank you very much."},
	} {
		want := ask(c.question, c.lang)
		if got := ask(c.before+c.question+c.after, c.lang); got.Outcome != want.Outcome || got.Answer != want.Answer || got.Conversation != want.Conversation {
			t.Errorf("%q with %q and %q: %s %q; want %s %q", c.question, c.before, c.after, got.Outcome, got.Answer, want.Outcome, want.Answer)
		}
	}
	for text, want := range map[string]string{"你好，在吗？": "直接说就行", "你好！": "直接说就行"} {
		if got := ask(text, "zh-Hans"); !strings.Contains(got.Answer, want) {
			t.Errorf("%q: %q; want %q in it", text, got.Answer, want)
		}
	}
}

// TestNextToNothing wants a message of a letter or a word to be asked back, whom to call for
// a child in danger among what it may mean, and a word of danger to be warned of all the same.
func TestNextToNothing(t *testing.T) {
	b := learnedBot(t)
	note := b.words.Say(content.SayDanger, "zh-Hans")
	for _, text := range []string{"a", "z", "?", "……", "孩子", "死", "打", "妈妈", "细路", "child"} {
		r := ask(t, b, Question{Text: text})
		if r.Outcome != Clarify || !slices.Contains(r.Notes, note) || len(r.Choices) < 3 {
			t.Errorf("%s: %s, notes %q, choices %q; want to be asked back, danger first", text, r.Outcome, r.Notes, r.Choices)
			continue
		}
		next := ask(t, b, Question{Text: r.Choices[0].Label, Conversation: r.Conversation})
		if next.Outcome != Answer || next.Citations[0].Policy != dangerPolicy {
			t.Errorf("%s, then %s: %s of %v; want whom to call", text, r.Choices[0].Label, next.Outcome, next.Citations)
		}
	}
	for _, text := range []string{"救命", "轻生", "自杀", "想死", "打我", "家暴", "强奸", "help me"} {
		if r := ask(t, b, Question{Text: text}); r.Outcome != Urgent {
			t.Errorf("%s: %s; want urgent", text, r.Outcome)
		}
	}
	for _, text := range []string{"户口", "几号发钱", "今年涨了吗"} {
		if r := ask(t, b, Question{Text: text}); r.Outcome != Clarify || slices.Contains(r.Notes, note) {
			t.Errorf("%s: %s, notes %q; want to be asked back", text, r.Outcome, r.Notes)
		}
	}
	// Asked a second time for nothing, people can help.
	first := ask(t, b, Question{Text: "a"})
	if r := ask(t, b, Question{Text: "b", Conversation: first.Conversation}); r.Outcome != Refuse {
		t.Errorf("a, then b: %s; want to be led to people", r.Outcome)
	}
}
