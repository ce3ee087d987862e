package content

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const sampleReporting = `reporting:
  kinds: [{value: hurt, label: {zh: 打, en: Hit}, own: {zh: 打我, en: Hits me}}]
  minutes: {now: 10, unsure: 30, no: 120}
`

func TestReporting(t *testing.T) {
	lib, err := Load(tree(nil))
	if err != nil {
		t.Fatal(err)
	}
	for danger, want := range map[string]time.Duration{"now": 10 * time.Minute, "unsure": 30 * time.Minute, "no": 2 * time.Hour, "": 30 * time.Minute} {
		if got := lib.Reporting.Minutes.Within(danger); got != want {
			t.Errorf("Within(%q) = %v; want %v", danger, got, want)
		}
	}
	if k, ok := lib.Reporting.Kind("hurt"); !ok || k.Own.In("en") != "Hits me" {
		t.Errorf("Kind(hurt) = %v, %v", k, ok)
	}
	if _, ok := lib.Reporting.Kind("nothing"); ok {
		t.Error("there is a kind that nobody has entered")
	}
}

func TestReportingIsChecked(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"now: 10", "now: 0", "minutes must be positive"},
		{"unsure: 30", "unsure: 3", "minutes must be positive"},
		{"value: hurt", `value: ""`, "a kind needs"},
		{"label: {zh: 打, en: Hit}", "label: {zh: 打}", "a kind needs"},
		{"kinds: [{value: hurt, label: {zh: 打, en: Hit}, own: {zh: 打我, en: Hits me}}]", "kinds: []", "no kind"},
		{"hurt", "hurt, colour: red", "colour"},
	} {
		_, err := Load(tree(map[string]string{reportingFile: strings.Replace(sampleReporting, c.old, c.new, 1)}))
		if !slices.ContainsFunc(Problems(err), func(p Problem) bool { return p.File == reportingFile && strings.Contains(p.What, c.want) }) {
			t.Errorf("%s: %v; want %q", c.new, err, c.want)
		}
	}
}
