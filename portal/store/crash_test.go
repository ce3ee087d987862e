package store_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/servers"
	"huitong/portal/store"
	"huitong/portal/vault"
)

var (
	crashes       = flag.Int("crashes", 16, "how often the portal is killed in the crash test; make bench-store does it 50 times")
	serverCrashes = flag.Int("server-crashes", 8, "how often PostgreSQL is killed in its crash test")
)

// submitterKey is the variable that makes the test binary a portal that submits until
// it is killed. Its value is "DATABASE SECRETS UPLOADS ROUND".
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
			f.noStrayBlobs(t)
			for _, said := range []string{"attached", "together", "accepted"} {
				if !slices.ContainsFunc(slices.Collect(maps.Values(told)), saidOf[said]) {
					t.Errorf("nobody was told %q before the kill", said)
				}
			}
		})
	}
}

// saidOf tells apart what this test is about.
var saidOf = map[string]func(receipt) bool{
	"attached": func(r receipt) bool { return r.file != "-" },
	"together": func(r receipt) bool { return r.said == "submitted" && strings.HasPrefix(r.phone, "139") },
	"accepted": func(r receipt) bool { return r.said == "accepted" },
}

// receipt is what a family was told last.
type receipt struct {
	said  string // attached, submitted or accepted, one after the other
	ref   apply.Reference
	phone string // each child's application has its own
	file  string // attached to it; "-" for none
}

func (r receipt) String() string {
	return fmt.Sprintf("%s %s %s %s", r.said, r.ref, r.phone, r.file)
}

