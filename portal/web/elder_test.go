package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// elderBar is what stands at the top of every page of elder mode, always in this order.
var elderBar = []string{"back", "home", "listen", "phone"}

// checkElderPage holds a page of elder mode to what every one of them promises: the
// bar with the way back, the first page, listening and the telephone, one way out, and
// nothing that opens or goes on by itself.
func checkElderPage(t *testing.T, doc *html.Node) {
	t.Helper()
	var bar []string
	for _, n := range find(doc, func(n *html.Node) bool { return has(n, "data-bar") }) {
		bar = append(bar, attr(n, "data-bar"))
		switch attr(n, "data-bar") {
		case "phone":
			if attr(n, "href") != "tel:12345" || !strings.Contains(text(n), " ") {
				t.Errorf("the telephone of the bar is %q to %q; want it to say whom it calls", text(n), attr(n, "href"))
			}
		case "listen":
			id := strings.TrimPrefix(attr(n, "href"), "#")
			if len(find(doc, func(n *html.Node) bool { return attr(n, "id") == id && id != "" })) != 1 {
				t.Errorf("listening leads to %q, which is not there", attr(n, "href"))
			}
		}
	}
	want := elderBar
	if len(find(doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "elder-bar__link--none") })) == 1 {
		want = elderBar[1:] // the first page: there is nothing before it
	}
	if !slices.Equal(bar, want) {
		t.Errorf("bar = %v; want %v", bar, want)
	}
	out := find(doc, func(n *html.Node) bool {
		return strings.Contains(attr(n, "href")+attr(n, "formaction"), "mode=standard")
	})
	if len(out) != 1 {
		t.Errorf("%d ways out of elder mode; want 1", len(out))
	}
	if d := find(doc, tag(atom.Dialog)); len(d) > 0 {
		t.Error("page has a dialog")
	}
	if r := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Meta && has(n, "http-equiv") }); len(r) > 0 {
		t.Error("page goes on by itself")
	}
}

// TestFewChoices counts what a page of elder mode offers at one time.
func TestFewChoices(t *testing.T) {
	s := newTestServer(t, nil)
	pages := []string{"/", "/policies", "/check", "/check/all", "/apply", "/search", "/search?q=%E8%A1%A5%E8%B4%B4", "/search?q=zzzz", "/ask", "/help", "/feedback", "/help/application-help", "/help/accessibility-help", "/glossary", "/sitemap", "/replies", "/accessibility", "/privacy"}
	for _, c := range s.content().Library.Categories {
		pages = append(pages, "/policies/kind/"+c.Slug)
	}
	for _, p := range s.content().Library.Policies {
		pages = append(pages, "/policies/"+p.Slug)
		for _, one := range s.parts(p) {
			pages = append(pages, "/policies/"+p.Slug+"/part/"+one.ID)
		}
		if p.Checkable() {
			pages = append(pages, "/check/"+p.Slug)
		}
	}
	for _, address := range pages {
		status, doc := fetch(t, s, modeElder, address)
		got := offers(find(doc, tag(atom.Main))[0])
		if status != 200 || len(got) > choicesAtOnce {
			t.Errorf("%s: status %d, %d choices: %q; want at most %d", address, status, len(got), got, choicesAtOnce)
		}
	}
}

// offers returns what can be chosen below n: links, buttons and folds that stand by
// themselves. Words within a text that lead on are no choice, nor is what stands at
// the same place on each page, nor what is folded away or needs a script.
func offers(n *html.Node) []string {
	var out []string
	for child := range n.ChildNodes() {
		if child.Type != html.ElementNode || has(child, "hidden") {
			continue
		}
		class := " " + attr(child, "class") + " "
		switch {
		case strings.Contains(class, " page-listen ") || strings.Contains(class, " feedback ") || strings.Contains(class, " place ") || strings.Contains(class, " elder-foot ") || strings.Contains(class, " keypad ") || strings.Contains(class, " dictate ") || strings.Contains(class, " listen ") || strings.Contains(class, " prose "):
		case child.DataAtom == atom.Details && !has(child, "open"):
			out = append(out, text(find(child, tag(atom.Summary))[0]))
		case child.DataAtom == atom.Button, child.DataAtom == atom.Summary, child.DataAtom == atom.A && (child.Parent.DataAtom != atom.P || class != "  "):
			out = append(out, text(child))
		default:
			out = append(out, offers(child)...)
		}
	}
	return out
}

