package storetest

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"huitong/portal/servers"
	"huitong/portal/store"
)

// Postgres is a server for all tests of a binary, which starts when the first needs it.
type Postgres struct {
	Settings []string // of the server, see [servers.StartPostgres]

	start, migrate sync.Once
	startErr       error
	migrateErr     error
	server         *servers.Postgres
	made           atomic.Int64
}

// migrated is the database that is copied.
const migrated = "migrated"

// Empty returns the address of a database with all tables and nothing in them. The test
// has it to itself.
func (p *Postgres) Empty(tb testing.TB) string {
	tb.Helper()
	p.Server(tb)
	p.migrate.Do(func() { p.migrateErr = p.makeMigrated() })
	if p.migrateErr != nil {
		tb.Fatal(p.migrateErr)
	}
	// File by file takes half the processor time of page by page through the log.
	return p.database(tb, " TEMPLATE "+migrated+" STRATEGY FILE_COPY")
}

// Bare is Empty without tables.
func (p *Postgres) Bare(tb testing.TB) string {
	tb.Helper()
	p.Server(tb)
	return p.database(tb, "")
}

// Server starts the server if need be.
func (p *Postgres) Server(tb testing.TB) *servers.Postgres {
	tb.Helper()
	p.start.Do(func() { p.server, p.startErr = servers.NewPostgres(p.Settings...) })
	if p.startErr != nil {
		tb.Fatal(p.startErr)
	}
	return p.server
}

// Close ends the server if it was started.
func (p *Postgres) Close() {
	if p.server != nil {
		p.server.Close()
	}
}

func (p *Postgres) makeMigrated() error {
	if err := p.do("CREATE DATABASE " + migrated); err != nil {
		return err
	}
	s, err := store.Open(context.Background(), store.Config{URL: p.named(migrated)})
	if err != nil {
		return err
	}
	return s.Close()
}

func (p *Postgres) database(tb testing.TB, how string) string {
	tb.Helper()
	name := fmt.Sprintf("test_%d", p.made.Add(1))
	if err := p.do("CREATE DATABASE " + name + how); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := p.do("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			tb.Error(err)
		}
	})
	return p.named(name)
}

// named is the address of one of the server's databases.
func (p *Postgres) named(database string) string {
	u, _ := url.Parse(p.server.URL()) // which we made
	u.Path = "/" + database
	return u.String()
}

func (p *Postgres) do(statement string) error {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, p.server.URL())
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
