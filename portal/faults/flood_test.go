package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// slowLoris opens a thousand connections that say one more word from time to time: half
// of them of a header, half of a form that never ends.
func slowLoris(t *testing.T, w *world) outcome {
	p := w.start(t, t.TempDir())
	const many = 1000
	var open, cut atomic.Int64
	stop := make(chan struct{})
	var wait sync.WaitGroup
	began := time.Now()
	var last atomic.Int64
	o := trial{portal: p, lasts: 45 * time.Second, harm: func() func() {
		for i := range many {
			wait.Go(func() {
				conn, err := net.Dial("tcp", strings.TrimPrefix(p.base, "http://"))
				if err != nil {
					return
				}
				open.Add(1)
				defer func() { _ = conn.Close() }()
				if drip(conn, i%2 == 0, stop) {
					cut.Add(1)
					last.Store(int64(time.Since(began)))
				}
			})
		}
		return func() { close(stop); wait.Wait() }
	}}.run(t)
	o.note("%d of %d slow connections were cut off, the last after %s", cut.Load(), open.Load(), seconds(time.Duration(last.Load())))
	o.note("%d MB at most", p.memory()>>20)
	if open.Load() != many || cut.Load() != many {
		o.broke("%d connections, %d cut off; want %d", open.Load(), cut.Load(), many)
	}
	return o
}

// drip sends a byte every two seconds and reports whether the portal ended that.
func drip(conn net.Conn, header bool, stop <-chan struct{}) bool {
	head := "GET / HTTP/1.1\r\nHost: x\r\nX: "
	if !header {
		head = "POST /ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n"
	}
	if _, err := io.WriteString(conn, head); err != nil {
		return true
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, conn)
	}()
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return false
		case <-ended:
			return true
		case <-tick.C:
			if _, err := io.WriteString(conn, "x"); err != nil {
				return true
			}
		}
	}
}

// mutators is how many clients send nonsense at once.
const mutators = 64

// mutateForms has many clients send what no browser sends to where forms and JSON go.
func mutateForms(t *testing.T, w *world) outcome {
	p := w.start(t, t.TempDir())
	var mu sync.Mutex
	statuses := map[int]int{}
	var stop atomic.Bool
	var wait sync.WaitGroup
	o := trial{portal: p, lasts: 20 * time.Second, harm: func() func() {
		for i := range mutators {
			wait.Go(func() {
				random := rand.New(rand.NewPCG(7, uint64(i)))
				f := w.family(p.base)
				_ = f.begin(context.Background())
				for !stop.Load() {
					status := f.mutation(random)
					mu.Lock()
					statuses[status]++
					mu.Unlock()
				}
			})
		}
		return func() { stop.Store(true); wait.Wait() }
	}}.run(t)
	total := 0
	for status, n := range statuses {
		total += n
		if status >= 500 || status == 0 {
			o.broke("%d requests ended in %d", n, status)
		}
	}
	o.note("%d mutated requests: %v", total, statuses)
	return o
}

// places are where forms and JSON go.
var places = []string{
	programme, programme + "/child", programme + "/documents", programme + "/review", "/ask", "/track", "/track/supply", "/check/tomorrow-plan",
	"/report", "/api/v1/ask", "/feedback", "/call-back", "/household", "/staff", "/staff/setup", "/directory", "/en/ask", "/search", "/s",
}

// mutation sends one, by chance as form, JSON or with parts, and returns the status; 0
// where there was no answer.
func (f *family) mutation(r *rand.Rand) int {
	form, _ := f.page.form(programme)
	if form == nil {
		form = url.Values{}
	}
	for name, value := range f.answers() {
		form.Set(name, value)
	}
	kind, body := "application/x-www-form-urlencoded", form.Encode()
	switch r.IntN(4) {
	case 0:
		kind, body = "application/json", `{"question":"孤儿每月多少钱","transcript":[{"q":"x","a":"y"}],"lang":"zh-Hans"}`
	case 1:
		kind, body = "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n"+form.Get("_csrf")+"\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n%PDF-\r\n--x--\r\n"
	}
	req, err := http.NewRequest(http.MethodPost, f.base+places[r.IntN(len(places))], bytes.NewReader(mutate(r, []byte(body))))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", kind)
	resp, err := f.client.Transport.RoundTrip(f.withCookies(req))
	if err != nil {
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func (f *family) withCookies(req *http.Request) *http.Request {
	for _, c := range f.client.Jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	return req
}

// mutate changes a few places: bits turn, parts go, come twice or grow.
func mutate(r *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	for range 1 + r.IntN(6) {
		if len(b) < 2 {
			return b
		}
		i := r.IntN(len(b) - 1)
		j := i + 1 + r.IntN(min(40, len(b)-i-1))
		switch r.IntN(6) {
		case 0:
			b[i] ^= 1 << r.IntN(8)
		case 1:
			b = append(b[:i], b[j:]...)
		case 2:
			b = append(b[:j:j], b[i:]...)
		case 3:
			b = append(b[:i:i], append([]byte(odd[r.IntN(len(odd))]), b[i:]...)...)
		case 4:
			b = append(b[:i:i], append(bytes.Repeat(b[i:j], 1+r.IntN(200)), b[i:]...)...)
		case 5:
			b = b[:j]
		}
	}
	return b
}

// odd are words that programs stumble over.
var odd = []string{"\x00", "\xff\xfe", "%00", "%zz", "&&=&", "99999999999999999999", "-1", "{{", "<script>", "' OR 1=1 --", "\r\n\r\n", "---\n", "\u202e", "[](", "${x}", "((((((((((", "```", "|", "NaN", "../../etc/passwd"}

// mutateContent saves one policy after the other with mutations, as an editor that has
// lost its mind would, and then puts everything back.
func mutateContent(t *testing.T, w *world) outcome {
	own := *w
	own.content = filepath.Join(t.TempDir(), "content")
	if err := os.CopyFS(own.content, os.DirFS(w.content)); err != nil {
		t.Fatal(err)
	}
	p := own.start(t, t.TempDir())
	files, err := filepath.Glob(filepath.Join(own.content, "policies", "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no policies: %v", err)
	}
	original := map[string][]byte{}
	for _, file := range files {
		if original[file], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(7, 7))
	saved := 0
	mark := fmt.Sprintf("修好了%d", time.Now().UnixNano())
	policy := filepath.Join(own.content, "policies", "basic-living-allowance.md")
	o := trial{portal: p, lasts: 20 * time.Second, harm: func() func() {
		return func() {
			for file, text := range original {
				if file == policy {
					text = bytes.Replace(text, []byte("\nsummary: "), []byte("\nsummary: "+mark+"。"), 1)
				}
				if err := os.WriteFile(file, text, 0o600); err != nil {
					t.Error(err)
				}
			}
		}
	}, also: func(*outcome) {
		for end := time.Now().Add(18 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			file := files[random.IntN(len(files))]
			if err := os.WriteFile(file, mutate(random, original[file]), 0o600); err != nil {
				t.Error(err)
			}
			saved++
		}
	}, try: func(ctx context.Context, f *family) error {
		if err := f.open(ctx, "/policies/basic-living-allowance"); err != nil {
			return err
		}
		if !strings.Contains(f.page.text, mark) {
			return fmt.Errorf("the mended content is not published")
		}
		return nil
	}}.run(t)
	o.note("%d mutated policies saved; “healed” is when the mended one was published", saved)
	return o
}
