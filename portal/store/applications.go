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

// CreateDraft starts an application and returns it with the token that lets the
// browser come back to it.
func (s *Store) CreateDraft(ctx context.Context, policy, lang string) (*apply.Application, apply.Token, error) {
	now := s.now()
	code, err := apply.NewCode(s.random)
	if err != nil {
		return nil, "", err
	}
	a := &apply.Application{Code: code, Policy: policy, Lang: lang, State: apply.Draft, Version: 1, Answers: apply.Answers{}, Created: now, Updated: now}
	var token apply.Token
	err = s.write(ctx, func(tx *sql.Tx) error {
		for inserted := false; !inserted; {
			// Seven random digits a month: a number may be taken, the next one is not.
			if a.Reference, err = apply.NewReference(s.random, now); err != nil {
				return err
			}
			if inserted, err = s.insert(ctx, tx, a); err != nil {
				return err
			}
		}
		token, err = s.remember(ctx, tx, a.Reference)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("create draft: %w", err)
	}
	return a, token, nil
}

// Remember returns a new token by which a browser opens this application for
// [apply.DraftTokenLasts].
func (s *Store) Remember(ctx context.Context, ref apply.Reference) (apply.Token, error) {
	var token apply.Token
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		token, err = s.remember(ctx, tx, ref)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("remember browser: %w", err)
	}
	return token, nil
}

func (s *Store) remember(ctx context.Context, tx *sql.Tx, ref apply.Reference) (apply.Token, error) {
	token, err := apply.NewToken(s.random)
	if err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO draft_tokens (token_hash, reference, expires_at) VALUES ($1, $2, $3)`,
		token.Hash(), string(ref), micros(s.now().Add(apply.DraftTokenLasts)))
	return token, err
}

// Forget makes a browser's token useless; unknown tokens are no error.
func (s *Store) Forget(ctx context.Context, token apply.Token) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM draft_tokens WHERE token_hash = $1`, token.Hash())
		return err
	})
	if err != nil {
		return fmt.Errorf("forget browser: %w", err)
	}
	return nil
}

// ApplicationByDraftToken returns the application that a browser is remembered for.
func (s *Store) ApplicationByDraftToken(ctx context.Context, token apply.Token) (*apply.Application, error) {
	var a *apply.Application
	err := s.read(ctx, func(tx *sql.Tx) error {
		var ref apply.Reference
		err := tx.QueryRowContext(ctx, `SELECT reference FROM draft_tokens WHERE token_hash = $1 AND expires_at > $2`,
			token.Hash(), micros(s.now())).Scan(&ref)
		if err != nil {
			return missing(err)
		}
		a, err = s.load(ctx, tx, ref)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("application of a browser: %w", err)
	}
	return a, nil
}

// ApplicationByReference returns an application to whoever is already known to be
// allowed to see it. Staff use [Store.OpenForStaff], families [Store.OpenWithCode].
func (s *Store) ApplicationByReference(ctx context.Context, ref apply.Reference) (*apply.Application, error) {
	var a *apply.Application
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		a, err = s.load(ctx, tx, ref)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("application by reference: %w", err)
	}
	return a, nil
}

// OpenForStaff returns an application and writes into the audit who opened it. It
// does not judge whether the user may.
func (s *Store) OpenForStaff(ctx context.Context, by apply.Actor, ref apply.Reference) (*apply.Application, error) {
	var a *apply.Application
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		if a, err = s.load(ctx, tx, ref); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.OpenApplication, Reference: ref})
	})
	if err != nil {
		return nil, fmt.Errorf("open application: %w", err)
	}
	return a, nil
}

// SaveAnswers replaces the answers of a draft.
func (s *Store) SaveAnswers(ctx context.Context, ref apply.Reference, version int, answers apply.Answers) (*apply.Application, error) {
	return s.Change(ctx, ref, version, func(a *apply.Application, now time.Time) error {
		return a.SaveAnswers(answers, now)
	})
}

