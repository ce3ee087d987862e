package store_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
	"huitong/portal/vault"
)

// rotatorKey is the variable that makes the test binary a rotation that goes on
// until it has ended or is killed. Its value is a rotation as JSON.
const rotatorKey = "HUITONG_STORE_ROTATOR"

type rotation struct{ Path, URL, Secrets, Blobs string }

// open opens the same data as another process would, with keys of its own.
func (r rotation) open() (*store.Store, *vault.Keyring, error) {
	keys, err := vault.Open(r.Secrets, rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	bucket, err := vault.OpenDirectory(r.Blobs)
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(context.Background(), store.Config{URL: r.URL, Path: r.Path, Vault: keys, Files: vault.OpenFiles(bucket, keys, 1<<20)})
	return s, keys, err
}

func runRotator(how string) int {
	var r rotation
	err := json.Unmarshal([]byte(how), &r)
	if err == nil {
		var s *store.Store
		if s, _, err = r.open(); err == nil {
			err = s.ResealAll(context.Background(), func(r store.Reseal) { fmt.Println(r.Table, r.Done) })
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (f *fixture) rotation() rotation {
	return rotation{Path: f.config.Path, URL: f.config.URL, Secrets: f.secrets, Blobs: f.blobs}
}

func (f *fixture) beside(tb testing.TB) (*store.Store, *vault.Keyring) {
	tb.Helper()
	s, keys, err := f.rotation().open()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s, keys
}

// sealedUnder counts the sealed values and blobs under a key, all of them and those
// of the history.
func (f *fixture) sealedUnder(tb testing.TB, key string) (all, history int) {
	tb.Helper()
	for table, columns := range map[string][]string{
		"applications": {"code", "answers", "names", "consent"}, "assists": {"consent"}, "contacts": {"address"}, "factors": {"secret"}, "staff_contacts": {"address"}, "feedback": {"text"}, "unanswered": {"text"}, "events": {"words"}, "referral_events": {"words"}, "tellings": {"words"}, "conference_texts": {"body"}, "conference_decisions": {"what"},
		"children": {"names", "details"}, "assessments": {"body"}, "pairings": {"body"}, "visits": {"body"}, "episodes": {"body"}, "talks": {"body"}, "field_devices": {"key"},
		"reports": {"code", "said"}, "report_events": {"words"}, "desk_views": {"name"},
		"directory": {"person"}, "imports": {"body"}, "trainings": {"body"}, "outreach_events": {"body"}, "call_backs": {"asked"}, "call_tries": {"words"},
	} {
		for _, column := range columns {
			for _, b := range f.bytes(tb, `SELECT `+column+` FROM `+table+` WHERE LENGTH(`+column+`) > 0`) {
				if id, err := vault.KeyID(b); err != nil || id != key {
					continue
				}
				all++
				if table == "events" {
					history++
				}
			}
		}
	}
	for _, name := range f.stored(tb) {
		b, err := os.ReadFile(filepath.Join(f.blobs, name))
		if err != nil {
			tb.Fatal(err)
		}
		if hex.EncodeToString(b[1:5]) == key {
			all++
		}
	}
	return all, history
}

func (f *fixture) bytes(tb testing.TB, query string) [][]byte {
	tb.Helper()
	rows, err := f.raw.Query(query)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out [][]byte
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			tb.Fatal(err)
		}
		out = append(out, b)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return out
}

// sums adds up what a rotation reports.
func sums(into map[string]store.Reseal) func(store.Reseal) {
	return func(r store.Reseal) { into[r.Table] = r }
}

func TestResealAll(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		draft, _ := f.draft(t)
		file := f.attach(t, draft.Reference, photo("household-register", 1))
		sent := f.submitted(t)
		if err := f.SetContact(ctx, sent.Reference, byEmail, false); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"", "some words"} {
			if err := f.KeepFeedback(ctx, casework.Feedback{Path: "/", Lang: "en", Verdict: casework.Wrong, Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.KeepUnanswered(ctx, casework.Unanswered{Text: "where is the sea", Place: casework.InChat, Lang: "en"}); err != nil {
			t.Fatal(err)
		}
		director := f.director(t, "zhuren")
		if _, err := f.BeginFactor(ctx, director); err != nil {
			t.Fatal(err)
		}
		if err := f.SetStaffContact(ctx, director, apply.Contact{Channel: apply.Email, Address: "desk@example.org"}); err != nil {
			t.Fatal(err)
		}
		if err := f.KeepView(ctx, f.handler(t, casework.Supervisor, "shiqi", "dudao").Actor(), casework.View{Name: "要紧的", Filters: "due=late"}); err != nil {
			t.Fatal(err)
		}
		helped, err := f.BeginAssist(ctx, director, agreed, "zh-Hans", f.forms, []apply.Wish{{Form: f.form, Child: 1}})
		if err != nil {
			t.Fatal(err)
		}
		who := f.helpers(t)
		if _, err := f.refers(who.own, sent, "page", 5); err != nil {
			t.Fatal(err)
		}
		if _, err := f.confers(who.own, sent, "page"); err != nil {
			t.Fatal(err)
		}
		p, _ := f.childFile(t)
		if _, err := f.AddDevice(ctx, p.director.Actor(), ""); err != nil {
			t.Fatal(err)
		}
		if _, err := f.SendReport(ctx, reported("key", reportWords), time.Minute); err != nil {
			t.Fatal(err)
		}
		keeper := f.user(t, "keeper", casework.Post{Role: casework.Administrator})
		f.enter(t, keeper, casework.DirectoryEntry{Town: "shiqi", Name: inPostName, Phone: inPostPhone})
		if _, err := f.SendDirectory(ctx, keeper.Actor(), []byte(directoryText)); err != nil {
			t.Fatal(err)
		}
		f.trains(t, f.user(t, "trainer", casework.Post{Role: casework.Officer}), casework.Training{Day: "2026-11-20", Audience: casework.ForBoth, Hours: 2, Topic: "政策"})
		f.plans(t, f.user(t, "planner", casework.Post{Role: casework.Director, Area: "shiqi", Village: village}), meeting())
		f.asks(t, "rotated", "迎阳社区")
		f.acts(t, keeperOfCalls(t, f), casework.CallNoAnswer)
		before := map[apply.Reference]*apply.Application{draft.Reference: f.again(t, draft.Reference), helped: f.again(t, helped), sent.Reference: f.again(t, sent.Reference)}
		other, keys := f.beside(t)
		old := keys.Current()
		all, history := f.sealedUnder(t, old)
		if err := keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		got := map[string]store.Reseal{}
		if err := other.ResealAll(ctx, sums(got)); err != nil {
			t.Fatal(err)
		}
		want := map[string]store.Reseal{
			"applications": {Table: "applications", Done: 12}, "assists": {Table: "assists", Done: 1}, "contacts": {Table: "contacts", Done: 1}, "desk_views": {Table: "desk_views", Done: 1}, "access_requests": {Table: "access_requests"}, "factors": {Table: "factors", Done: 1}, "feedback": {Table: "feedback", Done: 1}, "staff_contacts": {Table: "staff_contacts", Done: 1}, "unanswered": {Table: "unanswered", Done: 1}, "conference_decisions": {Table: "conference_decisions"}, "conference_texts": {Table: "conference_texts", Done: 1}, "referral_events": {Table: "referral_events", Done: 1}, "tellings": {Table: "tellings", Done: 1},
			"uploads": {Table: "uploads", Done: 2}, "events": {Table: "events", Kept: history},
			"children": {Table: "children", Done: 2}, "assessments": {Table: "assessments", Done: 1}, "pairings": {Table: "pairings", Done: 1}, "visits": {Table: "visits", Done: 1}, "episodes": {Table: "episodes", Done: 1}, "talks": {Table: "talks", Done: 1}, "field_devices": {Table: "field_devices", Done: 1},
			"reports": {Table: "reports", Done: 2}, "report_events": {Table: "report_events"},
			"pay_entries": {Table: "pay_entries"}, "grant_stops": {Table: "grant_stops"}, "directory": {Table: "directory", Done: 1}, "imports": {Table: "imports", Done: 1}, "trainings": {Table: "trainings", Done: 1}, "outreach_events": {Table: "outreach_events", Done: 1}, "call_backs": {Table: "call_backs", Done: 1}, "call_tries": {Table: "call_tries", Done: 1},
		}
		if diff := cmp.Diff(want, got); diff != "" || history == 0 {
			t.Errorf("reported (-want +got):\n%s", diff)
		}
		if stay, kept := f.sealedUnder(t, old); stay != history || kept != history {
			t.Errorf("%d values lie under the old key, %d of them history; want the %d of the history alone", stay, kept, history)
		}
		if now, _ := f.sealedUnder(t, keys.Current()); now != all-history {
			t.Errorf("%d values under the new key; want %d", now, all-history)
		}
		// The portal that served all the while has not been told.
		for ref, want := range before {
			if diff := cmp.Diff(want, f.again(t, ref)); diff != "" {
				t.Errorf("read by the serving portal (-before +after):\n%s", diff)
			}
		}
		if body, err := f.ReadFile(ctx, draft.Reference, file.ID, false); string(body) != string(photo("", 1).Body) || err != nil {
			t.Errorf("file = %q, %v; want it as it was", body, err)
		}
		again := map[string]store.Reseal{}
		if err := other.ResealAll(ctx, sums(again)); err != nil || again["applications"].Done+again["uploads"].Done+again["feedback"].Done != 0 {
			t.Errorf("the second time: %v, %v; want nothing left to do", again, err)
		}
	})
}

// TestResealWhileServing has a portal write under its old key until it reads the
// secrets file again; what it wrote is found by going on.
func TestResealWhileServing(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		other, keys := f.beside(t)
		if err := keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		a, _ := f.draft(t) // by the portal that knows nothing of it
		if under, _ := f.sealedUnder(t, keys.Current()); under != 0 {
			t.Fatalf("%d values under the new key before anybody told the portal", under)
		}
		stop, stopped := make(chan struct{}), make(chan error)
		go func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					stopped <- nil
					return
				default:
				}
				next := apply.Answers{"child_name": fmt.Sprint("child ", n)}
				saved, err := f.SaveAnswers(ctx, a.Reference, a.Version, next)
				if err != nil {
					stopped <- err
					return
				}
				a = saved
			}
		}()
		for range 5 {
			if err := other.ResealAll(ctx, func(store.Reseal) {}); err != nil {
				t.Error(err)
			}
		}
		close(stop)
		if err := <-stopped; err != nil {
			t.Fatalf("a family that writes meanwhile: %v", err)
		}
		if got := f.again(t, a.Reference); got.Answers["child_name"] != a.Answers["child_name"] || got.Version != a.Version {
			t.Errorf("saved last = %q, version %d; want %q, %d", got.Answers["child_name"], got.Version, a.Answers["child_name"], a.Version)
		}
		if err := f.config.Vault.Reload(); err != nil {
			t.Fatal(err)
		}
		fresh, _ := f.draft(t)
		if err := other.ResealAll(ctx, func(store.Reseal) {}); err != nil {
			t.Fatal(err)
		}
		if under, _ := f.sealedUnder(t, keys.Current()); under != 8 {
			t.Errorf("%d values under the new key; want all 8 of %s and the next", under, fresh)
		}
	})
}

