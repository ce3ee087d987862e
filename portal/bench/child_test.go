package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/locale"
	"huitong/portal/web"
	"huitong/search"
)

// buildSite reads the content in dir and, while it is being checked and indexed, writes
// the list of policies and each policy's page, in simplified Chinese and standard
// mode, below out, as Hugo does. Pages come from the portal's own server, which
// compresses and keeps nothing here; the bot takes no part. With a third argument it
// then prints how many bytes stay in memory.
func buildSite(args []string) error {
	dir, out := args[0], args[1]
	policies, err := os.ReadDir(filepath.Join(dir, "policies"))
	if err != nil {
		return err
	}
	collectFrom(libraryNeeds + policyNeeds*uint64(len(policies)))
	// What knows nothing of the content is read while cores wait for one another.
	catalog := sync.OnceValues(locale.Default)
	go func() { _, _ = catalog() }()
	go func() { _, _ = search.NewNormalizer(nil) }() // keeps the table of characters
	lib, err := content.Load(os.DirFS(dir))
	if err != nil {
		return err
	}
	checked := make(chan error, 1)
	go func() { checked <- problemOf(lib) }()
	normalizer, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		return err
	}
	index := search.NewIndex(normalizer)
	var unindexed error
	indexed := make(chan struct{})
	go func() {
		defer close(indexed)
		unindexed = index.Index(context.Background(), bot.Documents(lib))
	}()
	texts, err := catalog()
	if err != nil {
		return err
	}
	site := &web.Content{Library: lib, Search: index}
	server, err := web.New(web.Config{Content: func() *web.Content { return site }, Catalog: texts, Signer: nobody{}, Keep: 1})
	if err != nil {
		return err
	}
	paths := []string{"/policies"}
	for _, p := range lib.Policies {
		paths = append(paths, "/policies/"+p.Slug)
	}
	err = errors.Join(writePages(server.App(), paths, out, indexed), <-checked, unindexed)
	if len(args) > 2 {
		fmt.Print(staying())
	}
	runtime.KeepAlive(site)
	runtime.KeepAlive(server)
	return err
}

// problemOf returns the first problem of a policy; the rest speaks of policies that are
// not there.
func problemOf(lib *content.Library) error {
	for _, p := range lib.Check(time.Now()) {
		if !p.Due && strings.HasPrefix(p.File, "policies/") {
			return p
		}
	}
	return nil
}

// What stays in memory of a library with its index and pages, and a little less than
// what stays of one policy; see the table of BenchmarkBuild.
const (
	libraryNeeds = 27 << 20
	policyNeeds  = 30 << 10
)

// collectFrom has the collector begin once three tenths more are in use than is needed in
// the end, whenever that is: before that it takes time and makes no peak smaller. What is
// free is given back before more than half more is taken.
func collectFrom(needed uint64) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	inUse := max(live[0].Value.Uint64(), leastHeap)
	debug.SetMemoryLimit(int64(needed + needed/2 + besideHeap))
	debug.SetGCPercent(max(30, int(130*needed/inUse)-100))
	runtime.SetFinalizer(new(collected), func(*collected) { collectFrom(needed) })
}

// besideHeap is memory for what is no heap, and for pages that are not full.
const besideHeap = 20 << 20

// leastHeap is what the percentage counts from before anything was collected.
const leastHeap = 4 << 20

// collected is gone after the next collection.
type collected [1 << 5]byte

// staying returns the bytes that are in use when garbage is gone.
func staying() uint64 {
	runtime.GC()
	runtime.GC() // the first leaves what pools had
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// writePages asks for each page and writes it below out, on all cores once indexed is
// closed, on half of them before. The index has steps that one core takes alone, pages have
// none: so what is left in the end has work for all cores.
func writePages(app *fiber.App, paths []string, out string, indexed <-chan struct{}) error {
	handle := app.Handler()
	var next atomic.Int64
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() {
			if i%2 == 1 {
				<-indexed
			}
			var c fasthttp.RequestCtx
			for n := next.Add(1) - 1; n < int64(len(paths)) && errs[i] == nil; n = next.Add(1) - 1 {
				errs[i] = writePage(handle, &c, paths[n], out)
			}
		})
	}
	wait.Wait()
	<-indexed
	return errors.Join(errs...)
}

func writePage(handle fasthttp.RequestHandler, c *fasthttp.RequestCtx, path, out string) error {
	c.Request.Reset()
	c.Response.Reset()
	c.ResetUserValues()
	c.Request.SetRequestURI(path)
	c.Request.SetHost("localhost:8080")
	handle(c)
	if c.Response.StatusCode() != http.StatusOK {
		return fmt.Errorf("%s: status %d", path, c.Response.StatusCode())
	}
	dir := filepath.Join(out, path)
	if err := os.Mkdir(dir, 0o755); err != nil { // where the one above is not there yet, or it is
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return writeFile(filepath.Join(dir, "index.html"), c.Response.Body())
}

// writeFile is os.WriteFile for a regular file, of which nobody need be told when it is
// ready.
func writeFile(name string, text []byte) error {
	fd, err := syscall.Open(name, syscall.O_WRONLY|syscall.O_CREAT|syscall.O_TRUNC|syscall.O_CLOEXEC, 0o644)
	for err == nil && len(text) > 0 {
		var n int
		n, err = syscall.Write(fd, text)
		text = text[max(n, 0):]
	}
	if fd >= 0 {
		err = errors.Join(err, syscall.Close(fd))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// nobody signs nothing: no conversation is held here.
type nobody struct{}

func (nobody) Sign(string, []byte) []byte { return nil }

func (nobody) Verify(string, []byte, []byte) bool { return false }
