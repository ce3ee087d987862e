package store

import (
	"context"
	"database/sql"
	"maps"
	"strconv"
	"strings"

	"huitong/portal/apply"
)

// record is an application as its table holds it.
type record struct {
	a                             *apply.Application
	key                           string // of the submission; "" before
	answers, names, code, consent []byte // sealed
	child                         string // blind index
	turn                          int64
	row                           string // which writing of the row was read, where that is asked
	read                          apply.Application
	opened                        bool // by who read it before
}

// draftRecord is the record of a draft as its caller has read it; nil if that does not
// show. What is sealed of it stands in the database, unless it is changed.
func draftRecord(a *apply.Application) *record {
	if a == nil || a.Writing == "" || a.State != apply.Draft || !a.Submitted.IsZero() || len(a.Events) > 0 {
		return nil
	}
	own, there := *a, []byte{} // handing in makes answers of its own, so that these stay the caller's
	return &record{a: &own, read: *a, row: string(a.Writing), answers: there, names: there, code: there, consent: there, opened: true}
}

// keptAnswers reports whether what is sealed of the answers is still what they are.
func (r *record) keptAnswers() bool {
	return r.answers != nil && r.read.Answers != nil && maps.Equal(r.read.Answers, r.a.Answers)
}

func (r *record) keptConsent() bool { return r.consent != nil && r.read.Consent == r.a.Consent }

const recordColumns = `reference, policy, lang, state, waiting, version, town, code, answers, names, consent, child_index, submit_key, created_at, updated_at, submitted_at, household, child, turn`

var (
	// The row was read and locked before in the same transaction.
	updateRecords = rowsInto{`UPDATE applications SET state = new.state, waiting = new.waiting, version = new.version, town = new.town,
		answers = new.answers, names = new.names, consent = new.consent, child_index = new.child_index, submit_key = new.submit_key,
		updated_at = new.updated_at, submitted_at = new.submitted_at, household = new.household, child = new.child, turn = new.turn FROM `,
		recordColumns, ` WHERE applications.reference = new.reference AND applications.version < new.version`}

	insertEvents = insertInto(`events`, `reference, number, at, actor_kind, actor_id, move, state, words, grounds`)
)

// values are those of recordColumns.
func (r *record) values() []any {
	a := r.a
	return []any{
		string(a.Reference), a.Policy, a.Lang, string(a.State), waiting(a.State), a.Version, a.Answers[apply.FieldTown],
		r.code, r.answers, r.names, r.consent, r.child, r.key, micros(a.Created), micros(a.Updated), micros(a.Submitted),
		string(a.Household), a.Child, r.turn,
	}
}

func waiting(s apply.State) int {
	if s.Waiting() {
		return 1
	}
	return 0
}

// sealRecord fills the columns that are worked out from the application, and the sealed
// ones that have changed since they were read. The code never changes.
func (s *Store) sealRecord(r *record) (err error) {
	a, x := r.a, s.sealer(r.a.Reference)
	r.turn = s.turn(a)
	if !r.keptAnswers() {
		if r.answers, err = x.seal("answers", map[string]string(a.Answers)); err != nil {
			return err
		}
		if r.names, err = x.seal("names", names{a.Answers[apply.FieldChildName], a.Answers[apply.FieldGuardianName]}); err != nil {
			return err
		}
		r.child = s.blind("child-id", a.Answers[apply.FieldChildID])
	}
	if !r.keptConsent() {
		if r.consent, err = x.seal("consent", a.Consent); err != nil {
			return err
		}
	}
	if r.code == nil {
		r.code, err = x.seal("code", string(a.Code))
	}
	return err
}

// openRecord fills the application from the sealed columns. Before it is submitted
// there is no consent.
func (s *Store) openRecord(r *record) error {
	x := s.sealer(r.a.Reference)
	if err := x.open("code", r.code, &r.a.Code); err != nil {
		return err
	}
	if err := x.open("answers", r.answers, &r.a.Answers); err != nil {
		return err
	}
	if !r.a.Submitted.IsZero() {
		if err := x.open("consent", r.consent, &r.a.Consent); err != nil {
			return err
		}
	}
	r.read = *r.a
	r.read.Answers = maps.Clone(r.a.Answers)
	return nil
}

// load returns one application.
func (s *Store) load(ctx context.Context, tx *sql.Tx, ref apply.Reference) (*apply.Application, error) {
	return s.loadWith(ctx, tx, ref, "")
}

