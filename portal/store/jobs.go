package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Job is something that the portal does from time to time.
type Job struct {
	Name string
	Ran  time.Time // last
	OK   time.Time // last without an error; zero: never
}

// NoteJob says that a job has run, and whether it ended well.
func (s *Store) NoteJob(ctx context.Context, name string, well bool) error {
	ran := micros(s.now())
	ok := int64(0)
	if well {
		ok = ran
	}
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO jobs (name, ran_at, ok_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at, ok_at = CASE WHEN excluded.ok_at > 0 THEN excluded.ok_at ELSE jobs.ok_at END`, name, ran, ok)
		return err
	})
	if err != nil {
		return fmt.Errorf("note job %s: %w", name, err)
	}
	return nil
}

// Jobs lists what has run so far, by name.
func (s *Store) Jobs(ctx context.Context) (jobs []Job, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		jobs, err = eachRow(ctx, tx, func(scan func(...any) error) (j Job, err error) {
			var ran, ok int64
			err = scan(&j.Name, &ran, &ok)
			j.Ran, j.OK = moment(ran), moment(ok)
			return j, err
		}, `SELECT name, ran_at, ok_at FROM jobs ORDER BY name`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	return jobs, nil
}
