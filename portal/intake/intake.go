// Package intake receives files from strangers: it finds out by their content what
// they are, refuses what is broken or too large, and makes of every photo a plain
// picture that holds nothing but what can be seen.
//
// A [Cleaner] turns the bytes of a JPEG, PNG, HEIC or PDF into a [File]: pictures
// are turned upright, made smaller and written anew as JPEG, so that place, time
// and device of the photo are gone and no byte of the original reaches anybody; a
// PDF stays as it is. What cannot be kept is a [RefusedError] with the reason as a word.
// A [Clamd] asks a virus scanner about what was kept.
//
// The package knows no form, no store and no words for visitors, and it trusts
// neither names nor types that a browser sends.
package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"

	"golang.org/x/sync/semaphore"
)

// MaxSize is the most bytes that a file may have: what a phone's camera makes, with
// room to spare.
const MaxSize = 15 << 20

// Bounds of pictures. The largest cameras of phones make some 50 million pixels
// when they do not combine them; more is held for a bomb.
const (
	maxPixels = 52 << 20
	maxSide   = 20_000
	minSide   = 16
)

// Kind is what a file is, by its content.
type Kind string

// The kinds that are kept. Every photo becomes a JPEG.
const (
	JPEG Kind = "jpeg"
	PDF  Kind = "pdf"
)

// File is a file as it may be kept.
type File struct {
	Kind  Kind
	Body  []byte
	Small []byte // a JPEG to recognise the picture by; empty for a PDF
}

// Reason says why a file is refused.
type Reason string

// The reasons to refuse a file.
const (
	Empty    Reason = "empty"
	TooLarge Reason = "large"  // more than MaxSize
	Unknown  Reason = "kind"   // none of the kinds that are kept
	Broken   Reason = "broken" // cut off or damaged
	Pixels   Reason = "pixels" // a picture beyond the bounds
	Tiny     Reason = "tiny"   // a picture too small to read anything on it
	Locked   Reason = "locked" // a PDF that wants a password
)

// Reasons lists all reasons, for the check that all languages have words for them.
func Reasons() []Reason {
	return []Reason{Empty, TooLarge, Unknown, Broken, Pixels, Tiny, Locked}
}

// RefusedError is the error for a file that is not kept. It says nothing of the content.
type RefusedError struct {
	Reason Reason
	cause  error
}

// Error names the reason and what the decoder said.
func (r *RefusedError) Error() string {
	if r.cause == nil {
		return "file refused: " + string(r.Reason)
	}
	return fmt.Sprintf("file refused: %s: %v", r.Reason, r.cause)
}

// Unwrap returns what the decoder said.
func (r *RefusedError) Unwrap() error { return r.cause }

func refuse(why Reason, cause error) error { return &RefusedError{why, cause} }

// Cleaner cleans files. It is safe for concurrent use: pictures that are decoded at
// the same time never have more pixels together than the largest alone may have,
// whoever comes later waits.
type Cleaner struct {
	pixels *semaphore.Weighted
}

// NewCleaner returns a Cleaner.
func NewCleaner() *Cleaner { return &Cleaner{semaphore.NewWeighted(maxPixels)} }

// format is one kind of file that is received. size tells width and height of a
// picture without decoding it.
type format struct {
	is     func([]byte) bool
	size   func([]byte) (width, height int, err error)
	decode func([]byte) (image.Image, error)
	turn   func([]byte) int // EXIF orientation
}

var formats = []format{
	{isJPEG, sizeOf, decodeImage, jpegTurn},
	{isPNG, sizeOf, decodeImage, pngTurn},
	{isHEIC, heicSize, decodeHEIC, func([]byte) int { return upright }},
}

// Clean returns what may be kept of body. The error is a *RefusedError, or ctx's.
func (c *Cleaner) Clean(ctx context.Context, body []byte) (File, error) {
	switch {
	case len(body) == 0:
		return File{}, refuse(Empty, nil)
	case len(body) > MaxSize:
		return File{}, refuse(TooLarge, nil)
	case isPDF(body):
		return cleanPDF(body)
	}
	for _, f := range formats {
		if f.is(body) {
			return c.cleanPicture(ctx, f, body)
		}
	}
	return File{}, refuse(Unknown, nil)
}

func (c *Cleaner) cleanPicture(ctx context.Context, f format, body []byte) (File, error) {
	width, height, err := f.size(body)
	switch {
	case err != nil:
		return File{}, refuse(Broken, err)
	case width < minSide || height < minSide:
		return File{}, refuse(Tiny, nil)
	case width > maxSide || height > maxSide || width*height > maxPixels:
		return File{}, refuse(Pixels, nil)
	}
	weight := int64(width * height)
	if err := c.pixels.Acquire(ctx, weight); err != nil {
		return File{}, fmt.Errorf("wait to decode: %w", err)
	}
	defer c.pixels.Release(weight)
	img, err := decodeSafely(f.decode, body)
	if err != nil {
		return File{}, refuse(Broken, err)
	}
	// A decoder that finds another size than the header promised is not believed.
	if b := img.Bounds(); b.Dx()*b.Dy() > maxPixels || b.Empty() {
		return File{}, refuse(Broken, errors.New("size differs from the header"))
	}
	return encode(img, f.turn(body))
}

// decodeSafely makes an error of a panic: decoders are given bytes by strangers.
func decodeSafely(decode func([]byte) (image.Image, error), body []byte) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("decoder panicked: %v", r)
		}
	}()
	return decode(body)
}

func isJPEG(b []byte) bool { return bytes.HasPrefix(b, []byte("\xff\xd8\xff")) }

func isPNG(b []byte) bool { return bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) }

func isPDF(b []byte) bool { return bytes.HasPrefix(b, []byte("%PDF-")) }
