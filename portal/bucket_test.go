package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/portal/vault"
)

// objects is as much of an S3 server as files need: put, get and delete by name.
type objects struct {
	mu   sync.Mutex
	held map[string][]byte
}

// ServeHTTP implements http.Handler.
func (o *objects) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch body, ok := o.held[r.URL.Path]; {
	case r.Method == http.MethodPut:
		b, err := io.ReadAll(r.Body)
		if err != nil || strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked") {
			http.Error(w, "not understood", http.StatusNotImplemented)
			return
		}
		o.held[r.URL.Path] = b
	case r.Method == http.MethodDelete:
		delete(o.held, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<Error><Code>NoSuchKey</Code></Error>`)
	default:
		http.ServeContent(w, r, "", time.Now(), bytes.NewReader(body))
	}
}

// TestUploadsInABucket names a bucket by its address, as a deployment does.
func TestUploadsInABucket(t *testing.T) {
	o := &objects{held: map[string][]byte{}}
	server := httptest.NewServer(o)
	defer server.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	cfg := &Config{
		Addr: ":8080", Data: filepath.Join(t.TempDir(), "data"), QuestionDays: 365,
		BlobURL: "s3://uploads?region=test&use_path_style=true&request_checksum_calculation=when_required&endpoint=" + server.URL,
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	env := &environment{ctx: t.Context(), cfg: cfg, out: io.Discard, log: slog.New(slog.DiscardHandler), now: time.Now}
	bucket, err := openBucket(env)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = bucket.Close() }()
	keys, err := vault.Open(filepath.Join(t.TempDir(), "secrets.json"), strings.NewReader(strings.Repeat("random", 1000)))
	if err != nil {
		t.Fatal(err)
	}
	files := vault.OpenFiles(bucket, keys, 1<<20)
	id, err := files.NewID()
	if err != nil {
		t.Fatal(err)
	}
	const words = "陈守田的户口本"
	if _, err := files.Put(t.Context(), id, strings.NewReader(words)); err != nil {
		t.Fatal(err)
	}
	if stored := o.held["/uploads/"+id]; len(stored) == 0 || bytes.Contains(stored, []byte(words)) {
		t.Errorf("the bucket holds %q; want it sealed", stored)
	}
	read := func() (string, error) {
		r, err := files.Open(context.Background(), id)
		if err != nil {
			return "", err
		}
		defer func() { _ = r.Close() }()
		b, err := io.ReadAll(r)
		return string(b), err
	}
	if got, err := read(); got != words || err != nil {
		t.Errorf("read = %q, %v", got, err)
	}
	if err := files.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := read(); !errors.Is(err, fs.ErrNotExist) || len(o.held) != 0 {
		t.Errorf("after Delete: %v, %d objects", err, len(o.held))
	}
}
