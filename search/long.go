package search

import "math"

// longSigns is how many characters and words texts have of which the longer ones count half
// of what they may count less.
const longSigns = 1000

// longness is how far texts are so long that a longer one has much of any question by chance:
// half where they have longSigns on average.
func (s *snapshot) longness() float64 {
	length := float64(len(s.signs)) / float64(max(1, len(s.docs))) / longSigns
	return 1 - 1/(1+length*length)
}

// lengthen returns what a document counts that is so many times as long as others, which are
// as long as that.
func (w *weights) lengthen(length, long float64) float32 {
	if length <= 0 {
		return 1
	}
	return float32(1 + long*(math.Pow(length, -w.longer)-1))
}
