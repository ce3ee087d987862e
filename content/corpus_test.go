package content

import (
	"strings"
	"testing"
	"time"
)

// corpus loads the real content.
func corpus(t testing.TB) *Library {
	t.Helper()
	lib, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func TestCorpusPolicies(t *testing.T) {
	lib := corpus(t)
	for _, slug := range []string{"basic-living-allowance", "tomorrow-plan", "dream-scholarship", "medical-insurance-relief", "guardianship-education", "protection-hotline",
		"minor-supplement", "left-behind-care", "children-in-difficulty", "temporary-guardianship", "guardianship-assessment",
		"mandatory-report", "three-level-network", "joint-conference", "policy-outreach"} {
		p, ok := lib.Policy(slug)
		if !ok {
			t.Errorf("policy %s is missing", slug)
			continue
		}
		if len(p.FAQ) < 8 {
			t.Errorf("%s has %d FAQ entries; want at least 8", slug, len(p.FAQ))
		}
		for _, f := range p.FAQ {
			if len(f.Alt) < 3 {
				t.Errorf("%s: %q has %d alternative phrasings; want at least 3", slug, f.Q, len(f.Alt))
			}
		}
	}
}

func TestCorpusIsClean(t *testing.T) {
	for _, p := range corpus(t).Check(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
		if !p.Due {
			t.Error(p)
		}
	}
}

// TestParentCombinations plays the table of 55 pairs of parents' states: two dead
// or declared missing make an orphan, one of them with any of the eight other
// states or two of those make a de facto unattended child; a parent in no listed
// state makes a no, an unknown one is never a no.
func TestParentCombinations(t *testing.T) {
	p, ok := corpus(t).Policy("basic-living-allowance")
	if !ok {
		t.Fatal("basic-living-allowance is missing")
	}
	gone := []string{"dead", "missing"}
	unable := []string{"disabled", "ill", "prison", "rehab", "restrained", "lost", "revoked", "deported"}
	states := append(append([]string{}, gone...), unable...)
	isGone := func(s string) bool { return s == "dead" || s == "missing" }
	pairs := 0
	for i, father := range states {
		for _, mother := range states[i:] {
			pairs++
			want := "事实无人抚养"
			if isGone(father) && isGone(mother) {
				want = "孤儿"
			}
			for _, a := range []Answers{family(father, mother), family(mother, father)} {
				v := p.Assess(a)
				if v.Result == False {
					t.Errorf("%s+%s: no; want %s", father, mother, want)
				}
				if wantResult := truthOf(father != "deported" && mother != "deported" || isGone(father) || isGone(mother)); v.Result != wantResult {
					t.Errorf("%s+%s: %v; want %v (%v)", father, mother, v.Result, wantResult, v.Confirm)
				}
				if got := v.Outcome; !strings.Contains(got, want) {
					t.Errorf("%s+%s: outcome %q; want %s", father, mother, got, want)
				}
			}
		}
	}
	if pairs != 55 {
		t.Errorf("%d pairs; want 55", pairs)
	}
	for _, s := range states {
		if v := p.Assess(family(s, "other")); v.Result != False {
			t.Errorf("%s+other: %v; want no", s, v.Result)
		}
		if v := p.Assess(family(s, UnknownAnswer)); v.Result != Unknown {
			t.Errorf("%s+unknown: %v; want unknown", s, v.Result)
		}
		if v := p.Assess(family(s, "")); v.Result != Unknown {
			t.Errorf("%s+unanswered: %v; want unknown", s, v.Result)
		}
	}
}

func family(father, mother string) Answers {
	return Answers{"child_age": "10", "hukou": "zhongshan", "parents_found": "yes", "father": father, "mother": mother}
}

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return Unknown
}
