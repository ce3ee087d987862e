package bot

import "testing"

// TestAtTheDoor measures on what people say at the door, into the phone and in their own
// dialect; the bot may be tuned on one half. The misses of the other are never printed.
func TestAtTheDoor(t *testing.T) {
	for _, c := range []struct {
		file                                                  string
		recall, section, refused, retained, urgent, precision float64
	}{
		{file: "doors.txt", recall: 0.95, section: 0.92, refused: 0.95, retained: 0.98, urgent: 1, precision: 0.9},
		{file: "doors-unseen.txt", recall: 0.86, section: 0.75, refused: 0.95, retained: 0.95, urgent: 1, precision: 0.5},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := evaluate(t, learnedBot(t), c.file)
			if c.file != "doors.txt" {
				r.Misses = nil
			}
			logReport(t, r)
			atLeast(t, "recall@1", r.Recall1, c.recall)
			atLeast(t, "right section", r.Section1, c.section)
			atLeast(t, "refusal recall", r.RefusalRecall, c.refused)
			atLeast(t, "answers retained", r.Retained, c.retained)
			atLeast(t, "urgent recall", r.UrgentRecall, c.urgent)
			atLeast(t, "urgent precision", r.UrgentPrecision, c.precision)
			atLeast(t, "clarify recall", r.ClarifyRecall, 1)
			// Few are asked plainly enough for the bot to be sure; those answers are right.
			answers, right := r.Sure()
			atLeast(t, "share of sure answers that are right", float64(right)/float64(answers), 0.95)
		})
	}
}
