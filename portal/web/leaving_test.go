package web

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html/atom"
)

// TestLeavingIsSaid goes through all that is published: a link to another site says so
// in words that one sees, and names itself as such.
func TestLeavingIsSaid(t *testing.T) {
	s := newTestServer(t, func(c *Config) {
		c.Site = Site{PartyMark: "https://bszs.conac.cn/sitename", ErrorReport: "https://zfwzgl.www.gov.cn/"}
	})
	left := 0
	for _, l := range []language{languages[0], languages[len(languages)-1]} {
		words := mustWords(t, l)("footer.leaves")
		for _, address := range readPages(t) {
			for _, mode := range []string{modeStandard, modeElder} {
				_, doc := fetch(t, s, mode, l.path(address))
				for _, a := range find(doc, tag(atom.A)) {
					to, err := url.Parse(attr(a, "href"))
					if err != nil || to.Host == "" || s.base == to.Scheme+"://"+to.Host {
						continue
					}
					left++
					if !strings.Contains(text(a), words) || attr(a, "rel") != "external" {
						t.Errorf("%s %s: %q leads to %s and does not say that it leaves", mode, l.path(address), text(a), to)
					}
				}
			}
		}
	}
	if left == 0 {
		t.Error("no page has a link to another site; want those of the footer")
	}
}
