package web

import (
	"testing"

	"huitong/portal/casework"
)

// asked has an application for which the office wants more; its status page is open.
func (d *desk) asked() (b *browser, number string) {
	b = d.fill("family")
	b.send(applied+"/review", map[string]string{"consent": noticeVersion})
	number, _ = b.open("/track/status").pass()
	o, path := d.staff(casework.Officer, ""), "/staff/applications/"+ungrouped(number)
	o.open(path+"/ask-more").send(path+"/ask-more", map[string]string{"reason": "请说明妈妈在哪里。"})
	return b.open("/track/status"), number
}

// TestSuppliedTwice answers the office with a double click, and from two tabs: the first is
// one answer that frightens nobody, of the second the words are not lost.
func TestSuppliedTwice(t *testing.T) {
	const words, more = "妈妈去年三月去了韶关监狱。", "判决书在外婆家，下星期拿来。"
	d := newDesk(t)
	b, _ := d.asked()
	form := b.form("/track/supply")
	form.Set("text", words)
	b.do("POST", "/track/supply", form)
	b.wants(200, words)
	b.do("POST", "/track/supply", form)
	b.wants(200, words).lacks("刚才有了新进展", "role=\"alert\"")

	form.Set("text", more)
	b.do("POST", "/track/supply", form)
	b.wants(409, words, more)
}

// TestSuppliedTooLate answers after the office has decided: nothing is taken for an
// objection, and the words are not lost.
func TestSuppliedTooLate(t *testing.T) {
	const words = "妈妈去年三月去了韶关监狱。"
	d := newDesk(t)
	b, number := d.asked()
	form := b.form("/track/supply")
	o, path := d.staffCalled("second", casework.Officer, ""), "/staff/applications/"+ungrouped(number)
	o.open(path+"/refuse").send(path+"/refuse", map[string]string{"ground": "other", "reason": "没有等到说明。"})
	o.send(path+"/refuse", map[string]string{"confirmed": "1"}).wants(200)
	form.Set("text", words)
	b.do("POST", "/track/supply", form)
	b.wants(409, words)
	if got := b.form("/track/object").Get("text"); got != "" {
		t.Errorf("the objection begins with %q", got)
	}
}

// TestWithdrawnTwice withdraws with a double click.
func TestWithdrawnTwice(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	form := b.open("/track/withdraw").form("/track/withdraw")
	form.Set("text", "孩子去外地了。")
	for range 2 {
		b.do("POST", "/track/withdraw", form)
		b.wants(200, "孩子去外地了。").lacks("刚才有了新进展")
	}
}
