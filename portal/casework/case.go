package casework

import "slices"

// CaseKind is what sort of thing staff handle.
type CaseKind string

// The kinds of cases.
const (
	ApplicationCase CaseKind = "application" // a family's application; its ID is the reference
	ReportCase      CaseKind = "report"      // that a child may be in danger
	ChildCase       CaseKind = "child"       // a child with its assessments, helper and visits
)

// CaseKinds lists the kinds of cases.
func CaseKinds() []CaseKind { return []CaseKind{ApplicationCase, ReportCase, ChildCase} }

// Known reports whether k is one of the kinds.
func (k CaseKind) Known() bool { return slices.Contains(CaseKinds(), k) }

// Case names one thing that staff handle, so that it can be referred to a department,
// talked over or linked to another, whatever it is.
type Case struct {
	Kind CaseKind
	ID   string // as in the address of its page, nothing personal
}
