package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Who knows a child's ID number and name learns by applying for it that somebody else
// has applied. So that nobody goes through a list of children that way, each new child
// is counted against the application it stands in and against the client; a child that
// was counted is looked up freely from then on. Beyond the limit nothing is said.
var (
	byTwin       = limit{"twin", 5, 24 * time.Hour, false}
	byTwinClient = limit{"twin-client", 30, time.Hour, false}
)

const (
	twinSeen = "twin-seen" // scope of what was counted
	maxTwins = 8           // of one child and programme that are looked at
)

// twinColumns begins what is asked of submitted applications and of drafts apart: each
// has its own index by the child.
const twinColumns = `SELECT reference, state, town, submitted_at, household, names FROM applications
	WHERE child_index = $1 AND child_index <> '' AND policy = $2 AND reference <> $3 AND `

// Twins returns the applications, earliest first, that were submitted for the same
// programme and child as this one and neither refused nor withdrawn, with the drafts of
// the same household. ID number and name must both be the same: whatever of them is
// not, and when the limit is reached, there are none, after the same work.
func (s *Store) Twins(ctx context.Context, a *apply.Application, client string) ([]apply.Twin, error) {
	if !a.Answers.Twinned() {
		return nil, nil
	}
	err := s.countTwin(ctx, a, client)
	if locked := (*apply.LockedError)(nil); errors.As(err, &locked) {
		return nil, nil
	}
	var out []apply.Twin
	if err == nil {
		err = s.read(ctx, func(tx *sql.Tx) (err error) {
			out, err = s.twins(ctx, tx, a)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("look for twins: %w", err)
	}
	return out, nil
}

func (s *Store) countTwin(ctx context.Context, a *apply.Application, client string) error {
	ref := string(a.Reference)
	child := s.blind("attempt:"+twinSeen, ref+"\x00"+a.Answers[apply.FieldChildID]+"\x00"+a.Answers[apply.FieldChildName])
	var seen int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM attempts WHERE scope = $1 AND subject = $2`, twinSeen, child).Scan(&seen)
	if err != nil || seen > 0 {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, t := range (attempt{{byTwin, ref}, {byTwinClient, client}}) {
			if err := s.count(ctx, tx, t.limit, s.blind("attempt:"+t.limit.scope, t.subject)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO attempts (scope, subject, failures, locks, locked_until, updated_at)
			VALUES ($1, $2, 0, 0, 0, $3) ON CONFLICT (scope, subject) DO NOTHING`, twinSeen, child, micros(s.now()))
		return err
	})
}

// twins opens as many names whether there are such applications or not: how long it
// takes does not tell that an ID number is known under another name.
func (s *Store) twins(ctx context.Context, tx *sql.Tx, a *apply.Application) ([]apply.Twin, error) {
	found, sealed, err := readTwins(ctx, tx, a, twinColumns+`submitted_at > 0 AND state <> $4 AND state <> $5
		UNION ALL `+twinColumns+`submitted_at = 0 AND state <> $5 AND household <> '' AND household = $6
		ORDER BY submitted_at, reference LIMIT $7`, s.blind("child-id", a.Answers[apply.FieldChildID]), a.Policy,
		string(a.Reference), string(apply.Refused), string(apply.Withdrawn), string(a.Household), maxTwins)
	if err != nil {
		return nil, err
	}
	own, err := s.sealer(a.Reference).seal("names", names{Child: a.Answers[apply.FieldChildName]})
	if err != nil {
		return nil, err
	}
	var out []apply.Twin
	for i := range maxTwins {
		ref, column := a.Reference, own
		if i < len(found) {
			ref, column = found[i].Reference, sealed[i]
		}
		var n names
		if err := s.sealer(ref).open("names", column, &n); err != nil {
			return nil, err
		}
		if same := apply.SameName(n.Child, a.Answers[apply.FieldChildName]); same && i < len(found) {
			out = append(out, found[i])
		}
	}
	return out, nil
}

// TwinsForStaff returns all other applications for the child and programme of this one,
// drafts among them, by the ID number alone: the desk compares the names itself. What
// is found stands in the audit.
func (s *Store) TwinsForStaff(ctx context.Context, by apply.Actor, a *apply.Application) ([]apply.Twin, error) {
	var out []apply.Twin
	at := casework.ScopeOf(a)
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		if err := permit(ctx, tx, by, casework.OpenApplication, &at); err != nil {
			return err
		}
		out, _, err = readTwins(ctx, tx, a, twinColumns+`submitted_at > 0
			UNION ALL `+twinColumns+`submitted_at = 0 AND state = $4
			ORDER BY submitted_at DESC, reference LIMIT $5`,
			s.blind("child-id", a.Answers[apply.FieldChildID]), a.Policy, string(a.Reference), string(apply.Draft), maxTwins)
		return err
	})
	if err == nil && len(out) > 0 {
		err = s.RecordAccess(ctx, casework.AuditEntry{Actor: by, Action: casework.ListApplications, Reference: a.Reference, Detail: "child"})
	}
	if err != nil {
		return nil, fmt.Errorf("look for twins: %w", err)
	}
	return out, nil
}

// readTwins also returns the sealed names.
func readTwins(ctx context.Context, tx *sql.Tx, a *apply.Application, statement string, args ...any) ([]apply.Twin, [][]byte, error) {
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []apply.Twin
	var sealed [][]byte
	for rows.Next() {
		var t apply.Twin
		var submitted int64
		var household apply.Reference
		var column []byte
		if err := rows.Scan(&t.Reference, &t.State, &t.Town, &submitted, &household, &column); err != nil {
			return nil, nil, err
		}
		t.Submitted, t.Together = moment(submitted), household != "" && household == a.Household
		out, sealed = append(out, t), append(sealed, column)
	}
	return out, sealed, rows.Err()
}
