package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"huitong/portal/apply"
)

// rowsInto is a statement that writes any number of rows: what stands before and after
// a table of them, which is named new and has these columns.
type rowsInto struct{ before, columns, after string }

// insertInto adds the rows to a table.
func insertInto(table, columns string) rowsInto {
	return rowsInto{`INSERT INTO ` + table + ` (` + columns + `) SELECT ` + columns + ` FROM `, columns, ``}
}

// writeRows writes each row, or fails. A column's values are all of one type: string,
// int, int64 or []byte.
func (s *Store) writeRows(ctx context.Context, tx *sql.Tx, into rowsInto, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	if s.postgres {
		source, arrays, err := unnested(into.columns, rows)
		if err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, into.before+source+into.after, arrays...)
		return wrote(len(rows), r, err)
	}
	// There is no way to and fro that could be saved, but reading the statement.
	one, err := tx.PrepareContext(ctx, into.before+oneRow(into.columns)+into.after)
	if err != nil {
		return err
	}
	defer func() { _ = one.Close() }()
	for _, row := range rows {
		r, err := one.ExecContext(ctx, row...)
		if err := wrote(1, r, err); err != nil {
			return err
		}
	}
	return nil
}

// wrote fails unless a statement has written so many rows.
func wrote(n int, r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if written, err := r.RowsAffected(); err != nil || written != int64(n) {
		return errors.Join(fmt.Errorf("%d of %d rows written", written, n), err)
	}
	return nil
}

// unnested is a table of rows that are sent as one array for each column: the statement
// is the same for any number of them, so that a connection prepares it once.
func unnested(columns string, rows [][]any) (source string, arrays []any, err error) {
	kinds := make([]string, len(rows[0]))
	for i := range kinds {
		var array any
		switch rows[0][i].(type) {
		case string:
			kinds[i], array = "text", column[string](rows, i)
		case int:
			kinds[i], array = "bigint", column[int](rows, i)
		case int64:
			kinds[i], array = "bigint", column[int64](rows, i)
		case []byte:
			kinds[i], array = "bytea", column[[]byte](rows, i)
		default:
			return "", nil, fmt.Errorf("no array of %T", rows[0][i])
		}
		kinds[i] = "$" + strconv.Itoa(i+1) + "::" + kinds[i] + "[]"
		arrays = append(arrays, array)
	}
	return `unnest(` + strings.Join(kinds, ", ") + `) AS new (` + columns + `)`, arrays, nil
}

func column[T any](rows [][]any, i int) []T {
	out := make([]T, len(rows))
	for n, row := range rows {
		out[n] = row[i].(T)
	}
	return out
}

// oneRow is a table of one row.
func oneRow(columns string) string {
	var b strings.Builder
	for i, name := range strings.Split(columns, ", ") {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1) + " AS " + name)
	}
	return `(SELECT ` + b.String() + `) AS new`
}

// eachAmong completes a SELECT that ends in a column, for rows in which the column
// is one of refs, and reads each of them.
func (s *Store) eachAmong(ctx context.Context, tx *sql.Tx, statement, then string, refs []apply.Reference, read func(scan func(...any) error) error) error {
	among, args := s.among(refs)
	rows, err := tx.QueryContext(ctx, statement+among+then, args...)
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

func (s *Store) among(refs []apply.Reference) (condition string, args []any) {
	if s.postgres {
		return ` = ANY ($1::text[])`, []any{refs}
	}
	for _, ref := range refs {
		args = append(args, string(ref))
	}
	return ` IN ` + placeholders(len(args)), args
}

// placeholders writes ($1, $2, …).
func placeholders(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(i+1)
	}
	return "(" + strings.Join(all, ", ") + ")"
}

// eachRow reads all rows of a query.
func eachRow[T any](ctx context.Context, from querier, read func(scan func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// texts reads a query of one column.
func texts[T ~string](ctx context.Context, from querier, query string, args ...any) ([]T, error) {
	return eachRow(ctx, from, func(scan func(...any) error) (T, error) {
		var one T
		err := scan(&one)
		return one, err
	}, query, args...)
}
