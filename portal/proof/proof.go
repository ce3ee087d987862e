// Package proof says of every accessibility requirement whether it is kept, and
// what shows that: tests with the outcome of their latest run, or a check that
// somebody made by hand and wrote down.
//
// The requirements are requirements.yaml, written by people. The outcomes are
// results.json, written by the command collect from what go test reports and by
// nothing else. [Load] joins the two; it knows neither pages nor languages of the
// interface.
package proof

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

//go:embed requirements.yaml
var requirements []byte

//go:embed results.json
var results []byte

// Text is a sentence in the languages it is written in.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// Requirement is one entry of the list.
type Requirement struct {
	ID      string `yaml:"id"`
	Text    `yaml:",inline"`
	Tests   []string `yaml:"tests"`   // package.Test, the package as a path in this module
	Checked *Check   `yaml:"checked"` // nil: nobody checked it by hand
	Gap     *Gap     `yaml:"gap"`     // what is missing; nil: nothing
}

// Gap is what is missing, and whom it waits for. What a test can show is no gap: there
// is nobody to wait for.
type Gap struct {
	Text  `yaml:",inline"`
	Waits string `yaml:"waits"` // one of Waits
}

// Waits are those whom gaps wait for: people to try the site, the owner, and whoever
// runs it.
var Waits = []string{"people", "owner", "operator"}

// Check is a check by hand.
type Check struct {
	By   string `yaml:"by"`
	Day  string `yaml:"day"` // as in 2026-11-29
	How  Text   `yaml:"how"`
	Kept bool   `yaml:"kept"`
}

// Outcome is how the latest run of a test ended.
type Outcome struct {
	Result string `json:"result"`           // pass, fail or skip, as go test says, or unrun
	Day    string `json:"day,omitempty"`    // of the run, UTC
	Commit string `json:"commit,omitempty"` // that was tested
}

// Results are outcomes by the test's name, package.Test.
type Results map[string]Outcome

// Verdict says how far a requirement is kept.
type Verdict string

// The verdicts, best first.
const (
	Kept    Verdict = "kept"   // shown, and nothing is missing
	Partly  Verdict = "partly" // shown, and something is missing
	Open    Verdict = "open"   // not kept yet
	Failing Verdict = "fails"  // a test of it fails
	Unknown Verdict = "unrun"  // a test of it was not run
)

// Row is a requirement with what the results say of it.
type Row struct {
	Requirement
	Verdict Verdict
	Day     string // of the oldest run or check it rests on; "" for none
}

// Group is the part of the list that the requirement belongs to, its first letter.
func (r Requirement) Group() string { return r.ID[:1] }

// Requirements reads the list and refuses one that is not sound.
func Requirements() ([]Requirement, error) { return parse(requirements) }

func parse(b []byte) ([]Requirement, error) {
	var out []Requirement
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&out); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read requirements: %w", err)
	}
	seen := map[string]bool{}
	for i, r := range out {
		switch {
		case r.ID == "" || r.ZH == "" || r.EN == "":
			return nil, fmt.Errorf("requirement %d %q lacks id, zh or en", i+1, r.ID)
		case seen[r.ID]:
			return nil, fmt.Errorf("requirement %s stands twice", r.ID)
		case r.Gap != nil && (r.Gap.ZH == "" || r.Gap.EN == ""):
			return nil, fmt.Errorf("the gap of %s lacks zh or en", r.ID)
		case r.Gap != nil && !slices.Contains(Waits, r.Gap.Waits):
			return nil, fmt.Errorf("the gap of %s waits for %q, not for one of %v", r.ID, r.Gap.Waits, Waits)
		case len(r.Tests) == 0 && r.Checked == nil && r.Gap == nil:
			return nil, fmt.Errorf("requirement %s has no test, no check by hand and no gap", r.ID)
		case r.Checked != nil && (r.Checked.By == "" || r.Checked.Day == "" || r.Checked.How.ZH == "" || r.Checked.How.EN == ""):
			return nil, fmt.Errorf("the check of %s does not say who, when and how", r.ID)
		}
		seen[r.ID] = true
	}
	return out, nil
}

// ParseResults reads a file of results.
func ParseResults(b []byte) (Results, error) {
	out := Results{}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	return out, nil
}

// Load returns every requirement, in the order of the list, with its verdict.
func Load() ([]Row, error) {
	list, err := Requirements()
	if err != nil {
		return nil, err
	}
	known, err := ParseResults(results)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, r := range list {
		out = append(out, r.judge(known))
	}
	return out, nil
}

// judge gives the verdict that the results allow: a gap is never more than partly,
// and a test that fails or was not run outweighs all others.
func (r Requirement) judge(known Results) Row {
	row := Row{Requirement: r, Verdict: Kept}
	if r.Gap != nil {
		row.Verdict = Partly
	}
	if len(r.Tests) == 0 && r.Checked == nil {
		row.Verdict = Open
	}
	if r.Checked != nil {
		row.Day = r.Checked.Day
		if !r.Checked.Kept {
			row.Verdict = Open
		}
	}
	for _, name := range r.Tests {
		o := known[name]
		if o.Day != "" && (row.Day == "" || o.Day < row.Day) {
			row.Day = o.Day
		}
		switch {
		case o.Result == "fail":
			row.Verdict = Failing
		case o.Result != "pass" && row.Verdict != Failing:
			row.Verdict = Unknown
		}
	}
	return row
}
