package casework

import (
	"time"

	"huitong/portal/apply"
)

// Query asks for a page of the staff list.
type Query struct {
	State apply.State // empty: everything but drafts
	Town  string      // empty: the whole city
	After string      // Next of the page before; empty: from the start
	Limit int         // 0: 50
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
	Version   int
}

// Page is a part of the staff list.
type Page struct {
	Applications []Listed
	Next         string // for Query.After; empty at the end
}

// AuditQuery asks for a part of the audit.
type AuditQuery struct {
	Reference apply.Reference // empty: all
	Before    int64           // lines with a smaller number; 0: from the latest
	Limit     int             // 0: 100
}
