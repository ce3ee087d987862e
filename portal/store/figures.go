package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"sync"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// figuresLast is for how long figures are shown as they were counted. What counting
// costs is paid once in that time for each period, however often the page is opened.
const figuresLast = 10 * time.Minute

// counted keeps the figures of each period: there are few, so that it stays small.
type counted struct {
	mu    sync.Mutex // held while counting, so that nobody counts the same beside
	cases map[casework.Period]casework.CaseCounts
	looks map[casework.Period]casework.AccessCounts
}

// CaseFigures counts the cases of a town, or of the city for "". Who may not list them
// gets [casework.ErrForbidden].
func (s *Store) CaseFigures(ctx context.Context, by apply.Actor, q casework.FiguresQuery) (casework.CaseCounts, error) {
	var out casework.CaseCounts
	look := casework.AuditEntry{Actor: by, Action: q.Action(), Detail: q.Describe("cases")}
	err := s.show(ctx, look, func(tx *sql.Tx) (err error) {
		for _, action := range []casework.Action{q.Action(), casework.ListApplications, casework.ListChildren} {
			if err := permit(ctx, tx, by, action, &casework.Scope{Town: q.Town}); err != nil {
				return err
			}
		}
		out, err = fresh(&s.counted.mu, &s.counted.cases, q.Period, s.now(), func(c casework.CaseCounts) time.Time { return c.At }, func(span casework.Span) (casework.CaseCounts, error) {
			return s.countCases(ctx, tx, span)
		})
		return err
	})
	if err != nil {
		return casework.CaseCounts{}, fmt.Errorf("figures of the cases: %w", err)
	}
	return out.In(q.Town), nil
}

// AccessFigures counts what the audit says, for who may read it.
func (s *Store) AccessFigures(ctx context.Context, by apply.Actor, q casework.FiguresQuery) (casework.AccessCounts, error) {
	var out casework.AccessCounts
	look := casework.AuditEntry{Actor: by, Action: q.Action(), Detail: q.Describe("audit")}
	err := s.show(ctx, look, func(tx *sql.Tx) (err error) {
		if err := permit(ctx, tx, by, casework.ReadAudit, nil); err != nil {
			return err
		}
		out, err = fresh(&s.counted.mu, &s.counted.looks, q.Period, s.now(), func(c casework.AccessCounts) time.Time { return c.At }, func(span casework.Span) (casework.AccessCounts, error) {
			return s.countAccesses(ctx, tx, span)
		})
		return err
	})
	if err != nil {
		return casework.AccessCounts{}, fmt.Errorf("figures of the audit: %w", err)
	}
	return out, nil
}

// fresh returns what was counted for the period unless that is too long ago, or the
// period has become another one.
func fresh[T any](mu *sync.Mutex, kept *map[casework.Period]T, p casework.Period, now time.Time, at func(T) time.Time, count func(casework.Span) (T, error)) (T, error) {
	mu.Lock()
	defer mu.Unlock()
	span := p.Span(now)
	if had, ok := (*kept)[p]; ok && now.Sub(at(had)) < figuresLast && !at(had).Before(span.From) {
		return had, nil
	}
	out, err := count(span)
	if err != nil {
		return out, err
	}
	if *kept == nil {
		*kept = map[casework.Period]T{}
	}
	(*kept)[p] = out
	return out, nil
}

// Columns of time as numbers of days and of weeks from Monday in China, which has one
// time all year.
const (
	chinaShift = int64(8 * time.Hour / time.Microsecond)
	dayLong    = int64(24 * time.Hour / time.Microsecond)
	mondays    = 3 * dayLong // 1 January 1970 was a Thursday
)

func dayOf(column string) string {
	return fmt.Sprintf("(%s + %d) / %d", column, chinaShift, dayLong)
}

func weekOf(column string) string {
	return fmt.Sprintf("(%s + %d) / %d", column, chinaShift+mondays, 7*dayLong)
}

// dayTime is the midnight with which a day begins.
func dayTime(n int64) time.Time { return time.UnixMicro(n*dayLong - chinaShift).In(apply.China) }

func weekTime(n int64) time.Time {
	return time.UnixMicro(n*7*dayLong - mondays - chinaShift).In(apply.China)
}

