// Package casework holds the people of the case desk and what they may do: users,
// roles, passwords, sessions, invitations and the audit; and what readers tell
// the desk of the site's pages.
//
// [User], [Role] and [Scope] answer who may do what where, from one table. [PasswordCost]
// keeps passwords as argon2id. [Session] and [Invite] know when they end. An [Assist]
// is a director's part in a family's application, from its consent to the hand-over.
// A [Referral] asks another department for one thing, a [Conference] has several talk
// a case over, and a [Telling] is what the family reads of either. A [Standard] is what
// grants are compared with. An [AuditEntry] says who did what to which application, and
// nothing of what it holds.
//
// The package is pure: it knows no database, no web and no words; time and
// randomness are passed in.
package casework

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huitong/portal/apply"
)

// User is a member of staff.
type User struct {
	ID    string
	Login string
	Name  string
	Post
	Password string // PHC string, see PasswordCost
	Created  time.Time
	Disabled time.Time // zero while the account is in use
}

// Actor returns the user as the one who moves an application.
func (u User) Actor() apply.Actor { return apply.Actor{Kind: apply.StaffActor, ID: u.ID} }

// LogValue implements slog.LogValuer: ID and role, no name and no password.
func (u User) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", u.ID), slog.String("role", string(u.Role)))
}

// String keeps %v from showing name and password.
func (u User) String() string { return fmt.Sprintf("%s %s", u.Role, u.ID) }

// GoString keeps %#v from showing name and password.
func (u User) GoString() string { return u.String() }

// Limits of a session: so long after sign-in, and so long without a request.
const (
	SessionLasts = 12 * time.Hour
	SessionIdle  = 30 * time.Minute
)

// Attempt is what somebody signs in with.
type Attempt struct {
	Login, Password string
	Client          string // whose tries are counted together, such as the address asked from
	Device          string // kind of browser, for the list of sessions
}

// NextStep is what the user owes after a right password.
func (u User) NextStep(hasFactor bool) Step {
	switch {
	case hasFactor:
		return NeedsCode
	case u.Role.NeedsSecondFactor():
		return NeedsApp
	}
	return SignedIn
}

// Session is a signed-in browser. The browser has the token, the store its hash.
type Session struct {
	ID        string // by which pages name it
	TokenHash string
	UserID    string
	Device    string
	Step      Step // what it still waits for
	Created   time.Time
	Seen      time.Time
}

// Live reports whether the session still counts.
func (s Session) Live(now time.Time) bool {
	if s.Step != SignedIn {
		return now.Before(s.Created.Add(HalfwayLasts))
	}
	return now.Before(s.Created.Add(SessionLasts)) && now.Before(s.Seen.Add(SessionIdle))
}

// ResetLasts is how long a link counts that sets a forgotten password.
const ResetLasts = 30 * time.Minute

// InviteLasts is how long an invitation can be taken up.
const InviteLasts = 72 * time.Hour

// Invite lets one person set a password and become a user, once.
type Invite struct {
	Login string // proposed; empty: to be chosen
	Name  string // proposed; empty: to be given
	Post
	Created time.Time
	Used    time.Time // zero until then
}

// Open reports whether the invitation can be taken up.
func (i Invite) Open(now time.Time) bool {
	return i.Used.IsZero() && now.Before(i.Created.Add(InviteLasts))
}

// Check says what is wrong with an invitation before it is sent.
func (i Invite) Check() error {
	out := i.problems()
	if i.Login != "" && !loginForm.MatchString(i.Login) {
		out = append(out, apply.Problem{Field: "login", Key: KeyLoginForm})
	}
	return out.Err()
}

var loginForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{2,31}$`)

// Accept makes the user of an invitation, or says what is wrong with the login,
// name and password that were chosen. The store says how a password is hashed, sets ID
// and checks that the login is free.
func (i Invite) Accept(hash func(password string) (string, error), login, name, password string, now time.Time) (User, error) {
	var out apply.Invalid
	login = CleanLogin(login)
	if !loginForm.MatchString(login) {
		out = append(out, apply.Problem{Field: "login", Key: KeyLoginForm})
	}
	if name = strings.Join(strings.Fields(name), " "); !nameFits(name) {
		out = append(out, apply.Problem{Field: "name", Key: KeyStaffName})
	}
	if p, bad := checkPassword(password, login); bad {
		out = append(out, p)
	}
	if err := out.Err(); err != nil {
		return User{}, err
	}
	hashed, err := hash(password)
	if err != nil {
		return User{}, err
	}
	return User{Login: login, Name: name, Post: i.Post, Password: hashed, Created: now}, nil
}

// CleanLogin returns the login as it is compared: lower case, no spaces and nothing
// that is no character.
func CleanLogin(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s))
}

func nameFits(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 2 && n <= 30 && utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

// What the audit records beside the actions that need permission.
const (
	SignIn        Action = "sign-in"
	SignInFailed  Action = "sign-in-failed"
	SignOut       Action = "sign-out"
	EnrolFactor   Action = "enrol-factor"   // set up the second factor
	PassFactor    Action = "pass-factor"    // signed in with it
	FactorFailed  Action = "factor-failed"  //
	RenewRecovery Action = "renew-recovery" // new recovery codes in place of all that were left
	UseRecovery   Action = "use-recovery"   // a recovery code in its place
	DropFactor    Action = "drop-factor"    // took away one's own
	ResetFactor   Action = "reset-factor"   // took away that of another
	EndSession    Action = "end-session"    // of the account in the detail

	LinkOutside    Action = "link-outside"   // let the city's own account sign in
	UnlinkOutside  Action = "unlink-outside" // and no longer
	ChangePassword Action = "change-password"
	ForgotPassword Action = "forgot-password" // somebody had a link sent to whom the detail names
	ResetPassword  Action = "reset-password"  // it was used
	ChangePost     Action = "change-post"     // role or area of another
	EnableUser     Action = "enable-user"
	AskAccess      Action = "ask-access"    // somebody lost password and second factor
	GiveAccess     Action = "give-access"   // agreed to, a link was made
	RecallAccess   Action = "recall-access" //
	UseAccess      Action = "use-access"    // the link was used

	SendInvite      Action = "send-invite"
	TakeInvite      Action = "take-invite"
	DisableUser     Action = "disable-user"
	Denied          Action = "denied" // asked for what the role or area does not allow
	FamilyOpened    Action = "family-opened"
	SubmitCase      Action = "submit"
	SupplyCase      Action = "supply"
	WithdrawCase    Action = "withdraw"
	UncheckDocument Action = "uncheck-document" // took back that one had looked
	ObjectCase      Action = "object"
	AdviseCase      Action = "advise-against"
	ProposeCase     Action = "propose"
	ReturnCase      Action = "return"
	CopyCase        Action = "copy"       // the family took a copy of its data
	RenewCode       Action = "renew-code" // the family had its access code changed
	EraseCase       Action = "erase"      // the family had its data deleted
	ExpireCase      Action = "expire"     // deleted because nobody went on with it

	BeginAssist   Action = "assist-begin"    // with the means by which the family agreed
	ListAssists   Action = "assist-list"     // the director looked at the list of those helped
	LookAssist    Action = "assist-look"     // at what was typed
	SaveAssist    Action = "assist-save"     //
	StopAssist    Action = "assist-stop"     //
	OfferAssist   Action = "assist-offer"    // made a code for the family's phone
	PrintAssist   Action = "assist-print"    // number and code on paper
	SubmitAssist  Action = "assist-submit"   // in the family's presence
	TakeAssist    Action = "assist-take"     // the family's phone took it over
	ConfirmAssist Action = "assist-confirm"  // the family said that it is theirs
	RefuseAssist  Action = "assist-not-ours" // or that it is not

	QuarantineFile Action = "quarantine-file" // the virus scanner found something
	AddPhoto       Action = "photo-added"     // to a visit or a report
	RemovePhoto    Action = "photo-removed"   // by who had added it

	AskCall   Action = "call-asked"  // by a family; with the level that has it
	RaiseCall Action = "call-raised" // nobody had called in time; with the level

	ReceiveReport  Action = "report-received"  // with the danger
	AddToReport    Action = "report-added"     // by who had reported it
	FollowReport   Action = "report-followed"  // who had reported it asked how far it is
	EscalateReport Action = "report-escalated" // nobody had taken it on in time; with the level
)

// AuditEntry is one line of the audit. It names an application and a field, never
// what stands in them.
type AuditEntry struct {
	Number    int64 // 1, 2, … without gaps
	At        time.Time
	Actor     apply.Actor
	Login     string // of the staff user at the time; empty for a family
	Action    Action
	Reference apply.Reference // empty where it concerns no single application
	Detail    string          // a word such as the name of a field, or what everybody was told; nothing personal
}
