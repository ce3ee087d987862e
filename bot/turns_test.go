package bot

import "testing"

// TestTurns plays turns that people take beside questions; each has to come out as it says.
func TestTurns(t *testing.T) {
	for _, fault := range play(t, "conversations-turns.txt").Faults {
		t.Error(fault)
	}
}