// countCases counts on one state of the database. At a million applications a year, in
// rows that are read:
//
//   - received: all entries of applications_by_policy, of other years too, without the
//     table: an index by day would have to be kept at every submission;
//   - decided: the entries of events_decided in the period, and for each its application
//     and the few events of it by their keys: the dearest, some seconds for the year;
//   - waiting: what waits, by the queue's indexes; for what somebody handles the row too;
//   - children: the open records, some ten thousand in a city;
//   - unanswered: at most casework.MaxQuestions.
func (s *Store) countCases(ctx context.Context, tx *sql.Tx, span casework.Span) (casework.CaseCounts, error) {
	out := casework.CaseCounts{At: s.now()}
	from, to := micros(span.From), micros(span.To)
	var err error
	if out.Received, err = eachRow(ctx, tx, func(scan func(...any) error) (r casework.Received, err error) {
		err = scan(&r.Town, &r.Policy, &r.N)
		return r, err
	}, receivedCounted, from, to); err != nil {
		return out, err
	}
	if out.Decided, err = eachRow(ctx, tx, scanDecided, decidedCounted, from, to); err != nil {
		return out, err
	}
	if out.Waiting, err = eachRow(ctx, tx, func(scan func(...any) error) (w casework.Waiting, err error) {
		var due int64
		if err = scan(&w.Town, &due, &w.N); due >= 0 {
			w.Due = dayTime(due)
		}
		return w, err
	}, waitingCounted); err != nil {
		return out, err
	}
	if out.Children, err = eachRow(ctx, tx, func(scan func(...any) error) (b casework.BandCount, err error) {
		err = scan(&b.Town, &b.Band, &b.N)
		return b, err
	}, `SELECT town, band, COUNT(*) FROM children WHERE closed_at = 0 GROUP BY town, band`); err != nil {
		return out, err
	}
	out.Asked, err = eachRow(ctx, tx, func(scan func(...any) error) (a casework.Asked, err error) {
		var week int64
		err = scan(&week, &a.Questions, &a.Times)
		a.Week = weekTime(week)
		return a, err
	}, `SELECT `+weekOf("first_at")+` AS week, COUNT(*), CAST(SUM(count) AS BIGINT) FROM unanswered WHERE first_at >= $1 AND first_at < $2 GROUP BY 1`, from, to)
	return out, err
}

func scanDecided(scan func(...any) error) (d casework.Decided, err error) {
	var submitted, at int64
	var refused, objected int
	err = scan(&d.Town, &d.Policy, &submitted, &at, &refused, &objected, &d.Grounds, &d.N)
	d.Submitted, d.At, d.Refused, d.Objected = dayTime(submitted), dayTime(at), refused == 1, objected == 1
	return d, err
}

const receivedCounted = `SELECT town, policy, COUNT(*) FROM applications WHERE submitted_at > 0 AND policy <> '' AND submitted_at >= $1 AND submitted_at < $2 GROUP BY town, policy`

// decidedCounted counts first decisions: one after an objection is a second.
var decidedCounted = `SELECT a.town, a.policy, ` + dayOf("a.submitted_at") + ` AS begun, ` + dayOf("e.at") + ` AS ended,
	CASE WHEN e.move = 'refuse' THEN 1 ELSE 0 END AS refused,
	CASE WHEN e.move = 'refuse' AND EXISTS (SELECT 1 FROM events o WHERE o.reference = e.reference AND o.number > e.number AND o.move = 'object') THEN 1 ELSE 0 END AS objected,
	e.grounds, COUNT(*)
	FROM events e JOIN applications a ON a.reference = e.reference
	WHERE e.move IN ('approve', 'refuse') AND e.at >= $1 AND e.at < $2
	AND NOT EXISTS (SELECT 1 FROM events f WHERE f.reference = e.reference AND f.number < e.number AND f.move IN ('approve', 'refuse'))
	GROUP BY 1, 2, 3, 4, 5, 6, 7`

// waitingCounted has -1 for the day of what has no limit. Its halves are the queue's
// two indexes.
var waitingCounted = func() string {
	due := `CASE WHEN turn >= ` + strconv.FormatInt(noLimit, 10) + ` THEN -1 ELSE ` + dayOf("turn") + ` END`
	half := func(whose string) string {
		return `SELECT town, ` + due + ` AS day, COUNT(*) AS n FROM applications WHERE waiting = 1 AND assignee ` + whose + ` GROUP BY 1, 2`
	}
	return `SELECT town, day, CAST(SUM(n) AS BIGINT) FROM (` + half(`= ''`) + ` UNION ALL ` + half(`<> ''`) + `) AS halves GROUP BY town, day`
}()

// countAccesses counts the audit's lines by kind and week. A week's lines lie between two
// numbers, which are found by halving; between them each kind is a stretch of
// audit_by_action, of which nothing but the index is read. Numbers follow the time but
// for the seconds that a transaction takes, so that a line of midnight may count for the
// week beside.
func (s *Store) countAccesses(ctx context.Context, tx *sql.Tx, span casework.Span) (casework.AccessCounts, error) {
	out := casework.AccessCounts{At: s.now()}
	for _, week := range casework.WeeksOf(span, out.At) {
		from, err := firstLine(ctx, tx, later(week, span.From))
		if err != nil {
			return out, err
		}
		to, err := firstLine(ctx, tx, week.AddDate(0, 0, 7))
		if err != nil {
			return out, err
		}
		for _, action := range casework.Accesses() {
			n := casework.AccessCount{Week: week, Action: action}
			err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM audit WHERE login <> '' AND action = $1 AND number >= $2 AND number < $3`, string(action), from, to).Scan(&n.N)
			if err != nil {
				return out, err
			}
			if n.N > 0 {
				out.Rows = append(out.Rows, n)
			}
		}
	}
	return out, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