// TestPartsAreWhole wants everything that a policy says on the pages of its parts, one
// after the other, and every link to a place of it to lead to such a page.
func TestPartsAreWhole(t *testing.T) {
	s := newTestServer(t, nil)
	for _, p := range s.content().Library.Policies {
		seen := partsFrom(t, s, "/policies/"+p.Slug, p.Sections[0].ID)
		if want := len(p.Sections) + len(p.FAQ); len(seen) != want {
			t.Errorf("%s: %d pages %v; want %d", p.Slug, len(seen), seen, want)
		}
	}
	body := string(toParts([]byte(`<a href="/en/policies/a-b#who"> <a href="/policies#medical"> <a href="#x"> <a href="#y"> <i id="y"> <a href="/help/c#d">`), visit{Path: "/policies/a-b"}))
	if want := `<a href="/en/policies/a-b/part/who"> <a href="/policies/kind/medical"> <a href="/policies/a-b/part/x"> <a href="#y"> <i id="y"> <a href="/help/c/part/d">`; body != want {
		t.Errorf("links = %s; want %s", body, want)
	}
	body = string(toParts([]byte(`<a href="#x">`), visit{Path: "/help/c/part/d"}))
	if want := `<a href="/help/c/part/x">`; body != want {
		t.Errorf("links of a help page = %s; want %s", body, want)
	}
}

// partsFrom reads a text in elder mode from one of its parts on, and returns the names
// of those that it comes by.
func partsFrom(t *testing.T, s *Server, text, part string) []string {
	t.Helper()
	var seen []string
	for address := text + "/part/" + part; address != ""; {
		status, doc := fetch(t, s, modeElder, address)
		if status != 200 {
			t.Fatalf("%s: status %d", address, status)
		}
		seen = append(seen, address[strings.LastIndex(address, "/")+1:])
		address = ""
		for _, n := range find(doc, func(n *html.Node) bool { return attr(n, "rel") == "next" && n.DataAtom == atom.A }) {
			address = attr(n, "href")
		}
		for _, n := range find(doc, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), "#") }) {
			if id := attr(n, "href")[1:]; len(find(doc, func(n *html.Node) bool { return attr(n, "id") == id })) != 1 {
				t.Errorf("%s leads to #%s, which is not there", text, id)
			}
		}
	}
	return seen
}

// TestTextsComeOnePartAPage finds the same in elder mode of help pages, replies and
// statements: each part of the whole text is named on one of its leaves, never too many
// at a time, has a page of its own, and leads back to the leaf that names it.
func TestTextsComeOnePartAPage(t *testing.T) {
	s := newTestServer(t, nil)
	texts := []string{"/accessibility", "/privacy"}
	for _, p := range slices.Concat(s.content().Library.Help, s.content().Library.Replies) {
		texts = append(texts, p.Path())
	}
	for _, text := range texts {
		_, whole := fetch(t, s, modeStandard, text)
		headings := len(find(find(whole, tag(atom.Main))[0], func(n *html.Node) bool {
			return n.DataAtom == atom.H2 && attr(n.Parent, "class") == "prose__section"
		}))
		var named []string
		for at := text; at != ""; {
			_, doc := fetch(t, s, modeElder, at)
			main := find(doc, tag(atom.Main))[0]
			if got := offers(main); len(got) > choicesAtOnce {
				t.Errorf("%s offers %d things at once: %q", at, len(got), got)
			}
			for _, n := range find(main, func(n *html.Node) bool { return n.DataAtom == atom.Li && has(n, "id") }) {
				named = append(named, attr(n, "id"))
				_, one := fetch(t, s, modeElder, text+"/part/"+attr(n, "id"))
				if back := find(one, func(n *html.Node) bool { return attr(n, "data-bar") == "back" }); attr(back[0], "href") != at {
					t.Errorf("%s of %s leads back to %q; want %q", attr(n, "id"), text, attr(back[0], "href"), at)
				}
			}
			at = ""
			for _, n := range find(main, func(n *html.Node) bool { return attr(n, "rel") == "next" }) {
				at = attr(n, "href")
			}
		}
		if len(named) < headings || len(named) < 3 {
			t.Errorf("%s names %v; want each of its %d headings", text, named, headings)
		}
		if seen := partsFrom(t, s, text, named[0]); !slices.Equal(seen, named) {
			t.Errorf("%s is read as %v; want %v", text, seen, named)
		}
		for _, bad := range []string{text + "/part/nothing", text + "/page/99"} {
			if status, _ := fetch(t, s, modeElder, bad); status != 404 {
				t.Errorf("%s: status %d; want 404", bad, status)
			}
		}
	}
}

