package web

import (
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	weChat  = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0.48 Language/zh_CN"
	android = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116 Mobile Safari/537.36"
)

// TestHintInWeChat tells how to print where the app cannot, and only there, whether a
// page is kept already or not.
func TestHintInWeChat(t *testing.T) {
	s := newTestServer(t, nil)
	for _, address := range []string{"/policies/basic-living-allowance", "/en/policies/basic-living-allowance", "/policies/basic-living-allowance/card"} {
		l, _ := splitLanguage(address)
		hint := mustWords(t, l)("in-app.public")
		for _, agent := range []string{android, weChat, weChat, android} {
			req := httptest.NewRequest("GET", address, nil)
			req.Header.Set("User-Agent", agent)
			resp, body := send(t, s, req)
			if got := strings.Contains(body, hint); resp.StatusCode != 200 || got != (agent == weChat) {
				t.Errorf("%s in %.80s…: status %d, hint %v", address, agent[len(agent)-30:], resp.StatusCode, got)
			}
		}
	}
}
