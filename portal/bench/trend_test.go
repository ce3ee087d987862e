package bench

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// trend is how one figure went over the samples of a soak.
type trend struct {
	first, last float64 // medians of the first and the last third
	slope       float64 // by least squares, a sample
	span        float64 // samples
}

// trendOf looks at samples that were taken at equal distances.
func trendOf(samples []float64) trend {
	n := len(samples)
	third := max(1, n/3)
	if n == 0 {
		return trend{}
	}
	t := trend{first: median(samples[:third]), last: median(samples[n-third:]), span: float64(n - 1)}
	var sx, sy, sxx, sxy float64
	for i, y := range samples {
		x := float64(i)
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	if d := float64(n)*sxx - sx*sx; d > 0 {
		t.slope = (float64(n)*sxy - sx*sy) / d
	}
	return t
}

// grows reports whether a figure grows: its last third is above the first, and so is the
// line through all samples, by more than the part of it that may come and go and by more
// than a few. Either alone is not enough: a line is drawn up by one burst at the end,
// and a third by one that happened to be low.
func (t trend) grows(part, few float64) bool {
	allowed := max(part*t.first, few)
	return t.last-t.first > allowed && t.slope*t.span > allowed
}

// TestTrend shows figures as they come from a soak.
func TestTrend(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const samples = 162 // of 27 minutes
	series := func(at func(i int) float64) []float64 {
		out := make([]float64, samples)
		for i := range out {
			out[i] = at(i)
		}
		return out
	}
	for name, test := range map[string]struct {
		samples []float64
		want    bool
	}{
		"flat":               {series(func(int) float64 { return 400 }), false},
		"none":               {nil, false},
		"noise":              {series(func(int) float64 { return 400 + 40*r.Float64() }), false},
		"saw of collector":   {series(func(i int) float64 { return 300 + float64(i*7%40)*5 }), false},
		"burst at the end":   {series(func(i int) float64 { return 400 + 400*float64(i/158) }), false},
		"falls":              {series(func(i int) float64 { return 400 - float64(i)/4 }), false},
		"leak in the noise":  {series(func(i int) float64 { return 400 + float64(i)/4 + 20*r.Float64() }), true},
		"leak under a saw":   {series(func(i int) float64 { return 300 + float64(i*7%40) + float64(i)/2 }), true},
		"step in the middle": {series(func(i int) float64 { return 400 + 60*float64(i/81) }), true},
	} {
		if got := trendOf(test.samples).grows(0.05, 1); got != test.want {
			t.Errorf("%s: grows %v; want %v: %+v", name, got, test.want, trendOf(test.samples))
		}
	}
	got := trendOf([]float64{1, 2, 3, 4, 5, 6})
	if want := (trend{2, 6, 1, 5}); fmt.Sprintf("%.6f", got) != fmt.Sprintf("%.6f", want) {
		t.Errorf("a line: %+v; want %+v", got, want)
	}
	if handles := trendOf([]float64{30, 30, 31, 33, 34, 34}); handles.grows(0.05, 8) {
		t.Error("a few handles more count as growth")
	}
}
