package intake_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"huitong/portal/intake"
)

// quarters is a picture whose corners can be told apart after it was turned.
func quarters(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, corner(x >= width/2, y >= height/2))
		}
	}
	return img
}

func corner(right, bottom bool) color.RGBA {
	switch {
	case right && bottom:
		return color.RGBA{255, 255, 255, 255}
	case right:
		return color.RGBA{0, 160, 0, 255}
	case bottom:
		return color.RGBA{0, 0, 200, 255}
	}
	return color.RGBA{200, 0, 0, 255}
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// secret stands for everything that a camera writes beside the picture.
const secret = "GPS 22.5176N 113.3926E 张三的手机"

// exif is an EXIF block with an orientation and words that must not be kept.
func exif(order binary.AppendByteOrder, turn uint16) []byte {
	b := []byte("MM\x00\x2a")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = []byte("II\x2a\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, e := range []struct{ tag, kind, value uint16 }{{0x010f, 3, 7}, {0x0112, 3, turn}} {
		b = order.AppendUint16(b, e.tag)
		b = order.AppendUint16(b, e.kind)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, e.value)
		b = append(b, 0, 0)
	}
	return append(b, secret...)
}

// withEXIF puts an EXIF segment into a JPEG.
func withEXIF(picture []byte, block []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), block...)
	out := append(bytes.Clone(picture[:2]), 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)+2))
	return append(append(out, segment...), picture[2:]...)
}

// chunk is a chunk of a PNG.
func chunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(picture []byte, kind string, data []byte) []byte {
	const head = 8 + 25
	return bytes.Join([][]byte{picture[:head], chunk(kind, data), picture[head:]}, nil)
}

// pdf is the smallest file that says of itself that it is a whole PDF.
const pdf = "%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"

func heicFile(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "quarters.heic"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func near(a, b color.Color) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	d := func(x, y uint32) bool { return max(x, y)-min(x, y) < 0x3000 }
	return d(ar, br) && d(ag, bg) && d(ab, bb)
}

// upright fails unless a kept picture has the corners where they belong.
func upright(t *testing.T, kept []byte, width, height int) {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(kept))
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds().Size(); got != image.Pt(width, height) {
		t.Errorf("size = %v; want %d × %d", got, width, height)
	}
	b := img.Bounds()
	for _, right := range []bool{false, true} {
		for _, bottom := range []bool{false, true} {
			x, y := b.Dx()/4, b.Dy()/4
			if right {
				x += b.Dx() / 2
			}
			if bottom {
				y += b.Dy() / 2
			}
			if got, want := img.At(x, y), corner(right, bottom); !near(got, want) {
				t.Errorf("right %v, bottom %v: %v; want %v", right, bottom, got, want)
			}
		}
	}
}

// held returns img as a camera in the given position would have stored it.
func held(img *image.RGBA, turn int) *image.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if turn >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			from := map[int]image.Point{
				1: {x, y}, 2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y},
				5: {y, x}, 6: {w - 1 - y, x}, 7: {w - 1 - y, h - 1 - x}, 8: {y, h - 1 - x},
			}[turn]
			out.Set(x, y, img.At(from.X, from.Y))
		}
	}
	return out
}

func TestCleanPictures(t *testing.T) {
	whole := quarters(96, 64)
	cmyk := image.NewCMYK(image.Rect(0, 0, 40, 40))
	tests := []struct {
		name          string
		body          []byte
		width, height int
		corners       bool
	}{
		{"JPEG", jpegOf(t, whole), 96, 64, true},
		{"PNG", pngOf(t, whole), 96, 64, true},
		{"HEIC", heicFile(t), 128, 96, true},
		{"PNG with a comment", withChunk(pngOf(t, whole), "tEXt", []byte("Comment\x00"+secret)), 96, 64, true},
		{"JPEG with words after its end", append(jpegOf(t, whole), secret...), 96, 64, true},
		{"grey PNG", pngOf(t, image.NewGray(image.Rect(0, 0, 40, 30))), 40, 30, false},
		{"odd sides", jpegOf(t, quarters(17, 33)), 17, 33, false},
		{"transparent PNG", pngOf(t, image.NewNRGBA(image.Rect(0, 0, 40, 30))), 40, 30, false},
		{"wide", pngOf(t, quarters(5000, 40)), 2500, 20, true},
		{"three times too long", pngOf(t, quarters(40, 10_000)), 10, 2500, true},
		{"palette", pngOf(t, image.NewPaletted(cmyk.Rect, color.Palette{color.White, color.Black})), 40, 40, false},
	}
	c := intake.NewCleaner()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := c.Clean(t.Context(), test.body)
			if err != nil || f.Kind != intake.JPEG {
				t.Fatalf("Clean = %s, %v; want a JPEG", f.Kind, err)
			}
			if bytes.Contains(f.Body, []byte(secret)) || bytes.Contains(f.Small, []byte(secret)) {
				t.Error("what the camera wrote is kept")
			}
			if test.corners {
				upright(t, f.Body, test.width, test.height)
			}
			for name, b := range map[string][]byte{"kept": f.Body, "small": f.Small} {
				config, err := jpeg.DecodeConfig(bytes.NewReader(b))
				if err != nil || name == "small" && max(config.Width, config.Height) > 320 {
					t.Errorf("%s picture is %d × %d, %v", name, config.Width, config.Height, err)
				}
			}
		})
	}
}

