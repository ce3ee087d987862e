package bot

import "testing"

// TestAtTheDoor measures on what people say at the door, into the phone and in their own
// dialect; the bot may be tuned on one half. The misses of the other are never printed.
func TestAtTheDoor(t *testing.T) {
	for _, f := range []floors{
		{file: "doors.txt", recall: 0.95, section: 0.92, refused: 0.95, retained: 0.98, precision: 0.9},
		{file: "doors-unseen.txt", recall: 0.88, section: 0.79, refused: 0.95, retained: 0.95, precision: 0.7},
	} {
		t.Run(f.file, func(t *testing.T) {
			// Few are asked plainly enough for the bot to be sure; those answers are right.
			answers, right := f.met(t).Sure()
			atLeast(t, "share of sure answers that are right", ratio(right, answers), 0.95)
		})
	}
}
