// Package store keeps applications, staff and the audit in SQLite or PostgreSQL.
// It is the only package that speaks SQL.
//
// [Open] connects, brings the tables up to date and returns a [Store]. Its methods
// are named for the question that they answer. The same statements run on both
// databases: $1 placeholders, times as microseconds in UTC, personal data sealed
// under the application's own number before it reaches a table.
//
// Callers meet three kinds of errors beside [apply.LockedError]: [apply.ErrNotFound],
// [apply.ErrConflict] when something was changed since it was read, and [apply.Invalid].
// Rules are not made here: a change runs a method of the domain type inside the
// transaction that writes state, history and audit together.
package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib" // driver pgx
	_ "modernc.org/sqlite"           // driver sqlite

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/vault"
)

// Config says where the data is and what the store needs from outside.
type Config struct {
	URL   string           // postgres://…; empty: SQLite
	Path  string           // SQLite file, used when there is no URL
	Vault *vault.Keyring   // seals what is personal
	Now   func() time.Time // nil: time.Now
	Rand  io.Reader        // nil: crypto/rand; must be safe for concurrent use
	Files *vault.Files     // where attached files are; nil: none can be attached

	// Disposable: who fills an SQLite file throws it away when that breaks off, so that no
	// commit waits for the disk.
	Disposable bool

	Due       func(*apply.Application) time.Time // when the office's next step should be done; nil: no limit is known
	Passwords casework.PasswordCost              // of the staff; zero: casework.DefaultCost

	QuestionsLast time.Duration // how long an unanswered question is kept; 0: casework.QuestionsLast
	IdleLasts     time.Duration // how long what the family left or withdrew is kept; 0: apply.IdleLasts
	Patience      time.Duration // how long PostgreSQL may take over writes that share a transaction; 0: sharedLasts
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	db        *sql.DB
	postgres  bool
	changes   *lanes // of applications
	writes    *lanes // all other writes; nil: each has a transaction of its own
	unsettled unsettled
	lockRows  string // ends a SELECT whose rows are written next

	vault  *vault.Keyring
	files  *vault.Files
	clock  func() time.Time
	random io.Reader

	passwords casework.PasswordCost
	due       func(*apply.Application) time.Time

	questionsLast, idleLasts time.Duration

	sharedLasts time.Duration // 0: without end

	counted counted // figures of the desk

	sweeping sync.Mutex
	sweptTo  string // the last file that was looked at for its application; "" begins anew

	stumbles stumbles
}

// Open connects and migrates. The caller closes the store.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := connect(c)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := s.migrate(ctx); err != nil {
		_ = s.db.Close()
		return nil, fmt.Errorf("migrate database: %w", err)
	}
	s.startWriting()
	return s, nil
}

// connect returns a store whose tables may be behind, and which takes no writes yet.
func connect(c Config) (*Store, error) {
	s := &Store{postgres: c.URL != "", vault: c.Vault, files: c.Files, clock: c.Now, random: c.Rand, passwords: cmp.Or(c.Passwords, casework.DefaultCost()), due: c.Due, questionsLast: cmp.Or(c.QuestionsLast, casework.QuestionsLast), idleLasts: cmp.Or(c.IdleLasts, apply.IdleLasts)}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.due == nil {
		s.due = func(*apply.Application) time.Time { return time.Time{} }
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	if s.postgres {
		s.sharedLasts = cmp.Or(c.Patience, sharedLasts)
		return s, s.openPostgres(c.URL)
	}
	return s, s.openSQLite(c.Path, c.Disposable)
}

// startWriting begins to take writes. SQLite has one writer, whose every commit
// waits for the disk. PostgreSQL flushes the commits of parallel transactions
// together; changes share transactions there all the same, since they take turns
// at the audit's head.
func (s *Store) startWriting() {
	if s.postgres {
		s.lockRows = ` FOR NO KEY UPDATE`
		s.changes = s.startLanes(changeLanes)
		return
	}
	s.changes = s.startLanes(1)
	s.writes = s.changes
}

// sharedLasts bounds writes that share a transaction: a server that is frozen, or gone
// without a word, would otherwise keep everybody who writes waiting for good.
const sharedLasts = 8 * time.Second

// steady is ctx for work that goes on when its caller has left, though not for good.
func (s *Store) steady(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx = context.WithoutCancel(ctx)
	if s.sharedLasts == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, 2*s.sharedLasts)
}

func (s *Store) openPostgres(source string) (err error) {
	config, err := pgx.ParseConfig(source)
	if err != nil {
		return err
	}
	s.db = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(waitForDisk))
	s.db.SetMaxOpenConns(32)
	s.db.SetMaxIdleConns(8)
	s.db.SetConnMaxIdleTime(5 * time.Minute)
	return nil
}

