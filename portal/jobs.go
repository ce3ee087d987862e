package main

import (
	"context"
	"errors"
	"time"

	"huitong/portal/store"
)

// Jobs that run from time to time. The database knows when each last ran, so that
// portal doctor can tell from outside; what runs every few seconds shows by what it
// leaves waiting.
const (
	jobPrune  = "prune"
	jobSweep  = "sweep-uploads"
	jobRemind = "remind"
	jobSeal   = "seal-audit"
)

// jobEvery is how often each runs. One that has not for three times as long is missed.
var jobEvery = map[string]time.Duration{
	jobPrune: pruneEvery, jobSweep: pruneEvery, jobRemind: pruneEvery, jobSeal: sealEvery,
}

// noteJob notes that a job has run. That the process was told to stop is no failure.
func noteJob(ctx context.Context, env *environment, data *store.Store, name string, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	if err := data.NoteJob(ctx, name, err == nil); err != nil && !errors.Is(err, context.Canceled) {
		env.log.Warn("job not noted", "job", name, "error", err)
	}
}
