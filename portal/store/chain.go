package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"huitong/portal/casework"
)

// link is a line's place in the chain of the audit.
type link struct {
	number int64
	before []byte // hash of the line before
}

// takeLinks gives lines the next places. Until the caller's transaction ends nobody else
// gets one.
func (s *Store) takeLinks(ctx context.Context, tx *sql.Tx, lines []casework.AuditEntry) ([]link, error) {
	if s.postgres {
		return takeLinksTogether(ctx, tx, lines)
	}
	var head casework.AuditHead
	if err := scanHead(tx.QueryRowContext(ctx, `UPDATE audit_head SET number = number + $1 RETURNING number - $1, hash`, len(lines)), &head); err != nil {
		return nil, err
	}
	out := make([]link, len(lines))
	for i, e := range lines {
		out[i] = link{head.Number + 1, slices.Clone(head.Hash[:])}
		head = casework.AuditHead{Number: head.Number + 1, Hash: casework.Link(head.Hash, head.Number+1, e.Digest())}
	}
	_, err := tx.ExecContext(ctx, `UPDATE audit_head SET hash = $1`, head.Hash[:])
	return out, err
}

// takeLinksTogether has the server link them, which saves a way to it and back while
// others wait.
func takeLinksTogether(ctx context.Context, tx *sql.Tx, lines []casework.AuditEntry) ([]link, error) {
	digests := make([][]byte, len(lines))
	for i, e := range lines {
		d := e.Digest()
		digests[i] = d[:]
	}
	rows, err := tx.QueryContext(ctx, `SELECT number, before FROM audit_take($1::bytea[]) ORDER BY line`, digests)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []link
	for rows.Next() {
		var l link
		if err := rows.Scan(&l.number, &l.before); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(out) != len(lines) {
		return nil, fmt.Errorf("%d links for %d lines of the audit", len(out), len(lines))
	}
	return out, nil
}

func scanHead(row *sql.Row, head *casework.AuditHead) error {
	var hash []byte
	if err := row.Scan(&head.Number, &hash); err != nil {
		return err
	}
	copy(head.Hash[:], hash)
	return nil
}

// chainBatch is how many lines are read at once to go through the chain.
const chainBatch = 5000

// eachLine reads the audit from its first line to that of a number.
func eachLine(ctx context.Context, tx *sql.Tx, to int64, read func(e casework.AuditEntry, before []byte) error) error {
	for after := int64(0); ; {
		lines, befores, err := linesAfter(ctx, tx, after, to)
		if err != nil || len(lines) == 0 {
			return err
		}
		for i, e := range lines {
			if err := read(e, befores[i]); err != nil {
				return err
			}
		}
		after = lines[len(lines)-1].Number
	}
}

func linesAfter(ctx context.Context, tx *sql.Tx, after, to int64) (lines []casework.AuditEntry, befores [][]byte, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+auditColumns+`, before FROM audit WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3`, after, to, chainBatch)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var before []byte
		e, err := scanAudit(rows.Scan, &before)
		if err != nil {
			return nil, nil, err
		}
		lines, befores = append(lines, e), append(befores, before)
	}
	return lines, befores, rows.Err()
}

