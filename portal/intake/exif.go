package intake

import (
	"bytes"
	"encoding/binary"
)

// upright is the EXIF orientation of a picture that needs no turning.
const upright = 1

const orientationTag = 0x0112

// jpegTurn returns the orientation that the EXIF segment of a JPEG declares. What
// cannot be read is upright: a picture is never refused for its metadata.
func jpegTurn(b []byte) int {
	for b = b[2:]; len(b) >= 4 && b[0] == 0xff; {
		marker, length := b[1], int(binary.BigEndian.Uint16(b[2:]))
		if marker == 0xda || length < 2 || len(b) < 2+length { // the picture itself begins
			break
		}
		if tiff, ok := bytes.CutPrefix(b[4:2+length], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiffTurn(tiff)
		}
		b = b[2+length:]
	}
	return upright
}

// pngTurn is jpegTurn for the eXIf chunk of a PNG.
func pngTurn(b []byte) int {
	for b = b[8:]; len(b) >= 12; {
		length, kind := binary.BigEndian.Uint32(b), string(b[4:8])
		if kind == "IEND" || uint64(length)+12 > uint64(len(b)) {
			break
		}
		if kind == "eXIf" {
			return tiffTurn(b[8 : 8+length])
		}
		b = b[12+length:]
	}
	return upright
}

// tiffTurn looks for the orientation in the first directory of an EXIF block.
func tiffTurn(b []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case len(b) < 8:
		return upright
	case string(b[:2]) == "II":
		order = binary.LittleEndian
	case string(b[:2]) != "MM":
		return upright
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return upright
	}
	entries := b[at+2:]
	for range order.Uint16(b[at:]) {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == orientationTag {
			if turn := int(order.Uint16(entries[8:])); turn >= 1 && turn <= 8 {
				return turn
			}
			break
		}
		entries = entries[12:]
	}
	return upright
}
