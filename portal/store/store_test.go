package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
	"huitong/portal/store/storetest"
	"huitong/portal/vault"
)

const (
	childID   = "440000201805060012"
	childName = "测试甲的孩子"
	guardian  = "测试乙"
)

var answers = apply.Answers{
	"child_name": childName, "child_id": childID, "guardian_name": guardian, "guardian_relation": "grandparent",
	"phone": "13800138000", "town": "shiqi", "bank_account": "6222021234567890128",
}

// clock is a time that only tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// sampleContent is the site's content with the questions and the one policy of
// testdata in place of its own.
type sampleContent struct{ own fs.FS }

// Open implements fs.FS.
func (s sampleContent) Open(name string) (fs.File, error) {
	f, err := s.own.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return content.Embedded().Open(name)
	}
	return f, err
}

// fixture is an empty store on one of the databases.
type fixture struct {
	*store.Store
	clock   *clock
	config  store.Config
	form    apply.Form
	raw     *sql.DB // past the store, to look and to meddle
	secrets string
	taken   map[apply.Reference]bool
	drawn   int    // how many applications were invented
	blobs   string // directory of attached files
}

// onBoth runs a test on SQLite and on PostgreSQL, beside others: each has databases of its
// own, and waits for them most of the time.
func onBoth(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "huitong test%.db")
		if err := storetest.WriteEmpty(path); err != nil {
			t.Fatal(err)
		}
		test(t, open(t, store.Config{Path: path, Disposable: true}, "sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(5000)"))
	})
	t.Run("postgres", func(t *testing.T) {
		address := quick.Empty(t)
		test(t, open(t, store.Config{URL: address}, "pgx", address))
	})
}

// sampleForm is that of the one policy, which no test changes.
var sampleForm = sync.OnceValues(func() (apply.Form, error) {
	lib, err := content.Load(sampleContent{os.DirFS("../apply/testdata/content")})
	if err != nil {
		return apply.Form{}, err
	}
	policy, _ := lib.Policy("sample")
	return apply.Form{Policy: policy}, nil
})

func open(tb testing.TB, c store.Config, driver, source string) *fixture {
	tb.Helper()
	return openBy(tb, store.Open, c, driver, source)
}

// openBy is open for a store that is opened otherwise.
func openBy(tb testing.TB, opener func(context.Context, store.Config) (*store.Store, error), c store.Config, driver, source string) *fixture {
	tb.Helper()
	secrets := filepath.Join(tb.TempDir(), "secrets.json")
	keys, err := vault.Open(secrets, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	form, err := sampleForm()
	if err != nil {
		tb.Fatal(err)
	}
	f := &fixture{secrets: secrets, clock: &clock{t: time.Date(2026, 11, 23, 1, 2, 3, 4000, time.UTC)}, form: form, taken: map[apply.Reference]bool{}}
	f.blobs = filepath.Join(tb.TempDir(), "uploads")
	bucket, err := vault.OpenDirectory(f.blobs)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = bucket.Close() })
	c.Vault, c.Now, c.Files = keys, f.clock.now, vault.OpenFiles(bucket, keys, 1<<20)
	c.Passwords = casework.PasswordCost{Memory: 64, Time: 1, Threads: 1} // casework tests the real one
	f.config = c
	if f.Store, err = opener(context.Background(), c); err != nil {
		tb.Fatal(err)
	}
	if f.raw, err = sql.Open(driver, source); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = f.raw.Close()
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	return f
}

// draft returns a filled-in draft.
func (f *fixture) draft(tb testing.TB) (*apply.Application, apply.Token) {
	tb.Helper()
	a, token, err := f.CreateDraft(tb.Context(), "sample", "zh-Hans")
	if err != nil {
		tb.Fatal(err)
	}
	if a, err = f.SaveAnswers(tb.Context(), a.Reference, a.Version, answers); err != nil {
		tb.Fatal(err)
	}
	return a, token
}

func (f *fixture) submission(a *apply.Application, key string) apply.Submission {
	return submissionOf(a, f.form, key)
}

func submissionOf(a *apply.Application, form apply.Form, key string) apply.Submission {
	return apply.Submission{Reference: a.Reference, Version: a.Version, Key: key, Form: form,
		Consent: apply.Consent{Guardian: guardian, Relation: "grandparent", Notice: "2026-11"}}
}