func TestTransparentIsWhite(t *testing.T) {
	f, err := intake.NewCleaner().Clean(t.Context(), pngOf(t, image.NewNRGBA(image.Rect(0, 0, 40, 30))))
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(f.Body))
	if err != nil || !near(img.At(20, 15), color.White) {
		t.Errorf("ground is %v, %v; want white", img.At(20, 15), err)
	}
}

func TestTurnedUpright(t *testing.T) {
	whole := quarters(96, 64)
	c := intake.NewCleaner()
	for turn := 1; turn <= 8; turn++ {
		for name, order := range map[string]binary.AppendByteOrder{"Motorola": binary.BigEndian, "Intel": binary.LittleEndian} {
			block := exif(order, uint16(turn))
			for kind, body := range map[string][]byte{
				"JPEG": withEXIF(jpegOf(t, held(whole, turn)), block),
				"PNG":  withChunk(pngOf(t, held(whole, turn)), "eXIf", block),
			} {
				t.Run(strings.Join([]string{kind, name, string(rune('0' + turn))}, " "), func(t *testing.T) {
					f, err := c.Clean(t.Context(), body)
					if err != nil {
						t.Fatal(err)
					}
					upright(t, f.Body, 96, 64)
					if bytes.Contains(f.Body, []byte("GPS")) || bytes.Contains(f.Body, []byte("Exif")) {
						t.Error("metadata is kept")
					}
				})
			}
		}
	}
}

// bomb is a PNG whose header promises more than its body holds.
func bomb(width, height uint32) []byte {
	head := binary.BigEndian.AppendUint32(nil, width)
	head = binary.BigEndian.AppendUint32(head, height)
	head = append(head, 8, 2, 0, 0, 0)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head), chunk("IDAT", []byte{0x78, 0x9c}), chunk("IEND", nil)}, nil)
}

// jpegBomb is a JPEG with another size in its header.
func jpegBomb(t testing.TB, width, height uint16) []byte {
	b := jpegOf(t, quarters(96, 64))
	at := bytes.Index(b, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(b[at+5:], height)
	binary.BigEndian.PutUint16(b[at+7:], width)
	return b
}

// heicBomb is the sample with other sizes in it.
func heicBomb(t testing.TB, width, height uint32) []byte {
	b := bytes.Clone(heicFile(t))
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("ispe"))
		if i < 0 {
			return b
		}
		at += i + 4
		binary.BigEndian.PutUint32(b[at+4:], width)
		binary.BigEndian.PutUint32(b[at+8:], height)
	}
}

