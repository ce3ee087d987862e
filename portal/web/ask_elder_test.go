package web

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// few wants no more to choose from on a page of elder mode than it offers at once.
func (b *browser) few() *browser {
	b.t.Helper()
	var ways []string
	for _, one := range offers(find(b.doc, tag(atom.Main))[0]) {
		if one != "有用" && one != "没用" {
			ways = append(ways, one)
		}
	}
	if len(ways) > choicesAtOnce+2 || len(ways) > choicesAtOnce && len(find(b.doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "choices__button") })) == 0 {
		b.t.Errorf("%s offers %d: %q; want at most %d", b.address, len(ways), ways, choicesAtOnce)
	}
	return b
}

// TestAnswerIsAPageInElderMode shows the last answer alone, whatever its kind, and what was
// asked before on the page behind it.
func TestAnswerIsAPageInElderMode(t *testing.T) {
	b := newDesk(t).browser("grandmother").open("/ask?mode=elder").few()
	b.wants(200, "把这一页发给家人").say("孤儿补贴一个月多少钱？").wants(200, "1578元").few()
	b.say("那要多久").wants(200, "那要多久").lacks("1578元")
	b.few().send("/ask/more", nil).wants(200, "前面问过的", "1578元", "这个回答有用吗").lacks("把这一页发给家人").few()
	b.send(asked, nil).wants(200, "那要多久").lacks("前面问过的")
	for _, question := range []string{"补贴怎么办", "明天会下雨吗", "孩子被爸爸打得流血了", "小榄镇找谁", "帮我看看基本生活补贴能不能领", "8", "在中山"} {
		b.say(question).wants(200).few()
	}
	b.send(asked, map[string]string{"-group": "2"}).wants(200, "看前面的", "这是第2页").few()
	b.send(asked, map[string]string{"-back": "1"}).wants(200, "户口在哪里")
	b.send(asked, map[string]string{"question": ""}).wants(422, "请先写下您的问题", "户口在哪里")
}

// TestAnswerIsKept shows the same answer in another size, language and mode, and after it
// was judged, and none that the site has not signed.
func TestAnswerIsKept(t *testing.T) {
	d := newDesk(t)
	b := d.browser("grandmother").open("/ask?mode=elder").say("孤儿补贴一个月多少钱？")
	form := b.form(asked)
	form.Set("-stay", "1")
	form.Set("question", "还没写完")
	for _, address := range []string{"/ask?mode=elder.125", "/zh-hant/ask", "/ask?mode=standard"} {
		b.do("POST", address, form)
		b.wants(200, "1578元", "还没写完")
	}
	b.open("/ask?mode=elder").say("孤儿补贴一个月多少钱？")
	b.send("/ask/more", nil).send("/ask/rate", map[string]string{"verdict": "useless"}).wants(200, "谢谢", "1578元", "小榄镇").few()
	for name, token := range map[string]string{"foreign": d.server.seal(transcriptLabel, `{"q":"x","r":{"answer":"9999"}}`), "none": "", "nonsense": "x.y"} {
		b.do("POST", asked, url.Values{"-stay": {"1"}, "kept": {token}})
		b.wants(200, "您想问什么").lacks("9999")
		b.do("POST", "/ask/more", url.Values{"kept": {token}})
		b.wants(200, "您想问什么").lacks("9999")
		if t.Failed() {
			t.Fatalf("with %s token", name)
		}
	}
}
