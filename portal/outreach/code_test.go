package outreach

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestCodesFindSlips(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	for range 200 {
		own, err := NewCode(random)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []Code{own, Target{Policy, string(own[:3]), ""}.PublicCode()} {
			s := string(code)
			if got, err := ParseCode(s); err != nil || got != code || strings.ContainsAny(s, "01oil") {
				t.Fatalf("ParseCode(%q) = %q, %v", s, got, err)
			}
			for i := range len(s) {
				for _, l := range letters {
					slip := s[:i] + string(l) + s[i+1:]
					if _, err := ParseCode(slip); slip != s && err == nil {
						t.Errorf("%s passes for %s", slip, s)
					}
				}
				if i > 0 && s[i] != s[i-1] {
					slip := s[:i-1] + string(s[i]) + string(s[i-1]) + s[i+1:]
					if _, err := ParseCode(slip); err == nil {
						t.Errorf("%s passes for %s", slip, s)
					}
				}
			}
		}
	}
}

func TestParseCode(t *testing.T) {
	code := Target{Policy, "basic-living-allowance", ""}.PublicCode()
	up := strings.ToUpper(string(code))
	wide := strings.Map(func(r rune) rune { return r + '！' - '!' }, up)
	for _, typed := range []string{up, up[:3] + "-" + up[3:], " " + up[:3] + " " + up[3:] + " ", wide} {
		if got, err := ParseCode(typed); err != nil || got != code || !got.Public() {
			t.Errorf("ParseCode(%q) = %q, %v; want %q", typed, got, err, code)
		}
	}
	for _, typed := range []string{"", "2", "222222x", string(code) + "2", "0OIl1o", "孤儿补贴", strings.Repeat("2", 9999), "\x00", "<a>"} {
		if got, err := ParseCode(typed); err == nil {
			t.Errorf("ParseCode(%.20q) = %q", typed, got)
		}
	}
	if _, err := NewCode(bytes.NewReader([]byte{255, 254})); err == nil {
		t.Error("a code without randomness")
	}
}

func TestTargets(t *testing.T) {
	for _, one := range []Target{{Policy, "a-b", ""}, {Form, "a", ""}, {Check, "a", ""}, {Help, "a", ""}, {Question, "a-b", "0123abcd"}} {
		if got, ok := ParseTarget(one.String()); !ok || got != one {
			t.Errorf("ParseTarget(%q) = %v, %v", one, got, ok)
		}
	}
	for _, s := range []string{"", "policy", "policy.", "policy.A", "policy.a.0123abcd", "question.a", "other.a", "policy.a/../b", "policy.a\n"} {
		if got, ok := ParseTarget(s); ok {
			t.Errorf("ParseTarget(%q) = %v", s, got)
		}
	}
}
