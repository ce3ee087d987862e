package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huitong/portal/apply"
)

// visibleFirst, in a statement that is a transaction of its own, has PostgreSQL end it
// without waiting for the disk: who waits for the audit's head goes on at once. Nobody
// may be told of it before it is [settling].
const visibleFirst = `set_config('synchronous_commit', 'off', true)`

// settling is a commit of nothing but a word in the log. The log is written in order, so
// that the disk then has all that was committed over the connection before, and so has a
// standby that the server's commits wait for. It must be the same connection: a server
// that has lost what it had not written yet has lost its connections with it, whereas
// over a new one it would confirm what is no longer there.
const settling = `SELECT pg_logical_emit_message(true, 'huitong', '')`

// settle returns when all that was committed over c is on the disk.
func settle(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, settling)
	return err
}

// writeAndSettle sends a statement that is [visibleFirst] and has it settled in one way to
// the server and back. The first error is the statement's, that nothing was written; with
// the second nobody knows.
func writeAndSettle(ctx context.Context, c *pgx.Conn, statement string, args []any) (refused, unsure error) {
	write, err := c.Prepare(ctx, statement, statement)
	if err != nil {
		return err, nil
	}
	confirm, err := c.Prepare(ctx, settling, settling)
	if err != nil {
		return err, nil
	}
	var q pgx.ExtendedQueryBuilder
	if err := q.Build(c.TypeMap(), write, args); err != nil {
		return err, nil
	}
	p := c.PgConn().StartPipeline(ctx)
	p.SendQueryStatement(write, q.ParamValues, q.ParamFormats, q.ResultFormats)
	p.SendPipelineSync()
	p.SendQueryStatement(confirm, nil, nil, nil)
	p.SendPipelineSync()
	if err := p.Flush(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	var no *pgconn.PgError
	if err = result(p); errors.As(err, &no) && no.SeverityUnlocalized == "ERROR" {
		return err, p.Close()
	}
	if err == nil {
		err = result(p)
	}
	return nil, errors.Join(err, p.Close())
}

// result is what came of a statement up to its sync. A server that goes away may leave
// the pipeline without any answer, which is no good one.
func result(p *pgconn.Pipeline) error {
	r, err := p.GetResults()
	if reader, ok := r.(*pgconn.ResultReader); ok {
		_, err = reader.Close()
	} else if err == nil {
		err = errNoAnswer
	}
	if err != nil {
		return err
	}
	r, err = p.GetResults()
	if _, ok := r.(*pgconn.PipelineSync); !ok && err == nil {
		err = errNoAnswer
	}
	return err
}

var errNoAnswer = errors.New("the database has not answered")

// unsettled are the batches with changes that others can read already, while the disk may
// not have them. There are as many as lanes, so that who reads looks through them all:
// every submission would pay for a table of what is in them.
type unsettled struct {
	mu      sync.Mutex
	batches []*onItsWay
}

// onItsWay is a batch on its way to the disk.
type onItsWay struct {
	jobs  []*job
	ended chan struct{}
	err   error
}

// begin is called before anything of the batch can be read.
func (u *unsettled) begin(batch []*job) *onItsWay {
	b := &onItsWay{jobs: batch, ended: make(chan struct{})}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.batches = append(u.batches, b)
	return b
}

// end says what came of it: with an error nobody knows whether it is there.
func (u *unsettled) end(b *onItsWay, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.batches = slices.DeleteFunc(u.batches, func(o *onItsWay) bool { return o == b })
	b.err = err
	close(b.ended)
}

// with returns the batches that an application is in.
func (u *unsettled) with(ref apply.Reference) (all []*onItsWay) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, b := range u.batches {
		if slices.ContainsFunc(b.jobs, func(j *job) bool { return j.change.ref == ref }) {
			all = append(all, b)
		}
	}
	return all
}

// await is called by who has read applications and is going to show them: a page that
// says that something was handed in is as good as an answer to who did.
func (u *unsettled) await(ctx context.Context, all ...*apply.Application) error {
	for _, a := range all {
		for _, b := range u.with(a.Reference) {
			select {
			case <-b.ended:
			case <-ctx.Done():
				return ctx.Err()
			}
			if b.err != nil {
				return fmt.Errorf("what was read may be lost: %w", b.err)
			}
		}
	}
	return nil
}
