package web

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html/atom"

	"huitong/portal/apply"
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