// TestSearchFindsElderMode looks for the mode by what people call it.
func TestSearchFindsElderMode(t *testing.T) {
	s := newTestServer(t, nil)
	for _, word := range []string{"长辈版", "长者", "长者模式", "亲情版", "关爱版", "关怀版", "长者助手"} {
		_, doc := fetch(t, s, modeStandard, "/search?q="+url.QueryEscape(word))
		links := find(find(doc, tag(atom.Main))[0], tag(atom.A))
		i := slices.IndexFunc(links, func(n *html.Node) bool { return !strings.HasPrefix(attr(n, "href"), "#") && attr(n, "href") != "/" })
		if i < 0 || attr(links[i], "href") != "/?mode=elder" {
			t.Errorf("the first that %q finds is %q; want the switch", word, attr(links[i], "href"))
		}
	}
}

func TestElderSizes(t *testing.T) {
	for _, test := range []struct{ size, smaller, larger string }{
		{"", "", "/en/ask?mode=elder.125"},
		{"125", "/en/ask?mode=elder.reset", "/en/ask?mode=elder.150"},
		{"150", "/en/ask?mode=elder.125", ""},
		{"300", "/en/ask?mode=elder.150", ""},
	} {
		p := page{Lang: languages[2], Path: "/ask", Mode: modeElder, View: view{Size: test.size}}
		if p.Smaller() != test.smaller || p.Larger() != test.larger {
			t.Errorf("at %q%%: %q and %q; want %q and %q", test.size, p.Smaller(), p.Larger(), test.smaller, test.larger)
		}
	}
}

// TestSend hands on pages that anybody may read, with the mode, and nothing else.
func TestSend(t *testing.T) {
	s := newTestServer(t, nil)
	for _, test := range []struct {
		of     string
		status int
	}{
		{"/", 200}, {"/policies/tomorrow-plan/part/how", 200}, {"/apply/tomorrow-plan", 200}, {"/apply/kind/medical", 200},
		{"/apply/tomorrow-plan/child", 404}, {"/track/status", 404}, {"/household", 404}, {"/hand-over", 404}, {"/staff", 404},
		{"//evil.example", 404}, {"/policies//evil", 404}, {"/policies/../track", 404}, {"https://evil.example", 404}, {"/policies%3Ftoken=1", 404}, {"/policiesx", 404},
	} {
		status, doc := fetch(t, s, modeElder, "/en/send?page="+url.QueryEscape(test.of))
		if status != test.status {
			t.Errorf("sending %q: status %d; want %d", test.of, status, test.status)
		}
		if status != 200 {
			continue
		}
		want := modeAddress("http://localhost:8080"+languages[2].path(test.of), modeElder)
		for _, n := range find(doc, func(n *html.Node) bool { return attr(n, "id") == "share-address" }) {
			if attr(n, "value") != want {
				t.Errorf("address = %q; want %q", attr(n, "value"), want)
			}
		}
	}
}

// TestWithdrawWithinTenMinutes takes an application back nine minutes after it was
// submitted: the status says so, and the family can begin again from what it typed.
func TestWithdrawWithinTenMinutes(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	d.now = d.now.Add(9 * time.Minute)
	b.open("/track/status").wants(200, "撤回")
	b.open("/track/withdraw").send("/track/withdraw", nil).wants(200, "已经撤回", "再次申请")
	b.send("/track/again", nil).wants(200, "上次填的都抄过来了")
}

func TestPressKey(t *testing.T) {
	for _, test := range []struct{ value, key, want string }{
		{"", "9", "9"}, {"1", "0", "10"}, {"10", keyErase, "1"}, {"", keyErase, ""}, {"九", keyErase, ""},
		{"123456", "7", "123456"}, {"1", "x", "1"}, {"1", "12", "1"},
	} {
		if got := afterKey(test.value, test.key, maxDigits); got != test.want {
			t.Errorf("afterKey(%q, %q) = %q; want %q", test.value, test.key, got, test.want)
		}
	}
}

