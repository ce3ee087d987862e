package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floors are the scores, 0 to 1, that each page must reach on Lighthouse's
// simulated phone.
var floors = map[string]float64{"performance": 0.98, "accessibility": 1, "best-practices": 1, "seo": 1}

// lighthouseTries is how often a page may be measured: a busy machine only ever
// takes points away or keeps the browser from starting, so the best one counts.
const lighthouseTries = 3

// lighthouseReport is what of Lighthouse's report counts here.
type lighthouseReport struct {
	Categories map[string]struct {
		Score  *float64 `json:"score"`
		Audits []struct {
			ID     string  `json:"id"`
			Weight float64 `json:"weight"`
		} `json:"auditRefs"`
	} `json:"categories"`
	Audits map[string]struct {
		Score *float64 `json:"score"`
		Title string   `json:"title"`
		Shown string   `json:"displayValue"`
	} `json:"audits"`
}

// below lists the categories that miss their floor and the audits that cost them
// points.
func (r lighthouseReport) below(floors map[string]float64) []string {
	var out []string
	for name, floor := range floors {
		c, ok := r.Categories[name]
		if !ok || c.Score == nil {
			out = append(out, name+": not measured")
			continue
		}
		if *c.Score >= floor {
			continue
		}
		out = append(out, fmt.Sprintf("%s: %.2f; want %.2f", name, *c.Score, floor))
		for _, a := range c.Audits {
			if audit := r.Audits[a.ID]; a.Weight > 0 && audit.Score != nil && *audit.Score < 1 {
				out = append(out, fmt.Sprintf("  %s %.2f %s (%s)", a.ID, *audit.Score, audit.Shown, audit.Title))
			}
		}
	}
	return out
}

// TestLighthouse measures the pages that a family meets first. It does not run
// beside other tests, which would take the processor from it.
func TestLighthouse(t *testing.T) {
	site := startSite(t)
	for _, path := range []string{"/", "/policies/basic-living-allowance", "/ask", "/apply/basic-living-allowance"} {
		t.Run(path, func(t *testing.T) {
			reaches(t, site.url+path, floors)
		})
	}
}

// reaches tries whether a page reaches the floors; the best of several tries counts.
func reaches(t *testing.T, address string, floors map[string]float64) {
	t.Helper()
	var missed []string
	for range lighthouseTries {
		report, err := measure(t, address, floors)
		if err != nil {
			missed = []string{err.Error()}
			continue
		}
		if missed = report.below(floors); len(missed) == 0 {
			for name := range floors {
				t.Logf("%s %.2f", name, *report.Categories[name].Score)
			}
			return
		}
	}
	t.Error(strings.Join(missed, "\n"))
}

// TestLighthouseEverywhere measures one page of each kind in every language and
// mode, all but its speed, which is why several may be measured at once. make
// lighthouse asks for it: it takes some 17 minutes.
func TestLighthouseEverywhere(t *testing.T) {
	if os.Getenv("HUITONG_LIGHTHOUSE") == "" {
		return
	}
	site := startSite(t)
	kinds, _ := byKind(crawl(t, site, "standard", ""))
	wanted := map[string]float64{"accessibility": 1, "best-practices": 1, "seo": 1}
	personal := map[string]float64{"accessibility": 1, "best-practices": 1} // search engines shall not find them
	for _, prefix := range []string{"", "/zh-hant", "/en"} {
		for _, mode := range modes {
			for _, path := range kinds {
				t.Run(mode+" "+prefix+path, func(t *testing.T) {
					t.Parallel()
					address := site.url + prefix + path
					sep := "?"
					if strings.Contains(address, "?") {
						sep = "&"
					}
					floors := wanted
					if strings.Contains(get(t, http.DefaultClient, address), `content="noindex"`) {
						floors = personal
					}
					reaches(t, address+sep+"mode="+mode, floors)
				})
			}
		}
	}
}

// measure runs Lighthouse once, for the categories that have a floor. Its error says
// that the browser did not get far enough to be measured.
func measure(t *testing.T, address string, floors map[string]float64) (r lighthouseReport, err error) {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.json")
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("node_modules", "lighthouse", "cli", "index.js"), address,
		"--quiet", "--output=json", "--output-path="+file, "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
		"--only-categories="+strings.Join(slices.Sorted(maps.Keys(floors)), ","))
	cmd.Env = append(os.Environ(), "CHROME_PATH="+chromium)
	if out, err := cmd.CombinedOutput(); err != nil {
		return r, fmt.Errorf("lighthouse %s: %w\n%s", address, err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("read report of %s: %w", address, err)
	}
	return r, nil
}