// untilKilled runs a portal, kills it after a few acknowledgements and returns them.
func (f *fixture) untilKilled(tb testing.TB, round int) map[string]receipt {
	tb.Helper()
	database := f.config.URL
	if database == "" {
		database = f.config.Path
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), submitterKey+"="+fmt.Sprintf("%s %s %s %d", database, f.secrets, f.blobs, round))
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
		if len(words) != 4 {
			break // the kill came in the middle of a line
		}
		told[words[2]] = receipt{words[0], apply.Reference(words[1]), words[2], words[3]}
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
	round, err := strconv.Atoi(words[3])
	if err == nil {
		err = submitForever(config, words[1], words[2], round)
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func submitForever(config store.Config, secrets, uploads string, round int) (err error) {
	if config.Vault, err = vault.Open(secrets, rand.Reader); err != nil {
		return err
	}
	bucket, err := vault.OpenDirectory(uploads)
	if err != nil {
		return err
	}
	config.Files = vault.OpenFiles(bucket, config.Vault, 1<<20)
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
				tell := func(r receipt) { _, _ = os.Stdout.WriteString(r.String() + "\n") }
				if err := handIn(&portal{s, form, tell}, phone); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

// portal is what families and the office do there until it is killed.
type portal struct {
	*store.Store
	form apply.Form
	tell func(receipt)
}

// submit hands in as the request of a page does, which has read the draft.
func (p *portal) submit(ctx context.Context, sub apply.Submission) (err error) {
	if sub.Draft, err = p.ApplicationByReference(ctx, sub.Reference); err != nil {
		return err
	}
	_, err = p.Submit(ctx, sub)
	return err
}

// handIn applies for one family. One in three has two children and applies for both
// together; for one in three the office accepts the application; half attach a photo.
func handIn(p *portal, phone string) error {
	ctx := context.Background()
	a, _, err := p.CreateDraft(ctx, "sample", "zh-Hans")
	if err != nil {
		return err
	}
	own := maps.Clone(answers)
	own["phone"] = phone
	if a, err = p.SaveAnswers(ctx, a.Reference, a.Version, own); err != nil {
		return err
	}
	r := receipt{"attached", a.Reference, phone, "-"}
	last := phone[len(phone)-1] - '0'
	if last%2 == 0 {
		f, err := p.AddFile(ctx, a.Reference, photoOf(phone))
		if err != nil {
			return err
		}
		r.file = f.ID
		p.tell(r)
	}
	r.said = "submitted"
	if last%3 == 1 {
		return p.handInBoth(ctx, r)
	}
	err = twice(func() error {
		err := p.submit(ctx, submissionOf(a, p.form, "key-"+phone))
		if err == nil {
			p.tell(r)
		}
		return err
	})
	if err != nil || last%3 != 0 {
		return err
	}
	by := apply.Actor{Kind: apply.StaffActor, ID: "nobody"}
	_, err = p.Change(ctx, a.Reference, a.Version+1, func(a *apply.Application, now time.Time) error { return a.Accept(by, now) })
	if err == nil {
		r.said = "accepted"
		p.tell(r)
	}
	return err
}

// handInBoth adds a second child to the household and hands both in together.
func (p *portal) handInBoth(ctx context.Context, first receipt) error {
	sample := func(slug string) (apply.Form, bool) { return p.form, slug == p.form.Policy.Slug }
	if err := p.Extend(ctx, first.ref, sample, []apply.Wish{{Form: p.form, Child: 2}}); err != nil {
		return err
	}
	all, err := p.Household(ctx, first.ref)
	if err != nil {
		return err
	}
	own := maps.Clone(answers)
	own["phone"] = secondPhone(first.phone)
	if all[1], err = p.SaveAnswers(ctx, all[1].Reference, all[1].Version, own); err != nil {
		return err
	}
	subs := []apply.Submission{submissionOf(all[0], p.form, "key-"+first.phone), submissionOf(all[1], p.form, "key-"+own["phone"])}
	return twice(func() error {
		err := p.SubmitTogether(ctx, subs)
		if err == nil {
			p.tell(first)
			p.tell(receipt{first.said, all[1].Reference, own["phone"], "-"})
		}
		return err
	})
}

// secondPhone is the number of the second child's application in a household.
func secondPhone(first string) string { return "139" + first[3:] }

// photoOf is what the family with this number attaches.
func photoOf(phone string) apply.NewFile {
	return apply.NewFile{Document: "photo", Kind: "jpeg", Body: []byte("a picture from " + phone), Small: []byte("small"), Digest: []byte(phone)}
}

// twice presses a button two times at once.
func twice(press func() error) error {
	done := make(chan error, 2)
	for range 2 {
		go func() { done <- press() }()
	}
	return errors.Join(<-done, <-done)
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
		if key != "key-"+phone || a.Consent.Guardian != guardian || a.Submitted.IsZero() || a.Version != versionOf(a) {
			t.Errorf("half an application: %v, %d events, key %q", a, len(a.Events), key)
		}
	}
	for phone, r := range told {
		if r.file != "-" {
			f.kept(t, r)
		}
		if r.said == "attached" {
			continue // and has pressed no button, or was not told what came of it
		}
		if applied[phone] != r.ref {
			t.Errorf("a family was told %s, and %q is there", r.ref, applied[phone])
		}
		f.holds(t, r)
	}
	f.wholeHouseholds(t)
	t.Logf("%d acknowledged, %d submitted, %d drafts", len(told), len(applied), len(keys)-len(applied))
}

// versionOf is the version that the application must have by what happened to it: it
// was created, filled in, perhaps became a household's first, and moved.
func versionOf(a *apply.Application) int {
	version := 2 + len(a.Events)
	if a.Household == a.Reference {
		version++
	}
	return version
}

// kept looks for a photo that a family was told is there.
func (f *fixture) kept(t *testing.T, r receipt) {
	t.Helper()
	a := f.again(t, r.ref)
	body, err := f.ReadFile(t.Context(), r.ref, r.file, false)
	if want := photoOf(r.phone).Body; len(a.Files) != 1 || a.Files[0].ID != r.file || err != nil || !bytes.Equal(body, want) {
		t.Errorf("the photo of %s: %+v, %q, %v; want %q", r.ref, a.Files, body, err, want)
	}
}

// wholeHouseholds looks for households of which a part was handed in.
func (f *fixture) wholeHouseholds(t *testing.T) {
	t.Helper()
	var partly int
	err := f.raw.QueryRow(`SELECT COUNT(*) FROM (SELECT household FROM applications WHERE household <> ''
		GROUP BY household HAVING MIN(submitted_at) = 0 AND MAX(submitted_at) > 0) AS h`).Scan(&partly)
	if err != nil || partly != 0 {
		t.Errorf("%d households are handed in by halves, %v", partly, err)
	}
}

// noStrayBlobs looks for blobs that no row knows: nothing would ever delete them. One
// that was being written goes when the directory is opened later.
func (f *fixture) noStrayBlobs(t *testing.T) {
	t.Helper()
	for _, name := range f.stored(t) {
		if strings.HasSuffix(name, ".tmp") {
			continue
		}
		var known int
		if err := f.raw.QueryRow(`SELECT COUNT(*) FROM files WHERE id = $1 OR small = $1`, name).Scan(&known); err != nil || known != 1 {
			t.Errorf("blob %s has %d rows, %v", name, known, err)
		}
	}
}

// holds sends the same and another key once more.
func (f *fixture) holds(t *testing.T, r receipt) {
	t.Helper()
	draft := &apply.Application{Reference: r.ref, Version: 2}
	a, err := f.Submit(t.Context(), submissionOf(draft, f.form, "key-"+r.phone))
	if err != nil || a.State == apply.Draft || r.said == "accepted" && a.State != apply.Accepted {
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
	p := servers.StartPostgres(t)
	address := p.URL()
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
			told[a.Answers["phone"]] = receipt{"submitted", a.Reference, a.Answers["phone"], "-"}
		}
	}
	f.keepsItsWord(t, told)
}

