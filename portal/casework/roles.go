package casework

import (
	"errors"
	"slices"

	"huitong/portal/apply"
)

// ErrForbidden says that somebody asked for what role or area does not allow.
var ErrForbidden = errors.New("not allowed for this role or area")

// Role is what a staff user may do, by level.
type Role string

// The roles.
const (
	Director      Role = "director"      // of children's affairs in one or several villages or communities
	Supervisor    Role = "supervisor"    // of children's affairs in a town or street
	Officer       Role = "officer"       // of the city; decides
	Liaison       Role = "liaison"       // of another department: sees what is referred to it
	Auditor       Role = "auditor"       // sees who did what, never the cases
	Administrator Role = "administrator" // makes accounts and gives roles, never sees the cases
)

// Roles lists the roles from village to city.
func Roles() []Role {
	return []Role{Director, Supervisor, Officer, Liaison, Auditor, Administrator}
}

// Known reports whether r is one of the roles.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// Local reports whether the role is bound to a town.
func (r Role) Local() bool { return r == Director || r == Supervisor }

// NeedsSecondFactor reports whether a password alone does not sign the role in: one
// that reaches beyond its own town.
func (r Role) NeedsSecondFactor() bool { return !r.Local() }

// Department is another department that single cases are referred to.
type Department string

// The departments.
const (
	Education  Department = "education"
	Insurance  Department = "medical-insurance"
	Health     Department = "health"
	Police     Department = "public-security"
	Federation Department = "disabled-federation"
)

// Departments lists the departments.
func Departments() []Department {
	return []Department{Education, Insurance, Health, Police, Federation}
}

// Known reports whether d is one of the departments.
func (d Department) Known() bool { return slices.Contains(Departments(), d) }

// Action is something that needs permission or is written into the audit.
type Action string

// Actions that need permission.
const (
	ListApplications Action = "list-applications"
	OpenApplication  Action = "open-application"
	RevealField      Action = "reveal-field" // see an ID or account number in full
	OpenFile         Action = "open-file"    // see a photo or PDF that a family attached
	AcceptCase       Action = "accept"
	AskMoreCase      Action = "ask-more"
	ApproveCase      Action = "approve"
	RefuseCase       Action = "refuse"
	VerifyCase       Action = "verify"         // write down what a visit at home found
	RecommendCase    Action = "recommend"      // for or against
	CheckDocument    Action = "check-document" // say that one has looked at it
	ReadAudit        Action = "read-audit"
	ManageUsers      Action = "manage-users"
	ReadFeedback     Action = "read-feedback"  // what readers say of the pages
	ReadQuestions    Action = "read-questions" // what found no answer
	SettleRemark     Action = "settle-remark"  // say that a remark or a question has been dealt with
	PausePart        Action = "pause-part"     // turn a part of the site off and on
	AssistFamily     Action = "assist"         // fill in an application with a family
	AssignCase       Action = "assign"         // say who handles a case
	OwnAccount       Action = "own-account"    // one's own password, second factor and sessions

	ReferCase      Action = "refer"           // ask another department, go on with its answer
	ListReferrals  Action = "list-referrals"  //
	OpenReferral   Action = "open-referral"   // with what was ticked for the department
	AnswerReferral Action = "answer-referral" // take it, answer, give it back

	HoldConference  Action = "hold-conference"  // call it, write down what was said and decided
	ListConferences Action = "list-conferences" // and what is one's own to see to
	OpenConference  Action = "open-conference"  // whoever takes part, with what was ticked

	AdjustGrants      Action = "adjust-grants" // see what a new standard changes of running grants, and change them
	PayGrants         Action = "pay-grants"    // see who is to be paid, close a list and confirm a colleague's, take it away
	StopGrant         Action = "stop-grant"    // say which month is the last that is paid
	ListChildren      Action = "list-children"
	OpenChild         Action = "open-child"
	RegisterChild     Action = "register-child" // and mend the record
	CloseChild        Action = "close-child"
	AssessChild       Action = "assess-child"
	ConfirmAssessment Action = "confirm-assessment"
	PairChild         Action = "pair-child"  // name the helper
	VisitChild        Action = "visit-child" // write down a visit
	SeeCustody        Action = "see-custody" // temporary guardianship
	KeepCustody       Action = "keep-custody"
	SendReport        Action = "send-report"    // report a child at risk, as staff
	ListReports       Action = "list-reports"   //
	OpenReport        Action = "open-report"    //
	HandleReport      Action = "handle-report"  // take it on, note what was done, close it
	DirectReport      Action = "direct-report"  // give it to somebody, pass it on to another town
	ExcludeReport     Action = "exclude-report" // keep somebody who is involved from it

	HoldTalk   Action = "hold-talk"   // go through all policies with a family
	CountTalks Action = "count-talks" // how many there were, and what came of them

	WorkOffline Action = "work-offline" // keep a device with which one works without a network

	ReadFigures   Action = "read-figures"   // counts of the cases, or of the audit, by what else one may see
	ExportFigures Action = "export-figures" // take them away as a file, in which small ones are hidden

	ReadDirectory   Action = "read-directory"   // who is director or supervisor where, with what is not published
	EditDirectory   Action = "edit-directory"   // and say what is published
	ImportDirectory Action = "import-directory" // put a file in its place
	ReadTraining    Action = "read-training"    // the year's plan, and who was trained
	KeepTraining    Action = "keep-training"    // plan it, and write down who came
	ShareKit        Action = "share"            // make a link of one's own place, with all that is printed
	ReadVisits      Action = "read-visits"      // how often links were opened; no visitor is known
	ReadEvents      Action = "read-events"      // talks in villages, and who came how many
	KeepEvents      Action = "keep-events"      // plan them, count, write down what was asked
	CheckInPeople   Action = "check-in-people"  // count people in at the door
	ListCalls       Action = "list-calls"       // families that want to be called back
	OpenCall        Action = "open-call"
	HandleCall      Action = "handle-call"
)

