package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/vault"
)

// Scanner checks a file for viruses. An error is about the scanner, which is asked
// again later; what it cannot judge is [apply.FileFailed].
type Scanner interface {
	Scan(ctx context.Context, file io.Reader) (apply.FileState, error)
}

// failedAgain is after what time a failed check is tried again.
const failedAgain = time.Hour

// ScanFiles checks up to limit files, oldest first, and returns how many it has
// settled. It stops at the first error of the scanner.
//
// A file may be what kills the scanner, or keeps it busy for ever. One at which it failed
// is therefore tried after all others, and if it answers for those and fails at that one
// again, that one has failed: nobody else's papers wait for it.
func (s *Store) ScanFiles(ctx context.Context, scanner Scanner, limit int) (int, error) {
	list, err := s.unscanned(ctx, limit)
	if err != nil {
		return 0, fmt.Errorf("scan files: %w", err)
	}
	s.stumbles.last(list)
	judged := false
	for done, r := range list {
		state, err := s.scanFile(ctx, scanner, r.file.ID)
		switch {
		case err == nil:
			err = s.settleScan(ctx, r, state)
		case ctx.Err() == nil && s.stumbles.again(r.file.ID) && judged:
			err = errors.Join(err, s.settleScan(ctx, r, apply.FileFailed))
		}
		if err != nil {
			return done, fmt.Errorf("scan files: %w", err)
		}
		judged = judged || state != apply.FileFailed
	}
	return len(list), nil
}

// stumbles tells at which files a scanner has failed, by id, and in which order.
type stumbles struct {
	sync.Mutex
	turn int
	at   map[string]int // by id: the turn; a file at which it has not failed is not there
}

// last puts those at which the scanner has failed behind the others, the latest at the end,
// and forgets which are not in the list any more.
func (s *stumbles) last(list []fileRow) {
	s.Lock()
	defer s.Unlock()
	at := map[string]int{}
	for _, r := range list {
		if turn := s.at[r.file.ID]; turn > 0 {
			at[r.file.ID] = turn
		}
	}
	s.at = at
	slices.SortStableFunc(list, func(a, b fileRow) int { return cmp.Compare(at[a.file.ID], at[b.file.ID]) })
}

// again notes that the scanner has failed at a file, and tells whether it had before.
func (s *stumbles) again(id string) bool {
	s.Lock()
	defer s.Unlock()
	before := s.at[id] > 0
	s.turn++
	s.at[id] = s.turn
	return before
}

func (s *Store) unscanned(ctx context.Context, limit int) (list []fileRow, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		list, err = fileRows(ctx, tx, `SELECT id, small, reference FROM files WHERE state = 'pending' OR state = 'failed' AND changed_at < $1
			ORDER BY changed_at, id LIMIT $2`, micros(s.now().Add(-failedAgain)), limit)
		return err
	})
	return list, err
}

func fileRows(ctx context.Context, tx *sql.Tx, statement string, args ...any) ([]fileRow, error) {
	rows, err := tx.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []fileRow
	for rows.Next() {
		var r fileRow
		if err := rows.Scan(&r.file.ID, &r.small, &r.ref); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// scanFile asks the scanner. A blob that does not open has failed: the scanner is
// not to blame, and the next file is waiting.
func (s *Store) scanFile(ctx context.Context, scanner Scanner, id string) (apply.FileState, error) {
	r, err := s.files.Open(ctx, id)
	if errors.Is(err, fs.ErrNotExist) || damaged(err) {
		return apply.FileFailed, nil
	}
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	state, err := scanner.Scan(ctx, r)
	if damaged(err) {
		return apply.FileFailed, nil
	}
	return state, err
}

func damaged(err error) bool {
	return errors.Is(err, vault.ErrTampered) || errors.Is(err, vault.ErrUnknownKey)
}

// settleScan writes a verdict, and what was found into the audit. A file that was
// removed meanwhile stays removed.
func (s *Store) settleScan(ctx context.Context, r fileRow, state apply.FileState) error {
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		ok, err := changed(tx.ExecContext(ctx, `UPDATE files SET state = $1, changed_at = $2 WHERE id = $3 AND state IN ('pending', 'failed')`,
			string(state), micros(s.now()), r.file.ID))
		if err != nil || !ok || state != apply.FileInfected {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Action: casework.QuarantineFile, Reference: r.ref})
	})
}

