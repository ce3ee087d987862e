package casework_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"huitong/portal/casework"
)

// TestSecretMatch holds codes against the test vectors of RFC 6238 (SHA-1, cut to six
// digits).
func TestSecretMatch(t *testing.T) {
	const secret casework.Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	at := func(seconds int64) time.Time { return time.Unix(seconds, 0) }
	tests := []struct {
		name  string
		code  string
		now   time.Time
		after int64
		step  int64
		ok    bool
	}{
		{"first vector", "287082", at(59), -1, 1, true},
		{"second vector", "081804", at(1111111109), 0, 37037036, true},
		{"as people type it", "０８1 804", at(1111111109), 0, 37037036, true},
		{"a step late", "081804", at(1111111109 + 30), 0, 37037036, true},
		{"two steps late", "081804", at(1111111109 + 60), 0, 0, false},
		{"a step early", "081804", at(1111111109 - 30), 0, 37037036, true},
		{"used before", "081804", at(1111111109), 37037036, 0, false},
		{"older than one that was used", "081804", at(1111111109), 37037037, 0, false},
		{"after one of the next step but one", "081804", at(1111111109), 37037038, 0, false},
		{"after one of a clock that was an hour ahead", "081804", at(1111111109), 37037036 + 120, 37037036, true},
		{"wrong", "081805", at(1111111109), 0, 0, false},
		{"eight digits", "07081804", at(1111111109), 0, 0, false},
		{"nothing", "", at(1111111109), 0, 0, false},
	}
	for _, tt := range tests {
		if step, ok := secret.Match(tt.code, tt.now, tt.after); ok != tt.ok || step != tt.step {
			t.Errorf("%s: %d, %v; want %d, %v", tt.name, step, ok, tt.step, tt.ok)
		}
	}
}

func TestNewSecret(t *testing.T) {
	s, err := casework.NewSecret(rand.Reader)
	if err != nil || len(s) != 32 {
		t.Fatalf("%d characters, %v; want 32 (160 bits, RFC 4226)", len(s), err)
	}
	code, err := totp.GenerateCode(string(s), now)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Match(code, now, 0); !ok {
		t.Error("an app's code is refused")
	}
	if got := fmt.Sprintf("%v %s %+v", s, s, s); strings.Contains(got, string(s)) {
		t.Errorf("the secret shows itself: %s", got)
	}
	if got := strings.ReplaceAll(s.Grouped(), " ", ""); got != string(s) || len(s.Grouped()) != 39 {
		t.Errorf("grouped: %d characters", len(s.Grouped()))
	}
	if got, want := s.URL("惠童", "chen.yi"), "otpauth://totp/%E6%83%A0%E7%AB%A5:chen.yi?issuer=%E6%83%A0%E7%AB%A5&secret="+string(s); got != want {
		t.Errorf("URL = %s; want %s", got, want)
	}
}
