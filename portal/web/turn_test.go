package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"huitong/content"
)

// turnAnswers are those of the family, one after the other as elder mode asks them.
var turnAnswers = func() []string {
	var out []string
	for _, names := range [][]string{{"child_name", "child_id", "hukou"}, {"father", "mother"}, {"guardian_name", "guardian_id", "guardian_relation", "guardian_phone"}, {"town", "address"}, {"bank_holder", "bank_account"}} {
		out = append(out, names...)
	}
	return out
}()

func answerOf(t testing.TB, name string) string {
	t.Helper()
	for _, f := range family {
		if v := f.answers[name]; v != "" {
			return v
		}
	}
	t.Fatalf("the family has no answer to %s", name)
	return ""
}

// here is the address of the form that the page asks in.
func (b *browser) here() string {
	b.t.Helper()
	forms := find(b.doc, func(n *html.Node) bool { return n.DataAtom == atom.Form && attr(n, "id") == turnForm })
	if len(forms) != 1 {
		b.t.Fatalf("%s asks in %d forms: %s", b.address, len(forms), b.text())
	}
	return attr(forms[0], "action")
}

// asksFor wants the page to ask exactly one question: this one.
func (b *browser) asksFor(name string) *browser {
	b.t.Helper()
	b.wants(200)
	if got := b.here(); !strings.HasSuffix(got, "/"+name) {
		b.t.Fatalf("%s asks at %s; want %s", b.address, got, name)
	}
	form := find(b.doc, func(n *html.Node) bool { return attr(n, "id") == turnForm })[0]
	var names []string
	for _, n := range find(form, tag(atom.Input, atom.Textarea, atom.Select)) {
		if key := attr(n, "name"); !strings.HasPrefix(key, "-") && !strings.HasPrefix(key, "_") && !slices.Contains(names, key) {
			names = append(names, key)
		}
	}
	if !slices.Equal(names, []string{name}) {
		b.t.Errorf("%s asks for %v; want %s alone", b.address, names, name)
	}
	return b
}

// says answers the question of the page.
func (b *browser) says(value string, more ...string) *browser {
	b.t.Helper()
	form := b.form(b.here())
	name := b.here()[strings.LastIndex(b.here(), "/")+1:]
	form.Set(strings.SplitN(name, "?", 2)[0], value)
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	b.do("POST", b.here(), form)
	return b
}

// goesBack presses the button of the bar on a question.
func (b *browser) goesBack() *browser {
	b.t.Helper()
	form := b.form(b.here())
	form.Set("-back", "1")
	b.do("POST", b.here(), form)
	return b
}

// beginInElderMode starts an application; the first question is open.
func (d *desk) beginInElderMode(name string) *browser {
	b := d.browser(name)
	b.cookies["mode"] = modeElder
	b.open(applied).wants(200, "先看看这几件事").lacks("存在哪里")
	b.send(applied, map[string]string{"-notice": "1"}).wants(200, "怎样保护孩子的信息", "存在哪里", "不同意")
	return b.send(applied, map[string]string{"-start": "1"})
}

// TestOneQuestionAPage goes through the form in elder mode, there and back again, and
// submits it.
func TestOneQuestionAPage(t *testing.T) {
	d := newDesk(t)
	b := d.beginInElderMode("family").wants(200, "第1件，一共", "孩子的情况")
	for _, name := range turnAnswers {
		b.asksFor(name).says(answerOf(t, name))
	}
	b.asksFor("note").says("").wantsPaper("application-form").wants(200, "材料照片", "第15件，一共22件")
	b.gives(map[string]string{"paper": "application-form", "-back": "1"}).asksFor("note").open(applied + "/documents/application-form")
	if got := b.form(b.here()).Get("paper"); got != "application-form" {
		t.Errorf("the document's tick is %q after the way back; want it kept", got)
	}
	b.gives(map[string]string{"-way": "home"}).wants(200, "要离开这份申请吗", "都存好了", "还没有提交")
	b.open(applied + "/documents/application-form")
	form := b.form(b.here())
	form.Set("-stay", "1")
	b.do("POST", b.here()+"?mode=elder.125", form)
	b.wantsPaper("application-form").lacks("要改一改")
	b.onPapers().wants(200, "核对并提交", "第22件，一共22件")
	b.open(applied+"/review?part=all").wants(200, "画眉鸟", "爷爷、奶奶", "石岐街道云雀巷77号").open(applied + "/review")

	back := find(b.doc, func(n *html.Node) bool { return attr(n, "data-bar") == "back" })
	home := find(b.doc, func(n *html.Node) bool { return attr(n, "data-bar") == "home" })
	if !strings.HasPrefix(attr(back[0], "href"), applied+"/documents/") || attr(home[0], "form") != leaveForm || attr(home[0], "value") != "home" {
		t.Errorf("from the review back leads to %q, home posts %q; want the documents, and the page that asks", attr(back[0], "href"), attr(home[0], "form"))
	}
	b.open(applied+"/leave?-way=home").wants(200, "要离开这份申请吗", "还没有提交")
	b.open(applied+"/place/town?to=review").asksFor("town").says("xiaolan").wants(200, "核对并提交", "小榄镇")
	b.open(applied+"/place/town?to=review").says("shiqi").wants(200, "核对并提交")
	b.open(applied + "/payment/note")
	for _, name := range slices.Backward(turnAnswers) {
		b.goesBack().asksFor(name)
		if got := b.form(b.here()).Get(name); got != answerOf(t, name) {
			t.Errorf("%s is %q on the way back; want %q", name, got, answerOf(t, name))
		}
	}
	b.goesBack().wants(200, "先准备好这些")
	b.open(applied+"/review").wants(200, "金丝雀").submit()
}

