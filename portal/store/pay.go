package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// payAtOnce is how many grants are read and written together: a list may be long.
const payAtOnce = 500

// payBound is what a row of a list is sealed to.
func payBound(id string) []byte { return []byte("pay-entry:" + id) }

// payDetail is what a line of the audit says of a list.
func payDetail(what string, month casework.Month, town string) string {
	return storable(strings.TrimSuffix(strings.Join([]string{what, string(month), town}, "+"), "+"))
}

// amountOn is an expression for an amount of the grant g, or the fact of it, as it
// counted on a day: what stood before the first change that came after the last one that
// counted by then.
func amountOn(column, day string) string {
	return `COALESCE((SELECT c.` + column + ` FROM grant_changes c WHERE c.reference = g.reference AND c.at > COALESCE((SELECT MAX(d.at) FROM grant_changes d
		WHERE d.reference = g.reference AND d.from_day <= ` + day + `), 0) ORDER BY c.at LIMIT 1), g.` + column + `)`
}

// paid is the condition of a grant, by its alias, to be paid in the month at all.
func paid(alias string, t casework.PayTerms, args *arguments) string {
	return strings.NewReplacer("g.", alias+".").Replace(`g.policy = ` + args.add(t.Policy) + ` AND g.began < ` + args.add(micros(t.Before())) +
		` AND (g.stopped = 0 OR g.stopped >= ` + args.add(micros(t.Month.Begins())) + `)`)
}

// dueFrom are the grants g, with their applications a, that are due by the terms and on
// no list of the month.
func dueFrom(t casework.PayTerms, args *arguments) string {
	month := args.add(string(t.Month))
	from := ` FROM grants g JOIN applications a ON a.reference = g.reference WHERE ` + paid("g", t, args) +
		` AND NOT EXISTS (SELECT 1 FROM pay_entries e WHERE e.month = ` + month + ` AND e.reference = g.reference)`
	if t.Town != "" {
		from += ` AND g.town = ` + args.add(storable(t.Town))
	}
	return from
}

// shared is a condition: another grant is due for the same child. What was submitted has an
// index by the child; that it was has to be said, or every row is read for every grant. So
// does the order to SQLite, which takes the tables of a cross join as they come.
func shared(t casework.PayTerms, args *arguments) string {
	return `(a.child_index <> '' AND EXISTS (SELECT 1 FROM applications b CROSS JOIN grants h
		WHERE b.submitted_at > 0 AND b.child_index <> '' AND h.reference = b.reference AND b.child_index = a.child_index AND b.reference <> a.reference AND ` + paid("h", t, args) + `))`
}

// payDue counts what is due by the terms and on no list yet.
func (s *Store) payDue(ctx context.Context, tx *sql.Tx, t casework.PayTerms) (d casework.PayDue, err error) {
	if err := s.uncompiled(ctx, tx); err != nil {
		return d, err
	}
	var args arguments
	first, last := t.Month.Days()
	early, late := amountOn("amount", args.add(micros(first))), amountOn("amount", args.add(micros(last)))
	inner := `SELECT ` + early + ` AS early, ` + late + ` AS late, CASE WHEN ` + shared(t, &args) + ` THEN 1 ELSE 0 END AS shared` + dueFrom(t, &args)
	behind := `0`
	if !t.Standard.From.After(last) && t.Standard.Amount > 0 {
		behind = `CASE WHEN late <> ` + args.add(t.Standard.Amount) + ` THEN 1 ELSE 0 END`
	}
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(early), 0) AS BIGINT), CAST(COALESCE(SUM(late), 0) AS BIGINT),
		COALESCE(SUM(CASE WHEN early <> late THEN 1 ELSE 0 END), 0), COALESCE(SUM(`+behind+`), 0), COALESCE(SUM(shared), 0) FROM (`+inner+`) AS due`, args...).
		Scan(&d.Grants, &d.Early, &d.Late, &d.Both, &d.Behind, &d.Shared)
	return d, err
}

// uncompiled keeps PostgreSQL from compiling the statements of a transaction: it takes
// grants of a town for more work than a second of its compiler.
func (s *Store) uncompiled(ctx context.Context, tx *sql.Tx) error {
	if !s.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SET LOCAL jit = off`)
	return err
}

// dueRow is a grant that is due, with both facts of its amounts.
type dueRow struct {
	casework.PayRow
	earlyFact, lateFact string
}

