package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// builds is how often each program builds the largest library, in turns.
const builds = 3

// writeRole writes the tree for the portal, or that for Hugo.
func writeRole(args []string) error {
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	if args[0] == "hugo" {
		return writeHugo(args[1], n)
	}
	return writeContent(args[1], n)
}

// spent is what a process took.
type spent struct {
	wall      time.Duration
	processor time.Duration
	peak      int64 // bytes
}

// run runs a command to its end.
func run(cmd *exec.Cmd) (spent, error) {
	start := time.Now()
	out, err := cmd.CombinedOutput()
	s := spent{wall: time.Since(start)}
	if err != nil {
		return s, fmt.Errorf("%s: %w\n%s", cmd.Path, err, out)
	}
	s.processor = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.peak = usage.Maxrss << 10
	}
	return s, nil
}

// medianOf returns the middle of each value.
func medianOf(all []spent) spent {
	var wall, processor, peak []float64
	for _, s := range all {
		wall = append(wall, float64(s.wall))
		processor = append(processor, float64(s.processor))
		peak = append(peak, float64(s.peak))
	}
	return spent{time.Duration(median(wall)), time.Duration(median(processor)), int64(median(peak))}
}

// builder builds sites of generated policies below a directory, which is in memory
// where the machine has such a place.
type builder struct {
	tb  testing.TB
	dir string
}

func newBuilder(tb testing.TB) builder {
	tb.Helper()
	base := "/dev/shm"
	if info, err := os.Stat(base); err != nil || !info.IsDir() {
		base = ""
	}
	dir, err := os.MkdirTemp(base, "huitong-bench")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	return builder{tb, dir}
}

func (b builder) run(cmd *exec.Cmd) spent {
	b.tb.Helper()
	s, err := run(cmd)
	if err != nil {
		b.tb.Fatal(err)
	}
	return s
}

// written returns the tree of n policies for a program.
func (b builder) written(program string, n int) string {
	b.tb.Helper()
	dir := filepath.Join(b.dir, program, strconv.Itoa(n))
	if _, err := os.Stat(dir); err != nil {
		b.run(role("write", program, dir, strconv.Itoa(n)))
	}
	return dir
}

// out returns an empty directory for pages.
func (b builder) out() string {
	b.tb.Helper()
	dir := filepath.Join(b.dir, "out")
	if err := os.RemoveAll(dir); err != nil {
		b.tb.Fatal(err)
	}
	return dir
}

func (b builder) portal(n int) spent {
	b.tb.Helper()
	return b.run(role("build", b.written("portal", n), b.out()))
}

func (b builder) hugo(n int) spent {
	b.tb.Helper()
	return b.run(exec.Command("hugo", "--quiet", "--source", b.written("hugo", n), "--destination", b.out()))
}

// BenchmarkBuild builds the largest library in turns with Hugo, then shows what one
// policy costs in libraries of three sizes.
func BenchmarkBuild(b *testing.B) {
	printMachine()
	printLoad("before")
	for range b.N {
		site := newBuilder(b)
		site.compare(*policies, builds)
		site.grow(*policies)
	}
	printLoad("after")
}

func (b builder) compare(n, times int) {
	b.tb.Helper()
	_, err := exec.LookPath("hugo")
	var ours, theirs []spent
	for range times {
		if err == nil {
			theirs = append(theirs, b.hugo(n))
		}
		ours = append(ours, b.portal(n))
	}
	fmt.Printf("\n%d policies of %d sections with %d characters, %d cores, median of %d\n"+
		"Hugo: list, pages. Portal: load, check, index, list, pages (简体, standard mode).\n", n, sections, sectionHan, runtime.NumCPU(), times)
	t := newTable("program", "time", "of Hugo", "processor", "of Hugo", "peak memory", "of Hugo")
	hugo, portal := medianOf(theirs), medianOf(ours)
	if err == nil {
		t.spent("Hugo", hugo, hugo)
	}
	t.spent("portal", portal, hugo)
	t.print()
}

func (t table) spent(name string, s, of spent) {
	t.row(name, fmt.Sprintf("%.2f s", s.wall.Seconds()), ratio(s.wall.Seconds(), of.wall.Seconds()),
		fmt.Sprintf("%.2f s", s.processor.Seconds()), ratio(s.processor.Seconds(), of.processor.Seconds()),
		fmt.Sprintf("%d MB", s.peak>>20), ratio(float64(s.peak), float64(of.peak)))
}

// grow shows the cost of one policy beyond that of a library with a single one, so
// that dictionaries and templates do not count as policies. What stays is counted
// after a last collection; the peak also has what the collector lets pile up.
func (b builder) grow(largest int) {
	b.tb.Helper()
	one, oneStays := b.portalOften(1), b.stays(1)
	fmt.Printf("\nCost of a policy as the library grows, median of %d (a library of one: %.2f s processor, peak %d MB, %d MB stay)\n",
		builds, one.processor.Seconds(), one.peak>>20, oneStays>>20)
	t := newTable("policies", "time of one", "processor of one", "peak of one", "stays of one")
	for _, n := range []int{largest / 100, largest / 10, largest} {
		if n < 2 {
			continue
		}
		s := b.portalOften(n)
		each := func(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1000/float64(n)) }
		size := func(bytes int64) string { return fmt.Sprintf("%.1f KB", float64(bytes)/float64(n)/1024) }
		t.row(strconv.Itoa(n), each(s.wall-one.wall), each(s.processor-one.processor), size(s.peak-one.peak), size(b.stays(n)-oneStays))
	}
	t.print()
}

// portalOften is portal, the median of several builds.
func (b builder) portalOften(n int) spent {
	b.tb.Helper()
	var all []spent
	for range builds {
		all = append(all, b.portal(n))
	}
	return medianOf(all)
}

// stays returns the bytes of a built library with its index that stay in memory.
func (b builder) stays(n int) int64 {
	b.tb.Helper()
	out, err := role("build", b.written("portal", n), b.out(), "stays").Output()
	if err != nil {
		b.tb.Fatal(err)
	}
	bytes, err := strconv.ParseInt(string(out), 10, 64)
	if err != nil {
		b.tb.Fatal(err)
	}
	return bytes
}

// TestBuild builds a small library as BenchmarkBuild does and expects each page.
func TestBuild(t *testing.T) {
	b := newBuilder(t)
	b.compare(20, 1)
	if few, more := b.stays(1), b.stays(20); more <= few {
		t.Errorf("%d bytes stay of one policy, %d of 20", few, more)
	}
	for _, name := range []string{"policies/index.html", "policies/policy-00000/index.html", "policies/policy-00019/index.html"} {
		if info, err := os.Stat(filepath.Join(b.dir, "out", name)); err != nil || info.Size() < sections*sectionHan*3 && filepath.Dir(name) != "policies" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
