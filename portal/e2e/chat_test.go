package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
)

// ask types a question and sends it, and waits for the answer.
func (t *tab) ask(question string) {
	t.Helper()
	t.fill("question", question)
	t.answered(func() { t.press("main form.ask .form__buttons button") })
}

// say presses an answer that the page offers, in elder mode maybe on one of its next leaves.
func (t *tab) say(label string) {
	t.Helper()
	const turn = "main .choices__turn"
	for look[int](t, "count", turn) > 0 && look[int](t, "count", fmt.Sprintf("main .chat-next button[value=%q]", label)) == 0 {
		t.follow(turn)
		t.inspect("elder", t.device.width)
	}
	t.answered(func() { t.press(fmt.Sprintf("main .chat-next button[value=%q]", label)) })
}

// answered does what leads to an answer, on this page or, without scripts, on the next.
func (t *tab) answered(do func()) {
	t.Helper()
	if t.device.noScripts || evaluate[string](t, "document.documentElement.dataset.mode") == "elder" {
		t.arrive(do)
		return
	}
	t.until("the page is ready to ask", func() bool {
		return evaluate[bool](t, `"ready" in document.querySelector('[data-module="chat"]').dataset`)
	})
	before := evaluate[int](t, turns)
	do()
	t.until("the answer is there", func() bool {
		return evaluate[int](t, turns) > before && evaluate[bool](t, `!document.querySelector(".chat").hasAttribute("aria-busy")`)
	})
}

const turns = `document.querySelectorAll(".chat__pair").length`

// TestChat has a family check a child, ask something else in between, change an
// answer, read the source, find the answer of no use and turn to a person: with and
// without scripts, in each mode, on a handset and a desktop.
func TestChat(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, noScripts := range []bool{true, false} {
			for _, width := range []int64{360, 1280} {
				t.Run(fmt.Sprintf("%s no scripts %t %d", mode, noScripts, width), func(t *testing.T) {
					t.Parallel()
					b := newTab(t, suite.site, device{width: width, height: 800, touch: width < 500, noScripts: noScripts})
					b.open("/ask?mode=" + mode)
					chatAll(b, mode, width)
				})
			}
		}
	}
}

func chatAll(b *tab, mode string, width int64) {
	b.Helper()
	b.ask("爸爸坐牢妈妈跑了,孩子有补助吗")
	b.inspect(mode, width)
	if mode != "elder" { // which leads to the page of the section
		b.press(".chat details summary")
		b.sees("发布并核对")
	}
	b.say("帮您看看是否符合")
	b.sees("今年几岁")
	b.ask("8")
	b.say("在中山")
	b.inspect(mode, width)
	b.ask("坐监")
	b.sees("坐牢（服刑在押，6个月以上）")
	b.ask("一个月多少钱")
	b.sees("1578元/人/月（2021年标准）")
	b.sees("刚才的问题还在等您")
	b.ask("走佬咗")
	b.say("失去联系、没管孩子（满6个月）")
	b.sees("按“事实无人抚养儿童”申请")
	b.inspect(mode, width)
	if evaluate[bool](b, `/question|conversation|prison/.test(location.href) || document.title.includes("坐牢")`) {
		b.Errorf("an answer stands in the address or the title: %s", b.where())
	}
	b.arrive(func() { b.press(`.chat-next form[action^="/check/"] button[formaction^="/apply/"]`) })
	b.at("/apply/basic-living-allowance")
	if mode == "elder" { // which says who may apply on a page of its own
		b.follow(`main a[href^="/apply/basic-living-allowance/before/who"]`)
	}
	b.sees("坐牢")

	b.open("/ask")
	b.ask("孩子被爸爸打得流血了")
	b.inspect(mode, width)
	b.ask("宾馆登记看到大人带个小女孩开房，前台有没有责任") // perhaps danger: an answer below the number to call
	b.sees("110")                    // where the bot still learns, an alarm
	b.inspect(mode, width)
	b.ask("孤儿补贴一个月多少钱？")
	if mode == "elder" {
		b.ask("那要多久")
		b.behind(width)
	}
	if b.device.noScripts || mode == "elder" {
		b.arrive(func() { b.press(`.rate button[value="useless"]`) })
	} else {
		b.press(`.rate button[value="useless"]`)
		b.holds("the verdict is thanked for", `document.querySelector("[data-chat='status']").innerText.includes("谢谢")`)
	}
	b.sees("小榄镇")
	b.inspect(mode, width)
	if !look[bool](b, "select", `main select[name="question"]`, "小榄镇") {
		b.Fatal("no such town")
	}
	b.answered(func() { b.press(`main select[name="question"] ~ button`) })
	b.sees("您在小榄镇")
}

