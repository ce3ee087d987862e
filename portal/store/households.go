package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"huitong/portal/apply"
)

// member is an application of a household while it is being changed.
type member struct {
	*apply.Application
	dossier *dossier
	changed bool
}

// Household returns all applications that are made together with this one, oldest
// first, and at least itself.
func (s *Store) Household(ctx context.Context, ref apply.Reference) ([]*apply.Application, error) {
	var out []*apply.Application
	err := s.read(ctx, func(tx *sql.Tx) error {
		refs, err := members(ctx, tx, ref, "")
		if err != nil {
			return err
		}
		records, err := s.records(ctx, tx, refs, "")
		for _, r := range records {
			if err == nil {
				err = s.openRecord(r)
			}
			out = append(out, r.a)
		}
		return err
	})
	if err == nil {
		err = s.unsettled.await(ctx, out...)
	}
	if err != nil {
		return nil, fmt.Errorf("household: %w", err)
	}
	slices.SortFunc(out, apply.InHousehold)
	return out, nil
}

// Extend adds drafts to the household of an application, or begins one with it. They
// have its access code, and hold already what the household has answered. What is
// there for the same child and policy, and not yet closed, is not added again.
func (s *Store) Extend(ctx context.Context, ref apply.Reference, form func(policy string) (apply.Form, bool), wishes []apply.Wish) error {
	err := s.changeHousehold(ctx, ref, func(tx *sql.Tx, all []*member) error {
		head := all[slices.IndexFunc(all, func(m *member) bool { return m.Reference == ref })]
		if head.Household == "" {
			head.Household, head.Child, head.changed = head.Reference, 1, true
		}
		house := make([]*apply.Application, len(all))
		for i, m := range all {
			house[i] = m.Application
		}
		return s.join(ctx, tx, house, head.Application, form, wishes)
	})
	if err != nil {
		return fmt.Errorf("extend household: %w", err)
	}
	return nil
}

func (s *Store) join(ctx context.Context, tx *sql.Tx, house []*apply.Application, head *apply.Application, form func(policy string) (apply.Form, bool), wishes []apply.Wish) error {
	for _, w := range wishes {
		a := apply.Join(house, head, w, form, s.now())
		if a == nil {
			continue
		}
		if len(house) >= apply.MaxHousehold {
			return apply.ErrConflict
		}
		if err := s.insertNew(ctx, tx, a); err != nil {
			return err
		}
		if err := s.inheritContact(ctx, tx, a); err != nil {
			return err
		}
		house = append(house, a)
	}
	return nil
}

// Begin starts all that a family wishes at once, or nothing, and returns the first
// draft with the token that lets the browser come back to it. A single wish is an
// application that stands alone; several are a household.
func (s *Store) Begin(ctx context.Context, lang string, form func(policy string) (apply.Form, bool), wishes []apply.Wish) (*apply.Application, apply.Token, error) {
	if len(wishes) == 0 {
		return nil, "", errors.New("begin household: no wishes")
	}
	code, err := apply.NewCode(s.random)
	if err != nil {
		return nil, "", fmt.Errorf("begin household: %w", err)
	}
	var a *apply.Application
	var token apply.Token
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		a = apply.First(wishes[0], code, lang, s.now())
		if len(wishes) > 1 {
			a.Child = wishes[0].Child
		}
		if err := s.insertNew(ctx, tx, a); err != nil {
			return err
		}
		if err := s.join(ctx, tx, []*apply.Application{a}, a, form, wishes[1:]); err != nil {
			return err
		}
		token, err = s.remember(ctx, tx, a.Reference)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("begin household: %w", err)
	}
	return a, token, nil
}

// SaveShared replaces the answers of a draft like [Store.SaveAnswers] and, in the same
// transaction, carries what has changed over to the other drafts of its household.
func (s *Store) SaveShared(ctx context.Context, ref apply.Reference, version int, answers apply.Answers, form func(policy string) (apply.Form, bool)) error {
	err := s.changeHousehold(ctx, ref, func(_ *sql.Tx, all []*member) error {
		from := all[slices.IndexFunc(all, func(m *member) bool { return m.Reference == ref })]
		if from.Version != version {
			return apply.ErrConflict
		}
		before, now := from.Answers, s.now()
		if err := from.SaveAnswers(answers, now); err != nil {
			return err
		}
		from.changed = true
		carryOver(all, from, before, form, now)
		return nil
	})
	if err != nil {
		return fmt.Errorf("save household: %w", err)
	}
	return nil
}

// SubmitTogether hands in all given drafts of one household, or none. Sending the same
// key again changes nothing. [apply.ErrConflict] means that they are not what was
// reviewed; [apply.Invalid] is what the first one that is not complete lacks.
func (s *Store) SubmitTogether(ctx context.Context, subs []apply.Submission) error {
	if len(subs) == 0 {
		return errors.New("submit household: nothing to submit")
	}
	err := s.changeHousehold(ctx, subs[0].Reference, func(_ *sql.Tx, all []*member) error {
		return s.submitAll(all, subs)
	})
	if err != nil {
		return fmt.Errorf("submit household: %w", err)
	}
	return nil
}