// Change runs a method of the application, such as Approve, and writes what came
// of it: new state, events and one audit line for each, all or nothing. It
// returns [apply.ErrConflict] if the application is no longer at this version, and
// whatever the method returns.
func (s *Store) Change(ctx context.Context, ref apply.Reference, version int, move func(*apply.Application, time.Time) error) (*apply.Application, error) {
	var a *apply.Application
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		if a, err = s.load(ctx, tx, ref); err != nil {
			return err
		}
		if a.Version != version {
			return apply.ErrConflict
		}
		known := len(a.Events)
		if err := move(a, s.now()); err != nil {
			return err
		}
		return s.update(ctx, tx, a, known)
	})
	if err != nil {
		return nil, fmt.Errorf("change application: %w", err)
	}
	return a, nil
}

// Submit hands a draft in. Sending the same key again, also at the same time,
// returns the application as it is and changes nothing.
func (s *Store) Submit(ctx context.Context, sub apply.Submission) (*apply.Application, error) {
	a, err := s.submit(ctx, sub)
	if errors.Is(err, apply.ErrConflict) {
		// Another request with this key may have won between our read and our write.
		a, err = s.submit(ctx, sub)
	}
	if err != nil {
		return nil, fmt.Errorf("submit application: %w", err)
	}
	return a, nil
}