func (f *fixture) submitted(tb testing.TB) *apply.Application {
	tb.Helper()
	a, _ := f.draft(tb)
	a, err := f.Submit(tb.Context(), f.submission(a, "key"))
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// officer takes up the first invitation.
func (f *fixture) officer(tb testing.TB) casework.User {
	tb.Helper()
	tokens, err := f.FirstInvites(tb.Context(), casework.Officer)
	if err != nil || len(tokens) != 1 {
		tb.Fatalf("FirstInvites: %d, %v", len(tokens), err)
	}
	u, err := f.AcceptInvite(tb.Context(), tokens[0], "chen", "陈一", "correct horse battery")
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

// user is somebody of this role, invited from the command line.
func (f *fixture) user(tb testing.TB, login string, post casework.Post) casework.User {
	tb.Helper()
	token, err := f.Invite(tb.Context(), apply.Actor{}, casework.Invite{Post: post})
	if err != nil {
		tb.Fatal(err)
	}
	u, err := f.AcceptInvite(tb.Context(), token, login, "测试员", "correct horse battery")
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

func (f *fixture) signIn(ctx context.Context, login, password, client string) (casework.Step, apply.Token, error) {
	return f.SignIn(ctx, casework.Attempt{Login: login, Password: password, Client: client, Device: "Test"})
}

func (f *fixture) audited(tb testing.TB) []string {
	tb.Helper()
	rows, err := f.raw.Query(`SELECT number, actor_kind, action FROM audit ORDER BY number`)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var n int
		var kind, action string
		if err := rows.Scan(&n, &kind, &action); err != nil {
			tb.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%d %s %s", n, kind, action))
	}
	return out
}

func TestJourney(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, token := f.draft(t)
		got, err := f.ApplicationByDraftToken(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string(answers), map[string]string(got.Answers)); diff != "" || got.Reference != a.Reference || !got.Code.Equal(a.Code) || got.Code == "" {
			t.Errorf("draft came back changed: %s", diff)
		}
		a, err = f.Submit(ctx, f.submission(got, "key"))
		if err != nil {
			t.Fatal(err)
		}
		u := f.officer(t)
		f.clock.advance(time.Hour)
		steps := []func(*apply.Application, time.Time) error{
			func(a *apply.Application, now time.Time) error { return a.AskMore(u.Actor(), "请补户口本", now) },
			func(a *apply.Application, now time.Time) error { return a.Supply("已交到镇街", now) },
			func(a *apply.Application, now time.Time) error { return a.Accept(u.Actor(), now) },
			func(a *apply.Application, now time.Time) error { return a.Approve(u.Actor(), "符合条件", now) },
		}
		for _, step := range steps {
			if a, err = f.Change(ctx, a.Reference, a.Version, step); err != nil {
				t.Fatal(err)
			}
		}
		stored, err := f.ApplicationByReference(ctx, a.Reference)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, stored); diff != "" {
			t.Errorf("what was returned is not what was stored: %s", diff)
		}
		if stored.State != apply.Approved || len(stored.Events) != 5 || stored.Events[1].Reason != "请补户口本" || stored.Events[2].Text != "已交到镇街" {
			t.Errorf("after all: %s, %d events", stored.State, len(stored.Events))
		}
		want := []string{"1 family submit", "2 staff take-invite", "3 staff ask-more", "4 family supply", "5 staff accept", "6 staff approve"}
		if diff := cmp.Diff(want, f.audited(t)); diff != "" {
			t.Errorf("audit: %s", diff)
		}
	})
}

func TestSubmitOnceByKey(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		draft, _ := f.draft(t)
		const clients = 16
		versions := make([]int, clients)
		errs := make([]error, clients)
		var wg sync.WaitGroup
		for i := range clients {
			wg.Go(func() {
				a, err := f.Submit(ctx, f.submission(draft, "same"))
				if errs[i] = err; err == nil {
					versions[i] = a.Version
				}
			})
		}
		wg.Wait()
		for i := range clients {
			if errs[i] != nil || versions[i] != draft.Version+1 {
				t.Errorf("client %d: version %d, %v; want the one submission", i, versions[i], errs[i])
			}
		}
		var events, audits int
		if err := f.raw.QueryRow(`SELECT (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM audit)`).Scan(&events, &audits); err != nil {
			t.Fatal(err)
		}
		if events != 1 || audits != 1 {
			t.Errorf("%d events, %d audit lines; want 1 and 1", events, audits)
		}
		if _, err := f.Submit(ctx, f.submission(draft, "other")); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("another key: %v; want ErrConflict", err)
		}
	})
}

