package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// maxKey is the length of the longest idempotency key.
const maxKey = 100

// change is what one caller wants done to one application.
type change struct {
	ref apply.Reference
	// decide carries it out and reports whether anything was changed. key is that of
	// the submission. It may be asked again when a transaction has to be repeated.
	decide func(a *apply.Application, key *string) (bool, error)
	result *apply.Application // what came of it
	draft  *apply.Application // as the caller has read it; nil: to be read

	by     apply.Actor     // of the office
	action casework.Action // that by needs with this application; empty for none
	user   casework.User   // by, as the transaction finds the account
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
	a, err := s.change(ctx, ref, func(a *apply.Application, _ *string) (bool, error) {
		if a.Version != version {
			return false, apply.ErrConflict
		}
		return true, move(a, s.now())
	})
	if err != nil {
		return nil, fmt.Errorf("change application: %w", err)
	}
	if abandoned(a) {
		s.discardLater(ctx, ref)
	}
	return a, nil
}

// ChangeForStaff is [Store.Change] by somebody of the office. That the account may do
// this with this application is judged in the same transaction: the error is
// [casework.ErrForbidden] if a role or an area was taken away meanwhile.
func (s *Store) ChangeForStaff(ctx context.Context, by apply.Actor, action casework.Action, ref apply.Reference, version int, move func(*apply.Application, time.Time) error) (*apply.Application, error) {
	c := &change{ref: ref, by: by, action: action, decide: func(a *apply.Application, _ *string) (bool, error) {
		if a.Version != version {
			return false, apply.ErrConflict
		}
		return true, move(a, s.now())
	}}
	if err := s.changes.do(ctx, &job{change: c}); err != nil {
		return nil, fmt.Errorf("change application: %w", err)
	}
	return c.result, nil
}

// allowedTo returns [casework.ErrForbidden] for a change that its actor may not make.
func (c *change) allowedTo(a *apply.Application) error {
	if c.action == "" || c.user.May(c.action, casework.ScopeOf(a)) {
		return nil
	}
	return fmt.Errorf("%s by %s: %w", c.action, c.user.Role, casework.ErrForbidden)
}

// readActors finds the accounts of those who make changes for the office.
func readActors(ctx context.Context, tx *sql.Tx, jobs []*job) error {
	for _, j := range jobs {
		c := j.change
		if c.action == "" {
			continue
		}
		var err error
		c.user, err = scanUser(tx.QueryRowContext(ctx, userColumns+` WHERE id = $1`, c.by.ID).Scan)
		if err != nil && !errors.Is(err, apply.ErrNotFound) {
			return err
		}
	}
	return nil
}

// abandoned reports whether the family gave the application up before it handed it
// in: then nobody needs its files.
func abandoned(a *apply.Application) bool { return a.State == apply.Withdrawn && a.Submitted.IsZero() }

// Submit hands a draft in. Sending the same key again, also at the same time,
// returns the application as it is and changes nothing. [apply.ErrConflict] means
// that the draft is no longer the one that was reviewed.
func (s *Store) Submit(ctx context.Context, sub apply.Submission) (*apply.Application, error) {
	if sub.Key == "" {
		return nil, errors.New("submit application: no idempotency key")
	}
	if len(sub.Key) > maxKey || storable(sub.Key) != sub.Key { // none that our page has drawn: let it draw another
		return nil, fmt.Errorf("submit application: %w", apply.ErrConflict)
	}
	a, err := s.run(ctx, &change{ref: sub.Reference, draft: sub.Draft, decide: func(a *apply.Application, key *string) (bool, error) {
		switch {
		case *key == sub.Key:
			return false, nil
		case *key != "" || a.Version != sub.Version || a.State != apply.Draft:
			return false, apply.ErrConflict
		case a.Policy != sub.Form.Policy.Slug:
			return false, errors.New("the form belongs to another policy")
		}
		*key = sub.Key
		return true, a.Submit(sub.Form, sub.Consent, s.now())
	}})
	if err != nil {
		return nil, fmt.Errorf("submit application: %w", err)
	}
	return a, nil
}

func (s *Store) change(ctx context.Context, ref apply.Reference, decide func(*apply.Application, *string) (bool, error)) (*apply.Application, error) {
	return s.run(ctx, &change{ref: ref, decide: decide})
}

func (s *Store) run(ctx context.Context, c *change) (*apply.Application, error) {
	j := &job{change: c}
	if c.draft != nil {
		j.prepare = func() { s.prepare(j) }
	}
	err := s.changes.do(ctx, j)
	return c.result, err
}

// dossier is an application with all that is to be done to it in one transaction.
type dossier struct {
	record
	jobs    []*job
	known   int // how many of its events are in the database
	changed bool
	words   [][]byte // sealed, of the new events
	err     error
}

