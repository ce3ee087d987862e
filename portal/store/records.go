package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
)

// record is an application as its table holds it.
type record struct {
	a                             *apply.Application
	key                           string // of the submission; "" before
	answers, names, code, consent []byte // sealed
	child                         string // blind index
}

const recordColumns = `reference, policy, lang, state, waiting, version, town, code, answers, names, consent, child_index, submit_key, created_at, updated_at, submitted_at, household, child`

var (
	// The row was read and locked before in the same transaction.
	updateRecords = rowsInto{`UPDATE applications SET state = new.state, waiting = new.waiting, version = new.version, town = new.town,
		answers = new.answers, names = new.names, consent = new.consent, child_index = new.child_index, submit_key = new.submit_key,
		updated_at = new.updated_at, submitted_at = new.submitted_at, household = new.household, child = new.child FROM `,
		recordColumns, ` WHERE applications.reference = new.reference AND applications.version < new.version`}

	insertEvents = insertInto(`events`, `reference, number, at, actor_kind, actor_id, move, state, words`)
)

// values are those of recordColumns.
func (r *record) values() []any {
	a := r.a
	return []any{
		string(a.Reference), a.Policy, a.Lang, string(a.State), waiting(a.State), a.Version, a.Answers[apply.FieldTown],
		r.code, r.answers, r.names, r.consent, r.child, r.key, micros(a.Created), micros(a.Updated), micros(a.Submitted),
		string(a.Household), a.Child,
	}
}

func waiting(s apply.State) int {
	if s.Waiting() {
		return 1
	}
	return 0
}

// sealRecord fills the sealed columns from the application. The code never changes.
func (s *Store) sealRecord(r *record) (err error) {
	a, x := r.a, s.sealer(r.a.Reference)
	if r.answers, err = x.seal("answers", map[string]string(a.Answers)); err != nil {
		return err
	}
	if r.names, err = x.seal("names", names{a.Answers[apply.FieldChildName], a.Answers[apply.FieldGuardianName]}); err != nil {
		return err
	}
	if r.consent, err = x.seal("consent", a.Consent); err != nil {
		return err
	}
	r.child = s.blind("child-id", a.Answers[apply.FieldChildID])
	if r.code == nil {
		r.code, err = x.seal("code", string(a.Code))
	}
	return err
}

// openRecord fills the application from the sealed columns.
func (s *Store) openRecord(r *record) error {
	x := s.sealer(r.a.Reference)
	if err := x.open("code", r.code, &r.a.Code); err != nil {
		return err
	}
	if err := x.open("answers", r.answers, &r.a.Answers); err != nil {
		return err
	}
	return x.open("consent", r.consent, &r.a.Consent)
}

// load returns one application.
func (s *Store) load(ctx context.Context, tx *sql.Tx, ref apply.Reference) (*apply.Application, error) {
	records, err := s.records(ctx, tx, []apply.Reference{ref}, "")
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, apply.ErrNotFound
	}
	return records[0].a, s.openRecord(records[0])
}

// records reads the applications that exist, still sealed, with their events and files.
func (s *Store) records(ctx context.Context, tx *sql.Tx, refs []apply.Reference, lock string) ([]*record, error) {
	var out []*record
	var begun []apply.Reference
	// Whoever locks several does so in one order, or two would wait for each other.
	err := s.eachAmong(ctx, tx, `SELECT reference, policy, lang, state, version, code, answers, consent, submit_key, created_at, updated_at, submitted_at, household, child
		FROM applications WHERE reference`, ` ORDER BY reference`+lock, refs, func(scan func(...any) error) error {
		a := &apply.Application{}
		r := &record{a: a}
		var created, updated, submitted int64
		err := scan(&a.Reference, &a.Policy, &a.Lang, &a.State, &a.Version, &r.code, &r.answers, &r.consent, &r.key, &created, &updated, &submitted, &a.Household, &a.Child)
		a.Created, a.Updated, a.Submitted = moment(created), moment(updated), moment(submitted)
		if a.State != apply.Draft { // a draft has no history
			begun = append(begun, a.Reference)
		}
		out = append(out, r)
		return err
	})
	if err == nil && len(out) > 0 {
		err = s.loadFiles(ctx, tx, refs, out)
	}
	if err != nil || len(begun) == 0 {
		return out, err
	}
	histories, err := s.histories(ctx, tx, begun)
	for _, r := range out {
		r.a.Events = histories[r.a.Reference]
	}
	return out, err
}

// histories reads the events of applications, oldest first.
func (s *Store) histories(ctx context.Context, tx *sql.Tx, refs []apply.Reference) (map[apply.Reference][]apply.Event, error) {
	out := map[apply.Reference][]apply.Event{}
	err := s.eachAmong(ctx, tx, `SELECT reference, number, at, actor_kind, actor_id, move, state, words
		FROM events WHERE reference`, ` ORDER BY reference, number`, refs, func(scan func(...any) error) error {
		var ref apply.Reference
		var e apply.Event
		var at int64
		var sealed []byte
		if err := scan(&ref, &e.Number, &at, &e.Actor.Kind, &e.Actor.ID, &e.Move, &e.State, &sealed); err != nil {
			return err
		}
		var w words
		if err := s.sealer(ref).open(eventColumn(e.Number), sealed, &w); err != nil {
			return err
		}
		e.At, e.Text, e.Reason = moment(at), w.Text, w.Reason
		out[ref] = append(out[ref], e)
		return nil
	})
	return out, err
}

func eventColumn(number int) string { return fmt.Sprintf("event:%d", number) }
