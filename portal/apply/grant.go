package apply

// Grant is what an approval pays, as the standard was on that day. It is kept with the
// decision: a standard that changes later changes no grant by itself.
type Grant struct {
	Fact   string // entry of the facts that states the standard
	Amount int64  // in fen
	Unit   string // of the amount, such as 元/人/月
}

// Pay notes what an approval pays. It belongs to the move that has just approved.
func (a *Application) Pay(g Grant) error {
	if n := len(a.Events); n == 0 || a.State != Approved || a.Events[n-1].Move != Approve {
		return &TransitionError{From: a.State, Move: "pay", By: StaffActor}
	}
	a.Granted = &g
	return nil
}
