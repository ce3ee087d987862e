package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func directoryBound(id string) []byte { return []byte("directory:" + id) }

// inPost is what of an entry is sealed.
type inPost struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

const directoryColumns = `id, version, town, village, person, since, published, allowed_by, allowed_at, vacant`

// scanEntry reads a row of directoryColumns. Who is in post is opened only if closed says
// nothing else: what is not published stays sealed on its way to a page of everybody's.
func (s *Store) scanEntry(scan func(...any) error, closed func(casework.DirectoryEntry) bool) (casework.DirectoryEntry, error) {
	var e casework.DirectoryEntry
	var sealed []byte
	var published, allowed, vacant int64
	if err := scan(&e.ID, &e.Version, &e.Town, &e.Village, &sealed, &e.Since, &published, &e.AllowedBy, &allowed, &vacant); err != nil {
		return e, missing(err)
	}
	e.Public, e.Allowed = published == 1, moment(allowed)
	if closed != nil && closed(e) {
		e.Hidden = vacant == 0
		return e, nil
	}
	var p inPost
	if err := s.openJSON(sealed, directoryBound(e.ID), &p); err != nil {
		return e, err
	}
	e.Name, e.Phone = p.Name, p.Phone
	return e, nil
}

func (s *Store) entries(ctx context.Context, from querier, closed func(casework.DirectoryEntry) bool, where string, args ...any) ([]casework.DirectoryEntry, error) {
	read := func(scan func(...any) error) (casework.DirectoryEntry, error) { return s.scanEntry(scan, closed) }
	return eachRow(ctx, from, read, `SELECT `+directoryColumns+` FROM directory WHERE `+where, args...)
}

// PublicDirectory returns the towns and villages of the directory, of a town or, where it
// is empty, of all, with the names and telephones that are published and no others.
func (s *Store) PublicDirectory(ctx context.Context, town string) ([]casework.DirectoryEntry, error) {
	hidden := func(e casework.DirectoryEntry) bool { return !e.Public || town == "" }
	out, err := s.entries(ctx, s.db, hidden, `town = $1 OR $1 = '' ORDER BY town, village, id`, storable(town))
	if err != nil {
		return nil, fmt.Errorf("read the public directory: %w", err)
	}
	for i := range out { // nobody has to know who allowed it
		out[i].AllowedBy, out[i].Allowed = "", time.Time{}
	}
	return out, nil
}

// directoryOf keeps to what the user owns, whatever is asked for.
func directoryOf(u casework.User, q casework.DirectoryQuery) condition {
	w := condition{text: "TRUE"}
	w.within(u, casework.ReadDirectory, q.Town)
	if q.Village != "" {
		w.and(`village LIKE ` + w.arg("%"+likeWords.Replace(storable(q.Village))+"%") + ` ESCAPE '\'`)
	}
	return w
}

// likeWords keeps signs from standing for others in LIKE.
var likeWords = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Directory returns a part of the directory, by place. That the user saw it stands in the
// audit.
func (s *Store) Directory(ctx context.Context, by apply.Actor, q casework.DirectoryQuery) (casework.DirectoryPage, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	var page casework.DirectoryPage
	look := casework.AuditEntry{Actor: by, Action: casework.ReadDirectory, Detail: storable(q.Town)}
	err := s.show(ctx, look, func(tx *sql.Tx) error {
		page = casework.DirectoryPage{Names: map[string]string{}}
		u, err := reader(ctx, tx, by, casework.ReadDirectory)
		if err != nil {
			return err
		}
		w := directoryOf(u, q)
		if q.After != "" {
			part := strings.SplitN(q.After, "\n", 3)
			if len(part) != 3 {
				return apply.ErrNotFound
			}
			w.and("(town, village, id) > (" + w.arg(storable(part[0])) + ", " + w.arg(storable(part[1])) + ", " + w.arg(storable(part[2])) + ")")
		}
		page.Entries, err = s.entries(ctx, tx, nil, w.text+` ORDER BY town, village, id LIMIT `+strconv.Itoa(q.Limit+1), w.args...)
		if err != nil {
			return err
		}
		if len(page.Entries) > q.Limit {
			page.Entries = page.Entries[:q.Limit]
			last := page.Entries[q.Limit-1]
			page.Next = last.Town + "\n" + last.Village + "\n" + last.ID
		}
		return namesInto(ctx, tx, page.Names, page.Entries)
	})
	if err != nil {
		return casework.DirectoryPage{}, fmt.Errorf("read the directory: %w", err)
	}
	return page, nil
}

