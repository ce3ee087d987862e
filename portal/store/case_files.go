package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// filedAt is where a file lies that is not a family's document: a place in a case of any
// kind, and who put it there. Such files are scanned, swept, sealed anew and deleted with
// those of families, and no page of a family reads them: their place has a colon in its
// name.
type filedAt struct {
	of    casework.Case
	place string
	by    string // user; "" for who reported
}

// filing is how a file gets there. where says the place if the file may be put there,
// and is asked before its blobs arrive and afterwards, since meanwhile a right may have
// been taken away or a case have ended. note writes what follows from it. Both may run
// more than once.
type filing struct {
	where func(context.Context, *sql.Tx) (filedAt, error)
	note  func(context.Context, *sql.Tx) error
	room  int // files that lie there together at most
}

// fileAt puts a file to a case. The same file sent again is there once.
func (s *Store) fileAt(ctx context.Context, f apply.NewFile, how filing) error {
	if s.files == nil {
		return errors.New("the store has no place for files")
	}
	row := fileRow{digest: s.blind("file", hex.EncodeToString(f.Digest))}
	row.file = apply.File{Kind: f.Kind, Size: int64(len(f.Body)), State: apply.FilePending}
	var err error
	if row.file.ID, err = s.files.NewID(); err != nil {
		return err
	}
	if len(f.Small) > 0 {
		if row.small, err = s.files.NewID(); err != nil {
			return err
		}
	}
	known := false
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		at, err := how.where(ctx, tx)
		if err != nil {
			return err
		}
		try := row // the transaction may be tried again
		try.ref, try.file.Document = apply.Reference(at.of.ID), at.place
		if known, err = s.sameFile(ctx, tx, &try); known || err != nil {
			return err
		}
		row = try
		return s.announceAt(ctx, tx, &row, at, how.room)
	})
	if err != nil || known {
		return err
	}
	if err := s.putBlobs(ctx, row, f); err != nil {
		return errors.Join(err, s.giveUp(ctx, row.file.ID))
	}
	return s.settleAt(ctx, row, how)
}

// announceAt writes the row under which the blobs arrive.
func (s *Store) announceAt(ctx context.Context, tx *sql.Tx, row *fileRow, at filedAt, room int) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM files WHERE reference = $1 AND document = $2 AND case_kind = $3
		AND state <> 'gone' AND (state <> 'arriving' OR changed_at > $4)`,
		at.of.ID, at.place, string(at.of.Kind), micros(s.now().Add(-arrivalLasts))).Scan(&n)
	if err != nil {
		return err
	}
	if n >= room {
		return apply.Invalid{{Field: "file", Key: apply.KeyFilesMany, Args: map[string]any{"Max": room}}}
	}
	row.file.Added = s.now()
	_, err = tx.ExecContext(ctx, `INSERT INTO files (id, small, reference, case_kind, document, kind, size, digest, state, added_by, added_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
		row.file.ID, row.small, at.of.ID, string(at.of.Kind), at.place, row.file.Kind, row.file.Size, row.digest, fileArriving, at.by, micros(row.file.Added))
	return err
}

// settleAt makes an arrived file part of the case. Where it may no longer be put there, or
// the same file has come twice, it goes.
func (s *Store) settleAt(ctx context.Context, row fileRow, how filing) error {
	var late error
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		late = nil
		_, err := how.where(ctx, tx)
		if errors.Is(err, apply.ErrConflict) || errors.Is(err, casework.ErrForbidden) || errors.Is(err, apply.ErrNotFound) {
			late = err
			return s.dropFile(ctx, tx, row.file.ID)
		}
		if err != nil {
			return err
		}
		same := row
		known, err := s.sameFile(ctx, tx, &same)
		if err != nil {
			return err
		}
		if known {
			return s.dropFile(ctx, tx, row.file.ID)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE files SET state = $1, changed_at = $2 WHERE id = $3`, string(apply.FilePending), micros(s.now()), row.file.ID); err != nil {
			return err
		}
		return how.note(ctx, tx)
	})
	return errors.Join(err, late)
}

// filed is a file with who put it there.
type filed struct {
	file apply.File
	by   string
}

// filedWith are the files that lie at one place, oldest first; without a name of the
// place those of all places in the case.
func filedWith(ctx context.Context, tx *sql.Tx, at filedAt) ([]filed, error) {
	return eachRow(ctx, tx, func(scan func(...any) error) (filed, error) {
		var one filed
		var added int64
		err := scan(&one.file.ID, &one.file.Document, &one.file.Kind, &one.file.Size, &one.file.State, &added, &one.by)
		one.file.Added = moment(added)
		return one, err
	}, `SELECT id, document, kind, size, state, added_at, added_by FROM files
		WHERE reference = $1 AND case_kind = $2 AND ($3 = '' OR document = $3) AND state NOT IN ('arriving', 'gone') ORDER BY added_at, id`,
		at.of.ID, string(at.of.Kind), at.place)
}
