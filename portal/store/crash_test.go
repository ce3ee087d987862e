package store_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/store"
	"huitong/portal/vault"
)

var (
	crashes       = flag.Int("crashes", 50, "how often the portal is killed in the crash test")
	serverCrashes = flag.Int("server-crashes", 8, "how often PostgreSQL is killed in its crash test")
)

// submitterKey is the variable that makes the test binary a portal that submits until
// it is killed. Its value is "DATABASE SECRETS ROUND".
const submitterKey = "HUITONG_STORE_SUBMITTER"

// submitters is how many families each portal serves at once.
const submitters = 16

// TestKilledPortal kills a portal again and again in the midst of submissions, and
// then looks at what it had told the families.
func TestKilledPortal(t *testing.T) {
	for _, on := range []string{"sqlite", "postgres"} {
		t.Run(on, func(t *testing.T) {
			f := openDurable(t, on)
			told := map[string]receipt{}
			for round := range *crashes {
				maps.Copy(told, f.untilKilled(t, round))
			}
			if len(told) < *crashes {
				t.Errorf("only %d submissions in %d rounds", len(told), *crashes)
			}
			f.keepsItsWord(t, told)
		})
	}
}

// receipt is what a family was told.
type receipt struct {
	ref   apply.Reference
	phone string // each family has its own
	moved bool   // the office has accepted it
}

// untilKilled runs a portal, kills it after a few acknowledgements and returns them.
func (f *fixture) untilKilled(tb testing.TB, round int) map[string]receipt {
	tb.Helper()
	database := f.config.URL
	if database == "" {
		database = f.config.Path
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), submitterKey+"="+fmt.Sprintf("%s %s %d", database, f.secrets, round))
	var faults strings.Builder
	cmd.Stderr = &faults
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	told := map[string]receipt{}
	enough := 1 + mathrand.IntN(150)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) != 3 {
			break // the kill came in the middle of a line
		}
		told[words[2]] = receipt{apply.Reference(words[1]), words[2], words[0] == "accepted"}
		if len(told) == enough { // what was told before it dies is read all the same
			_ = cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		tb.Fatalf("round %d ended by itself: %v: %s", round, err, faults.String())
	}
	return told
}

