package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"huitong/portal/store"
	"huitong/portal/web"
)

// gaugePatience is how long the state of everything may take to find out. What does not
// answer in that time is missing from the figures, which alerts look for too.
const gaugePatience = 5 * time.Second

// gauges is the state of queues, stores and content, worked out when somebody asks.
type gauges struct {
	env     *environment
	site    *site
	data    *store.Store
	server  *web.Server
	version version
}

// describe makes a description. All of them stand below, so that dashboards and alerts
// can be checked against them.
func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("huitong_"+name, help, labels, nil)
}

var (
	descBuild      = describe("build_info", "1 for the build that runs.", "version", "revision", "go")
	descContent    = describe("content_info", "1 for the version of the content that is served.", "version")
	descFaults     = describe("content_faults", "Mistakes that keep a newer content from being published.")
	descDependency = describe("dependency_up", "1 where a dependency answers.", "name", "needed")
	descFallback   = describe("search_fallback", "1 while the embedded engine stands in for Meilisearch.")
	descWaiting    = describe("queue_waiting", "What waits for people, up to ten thousand.", "queue")
	descLate       = describe("queue_overdue", "What waits for people beyond its day.", "queue")
	descOverdue    = describe("queue_most_overdue_seconds", "How long the first of a queue is beyond its day; 0 where nothing is.", "queue")
	descOutbox     = describe("outbox_waiting", "Messages that wait to be sent.", "to")
	descOutboxLate = describe("outbox_delay_seconds", "For how long the first message could have been sent.", "to")
	descGivenUp    = describe("outbox_given_up", "Messages of the last 90 days that could not be sent.")
	descScans      = describe("uploads_unscanned", "Uploads that no scanner has seen.")
	descScansLate  = describe("uploads_unscanned_seconds", "For how long the first of them waits.")
	descJob        = describe("job_last_success_timestamp_seconds", "When a job that runs from time to time last ended well.", "job")
	descOpen       = describe("database_connections", "Connections to the database.", "state")
	descPoolWaits  = describe("database_waits_total", "How often a connection was waited for.")
	descPoolWaited = describe("database_wait_seconds_total", "For how long connections were waited for.")
)

// Describe implements prometheus.Collector. What is told depends on the settings, so
// that nothing is described beforehand.
func (g gauges) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (g gauges) Collect(to chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	tell(descBuild, 1, g.version.Version, g.version.Revision, g.version.Go)
	tell(descContent, 1, g.site.content().Library.Version)
	tell(descFaults, float64(len(*g.site.faults.Load())))
	pool := g.data.Pool()
	tell(descOpen, float64(pool.InUse), "in-use")
	tell(descOpen, float64(pool.Idle), "idle")
	to <- prometheus.MustNewConstMetric(descPoolWaits, prometheus.CounterValue, float64(pool.WaitCount))
	to <- prometheus.MustNewConstMetric(descPoolWaited, prometheus.CounterValue, pool.WaitDuration.Seconds())
	ctx, cancel := context.WithTimeout(g.env.ctx, gaugePatience)
	defer cancel()
	for _, d := range g.server.Readiness(ctx).Dependencies {
		needed := "no"
		if d.Needed {
			needed = "yes"
		}
		tell(descDependency, one(d.OK), d.Name, needed)
	}
	tell(descFallback, one(g.site.standsIn()))
	g.collectStored(ctx, tell)
}

// collectStored tells of what the database holds; of nothing where it does not answer.
func (g gauges) collectStored(ctx context.Context, tell func(*prometheus.Desc, float64, ...string)) {
	b, err := g.data.Backlog(ctx)
	if err != nil {
		g.env.log.Warn("no figures of the database", "error", err)
		return
	}
	late := func(w store.Waiting) float64 {
		if w.Earliest.IsZero() {
			return 0
		}
		return max(0, g.env.now().Sub(w.Earliest).Seconds())
	}
	for name, w := range b.Queues {
		tell(descWaiting, float64(w.N), name)
		tell(descLate, float64(w.Late), name)
		tell(descOverdue, late(w), name)
	}
	for name, w := range b.Outbox {
		tell(descOutbox, float64(w.N), name)
		tell(descOutboxLate, late(w), name)
	}
	tell(descGivenUp, float64(b.Failed))
	tell(descScans, float64(b.Scans.N))
	tell(descScansLate, late(b.Scans))
	jobs, err := g.data.Jobs(ctx)
	if err != nil {
		g.env.log.Warn("no figures of the jobs", "error", err)
	}
	for _, j := range jobs {
		if !j.OK.IsZero() {
			tell(descJob, float64(j.OK.Unix()), j.Name)
		}
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
