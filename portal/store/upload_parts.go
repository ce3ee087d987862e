package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"huitong/portal/apply"
)

// partsLast is how long pieces wait for the next one: who has no network in the village
// may have one in town tomorrow.
const partsLast = 24 * time.Hour

// maxArriving is how many uploads of one application may be under way; a further one
// takes the place of the oldest.
const maxArriving = 3

// partPrefix begins the document of a piece. What has a colon in it no page of a family
// reads, and no scanner what is still arriving.
const partPrefix = "part:"

func (s *Store) uploadKey(ref apply.Reference, p apply.Part) string {
	return s.blind("upload", fmt.Sprintf("%s/%s/%s/%d/%s", ref, p.Document, p.Replaces, p.Size, p.Whole))
}

// AddPart keeps the next piece of a file that is coming to an application, and returns
// how much of it is there. A piece that does not begin there is [apply.ErrConflict]: the
// sender goes on from what is returned. Before the first one it is asked whether there is
// room for the file; the error is that of [Store.AddFile].
func (s *Store) AddPart(ctx context.Context, ref apply.Reference, p apply.Part) (int64, error) {
	got, err := s.addPart(ctx, ref, p)
	if err != nil {
		return got, fmt.Errorf("add a piece of a file: %w", err)
	}
	return got, nil
}

func (s *Store) addPart(ctx context.Context, ref apply.Reference, p apply.Part) (int64, error) {
	if s.files == nil {
		return 0, errors.New("the store has no place for files")
	}
	key := s.uploadKey(ref, p)
	id, err := s.files.NewID()
	if err != nil {
		return 0, err
	}
	got := int64(0)
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if got, err = s.announcePart(ctx, tx, ref, p, key); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO files (id, small, reference, document, kind, size, digest, state, added_at, changed_at)
			VALUES ($1, '', $2, $3, 'pdf', $4, '', $5, $6, $6)`, id, string(ref), partPrefix+key, len(p.Body), fileArriving, micros(s.now()))
		return err
	})
	if err != nil {
		return got, err
	}
	if _, err := s.files.Put(ctx, id, bytes.NewReader(p.Body)); err != nil {
		return got, errors.Join(apply.ErrNotKept, err, s.giveUp(ctx, id))
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		ok, err := changed(tx.ExecContext(ctx, `INSERT INTO upload_parts (file, upload, place, size) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			id, key, p.At, len(p.Body)))
		if err != nil {
			return err
		}
		if ok {
			// All of them wait anew, or the first would go before the last has come.
			_, err = tx.ExecContext(ctx, `UPDATE files SET changed_at = $1 WHERE reference = $2 AND document = $3 AND state = $4`,
				micros(s.now()), string(ref), partPrefix+key, fileArriving)
		} else { // It came twice. Two that do may not wait for each other: each takes hold of its own file alone.
			err = s.dropFile(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		got, err = arrived(ctx, tx, key)
		return err
	})
	return got, err
}

// announcePart checks that a piece may come, and makes room for the first of an upload.
func (s *Store) announcePart(ctx context.Context, tx *sql.Tx, ref apply.Reference, p apply.Part, key string) (int64, error) {
	a, err := s.load(ctx, tx, ref)
	if err != nil {
		return 0, err
	}
	got, err := arrived(ctx, tx, key)
	switch {
	case err != nil:
		return 0, err
	case !a.TakesFiles() || got != p.At:
		return got, apply.ErrConflict
	case got > 0:
		return got, nil
	}
	if err := s.checkRoom(ctx, tx, a, apply.NewFile{Document: p.Document, Replaces: p.Replaces}); err != nil {
		return 0, err
	}
	others, err := texts[string](ctx, tx, `SELECT p.upload FROM upload_parts p JOIN files f ON f.id = p.file
		WHERE f.reference = $1 AND f.state = $2 AND p.upload <> $3 GROUP BY p.upload ORDER BY MAX(f.changed_at) DESC`, string(ref), fileArriving, key)
	if err != nil {
		return 0, err
	}
	for _, upload := range others[min(len(others), maxArriving-1):] {
		if err := s.dropParts(ctx, tx, upload); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// arrived is how much of an upload is there without a gap.
func arrived(ctx context.Context, tx *sql.Tx, key string) (int64, error) {
	parts, err := uploadParts(ctx, tx, key)
	if err != nil || len(parts) == 0 {
		return 0, err
	}
	last := parts[len(parts)-1]
	return last.place + last.size, nil
}

type uploadPart struct {
	file        string
	place, size int64
}

// uploadParts are the pieces of an upload up to the first that is missing.
func uploadParts(ctx context.Context, tx *sql.Tx, key string) ([]uploadPart, error) {
	all, err := eachRow(ctx, tx, func(scan func(...any) error) (p uploadPart, err error) {
		return p, scan(&p.file, &p.place, &p.size)
	}, `SELECT p.file, p.place, p.size FROM upload_parts p JOIN files f ON f.id = p.file
		WHERE p.upload = $1 AND f.state = $2 ORDER BY p.place`, key, fileArriving)
	if err != nil {
		return nil, err
	}
	end := int64(0)
	for i, p := range all {
		if p.place != end {
			return all[:i], nil
		}
		end += p.size
	}
	return all, nil
}

// Arrived returns how much of a file is there; all of it, too, if the file itself has
// been kept.
func (s *Store) Arrived(ctx context.Context, ref apply.Reference, p apply.Part) (int64, error) {
	var got int64
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		r := fileRow{ref: ref, file: apply.File{Document: p.Document}, digest: s.blind("file", p.Whole)}
		known, err := s.sameFile(ctx, tx, &r)
		if known {
			got = p.Size
		}
		if err == nil && !known {
			got, err = arrived(ctx, tx, s.uploadKey(ref, p))
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("how much has arrived: %w", err)
	}
	return got, nil
}

// WholeFile returns a file of which all pieces are there; [apply.ErrNotFound] before.
func (s *Store) WholeFile(ctx context.Context, ref apply.Reference, p apply.Part) ([]byte, error) {
	var parts []uploadPart
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		parts, err = uploadParts(ctx, tx, s.uploadKey(ref, p))
		return err
	})
	var whole []byte
	for _, part := range parts {
		if err != nil {
			break
		}
		var body []byte
		body, err = s.readBlob(ctx, part.file)
		whole = append(whole, body...)
	}
	if err == nil && int64(len(whole)) != p.Size {
		err = apply.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("put a file together: %w", err)
	}
	return whole, nil
}

// DropParts deletes the pieces of an upload, of which nobody needs any more.
func (s *Store) DropParts(ctx context.Context, ref apply.Reference, p apply.Part) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.dropParts(ctx, tx, s.uploadKey(ref, p)) })
	if err != nil {
		return fmt.Errorf("drop the pieces of a file: %w", err)
	}
	s.discardLater(ctx, ref)
	return nil
}

func (s *Store) dropParts(ctx context.Context, tx *sql.Tx, key string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE files SET state = $1, changed_at = $2 WHERE id IN (SELECT file FROM upload_parts WHERE upload = $3)`,
		fileGone, micros(s.now()), key); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM upload_parts WHERE upload = $1`, key)
	return err
}