// Actions lists everything that needs permission.
func Actions() []Action {
	return []Action{
		ListApplications, OpenApplication, RevealField, OpenFile, AcceptCase, AskMoreCase,
		ApproveCase, RefuseCase, ReadAudit, ManageUsers, ReadFeedback, ReadQuestions, SettleRemark, PausePart,
		AssistFamily, OwnAccount, AssignCase,
		ReferCase, ListReferrals, OpenReferral, AnswerReferral,
		HoldConference, ListConferences, OpenConference,
		AdjustGrants, PayGrants, StopGrant,
		ListChildren, OpenChild, RegisterChild, CloseChild, AssessChild, ConfirmAssessment, PairChild, VisitChild, SeeCustody, KeepCustody,
		VerifyCase, RecommendCase,
		CheckDocument,
		SendReport, ListReports, OpenReport, HandleReport, DirectReport, ExcludeReport,
		HoldTalk, CountTalks, WorkOffline,
		ReadFigures, ExportFigures,
		ReadDirectory, EditDirectory, ImportDirectory, ReadTraining, KeepTraining,
		ShareKit, ReadVisits,
		ReadEvents, KeepEvents, CheckInPeople,
		ListCalls, OpenCall, HandleCall,
	}
}

// reach is how far a permission goes.
type reach int

const (
	nowhere reach = iota
	own           // what is [User.Owns]
	anywhere
)

