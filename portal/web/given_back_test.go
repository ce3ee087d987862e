package web

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html/atom"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestGivenBackToItsChild posts pages of a household's second child from a page that was
// too old, and from a browser that is no longer known: what comes back is that child's.
func TestGivenBackToItsChild(t *testing.T) {
	const first, query = applied + "/child?child=1", "/child?child=2"
	for _, programme := range []string{applied, relief} { // the household is named by the first
		page := programme + query
		name := func(b *browser, path string) string { return b.open(path).form(path).Get("child_name") }
		begin := func(t *testing.T) (*desk, *browser) {
			d := newDesk(t)
			b := d.household("family")
			b.together("new", bothOf...)
			b.open(first).send(first, map[string]string{"child_name": "金丝雀"})
			return d, b.open(page)
		}
		called := func(t *testing.T, b *browser) {
			t.Helper()
			if one, two := name(b, first), name(b, page); one != "金丝雀" || two != "百灵鸟" {
				t.Errorf("the children are called %q and %q", one, two)
			}
		}
		t.Run("old page"+programme, func(t *testing.T) {
			_, b := begin(t)
			form := b.form(page)
			form.Set("child_name", "百灵鸟")
			delete(b.cookies, "csrf")
			b.do("POST", page, form)
			b.wants(403, "您填的内容还在", "百灵鸟")
			b.send(b.action(), nil)
			called(t, b)
		})
		t.Run("unknown browser"+programme, func(t *testing.T) {
			d, b := begin(t)
			form := b.form(page)
			form.Set("child_name", "百灵鸟")
			number, code := b.open("/household").pass()
			d.now = d.now.Add(apply.DraftTokenLasts + time.Hour)
			b.do("POST", page, form)
			b.wants(403, "您填的内容还在", "百灵鸟")
			b.send(b.action(), map[string]string{"-number": number, "-code": code}).lacks("编号或查询码不对")
			called(t, b)
		})
	}
}

// TestSuppliedWordsAreGivenBack sends what the office asked for, and an objection, from a
// page that was too old, and from a browser that is no longer known: nothing is typed twice.
func TestSuppliedWordsAreGivenBack(t *testing.T) {
	const words = "妈妈去年三月去了韶关监狱，判决书在外婆家。"
	for action, decide := range map[string]func(d *desk, path string){
		"/track/supply": func(d *desk, path string) {
			o := d.staff(casework.Officer, "")
			o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"reason": "请说明妈妈在哪里。"})
		},
		"/track/object": func(d *desk, path string) {
			o := d.staff(casework.Officer, "")
			o.open(path + "/refuse")
			o.send(path+"/refuse", map[string]string{"reason": "不符合条件。", "ground": o.tickable("ground")})
			o.send(path+"/refuse", map[string]string{"confirmed": "1"})
		},
	} {
		t.Run(action, func(t *testing.T) {
			d := newDesk(t)
			b := d.fill("family")
			b.send(applied+"/review", map[string]string{"consent": noticeVersion})
			number, code := b.open("/track/status").pass()
			decide(d, "/staff/applications/"+ungrouped(number))
			form := b.open("/track/status").form(action)
			form.Set("text", words)
			delete(b.cookies, "csrf")
			b.do("POST", action, form)
			b.wants(403, "页面放得太久了")
			if got := b.form(action).Get("text"); got != words {
				t.Fatalf("an old page gives back %q", got)
			}
			form.Set("_csrf", b.form(action).Get("_csrf"))
			d.now = d.now.Add(apply.DraftTokenLasts + time.Hour)
			b.do("POST", action, form)
			b.wants(403, "一个字也没丢", words)
			b.send("/track", map[string]string{"number": number, "code": "1111 1111"}).wants(422, "编号或查询码不对", words)
			b.send("/track", map[string]string{"number": number, "code": code})
			if got := b.form(action).Get("text"); got != words {
				t.Fatalf("a browser that is no longer known gets back %q", got)
			}
			b.send(action, nil).wants(200, words)
		})
	}
}

// action is where the page's own form is sent to.
func (b *browser) action() string {
	b.t.Helper()
	for _, f := range find(b.doc, tag(atom.Form)) {
		if to := attr(f, "action"); strings.HasPrefix(to, "/apply/") {
			return to
		}
	}
	b.t.Fatalf("%s has no form of an application", b.address)
	return ""
}
