package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"huitong/portal/apply"
)

// resealBatch is how many rows one transaction of a rotation takes: visitors who write
// at the same time wait for no more than that.
const resealBatch = 100

// Reseal is how far a rotation has come. Unreadable counts values that open under no
// key and were left as they are. Kept counts those of the history, which is written
// once and stays under the key of its day.
type Reseal struct {
	Table            string // or "uploads"
	Done, Unreadable int
	Kept             int
}

// sealedTable says where sealed columns stand and what each is bound to.
type sealedTable struct {
	name, key string
	columns   []string
	bound     func(key, column string) []byte
}

// sealedTables are all but the history: that is append-only, see doc/0013.
func (s *Store) sealedTables() []sealedTable {
	return []sealedTable{
		{"applications", "reference", []string{"code", "answers", "names", "consent"}, func(key, column string) []byte {
			return s.sealer(apply.Reference(key)).bound(column)
		}},
		{"contacts", "reference", []string{"address"}, func(key, column string) []byte {
			return s.sealer(apply.Reference(key)).bound(column)
		}},
		{"assists", "reference", []string{"consent"}, func(key, _ string) []byte {
			return s.sealer(apply.Reference(key)).bound(assistColumn)
		}},
		childTable("children", "names", "details"), childTable("assessments", "body"), childTable("pairings", "body"),
		childTable("visits", "body"), childTable("episodes", "body"), childTable("talks", "body"),
		{"field_devices", "id", []string{"key"}, func(id, _ string) []byte { return deviceBound(id) }},
		{"access_requests", "id", []string{"reason"}, func(id, _ string) []byte { return accessBound(id) }},
		{"factors", "user_id", []string{"secret"}, func(user, _ string) []byte { return factorBound(user) }},
		{"staff_contacts", "user_id", []string{"address"}, func(user, _ string) []byte { return staffAddressBound(user) }},
		{"desk_views", "id", []string{"name"}, func(id, _ string) []byte { return viewBound(id) }},
		{"feedback", "id", []string{"text"}, func(id, _ string) []byte { return feedbackBound(id) }},
		{"reports", "number", []string{"code", "said"}, reportBound},
		{"report_events", "id", []string{"words"}, func(id, _ string) []byte { return reportEventBound(id) }},
		{"unanswered", "id", []string{"text"}, func(id, _ string) []byte { return unansweredBound(id) }},
		{"referral_events", "id", []string{"words"}, func(id, _ string) []byte { return referralBound(id) }},
		{"conference_texts", "id", []string{"body"}, func(id, _ string) []byte { return conferenceBound(id) }},
		{"conference_decisions", "id", []string{"what"}, func(id, _ string) []byte { return agreedBound(id) }},
		{"pay_entries", "id", []string{"body"}, func(id, _ string) []byte { return payBound(id) }},
		{"grant_stops", "id", []string{"words"}, func(id, _ string) []byte { return stopBound(id) }},
		{"directory", "id", []string{"person"}, func(id, _ string) []byte { return directoryBound(id) }},
		{"trainings", "id", []string{"body"}, func(id, _ string) []byte { return trainingBound(id) }},
		{"outreach_events", "id", []string{"body"}, func(id, _ string) []byte { return eventBound(id) }},
		{"call_backs", "id", []string{"asked"}, func(id, _ string) []byte { return callBound(id) }},
		{"call_tries", "id", []string{"words"}, func(id, _ string) []byte { return callTryBound(id) }},
		{"imports", "id", []string{"body"}, func(id, _ string) []byte { return importBound(id) }},
		{"tellings", "id", []string{"words"}, func(id, _ string) []byte { return tellingBound(id) }},
	}
}

// childTable is a table of children's files.
func childTable(name string, columns ...string) sealedTable {
	return sealedTable{name, "id", columns, func(id, column string) []byte { return fileBound(name, id, column) }}
}

