package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// photo is a file to attach; each number makes another one.
func photo(document string, number int) apply.NewFile {
	body := fmt.Appendf(nil, "picture %d 测试甲的户口本", number)
	return apply.NewFile{Document: document, Kind: "jpeg", Body: body, Small: []byte("small"), Digest: fmt.Appendf(nil, "digest %d", number)}
}

func (f *fixture) attach(tb testing.TB, ref apply.Reference, n apply.NewFile) apply.File {
	tb.Helper()
	file, err := f.AddFile(tb.Context(), ref, n)
	if err != nil {
		tb.Fatal(err)
	}
	return file
}

func (f *fixture) again(tb testing.TB, ref apply.Reference) *apply.Application {
	tb.Helper()
	a, err := f.ApplicationByReference(tb.Context(), ref)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// stored lists the blobs.
func (f *fixture) stored(tb testing.TB) []string {
	tb.Helper()
	entries, err := os.ReadDir(f.blobs)
	if err != nil {
		tb.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func (f *fixture) meddle(tb testing.TB, statement string, args ...any) {
	tb.Helper()
	if _, err := f.raw.Exec(statement, args...); err != nil {
		tb.Fatal(err)
	}
}

func TestFiles(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _ := f.draft(t)
		first := f.attach(t, a.Reference, photo("household-register", 1))
		f.clock.advance(time.Second)
		second := f.attach(t, a.Reference, apply.NewFile{Document: "bank-book", Kind: "pdf", Body: []byte("pdf"), Digest: []byte("x")})
		if err := f.SetPapers(ctx, a.Reference, map[string]bool{"photo": true, "bank-book": true}); err != nil {
			t.Fatal(err)
		}
		if err := f.SetPapers(ctx, a.Reference, map[string]bool{"photo": true, "bank-book": false}); err != nil {
			t.Fatal(err)
		}
		a = f.again(t, a.Reference)
		if len(a.Files) != 2 || a.Files[0].ID != first.ID || a.Files[1].ID != second.ID || a.Files[0].State != apply.FilePending ||
			a.Files[1].Size != 3 || !a.OnPaper("photo") || a.OnPaper("bank-book") {
			t.Errorf("files = %+v, papers = %v", a.Files, a.Papers)
		}
		if b, err := f.ReadFile(ctx, a.Reference, first.ID, false); err != nil || !bytes.HasPrefix(b, []byte("picture 1")) {
			t.Errorf("ReadFile = %q, %v", b, err)
		}
		if b, err := f.ReadFile(ctx, a.Reference, first.ID, true); err != nil || string(b) != "small" {
			t.Errorf("small picture = %q, %v", b, err)
		}
		if _, err := f.ReadFile(ctx, a.Reference, second.ID, true); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("small picture of a PDF: %v; want not found", err)
		}
		for _, name := range f.stored(t) {
			b, err := os.ReadFile(filepath.Join(f.blobs, name))
			if err != nil || bytes.Contains(b, []byte("测试甲")) || strings.Contains(name, "household") {
				t.Errorf("blob %s tells something, or %v", name, err)
			}
		}
	})
}

func TestSameFileTwiceIsOne(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		first := f.attach(t, a.Reference, photo("photo", 1))
		if again := f.attach(t, a.Reference, photo("photo", 1)); again.ID != first.ID {
			t.Errorf("a second file %s; want %s again", again.ID, first.ID)
		}
		f.attach(t, a.Reference, photo("bank-book", 1)) // another document wants its own
		if a = f.again(t, a.Reference); len(a.Files) != 2 || len(f.stored(t)) != 4 {
			t.Errorf("%d files, %d blobs; want 2 and 4", len(a.Files), len(f.stored(t)))
		}
	})
}

// TestManyAtOnce sends 64 files at the same time for one document, each twice as a
// phone does on a bad connection: there are as many as fit, whole, and nothing else.
func TestManyFilesAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				_, err := f.AddFile(t.Context(), a.Reference, photo("photo", i/2))
				var invalid apply.Invalid
				if err != nil && !errors.As(err, &invalid) {
					t.Errorf("file %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		a = f.again(t, a.Reference)
		if n := len(a.Files); n == 0 || n > apply.MaxFiles {
			t.Errorf("%d files; want 1 to %d", n, apply.MaxFiles)
		}
		seen := map[string]bool{}
		for _, file := range a.Files {
			b, err := f.ReadFile(t.Context(), a.Reference, file.ID, false)
			if err != nil || seen[string(b)] {
				t.Errorf("file %q twice, or %v", b, err)
			}
			seen[string(b)] = true
		}
		if _, err := f.SweepFiles(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
		if got := len(f.stored(t)); got != 2*len(a.Files) {
			t.Errorf("%d blobs; want %d", got, 2*len(a.Files))
		}
	})
}

func TestManyApplicationsAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				a, _, err := f.CreateDraft(t.Context(), "sample", "zh-Hans")
				if err == nil {
					_, err = f.AddFile(t.Context(), a.Reference, photo("photo", i))
				}
				if err != nil {
					t.Error(err)
					return
				}
				if got := f.again(t, a.Reference); len(got.Files) != 1 {
					t.Errorf("%d files; want 1", len(got.Files))
				}
			})
		}
		wg.Wait()
	})
}

func TestNoMoreRoom(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		var last apply.File
		for i := range apply.MaxFiles {
			last = f.attach(t, a.Reference, photo("photo", i))
		}
		var invalid apply.Invalid
		_, err := f.AddFile(t.Context(), a.Reference, photo("photo", 100))
		if !errors.As(err, &invalid) || invalid[0].Key != apply.KeyFilesMany || invalid[0].Field != apply.DocumentField("photo") {
			t.Errorf("one more = %v; want %s", err, apply.KeyFilesMany)
		}
		next := photo("photo", 100)
		next.Replaces = last.ID
		f.attach(t, a.Reference, next)
		if a = f.again(t, a.Reference); len(a.Files) != apply.MaxFiles {
			t.Errorf("%d files after one was replaced; want %d", len(a.Files), apply.MaxFiles)
		}
		if _, ok := a.File(last.ID); ok || len(f.stored(t)) != 2*apply.MaxFiles {
			t.Errorf("the replaced file is there: %v, %d blobs", ok, len(f.stored(t)))
		}
		for i := 0; err == nil || !errors.As(err, &invalid) || invalid[0].Key == apply.KeyFilesMany; i++ {
			_, err = f.AddFile(t.Context(), a.Reference, photo(fmt.Sprint("document-", i/apply.MaxFiles), i))
		}
		if a = f.again(t, a.Reference); invalid[0].Key != apply.KeyFilesAll || len(a.Files) != apply.MaxFilesAll {
			t.Errorf("%d files, then %v; want %d and %s", len(a.Files), invalid, apply.MaxFilesAll, apply.KeyFilesAll)
		}
	})
}

// TestOnlyWhereItBelongs asks for a file under another application's number.
func TestOnlyWhereItBelongs(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		mine, _ := f.draft(t)
		other, _ := f.draft(t)
		file := f.attach(t, mine.Reference, photo("photo", 1))
		u := f.officer(t)
		if _, err := f.ReadFile(ctx, other.Reference, file.ID, false); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("read under another number: %v; want not found", err)
		}
		if _, err := f.ReadFileForStaff(ctx, u.Actor(), other.Reference, file.ID); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("read by staff under another number: %v; want not found", err)
		}
		if err := f.RemoveFile(ctx, other.Reference, file.ID); err != nil {
			t.Errorf("remove under another number: %v", err)
		}
		n := photo("photo", 2)
		n.Replaces = file.ID
		if _, err := f.AddFile(ctx, other.Reference, n); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("replace under another number: %v; want not found", err)
		}
		if got := f.again(t, mine.Reference); len(got.Files) != 1 {
			t.Errorf("%d files are left; want 1", len(got.Files))
		}
		before := len(f.audited(t))
		if b, err := f.ReadFileForStaff(ctx, u.Actor(), mine.Reference, file.ID); err != nil || len(b) == 0 {
			t.Fatal(err)
		}
		lines, err := f.Audit(ctx, u.Actor(), casework.AuditQuery{Limit: 1})
		if err != nil || len(f.audited(t)) != before+2 || lines[0].Action != casework.OpenFile || lines[0].Detail != "photo" || lines[0].Reference != mine.Reference {
			t.Errorf("audit = %+v, %v", lines, err)
		}
	})
}

