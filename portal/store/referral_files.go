package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// referralFiles begins the name under which the files of an answer lie among those of
// the application: they are scanned, swept and sealed anew with these. No page of the
// family reads them, see readFiles.
const referralFiles = "referral:"

// AddReferralFile attaches a file to the answer that a department is working on. The
// same file sent again is there once. It returns [apply.Invalid] if there is no room and
// [apply.ErrConflict] if it is not the department's turn.
func (s *Store) AddReferralFile(ctx context.Context, by apply.Actor, id string, f apply.NewFile) (casework.Referral, error) {
	var r casework.Referral
	if s.files == nil {
		return r, errors.New("the store has no place for files")
	}
	row := fileRow{digest: s.blind("file", hex.EncodeToString(f.Digest))}
	row.file = apply.File{Document: referralFiles + id, Kind: f.Kind, Size: int64(len(f.Body)), State: apply.FilePending}
	var err error
	if row.file.ID, err = s.files.NewID(); err != nil {
		return r, err
	}
	f.Small = nil // nobody looks at it in small
	known := false
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if r, err = s.answering(ctx, tx, by, id); err != nil {
			return err
		}
		row.ref = apply.Reference(r.Case.ID)
		if known, err = s.sameFile(ctx, tx, &row); known || err != nil {
			return err
		}
		return s.announceAnswer(ctx, tx, &row)
	})
	if err == nil && !known {
		if err = s.putBlobs(ctx, row, f); err != nil {
			err = errors.Join(err, s.giveUp(ctx, row.file.ID))
		} else {
			err = s.settleAnswer(ctx, by, id, row)
		}
	}
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
	if !r.Can(casework.AnswerTheCase) || r.Case.Kind != casework.ApplicationCase {
		return r, apply.ErrConflict
	}
	return r, nil
}

func (s *Store) announceAnswer(ctx context.Context, tx *sql.Tx, row *fileRow) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM files WHERE reference = $1 AND document = $2 AND state <> 'gone'`, string(row.ref), row.file.Document).Scan(&n)
	if err != nil {
		return err
	}
	if n >= apply.MaxFiles {
		return apply.Invalid{{Field: "file", Key: apply.KeyFilesMany, Args: map[string]any{"Max": apply.MaxFiles}}}
	}
	row.file.Added = s.now()
	_, err = tx.ExecContext(ctx, `INSERT INTO files (id, small, reference, document, kind, size, digest, state, added_at, changed_at)
		VALUES ($1, '', $2, $3, $4, $5, $6, $7, $8, $8)`,
		row.file.ID, string(row.ref), row.file.Document, row.file.Kind, row.file.Size, row.digest, fileArriving, micros(row.file.Added))
	return err
}

// settleAnswer makes an arrived file part of the answer. Meanwhile the answer may have
// been sent, or the same file may have come twice.
func (s *Store) settleAnswer(ctx context.Context, by apply.Actor, id string, row fileRow) error {
	var late error
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		late = nil
		mine := row.file.ID
		r, err := s.answering(ctx, tx, by, id)
		if errors.Is(err, apply.ErrConflict) || errors.Is(err, casework.ErrForbidden) || errors.Is(err, apply.ErrNotFound) {
			late = err
			return s.dropFile(ctx, tx, mine)
		}
		if err != nil {
			return err
		}
		known, err := s.sameFile(ctx, tx, &row)
		if err != nil {
			return err
		}
		if known {
			return s.dropFile(ctx, tx, mine)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE files SET state = $1, changed_at = $2 WHERE id = $3`, string(apply.FilePending), micros(s.now()), mine); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.AnswerReferral, Reference: apply.Reference(r.Case.ID), Detail: "file"})
	})
	return errors.Join(err, late)
}

// answerFiles are those of an answer, oldest first.
func answerFiles(ctx context.Context, tx *sql.Tx, r casework.Referral) ([]apply.File, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, document, kind, size, state, added_at FROM files
		WHERE reference = $1 AND document = $2 AND state NOT IN ('arriving', 'gone') ORDER BY added_at, id`, r.Case.ID, referralFiles+r.ID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []apply.File
	for rows.Next() {
		var f apply.File
		var added int64
		if err := rows.Scan(&f.ID, &f.Document, &f.Kind, &f.Size, &f.State, &added); err != nil {
			return nil, err
		}
		f.Added = moment(added)
		out = append(out, f)
	}
	return out, rows.Err()
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