// payRows reads grants that are due, by their numbers, behind one of them.
func (s *Store) payRows(ctx context.Context, tx *sql.Tx, t casework.PayTerms, after string, limit int) ([]dueRow, error) {
	var args arguments
	first, last := t.Month.Days()
	d1, d2 := args.add(micros(first)), args.add(micros(last))
	columns := strings.Join([]string{"g.reference", "g.town", "g.began", amountOn("amount", d1), amountOn("fact", d1), amountOn("amount", d2), amountOn("fact", d2), shared(t, &args), "a.answers"}, ", ")
	// What a grant comes to is worked out for those of the page alone: PostgreSQL would
	// otherwise do it for all before it sorts them.
	query := `WITH page AS MATERIALIZED (SELECT g.reference` + dueFrom(t, &args) + ` AND g.reference > ` + args.add(storable(after)) + ` ORDER BY g.reference LIMIT ` + args.add(limit) + `)
		SELECT ` + columns + ` FROM page CROSS JOIN grants g CROSS JOIN applications a WHERE g.reference = page.reference AND a.reference = page.reference ORDER BY g.reference`
	return eachRow(ctx, tx, func(scan func(...any) error) (r dueRow, err error) {
		var began int64
		var sealed []byte
		if err := scan(&r.Reference, &r.Town, &began, &r.Early, &r.earlyFact, &r.Amount, &r.lateFact, &r.Shared, &sealed); err != nil {
			return r, err
		}
		if r.Payee, err = s.payee(r.Reference, sealed); err != nil {
			return r, err
		}
		r.Began = moment(began)
		r.First = t.First(r.Began)
		r.Months, r.Basis = t.Month.Since(r.First), t.Basis(r.lateFact)
		return r, nil
	}, query, args...)
}

func (s *Store) payee(ref apply.Reference, sealed []byte) (casework.Payee, error) {
	var a map[string]string
	err := s.sealer(ref).open("answers", sealed, &a)
	return casework.PayeeOf(apply.Answers(a)), err
}

// PayTowns says for each town with grants of a month how many are due, how many of them
// are on a list, and what the others come to.
func (s *Store) PayTowns(ctx context.Context, by apply.Actor, t casework.PayTerms) (out []casework.PayTown, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.PayGrants, Detail: "pay-towns+" + string(t.Month)}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		if err := s.uncompiled(ctx, tx); err != nil {
			return err
		}
		var args arguments
		_, last := t.Month.Days()
		late, month := amountOn("amount", args.add(micros(last))), args.add(string(t.Month))
		// What a list holds stays on it, whatever becomes of the grant.
		query := `SELECT town, SUM(due), CAST(SUM(sum) AS BIGINT), SUM(listed) FROM (
			SELECT g.town, CASE WHEN e.reference IS NULL THEN 1 ELSE 0 END AS due, CASE WHEN e.reference IS NULL THEN ` + late + ` ELSE 0 END AS sum,
				0 AS listed FROM grants g LEFT JOIN pay_entries e ON e.month = ` + month + ` AND e.reference = g.reference WHERE ` + paid("g", t, &args) + `
			UNION ALL SELECT e.town, 0, 0, 1 FROM pay_entries e JOIN pay_lists l ON l.id = e.list WHERE l.month = ` + month + ` AND l.policy = ` + args.add(t.Policy) + `
			) AS rows_of GROUP BY town ORDER BY town`
		out, err = eachRow(ctx, tx, func(scan func(...any) error) (r casework.PayTown, err error) {
			return r, scan(&r.Town, &r.Due, &r.Sum, &r.Listed)
		}, query, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count what is to be paid: %w", err)
	}
	return out, nil
}

// PayPreview says what is due by the terms and on no list yet, with grants behind one of
// them. There are more where next is not empty.
func (s *Store) PayPreview(ctx context.Context, by apply.Actor, t casework.PayTerms, after string, limit int) (due casework.PayDue, list []casework.PayRow, next string, err error) {
	look := casework.AuditEntry{Actor: by, Action: casework.PayGrants, Detail: payDetail("pay-preview", t.Month, t.Town)}
	err = s.show(ctx, look, func(tx *sql.Tx) error {
		if due, err = s.payDue(ctx, tx, t); err != nil {
			return err
		}
		rows, err := s.payRows(ctx, tx, t, after, limit+1)
		for _, r := range rows {
			list = append(list, r.PayRow)
		}
		return err
	})
	if err != nil {
		return due, nil, "", fmt.Errorf("preview a pay list: %w", err)
	}
	if len(list) > limit {
		list = list[:limit]
		next = string(list[limit-1].Reference)
	}
	return due, list, next, nil
}

