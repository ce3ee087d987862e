package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"maps"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// fillDatabase leaves SQLite not a byte to write.
func fillDatabase(t *testing.T, w *world) outcome {
	data := filepath.Join(t.TempDir(), "data")
	smallDisk(t, data, "64m")
	p := w.start(t, data)
	return trial{portal: p, lasts: harmLasts, harm: func() func() { return fillDisk(t, data) }}.run(t)
}

// fillUploads leaves the uploads none. Families still apply with papers on paper; who
// sends a photo is told.
func fillUploads(t *testing.T, w *world) outcome {
	data := t.TempDir()
	uploads := filepath.Join(data, "uploads")
	smallDisk(t, uploads, "4m")
	p := w.start(t, data)
	return w.withoutRoom(t, p, func() func() { return fillDisk(t, uploads) })
}

// withoutRoom takes from photos the place that they are kept in, and expects that who sends
// one is told so and can go on without it, and that those taken before are still there.
func (w *world) withoutRoom(t *testing.T, p *portal, harm func() func()) outcome {
	t.Helper()
	send := func(ctx context.Context, f *family) error {
		if err := f.begin(ctx); err != nil {
			return err
		}
		return f.attach(ctx, photo())
	}
	before := w.family(p.base)
	if err := send(context.Background(), before); err != nil {
		t.Fatalf("a photo while all is well: %v", err)
	}
	shown := before.pictures()
	o := trial{portal: p, lasts: harmLasts, try: send, harm: harm, also: func(o *outcome) {
		f := w.family(p.base)
		err := send(context.Background(), f)
		if !errors.Is(err, errRefused) {
			o.broke("a photo without a place for it: %v", err)
			return
		}
		o.note("who sends a photo: %d “%s”", f.page.status, f.page.problem())
		if err := f.open(context.Background(), programme+"/documents"); err != nil {
			o.broke("and then cannot go on without it: %v", err)
		}
	}}.run(t)
	before.checkShown(t, shown, &o)
	return o
}

// checkShown expects that each photo which was taken can be looked at.
func (f *family) checkShown(t *testing.T, shown []string, o *outcome) {
	t.Helper()
	for _, address := range shown {
		resp, err := f.client.Get(f.base + address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			o.broke("a photo that was taken is not there: %d", resp.StatusCode)
		}
	}
	if len(shown) == 0 {
		o.broke("no photo is shown that was taken")
	}
}

// attach sends files for a document.
func (f *family) attach(ctx context.Context, body []byte) error {
	if err := f.open(ctx, programme+"/documents"); err != nil {
		return err
	}
	form, action := f.page.form(programme + "/documents")
	if form == nil {
		return fmt.Errorf("no documents on %s: %s", f.page.address, f.page.heading())
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	input := f.fileField()
	form.Del("paper")
	for _, box := range f.page.named("paper") { // all others come on paper
		if other := attr(box, "value"); !strings.HasSuffix(input, other) {
			form.Add("paper", other)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(form)) { // the token first, before letters
		for _, value := range form[name] {
			if err := w.WriteField(name, value); err != nil {
				return err
			}
		}
	}
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename="photo"`, input))
	head.Set("Content-Type", "application/octet-stream")
	part, err := w.CreatePart(head)
	if err != nil {
		return err
	}
	if _, err := part.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.do(ctx, http.MethodPost, action, w.FormDataContentType(), &b)
}

// fileField is the first input of the page that takes files.
func (f *family) fileField() string {
	for _, n := range find(f.page.doc, func(n *html.Node) bool { return attr(n, "type") == "file" }) {
		return attr(n, "name")
	}
	return ""
}

// pictures are the addresses of what was taken.
func (f *family) pictures() []string {
	var out []string
	for _, n := range find(f.page.doc, func(n *html.Node) bool { return n.Data == "img" }) {
		if src := attr(n, "src"); len(src) > len(programme) && src[:len(programme)] == programme {
			out = append(out, src)
		}
	}
	return out
}

// photo is one that was never sent before.
func photo() []byte {
	img := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range img.Pix {
		img.Pix[i] = uint8(rand.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// killPortal kills the portal as a power cut would, three times, amid submissions. Of one
// portal nothing can be read meanwhile; that another takes over is TestOneDies in
// portal/ops.
func killPortal(t *testing.T, w *world) outcome {
	p := w.start(t, t.TempDir())
	var down time.Duration
	kill := func() {
		p.Stop(syscall.SIGKILL)
		began := time.Now()
		p.again(t)
		down = max(down, time.Since(began))
	}
	o := trial{portal: p, harm: func() func() {
		for range 2 {
			kill()
			time.Sleep(2 * time.Second) // families go on
		}
		return kill
	}}.run(t)
	o.cutOff = true
	o.note("ready again at most %s after a kill", seconds(down))
	return o
}

// jumpClock sets the clock a day ahead, then back to before the portal was begun, and
// right again.
func jumpClock(t *testing.T, w *world) outcome {
	p := w.start(t, t.TempDir())
	set := func(by string) {
		file := os.Getenv(clockKey)
		if err := errors.Join(os.WriteFile(file+".new", []byte(by), 0o600), os.Rename(file+".new", file)); err != nil {
			t.Error(err)
		}
	}
	return trial{portal: p, lasts: harmLasts, harm: func() func() {
		set("24h")
		return func() { set("0s") }
	}, also: func(*outcome) {
		time.Sleep(harmLasts / 2)
		set("-48h")
	}}.run(t)
}
