package casework

import (
	"slices"
	"strings"
	"time"

	"huitong/portal/apply"
)

// Query asks for a page of the staff list.
type Query struct {
	Queue    bool        // what the user handles, then what nobody handles in the town; what is due first
	State    apply.State // empty: everything but drafts
	Policy   string      // slug; empty: all
	Town     string      // empty: the whole city
	Assignee string      // ID of a user, or Nobody; empty: all. Only what waits for the office has one
	Due      Span
	After    string // Next of the page before; empty: from the start
	Limit    int    // 0: 50
}

// Listed is a line of the staff list.
type Listed struct {
	Reference apply.Reference
	Policy    string
	State     apply.State
	Town      string
	Child     string // name
	Guardian  string // name
	Submitted time.Time
	Updated   time.Time
	Due       time.Time // when the office's next step should be done; zero: no limit, or not its turn
	Assignee  string    // ID of the user; empty: nobody
	Handler   string    // name of the user
	Version   int
}

// Page is a part of the staff list.
type Page struct {
	Applications []Listed
	Next         string // for Query.After; empty at the end
}

// AccountQuery asks for a page of the accounts.
type AccountQuery struct {
	Role  Role   // empty: all
	After string // Next of the page before; empty: from the start
	Limit int    // 0: 50
}

// AccountPage is a part of the accounts, by login.
type AccountPage struct {
	Users []User
	Next  string // for AccountQuery.After; empty at the end
}

// AuditQuery asks for a part of the audit.
type AuditQuery struct {
	Reference apply.Reference // empty: all
	Login     string          // of who did it; empty: all
	Action    Action          // of staff; empty: all
	Day       time.Time       // midnight at which the day begins; zero: all
	Before    int64           // lines with a smaller number; 0: from the latest
	Limit     int             // 0: 100
}

// Describe says in a few words what is looked for, for the audit itself.
func (q AuditQuery) Describe() string {
	words := []string{q.Login, string(q.Action)}
	if !q.Day.IsZero() {
		words = append(words, q.Day.In(apply.China).Format(time.DateOnly))
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// StaffActions lists what stands in the audit of staff, for who looks for it.
func StaffActions() []Action {
	return slices.Concat(Actions(), []Action{
		SignIn, SignInFailed, SignOut, EnrolFactor, PassFactor, FactorFailed, UseRecovery, RenewRecovery, DropFactor, ResetFactor, EndSession,
		LinkOutside, UnlinkOutside,
		ChangePassword, SendInvite, TakeInvite, ChangePost, DisableUser, EnableUser, AskAccess, GiveAccess, RecallAccess, UseAccess, Denied,
		AdviseCase, ProposeCase, ReturnCase,
		UncheckDocument,
		ReceiveReport, AskCall, RaiseCall,
		BeginAssist, ListAssists, LookAssist, SaveAssist, StopAssist, OfferAssist, PrintAssist, SubmitAssist,
	})
}
