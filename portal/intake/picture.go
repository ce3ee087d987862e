package intake

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	_ "image/png" // for image.Decode
)

// What is kept of a picture. A sheet of A4 has 175 to 350 dots an inch then: small
// print stays readable.
const (
	longestSide  = 4096
	smallSide    = 320
	quality      = 80
	smallQuality = 70
)

func sizeOf(body []byte) (width, height int, err error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(body))
	return config.Width, config.Height, err
}

func decodeImage(body []byte) (image.Image, error) {
	img, _, err := image.Decode(bytes.NewReader(body))
	return img, err
}

// encode writes the picture anew, upright and bounded. Only pixels go from img into
// the result.
func encode(img image.Image, turn int) (File, error) {
	kept := rotate(shrink(img, longestSide), turn)
	body, err := writeJPEG(kept, quality)
	if err != nil {
		return File{}, err
	}
	small, err := writeJPEG(shrink(kept, smallSide), smallQuality)
	if err != nil {
		return File{}, err
	}
	return File{Kind: JPEG, Body: body, Small: small}, nil
}

func writeJPEG(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("write picture: %w", err)
	}
	return b.Bytes(), nil
}

// shrink halves img until no side is longer than side. Halving averages four pixels
// into one, so that thin strokes of print survive.
func shrink(img image.Image, side int) *image.RGBA {
	out, ok := img.(*image.RGBA)
	if !ok && longer(img) <= side {
		out = rows(img, img.Bounds())
	}
	for longer(img) > side {
		out = half(img)
		img = out
	}
	return out
}

func longer(img image.Image) int { return max(img.Bounds().Dx(), img.Bounds().Dy()) }

// rows returns a part of img on white ground.
func rows(img image.Image, part image.Rectangle) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, part.Min, draw.Over)
	return out
}

// half reads two rows at a time: a second copy of a large picture is never made.
func half(img image.Image) *image.RGBA {
	from := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, max(1, from.Dx()/2), max(1, from.Dy()/2)))
	for y := range out.Rect.Dy() {
		top := from.Min.Y + 2*y
		two := rows(img, image.Rect(from.Min.X, top, from.Max.X, min(top+2, from.Max.Y)))
		line := out.Pix[out.PixOffset(0, y):]
		for x := range out.Rect.Dx() {
			for c := range 4 {
				line[4*x+c] = mean(two, 2*x, c)
			}
		}
	}
	return out
}

// mean returns one channel of the pixels at x and beside it, in both rows.
func mean(two *image.RGBA, x, channel int) uint8 {
	sum, n := 0, 0
	for y := range two.Rect.Dy() {
		for i := x; i < min(x+2, two.Rect.Dx()); i++ {
			sum += int(two.Pix[y*two.Stride+4*i+channel])
			n++
		}
	}
	return uint8((sum + n/2) / n)
}

// rotate undoes the way a camera was held: turn is the orientation of EXIF, 1 to 8.
func rotate(img *image.RGBA, turn int) *image.RGBA {
	if turn <= upright || turn > 8 {
		return img
	}
	width, height := img.Rect.Dx(), img.Rect.Dy()
	size := image.Rect(0, 0, width, height)
	if turn >= 5 { // on its side
		size = image.Rect(0, 0, height, width)
	}
	out := image.NewRGBA(size)
	for y := range height {
		for x := range width {
			to := place(turn, x, y, width-1, height-1)
			copy(out.Pix[out.PixOffset(to.X, to.Y):][:4], img.Pix[img.PixOffset(x, y):][:4])
		}
	}
	return out
}

// place says where the pixel x, y of a picture goes; right and bottom are the
// largest x and y.
func place(turn, x, y, right, bottom int) image.Point {
	switch turn {
	case 2:
		return image.Pt(right-x, y)
	case 3:
		return image.Pt(right-x, bottom-y)
	case 4:
		return image.Pt(x, bottom-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(bottom-y, x)
	case 7:
		return image.Pt(bottom-y, right-x)
	case 8:
		return image.Pt(y, right-x)
	}
	return image.Pt(x, y)
}