// namesInto says who allowed what is published.
func namesInto(ctx context.Context, tx *sql.Tx, names map[string]string, entries []casework.DirectoryEntry) error {
	for _, e := range entries {
		if _, known := names[e.AllowedBy]; known || e.AllowedBy == "" {
			continue
		}
		var name string
		err := tx.QueryRowContext(ctx, `SELECT name FROM users WHERE id = $1`, e.AllowedBy).Scan(&name)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		names[e.AllowedBy] = name
	}
	return nil
}

// WholeDirectory returns all that the user may see, to be taken away as a file.
func (s *Store) WholeDirectory(ctx context.Context, by apply.Actor) ([]casework.DirectoryEntry, error) {
	var out []casework.DirectoryEntry
	err := s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.ReadDirectory, Detail: "file"}, func(tx *sql.Tx) error {
		u, err := reader(ctx, tx, by, casework.ReadDirectory)
		if err != nil {
			return err
		}
		w := directoryOf(u, casework.DirectoryQuery{})
		out, err = s.entries(ctx, tx, nil, w.text, w.args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take away the directory: %w", err)
	}
	slices.SortFunc(out, casework.CompareEntries)
	return out, nil
}

// DirectoryEntry returns an entry for who may change it, and writes down who looked.
func (s *Store) DirectoryEntry(ctx context.Context, by apply.Actor, id string) (e casework.DirectoryEntry, err error) {
	err = s.show(ctx, casework.AuditEntry{Actor: by, Action: casework.EditDirectory, Reference: apply.Reference(storable(id)), Detail: "look"}, func(tx *sql.Tx) error {
		if e, err = s.entry(ctx, tx, id, ""); err != nil {
			return err
		}
		scope := e.Scope()
		return permit(ctx, tx, by, casework.EditDirectory, &scope)
	})
	if err != nil {
		return casework.DirectoryEntry{}, fmt.Errorf("read an entry of the directory: %w", err)
	}
	return e, nil
}

func (s *Store) entry(ctx context.Context, tx *sql.Tx, id, lock string) (casework.DirectoryEntry, error) {
	return s.scanEntry(tx.QueryRowContext(ctx, `SELECT `+directoryColumns+` FROM directory WHERE id = $1`+lock, storable(id)).Scan, nil)
}

// NewDirectoryID returns a number for an entry that is about to be added: a page that is
// sent twice adds it once.
func (s *Store) NewDirectoryID() (string, error) { return s.newID() }

// AddToDirectory adds an entry under the number that its page had. The error is
// [apply.Invalid] for what has to be mended.
func (s *Store) AddToDirectory(ctx context.Context, by apply.Actor, id string, e casework.DirectoryEntry) error {
	e, err := e.Clean(s.now())
	if err != nil {
		return err
	}
	if !childID.MatchString(id) {
		return apply.ErrNotFound
	}
	e.ID, e.Town, e.Village = id, storable(e.Town), storable(e.Village)
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		scope := e.Scope()
		if err := permit(ctx, tx, by, casework.EditDirectory, &scope); err != nil {
			return err
		}
		var sent int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM directory WHERE id = $1`, id).Scan(&sent); err != nil || sent > 0 {
			return err
		}
		if err := s.insertEntry(ctx, tx, by, e); err != nil {
			return err
		}
		if err := s.fillVacancies(ctx, tx, by, e.Town, e.Village); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.EditDirectory, Reference: apply.Reference(id), Detail: "added"})
	})
	if err != nil {
		return fmt.Errorf("add to the directory: %w", err)
	}
	return nil
}

// fillVacancies keeps the rule that a village has either people or one entry without a
// name, after something was changed there.
func (s *Store) fillVacancies(ctx context.Context, tx *sql.Tx, by apply.Actor, town, village string) error {
	if village == "" {
		return nil
	}
	var people, gaps int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) - COALESCE(SUM(vacant), 0), COALESCE(SUM(vacant), 0) FROM directory WHERE town = $1 AND village = $2`, town, village).Scan(&people, &gaps)
	switch {
	case err != nil:
		return err
	case people > 0 && gaps > 0:
		_, err = tx.ExecContext(ctx, `DELETE FROM directory WHERE town = $1 AND village = $2 AND vacant = 1`, town, village)
	case people == 0 && gaps == 0:
		id, err := s.newID()
		if err != nil {
			return err
		}
		return s.insertEntry(ctx, tx, by, casework.DirectoryEntry{ID: id, Town: town, Village: village})
	}
	return err
}