func TestSubmitRefusesTheIncomplete(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, _, err := f.CreateDraft(ctx, "sample", "zh-Hans")
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Submit(ctx, f.submission(a, "key"))
		var invalid apply.Invalid
		if !errors.As(err, &invalid) {
			t.Fatalf("Submit = %v; want Invalid", err)
		}
		if a, err = f.ApplicationByReference(ctx, a.Reference); err != nil || a.State != apply.Draft || len(f.audited(t)) != 0 {
			t.Errorf("an incomplete draft left traces: %v, %v", a, err)
		}
	})
}

func TestOneChangeWins(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a := f.submitted(t)
		by := apply.Actor{Kind: apply.StaffActor, ID: "nobody"}
		const officers = 12
		errs := make([]error, officers)
		var wg sync.WaitGroup
		for i := range officers {
			wg.Go(func() {
				_, errs[i] = f.Change(ctx, a.Reference, a.Version, func(a *apply.Application, now time.Time) error {
					if i%2 == 0 {
						return a.Accept(by, now)
					}
					return a.Refuse(by, onGrounds, "不符合条件", now)
				})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, apply.ErrConflict):
				t.Errorf("loser: %v; want ErrConflict", err)
			}
		}
		a, err := f.ApplicationByReference(ctx, a.Reference)
		if won != 1 || err != nil || len(a.Events) != 2 || len(f.audited(t)) != 2 {
			t.Errorf("%d changes won, %v, %v; want 1", won, a, err)
		}
	})
}

func TestCodeLocksOut(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a := f.submitted(t)
		wrong := apply.Code("00000000")
		unknown, err := apply.NewReference(rand.Reader, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.OpenWithCode(ctx, a.Reference, a.Code, "c0"); err != nil {
			t.Fatalf("right code: %v", err)
		}
		var locked *apply.LockedError
		for _, ref := range []apply.Reference{a.Reference, unknown} {
			for i := range 5 {
				if _, err := f.OpenWithCode(ctx, ref, wrong, fmt.Sprint("c", i)); !errors.Is(err, apply.ErrNotFound) {
					t.Fatalf("wrong code %d: %v; want ErrNotFound", i, err)
				}
			}
			if _, err := f.OpenWithCode(ctx, ref, a.Code, "c9"); !errors.As(err, &locked) || !locked.Until.Equal(f.clock.now().Add(15*time.Minute)) {
				t.Fatalf("after five: %v; want locked for 15 minutes, known number or not", err)
			}
		}
		f.clock.advance(15 * time.Minute)
		for range 5 {
			_, _ = f.OpenWithCode(ctx, a.Reference, wrong, "c1")
		}
		if _, err := f.OpenWithCode(ctx, a.Reference, a.Code, "c2"); !errors.As(err, &locked) || !locked.Until.Equal(f.clock.now().Add(30*time.Minute)) {
			t.Fatalf("second time: %v; want locked for 30 minutes", err)
		}
		f.clock.advance(31 * time.Minute)
		if _, err := f.OpenWithCode(ctx, a.Reference, a.Code, "c3"); err != nil {
			t.Errorf("after the lock: %v", err)
		}
	})
}

func TestGuessesAtOnceCountEach(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		var mu sync.Mutex
		judged := 0
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := f.OpenWithCode(t.Context(), a.Reference, "00000000", fmt.Sprint("c", i))
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, apply.ErrNotFound) {
					judged++
				}
			})
		}
		wg.Wait()
		if judged != 5 {
			t.Errorf("%d of 20 guesses at once were judged; want 5", judged)
		}
	})
}