// waitForDisk makes commits wait for the disk where the server or the account is set up
// for others: a number that a family has seen must be there after a power cut.
func waitForDisk(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}

// openSQLite makes every commit reach the disk: a number that a family has seen
// must be there after a power cut. The log may grow to 16 MB before it is copied into
// the database, since a page that many submissions touch is then copied once.
func (s *Store) openSQLite(path string, disposable bool) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	flush := "FULL"
	if disposable {
		flush = "OFF"
	}
	source := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate" +
		"&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + flush + ")&_pragma=foreign_keys(1)&_pragma=wal_autocheckpoint(4000)"
	if s.db, err = sql.Open("sqlite", source); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(16)
	s.db.SetMaxIdleConns(16)
	return nil
}

// Close lets the writes under way end and closes all connections.
func (s *Store) Close() error {
	s.changes.stop()
	return s.db.Close()
}

// Ready reports whether the database answers.
func (s *Store) Ready(ctx context.Context) error {
	var n int64
	if err := s.db.QueryRowContext(ctx, `SELECT number FROM audit_head`).Scan(&n); err != nil {
		return fmt.Errorf("ask the database: %w", err)
	}
	return nil
}

// write runs fn in a transaction, on SQLite one that others may share: fn must use
// the context that it is given, which does not end in the middle of a statement.
func (s *Store) write(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	if s.writes != nil {
		return s.writes.do(ctx, &job{work: fn})
	}
	return s.transact(ctx, nil, func(tx *sql.Tx) error { return fn(ctx, tx) })
}

// read runs fn on one unchanging state of the database.
func (s *Store) read(ctx context.Context, fn func(*sql.Tx) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if s.postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	return s.transact(ctx, opts, fn)
}

func (s *Store) transact(ctx context.Context, opts *sql.TxOptions, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// now is the store's time as it comes back from the database.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// micros is t as a column holds it.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment is a column as a time in UTC.
func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// changed reports whether a statement touched a row.
func changed(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// storable leaves out what PostgreSQL takes in no text.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// missing turns the driver's word for an empty result into ours.
func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return apply.ErrNotFound
	}
	return err
}

// Prune removes what has run out: remembered browsers, sessions, invitations, old
// counts of wrong attempts, old feedback, and applications that the family left or
// withdrew long ago, and children's records whose time is over. Applications that were
// handed in and the audit stay.
func (s *Store) Prune(ctx context.Context) error {
	now := s.now()
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, del := range []struct {
			statement string
			before    time.Time
		}{
			{`DELETE FROM draft_tokens WHERE expires_at < $1`, now},
			{`DELETE FROM sessions WHERE created_at < $1`, now.Add(-casework.SessionLasts)},
			{`DELETE FROM invites WHERE created_at < $1`, now.Add(-casework.InviteLasts)},
			{`DELETE FROM attempts WHERE updated_at < $1`, now.Add(-maxLock - maxWindow)},
			{`DELETE FROM feedback WHERE at < $1`, now.Add(-casework.FeedbackLasts)},
			{`DELETE FROM outbox WHERE made_at < $1`, now.Add(-notesLast)},
			{`DELETE FROM imports WHERE made_at < $1`, now.Add(-importLasts)},
			{`DELETE FROM call_backs WHERE ends_at < $1`, now},
			{`DELETE FROM staff_outbox WHERE made_at < $1`, now.Add(-notesLast)},
			{`DELETE FROM outbox WHERE made_at < $1 AND NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.reference = outbox.reference)`, now.Add(-passesWithin)},
			{`UPDATE assists SET token_hash = '', code_index = '', claim_hash = '' WHERE code_until < $1 AND token_hash <> ''`, now},
			{`DELETE FROM field_devices WHERE seen_at < $1`, now.Add(-casework.DeviceLasts)},
			{`DELETE FROM sends WHERE at < $1`, now.Add(-casework.OnceLasts)},
			{`DELETE FROM unanswered WHERE last_at < $1`, now.Add(-s.questionsLast)},
			{`DELETE FROM access_requests WHERE asked_at < $1`, now.Add(-accessKept)},
			{`DELETE FROM share_batches WHERE at < $1`, now.Add(-batchesLast)},
		} {
			if _, err := tx.ExecContext(ctx, del.statement, micros(del.before)); err != nil {
				return err
			}
		}
		return s.pruneReports(ctx, tx, now)
	})
	if err == nil {
		err = s.expire(ctx, now.Add(-s.idleLasts))
	}
	if err == nil {
		err = s.expireChildren(ctx)
	}
	if err == nil {
		err = s.expireEventPhotos(ctx)
	}
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	return nil
}