// TestTurnsKeepWhatWasTyped mends a wrong answer, and finds it kept whichever button is
// pressed.
func TestTurnsKeepWhatWasTyped(t *testing.T) {
	d := newDesk(t)
	b := d.beginInElderMode("family")
	b.says("金丝雀").asksFor("child_id")
	b.says("442000201703020021").wants(422, "有1处要改一改", "孩子的身份证号：", "号码对不上")
	if got := b.form(b.here()).Get("child_id"); got != "442000201703020021" || !strings.HasPrefix(b.title(), "错误：") {
		t.Errorf("field %q, title %q; want what was typed, and an error", got, b.title())
	}
	for name, press := range map[string][2]string{"back": {"-back", "1"}, "home": {"-way", "home"}, "later": {"-leave", "1"}} {
		b.open(applied+"/child/child_id").says("442000201703020021", press[0], press[1])
		b.wants(422, "这一件还没填对", "442000201703020021", "号码对不上")
		b.send(applied+"/child/child_id", nil).wants(422, "有1处要改一改")
		if got := b.form(b.here()).Get("child_id"); got != "442000201703020021" {
			t.Errorf("%s: after the question the field has %q", name, got)
		}
	}
	b.open(applied+"/child/child_id").says("44200020170302002X", "-back", "1").asksFor("child_name")
	b.open(applied+"/child/child_id").says("44200020170302002X", "-way", "home").wants(200, "要离开这份申请吗", "都存好了")
	if links := b.links(); !slices.Contains(links, "/") {
		t.Errorf("leaving leads to %v; want the first page among them", links)
	}
	if got := b.open(applied + "/child/child_id").form(b.here()).Get("child_id"); got != "44200020170302002X" {
		t.Errorf("the number is %q after leaving; want it saved", got)
	}
	b.says("44200020170302002X", "-way", "//evil.example").asksFor("hukou") // no way of ours: it is the next step

	// The token of the page is gone, then the browser is no longer known.
	form := b.form(b.here())
	form.Set("hukou", "zhongshan")
	csrf := b.cookies["csrf"]
	delete(b.cookies, "csrf")
	b.do("POST", applied+"/child/hukou", form)
	b.wants(403, "您填的内容还在", "在中山").send(applied+"/child/hukou", nil).asksFor("father")
	if csrf == b.cookies["csrf"] {
		t.Error("the token did not change")
	}
}

// TestModeChangesMidway goes from one mode to the other in the middle of the form:
// both ways the question stays before the eyes.
func TestModeChangesMidway(t *testing.T) {
	d := newDesk(t)
	b := d.beginInElderMode("family")
	for _, name := range turnAnswers[:4] {
		b.says(answerOf(t, name))
	}
	b.asksFor("mother")
	form := b.form(b.here())
	form.Set("mother", "prison")
	form.Set("-stay", "1")
	b.do("POST", applied+"/parents/mother?mode=standard", form)
	b.wants(200, "第2步")
	if b.address != applied+"/parents#f-mother-0" && b.address != applied+"/parents" {
		t.Errorf("out of elder mode the page is %s; want the section", b.address)
	}
	if got := b.form(applied + "/parents").Get("mother"); got != "prison" {
		t.Errorf("mother = %q on the page of the section; want what was chosen just before", got)
	}
	b.open(applied + "/guardian?mode=elder").asksFor("guardian_name")
	b.open(applied + "/parents?mode=elder").asksFor("father")
	b.open(applied + "/child/in_school").wants(200).asksFor("guardian_name") // not asked of this child
	b.open(applied + "/child/nonsense").wants(404)
	b.open(applied + "/parents/child_id").wants(404)
}

