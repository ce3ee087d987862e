package store_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// TestListsReadWhatTheyShow counts what each list of the desk reads in a city, and in
// one that has ten times as much: rows that the nodes of PostgreSQL's plan touched, and
// steps of SQLite's machine. What grows with the city is a list that will be slow one
// day, whatever a clock says of it today.
func TestListsReadWhatTheyShow(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := f.desk(t)
		asked := map[string][]store.Asked{}
		for _, l := range d.looks() {
			asked[l.name] = f.overheard(t, l.do)
		}
		d.grow(t, 20)
		before := map[string]int{}
		for name, all := range asked {
			before[name] = f.reads(t, all)
		}
		d.grow(t, 9)
		for name, all := range asked {
			if got, most := f.reads(t, all), 2*before[name]+f.allowance(); got > most {
				t.Errorf("%s reads %d where a tenth as much made it read %d; want no more than %d", name, got, before[name], most)
				for _, one := range all {
					t.Logf("%d: %s %v\n%s", f.reads(t, []store.Asked{one}), one.Query, one.Args, f.plan(t, one))
				}
			}
		}
	})
}

// allowance is what a page of fifty may cost whatever the size: rows, or steps.
func (f *fixture) allowance() int {
	if f.config.URL == "" {
		return 4000
	}
	return 1500 // the planner sorts that many rather than walk an index, when it takes them for few
}

// look is a list of the desk as somebody opens it.
type look struct {
	name string
	do   func(context.Context, *store.Store) error
}

// deskLists is a desk with a little of everything.
type deskLists struct {
	*fixture
	people people
	health apply.Actor
	place  string // in the list of applications

	grownBefore int
}