func TestResealLeavesWhatDoesNotOpen(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a, _ := f.draft(t)
		f.attach(t, a.Reference, photo("household-register", 1))
		other, keys := f.beside(t)
		if err := keys.Rotate(); err != nil {
			t.Fatal(err)
		}
		broken := f.bytes(t, `SELECT names FROM applications`)[0]
		broken[len(broken)-1] ^= 1
		f.meddle(t, `UPDATE applications SET names = $1`, broken)
		blob := filepath.Join(f.blobs, f.stored(t)[0])
		if err := os.Truncate(blob, 30); err != nil {
			t.Fatal(err)
		}
		got := map[string]store.Reseal{}
		if err := other.ResealAll(t.Context(), sums(got)); err != nil {
			t.Fatal(err)
		}
		if a, u := got["applications"], got["uploads"]; a.Done != 3 || a.Unreadable != 1 || u.Done != 1 || u.Unreadable != 1 {
			t.Errorf("reported %+v, %+v; want one unreadable each, the others done", a, u)
		}
		if after := f.bytes(t, `SELECT names FROM applications`)[0]; string(after) != string(broken) {
			t.Error("a value that does not open was changed")
		}
		if info, err := os.Stat(blob); err != nil || info.Size() != 30 {
			t.Errorf("a blob that does not open was changed: %v, %v", info, err)
		}
	})
}

