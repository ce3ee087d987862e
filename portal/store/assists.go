package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// assistColumn is what the consent to be helped is sealed for, within its application.
const assistColumn = "assist"

// assistsShown is how many lines the list of those helped has at most.
const assistsShown = 200

// BeginAssist begins the wanted applications for a family that has agreed to be
// helped, and returns the number that opens them all.
func (s *Store) BeginAssist(ctx context.Context, by apply.Actor, consent casework.AssistConsent, lang string, form func(policy string) (apply.Form, bool), wishes []apply.Wish) (apply.Reference, error) {
	now := s.now()
	consent.At = now
	code, err := apply.NewCode(s.random)
	if err != nil {
		return "", err
	}
	head := &apply.Application{Code: code, Policy: wishes[0].Form.Policy.Slug, Lang: lang, State: apply.Draft, Version: 1, Answers: apply.Answers{}, Created: now, Updated: now}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permit(ctx, tx, by, casework.AssistFamily, nil); err != nil {
			return err
		}
		if err := s.insertHead(ctx, tx, head, len(wishes) > 1); err != nil {
			return err
		}
		house := []*apply.Application{head}
		for _, w := range wishes[1:] {
			if a := apply.Join(house, head, w, form, now); a != nil {
				if err := s.insertNew(ctx, tx, a); err != nil {
					return err
				}
				house = append(house, a)
			}
		}
		if err := s.insertAssist(ctx, tx, by, head, consent); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: now, Actor: by, Action: casework.BeginAssist, Reference: head.Reference, Detail: string(consent.Means)})
	})
	if err != nil {
		return "", fmt.Errorf("begin to help: %w", err)
	}
	return head.Reference, nil
}

// insertHead is insertNew for an application that others will join.
func (s *Store) insertHead(ctx context.Context, tx *sql.Tx, a *apply.Application, joined bool) (err error) {
	for inserted := false; !inserted; {
		if a.Reference, err = apply.NewReference(s.random, a.Created); err != nil {
			return err
		}
		if joined {
			a.Household, a.Child = a.Reference, 1
		}
		if inserted, err = s.insert(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

// Assists lists what a director has helped with, latest first: numbers and what became
// of them, nothing that stands in them.
func (s *Store) Assists(ctx context.Context, by apply.Actor) ([]casework.Assisted, error) {
	var out []casework.Assisted
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if out, err = assistedBy(ctx, tx, by.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.ListAssists})
	})
	if err != nil {
		return nil, fmt.Errorf("list those helped: %w", err)
	}
	return out, nil
}

// assistedBy leaves out what the family has added since.
func assistedBy(ctx context.Context, tx *sql.Tx, user string) ([]casework.Assisted, error) {
	rows, err := tx.QueryContext(ctx, `SELECT s.reference, s.user_id, s.started_at, s.ending, a.reference, a.policy, a.submitted_at, a.state
		FROM assists s JOIN applications a ON (a.reference = s.reference OR a.household <> '' AND a.household = s.reference) AND a.created_at = s.started_at
		WHERE s.user_id = $1 ORDER BY s.started_at DESC, a.household, a.reference LIMIT $2`, user, assistsShown)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []casework.Assisted
	for rows.Next() {
		var one casework.Assisted
		var started, submitted int64
		if err := rows.Scan(&one.Reference, &one.UserID, &started, &one.Ending, &one.Application, &one.Policy, &submitted, &one.Now); err != nil {
			return nil, err
		}
		one.Started, one.Submitted = moment(started), submitted > 0
		out = append(out, one)
	}
	return out, rows.Err()
}

// Assist returns the director's part in an application, also when it has ended; it
// holds no answers. What others help with is [apply.ErrNotFound].
func (s *Store) Assist(ctx context.Context, by apply.Actor, ref apply.Reference) (casework.Assist, error) {
	var a casework.Assist
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		a, err = s.assistOf(ctx, tx, by, ref)
		return err
	})
	if err != nil {
		return a, fmt.Errorf("part in an application: %w", err)
	}
	return a, nil
}

