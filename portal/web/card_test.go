package web

import (
	"encoding/xml"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/portal/outreach"
)

func TestBrief(t *testing.T) {
	long := strings.Repeat("字", 50)
	tests := []struct{ name, text, want string }{
		{"short", "打电话。 不用带材料", "打电话。 不用带材料"},
		{"whole sentences", long + "。" + long + "。", long + "。"},
		{"one long sentence stays whole", long + long, long + long},
		{"English", strings.Repeat("a", 100) + ". " + strings.Repeat("b", 100) + ". c", strings.Repeat("a", 100) + "."},
	}
	for _, tt := range tests {
		if got := brief(tt.text, 72); got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}

func TestListItems(t *testing.T) {
	got := listItems("<p>x</p><ol>\n<li><strong>谁</strong>：a &amp; b</li>\n<li><a href=\"/x\">填表</a></li></ol><ul><li>no</li></ul>")
	if strings.Join(got, "|") != "谁：a & b|填表" {
		t.Errorf("listItems = %q", got)
	}
}

func TestSentencesOf(t *testing.T) {
	for words, want := range map[string]string{
		"先问镇街。\n也可以打12345":     "先问镇街。|也可以打12345",
		"Call 110. Say where.": "Call 110.|Say where.",
		"":                     "",
	} {
		if got := strings.Join(sentencesOf(words), "|"); got != want {
			t.Errorf("sentencesOf(%q) = %q; want %q", words, got, want)
		}
	}
}

// TestCardsOfCalls looks at cards of what nobody applies for on this site: how says whom to
// ask first, not what to say then, and papers are what the policy says of them.
func TestCardsOfCalls(t *testing.T) {
	s := newTestServer(t, nil)
	for _, tt := range []struct{ slug, part, want string }{
		{"minor-supplement", "card-how", "请先问村（社区）儿童主任或镇街"},
		{"minor-supplement", "card-papers", "先备好户口本、身份证"},
		{"mandatory-report", "card-how", "马上拨 110"},
		{"left-behind-care", "card-papers", "先带孩子和照顾人的户口本、身份证"},
		{"guardianship-education", "card-papers", "先不用带材料"},
	} {
		_, doc := fetch(t, s, modeStandard, "/policies/"+tt.slug+"/card")
		part := find(doc, func(n *html.Node) bool { return attr(n, "aria-labelledby") == tt.part })
		if len(part) != 1 || !strings.Contains(text(part[0]), tt.want) {
			t.Errorf("%s: %s lacks %q", tt.slug, tt.part, tt.want)
		}
	}
}

// TestCards looks at the card of every policy: who, what, how, telephone, code,
// source and date stand on it.
func TestCards(t *testing.T) {
	s := newTestServer(t, nil)
	for _, p := range testContent(t).Library.Policies {
		for _, l := range languages {
			_, doc := fetch(t, s, modeStandard, l.path("/policies/"+p.Slug+"/card"))
			sheet := find(doc, func(n *html.Node) bool { return attr(n, "class") == "card-sheet" })
			if len(sheet) != 1 {
				t.Fatalf("%s: no card", p.Slug)
			}
			words := text(sheet[0])
			short := s.publicShort(l, outreach.Target{Kind: outreach.Policy, Slug: p.Slug})
			for _, want := range []string{"12345", short, p.Published.String()} {
				if !strings.Contains(words, want) {
					t.Errorf("%s %s: the card lacks %q", l.Code, p.Slug, want)
				}
			}
			if got := len(find(sheet[0], tag(atom.Li))); got < 5 {
				t.Errorf("%s %s: only %d lines", l.Code, p.Slug, got)
			}
			if code := find(sheet[0], tag(atom.Svg)); len(code) != 1 || !strings.Contains(attr(code[0], "aria-label"), short) {
				t.Errorf("%s %s: no QR code with words", l.Code, p.Slug)
			}
		}
	}
}

// TestQRImage wants the code of a page as an image that leads to that page.
func TestQRImage(t *testing.T) {
	s := newTestServer(t, nil)
	drawn := map[string]string{}
	for _, l := range languages {
		got := fetchRaw(t, s, l.path("/policies/tomorrow-plan/qr.svg"), nil)
		if got.status != 200 || got.header.Get("Content-Type") != "image/svg+xml" || got.header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %v", l.Code, got.status, got.header)
		}
		if err := xml.Unmarshal(got.body, &struct {
			XMLName xml.Name `xml:"svg"`
		}{}); err != nil {
			t.Errorf("%s: %v", l.Code, err)
		}
		_, want, err := drawQR("http://localhost:8080" + l.path(shortPath(outreach.Target{Kind: outreach.Policy, Slug: "tomorrow-plan"}.PublicCode())))
		if err != nil || !strings.Contains(string(got.body), want) {
			t.Errorf("%s: the code is not that of the short link, %v", l.Code, err)
		}
		drawn[string(got.body)] = l.Code
	}
	if len(drawn) != len(languages) {
		t.Error("two languages share a code")
	}
	if got := fetchRaw(t, s, "/policies/nothing/qr.svg", nil); got.status != 404 {
		t.Errorf("of no policy: %d", got.status)
	}
}

func TestQR(t *testing.T) {
	got, err := newQR("https://example.com/policies/tomorrow-plan", `a"b`)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), `aria-label="a&#34;b"`) || len(got) > 6000 {
		t.Errorf("%d bytes: %.120s", len(got), got)
	}
	if _, err := newQR(strings.Repeat("x", 5000), ""); err == nil {
		t.Error("an address that is too long is drawn")
	}
}
