package main

import (
	"context"
	"errors"
	"time"

	"huitong/portal/casework"
	"huitong/portal/store"
	"huitong/portal/web"
)

// reportsEvery is how often it is looked whether a report was taken on in time.
const reportsEvery = 10 * time.Second

// watchReports moves reports that nobody takes on to the next level until the process
// ends. All it knows is in the database: another server, or this one after a start, goes
// on where it was.
func watchReports(env *environment, data *store.Store, s *site) {
	for {
		select {
		case <-env.ctx.Done():
			return
		case <-time.After(reportsEvery):
		}
		escalate(env, data, s)
		raiseCalls(env, data, s)
	}
}

func escalate(env *environment, data *store.Store, s *site) {
	minutes := s.content().Library.Reporting.Minutes
	n, err := data.EscalateReports(env.ctx, func(d casework.Danger) time.Duration { return minutes.Within(string(d)) })
	if n > 0 {
		env.log.Warn("reports were not taken on in time", "count", n)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		env.log.Error("reports not escalated", "error", err)
	}
}

// raiseCalls moves families whom nobody called back in time to the next level.
func raiseCalls(env *environment, data *store.Store, s *site) {
	n, err := data.RaiseCalls(env.ctx, web.CallTerms(s.content().Library))
	if n > 0 {
		env.log.Warn("families were not called back in time", "count", n)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		env.log.Error("calls not raised", "error", err)
	}
}