// assistOf finds the part in which ref was begun.
func (s *Store) assistOf(ctx context.Context, tx *sql.Tx, by apply.Actor, ref apply.Reference) (casework.Assist, error) {
	a := casework.Assist{UserID: by.ID}
	var sealed []byte
	var started, until, submitted int64
	err := tx.QueryRowContext(ctx, `SELECT s.reference, s.consent, s.started_at, s.ending, s.code_until, a.submitted_at FROM assists s JOIN applications a ON a.reference = $1
		WHERE s.user_id = $2 AND s.reference = CASE WHEN a.household <> '' THEN a.household ELSE a.reference END AND a.created_at = s.started_at`,
		string(ref), by.ID).Scan(&a.Reference, &sealed, &started, &a.Ending, &until, &submitted)
	if err != nil {
		return a, missing(err)
	}
	a.Started, a.CodeUntil, a.Submitted = moment(started), moment(until), submitted > 0
	return a, s.sealer(a.Reference).open(assistColumn, sealed, &a.Consent)
}

// openAssist is assistOf while the director may still look and type.
func (s *Store) openAssist(ctx context.Context, tx *sql.Tx, by apply.Actor, ref apply.Reference) (casework.Assist, error) {
	a, err := s.assistOf(ctx, tx, by, ref)
	if err == nil && !a.Open(s.now()) {
		err = casework.ErrAssistOver
	}
	return a, err
}

// OpenAssist returns what the director has typed so far, and writes into the audit that
// it was looked at, in one transaction. The error is [casework.ErrAssistOver] once the
// part has ended.
func (s *Store) OpenAssist(ctx context.Context, by apply.Actor, ref apply.Reference) (casework.Assist, []*apply.Application, error) {
	var part casework.Assist
	var all []*apply.Application
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		refs, err := s.lockMembers(ctx, tx, ref) // after a family that takes it over
		if err != nil {
			return err
		}
		if part, err = s.openAssist(ctx, tx, by, ref); err != nil {
			return err
		}
		all = nil
		records, err := s.records(ctx, tx, refs, "")
		for _, r := range records {
			if err == nil {
				err = s.openRecord(r)
			}
			all = append(all, r.a)
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.LookAssist, Reference: ref})
	})
	if err != nil {
		return part, nil, fmt.Errorf("open what is helped with: %w", err)
	}
	slices.SortFunc(all, apply.InHousehold)
	return part, all, nil
}

// SaveAssisted saves what edit makes of the answers of a draft, what that says to the
// others of its household, and the audit's line, in one transaction. edit may run more
// than once.
func (s *Store) SaveAssisted(ctx context.Context, by apply.Actor, ref apply.Reference, form func(policy string) (apply.Form, bool), edit func(*apply.Application) (apply.Answers, error)) error {
	steady, stop := s.steady(ctx)
	defer stop()
	err := s.changeHousehold(ctx, ref, func(tx *sql.Tx, all []*member) error {
		if _, err := s.openAssist(steady, tx, by, ref); err != nil {
			return err
		}
		from := all[slices.IndexFunc(all, func(m *member) bool { return m.Reference == ref })]
		before, now := from.Answers, s.now()
		answers, err := edit(from.Application)
		if err != nil {
			return err
		}
		if err := from.SaveAnswers(answers, now); err != nil {
			return err
		}
		from.changed = true
		carryOver(all, from, before, form, now)
		return s.audit(steady, tx, casework.AuditEntry{At: now, Actor: by, Action: casework.SaveAssist, Reference: ref})
	})
	if err != nil {
		return fmt.Errorf("save with a family: %w", err)
	}
	return nil
}

