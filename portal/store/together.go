package store

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// together carries out changes on PostgreSQL in two ways to the server and back: one
// reads all applications, one writes, commits and settles what came of them. In between
// nothing is locked: what is written is refused as a whole if one of the rows is no longer the
// one that was read. Every change of what a decision looks at, files and papers too,
// writes the row. It reports false if nothing was done and the batch has to go the
// longer way, with locks: when it was refused, and for what takes more than these
// statements.
func (l *lane) together(ctx context.Context, batch []*job) (done bool, err error) {
	if l.conn == nil {
		if err := l.connect(ctx); err != nil {
			return false, nil // tried again on the other way, and reported there
		}
	}
	b := l.store.unsettled.begin(batch)
	closed := false
	raw := l.conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn()
		done, err = l.store.changeTogether(ctx, c, batch)
		closed = c.IsClosed()
		return nil
	})
	if closed || raw != nil {
		l.disconnect()
	}
	l.store.unsettled.end(b, err)
	return done, err
}

func (s *Store) changeTogether(ctx context.Context, c *pgx.Conn, batch []*job) (done bool, err error) {
	for _, j := range batch {
		if j.change.action != "" {
			return false, nil // whose account is read in a transaction
		}
	}
	written, err := s.decideTogether(ctx, c, batch)
	if err != nil {
		return false, nil
	}
	for _, d := range written {
		if !d.plain() {
			return false, nil
		}
	}
	if len(written) == 0 { // what is told may be another's work, which is not settled yet
		return true, settle(ctx, c)
	}
	refused, err := writeTogether(ctx, c, written)
	if refused != nil {
		if forgetDrafts(batch) { // one of them may be another by now: nothing of it counts
			return s.changeTogether(ctx, c, batch)
		}
		return false, nil
	}
	return true, err // and nobody knows, if the server has gone, whether it was written
}

// prepare carries out a change of a draft as its caller has read it, while others are
// written. What comes to nothing so is left to the batch, which says why.
func (s *Store) prepare(j *job) {
	r := draftRecord(j.change.draft)
	if r == nil || r.a.Reference != j.change.ref {
		return
	}
	d := &dossier{record: *r, jobs: []*job{j}}
	if err := s.decide(d); err == nil && j.err == nil && d.changed {
		j.prepared = d
	}
}

// decideTogether returns what is to be written of a batch, in the order of the
// applications.
func (s *Store) decideTogether(ctx context.Context, c *pgx.Conn, batch []*job) ([]*dossier, error) {
	written, others := prepared(batch)
	if len(others) > 0 {
		wanted, refs := sorted(others)
		records, refs := known(wanted, refs)
		if len(refs) > 0 {
			read, err := s.readTogether(ctx, c, refs)
			if err != nil {
				return nil, err
			}
			records = append(records, read...)
		}
		decided, err := s.decideAll(wanted, records)
		if err != nil {
			return nil, err
		}
		written = append(written, decided...)
	}
	slices.SortFunc(written, func(x, y *dossier) int { return strings.Compare(string(x.a.Reference), string(y.a.Reference)) })
	return written, nil
}

// prepared parts what is ready from what is not: of several jobs for one application each
// builds on what the one before left.
func prepared(batch []*job) (ready []*dossier, others []*job) {
	times := make(map[apply.Reference]int, len(batch))
	for _, j := range batch {
		times[j.change.ref]++
	}
	for _, j := range batch {
		if j.prepared != nil && times[j.change.ref] == 1 {
			j.tell(j.prepared)
			ready = append(ready, j.prepared)
		} else {
			others = append(others, j)
		}
	}
	return ready, others
}

// tell answers a job by what it was prepared with: an attempt to write it with others that
// came to nothing may have left another answer.
func (j *job) tell(d *dossier) {
	own := *d.a
	own.Writing = ""
	j.err, j.panicked, j.change.result = nil, nil, &own
}

// known returns the drafts that their callers have read, and the others.
func known(wanted map[apply.Reference]*dossier, refs []apply.Reference) (records []*record, others []apply.Reference) {
	for _, ref := range refs {
		if r := draftRecord(wanted[ref].jobs[0].change.draft); r != nil && r.a.Reference == ref {
			records = append(records, r)
		} else {
			others = append(others, ref)
		}
	}
	return records, others
}

// forgetDrafts lets everything be read anew, and reports whether anything was not.
func forgetDrafts(batch []*job) (had bool) {
	for _, j := range batch {
		had = had || j.change.draft != nil
		j.change.draft, j.prepared = nil, nil
	}
	return had
}