// entryRow is what is written of an entry, from its village on.
func (s *Store) entryRow(by apply.Actor, e casework.DirectoryEntry) ([]any, error) {
	if e.Public && e.AllowedBy == "" {
		e.AllowedBy, e.Allowed = by.ID, s.now()
	}
	sealed, err := s.sealJSON(inPost{e.Name, e.Phone}, directoryBound(e.ID))
	return []any{e.ID, e.Town, e.Village, sealed, bit(e.Vacant()), s.blind("directory", e.Key()), e.Since, bit(e.Public), e.AllowedBy, micros(e.Allowed), micros(s.now())}, err
}

func (s *Store) insertEntry(ctx context.Context, tx *sql.Tx, by apply.Actor, e casework.DirectoryEntry) error {
	row, err := s.entryRow(by, e)
	if err != nil {
		return err
	}
	ok, err := changed(tx.ExecContext(ctx, `INSERT INTO directory (version, id, town, village, person, vacant, once, since, published, allowed_by, allowed_at, updated_at)
		VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`, row...))
	if err == nil && !ok {
		err = apply.Invalid{{Field: "name", Key: casework.KeyDirectoryTwice}}
	}
	return err
}

func (s *Store) updateEntry(ctx context.Context, tx *sql.Tx, by apply.Actor, e casework.DirectoryEntry, version int) error {
	row, err := s.entryRow(by, e)
	if err != nil {
		return err
	}
	var same int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM directory WHERE once = $1 AND id <> $2`, row[5], e.ID).Scan(&same); err != nil {
		return err
	}
	if same > 0 {
		return apply.Invalid{{Field: "name", Key: casework.KeyDirectoryTwice}}
	}
	ok, err := changed(tx.ExecContext(ctx, `UPDATE directory SET version = version + 1, town = $2, village = $3, person = $4, vacant = $5, once = $6, since = $7,
		published = $8, allowed_by = $9, allowed_at = $10, updated_at = $11 WHERE id = $1 AND version = $12`, append(row, version)...))
	if err == nil && !ok {
		err = apply.ErrConflict
	}
	return err
}

// changeEntry runs fn on an entry for who may change it, and writes the audit.
func (s *Store) changeEntry(ctx context.Context, by apply.Actor, id string, version int, detail string, fn func(ctx context.Context, tx *sql.Tx, old casework.DirectoryEntry) error) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		old, err := s.entry(ctx, tx, id, s.lockRows)
		if err != nil {
			return err
		}
		scope := old.Scope()
		if err := permit(ctx, tx, by, casework.EditDirectory, &scope); err != nil {
			return err
		}
		if old.Version != version {
			return apply.ErrConflict
		}
		if err := fn(ctx, tx, old); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.EditDirectory, Reference: apply.Reference(old.ID), Detail: detail})
	})
	if err != nil {
		return fmt.Errorf("change the directory: %w", err)
	}
	return nil
}

// EditDirectory changes an entry. Whoever moves it to another place must be allowed to
// change that one's as well.
func (s *Store) EditDirectory(ctx context.Context, by apply.Actor, id string, version int, e casework.DirectoryEntry) error {
	e, err := e.Clean(s.now())
	if err != nil {
		return err
	}
	return s.changeEntry(ctx, by, id, version, "changed", func(ctx context.Context, tx *sql.Tx, old casework.DirectoryEntry) error {
		e.ID, e.Town, e.Village = old.ID, storable(e.Town), storable(e.Village)
		if e.Public && old.Public && e.Name == old.Name {
			e.AllowedBy, e.Allowed = old.AllowedBy, old.Allowed
		}
		scope := e.Scope()
		if err := permit(ctx, tx, by, casework.EditDirectory, &scope); err != nil {
			return err
		}
		if err := s.updateEntry(ctx, tx, by, e, version); err != nil {
			return err
		}
		if err := s.fillVacancies(ctx, tx, by, old.Town, old.Village); err != nil {
			return err
		}
		return s.fillVacancies(ctx, tx, by, e.Town, e.Village)
	})
}

// RemoveFromDirectory takes somebody out. The village stays, with nobody in post; one in
// which nobody is goes.
func (s *Store) RemoveFromDirectory(ctx context.Context, by apply.Actor, id string, version int) error {
	return s.changeEntry(ctx, by, id, version, "removed", func(ctx context.Context, tx *sql.Tx, old casework.DirectoryEntry) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM directory WHERE id = $1`, old.ID); err != nil || old.Vacant() {
			return err
		}
		return s.fillVacancies(ctx, tx, by, old.Town, old.Village)
	})
}
