package intake

import (
	"bytes"
	"errors"
)

// pdfTail is how far from its end a PDF has to say that it ends.
const pdfTail = 1024

// cleanPDF checks that a PDF is whole. It is not rewritten: it is only ever handed
// out as a file to save, in a sandbox.
func cleanPDF(body []byte) (File, error) {
	tail := body[max(0, len(body)-pdfTail):]
	start := bytes.LastIndex(tail, []byte("startxref"))
	switch {
	case start < 0 || !bytes.Contains(tail[start:], []byte("%%EOF")):
		return File{}, refuse(Broken, errors.New("no end"))
	case !bytes.Contains(body, []byte(" obj")):
		return File{}, refuse(Broken, errors.New("no objects"))
	case bytes.Contains(body, []byte("/Encrypt")):
		return File{}, refuse(Locked, nil)
	}
	return File{Kind: PDF, Body: body}, nil
}
