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
