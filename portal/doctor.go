package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"huitong/content"
	"huitong/portal/intake"
	"huitong/portal/store"
)

// How bad a finding is.
type grade string

const (
	fine grade = "ok"
	hint grade = "hint" // works, but should be looked at
	bad  grade = "bad"  // does not work, or not for long
)

// finding is what the doctor says of one thing. Fix says how to mend it.
type finding struct {
	grade     grade
	name      string
	what, fix string
}

// doctorCommand looks at everything that the portal needs, and changes nothing.
type doctorCommand struct{}

// doctorPatience is how long any one thing may take to answer.
const doctorPatience = 5 * time.Second

// Run prints each finding with the way to mend it, and fails if one is bad.
func (doctorCommand) Run(env *environment) error {
	count := map[grade]int{}
	for _, f := range examine(env) {
		count[f.grade]++
		fmt.Fprintf(env.out, "%-4s  %-12s %s\n", f.grade, f.name, f.what)
		if f.fix != "" {
			fmt.Fprintf(env.out, "      %-12s → %s\n", "", f.fix)
		}
	}
	fmt.Fprintf(env.out, "%d fine, %d to look at, %d bad\n", count[fine], count[hint], count[bad])
	if count[bad] > 0 {
		return fmt.Errorf("%d things have to be mended", count[bad])
	}
	return nil
}

// examine asks one after the other; what cannot be asked is a finding too.
func examine(env *environment) []finding {
	var out []finding
	for _, look := range []func(context.Context, *environment) []finding{
		lookAtSettings, lookAtData, lookAtKeys, lookAtDisk, lookAtDatabase, lookAtUploads, lookAtContent, lookAtSearch, lookAtScanner, lookAtLimits, lookAtMessages, lookAtSpeech,
	} {
		ctx, cancel := context.WithTimeout(env.ctx, doctorPatience)
		out = append(out, look(ctx, env)...)
		cancel()
	}
	return out
}

// lookAtSettings finds what is allowed but unwise. What is wrong has stopped the command.
func lookAtSettings(_ context.Context, env *environment) []finding {
	c := env.cfg
	var out []finding
	u, err := url.Parse(c.BaseURL)
	public := err == nil && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1"
	if public && u.Scheme != "https" {
		out = append(out, finding{bad, "settings", "visitors come without encryption: " + c.BaseURL, "set HUITONG_BASE_URL to https://…, and let a proxy speak TLS (portal/ops/nginx.conf)"})
	}
	if public && len(c.Trusted) == 0 {
		out = append(out, finding{hint, "settings", "no proxy is trusted: behind one, all visitors share one limit", "set HUITONG_TRUSTED_PROXIES to the proxy's address"})
	}
	if c.RateLimit == 0 {
		out = append(out, finding{hint, "settings", "posts are not limited", "leave HUITONG_RATE_LIMIT out for 60 a minute"})
	}
	if warning := c.meiliWarning(); warning != "" {
		what, fix, _ := strings.Cut(warning, "; ")
		out = append(out, finding{hint, "settings", what, fix})
	}
	if len(out) == 0 {
		out = append(out, finding{fine, "settings", "nothing unwise", ""})
	}
	return out
}

func lookAtData(_ context.Context, env *environment) []finding {
	info, err := os.Stat(env.cfg.Data)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return []finding{{bad, "data", env.cfg.Data + " is not there", "start the portal once, name the right directory with --data, or run portal restore"}}
	case err != nil || !info.IsDir():
		return []finding{{bad, "data", fmt.Sprintf("%s cannot be used: %v", env.cfg.Data, err), "let it be a directory of the portal's user"}}
	case info.Mode().Perm()&0o077 != 0:
		return []finding{{bad, "data", fmt.Sprintf("%s is open to other users (%o)", env.cfg.Data, info.Mode().Perm()), "chmod 700 " + env.cfg.Data}}
	}
	f, err := os.CreateTemp(env.cfg.Data, ".doctor-")
	if err != nil {
		return []finding{{bad, "data", fmt.Sprintf("nothing can be written: %v", err), "run the doctor as the portal's user; if it is, chown the directory to it"}}
	}
	_, _ = f.Close(), os.Remove(f.Name())
	return []finding{{fine, "data", env.cfg.Data + " is the portal's own", ""}}
}

func lookAtKeys(_ context.Context, env *environment) []finding {
	path := filepath.Join(env.cfg.Data, keysEntry)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return []finding{{bad, "keys", path + " is not there", "if the portal has served before, restore it from a backup at once; a new one does not open what is stored"}}
	case err != nil:
		return []finding{{bad, "keys", err.Error(), "run the doctor as the portal's user"}}
	case info.Mode().Perm() != 0o600:
		return []finding{{bad, "keys", fmt.Sprintf("%s has mode %o", path, info.Mode().Perm()), "chmod 600 " + path + ", and think of whoever could read it: portal keys rotate"}}
	}
	keys, err := openKeys(env)
	if err != nil {
		return []finding{{bad, "keys", err.Error(), "restore the file from a backup"}}
	}
	return []finding{{fine, "keys", "the current key is " + keys.Current(), ""}}
}

