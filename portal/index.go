package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"huitong/search"
)

// indexCommand sends the content to the search server.
type indexCommand struct {
	Full  bool `xor:"what" help:"Build the index again, even if nothing has changed."`
	Check bool `xor:"what" help:"Only compare settings and documents with the server; fails if they differ."`
}

// Run makes the server hold what is published, or says how far it is from that.
func (c indexCommand) Run(env *environment) error {
	meili, err := env.cfg.meili("", measuredPatience)
	if err != nil {
		return err
	}
	lib, err := loadLibrary(env.cfg.Content)
	if err != nil {
		return err
	}
	n, err := new(corpus).normalizerFor(lib)
	if err != nil {
		return err
	}
	index, _, err := indexLibrary(env.ctx, lib, n)
	if err != nil {
		return err
	}
	if env.cfg.MeiliKey == "" && env.cfg.MeiliAdmin != "" {
		env.log.Info("no search key is set: this command needs none, the site does")
	}
	fmt.Fprintf(env.out, "%d documents, content version %s\n", index.Len(), lib.Version)
	if c.Check {
		return c.check(env, meili, index)
	}
	began := env.now()
	p := progress{out: env.out, now: env.now}
	did, err := meili.Sync(env.ctx, index, search.SyncOptions{Full: c.Full, Progress: p.show})
	if err != nil {
		return advise(err)
	}
	how := "nothing to do"
	switch {
	case did.Rebuilt:
		how = "a new index took the place of the old one"
	case did.Sent > 0 || did.Deleted > 0:
		how = "what had changed was sent"
	}
	fmt.Fprintf(env.out, "done in %v: %s; %d sent, %d deleted, %d on the server\n",
		env.now().Sub(began).Round(time.Millisecond), how, did.Sent, did.Deleted, did.Documents)
	return nil
}

func (c indexCommand) check(env *environment, meili *search.Meili, x *search.Index) error {
	drift, err := meili.Check(env.ctx, x)
	if err != nil {
		return advise(err)
	}
	switch {
	case drift.None():
		fmt.Fprintln(env.out, "the server holds just this, with these settings")
		return nil
	case drift.Missing:
		return errors.New("the server has no index yet; run portal index")
	case drift.Foreign:
		return advise(search.ErrForeignIndex)
	}
	if len(drift.Settings) > 0 {
		fmt.Fprintf(env.out, "settings that differ: %s\n", strings.Join(drift.Settings, ", "))
	}
	fmt.Fprintf(env.out, "documents to send: %d, to delete: %d\n", drift.Send, drift.Delete)
	fix := "run portal index"
	if len(drift.Settings) > 0 {
		fix = "run portal index --full"
	}
	return errors.New("the server differs from the content; " + fix)
}

// progress prints a line for each step. The time left is reckoned from the documents
// of the phase so far.
type progress struct {
	out   io.Writer
	now   func() time.Time
	phase string
	began time.Time
}

func (p *progress) show(s search.Progress) {
	if s.Phase != p.phase {
		p.phase, p.began = s.Phase, p.now()
	}
	switch {
	case s.Total == 0:
		fmt.Fprintf(p.out, "%s …\n", s.Phase)
	case s.Done < s.Total:
		left := p.now().Sub(p.began) * time.Duration(s.Total-s.Done) / time.Duration(s.Done)
		fmt.Fprintf(p.out, "%s %d of %d, some %v left\n", s.Phase, s.Done, s.Total, left.Round(time.Second))
	default:
		fmt.Fprintf(p.out, "%s %d of %d\n", s.Phase, s.Done, s.Total)
	}
}

// advise adds to an error what to do about it.
func advise(err error) error {
	var server *search.ServerError
	fix := ""
	switch {
	case errors.Is(err, search.ErrNoAdminKey):
		fix = "set --meili-admin-key or HUITONG_MEILI_ADMIN_KEY; a search key is not enough"
	case errors.Is(err, context.Canceled):
		fix = "interrupted; the index that is searched is unharmed"
	case errors.Is(err, context.DeadlineExceeded):
		fix = "the server is slow or its queue long, and the index that is searched unharmed; run it again"
	case errors.Is(err, search.ErrForeignIndex):
		fix = "if they may go, run portal index --full; otherwise use another server"
	case !errors.As(err, &server):
		return err
	case server.Status == http.StatusUnauthorized || server.Status == http.StatusForbidden:
		fix = "HUITONG_MEILI_ADMIN_KEY needs the actions documents.*, indexes.*, settings.* and tasks.get on the indexes passages*"
	case server.Status == 0 && server.Code == "cannot be reached" || server.Code == "timed out" || server.Code == "connection lost":
		fix = "is the server up, and is HUITONG_MEILI_URL its address?"
	case server.Code == "answer not understood" || server.Code == "unexpected answer":
		fix = "HUITONG_MEILI_URL leads to something that is no Meilisearch 1.18 or newer"
	case server.Status == http.StatusBadRequest:
		fix = "the server may be older than 1.18"
	default:
		fix = "the index that is searched is unharmed; see the server's log"
	}
	return fmt.Errorf("%w; %s", err, fix)
}