func TestFilesFollowTheApplication(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _ := f.draft(t)
		received := f.attach(t, a.Reference, photo("photo", 1))
		a, err := f.Submit(ctx, f.submission(a, "key"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.AddFile(ctx, a.Reference, photo("photo", 2)); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("attach after submission: %v; want a conflict", err)
		}
		if err := f.RemoveFile(ctx, a.Reference, received.ID); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("remove after submission: %v; want a conflict", err)
		}
		if err := f.SetPapers(ctx, a.Reference, map[string]bool{"photo": true}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("papers after submission: %v; want a conflict", err)
		}
		u := f.officer(t)
		change := func(move func(*apply.Application, time.Time) error) {
			t.Helper()
			f.clock.advance(time.Minute)
			if a, err = f.Change(ctx, a.Reference, a.Version, move); err != nil {
				t.Fatal(err)
			}
		}
		change(func(a *apply.Application, now time.Time) error { return a.AskMore(u.Actor(), "请补照片", now) })
		var invalid apply.Invalid
		if _, err := f.Change(ctx, a.Reference, a.Version, func(a *apply.Application, now time.Time) error { return a.Supply(" ", now) }); !errors.As(err, &invalid) {
			t.Errorf("supply of nothing: %v", err)
		}
		f.clock.advance(time.Minute)
		extra := f.attach(t, a.Reference, photo("photo", 3))
		if err := f.RemoveFile(ctx, a.Reference, received.ID); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("remove what the office has: %v; want a conflict", err)
		}
		if err := f.RemoveFile(ctx, a.Reference, extra.ID); err != nil {
			t.Errorf("remove what was just added: %v", err)
		}
		f.attach(t, a.Reference, photo(apply.OtherDocument, 4))
		change(func(a *apply.Application, now time.Time) error { return a.Supply("", now) })
		change(func(a *apply.Application, now time.Time) error { return a.Withdraw("", now) })
		if a = f.again(t, a.Reference); len(a.Files) != 2 {
			t.Errorf("%d files after a submitted application was withdrawn; want both kept", len(a.Files))
		}
	})
}

func TestWithdrawnDraftLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		file := f.attach(t, a.Reference, photo("photo", 1))
		f.attach(t, a.Reference, photo("photo", 2))
		if err := f.RemoveFile(t.Context(), a.Reference, file.ID); err != nil || len(f.stored(t)) != 2 {
			t.Errorf("after removing one of two: %v, blobs %v; want 2", err, f.stored(t))
		}
		if _, err := f.Change(t.Context(), a.Reference, a.Version, func(a *apply.Application, now time.Time) error { return a.Withdraw("", now) }); err != nil {
			t.Fatal(err)
		}
		if left := f.stored(t); len(left) != 0 {
			t.Errorf("blobs %v are left", left)
		}
		var rows int
		if err := f.raw.QueryRow(`SELECT COUNT(*) FROM files`).Scan(&rows); err != nil || rows != 0 {
			t.Errorf("%d rows are left, %v", rows, err)
		}
	})
}

// TestSweep breaks off at every point between row and blob; what is left can be read
// by nobody and goes with a sweep, while what is in use stays.
func TestSweep(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _ := f.draft(t)
		kept := f.attach(t, a.Reference, photo("photo", 1))
		crashed := map[string]apply.File{}
		for i, point := range []string{"arriving", "gone", "arriving without its blob"} {
			crashed[point] = f.attach(t, a.Reference, photo("bank-book", 10+i))
		}
		if err := os.Remove(filepath.Join(f.blobs, crashed["arriving without its blob"].ID)); err != nil {
			t.Fatal(err)
		}
		for point, file := range crashed {
			f.meddle(t, `UPDATE files SET state = $1 WHERE id = $2`, strings.Fields(point)[0], file.ID)
		}
		for point, file := range crashed {
			if _, err := f.ReadFile(ctx, a.Reference, file.ID, false); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("%s: %v; want not found", point, err)
			}
		}
		if got := f.again(t, a.Reference); len(got.Files) != 1 {
			t.Errorf("the application shows %d files; want 1", len(got.Files))
		}
		if n, err := f.SweepFiles(ctx, 100); n != 1 || err != nil {
			t.Errorf("at once: swept %d, %v; want the removed one alone, the others may still arrive", n, err)
		}
		f.clock.advance(2 * time.Hour)
		if n, err := f.SweepFiles(ctx, 1); n != 1 || err != nil {
			t.Errorf("swept %d, %v; want no more than the limit", n, err)
		}
		if n, err := f.SweepFiles(ctx, 100); n != 1 || err != nil {
			t.Errorf("swept %d, %v; want the last", n, err)
		}
		if b, err := f.ReadFile(ctx, a.Reference, kept.ID, false); len(b) == 0 || err != nil || len(f.stored(t)) != 2 {
			t.Errorf("kept file: %v, blobs %v", err, f.stored(t))
		}
		f.meddle(t, `DELETE FROM applications WHERE reference = $1`, string(a.Reference))
		if n, err := f.SweepFiles(ctx, 100); n != 1 || err != nil || len(f.stored(t)) != 0 {
			t.Errorf("of a deleted application: swept %d, %v, blobs %v", n, err, f.stored(t))
		}
	})
}