// Less free space than this is bad, or worth a look.
const (
	diskBad  = 1 << 30
	diskHint = 5 << 30
)

func lookAtDisk(_ context.Context, env *environment) []finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(env.cfg.Data, &s); err != nil {
		return nil // the directory is a finding already
	}
	free := s.Bavail * uint64(s.Bsize)
	f := finding{fine, "disk", fmt.Sprintf("%.1f GB free", float64(free)/(1<<30)), ""}
	switch {
	case free < diskBad:
		f.grade, f.fix = bad, "make room: sounds and learnt in the data directory may be deleted at any time"
	case free < diskHint:
		f.grade, f.fix = hint, "plan for more: photos take most"
	}
	return []finding{f}
}

// skewAllowed is how far the database's clock may be from ours: codes of authenticator
// apps count for half a minute.
const skewAllowed = 5 * time.Second

func lookAtDatabase(ctx context.Context, env *environment) []finding {
	c := databaseOf(env)
	if c.URL == "" {
		if _, err := os.Stat(c.Path); err != nil {
			return []finding{{bad, "database", c.Path + " is not there", "start the portal once, or run portal restore"}}
		}
	}
	before := env.now()
	e, err := store.Examine(ctx, c)
	if err != nil {
		return []finding{{bad, "database", "does not answer: " + reason(err), "look whether the server runs, and at address and password in HUITONG_DATABASE_URL"}}
	}
	out := []finding{{fine, "database", fmt.Sprintf("tables of version %d", e.Version), ""}}
	switch {
	case e.Version > e.Newest:
		out[0] = finding{bad, "database", fmt.Sprintf("tables of version %d, this portal knows %d", e.Version, e.Newest), "run the newer portal again; tables never go back"}
	case e.Version < e.Newest:
		out[0] = finding{hint, "database", fmt.Sprintf("tables of version %d, this portal makes %d", e.Version, e.Newest), "make a backup with the portal that serves; the next start of this one migrates"}
	}
	if e.Fault != "" {
		out = append(out, finding{bad, "database", "the file is damaged: " + e.Fault, "stop the portal, keep the file, and restore the last backup elsewhere"})
	}
	out = append(out, clockFinding(before, e, buildVersion().Time))
	if e.Version != e.Newest {
		return out
	}
	return append(append(out, jobFindings(env.now(), e.Jobs)...), backlogFindings(env.now(), e.Backlog)...)
}

// clockFinding compares the clock with that of the database, and with what has been
// written down: it was not later than now when the portal was built, or did its work.
func clockFinding(now time.Time, e store.Examination, built string) finding {
	const byNTP = "let the machine keep time by NTP (timedatectl set-ntp true)"
	if skew := e.Clock.Sub(now).Abs(); !e.Clock.IsZero() && skew > skewAllowed+doctorPatience {
		return finding{bad, "clock", fmt.Sprintf("the database's is %s away", skew.Round(time.Second)), "let both machines keep time by NTP"}
	}
	if made, err := time.Parse(time.RFC3339, built); err == nil && now.Add(skewAllowed).Before(made) {
		return finding{bad, "clock", "it is earlier than when this portal was built, " + built, byNTP}
	}
	for _, j := range e.Jobs {
		if now.Add(skewAllowed).Before(j.OK) {
			return finding{bad, "clock", fmt.Sprintf("it is earlier than when %s ended, %s", j.Name, j.OK.UTC().Format(time.RFC3339)), byNTP + "; if it ran ahead then, what expires may have been deleted too early"}
		}
	}
	return finding{fine, "clock", now.UTC().Format(time.RFC3339), ""}
}

// reason is an error without what may be a password.
func reason(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	words := err.Error()
	if strings.Contains(words, "://") {
		return "see the portal's log"
	}
	return words
}

// jobFindings says of each job when it last ended well. One that never ran is no fault:
// the first comes an hour after the start.
func jobFindings(now time.Time, jobs []store.Job) []finding {
	ran := map[string]store.Job{}
	for _, j := range jobs {
		ran[j.Name] = j
	}
	var out []finding
	for _, name := range []string{jobPrune, jobSweep, jobSeal} {
		j, known := ran[name]
		f := finding{fine, name, "last ended well " + j.OK.UTC().Format(time.RFC3339), ""}
		switch {
		case !known:
			f = finding{hint, name, "has not run yet", "the first time comes " + jobEvery[name].String() + " after the start of portal serve"}
		case j.OK.IsZero():
			f = finding{bad, name, "has never ended well", "its error stands in the portal's log"}
		case now.Sub(j.OK) > 3*jobEvery[name]:
			f.grade, f.fix = bad, "if the portal serves, its error stands in the log; if not, start it: what has expired waits to be deleted"
		}
		out = append(out, f)
	}
	return out
}

