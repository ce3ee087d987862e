package static

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "draw img/card.png again")

// TestCard draws the picture that a shared link shows, the mark of the site on its
// colour, and expects it in img/card.png.
func TestCard(t *testing.T) {
	want := drawCard(1200, 630)
	if *update {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, want); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("img/card.png", b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	file := read("img/card.png")
	if len(file) > 20<<10 {
		t.Errorf("card.png is %d bytes; want at most 20 KiB", len(file))
	}
	got, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("card.png is %v; want %v", got.Bounds(), want.Bounds())
	}
	for y := range 630 {
		for x := range 1200 {
			if got.At(x, y) != want.At(x, y) {
				t.Fatalf("card.png differs at %d, %d: run go test -update", x, y)
			}
		}
	}
}

type point struct{ x, y float64 }

// cubic returns points along a Bézier curve.
func cubic(a, b, c, d point) []point {
	const n = 64
	out := make([]point, 0, n+1)
	for i := range n + 1 {
		t := float64(i) / n
		u := 1 - t
		mix := func(a, b, c, d float64) float64 { return u*u*u*a + 3*u*u*t*b + 3*u*t*t*c + t*t*t*d }
		out = append(out, point{mix(a.x, b.x, c.x, d.x), mix(a.y, b.y, c.y, d.y)})
	}
	return out
}

func distance(a, b point) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

func disc(centre point, radius float64) func(point) bool {
	return func(p point) bool { return distance(p, centre) <= radius }
}

// stroke is a line of the given width with round ends.
func stroke(line []point, width float64) func(point) bool {
	low, high := line[0], line[0]
	for _, q := range line {
		low = point{min(low.x, q.x-width/2), min(low.y, q.y-width/2)}
		high = point{max(high.x, q.x+width/2), max(high.y, q.y+width/2)}
	}
	return func(p point) bool {
		if p.x < low.x || p.x > high.x || p.y < low.y || p.y > high.y {
			return false
		}
		for _, q := range line {
			if distance(p, q) <= width/2 {
				return true
			}
		}
		return false
	}
}

// below is what lies between a curve that runs from left to right and a floor.
func below(line []point, floor float64) func(point) bool {
	return func(p point) bool {
		for i, q := range line[1:] {
			if a := line[i]; p.x >= a.x && p.x <= q.x {
				top := a.y + (q.y-a.y)*(p.x-a.x)/(q.x-a.x)
				return p.y >= top && p.y <= floor
			}
		}
		return false
	}
}

var (
	ground = color.RGBA{0x0d, 0x55, 0x50, 0xff}
	adults = color.RGBA{0xff, 0xff, 0xff, 0xff}
	child  = color.RGBA{0xf6, 0xc4, 0x8a, 0xff}
)

// markShapes are the shapes of img/mark.svg in its own units.
var markShapes = []struct {
	colour color.RGBA
	inside func(point) bool
}{
	{adults, stroke(cubic(point{9, 37}, point{15, 35.5}, point{18, 30.5}, point{18, 23.5}), 3.6)},
	{adults, stroke(cubic(point{39, 37}, point{33, 35.5}, point{30, 30.5}, point{30, 23.5}), 3.6)},
	{adults, disc(point{17.5, 14}, 5)},
	{adults, disc(point{30.5, 14}, 5)},
	{child, disc(point{24, 27}, 4)},
	{child, below(append(
		cubic(point{17.5, 39.5}, point{18.1, 34.5}, point{20.5, 32}, point{24, 32}),
		cubic(point{24, 32}, point{27.5, 32}, point{29.9, 34.5}, point{30.5, 39.5})[1:]...), 39.5)},
}

func colourAt(p point) color.RGBA {
	c := ground
	for _, s := range markShapes {
		if s.inside(p) {
			c = s.colour
		}
	}
	return c
}

// drawCard draws the mark, smoothed, in the middle of its colour.
func drawCard(width, height int) *image.Paletted {
	const unit, fine = 11.0, 3 // pixels in a unit of the mark, samples in a pixel each way
	palette := color.Palette{ground}
	index := map[color.RGBA]uint8{ground: 0}
	img := image.NewPaletted(image.Rect(0, 0, width, height), nil)
	for y := range height {
		for x := range width {
			at := point{(float64(x)-float64(width)/2)/unit + 24, (float64(y)-float64(height)/2)/unit + 24}
			if at.x < 5 || at.x > 43 || at.y < 7 || at.y > 41 {
				continue
			}
			c := smooth(at, 1/unit, fine)
			i, known := index[c]
			if !known {
				i = uint8(len(palette))
				index[c], palette = i, append(palette, c)
			}
			img.SetColorIndex(x, y, i)
		}
	}
	img.Palette = palette
	return img
}

// smooth is the mean colour of a pixel.
func smooth(at point, size float64, fine int) color.RGBA {
	var r, g, b int
	for i := range fine {
		for j := range fine {
			c := colourAt(point{at.x + size*(float64(i)+0.5)/float64(fine), at.y + size*(float64(j)+0.5)/float64(fine)})
			r, g, b = r+int(c.R), g+int(c.G), b+int(c.B)
		}
	}
	n := fine * fine
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 0xff}
}