func TestRefusals(t *testing.T) {
	picture, drawing, photo := jpegOf(t, quarters(96, 64)), pngOf(t, quarters(96, 64)), heicFile(t)
	avif := bytes.Replace(bytes.Clone(photo), []byte("heic"), []byte("avif"), -1)
	tests := []struct {
		name string
		body []byte
		want intake.Reason
	}{
		{"nothing", nil, intake.Empty},
		{"a byte too many", make([]byte, intake.MaxSize+1), intake.TooLarge},
		{"text", []byte("身份证照片.jpg"), intake.Unknown},
		{"page", []byte("<!doctype html><script>alert(1)</script>"), intake.Unknown},
		{"drawing with scripts", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), intake.Unknown},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), intake.Unknown},
		{"program", []byte("MZ\x90\x00\x03"), intake.Unknown},
		{"archive", []byte("PK\x03\x04"), intake.Unknown},
		{"film of an iPhone", []byte("\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  "), intake.Unknown},
		{"AVIF", avif, intake.Unknown},
		{"PDF behind other bytes", []byte("GIF89a" + pdf), intake.Unknown},
		{"JPEG cut off", picture[:len(picture)/2], intake.Broken},
		{"JPEG without a picture", picture[:20], intake.Broken},
		{"PNG cut off", drawing[:len(drawing)/2], intake.Broken},
		{"PNG without a picture", drawing[:8], intake.Broken},
		{"HEIC cut off", photo[:len(photo)-100], intake.Broken},
		{"HEIC without a picture", photo[:40], intake.Broken},
		{"PNG of 100 000 × 100 000", bomb(100_000, 100_000), intake.Pixels},
		{"PNG of 2³¹ × 2³¹", bomb(1<<31-1, 1<<31-1), intake.Broken},
		{"PNG of 8000 × 8000", bomb(8000, 8000), intake.Pixels},
		{"PNG of a line", bomb(30_000, 100), intake.Pixels},
		{"PNG with less than it promises", bomb(6000, 6000), intake.Broken},
		{"JPEG of 65 000 × 65 000", jpegBomb(t, 65_000, 65_000), intake.Pixels},
		{"JPEG with less than it promises", jpegBomb(t, 5000, 5000), intake.Broken},
		{"HEIC of 60 000 × 60 000", heicBomb(t, 60_000, 60_000), intake.Pixels},
		{"HEIC of 2³² × 2³²", heicBomb(t, 1<<32-1, 1<<32-1), intake.Pixels},
		{"HEIC of nothing", heicBomb(t, 0, 0), intake.Broken},
		{"dot", pngOf(t, quarters(15, 400)), intake.Tiny},
		{"PDF cut off", []byte(pdf[:len(pdf)-10]), intake.Broken},
		{"PDF of a header", []byte("%PDF-1.7\n"), intake.Broken},
		{"PDF without objects", []byte("%PDF-1.4\nstartxref\n0\n%%EOF"), intake.Broken},
		{"PDF that ends before its end", []byte(pdf + strings.Repeat("x", 2000)), intake.Broken},
		{"PDF with a password", []byte(strings.Replace(pdf, "<</Root", "<</Encrypt 2 0 R/Root", 1)), intake.Locked},
	}
	c := intake.NewCleaner()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, err := c.Clean(t.Context(), test.body)
			var refusal *intake.RefusedError
			if !errors.As(err, &refusal) || refusal.Reason != test.want || f.Body != nil {
				t.Errorf("Clean = %d bytes, %v; want %s", len(f.Body), err, test.want)
			}
		})
	}
}

func TestPDFStaysAsItIs(t *testing.T) {
	f, err := intake.NewCleaner().Clean(t.Context(), []byte(pdf))
	if err != nil || f.Kind != intake.PDF || string(f.Body) != pdf || f.Small != nil {
		t.Errorf("Clean = %+v, %v", f, err)
	}
}

func TestCleanAtOnce(t *testing.T) {
	c := intake.NewCleaner()
	bodies := [][]byte{jpegOf(t, quarters(800, 600)), pngOf(t, quarters(800, 600)), heicFile(t), []byte(pdf), bomb(8000, 8000)}
	var wg sync.WaitGroup
	for i := range 5 * len(bodies) {
		wg.Go(func() {
			_, err := c.Clean(t.Context(), bodies[i%len(bodies)])
			if bad := i%len(bodies) == 4; bad == (err == nil) {
				t.Errorf("file %d: %v", i%len(bodies), err)
			}
		})
	}
	wg.Wait()
}

// FuzzClean gives the cleaner whatever a stranger may send: it returns a picture
// that can be read, the same PDF, or a refusal.
func FuzzClean(f *testing.F) {
	picture := jpegOf(f, quarters(96, 64))
	for _, seed := range [][]byte{
		picture, withEXIF(picture, exif(binary.BigEndian, 6)), withEXIF(picture, exif(binary.LittleEndian, 3)), pngOf(f, quarters(96, 64)),
		withChunk(pngOf(f, quarters(20, 20)), "eXIf", exif(binary.BigEndian, 8)), heicFile(f), []byte(pdf), bomb(1<<20, 1<<20), jpegBomb(f, 9, 9), heicBomb(f, 9, 9),
	} {
		f.Add(seed)
	}
	c := intake.NewCleaner()
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := c.Clean(t.Context(), body)
		var refusal *intake.RefusedError
		switch {
		case errors.As(err, &refusal):
		case err != nil:
			t.Errorf("Clean = %v; want a refusal", err)
		case got.Kind == intake.PDF:
			if !bytes.Equal(got.Body, body) {
				t.Error("the PDF was changed")
			}
		default:
			if _, err := jpeg.Decode(bytes.NewReader(got.Body)); err != nil {
				t.Errorf("the kept picture cannot be read: %v", err)
			}
		}
	})
}