// loadMarked is load for a transaction that only reads: what is read there is the last
// that its writer made of it, so that the database's mark of that stands for it.
func (s *Store) loadMarked(ctx context.Context, tx *sql.Tx, ref apply.Reference) (*apply.Application, error) {
	set, marked := s.newRecordSet(), readPlaced
	if s.postgres {
		marked = readMarked
	}
	if err := s.recordsInto(ctx, tx, set, marked, recordOrder, []apply.Reference{ref}); err != nil {
		return nil, err
	}
	if len(set.all) == 0 {
		return nil, apply.ErrNotFound
	}
	r := set.all[0]
	if !s.postgres {
		r.row = rowMark(r.row, r.code)
	}
	r.a.Writing = apply.Writing(r.row)
	return r.a, s.openRecord(r)
}

// loadWith is load with a lock, for who is going to write what depends on it.
func (s *Store) loadWith(ctx context.Context, tx *sql.Tx, ref apply.Reference, lock string) (*apply.Application, error) {
	records, err := s.records(ctx, tx, []apply.Reference{ref}, lock)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, apply.ErrNotFound
	}
	return records[0].a, s.openRecord(records[0])
}

const (
	readColumns = `reference, policy, lang, state, version, code, answers, names, consent, child_index, submit_key, created_at, updated_at, submitted_at, household, child`
	readRecords = `SELECT ` + readColumns + `, '' FROM applications WHERE reference`
	// Who wrote the row last, and where it stands.
	readMarked = `SELECT ` + readColumns + `, xmin::text || ctid::text FROM applications WHERE reference`
	// The same for SQLite, which has no mark of the writer; see rowMark.
	readPlaced = `SELECT ` + readColumns + `, CAST(rowid AS TEXT) FROM applications WHERE reference`
	// Whoever locks several does so in one order, or two would wait for each other.
	recordOrder = ` ORDER BY reference`

	readEvents = `SELECT reference, number, at, actor_kind, actor_id, move, state, words FROM events WHERE reference`
	eventOrder = ` ORDER BY reference, number`
)

// recordSet takes up what is read of applications, row by row.
type recordSet struct {
	store *Store
	all   []*record
	of    map[apply.Reference]*apply.Application
	begun []apply.Reference // those that have a history: a draft has none
}

func (s *Store) newRecordSet() *recordSet {
	return &recordSet{store: s, of: map[apply.Reference]*apply.Application{}}
}

// record takes a row of readColumns and of what else there is behind them.
func (set *recordSet) record(scan func(...any) error) error {
	a := &apply.Application{}
	r := &record{a: a}
	var created, updated, submitted int64
	err := scan(&a.Reference, &a.Policy, &a.Lang, &a.State, &a.Version, &r.code, &r.answers, &r.names, &r.consent, &r.child, &r.key,
		&created, &updated, &submitted, &a.Household, &a.Child, &r.row)
	a.Created, a.Updated, a.Submitted = moment(created), moment(updated), moment(submitted)
	if a.State != apply.Draft {
		set.begun = append(set.begun, a.Reference)
	}
	set.all = append(set.all, r)
	set.of[a.Reference] = a
	return err
}

// event takes a row of readEvents; what it belongs to was read before.
func (set *recordSet) event(scan func(...any) error) error {
	var ref apply.Reference
	var e apply.Event
	var at int64
	var sealed []byte
	if err := scan(&ref, &e.Number, &at, &e.Actor.Kind, &e.Actor.ID, &e.Move, &e.State, &sealed); err != nil {
		return err
	}
	var w words
	if err := set.store.sealer(ref).open(eventColumn(e.Number), sealed, &w); err != nil {
		return err
	}
	e.At, e.Text, e.Reason, e.Visit, e.Grounds = moment(at), w.Text, w.Reason, w.Visit, w.Grounds
	set.of[ref].Events = append(set.of[ref].Events, e)
	return nil
}

// records reads the applications that exist, still sealed, with their events and files.
func (s *Store) records(ctx context.Context, tx *sql.Tx, refs []apply.Reference, lock string) ([]*record, error) {
	set := s.newRecordSet()
	err := s.recordsInto(ctx, tx, set, readRecords, recordOrder+lock, refs)
	return set.all, err
}

func (s *Store) recordsInto(ctx context.Context, tx *sql.Tx, set *recordSet, statement, order string, refs []apply.Reference) error {
	err := s.eachAmong(ctx, tx, statement, order, refs, set.record)
	if err == nil && len(set.all) > 0 {
		err = s.eachAmong(ctx, tx, readFiles, fileOrder, refs, set.file)
	}
	if err == nil && len(set.begun) > 0 {
		err = s.eachAmong(ctx, tx, readEvents, eventOrder, set.begun, set.event)
	}
	return err
}

// groundIDs is the column by which refusals are counted.
func groundIDs(grounds []apply.Ground) string {
	ids := make([]string, len(grounds))
	for i, g := range grounds {
		ids[i] = g.ID
	}
	return strings.Join(ids, " ")
}

func eventColumn(number int) string { return "event:" + strconv.Itoa(number) }