func backlogFindings(now time.Time, b store.Backlog) []finding {
	var out []finding
	for to, w := range b.Outbox {
		if !w.Earliest.IsZero() && now.Sub(w.Earliest) > 30*time.Minute {
			out = append(out, finding{hint, "messages", fmt.Sprintf("%d to %s wait, the first for %s", w.N, to, now.Sub(w.Earliest).Round(time.Minute)), "look in the log for “notification not sent”"})
		}
	}
	if b.Failed > 0 {
		out = append(out, finding{hint, "messages", fmt.Sprintf("%d of the last 90 days could not be sent", b.Failed), "the pages of their applications say so; somebody has to call"})
	}
	return out
}

func lookAtUploads(ctx context.Context, env *environment) []finding {
	if _, err := os.Stat(env.cfg.Data); err != nil {
		return nil
	}
	bucket, err := openBucket(env)
	if err == nil {
		defer func() { _ = bucket.Close() }()
		if _, err = bucket.List(nil).Next(ctx); err == io.EOF {
			err = nil
		}
	}
	if err != nil {
		return []finding{{bad, "uploads", "cannot be listed: " + reason(err), "look at HUITONG_BLOB_URL and the keys of the bucket"}}
	}
	return []finding{{fine, "uploads", "can be listed", ""}}
}

func lookAtContent(_ context.Context, env *environment) []finding {
	lib, err := content.Load(contentFS(env.cfg.Content))
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return []finding{{bad, "content", first, "run portal check; it names file, line and fix of each mistake"}}
	}
	due := 0
	for range lib.Check(env.now()) {
		due++
	}
	if due > 0 {
		return []finding{{hint, "content", fmt.Sprintf("%d things to mend or soon to be done", due), "run portal check"}}
	}
	return []finding{{fine, "content", fmt.Sprintf("version %s, %d policies", lib.Version, len(lib.Policies)), ""}}
}

func lookAtSearch(ctx context.Context, env *environment) []finding {
	if env.cfg.MeiliURL == "" {
		return []finding{{fine, "search", "the embedded engine", ""}}
	}
	if err := reaches(ctx, env.cfg.MeiliURL, "7700"); err != nil {
		return []finding{{hint, "search", "Meilisearch cannot be reached: " + reason(err), "look whether it runs; meanwhile the embedded engine serves"}}
	}
	return []finding{{fine, "search", "Meilisearch can be reached; portal index --check compares", ""}}
}

func lookAtLimits(ctx context.Context, env *environment) []finding {
	shared, err := openLimits(env)
	if err == nil && shared == nil {
		return nil
	}
	if err == nil {
		defer func() { _ = shared.Close() }()
		err = shared.Ping(ctx)
	}
	if err != nil {
		return []finding{{bad, "limits", "Redis does not answer: " + reason(err), "look at the server of HUITONG_REDIS_URL; until it runs, each portal counts posts for itself"}}
	}
	return []finding{{fine, "limits", "Redis answers", ""}}
}

func lookAtScanner(ctx context.Context, env *environment) []finding {
	if env.cfg.Clamd == "" {
		return []finding{{hint, "scanner", "uploads are not checked for viruses", "install clamav-daemon and set HUITONG_CLAMD to its socket"}}
	}
	clamd, err := intake.NewClamd(env.cfg.Clamd)
	if err == nil {
		err = clamd.Ping(ctx)
	}
	if err != nil {
		return []finding{{bad, "scanner", "clamd does not answer: " + reason(err), "systemctl status clamav-daemon; until it runs, staff do not see new uploads"}}
	}
	return []finding{{fine, "scanner", "clamd answers", ""}}
}

// lookAtMessages tries the way to each gateway, and sends nothing.
func lookAtMessages(ctx context.Context, env *environment) []finding {
	var out []finding
	for _, way := range []struct{ name, said, port string }{{"e-mail", env.cfg.NotifyEmail, "25"}, {"SMS", env.cfg.NotifySMS, "443"}} {
		switch {
		case way.said == "":
			out = append(out, finding{hint, way.name, "families are not offered any", "set HUITONG_NOTIFY_EMAIL or HUITONG_NOTIFY_SMS where there is a gateway"})
		case way.said == notifyLog:
			out = append(out, finding{bad, way.name, "is only noted in the log", "name a gateway, or leave it out: families wait for what never comes"})
		default:
			if err := reaches(ctx, way.said, way.port); err != nil {
				out = append(out, finding{bad, way.name, "its gateway cannot be reached: " + reason(err), "look at its address and at the firewall; messages wait meanwhile"})
				continue
			}
			out = append(out, finding{fine, way.name, "its gateway can be reached", ""})
		}
	}
	return out
}

// reaches opens a connection to the host of an address, and closes it.
func reaches(ctx context.Context, address, port string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("is not an address")
	}
	switch {
	case u.Port() != "":
		port = u.Port()
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "smtps":
		port = "465"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return err
	}
	return conn.Close()
}

func lookAtSpeech(_ context.Context, env *environment) []finding {
	if env.cfg.Speech == speechOff {
		return []finding{{fine, "speech", "is off", ""}}
	}
	if env.cfg.Speech == "" {
		if _, err := exec.LookPath("espeak-ng"); err != nil {
			return []finding{{hint, "speech", "texts are read aloud by browsers alone", "install espeak-ng"}}
		}
	}
	return []finding{{fine, "speech", "espeak-ng is there", ""}}
}
