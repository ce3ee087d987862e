package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"huitong/portal/apply"
	"huitong/portal/intake"
)

// photo is a picture of a paper, cleaned as those of families are.
type photo struct{ body, small []byte }

// sheets is how many different papers there are; each is drawn and cleaned once.
const sheets = 6

// newPhotos draws papers with lines that look like writing from afar and a broad red
// bar across, so that nobody takes one for a document.
func newPhotos(ctx context.Context) ([]photo, error) {
	cleaner := intake.NewCleaner()
	var out []photo
	for n := range sheets {
		var drawn bytes.Buffer
		if err := png.Encode(&drawn, sheet(n)); err != nil {
			return nil, fmt.Errorf("draw a paper: %w", err)
		}
		clean, err := cleaner.Clean(ctx, drawn.Bytes())
		if err != nil {
			return nil, fmt.Errorf("draw a paper: %w", err)
		}
		out = append(out, photo{clean.Body, clean.Small})
	}
	return out, nil
}

func sheet(n int) image.Image {
	const width, height = 480, 640
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	fill := func(r image.Rectangle, c color.Color) {
		draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(img.Bounds(), color.RGBA{0xf4, 0xf1, 0xe8, 0xff})
	ink := color.RGBA{0x44, 0x44, 0x55, 0xff}
	for line := range 18 {
		for word := range 3 + (line*7+n)%4 {
			x, y := 50+word*62, 60+line*30
			fill(image.Rect(x, y, x+30+(word*13+line*5+n)%28, y+10), ink)
		}
	}
	for i := range height { // the bar
		fill(image.Rect(i*width/height-30, i, i*width/height+30, i+1), color.RGBA{0xb3, 0x26, 0x1e, 0xff})
	}
	return img
}

// attach puts the next picture to a document.
func (t *city) attach(ctx context.Context, ref apply.Reference, document string) error {
	p := pick(t, t.photos)
	digest := sha256.Sum256(append([]byte(document), p.body...))
	_, err := t.Store.AddFile(ctx, ref, apply.NewFile{Document: document, Kind: string(intake.JPEG), Body: p.body, Small: p.small, Digest: digest[:]})
	return err
}
