package content

import (
	"io/fs"
	"slices"
	"time"
)

const reportingFile = "reporting.yaml"

// Reporting is what the report of a child at risk asks, and how soon somebody has to
// take it on.
type Reporting struct {
	Kinds   []ReportKind  `yaml:"kinds"`
	Minutes ReportMinutes `yaml:"minutes"`
}

// ReportKind is a sort of harm: in the words of who reports it, and of the child itself.
type ReportKind struct {
	Value string `yaml:"value"`
	Label Words  `yaml:"label"`
	Own   Words  `yaml:"own"`
}

// ReportMinutes is within how many minutes somebody takes a report on, by the danger
// that the child is in now. No rule states them; they are a setting of the site.
type ReportMinutes struct {
	Now    int `yaml:"now"`
	Unsure int `yaml:"unsure"`
	No     int `yaml:"no"`
}

// Within returns the time for a danger; that of "unsure" for what is none of them.
func (m ReportMinutes) Within(danger string) time.Duration {
	minutes := m.Unsure
	switch danger {
	case "now":
		minutes = m.Now
	case "no":
		minutes = m.No
	}
	return time.Duration(minutes) * time.Minute
}

// Kind returns the kind of that value; false if there is none.
func (r Reporting) Kind(value string) (ReportKind, bool) {
	i := slices.IndexFunc(r.Kinds, func(k ReportKind) bool { return k.Value == value })
	if i < 0 {
		return ReportKind{}, false
	}
	return r.Kinds[i], true
}

func loadReporting(fsys fs.FS, c *collector) Reporting {
	b, err := fs.ReadFile(fsys, reportingFile)
	if err != nil {
		c.add(reportingFile, 0, "cannot be read: "+err.Error(), "create the file")
		return Reporting{}
	}
	var doc struct {
		Reporting Reporting `yaml:"reporting"`
	}
	src := parseYAML(reportingFile, b, nil, &doc, c)
	if src == nil {
		return Reporting{}
	}
	r := doc.Reporting
	if len(r.Kinds) == 0 {
		c.add(reportingFile, 1, "no kind of harm to report", "give at least one under kinds")
	}
	seen := map[string]bool{}
	for i, k := range r.Kinds {
		if k.Value == "" || seen[k.Value] || k.Label.ZH == "" || k.Label.EN == "" || (k.Own.ZH == "") != (k.Own.EN == "") {
			c.add(reportingFile, src.line("reporting", "kinds", i), "a kind needs a value of its own and a label in both languages", "complete it")
		}
		seen[k.Value] = true
	}
	if m := r.Minutes; m.Now <= 0 || m.Unsure < m.Now || m.No < m.Unsure {
		c.add(reportingFile, src.line("reporting", "minutes"), "the minutes must be positive and grow from now over unsure to no", "correct them")
	}
	return r
}
