package content

import (
	"strings"
	"testing"
	"time"
)

const sampleAssessment = `---
slug: sample
title: 样表
version: 3
inForce: 2026-01-01
reviewBy: 2027-01-01
source: {title: 来源}
filledBy: [village]
dimensions:
  - name: child
    title: 孩子
    indicators:
      - name: meals
        ask: 吃得饱吗？
        choices: [{value: well, label: 饱, points: 6}, {value: badly, label: 不饱, points: 0}]
      - name: school
        ask: 上学吗？
        choices: [{value: well, label: 上, points: 4}, {value: partly, label: 有时, points: 2}, {value: badly, label: 不上, points: 0}]
vetoes: [{name: harmed, ask: 受伤害？}]
bands:
  - {name: good, title: 好, from: 90, againAfter: 12}
  - {name: fairly-good, title: 较好, from: 80, againAfter: 12}
  - {name: fair, title: 一般, from: 40, helper: true, visitDays: 90, againAfter: 6}
  - {name: poor, title: 较差, from: 0, helper: true, visitDays: 30, againAfter: 3}
---

## 说明 {#about}

怎样填。
`

func parseAssessment(text string) (*AssessmentForm, *collector) {
	c := &collector{}
	f, _ := loadAssessment(file{name: "assessments/sample.md", text: []byte(text)}, surroundings{}, c)
	return f, c
}

func TestAssessmentScore(t *testing.T) {
	f, c := parseAssessment(sampleAssessment)
	if err := c.err(); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, meals, school, harmed string
		percent                     int
		band, missing               string
	}{
		{"all well", "well", "well", "no", 100, "good", ""},
		{"exactly at a bound", "well", "partly", "no", 80, "fairly-good", ""},
		{"below it", "well", "badly", "no", 60, "fair", ""},
		{"at the next", "badly", "well", "no", 40, "fair", ""},
		{"nothing", "badly", "badly", "no", 0, "poor", ""},
		{"a veto beats points", "well", "well", "yes", 100, "poor", ""},
		{"an answer is missing", "well", "", "no", 60, "", "school"},
		{"a veto is missing", "well", "well", "", 100, "", "harmed"},
		{"an answer that there is not", "splendid", "well", "maybe", 40, "", "meals harmed"},
	} {
		got := f.Score(map[string]string{"meals": tc.meals, "school": tc.school, "harmed": tc.harmed, "other": "well"})
		if got.Percent != tc.percent || got.Band.Name != tc.band || strings.Join(got.Missing, " ") != tc.missing {
			t.Errorf("%s: %d %q missing %q; want %d %q missing %q", tc.name, got.Percent, got.Band.Name, got.Missing, tc.percent, tc.band, tc.missing)
		}
	}
	if got := strings.Join(f.Pages(), " "); got != "child danger" {
		t.Errorf("pages %q", got)
	}
}

func TestAssessmentProblems(t *testing.T) {
	for _, tc := range []struct{ name, from, to, want string }{
		{"slug", "slug: sample", "slug: other", `assessments/sample.md:2: slug "other" is not the file's name`},
		{"unknown key", "version: 3", "edition: 3", "assessments/sample.md:4: field edition not found"},
		{"version", "version: 3", "version: 0", "assessments/sample.md:4: version is not a number from 1"},
		{"level", "[village]", "[hamlet]", `assessments/sample.md:8: filledBy has the unknown level "hamlet"`},
		{"name twice", "name: school", "name: meals", `assessments/sample.md:16: name "meals"`},
		{"a page's name", "name: harmed", "name: danger", `assessments/sample.md:19: name "danger"`},
		{"points", "points: 6", "points: 600", `assessments/sample.md:13: choice "well" of "meals" gives 600 points`},
		{"one choice", "{value: well, label: 饱, points: 6}, ", "", `indicator "meals" asks nothing, or has fewer than two choices`},
		{"value twice", "value: partly", "value: well", `assessments/sample.md:16: choice "well" of "school"`},
		{"order of bands", "from: 80", "from: 95", `assessments/sample.md:22: band "fairly-good" begins at 95`},
		{"the last band", "from: 0,", "from: 10,", `assessments/sample.md:24: band "poor" begins at 10`},
		{"band unknown", "name: fair,", "name: so-so,", `assessments/sample.md:23: band "so-so" is not "fair"`},
		{"helper without visits", "helper: true, visitDays: 90", "helper: true", `assessments/sample.md:23: band "fair" has a helper without visits`},
		{"again never", "againAfter: 3", "againAfter: 0", `assessments/sample.md:24: band "poor" is assessed again after 0 months`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(sampleAssessment, tc.from) {
				t.Fatalf("the sample has no %q", tc.from)
			}
			_, c := parseAssessment(strings.Replace(sampleAssessment, tc.from, tc.to, 1))
			if err := c.err(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("problems %v; want %q", err, tc.want)
			}
		})
	}
}

// TestAssessmentIsAFile: a form more is a file more.
func TestAssessmentIsAFile(t *testing.T) {
	l, err := Load(tree(map[string]string{"assessments/sample.md": sampleAssessment}))
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := l.Assessment("sample"); !ok || f.Version != 3 {
		t.Errorf("no form from its file: %v", f)
	}
	if got := len(l.AssessmentsOn(time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC))); got != 0 {
		t.Errorf("%d forms in force the day before", got)
	}
}

func TestEmbeddedAssessment(t *testing.T) {
	l, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	form, _ := l.Assessment("home-care")
	if !strings.Contains(form.Proposal, "待民政局确认") {
		t.Error("the form does not say that it is still to be confirmed")
	}
	for _, b := range form.Bands {
		if b.Helper != (b.Name == "fair" || b.Name == "poor") {
			t.Errorf("band %s with helper: %v; the city pairs helpers with 较差 and 一般", b.Name, b.Helper)
		}
	}
}

func FuzzAssessment(f *testing.F) {
	f.Add(sampleAssessment)
	f.Add("---\nslug: x\n---\n\n## a {#a}\n")
	f.Fuzz(func(t *testing.T, text string) {
		form, c := parseAssessment(text)
		if form == nil || c.err() != nil {
			return
		}
		best := map[string]string{}
		for _, d := range form.Dimensions {
			for _, i := range d.Indicators {
				best[i.Name] = i.Choices[0].Value
			}
		}
		for _, v := range form.Vetoes {
			best[v.Name] = VetoNo
		}
		s := form.Score(best)
		if len(s.Missing) > 0 || s.Percent < 0 || s.Percent > 100 || s.Band.Name == "" {
			t.Errorf("%+v", s)
		}
	})
}
