package web

import (
	"context"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Drafts keeps applications while they are filled in.
type Drafts interface {
	CreateDraft(ctx context.Context, policy, lang string) (*apply.Application, apply.Token, error)
	ApplicationByDraftToken(ctx context.Context, token apply.Token) (*apply.Application, error)
	SaveAnswers(ctx context.Context, ref apply.Reference, version int, answers apply.Answers) (*apply.Application, error)
	Submit(ctx context.Context, sub apply.Submission) (*apply.Application, error)
}

// Tracking opens applications again by number and access code, and remembers and
// forgets browsers.
type Tracking interface {
	OpenWithCode(ctx context.Context, ref apply.Reference, code apply.Code, client string) (*apply.Application, error)
	Remember(ctx context.Context, ref apply.Reference) (apply.Token, error)
	Forget(ctx context.Context, token apply.Token) error
}

// Erasure deletes what a family no longer wants kept.
type Erasure interface {
	Erase(ctx context.Context, ref apply.Reference, version int) error
}

// Desk is what the office reads. Change carries out what the family decides after
// submission; what the office does goes through Handling.
type Desk interface {
	Applications(ctx context.Context, by apply.Actor, q casework.Query) (casework.Page, error)
	ApplicationByReference(ctx context.Context, ref apply.Reference) (*apply.Application, error)
	OpenForStaff(ctx context.Context, by apply.Actor, ref apply.Reference) (*apply.Application, error)
	Change(ctx context.Context, ref apply.Reference, version int, move func(*apply.Application, time.Time) error) (*apply.Application, error)
}

// Handling is what the office does with one application. Whether the account may is
// judged where it is done, with the application's own scope.
type Handling interface {
	ChangeForStaff(ctx context.Context, by apply.Actor, action casework.Action, ref apply.Reference, version int, move func(*apply.Application, time.Time) error) (*apply.Application, error)
	Reveal(ctx context.Context, by apply.Actor, ref apply.Reference, field string) (*apply.Application, error)
	Handlers(ctx context.Context, by apply.Actor, ref apply.Reference) (map[string]string, error)
}

// Files keeps what families attach to their applications. Whether somebody may see
// a file is settled before it is read.
type Files interface {
	AddFile(ctx context.Context, ref apply.Reference, f apply.NewFile) (apply.File, error)
	RemoveFile(ctx context.Context, ref apply.Reference, id string) error
	SetPapers(ctx context.Context, ref apply.Reference, papers map[string]bool) error
	ReadFile(ctx context.Context, ref apply.Reference, id string, small bool) ([]byte, error)
	ReadFileForStaff(ctx context.Context, by apply.Actor, ref apply.Reference, id string) ([]byte, error)
}

// Arrivals takes a file in pieces, so that one that broke off goes on where it stopped.
type Arrivals interface {
	AddPart(ctx context.Context, ref apply.Reference, p apply.Part) (int64, error)
	Arrived(ctx context.Context, ref apply.Reference, p apply.Part) (int64, error)
	WholeFile(ctx context.Context, ref apply.Reference, p apply.Part) ([]byte, error)
	DropParts(ctx context.Context, ref apply.Reference, p apply.Part) error
}

// Accounts signs staff in and out and takes up invitations.
type Accounts interface {
	SignIn(ctx context.Context, a casework.Attempt) (casework.Step, apply.Token, error)
	UserBySession(ctx context.Context, token apply.Token) (casework.User, error)
	SignOut(ctx context.Context, token apply.Token) error
	InviteByToken(ctx context.Context, token apply.Token) (casework.Invite, error)
	AcceptInvite(ctx context.Context, token apply.Token, login, name, password string) (casework.User, error)
}

// Factors sets up second factors and takes their codes.
type Factors interface {
	Halfway(ctx context.Context, token apply.Token) (casework.User, casework.Step, error)
	Factor(ctx context.Context, by apply.Actor) (casework.Factor, error)
	BeginFactor(ctx context.Context, by apply.Actor) (casework.Secret, error)
	ConfirmFactor(ctx context.Context, token apply.Token, code string) ([]apply.ShortCode, apply.Token, error)
	PassFactor(ctx context.Context, token apply.Token, code string) (apply.Token, error)
	DropFactor(ctx context.Context, by apply.Actor, code string) error
	RenewRecovery(ctx context.Context, by apply.Actor, password, code string) ([]apply.ShortCode, error)
}

// Sessions lists and ends sessions, and changes the password, which ends them all.
type Sessions interface {
	Sessions(ctx context.Context, by apply.Actor, user string) ([]casework.Session, error)
	EndSession(ctx context.Context, by apply.Actor, user, id, except string) error
	ChangePassword(ctx context.Context, by apply.Actor, old, password string) error
}

// OutsideAccounts knows whose the city's own accounts are.
type OutsideAccounts interface {
	SignInOutside(ctx context.Context, o casework.Outside, device string) (casework.Step, apply.Token, error)
	LinkOutside(ctx context.Context, by apply.Actor, o casework.Outside) error
	UnlinkOutside(ctx context.Context, by apply.Actor) error
	LinkedOutside(ctx context.Context, by apply.Actor) (time.Time, error)
}

// Audit keeps who did and saw what, and the invitations that are part of it.
type Audit interface {
	RecordAccess(ctx context.Context, e casework.AuditEntry) error
	Audit(ctx context.Context, by apply.Actor, q casework.AuditQuery) ([]casework.AuditEntry, error)
	LastSeal(ctx context.Context) (casework.AuditSeal, error)
	Invite(ctx context.Context, by apply.Actor, i casework.Invite) (apply.Token, error)
}

// Cases is what applications and staff need of the store, one small interface
// for each that reads it.
type Cases struct {
	Drafts     Drafts
	Tracking   Tracking
	Erasure    Erasure
	Desk       Desk
	Files      Files
	Contacts   Contacts
	Accounts   Accounts
	Factors    Factors
	Sessions   Sessions
	Outside    OutsideAccounts
	People     People
	Staff      StaffContacts
	Audit      Audit
	Feedback   Feedback
	Questions  Questions
	Households Households
	Assists    Assists
	HandOvers  HandOvers
	TakeOvers  TakeOvers
	Passes     Passes
	Twins      Twins
	Lending    Lending
	Handling   Handling
	Checklist  Checklist
	Queue      Queue
	Views      Views
	Referrals  Referrals
	Tellings   Tellings

	Conferences Conferences
	Grants      Grants
	Paying      Paying
	PayLists    PayLists
	GrantStops  GrantStops
	Figures     Figures
	Talks       Talks
	Field       Field
	FieldEvents FieldEvents

	Children    Children
	Assessments Assessments
	ChildHelp   ChildHelp
	Duties      Duties
	ReportBox   ReportBox
	Reports     Reports

	Directory        Directory
	DirectoryImports DirectoryImports
	PublicDirectory  PublicDirectory

	Trainings         Trainings
	AttendanceImports AttendanceImports
	Sharing           Sharing
	CallBox           CallBox
	Calls             Calls
	Visits            Visits
	Photos            Photos
	ReportPhotos      ReportPhotos

	Events       Events
	EventDoor    EventDoor
	PublicEvents PublicEvents
	EventReach   EventReach
	EventFiles   EventFiles
	Forgotten    Forgotten
	Access       Access
	Arrivals     Arrivals
	PayRemains   PayRemains
}

// CasesOf fills all parts of Cases from one store.
func CasesOf[S interface {
	Drafts
	Tracking
	Erasure
	Desk
	Files
	Contacts
	Accounts
	Factors
	Sessions
	OutsideAccounts
	People
	StaffContacts
	Audit
	Feedback
	Questions
	Households
	Assists
	HandOvers
	TakeOvers
	Passes
	Twins
	Lending
	Handling
	Checklist
	Queue
	Views
	Referrals
	Tellings
	Conferences
	Grants
	Paying
	PayLists
	GrantStops
	Figures
	Talks
	Field
	FieldEvents
	Children
	Assessments
	ChildHelp
	Duties
	ReportBox
	Reports
	Directory
	DirectoryImports
	PublicDirectory
	Trainings
	AttendanceImports
	Sharing
	CallBox
	Calls
	Visits
	Photos
	ReportPhotos
	Events
	EventDoor
	PublicEvents
	EventReach
	EventFiles
	Forgotten
	Access
	Arrivals
	PayRemains
}](s S) Cases {
	return Cases{
		Drafts:      s,
		Tracking:    s,
		Erasure:     s,
		Desk:        s,
		Files:       s,
		Contacts:    s,
		Accounts:    s,
		Factors:     s,
		Sessions:    s,
		Outside:     s,
		People:      s,
		Staff:       s,
		Audit:       s,
		Feedback:    s,
		Questions:   s,
		Households:  s,
		Assists:     s,
		HandOvers:   s,
		TakeOvers:   s,
		Passes:      s,
		Twins:       s,
		Lending:     s,
		Queue:       s,
		Views:       s,
		Referrals:   s,
		Tellings:    s,
		Conferences: s,
		Grants:      s,
		Paying:      s,
		PayLists:    s,
		GrantStops:  s,
		Figures:     s,
		Talks:       s,
		Field:       s,
		FieldEvents: s,
		Children:    s,
		Assessments: s,
		ChildHelp:   s,
		Duties:      s,
		Handling:    s,
		Checklist:   s,
		ReportBox:   s,
		Reports:     s,

		Directory:        s,
		DirectoryImports: s,
		PublicDirectory:  s,

		Trainings:         s,
		AttendanceImports: s,
		Sharing:           s,
		CallBox:           s,
		Calls:             s,
		Visits:            s,
		Photos:            s,
		ReportPhotos:      s,

		Events:       s,
		EventDoor:    s,
		PublicEvents: s,
		EventReach:   s,
		EventFiles:   s,
		Forgotten:    s,
		Access:       s,
		Arrivals:     s,
		PayRemains:   s,
	}
}
