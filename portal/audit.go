package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huitong/portal/casework"
	"huitong/portal/store"
)

// auditVerifyCommand goes through the whole audit.
type auditVerifyCommand struct {
	Noted []string `help:"NUMBER:HASH as it was printed, logged or shown before; several are possible." placeholder:"NUMBER:HASH"`
}

// Run prints every fault and fails if there is one, and else how far the audit has come.
func (c auditVerifyCommand) Run(env *environment) error {
	var noted []casework.AuditHead
	for _, s := range c.Noted {
		h, err := casework.ParseAuditHead(s)
		if err != nil {
			return fmt.Errorf("--noted: %w", err)
		}
		noted = append(noted, h)
	}
	data, err := openStore(env, nil)
	if err != nil {
		return err
	}
	defer data.close()
	report, err := data.VerifyAudit(env.ctx, noted...)
	if err != nil {
		return err
	}
	for _, f := range report.Faults {
		fmt.Fprintln(env.out, faultWords(f))
	}
	if len(report.Faults) > 0 {
		return fmt.Errorf("%d faults in the audit: keep the database as it is, and compare it with backups", len(report.Faults))
	}
	fmt.Fprintf(env.out, "the audit is whole: %d lines, %d seals%s\nwrite this down to check against later: %s\n", report.Number, report.Seals, sealedSince(report), report.AuditHead)
	return nil
}

func sealedSince(r store.AuditReport) string {
	if r.Seals == 0 {
		return ""
	}
	return ", the last of " + r.Sealed.UTC().Format(time.RFC3339)
}

func faultWords(f casework.AuditFault) string {
	lines := fmt.Sprintf("line %d", f.From)
	if f.To > f.From {
		lines = fmt.Sprintf("lines %d to %d", f.From, f.To)
	}
	switch f.Kind {
	case casework.LineChanged:
		return lines + ": changed since it was written, or the line behind it was"
	case casework.LinesMissing:
		return lines + ": missing"
	case casework.LinesBeyond:
		return lines + ": behind the last line that was written"
	case casework.Rewritten:
		return lines + ": not what was sealed or noted; something up to there was changed and the chain made anew"
	case casework.SealBroken:
		return lines + ": its seal was not made with these keys"
	}
	return lines + ": " + string(f.Kind)
}

// sealEvery is how often the audit is sealed. What was written since the last seal is
// kept by the chain alone.
const sealEvery = 10 * time.Minute

// sealAudit seals the audit from time to time, and once more at the end. Each seal goes
// to the log, which lies elsewhere than the database.
func sealAudit(env *environment, data *store.Store) {
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-env.ctx.Done():
			return
		case <-tick.C:
			sealOnce(env.ctx, env, data)
		}
	}
}

func sealOnce(ctx context.Context, env *environment, data *store.Store) {
	seal, err := data.SealAudit(ctx)
	switch {
	case errors.Is(err, context.Canceled):
	case err != nil:
		env.log.Error("audit not sealed", "error", err)
	case seal.Number > 0:
		env.log.Info("audit sealed", "head", seal.AuditHead.String())
	}
	noteJob(ctx, env, data, jobSeal, err)
}
