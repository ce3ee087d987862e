package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// States of a row that only the store knows, beside those of [apply.FileState].
const (
	fileArriving = "arriving"
	fileGone     = "gone"
)

// arrivalLasts is how long blobs may take to arrive; what is older was broken off.
const arrivalLasts = time.Hour

// AddFile attaches a file to an application that takes files. Sending the same file
// for the same document again returns the first. It returns [apply.Invalid] if there
// is no room, [apply.ErrConflict] if the application takes no files, and
// [apply.ErrNotKept] if the place where files are takes none.
func (s *Store) AddFile(ctx context.Context, ref apply.Reference, f apply.NewFile) (apply.File, error) {
	added, err := s.addFile(ctx, ref, f, s.blind("file", hex.EncodeToString(f.Digest)))
	if err != nil {
		return apply.File{}, fmt.Errorf("add file: %w", err)
	}
	if f.Replaces != "" {
		s.discardLater(ctx, ref)
	}
	return added, nil
}

func (s *Store) addFile(ctx context.Context, ref apply.Reference, f apply.NewFile, digest string) (apply.File, error) {
	if s.files == nil {
		return apply.File{}, errors.New("the store has no place for files")
	}
	r, known, err := s.announce(ctx, ref, f, digest)
	if err != nil || known {
		return r.file, err
	}
	if err := s.putBlobs(ctx, r, f); err != nil {
		return apply.File{}, errors.Join(apply.ErrNotKept, err, s.giveUp(ctx, r.file.ID))
	}
	return s.settleFile(ctx, r, f)
}

// fileRow is a row of the table files.
type fileRow struct {
	ref    apply.Reference
	file   apply.File
	small  string // id of its blob
	digest string
}

// announce writes the row under which the blobs arrive. It also returns true if the
// file is there already.
func (s *Store) announce(ctx context.Context, ref apply.Reference, f apply.NewFile, digest string) (fileRow, bool, error) {
	r := fileRow{ref: ref, digest: digest}
	r.file = apply.File{Document: f.Document, Kind: f.Kind, Size: int64(len(f.Body)), State: apply.FilePending}
	var err error
	if r.file.ID, err = s.files.NewID(); err != nil {
		return r, false, err
	}
	if len(f.Small) > 0 {
		if r.small, err = s.files.NewID(); err != nil {
			return r, false, err
		}
	}
	known := false
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := s.hold(ctx, tx, ref)
		if err != nil {
			return err
		}
		if known, err = s.sameFile(ctx, tx, &r); known || err != nil {
			return err
		}
		if err := s.checkRoom(ctx, tx, a, f); err != nil {
			return err
		}
		r.file.Added = s.after(a)
		_, err = tx.ExecContext(ctx, `INSERT INTO files (id, small, reference, document, kind, size, digest, state, added_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
			r.file.ID, r.small, string(ref), f.Document, f.Kind, r.file.Size, r.digest, fileArriving, micros(r.file.Added))
		return err
	})
	return r, known, err
}

// after is now, or just after the last that happened to an application where the clock was set
// back since: a photo that the office has asked for is one that came after it asked.
func (s *Store) after(a *apply.Application) time.Time {
	now := s.now()
	if n := len(a.Events); n > 0 && !now.After(a.Events[n-1].At) {
		return a.Events[n-1].At.Add(time.Microsecond)
	}
	return now
}

// hold locks the application's row for the rest of the transaction, so that what is
// counted there stays true, and loads it. The row's time is another afterwards, however
// coarse the clock: by that SQLite tells who has read it that something has changed.
func (s *Store) hold(ctx context.Context, tx *sql.Tx, ref apply.Reference) (*apply.Application, error) {
	ok, err := changed(tx.ExecContext(ctx, `UPDATE applications SET updated_at = CASE WHEN updated_at < $1 THEN $1 ELSE updated_at + 1 END WHERE reference = $2`, micros(s.now()), string(ref)))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, apply.ErrNotFound
	}
	return s.load(ctx, tx, ref)
}

// sameFile finds the same bytes for the same document; it fills in r then.
func (s *Store) sameFile(ctx context.Context, tx *sql.Tx, r *fileRow) (bool, error) {
	var added int64
	err := tx.QueryRowContext(ctx, `SELECT id, kind, size, state, added_at FROM files
		WHERE reference = $1 AND document = $2 AND digest = $3 AND state NOT IN ('arriving', 'gone')`,
		string(r.ref), r.file.Document, r.digest).Scan(&r.file.ID, &r.file.Kind, &r.file.Size, &r.file.State, &added)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	r.file.Added = moment(added)
	return err == nil, err
}

// checkRoom counts what is there and what is on its way. A file that is replaced
// makes room.
func (s *Store) checkRoom(ctx context.Context, tx *sql.Tx, a *apply.Application, f apply.NewFile) error {
	var of, all int
	err := tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN document = $1 THEN 1 ELSE 0 END), 0), COUNT(*) FROM files
		WHERE reference = $2 AND id <> $3 AND document NOT LIKE '%:%' AND state <> 'gone' AND (state <> 'arriving' OR changed_at > $4)`,
		f.Document, string(a.Reference), f.Replaces, micros(s.now().Add(-arrivalLasts))).Scan(&of, &all)
	if err != nil {
		return err
	}
	if old, ok := a.File(f.Replaces); f.Replaces != "" && (!ok || !a.Removable(old)) {
		return apply.ErrNotFound
	}
	return a.CheckRoom(f.Document, of, all)
}

func (s *Store) putBlobs(ctx context.Context, r fileRow, f apply.NewFile) error {
	if _, err := s.files.Put(ctx, r.file.ID, bytes.NewReader(f.Body)); err != nil {
		return err
	}
	if r.small == "" {
		return nil
	}
	_, err := s.files.Put(ctx, r.small, bytes.NewReader(f.Small))
	return err
}

