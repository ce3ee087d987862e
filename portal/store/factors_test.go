package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// codeOf is what an app with the secret shows now.
func (f *fixture) codeOf(tb testing.TB, secret casework.Secret) string {
	tb.Helper()
	code, err := totp.GenerateCode(string(secret), f.clock.now())
	if err != nil {
		tb.Fatal(err)
	}
	return code
}

// enrolled signs an officer in and sets up the second factor.
func (f *fixture) enrolled(tb testing.TB) (casework.User, casework.Secret, []apply.ShortCode, apply.Token) {
	tb.Helper()
	u := f.officer(tb)
	step, token, err := f.signIn(tb.Context(), "chen", password, "c1")
	if err != nil || step != casework.NeedsApp {
		tb.Fatalf("SignIn = %q, %v; want the second factor to be set up", step, err)
	}
	secret, err := f.BeginFactor(tb.Context(), u.Actor())
	if err != nil {
		tb.Fatal(err)
	}
	codes, token, err := f.ConfirmFactor(tb.Context(), token, f.codeOf(tb, secret))
	if err != nil || len(codes) != casework.RecoveryCodes {
		tb.Fatalf("ConfirmFactor: %d codes, %v", len(codes), err)
	}
	return u, secret, codes, token
}

func TestSecondFactor(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u, secret, codes, in := f.enrolled(t)
		if got, err := f.UserBySession(ctx, in); err != nil || got.ID != u.ID {
			t.Fatalf("after setting up: %v, %v", got, err)
		}
		if _, err := f.BeginFactor(ctx, u.Actor()); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("set up twice: %v; want ErrConflict", err)
		}
		used := f.codeOf(t, secret)
		step, halfway, err := f.signIn(ctx, "chen", password, "c1")
		if err != nil || step != casework.NeedsCode {
			t.Fatalf("SignIn = %q, %v; want a code asked for", step, err)
		}
		if _, err := f.UserBySession(ctx, halfway); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("signed in by a password alone: %v", err)
		}
		if _, step, err := f.Halfway(ctx, halfway); step != casework.NeedsCode || err != nil {
			t.Errorf("Halfway = %q, %v", step, err)
		}
		if _, err := f.PassFactor(ctx, halfway, used); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("the code of the setting-up again: %v; want ErrNotFound", err)
		}
		f.clock.advance(time.Minute)
		full, err := f.PassFactor(ctx, halfway, f.codeOf(t, secret))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, full); err != nil {
			t.Errorf("after the code: %v", err)
		}
		if _, err := f.UserBySession(ctx, halfway); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("the token from before the code still counts: %v", err)
		}
		// A recovery code counts once.
		_, halfway, _ = f.signIn(ctx, "chen", password, "c1")
		if _, err := f.PassFactor(ctx, halfway, codes[3].Grouped()); err != nil {
			t.Errorf("recovery code: %v", err)
		}
		_, halfway, _ = f.signIn(ctx, "chen", password, "c1")
		if _, err := f.PassFactor(ctx, halfway, string(codes[3])); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("recovery code again: %v; want ErrNotFound", err)
		}
		if got, err := f.Factor(ctx, u.Actor()); err != nil || got.Codes != casework.RecoveryCodes-1 || got.Since.IsZero() {
			t.Errorf("Factor = %+v, %v", got, err)
		}
		lines := strings.Join(f.audited(t), "\n")
		for _, want := range []string{"enrol-factor", "factor-failed", "pass-factor", "use-recovery"} {
			if !strings.Contains(lines, "staff "+want) {
				t.Errorf("%s is not in the audit: %s", want, lines)
			}
		}
		if err := f.DropFactor(ctx, u.Actor(), string(codes[4])); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("an officer does without: %v; want ErrForbidden", err)
		}
	})
}

