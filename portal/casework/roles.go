package casework

import "slices"

// Role is what a staff user may do, by level.
type Role string

// The roles.
const (
	Director   Role = "director"   // of children's affairs in a village or community
	Supervisor Role = "supervisor" // of a town or street
	Officer    Role = "officer"    // of the city; decides
	Auditor    Role = "auditor"    // sees who did what, never the cases
)

// Roles lists the roles from village to city.
func Roles() []Role { return []Role{Director, Supervisor, Officer, Auditor} }

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
	ReadAudit        Action = "read-audit"
	ManageUsers      Action = "manage-users"
	ReadFeedback     Action = "read-feedback"  // what readers say of the pages
	ReadQuestions    Action = "read-questions" // what found no answer
	PausePart        Action = "pause-part"     // turn a part of the site off and on
	AssistFamily     Action = "assist"         // fill in an application with a family
)

// Actions lists everything that needs permission.
func Actions() []Action {
	return []Action{
		ListApplications, OpenApplication, RevealField, OpenFile, AcceptCase, AskMoreCase,
		ApproveCase, RefuseCase, ReadAudit, ManageUsers, ReadFeedback, ReadQuestions, PausePart,
		AssistFamily,
	}
}

// permissions is the whole matrix; what does not stand here is forbidden. Directors
// help families to fill in new applications; they list, open and decide none.
var permissions = map[Role][]Action{
	Director:   {AssistFamily},
	Supervisor: {ListApplications, OpenApplication, RevealField, OpenFile, AcceptCase, AskMoreCase, ReadFeedback, ReadQuestions},
	Officer: {
		ListApplications, OpenApplication, RevealField, OpenFile, AcceptCase, AskMoreCase,
		ApproveCase, RefuseCase, ReadAudit, ManageUsers, ReadFeedback, ReadQuestions, PausePart,
	},
	Auditor: {ReadAudit},
}

// May reports whether the role allows the action at all; [User.May] also looks at
// the area.
func (r Role) May(a Action) bool { return slices.Contains(permissions[r], a) }

// Known reports whether r is one of the roles.
func (r Role) Known() bool {
	_, ok := permissions[r]
	return ok
}

// Citywide reports whether the role is not bound to an area.
func (r Role) Citywide() bool { return r == Officer || r == Auditor }
