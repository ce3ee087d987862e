package casework

import (
	"time"

	"huitong/portal/apply"
)

// Standard is what a policy pays at present (挂钩机制): the amount of one entry of the
// facts, and from when on.
type Standard struct {
	Policy string
	apply.Grant
	From time.Time
}

// StandardChange is what a standard would change of the grants that run.
type StandardChange struct {
	Standard
	Differing  int   // grants that run at another amount
	Difference int64 // of all of them together, in fen
	Same       int   // grants that run at this amount
}

// RunningGrant is one grant that runs at another amount than the standard.
type RunningGrant struct {
	Reference apply.Reference
	Town      string
	Amount    int64     // at which it runs, in fen
	Since     time.Time // approved, or changed to this amount
}