// TestKilledRotation kills a rotation between its batches, and once more in the next
// one: everything can be read at any time, and in the end all of it lies under the
// new key.
func TestKilledRotation(t *testing.T) {
	for _, on := range []string{"sqlite", "postgres"} {
		t.Run(on, func(t *testing.T) {
			f := openDurable(t, on)
			all := f.drafts(t, 450)
			for i := range 3 {
				f.attach(t, all[i].Reference, photo("household-register", i))
			}
			_, keys := f.beside(t)
			if err := keys.Rotate(); err != nil {
				t.Fatal(err)
			}
			done := 0
			for _, batches := range []int{1, 2} {
				f.rotateAndKill(t, batches)
				now, _ := f.sealedUnder(t, keys.Current())
				if now <= done || now >= 4*len(all) {
					t.Errorf("%d values under the new key after a kill; want more than %d and not all", now, done)
				}
				done = now
				f.readable(t, all)
			}
			got := map[string]store.Reseal{}
			other, _ := f.beside(t)
			if err := other.ResealAll(t.Context(), sums(got)); err != nil {
				t.Fatal(err)
			}
			if got["applications"].Done != 4*len(all)-done || got["applications"].Unreadable != 0 {
				t.Errorf("the last rotation: %+v; want the %d that were left", got["applications"], 4*len(all)-done)
			}
			if now, _ := f.sealedUnder(t, keys.Current()); now != 4*len(all)+6 {
				t.Errorf("%d values under the new key; want %d", now, 4*len(all)+6)
			}
			f.readable(t, all)
		})
	}
}