func (f *fixture) desk(t *testing.T) *deskLists {
	t.Helper()
	d := &deskLists{fixture: f, people: f.people(t)}
	c := &city{fixture: f}
	all := c.invent(t, f.numbers(t, 120))
	if err := f.Fill(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	c.handOut(t)
	d.place = f.Place(all[slices.IndexFunc(all, func(a *apply.Application) bool { return a.State == apply.Approved })])
	f.child(t, d.people.director, newChild(childName, childID))
	reportDesk{fixture: f}.send(t, reported("one", "看见一个孩子没人管。"))
	who, a := f.helpers(t), f.submitted(t)
	d.health = who.health
	if _, err := f.refers(who.own, a, "one", 3); err != nil {
		t.Fatal(err)
	}
	for range 3 { // many lines of one of the staff, many of another kind by others
		for _, e := range []casework.AuditEntry{{Actor: d.people.officer.Actor(), Action: casework.ListApplications}, {Actor: d.people.auditor.Actor(), Action: casework.ReadAudit}} {
			if err := f.RecordAccess(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
	}
	return d
}

func (d *deskLists) looks() []look {
	officer, supervisor, director := d.people.officer, d.people.supervisor, d.people.director
	out := []look{
		{"find by number", func(ctx context.Context, s *store.Store) error {
			_, err := s.ApplicationByReference(ctx, apply.Reference(strings.SplitN(d.place, ".", 3)[2]))
			return err
		}},
		{"find by the child's number", func(ctx context.Context, s *store.Store) error {
			_, err := s.ApplicationsOfChild(ctx, officer.Actor(), childID)
			return err
		}},
	}
	applications := func(name string, by casework.User, q casework.Query) {
		out = append(out, look{name, func(ctx context.Context, s *store.Store) error {
			_, err := s.Applications(ctx, by.Actor(), q)
			return err
		}})
	}
	late := casework.Span{To: d.clock.now()}
	applications("all applications", officer, casework.Query{})
	applications("from somewhere", officer, casework.Query{After: d.place})
	applications("of a state", officer, casework.Query{State: apply.Approved})
	applications("of a policy", officer, casework.Query{Policy: "sample"})
	applications("late ones", officer, casework.Query{Due: late})
	applications("of a colleague", officer, casework.Query{Assignee: someHandler})
	applications("nobody's", officer, casework.Query{Assignee: casework.Nobody})
	applications("the queue", officer, casework.Query{Queue: true})
	applications("the queue of a town", supervisor, casework.Query{Queue: true, Town: "shiqi"})
	applications("a town", supervisor, casework.Query{Town: "shiqi"})
	applications("a town's late ones", supervisor, casework.Query{Town: "shiqi", Due: late})
	applications("a town's of a state from somewhere", supervisor, casework.Query{Town: "shiqi", State: apply.Approved, After: d.place})
	applications("a town's of a policy that it has none of", supervisor, casework.Query{Town: "shiqi", Policy: "none"})
	children := func(name string, by casework.User, q casework.ChildQuery) {
		out = append(out, look{name, func(ctx context.Context, s *store.Store) error {
			_, err := s.Children(ctx, by.Actor(), q)
			return err
		}})
	}
	for _, by := range []struct {
		whose string
		user  casework.User
	}{{"city's", officer}, {"town's", supervisor}, {"village's", director}} {
		children("the "+by.whose+" children", by.user, casework.ChildQuery{})
		children("the "+by.whose+" children of a band without any", by.user, casework.ChildQuery{Band: "poor"})
		children("the "+by.whose+" children without a helper", by.user, casework.ChildQuery{Filter: casework.NoHelper})
		children("the "+by.whose+" late assessments", by.user, casework.ChildQuery{Filter: casework.LateAgain})
		children("the "+by.whose+" late visits", by.user, casework.ChildQuery{Filter: casework.LateVisits})
		out = append(out, look{"the " + by.whose + " count of late children", func(ctx context.Context, s *store.Store) error {
			_, err := s.LateChildren(ctx, by.user.Actor(), casework.CountLimit)
			return err
		}}, look{"the " + by.whose + " reports", func(ctx context.Context, s *store.Store) error {
			_, err := s.Reports(ctx, by.user.Actor(), casework.ReportQuery{})
			return err
		}}, look{"the " + by.whose + " count of reports", func(ctx context.Context, s *store.Store) error {
			_, err := s.ReportsWaiting(ctx, by.user)
			return err
		}})
	}
	children("a village's children", supervisor, casework.ChildQuery{Village: "别的村"})
	for name, by := range map[string]apply.Actor{"city's": officer.Actor(), "town's": supervisor.Actor(), "department's": d.health} {
		for _, mine := range []bool{false, true} {
			out = append(out, look{fmt.Sprintf("the %s referrals, mine: %v", name, mine), func(ctx context.Context, s *store.Store) error {
				_, err := s.Referrals(ctx, by, casework.ReferralQuery{Waits: casework.DepartmentSide, Mine: mine})
				return err
			}})
		}
	}
	for _, town := range []string{"", "shiqi"} {
		out = append(out, look{"counts in " + cmp.Or(town, "the city"), func(ctx context.Context, s *store.Store) error {
			_, err := s.Counts(ctx, officer.Actor(), town)
			return err
		}})
	}
	for name, q := range map[string]casework.AuditQuery{
		"the audit": {}, "the audit of a case": {Reference: "ZS-2611-0000001"}, "the audit of somebody": {Login: officer.Login},
		"the audit of a kind": {Action: casework.ListApplications}, "what somebody never did": {Login: officer.Login, Action: casework.ReadAudit},
		"somebody's day": {Login: officer.Login, Day: d.clock.now().AddDate(0, 0, 1)},
	} {
		out = append(out, look{name, func(ctx context.Context, s *store.Store) error {
			_, err := s.Audit(ctx, d.people.auditor.Actor(), q)
			return err
		}})
	}
	return out
}

// grown says how the copies of a table's rows differ from the rows: i counts them. A
// city has more villages, no larger ones.
var grown = []struct {
	table   string
	more    int // by how many times there are more copies
	differs map[string]string
}{
	{"applications", 1, map[string]string{"reference": "reference || '-' || i", "child_index": "child_index || '-' || i", "turn": "turn + i * 1000003", "submitted_at": "CASE WHEN submitted_at > 0 THEN submitted_at + i ELSE 0 END"}},
	{"children", 50, map[string]string{"id": "id || '-' || i", "id_index": "id_index || '-' || i", "due_at": "9000000000000000 + i", "band": "'good'", "village": "village || i"}},
	{"reports", 50, map[string]string{"number": "number || '-' || i", "page_key": "page_key || '-' || i", "sort_at": "sort_at + i"}},
	{"referrals", 50, map[string]string{"id": "id || '-' || i", "page_key": "page_key || '-' || i", "due_at": "due_at + i"}},
	{"audit", 1, map[string]string{"number": "number + i * (SELECT MAX(number) FROM audit)"}},
}

// grow adds so many copies of every row, another number each time, past the store: what
// is sealed in them opens nowhere, but is not opened either.
func (d *deskLists) grow(t *testing.T, times int) {
	t.Helper()
	for _, g := range grown {
		columns := d.columns(t, g.table)
		var values []string
		n := times
		if d.grownBefore == 0 {
			n *= g.more
		}
		for _, c := range columns {
			values = append(values, cmp.Or(strings.ReplaceAll(g.differs[c], "'-'", fmt.Sprintf("'-%d-'", times)), c))
		}
		copies := fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM %[1]s CROSS JOIN (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %[4]d) SELECT i FROM n) AS copies`,
			g.table, strings.Join(columns, ", "), strings.Join(values, ", "), n)
		if _, err := d.raw.ExecContext(t.Context(), copies); err != nil {
			t.Fatalf("%s: %v", g.table, err)
		}
	}
	d.grownBefore++
	if err := d.Analyze(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) columns(t *testing.T, table string) []string {
	t.Helper()
	rows, err := f.raw.QueryContext(t.Context(), `SELECT * FROM `+table+` WHERE 1 = 0`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	return columns
}

// overheard is what a look asks the database.
func (f *fixture) overheard(tb testing.TB, do func(context.Context, *store.Store) error) []store.Asked {
	tb.Helper()
	asked, err := store.Overhear(tb.Context(), f.config, do)
	if err != nil || len(asked) == 0 {
		tb.Fatalf("%d questions, %v", len(asked), err)
	}
	return asked
}

// reads is how much the database reads to answer.
func (f *fixture) reads(tb testing.TB, all []store.Asked) int {
	tb.Helper()
	n := 0
	for _, a := range all {
		if strings.Contains(a.Query, "audit_take") { // to explain it would take numbers
			continue
		}
		if f.config.URL != "" {
			n += f.rowsRead(tb, a)
		} else {
			n += stepsOf(tb, f.config.Path, a)
		}
	}
	return n
}

// planNode is a node of PostgreSQL's plan as it was carried out.
type planNode struct {
	Relation string     `json:"Relation Name"`
	Index    string     `json:"Index Name"`
	Rows     float64    `json:"Actual Rows"`
	Loops    float64    `json:"Actual Loops"`
	Filtered float64    `json:"Rows Removed by Filter"`
	Checked  float64    `json:"Rows Removed by Index Recheck"`
	Plans    []planNode `json:"Plans"`
}

// rows is how many rows of tables and indexes were touched.
func (n planNode) rows() float64 {
	sum := 0.0
	if n.Relation != "" || n.Index != "" {
		sum = (n.Rows + n.Filtered + n.Checked) * n.Loops
	}
	for _, p := range n.Plans {
		sum += p.rows()
	}
	return sum
}

func (f *fixture) rowsRead(tb testing.TB, a store.Asked) int {
	tb.Helper()
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal([]byte(f.plan(tb, a)), &plans); err != nil || len(plans) != 1 {
		tb.Fatalf("%s: %d plans, %v", a.Query, len(plans), err)
	}
	return int(math.Ceil(plans[0].Plan.rows()))
}

// plan is PostgreSQL's as it was carried out; SQLite has none.
func (f *fixture) plan(tb testing.TB, a store.Asked) (plan string) {
	tb.Helper()
	if f.config.URL == "" || strings.Contains(a.Query, "audit_take") { // to explain it would take numbers
		return ""
	}
	args := make([]any, len(a.Args))
	for i, v := range a.Args {
		args[i] = v
	}
	if err := f.raw.QueryRowContext(tb.Context(), `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) `+a.Query, args...).Scan(&plan); err != nil {
		tb.Fatalf("%s: %v", a.Query, err)
	}
	return plan
}

var placeholder = regexp.MustCompile(`\$[0-9]+`)

// written is the statement with its values in place.
func written(tb testing.TB, a store.Asked) string {
	tb.Helper()
	return placeholder.ReplaceAllStringFunc(a.Query, func(p string) string {
		n, err := strconv.Atoi(p[1:])
		if err != nil || n < 1 || n > len(a.Args) {
			tb.Fatalf("%s has no value for %s", a.Query, p)
		}
		switch v := a.Args[n-1].(type) {
		case int64:
			return strconv.FormatInt(v, 10)
		case string:
			return "'" + strings.ReplaceAll(v, "'", "''") + "'"
		}
		tb.Fatalf("%s: no literal of %T", a.Query, a.Args[n-1])
		return ""
	})
}

// stepsOf runs a statement in SQLite's library itself, which counts the steps of its
// machine: a step or two for each row that it touches. The driver does not tell.
func stepsOf(tb testing.TB, path string, a store.Asked) int {
	tb.Helper()
	tls := libc.NewTLS()
	defer tls.Close()
	text := func(s string) uintptr {
		p, err := libc.CString(s)
		if err != nil {
			tb.Fatal(err)
		}
		return p
	}
	place := tls.Alloc(16) // for two pointers
	defer tls.Free(16)
	name, statement := text(path), text(written(tb, a))
	defer libc.Xfree(tls, name)
	defer libc.Xfree(tls, statement)
	// What lies there is C's, which nothing moves.
	at := func(p uintptr) uintptr { return **(**uintptr)(unsafe.Pointer(&p)) }
	if rc := sqlite3.Xsqlite3_open_v2(tls, name, place, sqlite3.SQLITE_OPEN_READONLY, 0); rc != sqlite3.SQLITE_OK {
		tb.Fatalf("open %s: %d", path, rc)
	}
	db := at(place)
	defer sqlite3.Xsqlite3_close_v2(tls, db)
	if rc := sqlite3.Xsqlite3_prepare_v2(tls, db, statement, -1, place+8, 0); rc != sqlite3.SQLITE_OK {
		tb.Fatalf("%s: %s", a.Query, libc.GoString(sqlite3.Xsqlite3_errmsg(tls, db)))
	}
	s := at(place + 8)
	defer sqlite3.Xsqlite3_finalize(tls, s)
	for {
		switch rc := sqlite3.Xsqlite3_step(tls, s); rc {
		case sqlite3.SQLITE_ROW:
		case sqlite3.SQLITE_DONE:
			return int(sqlite3.Xsqlite3_stmt_status(tls, s, sqlite3.SQLITE_STMTSTATUS_VM_STEP, 0))
		default:
			tb.Fatalf("%s: %s", a.Query, libc.GoString(sqlite3.Xsqlite3_errmsg(tls, db)))
		}
	}
}