// TestChoicesComeInGroups looks through a long list of choices, six at a time.
func TestChoicesComeInGroups(t *testing.T) {
	d := newDesk(t)
	b := d.beginInElderMode("family")
	radios := func() (values []string, on string) {
		for _, n := range find(b.doc, func(n *html.Node) bool { return attr(n, "type") == "radio" }) {
			values = append(values, attr(n, "value"))
			if has(n, "checked") {
				on = attr(n, "value")
			}
		}
		return values, on
	}
	b.open(applied + "/place/town").asksFor("town")
	var all []string
	for group := 1; group <= 4; group++ {
		values, _ := radios()
		if len(values) > choicesAtOnce {
			t.Errorf("%d choices at once; want at most %d", len(values), choicesAtOnce)
		}
		all = append(all, values...)
		form := b.form(b.here())
		form.Set("-group", string(rune('1'+group)))
		if group == 1 {
			form.Set("town", "dongqu") // stays chosen in the next groups
		}
		if group < 4 {
			b.do("POST", b.here(), form)
			b.wants(200, "现在选的是： 东区街道")
		}
	}
	q, _ := d.policyOf("basic-living-allowance").Question("town")
	if len(all) != len(q.Options) || len(slices.Compact(slices.Sorted(slices.Values(all)))) != len(all) {
		t.Errorf("the groups show %d choices of %d: %v", len(all), len(q.Options), all)
	}
	b.do("POST", b.here(), b.form(b.here()))
	b.asksFor("address").open(applied + "/place/town")
	if _, on := radios(); on != "dongqu" {
		t.Errorf("chosen is %q; want dongqu, in its group at once", on)
	}

	f := field{Value: "12", Options: nil}
	for i := range 13 {
		f.Options = append(f.Options, content.Option{Value: string(rune('a' + i))})
	}
	for _, test := range []struct {
		value          string
		group          int
		want           string
		earlier, later int
		kept           bool
	}{
		{"", 0, "abcd", 0, 2, false}, {"f", 0, "efgh", 1, 3, false}, {"m", 0, "ijklm", 2, 0, false}, {"m", 1, "abcd", 0, 2, true}, {"", 99, "ijklm", 2, 0, false}, {"zz", 0, "abcd", 0, 2, false},
	} {
		f.Value = test.value
		got := f.split(test.group)
		var shown strings.Builder
		for _, o := range got.Options {
			shown.WriteString(o.Value)
		}
		if shown.String() != test.want || got.Earlier() != test.earlier || got.Later() != test.later || (got.Kept != nil) != test.kept {
			t.Errorf("group %d with %q: %s, %d, %d, %v; want %v", test.group, test.value, shown.String(), got.Earlier(), got.Later(), got.Kept, test)
		}
	}
}

func (d *desk) policyOf(slug string) *content.Policy {
	p, _ := d.server.content().Library.Policy(slug)
	return p
}

// TestTurnByKeys gives a number by large keys; nothing is judged or saved before the
// next step.
func TestTurnByKeys(t *testing.T) {
	d := newDesk(t)
	b := d.beginInElderMode("family")
	b.open(applied + "/child/child_id").asksFor("child_id")
	for _, key := range []string{"4", "4", keyErase, "3", keyX} {
		b.says(b.form(b.here()).Get("child_id"), keyPressed, key).wants(200, "孩子的身份证号")
	}
	if got := b.form(b.here()).Get("child_id"); got != "43X" {
		t.Errorf("the keys made %q; want 43X", got)
	}
	if got := b.open(applied + "/child/child_id").form(b.here()).Get("child_id"); got != "" {
		t.Errorf("%q is saved before the next step", got)
	}
}

// TestHouseholdInTurns begins a programme for a second child: the child stays in the
// asked again, and the child stays in the address.
func TestHouseholdInTurns(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	b.open("/household").wants(200)
	form := b.form("/household")
	form[wishField], form["for-child"] = []string{"basic-living-allowance"}, []string{newChild}
	b.do("POST", "/household", form)
	b.cookies["mode"] = modeElder
	b.open(applied+"/child?child=2").asksForChild("child_name", "2")
	b.do("POST", b.here(), url.Values{"_csrf": {b.cookies["csrf"]}, "child_name": {"百灵鸟"}})
	b.asksForChild("child_id", "2")
	if !strings.Contains(b.body, "child=2&amp;mode=standard") && !strings.Contains(b.body, "child=2&mode=standard") {
		t.Error("the way out of the mode forgets the child")
	}
}

func (b *browser) asksForChild(name, child string) *browser {
	b.t.Helper()
	b.wants(200)
	if got, want := b.here(), "/"+name+"?child="+child; !strings.HasSuffix(got, want) {
		b.t.Fatalf("%s asks at %s; want …%s", b.address, got, want)
	}
	return b
}
