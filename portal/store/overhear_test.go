package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
)

// Asked is a question that the store has put to the database.
type Asked struct {
	Query string
	Args  []driver.Value
}

// Overhear does something with a store that is opened as c says, and returns all that it
// asked meanwhile.
func Overhear(ctx context.Context, c Config, do func(context.Context, *Store) error) ([]Asked, error) {
	s, err := connect(c)
	if err != nil {
		return nil, err
	}
	source := c.URL
	if source == "" {
		source = "file:" + c.Path + "?_pragma=busy_timeout(10000)"
		source = strings.ReplaceAll(source, "%", "%25")
	}
	heard := &overheard{driver: s.db.Driver(), source: source}
	_ = s.db.Close()
	s.db = sql.OpenDB(heard)
	defer func() { _ = s.db.Close() }()
	s.db.SetMaxOpenConns(1)
	if err := do(ctx, s); err != nil {
		return nil, fmt.Errorf("overhear: %w", err)
	}
	return heard.asked, nil
}

// overheard opens connections that note what is asked on them.
type overheard struct {
	driver driver.Driver
	source string
	asked  []Asked
}

// Connect implements driver.Connector.
func (o *overheard) Connect(context.Context) (driver.Conn, error) {
	c, err := o.driver.Open(o.source)
	return &listened{Conn: c, to: o}, err
}

// Driver implements driver.Connector.
func (o *overheard) Driver() driver.Driver { return o.driver }

type listened struct {
	driver.Conn
	to *overheard
}

// QueryContext implements driver.QueryerContext.
func (l *listened) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if strings.HasPrefix(query, "SELECT") {
		one := Asked{Query: query}
		for _, a := range args {
			one.Args = append(one.Args, a.Value)
		}
		l.to.asked = append(l.to.asked, one)
	}
	return l.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

// ExecContext implements driver.ExecerContext.
func (l *listened) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return l.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

// BeginTx implements driver.ConnBeginTx.
func (l *listened) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return l.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

// CheckNamedValue implements driver.NamedValueChecker: PostgreSQL's takes arrays.
func (l *listened) CheckNamedValue(v *driver.NamedValue) error {
	if c, ok := l.Conn.(driver.NamedValueChecker); ok {
		return c.CheckNamedValue(v)
	}
	return driver.ErrSkip
}
