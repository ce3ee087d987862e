package bot

import "testing"

// TestTenPeople measures on what ten more people ask; the bot may be tuned on two thirds of it.
// The misses of the rest are never printed.
func TestTenPeople(t *testing.T) {
	for _, f := range []floors{
		{file: "street.txt", recall: 0.93, section: 0.88, refused: 0.95, retained: 0.98, precision: 0.7},
		{file: "street-unseen.txt", recall: 0.85, section: 0.77, refused: 0.95, retained: 0.95, precision: 0.7},
	} {
		t.Run(f.file, func(t *testing.T) { reliable(t, f.met(t)) })
	}
}

// TestTwelvePeople measures on what twelve people more ask; the bot may be tuned on half of it,
// and on half of their conversations. The misses of the rest are never printed.
func TestTwelvePeople(t *testing.T) {
	for _, f := range []floors{
		{file: "twelve.txt", recall: 0.93, section: 0.9, refused: 0.95, retained: 0.95, precision: 0.7},
		{file: "twelve-unseen.txt", recall: 0.85, section: 0.76, refused: 0.95, retained: 0.95, precision: 0.7},
	} {
		t.Run(f.file, func(t *testing.T) { reliable(t, f.met(t)) })
	}
	atLeast(t, "conversations", play(t, "conversations-twelve.txt").Accuracy(), 0.92)
	atLeast(t, "unseen conversations", play(t, "conversations-twelve-unseen.txt").Accuracy(), 0.7)
}