// insist submits until it is acknowledged.
func (f *fixture) insist(t *testing.T, a *apply.Application) {
	t.Helper()
	for range 6000 {
		sub := submissionOf(a, f.form, "key-"+a.Answers["phone"])
		sub.Draft, _ = f.ApplicationByReference(context.Background(), a.Reference)
		_, err := f.Submit(context.Background(), sub)
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
func (f *fixture) crash(t *testing.T, p *servers.Postgres, whole bool) {
	t.Helper()
	if whole {
		p.Kill()
		if err := p.Again(); err != nil {
			t.Fatal(err)
		}
		return
	}
	var pid int
	err := f.raw.QueryRow(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY state, pid LIMIT 1`).Scan(&pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(syscall.Kill(pid, syscall.SIGKILL), p.Ready()); err != nil {
		t.Fatal(err)
	}
}

// TestFrozenPostgres stops the server where it stands under a portal: connections stay
// open and nothing answers. Who writes is told so in time, and may do so again later.
func TestFrozenPostgres(t *testing.T) {
	p := servers.StartPostgres(t, servers.NoSync)
	address := p.URL()
	f := open(t, store.Config{URL: address, Patience: 200 * time.Millisecond}, "pgx", address)
	drafts := f.drafts(t, 3)
	told := map[string]receipt{}
	submit := func(a *apply.Application) error {
		_, err := f.Submit(context.Background(), submissionOf(a, f.form, "key-"+a.Answers["phone"]))
		if err == nil {
			told[a.Answers["phone"]] = receipt{"submitted", a.Reference, a.Answers["phone"], "-"}
		}
		return err
	}
	if err := submit(drafts[0]); err != nil {
		t.Fatal(err)
	}
	thaw := p.Freeze()
	defer thaw()
	answered := make(chan error, 1)
	go func() { answered <- submit(drafts[1]) }()
	select {
	case err := <-answered:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while the server is frozen: %v; want DeadlineExceeded", err)
		}
	case <-time.After(time.Minute):
		t.Error("a family waits for a frozen server")
	}
	thaw()
	for _, a := range drafts[1:] {
		f.insist(t, a)
		told[a.Answers["phone"]] = receipt{"submitted", a.Reference, a.Answers["phone"], "-"}
	}
	f.keepsItsWord(t, told)
}