// ResealAll seals what lies under older data keys anew under the current one, in
// batches that are each written whole or not at all: whoever breaks it off loses
// nothing, and the next call goes on with what is left. report hears of every batch
// with the sum for its table so far.
func (s *Store) ResealAll(ctx context.Context, report func(Reseal)) error {
	current, err := hex.DecodeString(s.vault.Current())
	if err != nil {
		return fmt.Errorf("reseal: %w", err)
	}
	for _, t := range s.sealedTables() {
		if err := s.resealTable(ctx, t, current, report); err != nil {
			return fmt.Errorf("reseal %s: %w", t.name, err)
		}
	}
	if err := s.resealFiles(ctx, report); err != nil {
		return fmt.Errorf("reseal uploads: %w", err)
	}
	kept := Reseal{Table: "events"}
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM events WHERE substr(words, 2, 4) <> $1`, current).Scan(&kept.Kept)
	if err != nil {
		return fmt.Errorf("count what stays in the history: %w", err)
	}
	report(kept)
	return nil
}

func (s *Store) resealTable(ctx context.Context, t sealedTable, current []byte, report func(Reseal)) error {
	sum := Reseal{Table: t.name}
	for after, more := "", true; more; report(sum) {
		if err := ctx.Err(); err != nil {
			return err
		}
		// Who has nothing to write does not take turns with those who serve families.
		stale, err := s.anyStale(ctx, t, after, current)
		if err != nil {
			return err
		}
		if !stale {
			report(sum)
			return nil
		}
		var batch Reseal
		var last string
		err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			batch, last, err = s.resealRows(ctx, tx, t, after, current)
			return err
		})
		if err != nil {
			return err
		}
		sum.Done, sum.Unreadable = sum.Done+batch.Done, sum.Unreadable+batch.Unreadable
		after, more = last, last != ""
	}
	return nil
}

// resealRows takes the next rows behind a key in which anything lies under another
// data key, and returns the key of the last of them, "" after the end.
func (s *Store) resealRows(ctx context.Context, tx *sql.Tx, t sealedTable, after string, current []byte) (sum Reseal, last string, err error) {
	rows, err := s.staleRows(ctx, tx, t, after, current)
	for _, r := range rows {
		done, bad := s.resealRow(t, r)
		sum.Done, sum.Unreadable, last = sum.Done+done, sum.Unreadable+bad, r.key
		if done == 0 {
			continue
		}
		var set []string
		args := []any{r.key}
		for i, c := range t.columns {
			args = append(args, r.sealed[i])
			set = append(set, fmt.Sprintf("%s = $%d", c, i+2))
		}
		if _, err := tx.ExecContext(ctx, `UPDATE `+t.name+` SET `+strings.Join(set, ", ")+` WHERE `+t.key+` = $1`, args...); err != nil {
			return sum, "", err
		}
	}
	return sum, last, err
}

type sealedRow struct {
	key    string
	sealed [][]byte
}

// stale is the condition of the rows behind the key $1 in which anything lies under
// another data key than $2.
func (t sealedTable) stale() string {
	var columns []string
	for _, c := range t.columns {
		columns = append(columns, fmt.Sprintf("(LENGTH(%s) > 0 AND substr(%[1]s, 2, 4) <> $2)", c))
	}
	return ` FROM ` + t.name + ` WHERE ` + t.key + ` > $1 AND (` + strings.Join(columns, " OR ") + `)`
}

func (s *Store) anyStale(ctx context.Context, t sealedTable, after string, current []byte) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1`+t.stale()+` LIMIT 1) AS first`, after, current).Scan(&n)
	return n > 0, err
}

func (s *Store) staleRows(ctx context.Context, tx *sql.Tx, t sealedTable, after string, current []byte) ([]sealedRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+t.key+`, `+strings.Join(t.columns, ", ")+t.stale()+` ORDER BY `+t.key+` LIMIT $3`+s.lockRows, after, current, resealBatch)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []sealedRow
	for rows.Next() {
		r := sealedRow{sealed: make([][]byte, len(t.columns))}
		into := []any{&r.key}
		for i := range r.sealed {
			into = append(into, &r.sealed[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// resealRow changes the values that lie under an older key. One that does not open
// stays as it is: its key may come back from a backup.
func (s *Store) resealRow(t sealedTable, r sealedRow) (done, unreadable int) {
	for i, c := range t.columns {
		if len(r.sealed[i]) == 0 {
			continue
		}
		fresh, err := s.vault.Reseal(r.sealed[i], t.bound(r.key, c))
		switch {
		case err != nil:
			unreadable++
		case !bytes.Equal(fresh, r.sealed[i]):
			r.sealed[i] = fresh
			done++
		}
	}
	return done, unreadable
}

func (s *Store) resealFiles(ctx context.Context, report func(Reseal)) error {
	if s.files == nil {
		return nil
	}
	sum := Reseal{Table: "uploads"}
	for after := ""; ; {
		var list []fileRow
		err := s.read(ctx, func(tx *sql.Tx) (err error) {
			list, err = fileRows(ctx, tx, `SELECT id, small, reference FROM files
				WHERE id > $1 AND state NOT IN ('arriving', 'gone') ORDER BY id LIMIT $2`, after, resealBatch)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := s.resealFile(ctx, r, &sum); err != nil {
				return err
			}
			after = r.file.ID
		}
		report(sum)
		if len(list) < resealBatch {
			return nil
		}
	}
}

// resealFile holds the file's row while it writes its blobs: a deletion waits, so that
// no blob comes back after its row has gone.
func (s *Store) resealFile(ctx context.Context, r fileRow, sum *Reseal) error {
	var done, unreadable int
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, unreadable = 0, 0
		var id string
		err := tx.QueryRowContext(ctx, `SELECT id FROM files WHERE id = $1 AND state NOT IN ('arriving', 'gone')`+s.lockRows, r.file.ID).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, blob := range []string{r.file.ID, r.small} {
			if blob == "" {
				continue
			}
			fresh, err := s.files.Reseal(ctx, blob)
			switch {
			case damaged(err) || errors.Is(err, fs.ErrNotExist):
				unreadable++
			case err != nil:
				return err
			case fresh:
				done++
			}
		}
		return nil
	})
	sum.Done, sum.Unreadable = sum.Done+done, sum.Unreadable+unreadable
	return err
}