// giveUp marks a file whose blobs did not arrive, also when ctx has ended.
func (s *Store) giveUp(ctx context.Context, id string) error {
	ctx, stop := s.steady(ctx)
	defer stop()
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.dropFile(ctx, tx, id) })
}

func (s *Store) dropFile(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE files SET state = $1, changed_at = $2 WHERE id = $3`, fileGone, micros(s.now()), id)
	return err
}

// settleFile makes an arrived file part of the application. Meanwhile the
// application may have been submitted, or the same file may have come twice.
func (s *Store) settleFile(ctx context.Context, r fileRow, f apply.NewFile) (apply.File, error) {
	late := false
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := s.hold(ctx, tx, r.ref)
		if err != nil {
			return err
		}
		mine := r.file.ID
		known, err := s.sameFile(ctx, tx, &r)
		if err != nil {
			return err
		}
		if late = !a.TakesFiles(); late || known {
			return s.dropFile(ctx, tx, mine)
		}
		if f.Replaces != "" {
			if err := s.dropFile(ctx, tx, f.Replaces); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE files SET state = $1, changed_at = $2 WHERE id = $3`, string(apply.FilePending), micros(s.now()), mine)
		return err
	})
	if err == nil && late {
		err = apply.ErrConflict
	}
	return r.file, err
}

// RemoveFile takes a file back, if the application still allows that, and deletes
// it. One that is not there is no error.
func (s *Store) RemoveFile(ctx context.Context, ref apply.Reference, id string) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := s.hold(ctx, tx, ref)
		if err != nil {
			return err
		}
		f, ok := a.File(id)
		switch {
		case !ok:
			return nil
		case !a.Removable(f):
			return apply.ErrConflict
		}
		return s.dropFile(ctx, tx, id)
	})
	if err != nil {
		return fmt.Errorf("remove file: %w", err)
	}
	s.discardLater(ctx, ref)
	return nil
}

// SetPapers records for each of the named documents whether the family brings it on
// paper.
func (s *Store) SetPapers(ctx context.Context, ref apply.Reference, papers map[string]bool) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		a, err := s.hold(ctx, tx, ref)
		if err != nil {
			return err
		}
		if !a.TakesFiles() {
			return apply.ErrConflict
		}
		return markPapers(ctx, tx, ref, papers)
	})
	if err != nil {
		return fmt.Errorf("set papers: %w", err)
	}
	return nil
}

// markPapers writes which of the named documents come on paper.
func markPapers(ctx context.Context, tx *sql.Tx, ref apply.Reference, papers map[string]bool) error {
	for document, on := range papers {
		statement := `DELETE FROM papers WHERE reference = $1 AND document = $2`
		if on {
			statement = `INSERT INTO papers (reference, document) VALUES ($1, $2) ON CONFLICT DO NOTHING`
		}
		if _, err := tx.ExecContext(ctx, statement, string(ref), document); err != nil {
			return err
		}
	}
	return nil
}

// Both in one statement, since every change asks for them. What staff put to the case is
// not the family's, see filedAt.
const (
	readFiles = `SELECT reference, id, document, kind, size, state, added_at FROM (
		SELECT reference, id, document, kind, size, state, added_at FROM files WHERE state NOT IN ('arriving', 'gone') AND document NOT LIKE '%:%'
		UNION ALL SELECT reference, '', document, '', 0, '', 0 FROM papers) AS f
		WHERE reference`
	fileOrder = ` ORDER BY added_at, id, document`
)

// file takes a row of readFiles: a file or, without a number, a paper.
func (set *recordSet) file(scan func(...any) error) error {
	var ref apply.Reference
	var f apply.File
	var added int64
	err := scan(&ref, &f.ID, &f.Document, &f.Kind, &f.Size, &f.State, &added)
	a := set.of[ref]
	switch {
	case err != nil || a == nil:
	case f.ID == "":
		a.Papers = append(a.Papers, f.Document)
	default:
		f.Added = moment(added)
		a.Files = append(a.Files, f)
	}
	return err
}

// ReadFile returns a file of an application, or its small picture, to whoever is
// already known to be allowed to see it. Staff use [Store.ReadFileForStaff].
func (s *Store) ReadFile(ctx context.Context, ref apply.Reference, id string, small bool) ([]byte, error) {
	name := id
	err := s.read(ctx, func(tx *sql.Tx) error {
		var picture string
		err := tx.QueryRowContext(ctx, `SELECT small FROM files WHERE id = $1 AND reference = $2
			AND state NOT IN ('arriving', 'gone', 'infected')`, id, string(ref)).Scan(&picture)
		if err != nil {
			return missing(err)
		}
		if small {
			if name = picture; name == "" {
				return apply.ErrNotFound
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return s.readBlob(ctx, name)
}

func (s *Store) readBlob(ctx context.Context, name string) ([]byte, error) {
	r, err := s.files.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}

// ReadFileForStaff is ReadFile with a line in the audit, written first: who saw a
// file for which document.
func (s *Store) ReadFileForStaff(ctx context.Context, by apply.Actor, ref apply.Reference, id string) ([]byte, error) {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var document string
		var at casework.Scope
		err := tx.QueryRowContext(ctx, `SELECT f.document, a.town FROM files f JOIN applications a ON a.reference = f.reference
			WHERE f.id = $1 AND f.reference = $2`, id, string(ref)).Scan(&document, &at.Town)
		if err != nil {
			return missing(err)
		}
		if err := permit(ctx, tx, by, casework.OpenFile, &at); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.OpenFile, Reference: ref, Detail: document})
	})
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return s.ReadFile(ctx, ref, id, false)
}