// TestKeypad gives an age by keys alone, without a script: the question comes back with
// each digit, nothing is judged before the next step, and answers given stay.
func TestKeypad(t *testing.T) {
	d := newDesk(t)
	b := d.browser("grandmother").open("/check/basic-living-allowance?mode=elder")
	form := url.Values{"-order": {""}, "-asked": {"child_age"}, "child_age": {""}}
	for _, key := range []string{"1", "2", keyErase, "0"} {
		form.Set(keyPressed, key)
		b.do("POST", "/check/basic-living-allowance", form)
		b.wants(200, "孩子今年几岁")
		inputs := find(b.doc, func(n *html.Node) bool { return attr(n, "name") == "child_age" })
		if len(inputs) != 2 || attr(inputs[0], "value") != attr(inputs[1], "value") {
			t.Fatalf("after %s the field and the form of the keys differ", key)
		}
		form.Set("child_age", attr(inputs[0], "value"))
	}
	if got := form.Get("child_age"); got != "10" {
		t.Fatalf("the keys made %q; want 10", got)
	}
	form.Del(keyPressed)
	b.do("POST", "/check/basic-living-allowance", form)
	b.wants(200)
	b.lacks("孩子今年几岁")
	back := find(b.doc, func(n *html.Node) bool { return attr(n, "data-bar") == "back" })
	forms := find(b.doc, func(n *html.Node) bool { return n.DataAtom == atom.Form && attr(n, "id") == attr(back[0], "form") })
	if len(forms) != 1 {
		t.Fatalf("the way back belongs to %q, of which there are %d", attr(back[0], "form"), len(forms))
	}
	again := url.Values{attr(back[0], "name"): {"1"}}
	for _, n := range find(forms[0], tag(atom.Input)) {
		again.Set(attr(n, "name"), attr(n, "value"))
	}
	b.do("POST", "/check/basic-living-allowance", again)
	b.wants(200, "孩子今年几岁")
}

// TestFailuresLeadBack offers the page before on a page that says to try again, and never
// one of another site.
func TestFailuresLeadBack(t *testing.T) {
	s := newTestServer(t, func(c *Config) { c.RateLimit = 1 })
	for _, test := range []struct{ name, from, want string }{
		{"a page of ours", "http://example.com/en/ask?mode=elder", "/ask?mode=elder"},
		{"another site", "http://other.example/ask", ""},
		{"two slashes", "http://example.com//other.example/", ""},
		{"none", "", ""},
	} {
		for _, address := range []string{"/ask", "/feedback"} {
			req := httptest.NewRequest("POST", address, strings.NewReader("question=%20"))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Referer", test.from)
			req.AddCookie(&http.Cookie{Name: modeCookie, Value: modeElder})
			resp, body := send(t, s, req)
			if resp.StatusCode != 429 && resp.StatusCode != 403 {
				continue // the first of a minute
			}
			if got := strings.Contains(body, "回到刚才那一页"); got != (test.want != "") || got && !strings.Contains(body, `href="`+test.want+`"`) {
				t.Errorf("%s, %s: a way back %t; want %q", test.name, address, got, test.want)
			}
			if strings.Contains(body, "/send?page=") {
				t.Errorf("%s, %s: the failure can be handed on", test.name, address)
			}
		}
	}
}

// TestPlacesLeadToTheirParts wants a link for every place of a whole page, under the name
// that an address has for it, on the page that elder mode has at that address.
func TestPlacesLeadToTheirParts(t *testing.T) {
	s := newTestServer(t, nil)
	pages := []string{"/policies", "/apply/basic-living-allowance", "/help/application-help", "/privacy"}
	for _, p := range s.content().Library.Policies {
		pages = append(pages, "/policies/"+p.Slug)
	}
	for _, address := range pages {
		_, whole := fetch(t, s, modeStandard, address)
		_, elder := fetch(t, s, modeElder, address)
		links := map[string]string{}
		for _, n := range find(elder, func(n *html.Node) bool { return attr(n, "id") != "" }) {
			if a := find(n, tag(atom.A)); len(a) == 1 {
				links[attr(n, "id")] = attr(a[0], "href")
			}
		}
		for _, n := range find(find(whole, tag(atom.Main))[0], tag(atom.H2, atom.Details)) {
			id := attr(n, "id")
			if id == "" || strings.HasSuffix(id, "-title") || strings.HasPrefix(id, "glance-") {
				continue
			}
			if links[id] == "" {
				t.Errorf("%s#%s leads to no part in elder mode; there is %v", address, id, links)
				continue
			}
			if status, _ := fetch(t, s, modeElder, links[id]); status != 200 {
				t.Errorf("%s#%s leads to %s, status %d", address, id, links[id], status)
			}
		}
	}
}
