package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// batchLimit is how many writes share a transaction at most. A longer batch would
// save little of its one fsync and make the first in it wait for the last.
const batchLimit = 128

// changeLanes is how many transactions with changes PostgreSQL works on at once: one
// is written while the other waits for the disk. More of them would be smaller, which
// costs more than it gains where the disk is fast; see doc 0073.
const changeLanes = 2

// comingPatience bounds how long a batch is held for those who prepare their jobs: each
// is a matter of microseconds, unless the machine has no time for them.
const comingPatience = time.Millisecond

// errClosed says that the store takes no more writes.
var errClosed = errors.New("the store is closed")

// job is one write: a change of an application, or any other work in a transaction.
type job struct {
	work   func(context.Context, *sql.Tx) error
	change *change

	// prepare does what needs no transaction, in the caller's time; nil: nothing does.
	prepare  func()
	prepared *dossier // what came of it; nil: it is to be done with the others

	ctx      context.Context // the caller's, without its end; see lane.do
	done     chan struct{}   // closed when the job's transaction has ended
	err      error
	panicked any
}

// lane makes one transaction of all the writes that wait when it begins, so that
// they share its fsync. Nobody is answered before it has ended. A lone write does
// not wait for company.
type lane struct {
	store   *Store
	lanes   *lanes
	conn    *sql.Conn      // keeps its prepared statements; nil: connect when needed
	own     *ownStatements // those of SQLite; nil: to be prepared
	patient *time.Timer
}

// lanes runs n lanes that take from one queue.
type lanes struct {
	jobs  chan *job // without a buffer: what is not taken is still the caller's
	quit  chan struct{}
	ended sync.WaitGroup

	gathers sync.Mutex   // of the lane that waits for jobs: one at a time
	coming  atomic.Int64 // jobs that are prepared at this moment, or wait to be taken
}

func (s *Store) startLanes(n int) *lanes {
	l := &lanes{jobs: make(chan *job), quit: make(chan struct{})}
	for range n {
		l.ended.Go(func() { (&lane{store: s, lanes: l, patient: time.NewTimer(comingPatience)}).run() })
	}
	return l
}

// stop lets the transactions under way end and takes no more.
func (l *lanes) stop() {
	close(l.quit)
	l.ended.Wait()
}

// do hands j in and returns when the transaction that holds it has ended. It is
// ctx's end that counts until j is taken, and no longer then: a statement that is
// broken off would take the writes of other people with it.
func (l *lanes) do(ctx context.Context, j *job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.ctx, j.done = context.WithoutCancel(ctx), make(chan struct{})
	if j.prepare != nil {
		l.coming.Add(1)
		j.prepare()
	}
	select {
	case l.jobs <- j:
	case <-ctx.Done():
		l.left(j)
		return ctx.Err()
	case <-l.quit:
		l.left(j)
		return errClosed
	}
	<-j.done
	if j.panicked != nil {
		panic(j.panicked) // where it would have been without the queue
	}
	return j.err
}

// left says that a job is no longer on its way.
func (l *lanes) left(j *job) {
	if j.prepare != nil {
		l.coming.Add(-1)
	}
}

func (l *lane) run() {
	defer l.disconnect()
	for {
		batch := l.gather()
		if len(batch) == 0 {
			return
		}
		l.finish(batch)
	}
}

// gather waits for a job and adds all that wait with it; none when the store is closed.
// Those whom the last transaction answered come back first: as long as some do, others
// of them are on their way. Those who are seen to be on their way are waited for, but
// nobody who comes later: a lane that took all would leave the other without any.
func (l *lane) gather() (batch []*job) {
	l.lanes.gathers.Lock()
	defer l.lanes.gathers.Unlock()
	select {
	case j := <-l.lanes.jobs:
		batch = l.add(batch, j)
	case <-l.lanes.quit:
		return nil
	}
	expected := 1 + int(l.lanes.coming.Load())
	for before := 0; len(batch) > before; {
		before = len(batch)
		runtime.Gosched()
		batch = l.take(batch, expected)
	}
	return batch
}

// add puts a job that was taken into the batch.
func (l *lane) add(batch []*job, j *job) []*job {
	l.lanes.left(j)
	return append(batch, j)
}

// take adds the jobs that wait, up to the limit, and waits until there are so many of
// them, for a moment.
func (l *lane) take(batch []*job, expected int) []*job {
	l.patient.Reset(comingPatience)
	for len(batch) < batchLimit {
		select {
		case j := <-l.lanes.jobs:
			batch = l.add(batch, j)
			continue
		default:
		}
		if len(batch) >= expected {
			return batch
		}
		select {
		case j := <-l.lanes.jobs:
			batch = l.add(batch, j)
		case <-l.patient.C:
			return batch
		}
	}
	return batch
}

// errTogether says that the changes of a batch could not be written together; no
// other job of it has begun.
var errTogether = errors.New("changes do not go together")