// runSubmitter is the portal that is killed.
func runSubmitter(how string) int {
	words := strings.Fields(how)
	config := store.Config{Path: words[0]}
	if strings.HasPrefix(words[0], "postgres:") {
		config = store.Config{URL: words[0]}
	}
	round, err := strconv.Atoi(words[2])
	if err == nil {
		err = submitForever(config, words[1], round)
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func submitForever(config store.Config, secrets string, round int) (err error) {
	if config.Vault, err = vault.Open(secrets, rand.Reader); err != nil {
		return err
	}
	form, err := sampleForm()
	if err != nil {
		return err
	}
	s, err := store.Open(context.Background(), config)
	if err != nil {
		return err
	}
	var number atomic.Int64
	failed := make(chan error)
	for range submitters {
		go func() {
			for {
				phone := fmt.Sprintf("138%02d%06d", round, number.Add(1))
				if err := handIn(s, form, phone, func(what string, ref apply.Reference) {
					_, _ = os.Stdout.WriteString(what + " " + string(ref) + " " + phone + "\n")
				}); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

// handIn applies for one family, which presses the button twice, and has the office
// accept every third application.
func handIn(s *store.Store, form apply.Form, phone string, tell func(what string, ref apply.Reference)) error {
	ctx := context.Background()
	a, _, err := s.CreateDraft(ctx, "sample", "zh-Hans")
	if err != nil {
		return err
	}
	own := maps.Clone(answers)
	own["phone"] = phone
	if a, err = s.SaveAnswers(ctx, a.Reference, a.Version, own); err != nil {
		return err
	}
	twice := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := s.Submit(ctx, submissionOf(a, form, "key-"+phone))
			if err == nil {
				tell("submitted", a.Reference)
			}
			twice <- err
		}()
	}
	if err := errors.Join(<-twice, <-twice); err != nil || phone[len(phone)-1]%3 != 0 {
		return err
	}
	by := apply.Actor{Kind: apply.StaffActor, ID: "nobody"}
	_, err = s.Change(ctx, a.Reference, a.Version+1, func(a *apply.Application, now time.Time) error { return a.Accept(by, now) })
	if err == nil {
		tell("accepted", a.Reference)
	}
	return err
}

// keepsItsWord checks that each receipt is good, that each family has applied at most
// once, and that nothing was done by halves.
func (f *fixture) keepsItsWord(t *testing.T, told map[string]receipt) {
	t.Helper()
	f.sound(t)
	rows, err := f.raw.Query(`SELECT reference, submit_key FROM applications`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	keys := map[apply.Reference]string{}
	for rows.Next() {
		var ref apply.Reference
		var key string
		if err := rows.Scan(&ref, &key); err != nil {
			t.Fatal(err)
		}
		keys[ref] = key
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	applied := map[string]apply.Reference{}
	for ref, key := range keys {
		a, err := f.ApplicationByReference(t.Context(), ref)
		if err != nil {
			t.Fatalf("an application does not open: %v", err)
		}
		phone := a.Answers["phone"]
		if a.State == apply.Draft {
			continue
		}
		if other, twice := applied[phone]; twice {
			t.Errorf("%s and %s are the same application", ref, other)
		}
		applied[phone] = ref
		if key != "key-"+phone || a.Consent.Guardian != guardian || a.Submitted.IsZero() || a.Version != 2+len(a.Events) {
			t.Errorf("half an application: %v, %d events, key %q", a, len(a.Events), key)
		}
	}
	for phone, r := range told {
		if applied[phone] != r.ref {
			t.Errorf("a family was told %s, and %q is there", r.ref, applied[phone])
		}
		f.holds(t, r)
	}
	t.Logf("%d acknowledged, %d submitted, %d drafts", len(told), len(applied), len(keys)-len(applied))
}

// holds sends the same and another key once more.
func (f *fixture) holds(t *testing.T, r receipt) {
	t.Helper()
	draft := &apply.Application{Reference: r.ref, Version: 2}
	a, err := f.Submit(t.Context(), submissionOf(draft, f.form, "key-"+r.phone))
	if err != nil || a.State == apply.Draft || r.moved && a.State != apply.Accepted {
		t.Errorf("the same key again: %v, %v", a, err)
		return
	}
	if _, err := f.Submit(t.Context(), submissionOf(draft, f.form, "another")); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("another key: %v; want ErrConflict", err)
	}
}

// TestKilledPostgres kills the server under a portal, now one of its processes, now
// all of it. The families press the button again on the page that they see.
func TestKilledPostgres(t *testing.T) {
	p := &postgres{}
	t.Cleanup(p.remove)
	address := p.start(t)
	f := open(t, store.Config{URL: address}, "pgx", address)
	told := map[string]receipt{}
	for crash := range *serverCrashes {
		drafts := f.drafts(t, 300)
		acknowledged := make(chan *apply.Application, len(drafts))
		var next atomic.Int64
		for range submitters {
			go func() {
				for i := next.Add(1) - 1; i < int64(len(drafts)); i = next.Add(1) - 1 {
					f.insist(t, drafts[i])
					acknowledged <- drafts[i]
				}
			}()
		}
		fatal := mathrand.IntN(len(drafts) / 2)
		for i := range drafts {
			if i == fatal {
				f.crash(t, p, crash%2 == 1)
			}
			a := <-acknowledged
			told[a.Answers["phone"]] = receipt{a.Reference, a.Answers["phone"], false}
		}
	}
	f.keepsItsWord(t, told)
}

// insist submits until it is acknowledged.
func (f *fixture) insist(t *testing.T, a *apply.Application) {
	t.Helper()
	for range 6000 {
		_, err := f.Submit(context.Background(), submissionOf(a, f.form, "key-"+a.Answers["phone"]))
		if err == nil {
			return
		}
		if errors.Is(err, apply.ErrConflict) || errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a family that tries again: %v", err)
			return
		}
		time.Sleep(10 * time.Millisecond) // the server is starting
	}
	t.Error("a family tried for a minute in vain")
}

// crash kills the whole server, or one process, upon which the server ends the rest;
// either way it comes back by its log.
func (f *fixture) crash(t *testing.T, p *postgres, whole bool) {
	t.Helper()
	if whole {
		if err := errors.Join(p.kill(), p.launch()); err != nil {
			t.Fatal(err)
		}
		return
	}
	var pid int
	err := f.raw.QueryRow(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY state, pid LIMIT 1`).Scan(&pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(syscall.Kill(pid, syscall.SIGKILL), p.await()); err != nil {
		t.Fatal(err)
	}
}