func TestOneClientIsLimited(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		for range 30 {
			ref, err := apply.NewReference(rand.Reader, f.clock.now())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.OpenWithCode(t.Context(), ref, "00000000", "one"); !errors.Is(err, apply.ErrNotFound) {
				t.Fatal(err)
			}
		}
		var locked *apply.LockedError
		if _, err := f.OpenWithCode(t.Context(), a.Reference, a.Code, "one"); !errors.As(err, &locked) {
			t.Errorf("after 30 wrong numbers: %v; want locked", err)
		}
		if _, err := f.OpenWithCode(t.Context(), a.Reference, a.Code, "two"); err != nil {
			t.Errorf("somebody else: %v", err)
		}
	})
}

func TestAuditCannotBeChanged(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		f.submitted(t)
		before := f.audited(t)
		for _, statement := range []string{`UPDATE audit SET action = 'x'`, `DELETE FROM audit`, `UPDATE events SET move = 'x'`} {
			if _, err := f.raw.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v; want it refused", statement, err)
			}
		}
		if f.config.URL != "" {
			if _, err := f.raw.Exec(`TRUNCATE audit`); err == nil {
				t.Error("TRUNCATE went through")
			}
		}
		if diff := cmp.Diff(before, f.audited(t)); diff != "" || len(before) == 0 {
			t.Errorf("audit changed: %s", diff)
		}
	})
}

func TestAuditNamesWhoSawWhat(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a := f.submitted(t)
		u := f.officer(t)
		if _, err := f.OpenForStaff(ctx, u.Actor(), a.Reference); err != nil {
			t.Fatal(err)
		}
		if err := f.RecordAccess(ctx, casework.AuditEntry{Actor: u.Actor(), Action: casework.RevealField, Reference: a.Reference, Detail: "child_id"}); err != nil {
			t.Fatal(err)
		}
		lines, err := f.Audit(ctx, u.Actor(), casework.AuditQuery{Reference: a.Reference, Limit: 2})
		if err != nil || len(lines) != 2 {
			t.Fatalf("Audit = %v, %v", lines, err)
		}
		want := casework.AuditEntry{Number: 4, At: f.clock.now(), Actor: u.Actor(), Login: "chen", Action: casework.RevealField, Reference: a.Reference, Detail: "child_id"}
		if diff := cmp.Diff(want, lines[0]); diff != "" {
			t.Errorf("line: %s", diff)
		}
		if rest, err := f.Audit(ctx, u.Actor(), casework.AuditQuery{Before: lines[1].Number}); err != nil || len(rest) != 2 || rest[0].Number != 2 {
			t.Errorf("lines before %d: %v, %v", lines[1].Number, rest, err)
		}
	})
}

func TestStaffList(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		by := apply.Actor{Kind: apply.StaffActor, ID: "nobody"}
		f.draft(t)
		var refs []apply.Reference
		for range 7 {
			f.clock.advance(time.Minute)
			refs = append(refs, f.submitted(t).Reference)
		}
		// The newest one is decided and goes behind those that wait.
		a, err := f.ApplicationByReference(ctx, refs[6])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Change(ctx, a.Reference, a.Version, func(a *apply.Application, now time.Time) error { return a.Refuse(by, onGrounds, "不符合", now) }); err != nil {
			t.Fatal(err)
		}
		want := refs // what has no limit, the longest first
		var got []apply.Reference
		q := casework.Query{Limit: 3}
		for pages := 1; ; pages++ {
			page, err := f.Applications(ctx, apply.Actor{}, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range page.Applications {
				got = append(got, l.Reference)
				if l.Child != childName || l.Guardian != guardian || l.Town != "shiqi" {
					t.Errorf("line %+v", l)
				}
			}
			if q.After = page.Next; page.Next == "" || pages > 5 {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("order over pages: %s", diff)
		}
		for name, tt := range map[string]struct {
			q    casework.Query
			want int
		}{
			"submitted": {casework.Query{State: apply.Submitted}, 6}, "refused": {casework.Query{State: apply.Refused}, 1},
			"drafts": {casework.Query{State: apply.Draft}, 0}, "other town": {casework.Query{Town: "xiaolan"}, 0},
			"own town": {casework.Query{Town: "shiqi", State: apply.Submitted}, 6},
		} {
			if page, err := f.Applications(ctx, apply.Actor{}, tt.q); err != nil || len(page.Applications) != tt.want || page.Next != "" {
				t.Errorf("%s: %d lines, %v; want %d", name, len(page.Applications), err, tt.want)
			}
		}
		if _, err := f.Applications(ctx, apply.Actor{}, casework.Query{After: "1.2.x' OR 1=1"}); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a made-up place in the list: %v", err)
		}
		if same, err := f.ApplicationsOfChild(ctx, apply.Actor{}, childID); err != nil || len(same) != 7 {
			t.Errorf("applications of the child: %d, %v; want 7", len(same), err)
		}
		if none, err := f.ApplicationsOfChild(ctx, apply.Actor{}, ""); err != nil || len(none) != 0 {
			t.Errorf("applications of no child: %d, %v", len(none), err)
		}
	})
}