// SetAssistedPapers records which papers the family brings, for the director.
func (s *Store) SetAssistedPapers(ctx context.Context, by apply.Actor, ref apply.Reference, papers map[string]bool) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := s.lockMembers(ctx, tx, ref); err != nil {
			return err
		}
		if _, err := s.openAssist(ctx, tx, by, ref); err != nil {
			return err
		}
		if _, err := s.hold(ctx, tx, ref); err != nil { // so that who submits meanwhile sees that something has changed
			return err
		}
		if err := markPapers(ctx, tx, ref, papers); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.SaveAssist, Reference: ref, Detail: apply.DocumentsPage})
	})
	if err != nil {
		return fmt.Errorf("save papers with a family: %w", err)
	}
	return nil
}

// SubmitAssisted hands everything in while the family is present, which ends the
// director's part. Sending the same key again changes nothing.
func (s *Store) SubmitAssisted(ctx context.Context, by apply.Actor, ref apply.Reference, subs []apply.Submission) error {
	steady, stop := s.steady(ctx)
	defer stop()
	err := s.changeHousehold(ctx, ref, func(tx *sql.Tx, all []*member) error {
		part, err := s.assistOf(steady, tx, by, ref)
		switch {
		case err != nil:
			return err
		case part.Ending == casework.Sent:
			return s.submitAll(all, subs) // the same key again, or a conflict
		case !part.Open(s.now()):
			return casework.ErrAssistOver
		case len(subs) != len(all):
			return apply.ErrConflict
		}
		if err := s.submitAll(all, subs); err != nil {
			return err
		}
		if err := endAssist(steady, tx, part.Reference, casework.Sent); err != nil {
			return err
		}
		return s.audit(steady, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.SubmitAssist, Reference: part.Reference})
	})
	if err != nil {
		return fmt.Errorf("submit with a family: %w", err)
	}
	return nil
}

// StopAssist ends the director's part at once. It can still be handed over.
func (s *Store) StopAssist(ctx context.Context, by apply.Actor, ref apply.Reference) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := s.lockMembers(ctx, tx, ref); err != nil {
			return err
		}
		part, err := s.openAssist(ctx, tx, by, ref)
		if err != nil {
			return err
		}
		if err := endAssist(ctx, tx, part.Reference, casework.Stopped); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.StopAssist, Reference: part.Reference})
	})
	if err != nil {
		return fmt.Errorf("stop helping: %w", err)
	}
	return nil
}

// endAssist ends a part and what could hand it over.
func endAssist(ctx context.Context, tx *sql.Tx, head apply.Reference, how casework.Ending) error {
	_, err := tx.ExecContext(ctx, `UPDATE assists SET ending = $1, token_hash = '', code_index = '', claim_hash = '' WHERE reference = $2`, string(how), string(head))
	return err
}

// stopAssists ends all that a director who signs out is helping with. Codes that were
// made for families still count.
func stopAssists(ctx context.Context, tx *sql.Tx, user string) error {
	_, err := tx.ExecContext(ctx, `UPDATE assists SET ending = $1 WHERE user_id = $2 AND ending = ''`, string(casework.Stopped), user)
	return err
}

// renewCode gives all that was begun together a new access code, and forgets the
// browsers that were remembered for it. The director who printed the one before never sees it.
func (s *Store) renewCode(ctx context.Context, tx *sql.Tx, refs []apply.Reference) (apply.Code, error) {
	code, err := apply.NewCode(s.random)
	if err != nil {
		return "", err
	}
	for _, ref := range refs {
		sealed, err := s.sealer(ref).seal("code", string(code))
		if err != nil {
			return "", err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE applications SET code = $1 WHERE reference = $2`, sealed, string(ref)); err != nil {
			return "", err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM draft_tokens WHERE reference = $1`, string(ref)); err != nil {
			return "", err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE assists SET code_until = 0 WHERE reference = $1 AND ending = $2`, string(ref), string(casework.Printed)); err != nil {
			return "", err
		}
	}
	return code, nil
}
