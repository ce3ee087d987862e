package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strconv"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// On SQLite one connection writes everything, and what it spends on a row is what the
// next family waits for. Drafts that are handed in as their requests have read them are
// decided and sealed by these, so that the connection only writes: by statements that it
// has read once, given to the driver itself, each of a single row, so that SQLite keeps
// no copy of the pages to undo half of a statement. See doc 0086.
const (
	// The row is still what was read, column by column, or nothing is written: SQLite has
	// no mark of who wrote a row. Answers come with another version, files and papers
	// with another time.
	handedInRow = `UPDATE applications SET state = '` + string(apply.Submitted) + `', waiting = 1, version = version + 1,
	submit_key = ?, updated_at = ?, submitted_at = ?, turn = ?, consent = ?
	WHERE rowid = ? AND reference = ? AND version = ? AND updated_at = ? AND code = ? AND policy = ? AND lang = ?
	AND household = ? AND child = ? AND state = '` + string(apply.Draft) + `' AND submitted_at = 0`
	handedInEvent = `INSERT INTO events (reference, number, at, actor_kind, actor_id, move, state, words)
	VALUES (?, 1, ?, '` + string(apply.FamilyActor) + `', '', '` + string(apply.Submit) + `', '` + string(apply.Submitted) + `', ?)`
	handedInLine = `INSERT INTO audit (number, at, actor_kind, actor_id, login, action, reference, detail, before)
	VALUES (?, ?, '` + string(apply.FamilyActor) + `', '', '', '` + string(apply.Submit) + `', ?, '', ?)`
)

// rowMark is the mark of a row on SQLite: where it stands and what is sealed of its code,
// which is never sealed twice alike. The rest of it is the application's own.
func rowMark(place string, code []byte) string { return place + ":" + string(code) }

// markedAt parts a mark of [rowMark].
func markedAt(mark string) (place int64, code []byte) {
	at, sealed, _ := strings.Cut(mark, ":")
	place, _ = strconv.ParseInt(at, 10, 64)
	return place, []byte(sealed)
}

// handIn writes those jobs of a batch that are ready to be written, on SQLite, and returns
// the others: among them those whose draft is no longer what was read.
func (l *lane) handIn(ctx context.Context, tx *sql.Tx, batch []*job) (rest []*job, err error) {
	ready, rest := readyOf(batch)
	if len(ready) == 0 {
		return rest, nil
	}
	var written []*dossier
	err = l.raw(ctx, func(k *ownStatements) error {
		written, err = k.applications(ctx, ready)
		return err
	})
	if err != nil || len(written) == 0 {
		return append(rest, stale(ready, written)...), err
	}
	lines := make([]casework.AuditEntry, len(written))
	for i, d := range written {
		lines[i] = casework.AuditEntry{At: d.a.Submitted, Actor: apply.Family, Action: casework.Action(apply.Submit), Reference: d.a.Reference}
	}
	links, err := l.store.takeLinks(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	err = l.raw(ctx, func(k *ownStatements) error { return k.histories(ctx, written, links) })
	return append(rest, stale(ready, written)...), err
}

// readyOf parts what is ready to be written by [lane.handIn] from all else.
func readyOf(batch []*job) (ready []*dossier, rest []*job) {
	var changes []*job
	for _, j := range batch {
		if j.change == nil {
			rest = append(rest, j)
		} else {
			changes = append(changes, j)
		}
	}
	decided, others := prepared(changes)
	for _, d := range decided {
		if d.handedIn() {
			ready = append(ready, d)
		} else {
			others = append(others, d.jobs...)
		}
	}
	return ready, append(others, rest...)
}

// stale are the jobs of what was ready and not written.
func stale(ready, written []*dossier) (jobs []*job) {
	for _, d := range ready {
		if len(written) > 0 && written[0] == d {
			written = written[1:]
			continue
		}
		jobs = append(jobs, d.jobs...)
	}
	return jobs
}

// ownStatements are statements of a lane's connection, which last as long as that.
type ownStatements struct {
	row, event, line driver.StmtExecContext
	args             []driver.NamedValue
}

// raw gives do the statements of the connection that the transaction is on.
func (l *lane) raw(ctx context.Context, do func(*ownStatements) error) error {
	return l.conn.Raw(func(c any) error {
		if l.own == nil {
			k := &ownStatements{}
			for into, statement := range map[*driver.StmtExecContext]string{&k.row: handedInRow, &k.event: handedInEvent, &k.line: handedInLine} {
				prepared, err := c.(driver.ConnPrepareContext).PrepareContext(ctx, statement)
				if err != nil {
					return err
				}
				*into = prepared.(driver.StmtExecContext)
			}
			l.own = k
		}
		return do(l.own)
	})
}

// forget closes the statements before their connection goes back to the others.
func (l *lane) forget() {
	if l.own == nil {
		return
	}
	_ = l.conn.Raw(func(any) error { // a connection that is broken has closed them
		for _, s := range []driver.StmtExecContext{l.own.row, l.own.event, l.own.line} {
			_ = s.(driver.Stmt).Close()
		}
		return nil
	})
	l.own = nil
}

// exec runs a statement of the driver.
func (k *ownStatements) exec(ctx context.Context, s driver.StmtExecContext, values ...driver.Value) (driver.Result, error) {
	k.args = k.args[:0]
	for i, v := range values {
		k.args = append(k.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s.ExecContext(ctx, k.args)
}

// applications writes the rows of drafts that are still what was read, and returns those.
func (k *ownStatements) applications(ctx context.Context, ready []*dossier) (written []*dossier, err error) {
	for _, d := range ready {
		place, code := markedAt(d.row)
		at, was := micros(d.a.Submitted), d.read
		ok, err := changed(k.exec(ctx, k.row, d.key, at, at, d.turn, d.consent,
			place, string(was.Reference), int64(was.Version), micros(was.Updated), code, was.Policy, was.Lang, string(was.Household), int64(was.Child)))
		if err != nil {
			return nil, err
		}
		if ok {
			written = append(written, d)
		}
	}
	return written, nil
}

// histories writes the event and the audit's line of each.
func (k *ownStatements) histories(ctx context.Context, written []*dossier, links []link) error {
	for i, d := range written {
		ref, at := string(d.a.Reference), micros(d.a.Submitted)
		if _, err := k.exec(ctx, k.event, ref, at, d.words[0]); err != nil {
			return err
		}
		if _, err := k.exec(ctx, k.line, links[i].number, at, ref, links[i].before); err != nil {
			return err
		}
	}
	return nil
}
