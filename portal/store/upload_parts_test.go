package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/portal/apply"
)

// pieces are parts of a file of n bytes, each of size bytes.
func pieces(document string, n, size int) (whole []byte, parts []apply.Part) {
	whole = bytes.Repeat([]byte("测试甲的户口本 "), n/16+1)[:n]
	for at := 0; at < n; at += size {
		end := min(at+size, n)
		parts = append(parts, apply.Part{Whole: fmt.Sprintf("%064x", n), Size: int64(n), Document: document, At: int64(at), Body: whole[at:end]})
	}
	return whole, parts
}

// TestUploadInPieces: what has arrived stays, sealed and seen by nobody, until all is
// there; pieces that come twice, in another order or from another application do no harm.
func TestUploadInPieces(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _ := f.draft(t)
		other, _ := f.draft(t)
		whole, parts := pieces("household-register", 1000, 300)
		want := func(name string, got int64, err error, at int64, wrong error) {
			t.Helper()
			if got != at || !errors.Is(err, wrong) {
				t.Errorf("%s: %d, %v; want %d, %v", name, got, err, at, wrong)
			}
		}
		got, err := f.AddPart(ctx, a.Reference, parts[1])
		want("not the first", got, err, 0, apply.ErrConflict)
		got, err = f.AddPart(ctx, a.Reference, parts[0])
		want("the first", got, err, 300, nil)
		got, err = f.AddPart(ctx, a.Reference, parts[0])
		want("the first again", got, err, 300, apply.ErrConflict)
		got, err = f.AddPart(ctx, a.Reference, parts[2])
		want("one left out", got, err, 300, apply.ErrConflict)
		got, err = f.Arrived(ctx, other.Reference, parts[0])
		want("of another application", got, err, 0, nil)
		if _, err := f.WholeFile(ctx, a.Reference, parts[0]); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("half of it: %v; want ErrNotFound", err)
		}
		f.clock.advance(23 * time.Hour)
		if n, err := f.SweepFiles(ctx, 100); n != 0 || err != nil {
			t.Errorf("a sweep within the day deleted %d, %v", n, err)
		}
		var wait sync.WaitGroup
		for range 12 { // the same piece from several windows, and again
			wait.Go(func() {
				if _, err := f.AddPart(ctx, a.Reference, parts[1]); err != nil && !errors.Is(err, apply.ErrConflict) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		f.clock.advance(23 * time.Hour) // the first has waited longer than a day, but not alone
		if _, err := f.SweepFiles(ctx, 100); err != nil {
			t.Fatal(err)
		}
		for _, p := range parts[2:] {
			if got, err = f.AddPart(ctx, a.Reference, p); err != nil {
				t.Fatal(err)
			}
		}
		want("all", got, err, 1000, nil)
		if again := f.again(t, a.Reference); len(again.Files) != 0 {
			t.Errorf("%d files are seen before one is kept", len(again.Files))
		}
		for _, name := range f.stored(t) {
			if _, err := f.ReadFile(ctx, a.Reference, name, false); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("a piece can be read: %v", err)
			}
		}
		body, err := f.WholeFile(ctx, a.Reference, parts[0])
		if err != nil || !bytes.Equal(body, whole) {
			t.Errorf("put together: %d bytes, %v; want those that were sent", len(body), err)
		}
		f.hides(t, "upload_parts", parts[0].Whole)
		if err := f.DropParts(ctx, a.Reference, parts[0]); err != nil {
			t.Fatal(err)
		}
		if left := f.stored(t); len(left) != 0 {
			t.Errorf("%d blobs are left", len(left))
		}
	})
}

// TestPiecesAreBounded: pieces go after a day, with the application, and for newer ones,
// and there are none for a document that is full or of an application that takes none.
func TestPiecesAreBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _ := f.draft(t)
		for n := range 6 {
			_, parts := pieces("household-register", 1000+n, 300)
			if _, err := f.AddPart(ctx, a.Reference, parts[0]); err != nil {
				t.Fatal(err)
			}
			f.clock.advance(time.Second)
		}
		if _, err := f.SweepFiles(ctx, 100); err != nil {
			t.Fatal(err)
		}
		if left := f.stored(t); len(left) != 3 {
			t.Errorf("%d uploads are under way; want 3", len(left))
		}
		f.clock.advance(25 * time.Hour)
		if n, err := f.SweepFiles(ctx, 100); n != 3 || err != nil {
			t.Errorf("swept %d after a day, %v; want all", n, err)
		}
		for n := range apply.MaxFiles {
			f.attach(t, a.Reference, photo("household-register", n))
		}
		_, parts := pieces("household-register", 1000, 300)
		var invalid apply.Invalid
		if _, err := f.AddPart(ctx, a.Reference, parts[0]); !errors.As(err, &invalid) || !strings.Contains(invalid[0].Key, "files") {
			t.Errorf("where there is no room: %v", err)
		}
		_, parts = pieces("photo", 1000, 300)
		if _, err := f.AddPart(ctx, a.Reference, parts[0]); err != nil {
			t.Fatal(err)
		}
		a, err := f.Change(ctx, a.Reference, f.again(t, a.Reference).Version, func(a *apply.Application, now time.Time) error { return a.Withdraw("", now) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.AddPart(ctx, a.Reference, parts[1]); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("after it was withdrawn: %v; want ErrConflict", err)
		}
		if left := f.stored(t); len(left) != 0 {
			t.Errorf("%d blobs are left of an application that is withdrawn", len(left))
		}
	})
}
