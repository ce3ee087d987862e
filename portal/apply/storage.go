package apply

import (
	"errors"
	"time"
)

// ErrNotFound says that there is nothing by that name, or nothing for that secret.
var ErrNotFound = errors.New("not found")

// ErrConflict says that somebody else has changed it since it was read.
var ErrConflict = errors.New("changed by somebody else")

// ErrNotKept says that a file could not be put where files are kept; all else goes on.
var ErrNotKept = errors.New("file not kept")

// LockedError says that there were too many wrong attempts. It is the same
// whether or not what was asked for exists.
type LockedError struct{ Until time.Time }

// Error tells when to come back.
func (e *LockedError) Error() string {
	return "too many attempts, locked until " + e.Until.UTC().Format(time.RFC3339)
}

// DraftTokenLasts is how long a browser is remembered.
const DraftTokenLasts = 30 * 24 * time.Hour

// IdleLasts is how long a draft that nobody goes on with, or an application that
// was withdrawn, is kept unless a setting says otherwise.
const IdleLasts = 180 * 24 * time.Hour

// Submission is what submitting a draft takes.
type Submission struct {
	Reference Reference
	Version   int    // of the draft that was reviewed
	Key       string // drawn for the review page; the same key submits once
	Form      Form
	Consent   Consent

	// Draft is as it was just read for this very request; nil: it is read again. A store
	// may decide on it, and then finds out as it writes whether it is still so.
	Draft *Application
}
