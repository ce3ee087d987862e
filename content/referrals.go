package content

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// ReferralTask is a kind of thing that another department is asked for.
type ReferralTask struct {
	Name       string   `yaml:"name"` // permanent
	Department string   `yaml:"department"`
	ZH         string   `yaml:"zh"`
	EN         string   `yaml:"en"`
	FamilyZH   string   `yaml:"familyZh"` // follows "we have asked the department to"
	FamilyEN   string   `yaml:"familyEn"`
	Days       int      `yaml:"days"`      // usual, in working days; no limit of any rule
	Told       bool     `yaml:"told"`      // the family reads of it, unless who sends it decides otherwise
	Fields     []string `yaml:"fields"`    // questions whose answers it needs as a rule
	Documents  []string `yaml:"documents"` // and documents
	Outcomes   []string `yaml:"outcomes"`  // of an answer, see [ReferralOutcomes]
}

// ReferralOutcomes lists what an answer can come to.
func ReferralOutcomes() []string {
	return []string{"confirmed", "differs", "not-found", "done", "arranged", "cannot"}
}

// Title returns what the desk calls the task in lang.
func (t ReferralTask) Title(lang string) string { return Words{t.ZH, t.EN}.In(lang) }

// Family returns what a family reads of the task in lang.
func (t ReferralTask) Family(lang string) string { return Words{t.FamilyZH, t.FamilyEN}.In(lang) }

func (t ReferralTask) untranslated() []string { return emptyOf("en", t.EN, "familyEn", t.FamilyEN) }

// CaseField is something that a department can be given of a case that no form asks: of a
// child's record, or of a report.
type CaseField struct {
	Name string `yaml:"name"` // permanent
	ZH   string `yaml:"zh"`
	EN   string `yaml:"en"`
}

// Label returns what the field is called in lang.
func (f CaseField) Label(lang string) string { return Words{f.ZH, f.EN}.In(lang) }

// loadReferrals reads the tasks, and what can be given of each kind of case.
func loadReferrals(fsys fs.FS, c *collector) ([]ReferralTask, map[string][]CaseField) {
	b, err := fs.ReadFile(fsys, referralsFile)
	if err != nil {
		c.add(referralsFile, 0, "cannot be read: "+err.Error(), "create the file")
		return nil, nil
	}
	var doc struct {
		Tasks  []ReferralTask         `yaml:"tasks"`
		Fields map[string][]CaseField `yaml:"fields"`
	}
	src := parseYAML(referralsFile, b, nil, &doc, c)
	if src == nil {
		return nil, nil
	}
	for i, t := range doc.Tasks {
		for _, missing := range t.untranslated() {
			c.note(referralsFile, src.line("tasks", i), missing+" is missing", "give the text in English")
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(doc.Fields)) {
		seen := map[string]bool{}
		for i, f := range doc.Fields[kind] {
			if f.Name == "" || seen[f.Name] || f.ZH == "" || f.EN == "" {
				c.add(referralsFile, src.line("fields", kind, i), "a field needs a name of its own and a label in both languages", "complete it")
			}
			seen[f.Name] = true
		}
	}
	return doc.Tasks, doc.Fields
}

// givable reports whether a field of that name can be given of some case that no form asks.
func (l *Library) givable(name string) bool {
	for _, fields := range l.CaseFields {
		if slices.ContainsFunc(fields, func(f CaseField) bool { return f.Name == name }) {
			return true
		}
	}
	return false
}

// ReferralTask returns the task with this name.
func (l *Library) ReferralTask(name string) (ReferralTask, bool) {
	i := slices.IndexFunc(l.Referrals, func(t ReferralTask) bool { return t.Name == name })
	if i < 0 {
		return ReferralTask{}, false
	}
	return l.Referrals[i], true
}

const (
	referralsFile = "referrals.yaml"
	// longestReferral is more working days than anybody should be asked to wait.
	longestReferral = 60
)

// checkReferrals finds tasks that could not be used as they stand.
func (l *Library) checkReferrals(c *collector) {
	for i, t := range l.Referrals {
		for _, what := range l.wrongInTask(i, t) {
			c.add(referralsFile, 0, fmt.Sprintf("task %q: %s", t.Name, what), "compare it with the other tasks of the file")
		}
	}
}

func (l *Library) wrongInTask(i int, t ReferralTask) (wrong []string) {
	if t.Name == "" || t.Department == "" || t.ZH == "" || t.FamilyZH == "" {
		wrong = append(wrong, "name, department, zh or familyZh is missing")
	}
	if slices.ContainsFunc(l.Referrals[:i], func(o ReferralTask) bool { return o.Name == t.Name }) {
		wrong = append(wrong, "it is there twice")
	}
	if t.Days < 1 || t.Days > longestReferral {
		wrong = append(wrong, fmt.Sprintf("days must be from 1 to %d", longestReferral))
	}
	if len(t.Outcomes) == 0 {
		wrong = append(wrong, "no outcomes")
	}
	for _, o := range t.Outcomes {
		if !slices.Contains(ReferralOutcomes(), o) {
			wrong = append(wrong, fmt.Sprintf("no outcome is called %q", o))
		}
	}
	return wrong
}

// checkReferralFields finds fields and documents that no form has, such as those of a
// policy that is gone.
func (l *Library) checkReferralFields(c *lint) {
	const fix = "name a question or a document that a policy has"
	for _, t := range l.Referrals {
		for _, name := range t.Fields {
			if !l.givable(name) && !slices.ContainsFunc(l.Policies, func(p *Policy) bool { _, ok := p.Question(name); return ok }) {
				c.add(referralsFile, 0, fmt.Sprintf("task %q: no form asks %q", t.Name, name), fix)
			}
		}
		for _, name := range t.Documents {
			if !slices.ContainsFunc(l.Policies, func(p *Policy) bool { return p.wants(name) }) {
				c.add(referralsFile, 0, fmt.Sprintf("task %q: no policy wants the document %q", t.Name, name), fix)
			}
		}
	}
}

func (p *Policy) wants(document string) bool {
	return slices.ContainsFunc(p.Documents, func(d Document) bool { return d.Name == document })
}
