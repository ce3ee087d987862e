package bench

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"huitong/portal/servers"
)

// The sizes of a run of BenchmarkLoad.
var (
	onPostgres = flag.Bool("postgres", false, "the portal under load keeps its data in PostgreSQL")
	clients    = flag.Int("clients", 250, "clients of the first step of the load")
	stepLength = flag.Duration("step", 8*time.Second, "length of one step of the load")
)

const (
	growth    = 1.5         // of clients from one step to the next
	mostSteps = 12          // by then the generator's core is full
	thinking  = time.Second // of a client before its next request, on average
	flatOut   = 64          // clients without a pause
	warmUp    = 8000        // questions asked before anything is measured, so that the bot remembers as many as it may
)

// stand is a portal under load, as people run it: its limits are on, its log has a line
// for each request, its figures are open.
type stand struct {
	*server
	addr, figures string
	database      *servers.Postgres // nil: SQLite
	material      material
}

// buildPortal compiles the portal as it is released, but for -trimpath, for which
// everything would be compiled anew.
func buildPortal(tb testing.TB) string {
	tb.Helper()
	binary := filepath.Join(tb.TempDir(), "portal")
	out, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", binary, "huitong/portal").CombinedOutput()
	if err != nil {
		tb.Fatalf("build portal: %v\n%s", err, out)
	}
	return binary
}

// startStand starts a portal, and PostgreSQL if it is to keep its data there. The
// generator stands for the proxy before it, and says which client each request is of.
func startStand(tb testing.TB, postgres bool, more ...string) *stand {
	tb.Helper()
	s := &stand{addr: servers.FreeAddress(tb), figures: servers.FreeAddress(tb)}
	args := append([]string{"--addr", s.addr, "--base-url", "http://localhost:8080", "--data", tb.TempDir(),
		"--private-addr", s.figures, "--trusted-proxies", "127.0.0.1", "--speech", "off"}, more...)
	if postgres {
		s.database = servers.StartPostgres(tb) // whose commits reach the disk
		args = append(args, "--database-url", s.database.URL())
	}
	s.server = start(tb, "portal", s.addr, exec.Command(buildPortal(tb), args...))
	s.material = gather(tb, s.base)
	return s
}

// warm makes the portal as it is after a day: all pages were read in all modes, and many
// questions were asked.
func (s *stand) warm(tb testing.TB) {
	tb.Helper()
	var calls []*call
	for _, mode := range modes {
		for _, p := range s.material.pages {
			calls = append(calls, &call{method: http.MethodGet, path: p, cookies: mode.cookie})
		}
	}
	v := newVisitor(0, &s.material, shares, nil)
	for i := range warmUp {
		c := v.question()
		c.client = clientAddress(3, i)
		calls = append(calls, c)
	}
	queue := make(chan *call)
	caller := newCaller(s.addr)
	var wait sync.WaitGroup
	var once sync.Once
	for range flatOut {
		wait.Go(func() {
			for c := range queue {
				c.want = http.StatusOK
				if !c.client.IsValid() {
					c.client = clientAddress(3, warmUp)
				}
				if err := caller.do(c); err != nil {
					once.Do(func() { tb.Error(err) })
				}
			}
		})
	}
	for _, c := range calls {
		queue <- c
	}
	close(queue)
	wait.Wait()
}

// storage says where the data is.
func (s *stand) storage() string {
	if s.database == nil {
		return "SQLite"
	}
	return s.database.Version()
}

// using tells what the portal and its database have used so far.
func (s *stand) using() (usage, time.Duration) {
	var stored time.Duration
	if s.database != nil {
		stored = s.database.Used()
	}
	return usage{s.Used(), s.resident()}, stored
}

// resident is the memory of the server, in bytes.
func (s *server) resident() int64 {
	kb, _ := strconv.ParseInt(strings.TrimSuffix(field(fmt.Sprintf("/proc/%d/status", s.Process.Pid), "VmRSS"), " kB"), 10, 64)
	return kb << 10
}

func (s *stand) crowd(f *families) crowd {
	return crowd{caller: newCaller(s.addr), material: &s.material, families: f, shares: shares}
}

