package casework

import (
	"time"

	"huitong/portal/apply"
)

// PayTerms say for whom a pay list (发放名册) is.
type PayTerms struct {
	Month  Month
	Policy string
	Town   string // "": all
	// SameMonth: a grant is paid from the month of its decision on, not from the next.
	SameMonth bool
	Standard  Standard                 // what the policy pays at present
	Basis     func(fact string) string // where an amount stands, in words
}

// Before is the moment before which a grant was decided that is paid in the month.
func (t PayTerms) Before() time.Time {
	if t.SameMonth {
		return t.Month.Plus(1).Begins()
	}
	return t.Month.Begins()
}

// First returns the first month that a grant is paid which was decided then.
func (t PayTerms) First(began time.Time) Month {
	if t.SameMonth {
		return MonthOf(began)
	}
	return MonthOf(began).Plus(1)
}

// PayChoice says which amount counts of a grant whose amount changed within the month.
type PayChoice string

// The choices; none where nothing has changed.
const (
	PayEarly PayChoice = "early" // that of the month's first day
	PayLate  PayChoice = "late"  // that of its last
)

// Known reports whether c is one of the two.
func (c PayChoice) Known() bool { return c == PayEarly || c == PayLate }

// Of returns the one of two values that is chosen.
func (c PayChoice) Of(early, late int64) int64 {
	if c == PayEarly {
		return early
	}
	return late
}

// PayDue is what is due by some terms and on no list yet.
type PayDue struct {
	Grants      int
	Early, Late int64 // altogether in fen, at the amounts of the month's first and last day
	Both        int   // grants for which these differ
	Behind      int   // that run at another amount than the standard, which counts by then
	Shared      int   // for a child that another grant is due for as well
}

// MaxPayRows is how many grants one list holds: what is written into a workbook is held
// in memory, since a file beside it would be readable.
const MaxPayRows = 15000

// PayOrder asks for a list to be closed, as it was seen.
type PayOrder struct {
	PayTerms
	Seen   PayDue
	Choice PayChoice
	Aware  bool   // what is out of the ordinary has been looked at
	Key    string // of the page
}

// Fields of the page that closes a list.
const (
	FieldPayChoice = "choice"
	FieldPayAware  = "aware"
)

// Keys of what may be wrong with an order.
const (
	KeyPayChoice = "error.pay.choice"
	KeyPayAware  = "error.pay.aware"
	KeyPayMany   = "error.pay.many" // Max
)

// PayKeys lists them for the check that all languages have words for them.
func PayKeys() []string {
	return []string{KeyPayChoice, KeyPayAware, KeyPayMany, apply.KeyReasonRequired}
}

// Check returns [apply.Invalid] where the order leaves open what somebody has to say, and
// [apply.ErrConflict] where other grants are due by now than were seen.
func (o PayOrder) Check(due PayDue) error {
	if due != o.Seen || due.Grants == 0 {
		return apply.ErrConflict
	}
	var out apply.Invalid
	if due.Both > 0 && !o.Choice.Known() {
		out = append(out, apply.Problem{Field: FieldPayChoice, Key: KeyPayChoice})
	}
	if due.Behind+due.Shared > 0 && !o.Aware {
		out = append(out, apply.Problem{Field: FieldPayAware, Key: KeyPayAware})
	}
	if due.Grants > MaxPayRows {
		out = append(out, apply.Problem{Key: KeyPayMany, Args: map[string]any{"Max": MaxPayRows}})
	}
	return out.Err()
}

// Payee is whom a grant is for and where it goes.
type Payee struct {
	Child   string `json:"child"`
	ID      string `json:"id"`
	Holder  string `json:"holder"`
	Account string `json:"account"`
}

// PayeeOf takes it from the answers of the application.
func PayeeOf(a apply.Answers) Payee {
	return Payee{Child: a[apply.FieldChildName], ID: a[apply.FieldChildID], Holder: a[apply.FieldBankHolder], Account: a[apply.FieldBankAccount]}
}

// Masked returns the payee with numbers that are shown only to recognise them.
func (p Payee) Masked() Payee {
	p.ID, p.Account = apply.MaskNumber(p.ID), apply.MaskNumber(p.Account)
	return p
}

// PayRow is one grant on a list, or one that is due.
type PayRow struct {
	Reference apply.Reference
	Town      string
	Payee
	Amount int64     // in fen; of what is due, that of the month's last day
	Early  int64     // of what is due: that of its first day
	Basis  string    // where the amount stands
	Began  time.Time // decided
	First  Month     // that is paid
	Months int       // from then on, this one included
	Shared bool      // of what is due: the child has another one
}

// PayState is how far a list has come.
type PayState string

// The states. A list that was returned has no rows any more: they are due again.
const (
	PayClosed    PayState = "closed"
	PayConfirmed PayState = "confirmed"
	PayReturned  PayState = "returned"
)

// PayStates lists the states.
func PayStates() []PayState { return []PayState{PayClosed, PayConfirmed, PayReturned} }

// PayList is a list that somebody has closed.
type PayList struct {
	ID           string
	Month        Month
	Policy, Town string
	Choice       PayChoice
	State        PayState
	Grants       int
	Total        int64 // in fen
	ClosedBy     string
	ClosedName   string
	ClosedAt     time.Time
	DecidedName  string
	DecidedAt    time.Time
}

// Sealed reports whether the list may leave the desk with whole numbers.
func (l PayList) Sealed() bool { return l.State == PayConfirmed }

// PayTown is what a town's grants of a month come to.
type PayTown struct {
	Town   string
	Due    int   // on no list yet
	Sum    int64 // of them, in fen, at the amounts of the month's last day
	Listed int
}

// Ways in which a closed list no longer is what is due.
const (
	PayStopped = "stopped" // or no longer there
	PayAmount  = "amount"  //
	PayRewrite = "account" // name, number or account are others
)

// PayChanges lists them.
func PayChanges() []string { return []string{PayStopped, PayAmount, PayRewrite} }

// PayChange is a grant that changed since its list was closed.
type PayChange struct {
	Reference     apply.Reference
	What          string
	Before, After int64 // of the amount, in fen
}

// PayPage is a list with some of its rows and, until somebody decides on it, with what is
// no longer as it was closed.
type PayPage struct {
	PayList
	Rows    []PayRow
	Next    string // behind which there are more; empty: none
	Changes []PayChange
}

// GrantState is a grant as the page of its application shows it.
type GrantState struct {
	apply.Grant
	Began   time.Time
	Stopped time.Time // a moment of the last month that is paid; zero while it runs
	Words   string    // why it was stopped
	Paid    []Month   // on lists that are confirmed, the last ones first
}
