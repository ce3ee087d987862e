package faults

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"huitong/portal/servers"
	"huitong/search/meilitest"
)

// breakSearch has a search server, a stand-in of the tests, answer by f for a while.
// All is well again once it is asked again.
func breakSearch(f meilitest.Fault) func(*testing.T, *world) outcome {
	return func(t *testing.T, w *world) outcome {
		server := meilitest.New(t)
		t.Setenv("HUITONG_MEILI_KEY", meilitest.SearchKey)
		t.Setenv("HUITONG_MEILI_ADMIN_KEY", meilitest.IndexKey)
		p := w.start(t, t.TempDir(), "--meili-url", server.URL)
		asked := func(ctx context.Context, _ *family) error {
			if !p.asksServer(ctx) {
				return errors.New("the site does without its search server")
			}
			return nil
		}
		servers.Await(t, "the search server is asked", func() bool { return asked(t.Context(), nil) == nil })
		return trial{portal: p, lasts: harmLasts, try: asked, harm: func() func() {
			server.Inject(f)
			return func() { server.Inject(nil) }
		}, also: func(o *outcome) {
			servers.Await(t, "the embedded engine stands in", func() bool { return !p.asksServer(t.Context()) })
		}}.run(t)
	}
}

// asksServer reports whether the search server is asked.
func (p *portal) asksServer(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	var state struct {
		Dependencies []struct {
			Name string
			OK   bool
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		return false
	}
	for _, d := range state.Dependencies {
		if d.Name == "search" {
			return d.OK
		}
	}
	return false
}

func cutOff(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func stall(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(10 * time.Second):
	}
}

func refuse(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, `{"message":"out of memory","code":"internal","type":"internal"}`, http.StatusInternalServerError)
}

func babble(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(strings.Repeat(`{"results":[{"hits":[{"id":"***"}`, 10_000)))
}
