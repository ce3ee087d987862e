package store

import (
	"context"
	"database/sql"
	"errors"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// once runs do in the caller's transaction unless it ran under this key before, and
// returns its answer of the first time. The key counts for one user and one body: the
// error is [casework.ErrKeyUsed] for another. What fails leaves the key free.
func (s *Store) once(ctx context.Context, tx *sql.Tx, by apply.Actor, o casework.Once, do func() (answer string, err error)) (string, error) {
	if !o.Valid() {
		return "", apply.ErrNotFound
	}
	digest := s.blind("once", string(o.Body))
	// Who sends the same at this moment waits here for the one that came first.
	first, err := changed(tx.ExecContext(ctx, `INSERT INTO sends (user_id, key, digest, answer, at) VALUES ($1, $2, $3, '', $4) ON CONFLICT DO NOTHING`,
		by.ID, o.Key, digest, micros(s.now())))
	if err != nil {
		return "", err
	}
	if !first {
		var known, answer string
		err := tx.QueryRowContext(ctx, `SELECT digest, answer FROM sends WHERE user_id = $1 AND key = $2`, by.ID, o.Key).Scan(&known, &answer)
		if err == nil && known != digest {
			err = casework.ErrKeyUsed
		}
		return answer, err
	}
	answer, err := do()
	if err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `UPDATE sends SET answer = $3 WHERE user_id = $1 AND key = $2`, by.ID, o.Key, answer)
	return answer, err
}

// answerOf is what came of a key; [apply.ErrNotFound] if nothing did.
func answerOf(ctx context.Context, tx *sql.Tx, by apply.Actor, key string) (answer string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT answer FROM sends WHERE user_id = $1 AND key = $2`, by.ID, storable(key)).Scan(&answer)
	if errors.Is(err, sql.ErrNoRows) {
		err = apply.ErrNotFound
	}
	return answer, err
}
