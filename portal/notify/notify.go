// Package notify sends short messages to families: by e-mail over SMTP, by SMS
// through a gateway that takes JSON, or into the log where neither is set up.
//
// An [Email], a [Webhook] and a [Log] each have Send. An error that wraps
// [ErrRefused] means that trying again does no good. No error repeats the address or
// the text, so that errors may be logged.
//
// The package knows no application and no words: what is sent to whom, and whether
// the family asked for it, is settled before.
package notify

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// ErrRefused says that the other side will not take this message, now or later.
var ErrRefused = errors.New("refused for good")

// timeout bounds one attempt: a gateway that hangs holds nothing up but itself.
const timeout = 20 * time.Second

// Message is what is sent. ID stays the same when it is sent again, so that the other
// side can tell.
type Message struct {
	ID      string
	To      string // an e-mail address or a telephone number
	Subject string // not used by SMS
	Text    string
}

// Log stands in for a gateway while there is none: it notes that something would have
// been sent, and nothing of what and to whom.
type Log struct{ To *slog.Logger }

// Send notes the message's ID.
func (l Log) Send(ctx context.Context, m Message) error {
	l.To.InfoContext(ctx, "notification", "id", m.ID)
	return nil
}