// TestBrokenOff ends an upload while it is stored: nothing of it is left.
func TestBrokenOff(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		n := photo("photo", 1)
		n.Body = make([]byte, 2<<20) // more than the fixture's files may have
		if _, err := f.AddFile(t.Context(), a.Reference, n); err == nil {
			t.Error("a file beyond the limit was stored")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := f.AddFile(ctx, a.Reference, photo("photo", 2)); err == nil {
			t.Error("a file was stored for a request that had ended")
		}
		if _, err := f.SweepFiles(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		if got := f.again(t, a.Reference); len(got.Files) != 0 || len(f.stored(t)) != 0 {
			t.Errorf("%d files, blobs %v; want nothing", len(got.Files), f.stored(t))
		}
	})
}

// scanner is a virus scanner that judges by a word.
type scanner struct{ down bool }

// Scan implements store.Scanner.
func (s *scanner) Scan(_ context.Context, r io.Reader) (apply.FileState, error) {
	b, err := io.ReadAll(r)
	switch {
	case err != nil:
		return "", err
	case s.down:
		return "", fmt.Errorf("no scanner: %w", fs.ErrNotExist) // of its socket
	case bytes.Contains(b, []byte("harm")):
		return apply.FileInfected, nil
	case bytes.Contains(b, []byte("odd")):
		return apply.FileFailed, nil
	}
	return apply.FileClean, nil
}

func TestScan(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _ := f.draft(t)
		files := map[string]apply.File{}
		for i, body := range []string{"good", "harmful", "odd"} {
			n := photo("photo", i)
			n.Body = []byte(body)
			files[body] = f.attach(t, a.Reference, n)
			f.clock.advance(time.Second)
		}
		damaged := f.attach(t, a.Reference, photo("photo", 9))
		if err := os.WriteFile(filepath.Join(f.blobs, damaged.ID), []byte("not what was written"), 0o600); err != nil {
			t.Fatal(err)
		}
		s := &scanner{down: true}
		if n, err := f.ScanFiles(ctx, s, 10); n != 0 || err == nil {
			t.Errorf("with the scanner down: %d, %v", n, err)
		}
		state := func(file apply.File) apply.FileState {
			got, _ := f.again(t, a.Reference).File(file.ID)
			return got.State
		}
		if got := state(files["good"]); got != apply.FilePending {
			t.Errorf("with the scanner down the file is %s; want pending", got)
		}
		s.down = false
		if n, err := f.ScanFiles(ctx, s, 2); n != 2 || err != nil {
			t.Errorf("scanned %d, %v; want the limit", n, err)
		}
		if n, err := f.ScanFiles(ctx, s, 10); n != 2 || err != nil {
			t.Errorf("scanned %d, %v; want the rest", n, err)
		}
		for file, want := range map[apply.File]apply.FileState{
			files["good"]: apply.FileClean, files["harmful"]: apply.FileInfected, files["odd"]: apply.FileFailed, damaged: apply.FileFailed,
		} {
			if got := state(file); got != want {
				t.Errorf("state = %s; want %s", got, want)
			}
		}
		if n, err := f.ScanFiles(ctx, s, 10); n != 0 || err != nil {
			t.Errorf("scanned %d again, %v; want none so soon", n, err)
		}
		f.clock.advance(2 * time.Hour)
		if n, err := f.ScanFiles(ctx, s, 10); n != 2 || err != nil {
			t.Errorf("scanned %d again, %v; want the two that failed", n, err)
		}
		for _, small := range []bool{false, true} {
			if _, err := f.ReadFile(ctx, a.Reference, files["harmful"].ID, small); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("harmful file: %v; want that nobody can open it", err)
			}
		}
		if log := strings.Join(f.audited(t), "\n"); strings.Count(log, string(casework.QuarantineFile)) != 1 {
			t.Errorf("audit = %s; want one line on the harmful file", log)
		}
	})
}

