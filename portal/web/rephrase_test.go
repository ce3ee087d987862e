package web

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// poet answers whatever it is asked in its own words, and remembers what it was told.
type poet struct {
	words string
	told  [][3]string
}

func (p *poet) Rephrase(_ context.Context, question, published, section string) string {
	p.told = append(p.told, [3]string{question, published, section})
	return p.words
}

func TestRewordedAnswer(t *testing.T) {
	p := &poet{words: "换了说法的答案，1578元。"}
	s := newTestServer(t, func(c *Config) { c.Rephraser = p })
	for _, l := range languages[:2] {
		p.told = nil
		doc := post(t, s, l.path("/ask"), url.Values{"question": {"孤儿补贴一个月多少钱？"}}, 200)
		page := text(doc)
		words := mustWords(t, l)
		if len(p.told) != 1 || !strings.Contains(p.told[0][1], "1578") || !strings.Contains(p.told[0][2], "1578") {
			t.Fatalf("the model was told %q", p.told)
		}
		for _, want := range []string{s.views.content(l, p.words), s.views.content(l, p.told[0][1]), words("ask.reworded"), words("ask.original"), words("ask.privacy.machine")} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", l.Code, want)
			}
		}
	}
	req := httptest.NewRequest("POST", "/api/v1/ask", strings.NewReader(`{"question":"孤儿补贴一个月多少钱？"}`))
	req.Header.Set("Content-Type", "application/json")
	_, body := send(t, s, req)
	var reply struct{ Answer, Original string }
	if err := json.Unmarshal([]byte(body), &reply); err != nil || reply.Answer != p.words || !strings.Contains(reply.Original, "1578") {
		t.Errorf("%v: %s", err, body)
	}
}

// TestNeverReworded wants what is no answer from the content never to reach the
// model, and an answer that stays as it is to say nothing of a machine.
func TestNeverReworded(t *testing.T) {
	p := &poet{words: "换了说法"}
	s := newTestServer(t, func(c *Config) { c.Rephraser = p })
	for _, question := range []string{"爸爸天天打我", "我不想活了", "今天股票涨了吗", "补贴", "有人打孩子，孤儿补贴一个月多少钱？"} {
		doc := post(t, s, "/ask", url.Values{"question": {question}}, 200)
		outcome := find(doc, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "class"), "chat__turn chat__turn--") })
		if strings.HasSuffix(attr(outcome[0], "class"), "--answer") {
			continue
		}
		if len(p.told) != 0 || strings.Contains(text(doc), p.words) {
			t.Errorf("%s: the model was told %q", question, p.told)
		}
		p.told = nil
	}
	p.words = ""
	doc := post(t, s, "/ask", url.Values{"question": {"孤儿补贴一个月多少钱？"}}, 200)
	if strings.Contains(text(doc), mustWords(t, languages[0])("ask.reworded")) || !strings.Contains(text(doc), "1578") {
		t.Error("an answer as it was published is said to be a machine's")
	}
}
