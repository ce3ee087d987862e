package web

import (
	"context"
	"slices"
	"strings"
	"testing"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/casework"
)

// waryBot suspects danger in everything.
type waryBot struct {
	Asker
	words content.Assistant
}

func (b waryBot) Ask(ctx context.Context, q bot.Question) (bot.Reply, error) {
	r, err := b.Asker.Ask(ctx, q)
	r.Danger, r.Notes = true, slices.Insert(slices.Clone(r.Notes), 0, b.words.Say(content.SayDanger, q.Lang))
	return r, err
}

func newWaryDesk(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	wary := *d.server.content()
	wary.Bot = waryBot{wary.Bot, wary.Library.Assistant}
	d.server.content = func() *Content { return &wary }
	return d
}

// TestUrgentPerhaps wants both numbers, to be tapped, before an answer to what may be a child
// in danger, and the answer after them, in each language and mode.
func TestUrgentPerhaps(t *testing.T) {
	d := newWaryDesk(t)
	for _, c := range []struct{ prefix, question, note, answer string }{
		{"", "孤儿补贴一个月多少钱？", "如果孩子正有危险，先打", "1578元"},
		{"/zh-hant", "孤儿补贴一个月多少钱？", "如果孩子正有危險，先打", "1578元"},
		{"/en", "How much is the orphan allowance each month?", "If a child is in danger now, call", "1,578"},
	} {
		for _, mode := range modes {
			b := d.browser(mode + c.prefix)
			b.cookies["mode"] = mode
			b.open(c.prefix+asked).send(c.prefix+asked, map[string]string{"question": c.question}).wants(200, c.note, c.answer)
			turn := b.body[strings.Index(b.body, `data-chat="turn"`):]
			last := -1
			for _, part := range []string{`chat__remark`, `href="tel:110"`, `href="tel:12345"`, `class="chat__answer"`} {
				if at := strings.Index(turn, part); at <= last {
					t.Errorf("%s%s in mode %s: %s stands at %d; want it after %d", c.prefix, asked, mode, part, at, last)
				} else {
					last = at
				}
			}
		}
	}
}

// TestUrgentPerhapsIsHeard wants the number in the sound of an answer too, before the answer,
// whether a browser reads it or the server makes it.
func TestUrgentPerhapsIsHeard(t *testing.T) {
	d := newWaryDesk(t)
	lib := d.server.content().Library
	note := lib.Assistant.Say(content.SayDanger, "zh-Hans")
	for _, c := range []struct{ page, cite string }{{"basic-living-allowance", "amount"}, {"application-help", "after"}} {
		r := &bot.Reply{Outcome: bot.Answer, Answer: "答案。", Citations: []bot.Citation{{Policy: c.page, Section: c.cite}}, Danger: true, Notes: []string{note}}
		h := d.server.listeningTo(languages[0], r)
		if h.Own[0].Text != d.server.sayable("cmn", note+"\n答案。") {
			t.Errorf("%s: the browser reads %q", c.page, h.Own[0].Text)
		}
		_, part, _ := strings.Cut(strings.TrimPrefix(h.Said, "/speech/"), "/")
		if texts, ok := d.server.spokenAll(c.page, part, "cmn"); !ok || len(texts) != 2 || texts[0] != note {
			t.Errorf("%s: the sound %s says %q", c.page, h.Said, texts)
		}
		r.Danger = false
		if h := d.server.listeningTo(languages[0], r); strings.Contains(h.Said, "~") || strings.Contains(h.Own[0].Text, "110") {
			t.Errorf("%s, no danger: %s, %q", c.page, h.Said, h.Own[0].Text)
		}
	}
}

// TestUrgentPerhapsIsNotKept wants no sentence that may be of a child in danger among what
// staff read weeks later, and the number while answers are turned off.
func TestUrgentPerhapsIsNotKept(t *testing.T) {
	d := newWaryDesk(t)
	b := d.browser("family").open(asked).say("今晚的球赛几点").wants(200, "先打")
	officer := d.staff(casework.Officer, "").open("/staff/questions").wants(200).lacks("今晚的球赛几点")
	officer.send("/staff/questions", map[string]string{"reason": "系统维护"})
	b.say("孤儿补贴一个月多少钱？").wants(200, "系统维护", "先打").lacks("1578元")
	if !strings.Contains(b.body, `href="tel:110"`) {
		t.Error("no number to tap while answers are turned off")
	}
}

// TestUrgentPerhapsOffersFew wants no more on a page of elder mode than without the numbers,
// whatever kind of reply they stand before.
func TestUrgentPerhapsOffersFew(t *testing.T) {
	b := newWaryDesk(t).browser("grandmother").open("/ask?mode=elder")
	for _, question := range []string{"孤儿补贴一个月多少钱？", "那要多久", "补贴怎么办", "孩子", "明天会下雨吗", "小榄镇找谁", "帮我看看基本生活补贴能不能领", "8", "在中山"} {
		b.say(question).wants(200, "先打").few()
	}
}

// alarmedBot hears danger in everything.
type alarmedBot struct{ Asker }

func (b alarmedBot) Ask(ctx context.Context, q bot.Question) (bot.Reply, error) {
	return bot.Reply{Outcome: bot.Urgent}, ctx.Err()
}

func (b alarmedBot) Alarming(ctx context.Context, _ bot.Question) (bool, error) {
	return true, ctx.Err()
}

// TestDangerIsNotKept wants neither a search for help in danger that finds nothing, nor the
// answer that there is none, among what staff read weeks later.
func TestDangerIsNotKept(t *testing.T) {
	d := newDesk(t)
	d.browser("family").open(asked).say("没有危险").wants(200, "12345")
	d.browser("reader").open("/search?q=qqxzv").wants(200, "没有找到").lacks("马上打110报警")
	alarmed := *d.server.content()
	alarmed.Bot = alarmedBot{alarmed.Bot}
	d.server.content = func() *Content { return &alarmed }
	d.browser("child").open("/search?q=wwxzv").wants(200, "没有找到", "马上打110报警")
	d.staff(casework.Officer, "").open("/staff/questions").wants(200, "qqxzv").lacks("没有危险", "wwxzv")
}

// TestSearchInDangerOffersFew wants no more on the page of a search in elder mode than
// without the numbers, whatever is found.
func TestSearchInDangerOffersFew(t *testing.T) {
	d := newDesk(t)
	alarmed := *d.server.content()
	alarmed.Bot = alarmedBot{alarmed.Bot}
	d.server.content = func() *Content { return &alarmed }
	b := d.browser("grandmother")
	for _, query := range []string{"q=补贴", "q=补贴&page=2", "q=医疗救肋", "q=wwxzv"} {
		b.open("/search?mode=elder&"+query).wants(200, "马上打110报警").few()
	}
}
