package store

import (
	"context"
	"database/sql"
	"fmt"

	"huitong/portal/apply"
)

// lent is a file of another application, to be copied.
type lent struct {
	id, small, kind, digest string
}

// LendFiles attaches what one application has for a document to another one of its
// household. Each gets a copy, sealed under its own key and checked for viruses by
// itself, so that deleting one takes nothing from the other; doing it twice adds
// nothing. The error is that of [Store.AddFile], or [apply.ErrNotFound] if there is
// nothing to lend or the two are not of one household.
func (s *Store) LendFiles(ctx context.Context, from, to apply.Reference, document string) error {
	files, err := s.lendable(ctx, from, to, document)
	if err == nil && len(files) == 0 {
		err = apply.ErrNotFound
	}
	for _, f := range files {
		if err == nil {
			err = s.copyFile(ctx, to, document, f)
		}
	}
	if err != nil {
		return fmt.Errorf("lend files: %w", err)
	}
	return nil
}

func (s *Store) lendable(ctx context.Context, from, to apply.Reference, document string) ([]lent, error) {
	var out []lent
	err := s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT f.id, f.small, f.kind, f.digest FROM files f
			JOIN applications a ON a.reference = f.reference JOIN applications b ON b.household = a.household
			WHERE f.reference = $1 AND b.reference = $2 AND a.household <> '' AND f.document = $3
			AND f.state NOT IN ('arriving', 'gone', 'infected') ORDER BY f.added_at, f.id`, string(from), string(to), document)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var f lent
			if err := rows.Scan(&f.id, &f.small, &f.kind, &f.digest); err != nil {
				return err
			}
			out = append(out, f)
		}
		return rows.Err()
	})
	return out, err
}

func (s *Store) copyFile(ctx context.Context, to apply.Reference, document string, f lent) error {
	body, err := s.readBlob(ctx, f.id)
	if err != nil {
		return err
	}
	n := apply.NewFile{Document: document, Kind: f.kind, Body: body}
	if f.small != "" {
		if n.Small, err = s.readBlob(ctx, f.small); err != nil {
			return err
		}
	}
	_, err = s.addFile(ctx, to, n, f.digest)
	return err
}