// ClosePayList writes down whom a month's list pays, as it was seen; a second officer
// has to confirm it. The error is that of [casework.PayOrder.Check].
func (s *Store) ClosePayList(ctx context.Context, by apply.Actor, o casework.PayOrder) (id string, err error) {
	fresh, err := s.newID()
	if err != nil {
		return "", err
	}
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		id = fresh
		if err := permit(ctx, tx, by, casework.PayGrants, nil); err != nil {
			return err
		}
		if err := s.alone(ctx, tx, "pay_lists"); err != nil {
			return err
		}
		var owner string
		err := tx.QueryRowContext(ctx, `SELECT id, closed_by FROM pay_lists WHERE page_key = $1`, s.blind("pay-page", o.Key)).Scan(&id, &owner)
		if err == nil && owner == by.ID && o.Key != "" {
			return nil // the page was sent twice
		}
		if id = fresh; err == nil {
			return apply.ErrConflict
		}
		if missing(err) != apply.ErrNotFound { //nolint:errorlint // as missing returns it
			return err
		}
		due, err := s.payDue(ctx, tx, o.PayTerms)
		if err != nil {
			return err
		}
		if err := o.Check(due); err != nil {
			return err
		}
		if err := s.insertPayList(ctx, tx, by, id, o, due); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.PayGrants, Detail: payDetail("pay-closed", o.Month, o.Town)})
	})
	if err != nil {
		return "", fmt.Errorf("close a pay list: %w", err)
	}
	return id, nil
}

// alone keeps others on PostgreSQL from writing a table until the transaction ends. On
// SQLite who writes is alone anyway.
func (s *Store) alone(ctx context.Context, tx *sql.Tx, table string) error {
	if !s.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, `LOCK TABLE `+table+` IN SHARE ROW EXCLUSIVE MODE`)
	return err
}

var insertPayEntries = insertInto(`pay_entries`, `id, list, month, reference, town, amount, basis, began, months, body`)

// choiceOf is the choice that counts; none where there was nothing to choose.
func choiceOf(o casework.PayOrder, due casework.PayDue) casework.PayChoice {
	if due.Both == 0 {
		return ""
	}
	return o.Choice
}

// insertPayList writes the list and, some at a time, its rows.
func (s *Store) insertPayList(ctx context.Context, tx *sql.Tx, by apply.Actor, id string, o casework.PayOrder, due casework.PayDue) error {
	choice := choiceOf(o, due)
	_, err := tx.ExecContext(ctx, `INSERT INTO pay_lists (id, page_key, month, policy, town, choice, state, grants, total, closed_by, closed_at, decided_by, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', 0)`,
		id, s.blind("pay-page", o.Key), string(o.Month), o.Policy, o.Town, string(choice), string(casework.PayClosed), due.Grants, choice.Of(due.Early, due.Late), by.ID, micros(s.now()))
	if err != nil {
		return err
	}
	values, err := s.payEntriesOf(ctx, tx, id, o, due)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(values, payAtOnce) {
		if err := s.writeRows(ctx, tx, insertPayEntries, some); err != nil {
			return err
		}
	}
	return nil
}

// payEntriesOf are the rows of a list. All are read before the first is written:
// PostgreSQL goes on by the plan that it made while the table was empty, which asks every
// row of it for every grant.
func (s *Store) payEntriesOf(ctx context.Context, tx *sql.Tx, list string, o casework.PayOrder, due casework.PayDue) ([][]any, error) {
	choice := choiceOf(o, due)
	var values [][]any
	for after := ""; len(values) < due.Grants; {
		rows, err := s.payRows(ctx, tx, o.PayTerms, after, payAtOnce)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, fmt.Errorf("%d of %d grants were read: %w", len(values), due.Grants, apply.ErrConflict)
		}
		for _, r := range rows {
			one, err := s.payEntry(list, o, choice, r)
			if err != nil {
				return nil, err
			}
			values, after = append(values, one), string(r.Reference)
		}
	}
	return values, nil
}

// payEntry are the values of a row of a list.
func (s *Store) payEntry(list string, o casework.PayOrder, choice casework.PayChoice, r dueRow) ([]any, error) {
	id := list + "/" + string(r.Reference)
	body, err := s.sealJSON(r.Payee, payBound(id))
	if err != nil {
		return nil, err
	}
	fact := r.lateFact
	if choice == casework.PayEarly {
		fact = r.earlyFact
	}
	return []any{id, list, string(o.Month), string(r.Reference), r.Town, choice.Of(r.Early, r.Amount), o.Basis(fact), micros(r.Began), r.Months, body}, nil
}
