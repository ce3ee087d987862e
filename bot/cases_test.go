package bot

import (
	"slices"
	"strings"
	"testing"
)

// TestCasesAreThoseNamed asks of cases that share words with a published question of another
// one, which must not answer, and of what search finds no passage of.
func TestCasesAreThoseNamed(t *testing.T) {
	b := learnedBot(t)
	for _, tt := range []struct{ name, question, not, section string }{
		{"both dead, not in prison", "我姐和姐夫车祸都没了，外甥女现在住我家，我该先去哪", "basic-living-allowance.faq.2", ""},
		{"both in prison, none missing", "The boy next door lives with his grandma, both parents are in jail. Can he get money?", "basic-living-allowance.faq.2", ""},
		{"nobody dead", "父亲强戒满半年，母亲三级智力残疾，够不够条件", "basic-living-allowance.faq.3", ""},
		{"no institution", "考上大专了，一年一万那个要怎么弄", "dream-scholarship.faq.18", ""},
		{"not from elsewhere", "学生父母常年不在家，跟着眼睛看不见的奶奶，能报困境儿童吗", "children-in-difficulty.faq.10", ""},
		{"prison and missing", "爸爸坐牢，妈妈跑了两年，孩子能领吗", "", "status"},
		{"dead and in prison", "妈妈病死了，爸爸在坐牢，能不能申请", "", "status"},
		{"just come out", "我刚出来，孩子之前领的补贴是不是马上就没了", "", "after"},
		{"just come out, in English", "my father just came out of prison", "", "after"},
		{"released, in English", "dad was released from prison last week, does the money stop", "", "after"},
		{"stopped, says the net", "网上说事实孤儿的钱停发了", "basic-living-allowance.faq.1", "amount"},
		{"from elsewhere", "户口不在中山，能认定困境儿童吗", "", "who"},
		{"prison, no judgment on guardianship", "孩子爸爸在坐牢，能领补贴吗", "basic-living-allowance.faq.24", "status"},
		{"both dead, nobody adopted", "班里孩子爸妈都没了，跟着叔叔", "", "who"},
		{"no word of it published", "领了这个钱，会不会全班都知道我是孤儿", "", "privacy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := b.Ask(t.Context(), Question{Text: tt.question})
			if err != nil || r.Outcome != Answer {
				t.Fatalf("Ask(%q) = %v, %v; want an answer", tt.question, r.Outcome, err)
			}
			if r.Entry == tt.not || tt.section != "" && r.Citations[0].Section != tt.section {
				t.Errorf("Ask(%q) quotes %s of %s; want not %q, section %q", tt.question, r.Entry, r.Citations[0].Section, tt.not, tt.section)
			}
		})
	}
}

// TestReturnIsNoFraud: who has come out of prison is told what to tell the office, not what
// cheating costs.
func TestReturnIsNoFraud(t *testing.T) {
	b := learnedBot(t)
	for _, q := range []string{"爸爸刚从监狱出来孩子补助还有吗", "老豆从里面出来未够一个月，补贴要停吗"} {
		if r := ask(t, b, Question{Text: q}); strings.Contains(r.Answer, "骗取") || !strings.Contains(r.Answer, "告诉镇街") {
			t.Errorf("Ask(%q) = %q; want what to tell the office", q, r.Answer)
		}
	}
}

// TestHiddenLeavesWhoIsHit: what was masked goes with the words for it, and nothing else.
func TestHiddenLeavesWhoIsHit(t *testing.T) {
	for text, want := range map[string]string{
		"爸爸打我***":           "爸爸打我",
		"爸爸打我 ***，快来":       "爸爸打我快来",
		"救救孩子，孩子的电话是***":    "救救孩子，",
		"我的身份证号码是***，能领吗":   "能领吗",
		"我是***，怎么申请":        "怎么申请",
		"身份证号***，电话***。查一下": "查一下",
		"***": "***",
	} {
		if got := withoutHidden(text); got != want {
			t.Errorf("of %q stays %q; want %q", text, got, want)
		}
	}
}

// TestCasesAreCarriedOn: what was told turns ago is still known, in codes alone, until somebody
// else is spoken of; a case told in a few words is not refused.
func TestCasesAreCarriedOn(t *testing.T) {
	b := learnedBot(t)
	first := ask(t, b, Question{Text: "爸爸在坐牢，孩子能领事实孤儿补贴吗"})
	second := ask(t, b, Question{Text: "要多久", Conversation: first.Conversation})
	prison := hashOf("坐牢")
	if told := b.remember(second.Conversation).Told; !slices.Contains(told, prison) {
		t.Errorf("after another question it carries %v; want %s for prison", told, prison)
	}
	if short := ask(t, b, Question{Text: "我贵州的", Conversation: second.Conversation}); short.Outcome != Answer {
		t.Errorf("who tells where they are from gets %s; want an answer", short.Outcome)
	}
	other := ask(t, b, Question{Text: "邻居家的孩子有残疾呢", Conversation: second.Conversation})
	if told := b.remember(other.Conversation).Told; slices.Contains(told, prison) {
		t.Errorf("of the neighbour's child it carries %v; want nothing of prison", told)
	}
	if m := b.remember(`{"t":["zzzzzz","` + prison + `"]}`); len(m.Told) != 1 {
		t.Errorf("of a code nobody knows and one of ours stay %v", m.Told)
	}
}