// finish runs the jobs and answers them. What keeps the transaction from being
// committed is the answer to each of them.
func (l *lane) finish(batch []*job) {
	err := l.inTime(batch)
	if errors.Is(err, errTogether) {
		for _, j := range batch {
			l.finish([]*job{j}) // so that one of them does not spoil it for all
		}
		return
	}
	for _, j := range batch {
		if err != nil {
			j.err = err
		}
		close(j.done)
	}
}

// inTime breaks off what takes longer than the store's patience. What came of it then
// nobody knows, so that it may be asked for again: a submission has its key for that.
func (l *lane) inTime(batch []*job) error {
	ctx := context.Background()
	if l.store.sharedLasts > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, l.store.sharedLasts)
		defer stop()
	}
	err := l.carryOut(ctx, batch)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

func (l *lane) carryOut(ctx context.Context, batch []*job) error {
	if l.store.postgres {
		if done, err := l.together(ctx, batch); done {
			return err
		}
	}
	return l.commit(ctx, batch)
}

func (l *lane) commit(ctx context.Context, batch []*job) error {
	tx, err := l.begin(ctx)
	if err != nil {
		return err
	}
	if err := l.runAll(ctx, tx, batch); err != nil {
		if undone := tx.Rollback(); undone != nil {
			l.disconnect()
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		l.disconnect() // whatever state it is in
		return err
	}
	return nil
}

// runAll runs the jobs, on SQLite first those that only have to be written.
func (l *lane) runAll(ctx context.Context, tx *sql.Tx, batch []*job) error {
	alone := len(batch) == 1
	if !l.store.postgres {
		rest, err := l.handIn(ctx, tx, batch)
		if err != nil && !alone {
			err = fmt.Errorf("%w: %w", errTogether, err)
		}
		if err != nil || len(rest) == 0 {
			return err
		}
		batch = rest
	}
	if alone {
		return l.store.runJob(ctx, tx, batch[0]) // its failure undoes the transaction
	}
	return l.store.runJobs(ctx, tx, batch)
}

// begin connects again if the server has gone away since the last transaction.
func (l *lane) begin(ctx context.Context) (tx *sql.Tx, err error) {
	for range 2 {
		if l.conn == nil {
			if err = l.connect(ctx); err != nil {
				return nil, err
			}
		}
		if tx, err = l.conn.BeginTx(ctx, nil); err == nil {
			return tx, nil
		}
		l.disconnect()
	}
	return nil, err
}

func (l *lane) connect(ctx context.Context) (err error) {
	if l.conn, err = l.store.db.Conn(ctx); err != nil {
		return err
	}
	// 64 MB of pages, so that the indexes' are not read again for each transaction.
	setting := `PRAGMA cache_size = -65536`
	if l.store.postgres {
		// Rows are found by their keys however many there are: to plan that again for
		// each batch would take longer than to do it.
		// What batches are settled by must be allowed before anything relies on it.
		setting = `SET plan_cache_mode = force_generic_plan; SELECT pg_logical_emit_message(false, 'huitong', '')`
	}
	_, err = l.conn.ExecContext(ctx, setting)
	return err
}

func (l *lane) disconnect() {
	if l.conn != nil {
		l.forget()
		_ = l.conn.Close()
		l.conn = nil
	}
}

// runJobs runs each job so that its failure undoes nothing of the others. An error
// means that the transaction cannot go on.
func (s *Store) runJobs(ctx context.Context, tx *sql.Tx, batch []*job) error {
	var changes, others []*job
	for _, j := range batch {
		if j.change != nil {
			changes = append(changes, j)
		} else {
			others = append(others, j)
		}
	}
	if err := s.runChanges(ctx, tx, changes); err != nil {
		return fmt.Errorf("%w: %w", errTogether, err)
	}
	for _, j := range others {
		var err error
		if j.err, err = apart(ctx, tx, func() error { return s.runJob(ctx, tx, j) }); err != nil {
			return err
		}
	}
	return nil
}

// runJob runs a job with what its caller's context holds, up to the end of ctx.
func (s *Store) runJob(ctx context.Context, tx *sql.Tx, j *job) (err error) {
	own := j.ctx
	if end, bounded := ctx.Deadline(); bounded {
		var stop context.CancelFunc
		own, stop = context.WithDeadline(own, end)
		defer stop()
	}
	if j.change != nil {
		if err := s.runChanges(own, tx, []*job{j}); err != nil {
			return err
		}
		return j.err
	}
	defer j.caught(&err)
	return j.work(own, tx)
}

// caught keeps a panic for the caller's goroutine and fails the job.
func (j *job) caught(err *error) {
	if r := recover(); r != nil {
		j.panicked, *err = r, fmt.Errorf("panic: %v", r)
	}
}

// apart runs fn under a savepoint and undoes what it did if it fails. A broken
// transaction is the second error.
func apart(ctx context.Context, tx *sql.Tx, fn func() error) (failed, broken error) {
	if _, err := tx.ExecContext(ctx, `SAVEPOINT job`); err != nil {
		return nil, err
	}
	if failed = fn(); failed != nil {
		if _, err := tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT job`); err != nil {
			return failed, errors.Join(failed, err)
		}
	}
	_, broken = tx.ExecContext(ctx, `RELEASE SAVEPOINT job`)
	return failed, broken
}
