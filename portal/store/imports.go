package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/sheet"
)

// importLasts is how long a file that was checked waits to be confirmed.
const importLasts = 24 * time.Hour

func importBound(id string) []byte { return []byte("import:" + id) }

// directoryKind is the kind of files that take the directory's place.
const directoryKind = "directory"

// keptFile is a file that was checked.
type keptFile struct {
	id, kind, subject, hash string
	body                    []byte
	by                      string
	done                    bool
}

// keepFile keeps the bytes of a file, sealed, for who sent it.
func (s *Store) keepFile(ctx context.Context, tx *sql.Tx, f keptFile) (string, error) {
	id, err := s.newID()
	if err != nil {
		return "", err
	}
	sealed, err := s.vault.Seal(f.body, importBound(id))
	if err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO imports (id, kind, subject, hash, body, made_by, made_at, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		id, f.kind, f.subject, sheet.Hash(f.body), sealed, f.by, micros(s.now()))
	return id, err
}

// keptFile returns a file to who sent it.
func (s *Store) keptFile(ctx context.Context, tx *sql.Tx, by apply.Actor, kind, id, lock string) (keptFile, error) {
	f := keptFile{id: id}
	var sealed []byte
	var done int64
	err := tx.QueryRowContext(ctx, `SELECT kind, subject, hash, body, made_by, done_at FROM imports WHERE id = $1 AND kind = $2 AND made_by = $3 AND made_at > $4`+lock,
		storable(id), kind, by.ID, micros(s.now().Add(-importLasts))).Scan(&f.kind, &f.subject, &f.hash, &sealed, &f.by, &done)
	if err != nil {
		return f, missing(err)
	}
	f.done = done > 0
	f.body, err = s.vault.Open(sealed, importBound(id))
	return f, err
}

func (s *Store) fileDone(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE imports SET done_at = $1 WHERE id = $2`, micros(s.now()), id)
	return err
}

// sentFile is a file that somebody sends to be checked, and what its sender must be allowed.
type sentFile struct {
	by     apply.Actor
	action casework.Action
	keptFile
}

// sendFile keeps a file for who is permitted, sealed, and writes down that it was sent.
// Nothing of it counts until it is confirmed.
func (s *Store) sendFile(ctx context.Context, f sentFile, permitted func(*sql.Tx) error) (id string, err error) {
	if len(f.body) > sheet.MaxBytes {
		return "", apply.ErrNotFound
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := permitted(tx); err != nil {
			return err
		}
		if id, err = s.keepFile(ctx, tx, f.keptFile); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: f.by, Action: f.action, Reference: apply.Reference(cmp.Or(f.subject, id)), Detail: "sent"})
	})
	return id, err
}

// SendDirectory keeps a file for who may import it.
func (s *Store) SendDirectory(ctx context.Context, by apply.Actor, body []byte) (string, error) {
	id, err := s.sendFile(ctx, sentFile{by, casework.ImportDirectory, keptFile{kind: directoryKind, body: body, by: by.ID}}, func(tx *sql.Tx) error {
		return permit(ctx, tx, by, casework.ImportDirectory, nil)
	})
	if err != nil {
		return "", fmt.Errorf("send the directory: %w", err)
	}
	return id, nil
}

// DirectoryImport says what a file would change now.
func (s *Store) DirectoryImport(ctx context.Context, by apply.Actor, id string, read func([]byte, string) casework.DirectoryFile) (out casework.DirectoryImport, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.ImportDirectory, Reference: apply.Reference(storable(id)), Detail: "look"}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		out, err = s.directoryImport(ctx, tx, by, id, "", read)
		return err
	})
	if err != nil {
		return casework.DirectoryImport{}, fmt.Errorf("check a file of the directory: %w", err)
	}
	return out, nil
}

func (s *Store) directoryImport(ctx context.Context, tx *sql.Tx, by apply.Actor, id, lock string, read func([]byte, string) casework.DirectoryFile) (casework.DirectoryImport, error) {
	out := casework.DirectoryImport{ID: id}
	u, err := reader(ctx, tx, by, casework.ImportDirectory)
	if err != nil {
		return out, err
	}
	if !u.Everywhere(casework.ImportDirectory) {
		out.Town = u.Area
	}
	kept, err := s.keptFile(ctx, tx, by, directoryKind, id, lock)
	if err != nil {
		return out, err
	}
	out.Done = kept.done
	out.File = read(kept.body, out.Town)
	have, err := s.entries(ctx, tx, nil, `town = $1 OR $1 = '' ORDER BY id`, out.Town)
	if err != nil {
		return out, err
	}
	out.Base = baseOf(have)
	out.Change = casework.CompareDirectory(have, out.File.Entries)
	return out, nil
}

// baseOf names the state of the directory against which a file was checked.
func baseOf(have []casework.DirectoryEntry) string {
	var b []byte
	for _, e := range have {
		b = append(b, (e.ID + " " + strconv.Itoa(e.Version) + "\n")...)
	}
	return sheet.Hash(b)
}

// ConfirmDirectory puts a file in the directory's place: all of it or nothing, exactly
// the file with this hash, and only while the directory is as it was checked against. It
// is done once however often it is confirmed.
func (s *Store) ConfirmDirectory(ctx context.Context, by apply.Actor, id, hash, base string, read func([]byte, string) casework.DirectoryFile) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.lockDirectory(ctx, tx); err != nil {
			return err
		}
		in, err := s.directoryImport(ctx, tx, by, id, s.lockRows, read)
		switch {
		case err != nil:
			return err
		case in.Done:
			return nil
		case len(in.File.Faults) > 0 || in.File.Hash != hash || in.Base != base:
			return apply.ErrConflict
		}
		if err := s.applyDirectory(ctx, tx, by, in.Change); err != nil {
			return err
		}
		if err := s.fileDone(ctx, tx, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.ImportDirectory, Reference: apply.Reference(id), Detail: "done"})
	})
	if err != nil {
		return fmt.Errorf("import the directory: %w", err)
	}
	return nil
}

// lockDirectory keeps others from changing the directory until this transaction ends.
// SQLite has one writer anyway.
func (s *Store) lockDirectory(ctx context.Context, tx *sql.Tx) error {
	if !s.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `LOCK TABLE directory IN SHARE ROW EXCLUSIVE MODE`)
	return err
}

func (s *Store) applyDirectory(ctx context.Context, tx *sql.Tx, by apply.Actor, c casework.DirectoryChange) error {
	for _, e := range c.Removed {
		if _, err := tx.ExecContext(ctx, `DELETE FROM directory WHERE id = $1`, e.ID); err != nil {
			return err
		}
	}
	for _, e := range c.Changed {
		if err := s.updateEntry(ctx, tx, by, e.After, e.Before.Version); err != nil {
			return err
		}
	}
	for _, e := range c.Added {
		var err error
		if e.ID, err = s.newID(); err != nil {
			return err
		}
		if err := s.insertEntry(ctx, tx, by, e); err != nil {
			return err
		}
	}
	return nil
}