// rotateAndKill runs a rotation as a process of its own and kills it after so many
// batches.
func (f *fixture) rotateAndKill(tb testing.TB, batches int) {
	tb.Helper()
	how, err := json.Marshal(f.rotation())
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), rotatorKey+"="+string(how))
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range batches {
		if !lines.Scan() {
			break
		}
	}
	_ = cmd.Process.Kill()
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		tb.Fatalf("the rotation ended by itself: %v", err)
	}
}

// readable checks that applications open and hold what they held.
func (f *fixture) readable(tb testing.TB, all []*apply.Application) {
	tb.Helper()
	for _, a := range all {
		if diff := cmp.Diff(a.Answers, f.again(tb, a.Reference).Answers); diff != "" {
			tb.Fatalf("answers (-before +after):\n%s", diff)
		}
	}
	for i := range 3 {
		a := f.again(tb, all[i].Reference)
		body, err := f.ReadFile(tb.Context(), a.Reference, a.Files[0].ID, false)
		if err != nil || string(body) != string(photo("", i).Body) {
			tb.Errorf("file = %q, %v; want it as it was", body, err)
		}
	}
}

func TestResealStopsWhenTold(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		f.draft(t)
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := f.ResealAll(ctx, func(store.Reseal) { t.Error("went on") }); !errors.Is(err, context.Canceled) {
			t.Errorf("ResealAll = %v; want %v", err, context.Canceled)
		}
	})
}

// TestNoColumnIsForgotten finds sealed columns that a rotation would leave under an old
// key for ever.
func TestNoColumnIsForgotten(t *testing.T) {
	unsealed := []string{
		"events.words", // append-only, see doc/0013
		"audit.before", "audit_head.hash", "audit_seals.hash", "audit_seals.code",
	}
	f := open(t, store.Config{Path: filepath.Join(t.TempDir(), "huitong.db")}, "sqlite", "file::memory:")
	db, err := sql.Open("sqlite", "file:"+f.config.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query(`SELECT m.name || '.' || c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND c.type IN ('BYTEA', 'BLOB') ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	known := append(f.SealedColumns(), unsealed...)
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(known, column) {
			t.Errorf("%s is not in sealedTables", column)
		}
		known = slices.DeleteFunc(known, func(k string) bool { return k == column })
	}
	if err := rows.Err(); err != nil || len(known) > 0 {
		t.Errorf("known but not there: %v, %v", known, err)
	}
}
