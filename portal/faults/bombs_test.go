package faults

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"strings"
	"sync"
	"testing"
)

// mostMemory is what bombs may make the portal take beyond what it had.
const mostMemory = 1 << 30

// dropBombs has families send files that unpack to far more than they are.
func dropBombs(t *testing.T, w *world) outcome {
	p := w.start(t, t.TempDir())
	heic, err := os.ReadFile("../intake/testdata/quarters.heic")
	if err != nil {
		t.Fatal(err)
	}
	bombs := []struct {
		name  string
		body  []byte
		taken bool // large, but within the bounds: it is made smaller and kept
	}{
		{"PNG that says 60,000 × 60,000", png(60_000, 60_000, 100), false},
		{"PNG of 30,000 × 30,000", png(30_000, 30_000, 30_000), false},
		{"PNG of 7,000 × 7,000, black", png(7_000, 7_000, 7_000), true},
		{"PNG that says 7,000 × 7,000 and has a row", png(7_000, 7_000, 1), false},
		{"JPEG that says 65,535 × 65,535", jpegHead(), false},
		{"HEIC that says 65,535 × 65,535", grown(heic), false},
		{"PDF in a stack of 100,000 arrays", []byte("%PDF-1.4\n1 0 obj\n" + strings.Repeat("[", 100_000) + "\nendobj\n"), false},
		{"zip of 256 MB of zeros", zipped(256 << 20), false},
	}
	before := p.memory()
	o := trial{portal: p, lasts: harmLasts, harm: func() func() { return func() {} }, also: func(o *outcome) {
		var mu sync.Mutex
		var wait sync.WaitGroup
		told := map[string]int{}
		for range 4 {
			for _, b := range bombs {
				wait.Go(func() {
					f := w.family(p.base)
					err := f.begin(context.Background())
					if err == nil {
						err = f.attach(context.Background(), b.body)
					}
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil && !b.taken:
						o.broke("%s was taken", b.name)
					case err != nil && !errors.Is(err, errRefused), err != nil && f.page.status != 422, err != nil && b.taken:
						o.broke("%s: %v", b.name, err)
					case err != nil:
						told[f.page.problem()]++
					}
				})
			}
		}
		wait.Wait()
		o.note("%d bombs of %d kinds at once; told: %v", 4*len(bombs), len(bombs), told)
	}}.run(t)
	after := p.memory()
	o.note("%d MB at most, %d MB before", after>>20, before>>20)
	if after-before > mostMemory {
		o.broke("bombs took %d MB", (after-before)>>20)
	}
	return o
}

// problem is what the page says is wrong with a file.
func (p page) problem() string {
	_, after, _ := strings.Cut(p.text, "要改一改")
	_, after, _ = strings.Cut(after, "：")
	said, _, found := strings.Cut(after, "。")
	if !found {
		return p.heading()
	}
	return said
}

// png makes a black picture that says it has this size, with so many rows in it.
func png(width, height, rows int) []byte {
	var data bytes.Buffer
	z := zlib.NewWriter(&data)
	row := make([]byte, 1+width)
	for range rows {
		_, _ = z.Write(row)
	}
	_ = z.Close()
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(nil, uint32(width))
	head = append(binary.BigEndian.AppendUint32(head, uint32(height)), 8, 0, 0, 0, 0)
	for _, chunk := range []struct {
		kind string
		body []byte
	}{{"IHDR", head}, {"IDAT", data.Bytes()}, {"IEND", nil}} {
		all := append([]byte(chunk.kind), chunk.body...)
		b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(chunk.body))))
		b.Write(all)
		b.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(all)))
	}
	return b.Bytes()
}

// zipped is an archive of one file, which is nothing but zeros.
func zipped(size int) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	file, err := z.Create("photo.jpg")
	if err == nil {
		zeros := make([]byte, 1<<20)
		for ; err == nil && size > 0; size -= len(zeros) {
			_, err = file.Write(zeros)
		}
	}
	if err := errors.Join(err, z.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// jpegHead is the beginning of a picture of the largest size.
func jpegHead() []byte {
	return []byte("\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01" + strings.Repeat("\x00", 4096) + "\xff\xd9")
}

// grown lets a photo say that it is larger than it is.
func grown(heic []byte) []byte {
	out := bytes.Clone(heic)
	for rest := out; ; {
		i := bytes.Index(rest, []byte("ispe"))
		if i < 0 || len(rest) < i+16 {
			return out
		}
		binary.BigEndian.PutUint32(rest[i+8:], 65_535)
		binary.BigEndian.PutUint32(rest[i+12:], 65_535)
		rest = rest[i+16:]
	}
}
