package web

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// noticeItems are what a guardian is to be told before consenting, see 儿童个人信息网络
// 保护规定, article 10: each is a heading of the notice with words under it.
var noticeItems = []string{"why", "where", "safe", "refuse", "complain", "correct"}

// noticeWords is the digest of the notice's Chinese words at noticeVersion.
const noticeWords = "47a36c3896a1"

// TestNoticeIsComplete finds each item of the notice before the first field, and a way to
// refuse that leads somewhere useful.
func TestNoticeIsComplete(t *testing.T) {
	d := newDesk(t)
	b := d.browser("family")
	for _, l := range languages {
		words := mustWords(t, l)
		for _, address := range []string{applied, "/household/new"} {
			b.open(l.path(address)).wants(200)
			notice := find(b.doc, func(n *html.Node) bool { return attr(n, "id") == "notice" })
			if len(notice) != 1 {
				t.Fatalf("%s has %d notices", b.address, len(notice))
			}
			told := map[string]string{}
			for _, item := range find(notice[0], tag(atom.Dt)) {
				told[text(item)] = text(find(item.Parent, tag(atom.Dd))[0])
			}
			if len(told) != len(noticeItems) {
				t.Errorf("%s tells %d things; want %d", b.address, len(told), len(noticeItems))
			}
			for _, item := range noticeItems {
				if want := words("apply.notice." + item + ".text"); told[words("apply.notice."+item)] != want {
					t.Errorf("%s says of %s %q; want %q", b.address, item, told[words("apply.notice."+item)], want)
				}
			}
			refuse := find(b.doc, func(n *html.Node) bool { return n.DataAtom == atom.A && text(n) == words("apply.refuse") })
			if len(refuse) == 0 {
				t.Errorf("%s offers no way to refuse", b.address)
			}
		}
		b.open(l.path(applied)).wants(200, words("apply.offline.about"))
		if !slices.Contains(b.links(), "tel:12345") {
			t.Errorf("%s leads whoever refuses to no office: %v", b.address, b.links())
		}
	}
}

// TestNewNoticeNeedsNewConsent keeps the version with the words, and takes a consent to an
// older notice for none: a page that was open when the notice changed asks again.
func TestNewNoticeNeedsNewConsent(t *testing.T) {
	words := mustWords(t, languages[0])
	var all strings.Builder
	for _, item := range noticeItems {
		all.WriteString(words("apply.notice."+item) + words("apply.notice."+item+".text"))
	}
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(all.String())))[:12]; got != noticeWords {
		t.Errorf("the notice's words are %s; want %s of version %s: new words need a new version, and so a new consent", got, noticeWords, noticeVersion)
	}
	d := newDesk(t)
	b := d.begin("family").onPaper().wants(200, "核对并提交")
	b.send(applied+"/review", map[string]string{"consent": "2026-01-01"}).wants(422, "同意")
	b.open("/track/status").wants(200, "还没有提交")
	b.open(applied + "/review").submit()
}
