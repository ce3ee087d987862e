package bench

import (
	cryptorand "crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"huitong/content"
	"huitong/portal/locale"
	"huitong/portal/meter"
	"huitong/portal/servers"
	"huitong/portal/vault"
	"huitong/portal/web"
)

// servePages serves what is published, without search and bot, at the address that it is
// given; with a second argument its requests are counted, as the portal's are.
func servePages(args []string) error {
	lib, err := content.Load(content.Embedded())
	if err != nil {
		return err
	}
	texts, err := locale.Default()
	if err != nil {
		return err
	}
	keys, err := vault.Open(filepath.Join(args[1], "secrets.json"), cryptorand.Reader)
	if err != nil {
		return err
	}
	site := &web.Content{Library: lib}
	cfg := web.Config{Content: func() *web.Content { return site }, Catalog: texts, Signer: keys, Log: slog.New(slog.DiscardHandler)}
	if len(args) > 2 {
		cfg.Meter = meter.New()
	}
	server, err := web.New(cfg)
	if err != nil {
		return err
	}
	return server.App().Listen(args[0])
}

// BenchmarkMeter serves a policy page with and without counting, in turns in many short
// rounds, and prints what counting costs of the processor.
func BenchmarkMeter(b *testing.B) {
	printLoad("before")
	for range b.N {
		compareMeter(b, 4**rounds, *round/2)
	}
	printLoad("after")
}

func compareMeter(tb testing.TB, times int, length time.Duration) {
	tb.Helper()
	var all []*server
	for _, args := range [][]string{nil, {"counted"}} {
		addr := servers.FreeAddress(tb)
		all = append(all, start(tb, "pages "+strings.Join(args, ""), addr, role("pages", append([]string{addr, tb.TempDir()}, args...)...)))
	}
	m := &material{pages: []string{page}, words: []string{page}, questions: []string{page}}
	var ratios []float64
	costs := make([][]float64, len(all))
	for range times {
		var pair [2]float64
		for i, s := range all {
			c := crowd{caller: newCaller(strings.TrimPrefix(s.base, "http://")), material: m, shares: [kinds]int{pageKind: 100}, clients: flatOut}
			o := c.run(tb, length, 0, func() (usage, time.Duration) { return usage{processor: s.Used()}, 0 })
			if err := o.problem(); err != nil {
				tb.Error(err)
			}
			pair[i] = float64(o.portal.processor.Nanoseconds()) / float64(max(o.all.took.TotalCount(), 1)) / 1000
			costs[i] = append(costs[i], pair[i])
		}
		ratios = append(ratios, pair[1]/pair[0])
	}
	fmt.Printf("\nGET %s, %s, %d connections, one core, median of %d rounds of %v in turns\n", page, encoding, flatOut, times, length)
	t := newTable("pages", "processor/request", "of not counted", "median of the rounds' ratios")
	t.row("not counted", fmt.Sprintf("%.2f µs", median(costs[0])), "1.00", "")
	t.row("counted for /metrics", fmt.Sprintf("%.2f µs", median(costs[1])), ratio(median(costs[1]), median(costs[0])), strconv.FormatFloat(median(ratios), 'f', 3, 64))
	t.print()
}

// TestMeter compares for a moment: both serve the page.
func TestMeter(t *testing.T) {
	compareMeter(t, 1, 100*time.Millisecond)
}
