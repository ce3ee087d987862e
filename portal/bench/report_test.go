package bench

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// The sizes of a run. On a machine that does something else, take smaller ones for
// a first look; figures for the README need the machine alone.
var (
	policies = flag.Int("policies", 10000, "policies of the largest library")
	round    = flag.Duration("round", 5*time.Second, "length of one round of requests")
	rounds   = flag.Int("rounds", 5, "rounds of requests for each server")
)

// table prints aligned columns.
type table struct{ w *tabwriter.Writer }

func newTable(columns ...string) table {
	t := table{tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)}
	t.row(columns...)
	return t
}

func (t table) row(cells ...string) { _, _ = fmt.Fprintln(t.w, strings.Join(cells, "\t")) }

func (t table) print() { _ = t.w.Flush() }

// median returns the middle value; 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func ratio(a, b float64) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", a/b)
}

// printMachine says, once, what the figures are measured on.
var printMachine = sync.OnceFunc(func() {
	fmt.Printf("%s, %d cores, %s; %s, %s\n", field("/proc/cpuinfo", "model name"), runtime.NumCPU(),
		field("/proc/meminfo", "MemTotal"), first("uname", "-sr"), runtime.Version())
	fmt.Printf("nginx: %s\nwrk: %s\nHugo: %s\n", first("/usr/sbin/nginx", "-v"), first("wrk", "-v"), first("hugo", "version"))
})

// cores returns the first and the last core that this process may use: for the
// servers, and for who asks them.
func cores() (server, client string) {
	list := strings.FieldsFunc(field("/proc/self/status", "Cpus_allowed_list"), func(r rune) bool { return r == ',' || r == '-' })
	return list[0], list[len(list)-1]
}

// printLoad makes figures of a busy machine known as such.
func printLoad(when string) {
	b, _ := os.ReadFile("/proc/loadavg")
	fmt.Printf("load average %s: %s\n", when, strings.Join(strings.Fields(string(b))[:3], " "))
}

// field returns the value of a line of a file in /proc.
func field(file, name string) string {
	b, _ := os.ReadFile(file)
	for line := range strings.Lines(string(b)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// first returns the first line that a command prints, whatever it thinks of it.
func first(name string, args ...string) string {
	out, err := exec.Command(name, args...).CombinedOutput()
	if len(out) == 0 && err != nil {
		return "not installed"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}