func TestDiskHoldsNothingPersonal(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		by := apply.Actor{Kind: apply.StaffActor}
		if _, err := f.Change(t.Context(), a.Reference, a.Version, func(a *apply.Application, now time.Time) error {
			return a.Refuse(by, onGrounds, "理由写着"+childName, now)
		}); err != nil {
			t.Fatal(err)
		}
		secrets := []string{childID, childName, guardian, "13800138000", "6222021234567890128", string(a.Code)}
		for name, data := range f.everything(t) {
			for _, secret := range secrets {
				if bytes.Contains(data, []byte(secret)) {
					t.Errorf("%s holds %q in plain text", name, secret)
				}
			}
			if bytes.Contains(data, []byte("sample")) {
				return // the search does find what is not sealed
			}
		}
		t.Error("nothing was searched")
	})
}

// everything returns what an intruder would read: the files of SQLite with the
// main file last, or all rows of PostgreSQL with sealed columns as bytes.
func (f *fixture) everything(tb testing.TB) map[string][]byte {
	tb.Helper()
	out := map[string][]byte{}
	if f.config.URL == "" {
		var all []byte
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(f.config.Path + suffix)
			if err != nil {
				tb.Fatal(err)
			}
			all = append(all, b...)
		}
		out["files"] = all
		return out
	}
	rows, err := f.raw.Query(`SELECT policy, town, state, child_index, code, answers, names, consent FROM applications
		UNION ALL SELECT reference, move, state, actor_id, words, words, words, words FROM events`)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []byte
	for rows.Next() {
		columns := make([]sql.RawBytes, 8)
		into := make([]any, len(columns))
		for i := range columns {
			into[i] = &columns[i]
		}
		if err := rows.Scan(into...); err != nil {
			tb.Fatal(err)
		}
		for _, c := range columns {
			all = append(append(all, c...), '\n')
		}
	}
	out["rows"] = all
	return out
}

func TestTokensAreForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		a, first := f.draft(t)
		second, err := f.Remember(ctx, a.Reference)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Forget(ctx, first); err != nil {
			t.Fatal(err)
		}
		if _, err := f.ApplicationByDraftToken(ctx, first); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("forgotten browser: %v", err)
		}
		if _, err := f.ApplicationByDraftToken(ctx, second); err != nil {
			t.Errorf("the other browser: %v", err)
		}
		f.clock.advance(apply.DraftTokenLasts)
		if _, err := f.ApplicationByDraftToken(ctx, second); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("after 30 days: %v", err)
		}
		f.clock.advance(time.Second)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		var tokens, applications int
		if err := f.raw.QueryRow(`SELECT (SELECT COUNT(*) FROM draft_tokens), (SELECT COUNT(*) FROM applications)`).Scan(&tokens, &applications); err != nil || tokens != 0 || applications != 1 {
			t.Errorf("after pruning: %d tokens, %d applications, %v", tokens, applications, err)
		}
	})
}

func TestOpenAgainKeepsEverything(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		again, err := store.Open(t.Context(), f.config)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close() }()
		if err := again.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		if got, err := again.ApplicationByReference(t.Context(), a.Reference); err != nil || got.State != apply.Submitted {
			t.Errorf("after opening again: %v, %v", got, err)
		}
	})
}

// TestManyReadersAtOnce has more readers than connections: none may wait for a
// second connection while it holds one, or all wait for ever.
func TestManyReadersAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		a := f.submitted(t)
		fresh, err := store.Open(t.Context(), f.config)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = fresh.Close() }()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var wait sync.WaitGroup
		for range 200 {
			wait.Go(func() {
				if _, err := fresh.ApplicationByReference(ctx, a.Reference); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	})
}
