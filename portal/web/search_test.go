package web

import (
	"net/http/httptest"
	"net/url"
	"testing"
)

func BenchmarkSearchPage(b *testing.B) {
	s := newTestServer(b, nil)
	for _, path := range []string{"/search?q=" + url.QueryEscape("孤儿补贴怎么申请"), "/en/search?q=orphan+allowance", "/en/search?q=" + url.QueryEscape("孤儿补贴")} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resp, err := s.App().Test(httptest.NewRequest("GET", path, nil), -1)
				if err != nil || resp.StatusCode != 200 {
					b.Fatal(err, resp.StatusCode)
				}
				_ = resp.Body.Close()
			}
		})
	}
}