// plain reports whether the change is one of the family's that nobody is told of.
func (d *dossier) plain() bool {
	if abandoned(d.a) || d.a.Household != d.read.Household || d.a.Child != d.read.Child {
		return false
	}
	for _, e := range d.a.Events[d.known:] {
		if e.Actor.Kind == apply.StaffActor || e.Move == apply.Object {
			return false
		}
	}
	return true
}

// readTogether reads what records does. The rows of the applications are read first, so
// that what changes after they were read is seen to have changed.
func (s *Store) readTogether(ctx context.Context, c *pgx.Conn, refs []apply.Reference) ([]*record, error) {
	const among = ` = ANY ($1::text[])`
	set := s.newRecordSet()
	both := &pgx.Batch{}
	both.Queue(readMarked+among+recordOrder, refs).Query(each(set.record))
	both.Queue(readFiles+among+fileOrder, refs).Query(each(set.file))
	if err := c.SendBatch(ctx, both).Close(); err != nil || len(set.begun) == 0 {
		return set.all, err
	}
	rows, err := c.Query(ctx, readEvents+among+eventOrder, set.begun)
	if err != nil {
		return nil, err
	}
	return set.all, each(set.event)(rows)
}

// each reads all rows and closes them.
func each(read func(scan func(...any) error) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			if err := read(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}

// changedTogether writes applications, their new events and the audit's line for each.
// What was not sealed anew is sent as NULL and stays. An application that is not as it
// was read makes the number of rows a wrong one, and the division undoes everything:
// the statement is its own transaction. The audit's head comes last, since others wait
// for it until the disk has all.
const changedTogether = `WITH
changed AS (UPDATE applications SET state = new.state, waiting = new.waiting, version = new.version, submit_key = new.submit_key,
	updated_at = new.updated_at, submitted_at = new.submitted_at, turn = new.turn,
	town = COALESCE(new.town, applications.town), child_index = COALESCE(new.child_index, applications.child_index),
	answers = COALESCE(new.answers, applications.answers), names = COALESCE(new.names, applications.names),
	consent = COALESCE(new.consent, applications.consent)
	FROM unnest($1::text[], $2::text[], $23::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::bytea[], $14::bigint[])
		AS new (reference, writer, place, state, waiting, version, submit_key, updated_at, submitted_at, town, child_index, answers, names, consent, turn)
	WHERE applications.ctid = new.place::tid AND applications.xmin::text = new.writer AND applications.reference = new.reference RETURNING 1),
event AS MATERIALIZED (SELECT * FROM unnest($15::text[], $16::bigint[], $17::bigint[], $18::text[], $19::text[], $20::text[], $21::bytea[])
	WITH ORDINALITY AS event (reference, number, at, actor_kind, move, state, words, line)),
happened AS (INSERT INTO events (reference, number, at, actor_kind, actor_id, move, state, words)
	SELECT reference, number, at, actor_kind, '', move, state, words FROM event RETURNING 1),
told AS (INSERT INTO audit (number, at, actor_kind, actor_id, login, action, reference, detail, before)
	SELECT taken.number, event.at, event.actor_kind, '', '', event.move, event.reference, '', taken.before
	FROM audit_take($22::bytea[]) AS taken JOIN event ON event.line = taken.line RETURNING 1)
SELECT 1 / (CASE WHEN (SELECT COUNT(*) FROM changed) = cardinality($1) THEN 1 ELSE 0 END), ` + visibleFirst + `,
	(SELECT COUNT(*) FROM happened), (SELECT COUNT(*) FROM told)`

// handedInTogether is changedTogether for what most changes are: drafts that are handed
// in with the answers that stand there. A column more that is sent for each row is a
// column more that the server takes apart and puts together again, so that what they
// have in common is not. The audit's lines come in the order of the arrays, and stand
// beside them without a join.
const handedInTogether = `WITH
changed AS (UPDATE applications SET state = '` + string(apply.Submitted) + `', waiting = 1, version = version + 1, submit_key = new.submit_key,
	updated_at = new.at, submitted_at = new.at, turn = new.turn, consent = new.consent
	FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[])
		AS new (reference, writer, place, submit_key, at, turn, consent)
	WHERE applications.ctid = new.place::tid AND applications.xmin::text = new.writer AND applications.reference = new.reference RETURNING 1),
happened AS (INSERT INTO events (reference, number, at, actor_kind, actor_id, move, state, words)
	SELECT reference, 1, at, '` + string(apply.FamilyActor) + `', '', '` + string(apply.Submit) + `', '` + string(apply.Submitted) + `', words
	FROM unnest($1::text[], $5::bigint[], $8::bytea[]) AS new (reference, at, words)),
told AS (INSERT INTO audit (number, at, actor_kind, actor_id, login, action, reference, detail, before)
	SELECT number, at, '` + string(apply.FamilyActor) + `', '', '', '` + string(apply.Submit) + `', reference, '', before
	FROM ROWS FROM (unnest($1::text[], $5::bigint[]), audit_take($9::bytea[])) AS new (reference, at, line, number, before))
SELECT 1 / (CASE WHEN (SELECT COUNT(*) FROM changed) = cardinality($1) THEN 1 ELSE 0 END), ` + visibleFirst

func writeTogether(ctx context.Context, c *pgx.Conn, all []*dossier) (refused, unsure error) {
	for _, d := range all {
		if !d.handedIn() {
			return writeAndSettle(ctx, c, changedTogether, slices.Concat(changedColumns(all), eventColumns(all), places(all)))
		}
	}
	return writeAndSettle(ctx, c, handedInTogether, handedInColumns(all))
}

// handedIn reports whether the change is that of handedInTogether.
func (d *dossier) handedIn() bool {
	a := d.a
	return d.read.State == apply.Draft && a.Version == d.read.Version+1 && d.known == 0 && len(a.Events) == 1 &&
		a.Events[0].Move == apply.Submit && a.Events[0].Actor == apply.Family && a.State == apply.Submitted &&
		a.Updated.Equal(a.Submitted) && a.Events[0].At.Equal(a.Submitted) && d.keptAnswers() && !d.keptConsent()
}

// handedInColumns are the arrays of what was handed in.
func handedInColumns(all []*dossier) []any {
	n := len(all)
	refs, writers, places, keys := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	times, turns := make([]int64, n), make([]int64, n)
	consents, words, digests := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	for i, d := range all {
		refs[i], keys[i], times[i], turns[i] = string(d.a.Reference), d.key, micros(d.a.Submitted), d.turn
		writers[i], places[i] = writtenAt(d.row)
		consents[i], words[i], digests[i] = d.consent, d.words[0], d.digest(d.a.Events[0])
	}
	return []any{refs, writers, places, keys, times, turns, consents, words, digests}
}

// digest is that of the audit's line of an event of the family.
func (d *dossier) digest(e apply.Event) []byte {
	sum := casework.AuditEntry{At: e.At, Actor: apply.Actor{Kind: e.Actor.Kind}, Action: casework.Action(e.Move), Reference: d.a.Reference}.Digest()
	return sum[:]
}

// writtenAt parts the mark of a row into who wrote it and where it stands: to look there
// takes less than to look for it.
func writtenAt(row string) (writer, place string) {
	i := strings.IndexByte(row, '(')
	return row[:max(i, 0)], row[max(i, 0):]
}

// places say where the rows stand.
func places(all []*dossier) []any {
	out := make([]string, len(all))
	for i, d := range all {
		_, out[i] = writtenAt(d.row)
	}
	return []any{out}
}

// changedColumns are the arrays of the applications.
func changedColumns(all []*dossier) []any {
	var refs, writers, states, keys []string
	var waits, versions, updated, submitted, turns []int64
	var towns, children []*string
	var answers, names, consents [][]byte
	for _, d := range all {
		a := d.a
		writer, _ := writtenAt(d.row)
		refs, writers, states, keys = append(refs, string(a.Reference)), append(writers, writer), append(states, string(a.State)), append(keys, d.key)
		waits, versions = append(waits, int64(waiting(a.State))), append(versions, int64(a.Version))
		updated, submitted, turns = append(updated, micros(a.Updated)), append(submitted, micros(a.Submitted)), append(turns, d.turn)
		r := d.record
		var town, child *string
		if r.keptAnswers() {
			r.answers, r.names = nil, nil
		} else {
			home := a.Answers[apply.FieldTown]
			town, child = &home, &r.child
		}
		if d.keptConsent() {
			r.consent = nil
		}
		towns, children = append(towns, town), append(children, child)
		answers, names, consents = append(answers, r.answers), append(names, r.names), append(consents, r.consent)
	}
	return []any{refs, writers, states, waits, versions, keys, updated, submitted, towns, children, answers, names, consents, turns}
}

// eventColumns are the arrays of the new events.
func eventColumns(all []*dossier) []any {
	var refs, kinds, moves, states []string
	var numbers, times []int64
	var words, digests [][]byte
	for _, d := range all {
		for i, e := range d.a.Events[d.known:] {
			refs, kinds, moves, states = append(refs, string(d.a.Reference)), append(kinds, string(e.Actor.Kind)), append(moves, string(e.Move)), append(states, string(e.State))
			numbers, times, words = append(numbers, int64(e.Number)), append(times, micros(e.At)), append(words, d.words[i])
			digests = append(digests, d.digest(e))
		}
	}
	return []any{refs, numbers, times, kinds, moves, states, words, digests}
}