// BenchmarkLoad puts growing numbers of clients to a portal until it no longer holds, and
// compares what it does at its limit with nginx and with each kind of request alone.
func BenchmarkLoad(b *testing.B) {
	printMachine()
	printLoad("before")
	for range b.N {
		s := startStand(b, *onPostgres)
		began := time.Now()
		s.warm(b)
		fmt.Printf("\n%d pages in %d modes read and %d questions asked before, in %v; %s; limits on, a log line for each request; the portal on one core, the generator on the other\n",
			len(s.material.pages), len(modes), warmUp, time.Since(began).Round(time.Second), s.storage())
		f := newFamilies(open)
		compareFlat(b, s, f, *stepLength*3/4)
		rise(b, s, f, *stepLength)
		f.stop()
		fmt.Printf("applications: %d submitted, %d with a photo, %d left unfinished, %d broken off\n", f.done.submitted, f.done.photos, f.done.left, f.done.broken)
	}
	printLoad("after")
}

// rise prints a row for each number of clients, until one is too much, and then the
// times of each kind in the last step that held.
func rise(tb testing.TB, s *stand, f *families, length time.Duration) {
	tb.Helper()
	fmt.Printf("\nRising clients, each of which asks again %v after an answer on average; %d %% pages, %d %% searches, %d %% questions to the bot, %d %% applications\n",
		thinking, shares[pageKind], shares[searchKind], shares[botKind], shares[formKind])
	t := newTable("clients", "requests/s", "p50", "p99", "p99.9", "cores", "cores per 1000/s", "memory", "MB per 1000/s", "database, cores", "generator, cores", "")
	var held *outcome
	n, again := *clients, false
	for range mostSteps {
		c := s.crowd(f)
		c.clients, c.pause = n, thinking
		o := c.run(tb, length, settles, s.using)
		why := o.broken(held)
		t.rising(o, why)
		if err := o.problem(); err != nil {
			fmt.Println(err)
		}
		switch {
		case why == "":
			held, n, again = &o, int(float64(n)*growth), false
			continue
		case !again: // others on the machine may have had the core just then
			again = true
			continue
		}
		break
	}
	t.print()
	if held == nil {
		fmt.Println("not even the first step held: the machine has something else to do, or take fewer -clients")
		return
	}
	printKinds(held)
}

func (t table) rising(o outcome, why string) {
	seconds := o.length.Seconds()
	busy := o.portal.processor.Seconds() / seconds
	mb, thousands := float64(o.portal.resident)/(1<<20), o.rate()/1000
	t.row(strconv.Itoa(o.clients), fmt.Sprintf("%.0f", o.rate()), short(o.all.at(50)), short(o.all.at(99)), short(o.all.at(99.9)),
		fmt.Sprintf("%.2f", busy), fmt.Sprintf("%.2f", busy/thousands), fmt.Sprintf("%.0f MB", mb), fmt.Sprintf("%.0f", mb/thousands),
		fmt.Sprintf("%.2f", o.database.Seconds()/seconds), fmt.Sprintf("%.2f", o.generator.Seconds()/seconds), why)
}

// short is a time to three digits or so.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

func printKinds(o *outcome) {
	fmt.Printf("\nThe kinds in the step of %d clients\n", o.clients)
	t := newTable("kind", "requests/s", "p50", "p99", "p99.9", "slowest")
	row := func(name string, one *tally) {
		t.row(name, fmt.Sprintf("%.0f", float64(one.took.TotalCount())/o.length.Seconds()),
			short(one.at(50)), short(one.at(99)), short(one.at(99.9)), short(one.at(100)))
	}
	for k, one := range o.kinds {
		row(kind(k).String(), one)
	}
	row("all", o.all)
	t.print()
}

