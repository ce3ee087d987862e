package intake

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"slices"
	"sync"

	"github.com/gen2brain/heic"
)

// heicBrands are the brands of still pictures in HEVC, as iPhones and newer Android
// phones make them. Their cousins (AVIF, films) are not received.
var heicBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1"}

// isHEIC looks at the file's own list of brands.
func isHEIC(b []byte) bool {
	kind, body, _, ok := nextBox(b)
	if !ok || kind != "ftyp" || len(body) < 8 || !slices.Contains(heicBrands, string(body[:4])) {
		return false
	}
	for brands := body[8:]; len(brands) >= 4; brands = brands[4:] {
		if slices.Contains(heicBrands[:6], string(brands[:4])) {
			return true
		}
	}
	return slices.Contains(heicBrands[:6], string(body[:4]))
}

// nextBox cuts the first box off a file in the ISO base media format.
func nextBox(b []byte) (kind string, body, rest []byte, ok bool) {
	if len(b) < 8 {
		return "", nil, nil, false
	}
	size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
	switch {
	case size == 0: // up to the end
		size = uint64(len(b))
	case size == 1 && len(b) >= 16:
		size, head = binary.BigEndian.Uint64(b[8:]), 16
	}
	if size < head || size > uint64(len(b)) {
		return "", nil, nil, false
	}
	return string(b[4:8]), b[head:size], b[size:], true
}

// find returns the body of the box at the end of a path of nested ones.
func find(b []byte, path ...string) ([]byte, bool) {
	for {
		kind, body, rest, ok := nextBox(b)
		if !ok {
			return nil, false
		}
		if kind == path[0] {
			if kind == "meta" && len(body) >= 4 {
				body = body[4:] // version and flags
			}
			if len(path) == 1 {
				return body, true
			}
			return find(body, path[1:]...)
		}
		b = rest
	}
}

// heicSize returns the largest of the sizes that the file declares: that of the
// whole picture, where it is put together from tiles.
func heicSize(b []byte) (width, height int, err error) {
	properties, ok := find(b, "meta", "iprp", "ipco")
	if !ok {
		return 0, 0, errors.New("no properties of a picture")
	}
	for {
		kind, body, rest, ok := nextBox(properties)
		if !ok {
			break
		}
		if kind == "ispe" && len(body) >= 12 {
			w, h := binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])
			if w > maxSide || h > maxSide {
				return maxSide + 1, maxSide + 1, nil
			}
			width, height = max(width, int(w)), max(height, int(h))
		}
		properties = rest
	}
	if width == 0 || height == 0 {
		return 0, 0, errors.New("no size of a picture")
	}
	return width, height, nil
}

// heicOnce lets one HEIC be decoded at a time: each takes a sandbox with memory of
// its own.
var heicOnce sync.Mutex

// decodeHEIC decodes in a WebAssembly sandbox, never with a library of the system:
// a fault in a decoder written in C must not reach this process. The decoder turns
// the picture upright by itself.
func decodeHEIC(b []byte) (image.Image, error) {
	heicOnce.Lock()
	defer heicOnce.Unlock()
	heic.ForceWasmMode = true
	img, err := heic.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return img, nil
}
