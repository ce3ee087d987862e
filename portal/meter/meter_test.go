package meter

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func shown(m *Meter) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestMeter(t *testing.T) {
	m := New()
	m.Begin()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 100 {
				m.Route("GET", "/policies/:slug").Done(200, 3*time.Millisecond)
			}
		})
	}
	wait.Wait()
	m.Route("POST", "/ask").Done(503, time.Second)
	m.Route("POST", "/ask").Done(0, time.Second)
	m.Failed("busy")
	m.Searched("found", "embedded")
	m.Replied("urgent", "meilisearch", false)
	got := shown(m)
	for _, want := range []string{
		`huitong_http_requests_total{code="2xx",method="GET",route="/policies/:slug"} 400`,
		`huitong_http_request_duration_seconds_bucket{method="GET",route="/policies/:slug",le="0.001"} 0`,
		`huitong_http_request_duration_seconds_bucket{method="GET",route="/policies/:slug",le="0.005"} 400`,
		`huitong_http_requests_total{code="5xx",method="POST",route="/ask"} 1`,
		`huitong_http_in_flight 1`,
		`huitong_failures_total{kind="busy"} 1`,
		`huitong_searches_total{engine="embedded",outcome="found"} 1`,
		`huitong_bot_replies_total{engine="meilisearch",outcome="urgent",rephrased="no"} 1`,
		`go_goroutines `,
		`process_open_fds `,
	} {
		if !strings.Contains(got, want+"\n") && !strings.Contains(got, "\n"+want) {
			t.Errorf("no line %q", want)
		}
	}
	m.End()
	if !strings.Contains(shown(m), "huitong_http_in_flight 0\n") {
		t.Error("what has ended counts as under way")
	}
}

func TestNoMeter(t *testing.T) {
	var m *Meter
	m.Begin()
	m.Route("GET", "/").Done(200, time.Second)
	m.Failed("x")
	m.Searched("x", "y")
	m.Replied("x", "y", true)
	m.End()
}

// BenchmarkRoute is what counting adds to a request.
func BenchmarkRoute(b *testing.B) {
	m := New()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m.Begin()
			m.Route("GET", "/policies/:slug").Done(200, 20*time.Microsecond)
			m.End()
		}
	})
}
