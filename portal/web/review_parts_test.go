package web

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// readOver turns the pages of the review that elder mode has, to the last of them.
func (b *browser) readOver() *browser {
	b.t.Helper()
	for next := b.nextPart(); next != ""; next = b.nextPart() {
		b.open(next).wants(200)
	}
	return b
}

// readTo turns them to one that shows something.
func (b *browser) readTo(words string) *browser {
	b.t.Helper()
	for next := b.nextPart(); next != "" && !strings.Contains(b.text(), words); next = b.nextPart() {
		b.open(next)
	}
	return b.wants(200, words)
}

// nextPart returns the address of the page of the review after this one; "" on the last.
func (b *browser) nextPart() string {
	for _, n := range find(b.doc, func(n *html.Node) bool { return n.DataAtom == atom.A && attr(n, "rel") == "next" }) {
		if strings.Contains(attr(n, "href"), "/review?") {
			return attr(n, "href")
		}
	}
	return ""
}

// TestReviewIsReadInParts goes through the review of elder mode: each answer stands on one of
// its pages, the last sums up and hands in, what is mended there leads back to its part, and
// what is handed in is what was read.
func TestReviewIsReadInParts(t *testing.T) {
	d := newDesk(t)
	b := d.fill("grandmother")
	whole := b.open(applied + "/review").wants(200).text()
	keys := b.keys()
	b.open("/?mode=elder").open(applied+"/review").wants(200, "第1部分").few()
	var read []string
	for pages := 0; ; pages++ {
		if pages > 20 {
			t.Fatal("the review has no end")
		}
		if next := b.nextPart(); next != "" {
			read = append(read, b.keys()...)
			b.lacks(noticeVersion).open(next).wants(200)
			continue
		}
		break
	}
	if strings.Join(read, "|") != strings.Join(keys, "|") {
		t.Errorf("in parts one reads %q; want %q", read, keys)
	}
	b.wants(200, "最后一步", "申请 孤儿和事实无人抚养儿童基本生活补贴", "金丝雀").few()
	last := b.address
	b.send(applied+"/review", nil).wants(422, "请先在“单独同意”前面打勾", "最后一步")
	if got := b.open(applied + "/review?part=all").wants(200).text(); strings.Count(got, "修改") != strings.Count(whole, "修改") {
		t.Error("the whole review of elder mode is not that of the others")
	}

	b.open(applied + "/guardian/guardian_name?to=review")
	form := b.form(applied + "/guardian/guardian_name")
	form.Set("guardian_name", "测试百灵")
	b.do("POST", applied+"/guardian/guardian_name", form)
	b.wants(200, "测试百灵")
	if !strings.HasPrefix(b.address, applied+"/review?part=") {
		t.Errorf("what was mended leads to %s; want its part of the review", b.address)
	}
	b.open(last).send(applied+"/review", map[string]string{"consent": noticeVersion}).wants(409, "第1部分")
	b.submit()
}

// TestReviewPartsAreBounded gives nonsense for a page of the review.
func TestReviewPartsAreBounded(t *testing.T) {
	b := newDesk(t).fill("grandmother").open("/?mode=elder")
	for _, part := range []string{"0", "-1", "x", "", "1"} {
		b.open(applied+"/review?part="+url.QueryEscape(part)).wants(200, "第1部分")
	}
	b.open(applied+"/review?part=99&read=x").wants(200, "最后一步")
}

// keys are the names of the answers that the page shows.
func (b *browser) keys() []string {
	var out []string
	for _, n := range find(b.doc, func(n *html.Node) bool { return attr(n, "class") == "summary-list__key" }) {
		out = append(out, text(n))
	}
	return out
}