// permissions is the whole matrix and the one place that decides; what does not stand
// here is forbidden. Directors help families to fill in new applications; they list,
// open and decide none. A department sees what was referred to it, never the case itself.
var permissions = map[Action]map[Role]reach{
	ListApplications: {Supervisor: own, Officer: anywhere},
	OpenApplication:  {Supervisor: own, Officer: anywhere},
	RevealField:      {Supervisor: own, Officer: anywhere},
	OpenFile:         {Supervisor: own, Officer: anywhere},
	AcceptCase:       {Supervisor: own, Officer: anywhere},
	AskMoreCase:      {Supervisor: own, Officer: anywhere},
	ApproveCase:      {Officer: anywhere},
	RefuseCase:       {Officer: anywhere},
	VerifyCase:       {Supervisor: own, Officer: anywhere},
	RecommendCase:    {Supervisor: own},
	CheckDocument:    {Supervisor: own, Officer: anywhere},
	AssignCase:       {Supervisor: own, Officer: anywhere},
	ReadAudit:        {Officer: anywhere, Auditor: anywhere},
	ManageUsers:      {Administrator: anywhere},
	ReadFeedback:     {Supervisor: anywhere, Officer: anywhere},
	ReadQuestions:    {Supervisor: anywhere, Officer: anywhere},
	SettleRemark:     {Officer: anywhere},
	PausePart:        {Officer: anywhere},
	AssistFamily:     {Director: own},
	OwnAccount:       {Director: own, Supervisor: own, Officer: own, Liaison: own, Auditor: own, Administrator: own},

	ReferCase:      {Supervisor: own, Officer: anywhere},
	ListReferrals:  {Supervisor: own, Officer: anywhere, Liaison: own},
	OpenReferral:   {Supervisor: own, Officer: anywhere, Liaison: own},
	AnswerReferral: {Liaison: own},

	HoldConference:    {Supervisor: own, Officer: anywhere},
	ListConferences:   {Director: own, Supervisor: own, Officer: anywhere, Liaison: own},
	OpenConference:    {Director: own, Supervisor: own, Officer: anywhere, Liaison: own},
	AdjustGrants:      {Officer: anywhere},
	PayGrants:         {Officer: anywhere},
	StopGrant:         {Officer: anywhere},
	ListChildren:      {Director: own, Supervisor: own, Officer: anywhere},
	OpenChild:         {Director: own, Supervisor: own, Officer: anywhere},
	RegisterChild:     {Director: own, Supervisor: own},
	CloseChild:        {Supervisor: own},
	AssessChild:       {Director: own, Supervisor: own, Officer: anywhere},
	ConfirmAssessment: {Supervisor: own, Officer: anywhere},
	PairChild:         {Supervisor: own},
	VisitChild:        {Director: own, Supervisor: own},
	SeeCustody:        {Supervisor: own, Officer: anywhere},
	KeepCustody:       {Officer: anywhere},
	// A report is a director's only while it is given to that director. Departments see
	// what is referred to them, and never the report.
	SendReport:    {Director: anywhere, Supervisor: anywhere, Officer: anywhere},
	ListReports:   {Director: own, Supervisor: own, Officer: anywhere},
	OpenReport:    {Director: own, Supervisor: own, Officer: anywhere},
	HandleReport:  {Director: own, Supervisor: own, Officer: anywhere},
	DirectReport:  {Supervisor: own, Officer: anywhere},
	ExcludeReport: {Officer: anywhere},

	HoldTalk:    {Director: own},
	CountTalks:  {Director: own, Supervisor: own, Officer: anywhere},
	WorkOffline: {Director: own},

	ReadFigures:   {Supervisor: own, Officer: anywhere, Auditor: anywhere},
	ExportFigures: {Supervisor: own, Officer: anywhere, Auditor: anywhere},

	ReadDirectory:   {Director: own, Supervisor: own, Officer: anywhere, Administrator: anywhere},
	EditDirectory:   {Supervisor: own, Officer: anywhere, Administrator: anywhere},
	ImportDirectory: {Supervisor: own, Officer: anywhere, Administrator: anywhere},
	ReadTraining:    {Supervisor: own, Officer: anywhere},
	KeepTraining:    {Supervisor: own, Officer: anywhere},
	ShareKit:        {Director: own, Supervisor: own, Officer: anywhere},
	ReadVisits:      {Director: own, Supervisor: own, Officer: anywhere},
	ReadEvents:      {Director: own, Supervisor: own, Officer: anywhere},
	KeepEvents:      {Director: own, Supervisor: own, Officer: anywhere},
	CheckInPeople:   {Director: own, Supervisor: own, Officer: anywhere},
	ListCalls:       {Director: own, Supervisor: own, Officer: anywhere},
	OpenCall:        {Director: own, Supervisor: own, Officer: anywhere},
	HandleCall:      {Director: own, Supervisor: own, Officer: anywhere},
}

// Scope is what a case belongs to. One without a town belongs to the city alone.
type Scope struct {
	Town     string
	Village  string
	Referred []Department // to which it is referred at present
	Invited  []string     // users who take part, wherever they belong
	Assigned string       // user to whom a report is given
	Excluded []string     // users who must not see it, whatever their role
}

// ScopeOf returns what an application belongs to.
func ScopeOf(a *apply.Application) Scope { return Scope{Town: a.Answers[apply.FieldTown]} }

// Has reports whether the user's role allows the action at all. It is enough for a
// page that belongs to no case; where there is one, [User.May] decides.
func (u User) Has(a Action) bool { return u.Disabled.IsZero() && permissions[a][u.Role] != nowhere }

// May reports whether the user may do this with a case of that scope.
func (u User) May(a Action, p Scope) bool {
	return u.Has(a) && (permissions[a][u.Role] == anywhere || u.Owns(p)) && !slices.Contains(p.Excluded, u.ID)
}

// Everywhere reports whether the action reaches beyond what the user owns.
func (u User) Everywhere(a Action) bool { return u.Has(a) && permissions[a][u.Role] == anywhere }

// Owns reports whether a scope is the user's own: a director's villages, a
// supervisor's town, what is referred to a liaison's department, what one takes part in.
func (u User) Owns(p Scope) bool {
	if u.ID != "" && slices.Contains(p.Invited, u.ID) {
		return true
	}
	switch u.Role {
	case Director:
		return p.Assigned != "" && p.Assigned == u.ID || p.Town != "" && p.Town == u.Area && slices.Contains(u.Villages(), p.Village)
	case Supervisor:
		return p.Town != "" && p.Town == u.Area
	case Liaison:
		return u.Department.Known() && slices.Contains(p.Referred, u.Department)
	}
	return false
}
