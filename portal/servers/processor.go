package servers

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Processes are the numbers of the server's processes, the first that of the one that
// starts the others. Each has a session of its own, so that no group holds them.
func (p *Postgres) Processes() []int {
	main := p.Process.Pid
	all := []int{main}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		pid, _ := strconv.Atoi(strings.Split(name, "/")[2])
		if f := stat(pid); len(f) > 1 && f[1] == strconv.Itoa(main) {
			all = append(all, pid)
		}
	}
	return all
}

// Used is the processor time of all processes of the server that are there, and of those
// that have ended.
func (p *Postgres) Used() time.Duration {
	all := p.Processes()
	total := ticks(all[0], true)
	for _, pid := range all[1:] {
		total += ticks(pid, false)
	}
	return total
}

// Used is the processor time of the program so far.
func (p *Program) Used() time.Duration { return ticks(p.Process.Pid, false) }

// stat is what /proc tells of a process from its state on; nil where it has ended.
func stat(pid int) []string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.Fields(rest)
}

// ticks is the processor time of a process, with its ended children if these count.
func ticks(pid int, children bool) time.Duration {
	f := stat(pid)
	if len(f) < 15 {
		return 0
	}
	sum, last := 0, 13
	if children {
		last = 15
	}
	for _, n := range f[11:last] {
		v, _ := strconv.Atoi(n)
		sum += v
	}
	return time.Duration(sum) * time.Second / 100 // in ticks of USER_HZ
}
