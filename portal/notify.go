package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/locale"
	"huitong/portal/notify"
	"huitong/portal/store"
)

// notifyLog is the setting with which messages are only noted in the log.
const notifyLog = "log"

const (
	notesAtOnce = 10 // each may take as long as a gateway hangs
	notesEvery  = 5 * time.Second
)

// notifier sends one message; an error that wraps notify.ErrRefused is for good.
type notifier interface {
	Send(ctx context.Context, m notify.Message) error
}

// notifiers returns what the settings name for each channel; none is left out.
func (c *Config) notifiers(log *slog.Logger, now func() time.Time) (map[apply.Channel]notifier, error) {
	out := map[apply.Channel]notifier{}
	var errs []error
	switch c.NotifyEmail {
	case "":
	case notifyLog:
		out[apply.Email] = notify.Log{To: log}
	default:
		email, err := notify.NewEmail(c.NotifyEmail, c.NotifyFrom)
		if err != nil {
			errs = append(errs, fmt.Errorf("--notify-email (HUITONG_NOTIFY_EMAIL) %w: use smtp://user:password@host:587 and set HUITONG_NOTIFY_FROM to the sender", err))
		}
		out[apply.Email] = email
	}
	switch c.NotifySMS {
	case "":
	case notifyLog:
		out[apply.SMS] = notify.Log{To: log}
	default:
		gateway, err := notify.NewWebhook(c.NotifySMS, c.NotifySecret, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("--notify-sms (HUITONG_NOTIFY_SMS) %w: use https://host/path and set HUITONG_NOTIFY_SECRET", err))
		}
		out[apply.SMS] = gateway
	}
	return out, errors.Join(errs...)
}

// channels lists the ways by which families can be reached, SMS first.
func (c *Config) channels() []apply.Channel {
	var out []apply.Channel
	if c.NotifySMS != "" {
		out = append(out, apply.SMS)
	}
	if c.NotifyEmail != "" {
		out = append(out, apply.Email)
	}
	return out
}

// deliver sends what waits in the outbox until the process ends. It runs beside the
// site: however slow a gateway is, no visitor waits for it.
func deliver(env *environment, data *store.Store) {
	by, err := env.cfg.notifiers(env.log, env.now)
	if err != nil || len(by) == 0 {
		return // Validate has reported a wrong one
	}
	texts, err := locale.Default()
	if err != nil {
		env.log.Error("nothing is sent to families", "error", err)
		return
	}
	p := postman{by, texts, env.cfg.BaseURL, data, env.log}
	for {
		select {
		case <-env.ctx.Done():
			return
		case <-time.After(notesEvery):
		}
		for more := true; more && env.ctx.Err() == nil; {
			more = p.round(env.ctx)
		}
	}
}

// postman carries notes from the store to gateways.
type postman struct {
	by    map[apply.Channel]notifier
	texts *locale.Catalog
	base  string
	data  *store.Store
	log   *slog.Logger
}

// round sends what is due and reports whether there may be more.
func (p postman) round(ctx context.Context) bool {
	notes, err := p.data.TakeNotes(ctx, notesAtOnce)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			p.log.Error("outbox not read", "error", err)
		}
		return false
	}
	for _, n := range notes {
		err := p.send(ctx, n)
		if ctx.Err() != nil {
			return false // it is sent again after the next start
		}
		if err != nil {
			p.log.Warn("notification not sent", "id", n.ID, "channel", n.Contact.Channel, "error", err)
		}
		if err := p.data.SettleNote(ctx, n, err == nil, errors.Is(err, notify.ErrRefused)); err != nil {
			p.log.Error("notification not noted as sent", "id", n.ID, "error", err)
			return false
		}
	}
	return len(notes) == notesAtOnce
}

func (p postman) send(ctx context.Context, n store.Note) error {
	to := p.by[n.Contact.Channel]
	if to == nil {
		return fmt.Errorf("no %s is set up: %w", n.Contact.Channel, notify.ErrRefused)
	}
	return to.Send(ctx, p.message(n))
}

// message puts a note into words. It names the application and nobody: whoever looks
// over a shoulder learns no more.
func (p postman) message(n store.Note) notify.Message {
	printer, address := p.texts.Printer(n.Lang), p.base
	for _, l := range locale.Languages() {
		if l.Tag == n.Lang && l.Prefix != "" {
			address = p.base + "/" + l.Prefix
		}
	}
	args := []any{"Number", n.Reference.Grouped(), "URL", address + "/track"}
	switch n.Kind {
	case store.NoteFactorReset, store.NotePost, store.NotePasswordSet, store.NoteAccess:
		args = []any{"URL", address + "/staff"}
	case store.NoteForgotten:
		args = []any{"URL", address + "/staff/reset?token=" + url.QueryEscape(n.Token), "Minutes", int(casework.ResetLasts.Minutes())}
	case store.NoteCall, store.NoteCallLate:
		args = []any{"URL", address + "/staff/calls"}
	case store.NoteReferral, store.NoteReferralBack:
		args = []any{"URL", address + "/staff/referrals"}
	case store.NoteConference:
		args = []any{"URL", address + "/staff/conferences"}
	case store.NoteReportNow, store.NoteReport, store.NoteReportLate, store.NoteReportAdded, store.NoteReportAssigned:
		args = []any{"Number", n.Reference.Grouped(), "URL", address + "/staff/reports"}
	case store.NotePass:
		args = append(args, "Code", n.Code.Grouped())
	case store.NoteDraftEnds:
		layout := "2006年1月2日"
		if n.Lang == "en" {
			layout = "2 January 2006"
		}
		args = append(args, "Date", n.Ends.In(apply.China).Format(layout))
	}
	return notify.Message{
		ID: n.ID, To: n.Contact.Address,
		Subject: printer.T(fmt.Sprintf("notify.%s.subject", n.Kind), "Number", n.Reference.Grouped()),
		Text:    printer.T(fmt.Sprintf("notify.%s.text", n.Kind), args...),
	}
}

// remind writes reminders of unfinished applications into the outbox.
func remind(env *environment, data *store.Store) {
	if env.cfg.RemindDays == 0 || len(env.cfg.channels()) == 0 {
		return
	}
	err := data.RemindDrafts(env.ctx, time.Duration(env.cfg.RemindDays)*24*time.Hour)
	if err != nil && !errors.Is(err, context.Canceled) {
		env.log.Error("families not reminded", "error", err)
	}
	noteJob(env.ctx, env, data, jobRemind, err)
}