// behind goes from an answer of elder mode to the page with all that it leaves out, back, in
// a larger size, and there again.
func (t *tab) behind(width int64) {
	t.Helper()
	more, answer := `main form.ask__more button`, look[string](t, "text", ".chat__answer")
	t.lacks("孤儿补贴一个月多少钱？")
	t.follow(more)
	t.at("/ask/more")
	t.sees("孤儿补贴一个月多少钱？")
	t.inspect("elder", width)
	t.follow(`.elder-bar [data-bar="back"]`)
	t.follow(`.text-sizes button`)
	t.follow(`.text-sizes button`)
	if got := look[string](t, "text", ".chat__answer"); got != answer {
		t.Errorf("after the page behind it the answer is %q; want %q", got, answer)
	}
	t.follow(more)
}

// lacks fails the test if the main part of the page shows the text.
func (t *tab) lacks(text string) {
	t.Helper()
	if all := look[string](t, "text", "main"); strings.Contains(all, text) {
		t.Errorf("%s shows %q:\n%s", t.where(), text, all)
	}
}

// TestChatByKeyboard goes through a check without a pointer: Enter sends, the focus
// stays in the box while one writes, and goes from choice to choice while one chooses. In
// elder mode, where each answer is a page, it begins at the answer.
func TestChatByKeyboard(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		b := newTab(t, suite.site, desktop)
		b.open("/ask?mode=" + mode)
		b.fill("question", "帮我看看基本生活补贴能不能领")
		b.answered(func() { b.key("Enter") })
		if mode == "elder" {
			b.choosesByKey()
			continue
		}
		if !evaluate[bool](b, `document.activeElement === document.querySelector("textarea") && document.activeElement.value === ""`) {
			t.Errorf("mode %s: the box has lost the focus or kept its text", mode)
		}
		b.fill("question", "9")
		b.answered(func() { b.key("Enter") })
		b.sees("户口在哪里")
		evaluate[*bool](b, `document.querySelector(".choices__button").focus(); null`)
		b.answered(func() { b.key("Enter") })
		if got := evaluate[string](b, `document.activeElement.value ?? ""`); got != "去世了" {
			t.Errorf("mode %s: after a choice the focus is on %q; want the first of the next", mode, got)
		}
		b.answered(func() { b.key("Enter") })
		b.sees("孩子的妈妈现在是什么情况")
		b.key("Tab")
		if got := evaluate[string](b, `document.activeElement.value ?? ""`); got != "法院判决宣告失踪" {
			t.Errorf("mode %s: Tab leads to %q; want the second choice", mode, got)
		}
	}
}

// choosesByKey answers two questions of a check in elder mode.
func (t *tab) choosesByKey() {
	t.Helper()
	begins := func() { // once the page has been drawn, which autofocus waits for
		t.Helper()
		t.holds(t.where()+" begins at the answer", `document.activeElement.matches('[data-chat="turn"]')`)
	}
	begins()
	t.fill("question", "9")
	t.answered(func() { t.key("Enter") })
	t.sees("户口在哪里")
	begins()
	evaluate[*bool](t, `document.querySelector(".choices__button").focus(); null`)
	t.answered(func() { t.key("Enter") })
	t.sees("孩子的爸爸现在是什么情况")
	begins()
	for range 12 {
		if t.key("Tab"); evaluate[bool](t, `document.activeElement.matches(".choices__button")`) {
			return
		}
	}
	t.Errorf("no choice within twelve steps from the answer")
}