// carryOver gives what has just changed in one draft to the others of its household.
func carryOver(all []*member, from *member, before apply.Answers, form func(policy string) (apply.Form, bool), now time.Time) {
	f, ok := form(from.Policy)
	for _, to := range all {
		g, known := form(to.Policy)
		if to == from || to.State != apply.Draft || !ok || !known {
			continue
		}
		shared := f.Share(before, from.Application, g, to.Application, now)
		if to.changed = !shared.Equal(to.Answers); to.changed {
			to.Answers, to.Updated = shared, now
		}
	}
}

// submitAll hands in the given members, or says why none of them is.
func (s *Store) submitAll(all []*member, subs []apply.Submission) error {
	for _, sub := range subs {
		i := slices.IndexFunc(all, func(m *member) bool { return m.Reference == sub.Reference })
		if i < 0 || sub.Key == "" || len(sub.Key) > maxKey || storable(sub.Key) != sub.Key {
			return apply.ErrConflict
		}
		m, key := all[i], &all[i].dossier.key
		switch {
		case *key == sub.Key:
			continue
		case *key != "" || m.Version != sub.Version || m.State != apply.Draft || m.Policy != sub.Form.Policy.Slug:
			return apply.ErrConflict
		}
		if err := m.Submit(sub.Form, sub.Consent, s.now()); err != nil {
			return err
		}
		*key, m.changed = sub.Key, true
	}
	return nil
}

// changeHousehold locks a household, lets decide change its applications and writes
// those that it marks, with events and audit, all or nothing.
func (s *Store) changeHousehold(ctx context.Context, ref apply.Reference, decide func(*sql.Tx, []*member) error) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		refs, err := s.lockMembers(ctx, tx, ref)
		if err != nil {
			return err
		}
		records, err := s.records(ctx, tx, refs, s.lockRows)
		if err != nil {
			return err
		}
		var all []*member
		for _, r := range records {
			if err := s.openRecord(r); err != nil {
				return err
			}
			all = append(all, &member{Application: r.a, dossier: &dossier{record: *r, known: len(r.a.Events)}})
		}
		slices.SortFunc(all, func(x, y *member) int { return apply.InHousehold(x.Application, y.Application) })
		if err := decide(tx, all); err != nil {
			return err
		}
		var written []*dossier
		for _, m := range all {
			if !m.changed {
				continue
			}
			m.Version++
			if err := s.sealDossier(m.dossier); err != nil {
				return err
			}
			written = append(written, m.dossier)
		}
		return s.saveDossiers(ctx, tx, written)
	})
}

// lockMembers returns the members of the household of ref, whom nobody joins or changes
// before tx ends.
func (s *Store) lockMembers(ctx context.Context, tx *sql.Tx, ref apply.Reference) ([]apply.Reference, error) {
	if err := s.lockHousehold(ctx, tx, ref); err != nil {
		return nil, err
	}
	return members(ctx, tx, ref, s.lockRows)
}

// lockHousehold keeps others from joining or changing the household until tx ends.
// Rows alone do not do it on PostgreSQL: whoever waits for the first application holds
// nothing yet of those that join meanwhile, and would lock them in another order than
// who comes later. SQLite has one writer.
func (s *Store) lockHousehold(ctx context.Context, tx *sql.Tx, ref apply.Reference) error {
	if !s.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(CASE household WHEN '' THEN reference ELSE household END, 0))
		FROM applications WHERE reference = $1`, string(ref))
	return err
}

// members returns the numbers of all that belong to the household of ref.
func members(ctx context.Context, tx *sql.Tx, ref apply.Reference, lock string) ([]apply.Reference, error) {
	out, err := texts[apply.Reference](ctx, tx, `SELECT reference FROM applications WHERE reference = $1 OR household <> '' AND household =
		(SELECT household FROM applications WHERE reference = $1) ORDER BY reference`+lock, string(ref))
	if err == nil && len(out) == 0 {
		err = apply.ErrNotFound
	}
	return out, err
}

// loadHousehold returns the application with this number or, where that was deleted,
// another one of the household that is named by it.
func (s *Store) loadHousehold(ctx context.Context, tx *sql.Tx, ref apply.Reference) (*apply.Application, error) {
	a, err := s.load(ctx, tx, ref)
	if !errors.Is(err, apply.ErrNotFound) {
		return a, err
	}
	left, err := texts[apply.Reference](ctx, tx, `SELECT reference FROM applications WHERE household <> '' AND household = $1 ORDER BY reference LIMIT 1`, string(ref))
	if err != nil {
		return nil, err
	}
	if len(left) == 0 {
		return nil, apply.ErrNotFound
	}
	return s.load(ctx, tx, left[0])
}
