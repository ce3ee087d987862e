package casework

import (
	"errors"
	"time"

	"huitong/portal/apply"
)

// DeviceLasts is how long a device that a director works with in the villages may stay
// away: then what lies on it opens no more.
const DeviceLasts = 14 * 24 * time.Hour

// ErrNoDevice says that a device is not, or not any more, one of the user's.
var ErrNoDevice = errors.New("the device is not known")

// Device is one on which a director works without a network.
type Device struct {
	ID     string
	Public []byte // closes boxes that only the portal opens
}

// Boxed is what was finished on a device: closed there, and opened by the portal alone.
type Boxed struct {
	Device, Key, Kind string
	Box               []byte
}

// Bound is what a box was closed for, so that it counts for nothing else.
func (b Boxed) Bound() []byte { return []byte(b.Device + ":" + b.Key + ":" + b.Kind) }

// Typed is an application that a director filled in with a family without a network.
type Typed struct {
	Consent AssistConsent
	Lang    string
	Form    apply.Form
	Answers apply.Answers
}

// Then returns when something was done by a device's clock, which may be wrong: never
// after now, nor before a device may have been away.
func Then(told, now time.Time) time.Time {
	if told.After(now) || told.Before(now.Add(-DeviceLasts)) {
		return now
	}
	return told
}