// compareFlat has as many requests answered as can be, of each kind alone and of the mix,
// beside nginx with a static page, by the same generator.
func compareFlat(tb testing.TB, s *stand, f *families, length time.Duration) {
	tb.Helper()
	type contender struct {
		name  string
		crowd crowd
		used  watched
	}
	var all []contender
	add := func(name string, c crowd, used watched) {
		c.clients = flatOut
		all = append(all, contender{name, c, used})
	}
	if still := startStill(tb, s.base); still != nil {
		c := s.crowd(f)
		c.caller, c.only, c.shares = newCaller(strings.TrimPrefix(still.base, "http://")), page, [kinds]int{pageKind: 100}
		add("nginx, a static page", c, func() (usage, time.Duration) { return usage{still.Used(), still.resident()}, 0 })
	}
	c := s.crowd(f)
	c.only, c.shares = page, [kinds]int{pageKind: 100}
	add("portal, the same page", c, s.using)
	for k, name := range []string{"portal, pages", "portal, searches", "portal, the bot", "portal, applications"} {
		c := s.crowd(f)
		c.shares = [kinds]int{}
		c.shares[k] = 100
		add(name, c, s.using)
	}
	add("portal, the mix", s.crowd(f), s.using)
	fmt.Printf("\n%d clients without a pause, %v each\n", flatOut, length)
	t := newTable("what", "requests/s", "of nginx", "p50", "p99", "p99.9", "processor/request", "of nginx", "database/request")
	var nginx outcome
	for i, one := range all {
		o := one.crowd.run(tb, length, settles, one.used)
		if err := o.problem(); err != nil {
			tb.Errorf("%s: %v", one.name, err)
		}
		if i == 0 {
			nginx = o
		}
		t.row(one.name, fmt.Sprintf("%.0f", o.rate()), ratio(o.rate(), nginx.rate()), short(o.all.at(50)), short(o.all.at(99)), short(o.all.at(99.9)),
			rounded(o.cost()), ratio(o.cost().Seconds(), nginx.cost().Seconds()), rounded(o.database/time.Duration(max(o.all.took.TotalCount(), 1))))
	}
	t.print()
}

// startStill starts nginx with the page that the portal at base sends; nil without nginx.
func startStill(tb testing.TB, base string) *server {
	tb.Helper()
	a, err := record(base)
	if err != nil {
		tb.Fatal(err)
	}
	addr := servers.FreeAddress(tb)
	cmd, err := a.nginx(tb.TempDir(), addr)
	if err != nil {
		fmt.Printf("no nginx: %v\n", err)
		return nil
	}
	return start(tb, "nginx", addr, cmd)
}

// metrics asks the private listener for figures of these names.
func (s *stand) metrics(tb testing.TB, names ...string) map[string]float64 {
	tb.Helper()
	status, body, err := fasthttp.Get(nil, "http://"+net.JoinHostPort("127.0.0.1", s.figures[strings.LastIndexByte(s.figures, ':')+1:])+"/metrics")
	if err != nil || status != http.StatusOK {
		tb.Fatalf("figures: status %d, %v", status, err)
	}
	out := map[string]float64{}
	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, wanted := range names {
			if name != wanted {
				continue
			}
			if out[name], err = strconv.ParseFloat(value, 64); err != nil {
				tb.Fatal(err)
			}
		}
	}
	for _, wanted := range names {
		if _, told := out[wanted]; !told {
			tb.Fatalf("nobody tells of %s", wanted)
		}
	}
	return out
}

// awaitBot returns when the bot answers: of a portal that has just begun it still learns,
// on a busy machine for longer than a visitor is kept waiting.
func awaitBot(tb testing.TB, base string) {
	tb.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		resp, err := http.Post(base+"/api/v1/ask", "application/json", strings.NewReader(`{"question":"孤儿补贴一个月多少钱"}`))
		if err != nil {
			tb.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	tb.Fatal("the bot does not answer")
}

// tryVisits lets one family go through a whole application and some visitors look around,
// on a portal that need not be told who they are: they stay below its limits.
func tryVisits(tb testing.TB, s *server) {
	tb.Helper()
	awaitBot(tb, s.base)
	addr := strings.TrimPrefix(s.base, "http://")
	m, caller := gather(tb, s.base), newCaller(addr)
	f := newFamilies(1)
	defer f.stop()
	v := newVisitor(0, &m, [kinds]int{pageKind: 40, searchKind: 40, botKind: 20}, nil)
	for f.done.submitted == 0 && f.done.broken == 0 {
		for _, from := range []func() (*call, func(*call)){f.next, v.next} {
			c, done := from()
			if err := caller.do(c); err != nil {
				tb.Error(err)
			}
			done(c)
		}
	}
	if f.done.submitted != 1 || f.done.photos != 1 {
		tb.Errorf("%+v; want an application submitted, with a photo", f.done)
	}
}
