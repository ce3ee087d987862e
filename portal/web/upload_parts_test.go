package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"strconv"
	"testing"

	"huitong/portal/apply"
)

// grainy is a photo of some hundred KB.
func grainy(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 500, 400))
	for i := range img.Pix {
		img.Pix[i] = uint8(rand.IntN(256))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sends sends a piece of a file, or asks how far it has come if there is none.
func (b *browser) sends(document string, whole []byte, at, size int, change ...string) *browser {
	b.t.Helper()
	return b.sendsTo(papersAt, document, whole, at, size, change...)
}

// sendsTo is sends on another page.
func (b *browser) sendsTo(address, document string, whole []byte, at, size int, change ...string) *browser {
	b.t.Helper()
	form := b.form(address)
	sum := sha256.Sum256(whole)
	form.Set(uploadField, hex.EncodeToString(sum[:]))
	form.Set(lengthField, strconv.Itoa(len(whole)))
	form.Set(offsetField, strconv.Itoa(at))
	form.Set(pieceField, doc(document))
	form.Set(formStay, document)
	for i := 0; i < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	keep := b.doc // what answers a piece is no page
	if size == 0 {
		b.post(address, form)
	} else {
		b.post(address, form, chosen{doc(document), whole[at:min(at+size, len(whole))]})
	}
	if b.header.Get(uploadOffset) != "" {
		b.doc = keep
	}
	return b
}

func (b *browser) told(status int, offset int) *browser {
	b.t.Helper()
	if got := b.header.Get(uploadOffset); b.status != status || got != strconv.Itoa(offset) {
		b.t.Errorf("%d with %s %q; want %d with %d", b.status, uploadOffset, got, status, offset)
	}
	return b
}

// TestUploadInPieces sends a photo as the script does: it goes on where it stopped, is
// seen when all is there, once, and is the one that was sent.
func TestUploadInPieces(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	photo := grainy(t)
	const size = 40_000
	b.sends("household-register", photo, 0, 0).told(204, 0)
	b.sends("household-register", photo, 0, size).told(204, size)
	b.sends("household-register", photo, 0, size).told(409, size)
	b.sends("household-register", photo, 2*size, size).told(409, size)
	if got := b.open(papersAt).pictures(); len(got) != 0 {
		t.Errorf("%d pictures are shown of a photo that is not there yet", len(got))
	}
	other := d.begin("another family")
	other.sends("household-register", photo, 0, 0).told(204, 0)
	b.sends("household-register", photo, 0, 0).told(204, size)
	at := size
	for ; at+size < len(photo); at += size {
		b.sends("household-register", photo, at, size).told(204, at+size)
	}
	b.sends("household-register", photo, at, size).wants(200)
	if got := b.pictures(); len(got) != 1 {
		t.Errorf("%d pictures; want the photo", len(got))
	}
	// The answer was lost on its way: asking again, or sending again, adds nothing.
	b.sends("household-register", photo, 0, 0).wants(200)
	b.sends("household-register", photo, at, size).wants(200)
	form := b.form(papersAt)
	form.Set(formStay, "household-register")
	b.post(papersAt, form, chosen{doc("household-register"), photo}).wants(200)
	if got := b.open(papersAt).pictures(); len(got) != 1 {
		t.Errorf("%d pictures after sending it again; want 1", len(got))
	}
	if left, err := d.store.SweepFiles(t.Context(), 100); err != nil || left != 0 {
		t.Errorf("%d pieces were left, %v", left, err)
	}
}

// TestPiecesThatDoNotFit are refused before anything is kept, and what turns out to be no
// photo in the end is refused as it is without pieces.
func TestPiecesThatDoNotFit(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	photo := grainy(t)
	page := b.doc
	for name, change := range map[string][]string{
		"no digest": {uploadField, "x"}, "a short one": {uploadField, "ab"}, "no length": {lengthField, ""}, "a huge one": {lengthField, strconv.Itoa(1 << 40)},
		"less than nothing": {lengthField, "-1"}, "another place": {pieceField, "document-no-such"}, "no place": {pieceField, "child_name"},
		"before the beginning": {offsetField, "-1"}, "beyond the end": {offsetField, fmt.Sprint(len(photo))}, "nowhere": {offsetField, "a"},
		"a file of nobody's": {pieceField, replacesField + "00"},
	} {
		b.doc = page
		if b.sends("household-register", photo, 0, 40_000, change...); b.status != 400 {
			t.Errorf("%s: %d; want 400", name, b.status)
		}
	}
	b.doc = page
	if b.sends("household-register", photo, 0, 1000); b.status != 400 {
		t.Errorf("a tiny piece: %d; want 400", b.status)
	}
	b.doc = page
	b.sends("household-register", photo, 0, 40_000, tokenField, "guessed").wants(403)
	b.doc = page
	other := bytes.Clone(photo)
	other[100]++
	sum := sha256.Sum256(other)
	b.sends("household-register", photo, 0, len(photo), uploadField, hex.EncodeToString(sum[:])).told(409, 0)
	b.sends("household-register", photo, 0, 0, uploadField, hex.EncodeToString(sum[:])).told(204, 0)
	words := bytes.Repeat([]byte("this is no photo "), 10_000)
	b.sends("household-register", words, 0, 100_000).told(204, 100_000)
	b.sends("household-register", words, 100_000, 100_000).wants(422, "不是照片，也不是PDF")
	if left, err := d.store.SweepFiles(t.Context(), 100); err != nil || left != 0 {
		t.Errorf("%d pieces were left, %v", left, err)
	}
}

// TestAskedInPieces sends a photo that the office asked for as the script does, in each mode.
func TestAskedInPieces(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			d := newDesk(t)
			b, _ := d.asked()
			b.cookies["mode"] = mode
			address := askedIn(mode)
			photo := grainy(t)
			const size = 100_000
			b.open(address).sendsTo(address, apply.OtherDocument, photo, 0, 0).told(204, 0)
			at := 0
			for ; at+size < len(photo); at += size {
				b.sendsTo(address, apply.OtherDocument, photo, at, size).told(204, at+size)
			}
			b.sendsTo(address, apply.OtherDocument, photo, at, size).wants(200, "照片1")
		})
	}
}
