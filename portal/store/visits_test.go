package store_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"huitong/portal/casework"
	"huitong/portal/outreach"
	"huitong/portal/store"
	"huitong/portal/vault"
)

// counterKey is the variable that makes the test binary a portal that counts visits until
// it is killed. Its value is "DATABASE SECRETS".
const counterKey = "HUITONG_STORE_COUNTER"

var visited = outreach.Visit{Code: "222222", Day: 20000}

// TestKilledCounter kills a portal in the midst of 64 visitors, again and again. What a
// visitor was answered is counted, and nothing that nobody asked.
func TestKilledCounter(t *testing.T) {
	for _, on := range []string{"sqlite", "postgres"} {
		t.Run(on, func(t *testing.T) {
			f := openDurable(t, on)
			asked, answered := int64(0), int64(0)
			for range 4 {
				a, b := f.visitsUntilKilled(t, 500)
				asked, answered = asked+a, answered+b
			}
			var counted int64
			if err := f.raw.QueryRow(`SELECT COALESCE(SUM(visits), 0) FROM share_visits`).Scan(&counted); err != nil {
				t.Fatal(err)
			}
			if counted < answered || counted > asked || answered < 2000 {
				t.Errorf("%d visits counted; want at least the %d that were answered, and at most the %d that began", counted, answered, asked)
			}
		})
	}
}

func (f *fixture) visitsUntilKilled(t *testing.T, enough int64) (asked, answered int64) {
	t.Helper()
	database := f.config.URL
	if database == "" {
		database = f.config.Path
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), counterKey+"="+database+" "+f.secrets)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for read := bufio.NewReader(out); ; {
		b, err := read.ReadByte()
		if err == io.EOF {
			break
		}
		switch b {
		case '?':
			asked++
		case '!':
			if answered++; answered == enough {
				_ = cmd.Process.Kill() // what was said before it dies is read all the same
			}
		}
	}
	_ = cmd.Wait()
	return asked, answered
}

// runCounter is the portal that is killed.
func runCounter(how string) int {
	words := strings.Fields(how)
	config := store.Config{Path: words[0]}
	if strings.HasPrefix(words[0], "postgres:") {
		config = store.Config{URL: words[0]}
	}
	keys, err := vault.Open(words[1], rand.Reader)
	if err == nil {
		config.Vault = keys
		err = countForever(config)
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func countForever(config store.Config) error {
	s, err := store.Open(context.Background(), config)
	if err != nil {
		return err
	}
	counter := outreach.NewCounter(s)
	failed := make(chan error)
	for range 64 {
		go func() {
			for {
				_, _ = os.Stdout.WriteString("?")
				if err := counter.Count(context.Background(), visited); err != nil {
					failed <- err
					return
				}
				_, _ = os.Stdout.WriteString("!")
			}
		}()
	}
	return <-failed
}

func TestVisits(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		p := f.people(t)
		target := outreach.Target{Kind: outreach.Policy, Slug: "basic-living-allowance"}
		mine, err := f.ShareLink(ctx, p.director.Actor(), target, outreach.Place{Town: "shiqi", Village: village})
		if err != nil {
			t.Fatal(err)
		}
		public := target.PublicCode()
		batch := outreach.Batch{ID: "a", Visits: map[outreach.Visit]int64{{Code: mine.Code, Day: 5}: 3, {Code: public, Day: 5}: 4, {Code: mine.Code, Day: 1}: 9}}
		for range 2 { // the second time, its answer had been lost
			if err := f.CountVisits(ctx, batch); err != nil {
				t.Fatal(err)
			}
		}
		batch.ID = "b"
		if err := f.CountVisits(ctx, batch); err != nil {
			t.Fatal(err)
		}
		f.enter(t, p.supervisor, casework.DirectoryEntry{Town: "shiqi", Village: "大信社区"}) // which has no director's account
		reached, both := fmt.Sprintf("{{shiqi %s} 6}", village), fmt.Sprintf("[{{shiqi 大信社区} 0} {{shiqi 莲峰社区} 0} {{shiqi %s} 6}]", village)
		for _, want := range []struct {
			by       casework.User
			visits   int64
			villages string
		}{
			{p.director, 6, "[" + reached + "]"}, {p.supervisor, 6, both},
			{p.stranger, 0, "[{{shiqi 莲峰社区} 0}]"}, {p.officer, 14, both},
		} {
			got, err := f.Visits(ctx, want.by.Actor(), 2)
			if err != nil {
				t.Fatal(err)
			}
			sum := int64(0)
			for _, r := range got.Rows {
				sum += r.Visits
			}
			if sum != want.visits || fmt.Sprint(got.ByVillage()) != want.villages {
				t.Errorf("%s sees %d, %v; want %d, %s", want.by.Login, sum, got.ByVillage(), want.visits, want.villages)
			}
		}
		if _, err := f.Visits(ctx, p.auditor.Actor(), 0); err == nil {
			t.Error("an auditor sees visits")
		}
	})
}
