package qrtest

import (
	"fmt"
	"image"
	"math/rand/v2"
	"testing"

	"github.com/skip2/go-qrcode"
)

// TestRead draws a thousand codes in the size of a poster on a screen, where a module is no
// whole number of points wide, and reads each.
func TestRead(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		want := fmt.Sprintf("http://localhost:%d/e/%010x", 30000+random.IntN(20000), random.Uint64N(1<<40))
		code, err := qrcode.New(want, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Read(draw(code.Bitmap(), 227)); got != want || err != nil {
			t.Errorf("the code of %q says %q, %v", want, got, err)
		}
	}
}

// TestReadNothing looks at a sheet without a code.
func TestReadNothing(t *testing.T) {
	if got, err := Read(draw(nil, 227)); err == nil {
		t.Errorf("an empty sheet says %q; want an error", got)
	}
}

// draw draws the modules of a code on a square of that many points.
func draw(modules [][]bool, side int) image.Image {
	out := image.NewGray(image.Rect(0, 0, side, side))
	for i := range out.Pix {
		x, y := i%side*len(modules)/side, i/side*len(modules)/side
		if len(modules) == 0 || !modules[y][x] {
			out.Pix[i] = 255
		}
	}
	return out
}
