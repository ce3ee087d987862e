package faults

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// printTable prints the machine and a row for each harm, as Markdown.
func printTable(rows []outcome) {
	fmt.Printf("\n%s, %d cores, %s; %s; Debian %s; %s; %s\n\n", field("/proc/cpuinfo", "model name"), runtime.NumCPU(), field("/proc/meminfo", "MemTotal"),
		first("uname", "-sr"), firstLine("/etc/debian_version"), first("/bin/sh", "-c", "ls -d /usr/lib/postgresql/*"), runtime.Version())
	fmt.Println("| harm | what families met | pages read meanwhile | slowest page | longest wait of a family | acknowledged, found | healed after | promises |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, o := range rows {
		fmt.Println(o.row())
	}
	fmt.Println()
}

func (o outcome) row() string {
	verdict := "kept"
	if len(o.broken) > 0 {
		verdict = "**broken**"
	}
	share := "–"
	if o.asked > 0 {
		share = fmt.Sprintf("%.1f %% of %d", 100*float64(o.read)/float64(o.asked), o.asked)
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %d, %d | %s | %s |", o.name, o.sights(), share, seconds(o.slowest), seconds(o.longest), o.acknowledged, o.found, seconds(o.healed), verdict)
}

// sights lists what was met, the most frequent first.
func (o outcome) sights() string {
	order := slices.SortedFunc(maps.Keys(o.met), func(a, b string) int {
		return cmp.Or(cmp.Compare(o.met[b], o.met[a]), cmp.Compare(a, b))
	})
	var out []string
	for _, what := range order[:min(3, len(order))] {
		out = append(out, fmt.Sprintf("%s (%d×)", what, o.met[what]))
	}
	if len(out) == 0 {
		out = append(out, "nothing")
	}
	return strings.ReplaceAll(strings.Join(append(out, o.notes...), "; "), "|", "/")
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

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

func firstLine(file string) string {
	b, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

// first returns the first line that a command prints.
func first(name string, args ...string) string {
	out, _ := exec.Command(name, args...).Output()
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// TestTableHasEveryHarm expects a row of each harm in the table that is kept.
func TestTableHasEveryHarm(t *testing.T) {
	text, err := os.ReadFile("../doc/0037-breaking-is-a-command.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios() {
		if !strings.Contains(string(text), "\n| "+s.name+" | ") {
			t.Errorf("the table in decision 0037 has no row of %s", s.name)
		}
	}
}
