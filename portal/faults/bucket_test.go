package faults

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// bucket is as much of an S3 server as uploads need, until it is full or frozen.
type bucket struct {
	harm atomic.Pointer[http.HandlerFunc]

	mu   sync.Mutex
	held map[string][]byte
}

// ServeHTTP implements http.Handler.
func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if harm := b.harm.Load(); harm != nil {
		(*harm)(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // who sent it has gone
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	held, there := b.held[r.URL.Path]
	switch {
	case r.Method == http.MethodPut:
		b.held[r.URL.Path] = body
	case r.Method == http.MethodDelete:
		delete(b.held, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Query().Has("list-type"):
		_, _ = io.WriteString(w, `<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>`)
	case there:
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(held))
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<Error><Code>NoSuchKey</Code></Error>`)
	}
}

// noRoom is how a bucket says that nothing goes in any more; what is there can be read.
func (b *bucket) noRoom(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		b.mu.Lock()
		defer b.mu.Unlock()
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.held[r.URL.Path]))
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusInsufficientStorage)
	_, _ = io.WriteString(w, `<Error><Code>XMinioStorageFull</Code><Message>no room</Message></Error>`)
}

// frozen keeps whoever asks waiting.
func (*bucket) frozen(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // or nobody notices that who asked has gone
	select {
	case <-r.Context().Done():
	case <-time.After(giveUp):
	}
}

// breakBucket takes away the bucket that uploads go to. Families still apply with papers
// on paper; who sends a photo is told.
func breakBucket(how func(*bucket) http.HandlerFunc) func(*testing.T, *world) outcome {
	return func(t *testing.T, w *world) outcome {
		b := &bucket{held: map[string][]byte{}}
		server := httptest.NewServer(b)
		t.Cleanup(server.Close)
		t.Setenv("AWS_ACCESS_KEY_ID", "test")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
		p := w.start(t, t.TempDir(), "--blob-url", "s3://uploads?region=test&use_path_style=true&request_checksum_calculation=when_required&endpoint="+server.URL)
		return w.withoutRoom(t, p, func() func() {
			harm := how(b)
			b.harm.Store(&harm)
			return func() { b.harm.Store(nil) }
		})
	}
}
