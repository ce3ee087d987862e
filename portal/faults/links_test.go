package faults

import (
	"database/sql"
	"io"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"huitong/portal/outreach"
)

const (
	openers      = 64                     // who open the link at the same time
	savedWithin  = 250 * time.Millisecond // the portal leads on then even if the visit is not saved yet
	openedBefore = 200                    // each kill
)

// visits is what visitors know of what they did.
type visits struct{ begun, saved atomic.Int64 }

// killLinks kills a portal four times while people open a short link. A visit that was
// answered sooner than the portal waits for its database is saved and counts, and nothing
// counts that nobody began.
func killLinks(t *testing.T, w *world) {
	p := w.start(t, t.TempDir())
	link := "/s/" + string(outreach.Target{Kind: outreach.Policy, Slug: "basic-living-allowance"}.PublicCode())
	var v visits
	for round := range 4 {
		if round > 0 {
			p.again(t)
		}
		enough := make(chan struct{})
		var once sync.Once
		before := v.saved.Load()
		var all sync.WaitGroup
		for range openers {
			all.Go(func() {
				for v.open(t, w, p.base+link) {
					if v.saved.Load()-before >= openedBefore {
						once.Do(func() { close(enough) })
					}
				}
			})
		}
		ended := make(chan struct{})
		go func() { all.Wait(); close(ended) }()
		select {
		case <-enough:
		case <-ended:
			t.Fatal("nobody is answered any more")
		}
		p.Stop(syscall.SIGKILL)
		<-ended
	}
	var counted int64
	db, err := sql.Open("sqlite", filepath.Join(p.data, "huitong.db"))
	if err == nil {
		err = db.QueryRow(`SELECT COALESCE(SUM(visits), 0) FROM share_visits`).Scan(&counted)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	begun, saved := v.begun.Load(), v.saved.Load()
	if counted < saved || counted > begun {
		t.Errorf("%d visits are counted; want at least the %d that were answered within %s, and at most the %d that began", counted, saved, savedWithin, begun)
	}
	t.Logf("%d begun, %d answered within %s, %d counted", begun, saved, savedWithin, counted)
}

// open opens the link as a browser does, and reports whether the portal is still there.
func (v *visits) open(t *testing.T, w *world, address string) bool {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Error(err)
		return false
	}
	req.Header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50")
	client := &http.Client{Transport: w.visitors, Timeout: giveUp, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	v.begun.Add(1)
	at := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	took := time.Since(at)
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther && resp.StatusCode != http.StatusFound {
		t.Errorf("the link is answered with %s", resp.Status)
		return false
	}
	if took < savedWithin {
		v.saved.Add(1)
	}
	return true
}