// TestChatIsAnnounced wants the live region to be there, empty, before the first
// question, and each answer to be one change of it.
func TestChatIsAnnounced(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, desktop)
	b.open("/ask")
	if !evaluate[bool](b, `document.querySelector('.chat').matches('[role="log"][aria-live="polite"][aria-label]') && document.querySelector(".chat").childElementCount === 0`) {
		t.Fatal("the log is not there, or not empty")
	}
	evaluate[*bool](b, `window.changes = 0; new MutationObserver((l) => { window.changes += l.filter((m) => m.addedNodes.length > 0).length; }).observe(document.querySelector(".chat"), { childList: true, subtree: true, characterData: true }); null`)
	for i, question := range []string{"孤儿补贴一个月多少钱？", "那要多久", "明天会下雨吗"} {
		b.ask(question)
		if got := evaluate[int](b, "changes"); got != i+1 {
			t.Errorf("%s: %d changes of the log; want %d", question, got, i+1)
		}
	}
	if n := evaluate[int](b, turns); n != 3 {
		t.Errorf("%d turns in the log; want 3", n)
	}
}

// TestChatFault keeps what was typed when a question is too long or does not arrive.
func TestChatFault(t *testing.T) {
	t.Parallel()
	b := newTab(t, startSite(t, "--rate-limit", "2"), desktop)
	b.open("/ask")
	long := strings.Repeat("孤儿补贴", 80)
	b.fill("question", long)
	evaluate[*bool](b, `window.fetched = window.fetch; window.fetch = () => Promise.reject(new Error("no network")); null`)
	b.key("Enter")
	b.holds("it says that nothing arrived", `document.querySelector("[data-chat='status']").innerText.includes("没有送到")`)
	evaluate[*bool](b, `window.fetch = (_, o) => new Promise((_, no) => o.signal.addEventListener("abort", () => no(o.signal.reason))); window.setTimeout = (f) => queueMicrotask(f); null`)
	b.key("Enter")
	b.holds("a silent network is given up", `document.querySelector("[data-chat='status']").innerText.includes("没有送到") && !document.querySelector(".chat").hasAttribute("aria-busy")`)
	evaluate[*bool](b, `window.fetch = window.fetched; null`)
	if got := evaluate[string](b, `document.querySelector("textarea").value`); got != long {
		t.Error("the question is lost")
	}
}

// TestChatGoesBack reads the source of an answer and comes back by the browser's own button:
// the answer is there, where each is a page of its own too. What speaks of danger is not.
func TestChatGoesBack(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]device{
		"standard":            handset,
		"standard no scripts": {width: 360, height: 740, touch: true, noScripts: true},
		"elder":               handset,
		"elder no scripts":    {width: 360, height: 740, touch: true, noScripts: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mode, _, _ := strings.Cut(name, " ")
			b := newTab(t, suite.site, d)
			b.open("/?mode=" + mode)
			b.open("/ask")
			b.ask("孤儿补贴一个月多少钱？")
			b.follow(`main .chat__turn a[href*="/policies/"]`)
			b.goesBack()
			b.until("the answer is there", func() bool {
				return strings.Contains(look[string](b, "text", "main"), "1578元/人/月（2021年标准）")
			})
			b.ask("那要多久") // and it goes on
			b.sees("15个工作日")
			if name != "standard" {
				return
			}
			b.arrive(func() { call(b, page.Reload, page.ReloadParams{}) })
			b.until("the answers are there", func() bool { return strings.Contains(look[string](b, "text", "main"), "15个工作日") })
			b.ask("爸爸打得孩子流血了")
			b.arrive(func() { call(b, page.Reload, page.ReloadParams{}) })
			b.lacks("流血")
		})
	}
}

// goesBack presses the browser's button back.
func (t *tab) goesBack() {
	t.Helper()
	from := t.where()
	past := call(t, page.GetNavigationHistory, cdp.Empty{})
	call(t, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: past.Entries[past.CurrentIndex-1].ID})
	t.until("another page is shown", func() bool { return t.where() != from })
	t.until("it is read", func() bool { return evaluate[bool](t, `document.readyState === "complete"`) })
}
