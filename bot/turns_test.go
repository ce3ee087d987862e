package bot

import "testing"

// TestTurns plays turns that people take beside questions; each has to come out as it says.
func TestTurns(t *testing.T) {
	for _, name := range []string{"conversations-turns.txt", "conversations-street.txt", "conversations-talk.txt"} {
		for _, fault := range play(t, name).Faults {
			t.Error(name, fault)
		}
	}
}
