package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"huitong/portal/apply"
)

// How many rows one statement takes at most: over a connection they save the way to
// and fro; SQLite has no way to save, and looks up each parameter among all before.
const (
	maxRowsPostgres = 64
	maxRowsSQLite   = 1
)

// rowsInto is an INSERT of any number of rows: table with columns, and what follows
// the values.
type rowsInto struct{ table, then string }

// insertRows writes each row, or fails.
func (s *Store) insertRows(ctx context.Context, tx *sql.Tx, into rowsInto, rows [][]any) error {
	for len(rows) > 0 {
		n := min(s.maxRows, 1<<(bits.Len(uint(len(rows)))-1))
		if err := s.insertSome(ctx, tx, into, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func (s *Store) insertSome(ctx context.Context, tx *sql.Tx, into rowsInto, rows [][]any) error {
	n := len(rows)
	statement := `INSERT INTO ` + into.table + ` VALUES ` + placeholders(n, len(rows[0])) + ` ` + into.then
	r, err := tx.ExecContext(ctx, statement, slices.Concat(rows...)...)
	if err != nil {
		return err
	}
	if written, err := r.RowsAffected(); err != nil || written != int64(n) {
		return errors.Join(fmt.Errorf("%d of %d rows written", written, n), err)
	}
	return nil
}

// eachAmong completes a SELECT that ends in a column, for rows in which the column
// is one of refs, and reads each of them.
func (s *Store) eachAmong(ctx context.Context, tx *sql.Tx, statement, then string, refs []apply.Reference, read func(scan func(...any) error) error) error {
	// Powers of two, so that a connection meets few different statements and keeps
	// them. Nothing is prepared outside the transaction: that takes a second connection.
	n := 1 << bits.Len(uint(len(refs)-1))
	args := make([]any, n)
	for i := range args {
		args[i] = string(refs[min(i, len(refs)-1)]) // the last one again and again does no harm
	}
	rows, err := tx.QueryContext(ctx, statement+` IN `+placeholders(1, n)+then, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// placeholders writes ($1, $2), ($3, $4), … for so many rows of so many columns.
func placeholders(rows, columns int) string {
	var b strings.Builder
	for i := range rows * columns {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%columns == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	return b.String() + ")"
}
