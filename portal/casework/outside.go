package casework

import (
	"errors"
	"log/slog"
)

// ErrNobody says that the city's accounts signed nobody in, or answered something that
// this browser did not ask: whoever sits there may begin anew.
var ErrNobody = errors.New("nobody was signed in")

// Outside is an identity that the city's own accounts vouch for.
type Outside struct {
	Issuer, Subject string // together they name one person for ever
	Strong          bool   // a second factor was asked for there
}

// LogValue implements slog.LogValuer: whose account it is stays out of the log.
func (o Outside) LogValue() slog.Value { return slog.StringValue(o.Issuer) }
