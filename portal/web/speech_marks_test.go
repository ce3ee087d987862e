package web

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestMarksOfASound wants the sentences as the page writes them, and nothing where there
// is no sound.
func TestMarksOfASound(t *testing.T) {
	const address = "/speech/basic-living-allowance/amount.cmn.json"
	p := &parrot{voices: []string{"cmn"}}
	s := newSpeakingServer(t, p)
	for query, want := range map[string]string{"": "给多少钱", "?in=zh-Hans": "给多少钱", "?in=zh-Hant": "給多少錢", "?in=x": "给多少钱"} {
		resp, body := send(t, s, httptest.NewRequest("GET", address+query, nil))
		var marks []saidAt
		if err := json.Unmarshal([]byte(body), &marks); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: %d, %v", query, resp.StatusCode, err)
		}
		if len(marks) != 1 || marks[0].At != 1.235 || !strings.Contains(marks[0].Text, want) {
			t.Errorf("%s: marks %v; want %s at 1.235", query, marks, want)
		}
		if resp.Header.Get("Etag") == "" || resp.Header.Get("Cache-Control") != "public, no-cache" {
			t.Errorf("%s: headers %v", query, resp.Header)
		}
	}
	p.err = errors.New("no program")
	for address, want := range map[string]int{address: 503, strings.Replace(address, "cmn", "yue", 1): 404, "/speech/x/y.cmn.json": 404} {
		if resp, _ := send(t, s, httptest.NewRequest("GET", address, nil)); resp.StatusCode != want {
			t.Errorf("%s: %d; want %d", address, resp.StatusCode, want)
		}
	}
}
