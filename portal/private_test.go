package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// checkPrivate looks at the listener of whoever runs the portal r.
func checkPrivate(t *testing.T, r, private running) {
	t.Helper()
	r.get(t, "/policies/tomorrow-plan")
	r.get(t, "/policies/tomorrow-plan") // from the store of kept pages
	r.get(t, "/en/policies/tomorrow-plan")
	r.get(t, "/track/123456789012?secret-word")
	r.get(t, "/search?q=secret-word")
	if ready := private.get(t, "/readyz"); !strings.Contains(ready, `"detail":"embedded"`) {
		t.Errorf("readyz = %s; want details", ready)
	}
	if index := private.get(t, "/debug/pprof/"); !strings.Contains(index, "goroutine") {
		t.Error("no profiles")
	}
	metrics := private.get(t, "/metrics")
	for _, want := range []string{
		`huitong_http_requests_total{code="2xx",method="GET",route="/policies/:slug"} 3`,
		`huitong_http_requests_total{code="4xx",method="GET",route="(none)"} 1`,
		`huitong_searches_total{engine="embedded",outcome=`,
		`huitong_dependency_up{name="database",needed="yes"} 1`,
		`huitong_queue_waiting{queue="applications"} 0`,
		`huitong_outbox_waiting{to="families"} 0`,
		`huitong_content_info{version=`,
		`huitong_build_info{`,
	} {
		if !strings.Contains(metrics, "\n"+want) {
			t.Errorf("no figure %s", want)
		}
	}
	for _, never := range []string{"123456789012", "secret-word", "tomorrow-plan"} {
		if strings.Contains(metrics, never) {
			t.Errorf("the figures hold %q, which a visitor sent", never)
		}
	}
	for _, closed := range []string{"/metrics", "/debug/pprof/"} {
		if r.get(t, closed) != "" {
			t.Errorf("visitors get %s", closed)
		}
	}
	checkNamed(t, metrics)
}

var (
	typeLine = regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`)
	named    = regexp.MustCompile(`\b(?:huitong|process|go)_[a-z_]+\b`)
)

// checkNamed expects that everything which alerts and dashboard name is told of. What is
// told only after something has happened is named in later.
func checkNamed(t *testing.T, metrics string) {
	t.Helper()
	later := []string{"huitong_bot_replies_total", "huitong_failures_total", "huitong_job_last_success_timestamp_seconds"}
	var known []string
	for _, m := range typeLine.FindAllStringSubmatch(metrics, -1) {
		known = append(known, m[1])
		if m[2] == "histogram" {
			known = append(known, m[1]+"_bucket", m[1]+"_count", m[1]+"_sum")
		}
	}
	for _, name := range []string{"ops/alerts.yaml", "ops/dashboard.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, metric := range named.FindAllString(string(text), -1) {
			if !slices.Contains(known, metric) && !slices.Contains(later, metric) {
				t.Errorf("%s names %s, which nobody tells of", name, metric)
			}
		}
		checkLabels(t, name, string(text), metrics)
	}
}

var (
	selected = regexp.MustCompile(`\b(huitong_[a-z_]+)\{([^}]*)\}`)
	matcher  = regexp.MustCompile(`([a-z_]+)[=!]~?\\?"`)
)

// checkLabels expects each label by which an example selects among the figures.
func checkLabels(t *testing.T, name, text, metrics string) {
	t.Helper()
	for _, m := range selected.FindAllStringSubmatch(text, -1) {
		series := regexp.MustCompile(`(?m)^` + m[1] + `\{(.*)\} `).FindStringSubmatch(metrics)
		if series == nil {
			continue // told only later, or not at all, which is a fault of its own
		}
		for _, label := range matcher.FindAllStringSubmatch(m[2], -1) {
			if !strings.Contains(","+series[1], ","+label[1]+`="`) && label[1] != "job" && label[1] != "instance" { // these are Prometheus' own
				t.Errorf("%s selects %s by %s, which it does not have", name, m[1], label[1])
			}
		}
	}
}

// TestVersion says which release and commit this is, as an image is told by its build.
func TestVersion(t *testing.T) {
	defer func(r, c string) { release, commit = r, c }(release, commit)
	release, commit = "v2026.12.1", "0123abc"
	var out strings.Builder
	if err := (versionCommand{}).Run(&environment{out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"huitong v2026.12.1\n", "built with go1."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("version says %q; want %q in it", out.String(), want)
		}
	}
}

// TestAlerts holds the form of the example files: those of Prometheus and Grafana.
func TestAlerts(t *testing.T) {
	text, err := os.ReadFile("ops/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var alerts struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &alerts); err != nil {
		t.Fatal(err)
	}
	rules := 0
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			rules++
			if r.Alert == "" || !named.MatchString(r.Expr) && !strings.Contains(r.Expr, "up{") || r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["do"] == "" {
				t.Errorf("alert %q of %s says not what is wrong, how bad and what to do", r.Alert, g.Name)
			}
		}
	}
	if rules < 10 {
		t.Errorf("%d alerts; want ten or more", rules)
	}
	text, err = os.ReadFile("ops/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Title  string
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		if p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("panel %q of the dashboard draws nothing", p.Title)
		}
	}
}
