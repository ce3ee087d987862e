package casework

import (
	"slices"
	"time"

	"huitong/portal/apply"
)

// ReportStep is something that happens to a report.
type ReportStep string

// The steps. The first ones are nobody's choice.
const (
	StepReceived  ReportStep = "received"
	StepAlerted   ReportStep = "alerted"   // detail: how many were told
	StepEscalated ReportStep = "escalated" // nobody had taken it on in time; detail: the level
	StepAdded     ReportStep = "added"     // by who reported it

	StepTake    ReportStep = "take"
	StepAssign  ReportStep = "assign" // detail: to whom
	StepPolice  ReportStep = "police" // the police were informed
	StepVisit   ReportStep = "visit"  // somebody has seen the child
	StepSafe    ReportStep = "safe"   // the child is safe
	StepRefer   ReportStep = "refer"  // to others
	StepNote    ReportStep = "note"
	StepLink    ReportStep = "link"    // to a case
	StepPass    ReportStep = "pass"    // to another town; detail: which
	StepExclude ReportStep = "exclude" // detail: who must not see it any more
	StepReadmit ReportStep = "readmit" // detail: who may again
	StepClose   ReportStep = "close"   // detail: the outcome
)

// reportRule is what one step needs.
type reportRule struct {
	step  ReportStep
	needs Action
	from  []ReportState
	words bool
}

// reportSteps says of each step that staff take from which states it can be, what it
// needs, and whether words must come with it.
var reportSteps = []reportRule{
	{StepTake, HandleReport, []ReportState{ReportNew}, false},
	{StepPolice, HandleReport, []ReportState{ReportHandled}, false},
	{StepVisit, HandleReport, []ReportState{ReportHandled}, true},
	{StepSafe, HandleReport, []ReportState{ReportHandled}, true},
	{StepRefer, HandleReport, []ReportState{ReportHandled}, true},
	{StepNote, HandleReport, []ReportState{ReportHandled, ReportClosed}, true},
	{StepLink, HandleReport, []ReportState{ReportHandled}, false},
	{StepClose, HandleReport, []ReportState{ReportHandled}, true},
	{StepAssign, DirectReport, []ReportState{ReportHandled}, false},
	{StepPass, DirectReport, []ReportState{ReportNew, ReportHandled}, true},
	{StepExclude, ExcludeReport, ReportStates(), true},
	{StepReadmit, ExcludeReport, ReportStates(), true},
}

// ReportSteps lists the steps that staff take.
func ReportSteps() []ReportStep {
	out := make([]ReportStep, len(reportSteps))
	for i, s := range reportSteps {
		out[i] = s.step
	}
	return out
}

// Needs returns the permission that a step needs; one that nobody has for no step of staff.
func (s ReportStep) Needs() Action {
	for _, one := range reportSteps {
		if one.step == s {
			return one.needs
		}
	}
	return ""
}

// Outcomes are the ways a report can end.
func Outcomes() []string { return []string{"safe-home", "moved", "helped", "unfounded", "other"} }

// ReportEvent is a line of a report's history, which is only added to.
type ReportEvent struct {
	Number int // 1, 2, … without gaps
	At     time.Time
	Actor  apply.Actor
	Step   ReportStep
	Detail string // a word; nothing personal
	Words  string
}

// ReportAct is what a member of staff does with a report.
type ReportAct struct {
	Step   ReportStep
	By     User
	Detail string
	Words  string
	Link   Case
	Within func(Danger) time.Duration // of a report that is passed on: how long it may wait there
	Hand   User                       // of one that is given to somebody
}

// Can reports whether the step fits the state.
func (r *Report) Can(step ReportStep) bool {
	return slices.ContainsFunc(reportSteps, func(s reportRule) bool {
		return s.step == step && slices.Contains(s.from, r.State)
	})
}

// Do carries out a step. The error is [apply.ErrConflict] if the report is not where
// the step begins, and [apply.Invalid] for what has to be mended.
func (r *Report) Do(act ReportAct, now time.Time) error {
	if !r.Can(act.Step) {
		return apply.ErrConflict
	}
	act.Words = FirstWords(act.Words, ReportLong)
	if p := r.lacks(act); p.Key != "" {
		return apply.Invalid{p}
	}
	switch act.Step {
	case StepTake:
		r.State, r.Taken = ReportHandled, now
	case StepAssign:
		r.Assigned = act.Hand.ID
	case StepLink:
		if act.Link.Kind == ApplicationCase { // children are linked from their side
			r.Link = act.Link
		}
	case StepPass:
		r.Town, r.City, r.Assigned = act.Detail, false, ""
		r.State, r.Level, r.Taken, r.Due = ReportNew, LevelTown, time.Time{}, now.Add(act.Within(r.Danger))
	case StepExclude:
		r.Excluded = append(r.Excluded, act.Detail)
		if r.Assigned == act.Detail {
			r.Assigned = ""
		}
	case StepReadmit:
		r.Excluded = slices.DeleteFunc(slices.Clone(r.Excluded), func(id string) bool { return id == act.Detail })
	case StepClose:
		r.State, r.Closed = ReportClosed, now
	}
	r.Tell(ReportEvent{At: now, Actor: act.By.Actor(), Step: act.Step, Detail: act.Detail, Words: act.Words})
	return nil
}

// lacks returns what is missing for an act; the zero Problem if nothing is.
func (r *Report) lacks(act ReportAct) apply.Problem {
	for _, s := range reportSteps {
		if s.step == act.Step && s.words && act.Words == "" {
			return apply.Problem{Field: "words", Key: KeyReportWords}
		}
	}
	missing := false
	switch act.Step {
	case StepAssign:
		at := r.Scope()
		at.Assigned = act.Hand.ID
		missing = act.Hand.ID == "" || !act.Hand.May(HandleReport, at) || act.Hand.Role == Director && act.Hand.Area != r.Town
	case StepPass:
		missing = act.Detail == "" || act.Detail == r.Town && !r.City
	case StepExclude:
		missing = act.Detail == "" || slices.Contains(r.Excluded, act.Detail) || act.Detail == act.By.ID
	case StepReadmit:
		missing = !slices.Contains(r.Excluded, act.Detail)
	case StepClose:
		missing = !slices.Contains(Outcomes(), act.Detail)
	case StepLink:
		missing = !act.Link.Kind.Known() || act.Link.ID == "" || act.Link.Kind == ReportCase
	}
	if missing {
		return apply.Problem{Field: "detail", Key: KeyReportDetail}
	}
	return apply.Problem{}
}

// Tell adds a line to the history.
func (r *Report) Tell(e ReportEvent) {
	e.Number = len(r.Events) + 1
	r.Events = append(r.Events, e)
}

// Late moves a report that nobody took on in time to the next level, with as much time
// again; it is false for any other.
func (r *Report) Late(within time.Duration, now time.Time) bool {
	if r.State != ReportNew || now.Before(r.Due) {
		return false
	}
	r.Level++
	r.Due = now.Add(within)
	return true
}