// TestAskedForBeforeTheClockWasSetBack attaches what the office asked for by a clock that was
// an hour ahead: it counts as given, and may be taken back.
func TestAskedForBeforeTheClockWasSetBack(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		officer := f.handler(t, casework.Officer, "", "zhang")
		change := func(move func(*apply.Application, time.Time) error) {
			t.Helper()
			if _, err := f.Change(t.Context(), a.Reference, f.again(t, a.Reference).Version, move); err != nil {
				t.Fatal(err)
			}
		}
		change(func(a *apply.Application, now time.Time) error {
			return a.AskMore(officer.Actor(), "请补照片", now)
		})
		f.clock.advance(-time.Hour)
		for i := range 2 {
			f.attach(t, a.Reference, photo("photo", i))
		}
		now := f.again(t, a.Reference)
		if len(now.Files) != 2 || !now.Removable(now.Files[0]) {
			t.Fatalf("%d files; want two that may be taken back", len(now.Files))
		}
		change(func(a *apply.Application, now time.Time) error { return a.Supply("", now) })
	})
}

// fragile is a scanner that dies at one kind of file, and is back when it was asked twice
// more.
type fragile struct {
	scanner
	away int
}

// Scan implements Scanner.
func (s *fragile) Scan(ctx context.Context, r io.Reader) (apply.FileState, error) {
	if s.away > 0 {
		s.away--
		return "", errors.New("no scanner")
	}
	b, err := io.ReadAll(r)
	if bytes.Contains(b, []byte("deadly")) {
		s.away = 2
		return "", errors.Join(err, io.ErrUnexpectedEOF)
	}
	return s.scanner.Scan(ctx, bytes.NewReader(b))
}

// TestScannerDiesOfAFile holds that papers of other families do not wait for ever behind
// one that kills the scanner.
func TestScannerDiesOfAFile(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		files := map[string]apply.File{}
		for i, body := range []string{"deadly", "deadly too", "good", "harmful"} {
			n := photo("photo", i)
			n.Body = []byte(body)
			files[body] = f.attach(t, a.Reference, n)
			f.clock.advance(time.Second)
		}
		s := &fragile{}
		for range 20 { // rounds of half a minute
			_, _ = f.ScanFiles(t.Context(), s, 10)
			f.clock.advance(30 * time.Second)
		}
		now := f.again(t, a.Reference)
		for body, want := range map[string]apply.FileState{
			"deadly": apply.FileFailed, "deadly too": apply.FileFailed, "good": apply.FileClean, "harmful": apply.FileInfected,
		} {
			if got, _ := now.File(files[body].ID); got.State != want {
				t.Errorf("%s is %s; want %s", body, got.State, want)
			}
		}
	})
}

// TestNoPlaceForFiles takes the place of the files away for a while: the rest of the
// application goes on, and nothing is left of what could not be kept.
func TestNoPlaceForFiles(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		aside := f.blobs + "-aside"
		if err := errors.Join(os.Rename(f.blobs, aside), os.WriteFile(f.blobs, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.AddFile(t.Context(), a.Reference, photo("photo", 1)); !errors.Is(err, apply.ErrNotKept) {
			t.Errorf("no place: %v; want ErrNotKept", err)
		}
		if again := f.again(t, a.Reference); len(again.Files) != 0 {
			t.Errorf("%d files; want none", len(again.Files))
		}
		if err := errors.Join(os.Remove(f.blobs), os.Rename(aside, f.blobs)); err != nil {
			t.Fatal(err)
		}
		if f.attach(t, a.Reference, photo("photo", 1)); len(f.stored(t)) != 2 {
			t.Errorf("stored: %v; want the photo and its small one", f.stored(t))
		}
	})
}
