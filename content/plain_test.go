package content

import (
	"strings"
	"testing"
)

func TestPlainness(t *testing.T) {
	long := strings.Repeat("长", MaxSentence+1)
	cases := []struct {
		name, text         string
		sentences, longest int
		mean, rare         float64
		tooLong            int
	}{
		{"empty", "", 0, 0, 0, 0, 0},
		{"two sentences", "孩子可以领。去镇街办理！", 2, 5, 5, 0, 0},
		{"Latin and digits do not count", "打12345，OK。", 1, 1, 1, 0, 0},
		{"rare characters", "饕餮之人", 1, 4, 4, 0.5, 0},
		{"too long", long + "。", 1, MaxSentence + 1, MaxSentence + 1, 0, 1},
	}
	for _, c := range cases {
		got := PlainnessOf(c.text)
		if got.Sentences != c.sentences || got.Longest != c.longest || got.Mean != c.mean || got.Rare != c.rare || len(got.Long) != c.tooLong {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