// runChanges carries out the changes of any number of applications with as many
// statements as one would take. An error undoes them all; what is wrong with one
// of them alone is the error of its job.
func (s *Store) runChanges(ctx context.Context, tx *sql.Tx, jobs []*job) error {
	if len(jobs) == 0 {
		return nil
	}
	wanted, refs := sorted(jobs)
	if err := readActors(ctx, tx, jobs); err != nil {
		return err
	}
	records, err := s.records(ctx, tx, refs, s.lockRows)
	if err != nil {
		return err
	}
	written, err := s.decideAll(wanted, records)
	if err != nil {
		return err
	}
	return s.saveDossiers(ctx, tx, written)
}

// sorted puts the jobs to the applications that they are about. A job whose
// application does not exist is told so.
func sorted(jobs []*job) (map[apply.Reference]*dossier, []apply.Reference) {
	wanted := map[apply.Reference]*dossier{}
	var refs []apply.Reference
	for _, j := range jobs {
		d := wanted[j.change.ref]
		if d == nil {
			d = &dossier{}
			wanted[j.change.ref] = d
			refs = append(refs, j.change.ref)
		}
		j.err, j.panicked = apply.ErrNotFound, nil // until it is found
		d.jobs = append(d.jobs, j)
	}
	return wanted, refs
}

// decideAll carries out what is to be done to the applications that were read, and
// returns those that it changed, in the order in which they were read.
func (s *Store) decideAll(wanted map[apply.Reference]*dossier, records []*record) ([]*dossier, error) {
	all := make([]*dossier, len(records))
	for i, r := range records {
		all[i] = wanted[r.a.Reference]
		all[i].record = *r
	}
	// Opening, checking and sealing is most of the work, and each application's own.
	// A goroutine for each would spend its time growing its stack.
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(all)) {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
				all[i].err = s.decide(all[i])
			}
		})
	}
	wait.Wait()
	var written []*dossier
	for _, d := range all {
		if d.err != nil {
			return nil, d.err
		}
		if d.changed {
			written = append(written, d)
		}
	}
	return written, nil
}

// decide carries out the jobs of one application, each on what the one before left.
func (s *Store) decide(d *dossier) error {
	if !d.opened {
		if err := s.openRecord(&d.record); err != nil {
			return err
		}
	}
	d.known = len(d.a.Events)
	for i, j := range d.jobs {
		trial, key := *d.a, d.key // a job that fails half-way has changed nothing
		changed, err := j.decide(&trial, &key)
		if j.err = err; err != nil {
			continue
		}
		if changed {
			trial.Version++
			d.a, d.key, d.changed = &trial, key, true
		}
		own := *d.a
		if i < len(d.jobs)-1 { // the last has them to itself once they are written
			own.Answers = maps.Clone(own.Answers)
		}
		own.Writing = "" // what is written now has another
		j.change.result = &own
	}
	if !d.changed {
		return nil
	}
	return s.sealDossier(d)
}

func (j *job) decide(a *apply.Application, key *string) (changed bool, err error) {
	defer j.caught(&err)
	if err := j.change.allowedTo(a); err != nil {
		return false, err
	}
	return j.change.decide(a, key)
}

func (s *Store) sealDossier(d *dossier) (err error) {
	if err := s.sealRecord(&d.record); err != nil {
		return err
	}
	for _, e := range d.a.Events[d.known:] {
		sealed, err := s.sealer(d.a.Reference).seal(eventColumn(e.Number), words{e.Text, e.Reason, e.Visit, e.Grounds})
		if err != nil {
			return err
		}
		d.words = append(d.words, sealed)
	}
	return nil
}

// saveDossiers writes applications, their new events and the audit's line for each.
func (s *Store) saveDossiers(ctx context.Context, tx *sql.Tx, all []*dossier) error {
	var records, events [][]any
	var lines []casework.AuditEntry
	var moved []apply.Reference // by the office: the family may want to hear of it
	for _, d := range all {
		if abandoned(d.a) {
			if err := s.dropAll(ctx, tx, casework.Case{Kind: casework.ApplicationCase, ID: string(d.a.Reference)}); err != nil {
				return err
			}
		}
		records = append(records, d.values())
		for i, e := range d.a.Events[d.known:] {
			events = append(events, []any{string(d.a.Reference), e.Number, micros(e.At), string(e.Actor.Kind), e.Actor.ID, string(e.Move), string(e.State), d.words[i], groundIDs(e.Grounds)})
			lines = append(lines, casework.AuditEntry{At: e.At, Actor: e.Actor, Action: casework.Action(e.Move), Reference: d.a.Reference})
			if e.Move == apply.Object { // for another officer than the one who had it
				if _, err := tx.ExecContext(ctx, `UPDATE applications SET assignee = '' WHERE reference = $1`, string(d.a.Reference)); err != nil {
					return err
				}
			}
			if e.Actor.Kind == apply.StaffActor && !e.Move.Quiet() {
				moved = append(moved, d.a.Reference)
			}
		}
	}
	if err := s.notifyOf(ctx, tx, NoteChanged, moved); err != nil {
		return err
	}
	if err := s.writeRows(ctx, tx, updateRecords, records); err != nil {
		return err
	}
	if err := s.writeRows(ctx, tx, insertEvents, events); err != nil {
		return err
	}
	if err := s.saveGrants(ctx, tx, all); err != nil {
		return err
	}
	return s.auditAll(ctx, tx, lines)
}
