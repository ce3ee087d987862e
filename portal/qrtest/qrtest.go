// Package qrtest reads QR codes from pictures, for the tests that print them.
package qrtest

import (
	"fmt"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// Read returns what the only QR code of img says.
//
// A camera sees a code in many pictures, one after the other, until one can be read; the
// reader here has one. It fails at 1 sound code in 200, where it mistakes a pattern in the
// code for one of its corners, so it looks a second time as at a code without perspective.
func Read(img image.Image) (string, error) {
	var failed error
	for _, hints := range []map[gozxing.DecodeHintType]any{nil, {gozxing.DecodeHintType_PURE_BARCODE: true}} {
		bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
		if err != nil {
			return "", fmt.Errorf("read QR code: %w", err)
		}
		found, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
		if err == nil {
			return found.GetText(), nil
		}
		failed = fmt.Errorf("read QR code: %w", err)
	}
	return "", failed
}