// TestSecondFactorLocksOut: tries of one account are counted together, from whatever
// session they come, and a waiting session ends by itself.
func TestSecondFactorLocksOut(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		_, secret, _, _ := f.enrolled(t)
		f.clock.advance(time.Hour)
		var locked *apply.LockedError
		for i := range 6 {
			_, halfway, err := f.signIn(ctx, "chen", password, "c1")
			if err != nil {
				t.Fatal(err)
			}
			if _, err = f.PassFactor(ctx, halfway, "000000"); i < 5 && !errors.Is(err, apply.ErrNotFound) || i == 5 && !errors.As(err, &locked) {
				t.Fatalf("try %d: %v", i+1, err)
			}
		}
		f.clock.advance(time.Minute)
		_, halfway, err := f.signIn(ctx, "chen", password, "c2")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.PassFactor(ctx, halfway, f.codeOf(t, secret)); !errors.As(err, &locked) {
			t.Errorf("the right code while locked: %v; want locked", err)
		}
		f.clock.advance(15 * time.Minute)
		if _, err := f.PassFactor(ctx, halfway, f.codeOf(t, secret)); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("ten minutes after the password: %v; want ErrNotFound", err)
		}
		_, halfway, _ = f.signIn(ctx, "chen", password, "c2")
		if _, err := f.PassFactor(ctx, halfway, f.codeOf(t, secret)); err != nil {
			t.Errorf("after the lock: %v", err)
		}
	})
}

// TestSecondFactorOffered: who need not have one may, and may take it away again.
func TestSecondFactorOffered(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u := f.user(t, "zhuren", casework.Post{Role: casework.Director, Area: "shiqi", Village: "迎阳社区"})
		_, token, err := f.signIn(ctx, "zhuren", password, "c1")
		if err != nil {
			t.Fatal(err)
		}
		secret, err := f.BeginFactor(ctx, u.Actor())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := f.BeginFactor(ctx, u.Actor()); err != nil || again != secret {
			t.Errorf("opened again: another secret, %v", err)
		}
		if step, _, _ := f.signIn(ctx, "zhuren", password, "c1"); step != casework.SignedIn {
			t.Errorf("before it is confirmed: %q; want signed in", step)
		}
		if _, token, err = f.ConfirmFactor(ctx, token, f.codeOf(t, secret)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.UserBySession(ctx, token); err != nil {
			t.Fatal(err)
		}
		if step, _, _ := f.signIn(ctx, "zhuren", password, "c1"); step != casework.NeedsCode {
			t.Errorf("once it is: %q; want a code asked for", step)
		}
		f.clock.advance(time.Minute)
		if err := f.DropFactor(ctx, u.Actor(), f.codeOf(t, secret)); err != nil {
			t.Fatal(err)
		}
		if step, _, _ := f.signIn(ctx, "zhuren", password, "c1"); step != casework.SignedIn {
			t.Errorf("taken away: %q; want signed in", step)
		}
	})
}

func TestSecondFactorIsSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		_, secret, codes, _ := f.enrolled(t)
		var sealed []byte
		if err := f.raw.QueryRow(`SELECT secret FROM factors`).Scan(&sealed); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(sealed), string(secret)) {
			t.Error("the secret lies open in the table")
		}
		rows, err := f.raw.Query(`SELECT code_index FROM recovery_codes`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var index string
			if err := rows.Scan(&index); err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(codes, func(c apply.ShortCode) bool { return strings.Contains(index, string(c)) }) || len(index) < 64 {
				t.Errorf("a recovery code lies open: %d characters", len(index))
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestPasswordIsRenewed: a hash that was made with weaker parameters is made anew at the
// next sign-in.
func TestPasswordIsRenewed(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		u := f.officer(t)
		weak, err := (casework.PasswordCost{Memory: 32, Time: 1, Threads: 1}).Hash(strings.NewReader("salt salt salt salt"), password)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.raw.Exec(`UPDATE users SET password = $1 WHERE id = $2`, weak, u.ID); err != nil {
			t.Fatal(err)
		}
		var stored []string
		for range 2 {
			if _, _, err := f.signIn(ctx, "chen", password, "c1"); err != nil {
				t.Fatal(err)
			}
			var hash string
			if err := f.raw.QueryRow(`SELECT password FROM users WHERE id = $1`, u.ID).Scan(&hash); err != nil {
				t.Fatal(err)
			}
			stored = append(stored, hash)
		}
		if !strings.HasPrefix(stored[0], "$argon2id$v=19$m=64,") || stored[1] != stored[0] {
			t.Errorf("after signing in: %.30s, then %.30s; want it renewed once", stored[0], stored[1])
		}
	})
}
