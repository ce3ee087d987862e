package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// referralFiles begins the name of the place in the case where the files of an answer lie.
const referralFiles = "referral:"

// AddReferralFile attaches a file to the answer that a department is working on. The
// same file sent again is there once. It returns [apply.Invalid] if there is no room and
// [apply.ErrConflict] if it is not the department's turn.
func (s *Store) AddReferralFile(ctx context.Context, by apply.Actor, id string, f apply.NewFile) (casework.Referral, error) {
	var r casework.Referral
	f.Small = nil // nobody looks at it in small
	err := s.fileAt(ctx, f, filing{
		room: apply.MaxFiles,
		where: func(ctx context.Context, tx *sql.Tx) (_ filedAt, err error) {
			r, err = s.answering(ctx, tx, by, id)
			return filedAt{r.Case, referralFiles + id, by.ID}, err
		},
		note: func(ctx context.Context, tx *sql.Tx) error {
			return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.AnswerReferral, Reference: apply.Reference(r.Case.ID), Detail: "file"})
		},
	})
	if err != nil {
		return r, fmt.Errorf("add file to a referral: %w", err)
	}
	return r, nil
}

// answering returns the referral if its department is at it. Where it is refused, the
// referral has its case all the same.
func (s *Store) answering(ctx context.Context, tx *sql.Tx, by apply.Actor, id string) (casework.Referral, error) {
	r, err := s.referral(ctx, tx, `id`, id)
	if err != nil {
		return r, err
	}
	at := r.Scope()
	if err := permit(ctx, tx, by, casework.AnswerReferral, &at); err != nil {
		return casework.Referral{ID: r.ID, Case: r.Case}, err
	}
	if !r.Can(casework.AnswerTheCase) {
		return r, apply.ErrConflict
	}
	return r, nil
}

// answerFiles are those of an answer, oldest first.
func answerFiles(ctx context.Context, tx *sql.Tx, r casework.Referral) ([]apply.File, error) {
	all, err := filedWith(ctx, tx, filedAt{of: r.Case, place: referralFiles + r.ID})
	out := make([]apply.File, len(all))
	for i, one := range all {
		out[i] = one.file
	}
	return out, err
}

// ReadReferralFile returns a file of the answer to who may see it, or a file of the case
// to the department whose turn it is, if it is for a document that was ticked. Who saw it
// is in the audit first. The file is the only one of the referral's then. Where it is
// refused, the referral has its case all the same.
func (s *Store) ReadReferralFile(ctx context.Context, by apply.Actor, id, file string) (casework.OpenedReferral, []byte, error) {
	var out casework.OpenedReferral
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err := s.referral(ctx, tx, `id`, id)
		if err != nil {
			return err
		}
		out = casework.OpenedReferral{Referral: casework.Referral{ID: r.ID, Case: r.Case}}
		at := r.Scope()
		if err := permit(ctx, tx, by, casework.OpenReferral, &at); err != nil {
			return err
		}
		seen, err := s.referralFilesFor(ctx, tx, by, r)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(seen, func(f apply.File) bool { return f.ID == file })
		if i < 0 {
			return apply.ErrNotFound
		}
		out.Files = seen[i : i+1]
		detail := out.Files[0].Document
		if detail == referralFiles+id {
			detail = "file"
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.OpenFile, Reference: apply.Reference(r.Case.ID), Detail: detail})
	})
	if err != nil {
		return out, nil, fmt.Errorf("open file of a referral: %w", err)
	}
	body, err := s.ReadFile(ctx, apply.Reference(out.Case.ID), file, false)
	return out, body, err
}

// referralFilesFor are the files that somebody may open who may open the referral.
func (s *Store) referralFilesFor(ctx context.Context, tx *sql.Tx, by apply.Actor, r casework.Referral) ([]apply.File, error) {
	given, err := answerFiles(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	at := r.Scope()
	if err := permit(ctx, tx, by, casework.AnswerReferral, &at); errors.Is(err, casework.ErrForbidden) {
		return given, nil
	} else if err != nil {
		return nil, err
	}
	o, err := s.reveal(ctx, tx, r)
	return append(given, o.Files...), err
}
