// Package meter counts what the portal does, for whoever runs it: requests by the
// pattern of their route, what the bot and the search answered, and, through what
// [Meter.Watch] is given, the state of queues and stores at the moment somebody asks.
//
// A label never holds anything that a visitor sent: not a path, which may hold a
// reference number, not a question, not an address. So the number of series is that of
// routes and outcomes, and the figures say nothing about anybody. A nil *Meter counts
// nothing.
//
// The package refuses to know what is counted: names of routes and outcomes come from
// its callers.
package meter

import (
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Meter holds all counters of a process. It is safe for concurrent use.
type Meter struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	inFlight prometheus.Gauge
	failures *prometheus.CounterVec
	searches *prometheus.CounterVec
	replies  *prometheus.CounterVec

	mu     sync.Mutex // held while routes is replaced
	routes atomic.Pointer[map[routeKey]*Route]
}

type routeKey struct{ method, route string }

// buckets are the limits of the durations, in seconds: a kept page takes microseconds, a
// page of the desk some milliseconds, a password and a photo longer.
var buckets = []float64{.001, .005, .02, .05, .1, .25, .5, 1, 2.5, 10}

// New returns a Meter that also tells of the Go runtime and the process.
func New() *Meter {
	m := &Meter{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "huitong_http_requests_total", Help: "Requests answered, by the route's pattern and class of status.",
		}, []string{"method", "route", "code"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "huitong_http_request_duration_seconds", Help: "Time until a request was answered.", Buckets: buckets,
		}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "huitong_http_in_flight", Help: "Requests that are being answered.",
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "huitong_failures_total", Help: "Error pages shown, by kind: ours is a fault of the portal, busy a limit that was reached.",
		}, []string{"kind"}),
		searches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "huitong_searches_total", Help: "Searches, by what came out and the engine that served.",
		}, []string{"outcome", "engine"}),
		replies: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "huitong_bot_replies_total", Help: "Replies of the bot, by outcome, the engine that served, and whether a language model put them into other words.",
		}, []string{"outcome", "engine", "rephrased"}),
	}
	m.routes.Store(&map[routeKey]*Route{})
	m.registry.MustRegister(m.requests, m.took, m.inFlight, m.failures, m.searches, m.replies,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Watch adds what is worked out when somebody asks.
func (m *Meter) Watch(c prometheus.Collector) error { return m.registry.Register(c) }

// Gather returns everything as it is now.
func (m *Meter) Gather() prometheus.Gatherer { return m.registry }

// Handler answers as Prometheus expects. It must not be open to visitors.
func (m *Meter) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 2})
}

// Failed counts an error page.
func (m *Meter) Failed(kind string) {
	if m != nil {
		m.failures.WithLabelValues(kind).Inc()
	}
}

// Searched counts a search.
func (m *Meter) Searched(outcome, engine string) {
	if m != nil {
		m.searches.WithLabelValues(outcome, engine).Inc()
	}
}

// Replied counts a reply of the bot.
func (m *Meter) Replied(outcome, engine string, rephrased bool) {
	if m == nil {
		return
	}
	word := "no"
	if rephrased {
		word = "yes"
	}
	m.replies.WithLabelValues(outcome, engine, word).Inc()
}

// Begin counts a request as being answered, until End.
func (m *Meter) Begin() {
	if m != nil {
		m.inFlight.Inc()
	}
}

// End is the other half of Begin.
func (m *Meter) End() {
	if m != nil {
		m.inFlight.Dec()
	}
}

// Route is where the requests of one route are counted.
type Route struct {
	classes [4]prometheus.Counter // 2xx to 5xx: fasthttp answers with no others
	took    prometheus.Observer
}

// Route returns the counters of a route's pattern. They are looked up by their labels
// once; afterwards a request costs a look into a map that nobody locks.
func (m *Meter) Route(method, pattern string) *Route {
	if m == nil {
		return nil
	}
	key := routeKey{method, pattern}
	if r := (*m.routes.Load())[key]; r != nil {
		return r
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	known := *m.routes.Load()
	if r := known[key]; r != nil {
		return r
	}
	r := &Route{took: m.took.WithLabelValues(method, pattern)}
	for i, class := range []string{"2xx", "3xx", "4xx", "5xx"} {
		r.classes[i] = m.requests.WithLabelValues(method, pattern, class)
	}
	grown := maps.Clone(known)
	grown[key] = r
	m.routes.Store(&grown)
	return r
}

// Done counts one request.
func (r *Route) Done(status int, took time.Duration) {
	if r == nil {
		return
	}
	if class := status/100 - 2; class >= 0 && class < len(r.classes) {
		r.classes[class].Inc()
	}
	r.took.Observe(took.Seconds())
}