// sweepLook is how many files a sweep looks at for those whose case is gone. All
// have their turn in time, and none is read a second time before.
const sweepLook = 20_000

// SweepFiles deletes up to limit files that nobody can reach any more: removed ones,
// those that broke off while arriving, and those whose case is gone. It returns
// how many.
func (s *Store) SweepFiles(ctx context.Context, limit int) (int, error) {
	n, err := s.discard(ctx, `state = 'gone' OR state = 'arriving' AND changed_at < $1 AND (document NOT LIKE '`+partPrefix+`%' OR changed_at < $2)
		ORDER BY changed_at LIMIT $3`, micros(s.now().Add(-arrivalLasts)), micros(s.now().Add(-partsLast)), limit)
	if err == nil {
		var lost int
		lost, err = s.sweepLost(ctx, limit-n)
		n += lost
	}
	if err != nil {
		return n, fmt.Errorf("sweep files: %w", err)
	}
	return n, nil
}

// sweepLost deletes files whose case is gone. Who erases one marks its files, so
// that there are none but by an accident, and nothing is gained by asking for all of
// them at once.
func (s *Store) sweepLost(ctx context.Context, limit int) (int, error) {
	s.sweeping.Lock()
	defer s.sweeping.Unlock()
	after, to := s.sweptTo, ""
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		if to, err = filesUpTo(ctx, tx, after); to == "" && after != "" && err == nil {
			after = "" // all had their turn
			to, err = filesUpTo(ctx, tx, after)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	n, err := s.discard(ctx, `id > $1 AND id <= $2
		AND NOT EXISTS (SELECT 1 FROM applications WHERE applications.reference = files.reference AND files.case_kind = 'application')
		AND NOT EXISTS (SELECT 1 FROM reports WHERE reports.number = files.reference AND files.case_kind = 'report')
		AND NOT EXISTS (SELECT 1 FROM children WHERE children.id = files.reference AND files.case_kind = 'child')
		AND NOT EXISTS (SELECT 1 FROM outreach_events WHERE outreach_events.id = files.reference AND files.case_kind = 'event')
		ORDER BY id LIMIT $3`, after, to, limit)
	if n < limit && err == nil { // otherwise there may be more of them
		after = to
	}
	s.sweptTo = after
	return n, err
}

// filesUpTo is the last of the files that a sweep looks at behind one.
func filesUpTo(ctx context.Context, tx *sql.Tx, after string) (to string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), '') FROM (SELECT id FROM files WHERE id > $1 ORDER BY id LIMIT $2) AS looked`, after, sweepLook).Scan(&to)
	return to, err
}

// discardLater deletes what the family has just removed. What does not work now the
// next sweep does: nobody can read it any more.
func (s *Store) discardLater(ctx context.Context, ref apply.Reference) {
	ctx, stop := s.steady(ctx)
	defer stop()
	_, _ = s.discard(ctx, `reference = $1 AND state = 'gone'`, string(ref))
}

// discard deletes blobs first and their rows afterwards, so that a crash between
// leaves a row by which the next sweep finds them.
func (s *Store) discard(ctx context.Context, where string, args ...any) (int, error) {
	if s.files == nil {
		return 0, nil
	}
	var list []fileRow
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		list, err = fileRows(ctx, tx, `SELECT id, small, reference FROM files WHERE `+where, args...)
		return err
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	for _, r := range list {
		if err := s.files.Delete(ctx, r.file.ID); err != nil {
			return 0, err
		}
		if r.small == "" {
			continue
		}
		if err := s.files.Delete(ctx, r.small); err != nil {
			return 0, err
		}
	}
	return len(list), s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, r := range list {
			if _, err := tx.ExecContext(ctx, `DELETE FROM files WHERE id = $1`, r.file.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// dropAll marks all files of a case that is deleted, or of an application that is
// withdrawn before the office has seen it.
func (s *Store) dropAll(ctx context.Context, tx *sql.Tx, of casework.Case) error {
	_, err := tx.ExecContext(ctx, `UPDATE files SET state = $1, changed_at = $2 WHERE reference = $3 AND case_kind = $4`, fileGone, micros(s.now()), of.ID, string(of.Kind))
	return err
}
