package store

import (
	"context"
	"fmt"
	"time"
)

// Examination is what can be said of a database without changing it.
type Examination struct {
	Version, Newest int64     // of its tables, and of those that this portal makes
	Clock           time.Time // the server's; zero for SQLite, whose clock is ours
	Fault           string    // what SQLite finds wrong in its file
	Jobs            []Job     // none where the tables are older than jobs
	Backlog         Backlog
}

// Examine looks at a database as it is: it makes and migrates nothing.
func Examine(ctx context.Context, c Config) (e Examination, err error) {
	s, err := connect(c)
	if err != nil {
		return e, fmt.Errorf("open database: %w", err)
	}
	defer func() { _ = s.db.Close() }()
	if e.Version, e.Newest, err = s.versions(ctx); err != nil {
		return e, fmt.Errorf("ask the database: %w", err)
	}
	if s.postgres {
		var clock int64
		err = s.db.QueryRowContext(ctx, `SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)`).Scan(&clock)
		e.Clock = moment(clock)
	} else if err = s.db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&e.Fault); e.Fault == "ok" {
		e.Fault = ""
	}
	if err != nil || e.Version != e.Newest {
		return e, err
	}
	if e.Jobs, err = s.Jobs(ctx); err != nil {
		return e, err
	}
	e.Backlog, err = s.Backlog(ctx)
	return e, err
}