// chainOldLines chains what was written before there was a chain.
func (s *Store) chainOldLines(ctx context.Context, tx *sql.Tx) error {
	var head, last casework.AuditHead
	if err := scanHead(tx.QueryRowContext(ctx, `SELECT number, hash FROM audit_head`), &last); err != nil {
		return err
	}
	err := eachLine(ctx, tx, last.Number, func(e casework.AuditEntry, _ []byte) error {
		_, err := tx.ExecContext(ctx, `UPDATE audit SET before = $1 WHERE number = $2`, head.Hash[:], e.Number)
		head = casework.AuditHead{Number: e.Number, Hash: casework.Link(head.Hash, e.Number, e.Digest())}
		return err
	})
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE audit_head SET hash = $1`, head.Hash[:])
	return err
}

// sealLabel parts the codes of seals from everything else that the keys sign.
const sealLabel = "audit-seal"

// SealAudit signs how far the audit has come, and returns the seal; the zero value if
// nothing was written since the last.
func (s *Store) SealAudit(ctx context.Context) (casework.AuditSeal, error) {
	var seal casework.AuditSeal
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var head casework.AuditHead
		if err := scanHead(tx.QueryRowContext(ctx, `SELECT number, hash FROM audit_head`), &head); err != nil {
			return err
		}
		var sealed int64
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM audit_seals`).Scan(&sealed); err != nil || sealed >= head.Number {
			return err
		}
		next := casework.AuditSeal{AuditHead: head, At: s.now()}
		next.Code = s.vault.Sign(sealLabel, next.Signed())
		// Another instance may just have done it.
		made, err := changed(tx.ExecContext(ctx, `INSERT INTO audit_seals (number, at, hash, code) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			next.Number, micros(next.At), next.Hash[:], next.Code))
		if made {
			seal = next
		}
		return err
	})
	if err != nil {
		return casework.AuditSeal{}, fmt.Errorf("seal the audit: %w", err)
	}
	return seal, nil
}

// LastSeal returns the last seal of the audit; the zero value before the first.
func (s *Store) LastSeal(ctx context.Context) (casework.AuditSeal, error) {
	var seal casework.AuditSeal
	var at int64
	var hash []byte
	err := s.db.QueryRowContext(ctx, `SELECT number, at, hash FROM audit_seals ORDER BY number DESC LIMIT 1`).Scan(&seal.Number, &at, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return seal, nil
	}
	if err != nil {
		return seal, fmt.Errorf("last seal of the audit: %w", err)
	}
	copy(seal.Hash[:], hash)
	seal.At = moment(at)
	return seal, nil
}

// AuditReport is what came of going through the audit.
type AuditReport struct {
	casework.AuditHead // what it has come to
	Seals              int
	Sealed             time.Time // the last seal; zero without one
	Faults             []casework.AuditFault
}

// VerifyAudit goes through the whole audit as it stands now: numbers, hashes and
// seals, and the heads that somebody has written down before.
func (s *Store) VerifyAudit(ctx context.Context, noted ...casework.AuditHead) (AuditReport, error) {
	var out AuditReport
	err := s.read(ctx, func(tx *sql.Tx) error {
		var check casework.ChainCheck
		for _, h := range noted {
			check.Expect(h)
		}
		broken, err := s.expectSeals(ctx, tx, &check, &out)
		if err != nil {
			return err
		}
		var head casework.AuditHead
		if err := scanHead(tx.QueryRowContext(ctx, `SELECT number, hash FROM audit_head`), &head); err != nil {
			return err
		}
		var last int64
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM audit`).Scan(&last); err != nil {
			return err
		}
		err = eachLine(ctx, tx, last, func(e casework.AuditEntry, before []byte) error {
			check.Next(e, before)
			return nil
		})
		check.End(head)
		out.AuditHead, out.Faults = check.AuditHead, append(check.Faults, broken...)
		return err
	})
	if err != nil {
		return AuditReport{}, fmt.Errorf("verify the audit: %w", err)
	}
	return out, nil
}

// expectSeals tells the check what the seals say, and returns those that the keys did
// not make.
func (s *Store) expectSeals(ctx context.Context, tx *sql.Tx, check *casework.ChainCheck, out *AuditReport) (broken []casework.AuditFault, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT number, at, hash, code FROM audit_seals ORDER BY number`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var seal casework.AuditSeal
		var at int64
		var hash []byte
		if err := rows.Scan(&seal.Number, &at, &hash, &seal.Code); err != nil {
			return nil, err
		}
		copy(seal.Hash[:], hash)
		seal.At = moment(at)
		if !s.vault.Verify(sealLabel, seal.Signed(), seal.Code) {
			broken = append(broken, casework.AuditFault{Kind: casework.SealBroken, From: seal.Number, To: seal.Number})
			continue
		}
		check.Expect(seal.AuditHead)
		out.Seals, out.Sealed = out.Seals+1, seal.At
	}
	return broken, rows.Err()
}