func (s *Store) submit(ctx context.Context, sub apply.Submission) (*apply.Application, error) {
	if sub.Key == "" {
		return nil, errors.New("no idempotency key")
	}
	var a *apply.Application
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		// The key is read first: whoever sees it set then loads what was submitted with it.
		var key string
		if err := tx.QueryRowContext(ctx, `SELECT submit_key FROM applications WHERE reference = $1`, string(sub.Reference)).Scan(&key); err != nil {
			return missing(err)
		}
		if a, err = s.load(ctx, tx, sub.Reference); err != nil {
			return err
		}
		switch {
		case key == sub.Key:
			return nil
		case key != "" || a.Version != sub.Version || a.State != apply.Draft:
			return apply.ErrConflict
		case a.Policy != sub.Form.Policy.Slug:
			return errors.New("the form belongs to another policy")
		}
		if err := a.Submit(sub.Form, sub.Consent, s.now()); err != nil {
			return err
		}
		if err := s.update(ctx, tx, a, 0); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE applications SET submit_key = $1 WHERE reference = $2`, sub.Key, string(a.Reference))
		return err
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// row is an application as its table holds it.
type row struct {
	answers, names, code, consent []byte
	child                         string
}

func (s *Store) sealRow(a *apply.Application) (r row, err error) {
	x := s.sealer(a.Reference)
	if r.answers, err = x.seal("answers", map[string]string(a.Answers)); err != nil {
		return r, err
	}
	if r.names, err = x.seal("names", names{a.Answers[apply.FieldChildName], a.Answers[apply.FieldGuardianName]}); err != nil {
		return r, err
	}
	if r.code, err = x.seal("code", string(a.Code)); err != nil {
		return r, err
	}
	if r.consent, err = x.seal("consent", a.Consent); err != nil {
		return r, err
	}
	r.child = s.blind("child-id", a.Answers[apply.FieldChildID])
	return r, nil
}

// insert reports false if the number is taken.
func (s *Store) insert(ctx context.Context, tx *sql.Tx, a *apply.Application) (bool, error) {
	r, err := s.sealRow(a)
	if err != nil {
		return false, err
	}
	return changed(tx.ExecContext(ctx, `INSERT INTO applications
		(reference, policy, lang, state, waiting, version, town, code, answers, names, consent, child_index, submit_key, created_at, updated_at, submitted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', $13, $14, $15)
		ON CONFLICT (reference) DO NOTHING`,
		string(a.Reference), a.Policy, a.Lang, string(a.State), waiting(a.State), a.Version, a.Answers[apply.FieldTown],
		r.code, r.answers, r.names, r.consent, r.child, micros(a.Created), micros(a.Updated), micros(a.Submitted)))
}

// update writes a changed application if it still has the version it was read
// with, and its events from the known ones on with their audit lines.
func (s *Store) update(ctx context.Context, tx *sql.Tx, a *apply.Application, known int) error {
	r, err := s.sealRow(a)
	if err != nil {
		return err
	}
	ok, err := changed(tx.ExecContext(ctx, `UPDATE applications SET state = $1, waiting = $2, version = version + 1, town = $3,
		answers = $4, names = $5, consent = $6, child_index = $7, updated_at = $8, submitted_at = $9
		WHERE reference = $10 AND version = $11`,
		string(a.State), waiting(a.State), a.Answers[apply.FieldTown], r.answers, r.names, r.consent, r.child,
		micros(a.Updated), micros(a.Submitted), string(a.Reference), a.Version))
	if err != nil {
		return err
	}
	if !ok {
		return apply.ErrConflict
	}
	a.Version++
	for _, e := range a.Events[known:] {
		if err := s.appendEvent(ctx, tx, a.Reference, e); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) appendEvent(ctx context.Context, tx *sql.Tx, ref apply.Reference, e apply.Event) error {
	sealed, err := s.sealer(ref).seal(fmt.Sprintf("event:%d", e.Number), words{e.Text, e.Reason})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO events (reference, number, at, actor_kind, actor_id, move, state, words)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(ref), e.Number, micros(e.At), string(e.Actor.Kind), e.Actor.ID, string(e.Move), string(e.State), sealed)
	if err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: e.At, Actor: e.Actor, Action: casework.Action(e.Move), Reference: ref})
}

func waiting(s apply.State) int {
	if s.Waiting() {
		return 1
	}
	return 0
}

func (s *Store) load(ctx context.Context, tx *sql.Tx, ref apply.Reference) (*apply.Application, error) {
	a := &apply.Application{Reference: ref}
	var r row
	var created, updated, submitted int64
	err := tx.QueryRowContext(ctx, `SELECT policy, lang, state, version, code, answers, consent, created_at, updated_at, submitted_at
		FROM applications WHERE reference = $1`, string(ref)).
		Scan(&a.Policy, &a.Lang, &a.State, &a.Version, &r.code, &r.answers, &r.consent, &created, &updated, &submitted)
	if err != nil {
		return nil, missing(err)
	}
	a.Created, a.Updated, a.Submitted = moment(created), moment(updated), moment(submitted)
	x := s.sealer(ref)
	for column, sealed := range map[string]struct {
		from []byte
		into any
	}{"code": {r.code, &a.Code}, "answers": {r.answers, &a.Answers}, "consent": {r.consent, &a.Consent}} {
		if err := x.open(column, sealed.from, sealed.into); err != nil {
			return nil, err
		}
	}
	a.Events, err = s.events(ctx, tx, ref)
	return a, err
}

func (s *Store) events(ctx context.Context, tx *sql.Tx, ref apply.Reference) ([]apply.Event, error) {
	rows, err := tx.QueryContext(ctx, `SELECT number, at, actor_kind, actor_id, move, state, words
		FROM events WHERE reference = $1 ORDER BY number`, string(ref))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []apply.Event
	for rows.Next() {
		var e apply.Event
		var at int64
		var sealed []byte
		if err := rows.Scan(&e.Number, &at, &e.Actor.Kind, &e.Actor.ID, &e.Move, &e.State, &sealed); err != nil {
			return nil, err
		}
		var w words
		if err := s.sealer(ref).open(fmt.Sprintf("event:%d", e.Number), sealed, &w); err != nil {
			return nil, err
		}
		e.At, e.Text, e.Reason = moment(at), w.Text, w.Reason
		out = append(out, e)
	}
	return out, rows.Err()
}
