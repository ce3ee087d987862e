package content

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// markup is the HTML of a section as what it has beside the section's text, which
// stands in it word for word: a library keeps each text once, not twice. It is empty
// or begins with the length of the HTML, after which pieces follow: the length of some
// HTML, that HTML, how many bytes of the text are passed over, and how many are taken.
// Lengths are varints.
type markup string

// shortRun is the length below which a run of text is not worth a piece of its own.
const shortRun = 12

// passedRuns bounds how much of a text is passed over in search of a run, beside the
// length of the run.
const passedRuns = 64

// markupOf appends the markup from which over makes html again; text is the text of
// the same section. Any two make a markup, but a short one only if they belong together.
func markupOf(out, html, text []byte) []byte {
	out = binary.AppendUvarint(out, uint64(len(html)))
	written, at := 0, 0 // in html and text
	for i := 0; i < len(html); {
		run := html[i:]
		if tag := bytes.IndexByte(run, '<'); tag >= 0 {
			run = run[:tag]
		}
		if pass := find(text[at:], run); len(run) >= shortRun && pass >= 0 {
			out = appendPiece(out, html[written:i], pass, len(run))
			at, written = at+pass+len(run), i+len(run)
		}
		i += len(run)
		if end := bytes.IndexByte(html[i:], '>'); end >= 0 {
			i += end + 1
		} else {
			i = len(html)
		}
	}
	return appendPiece(out, html[written:], 0, 0)
}

// find returns where a run of text stands, if it is near the beginning; -1 if not.
func find(text, run []byte) int {
	if len(text) > len(run)+passedRuns {
		text = text[:len(run)+passedRuns]
	}
	return bytes.Index(text, run)
}

func appendPiece(out, html []byte, pass, take int) []byte {
	out = append(binary.AppendUvarint(out, uint64(len(html))), html...)
	return binary.AppendUvarint(binary.AppendUvarint(out, uint64(pass)), uint64(take))
}

// over returns the HTML of the section with the text.
func (m markup) over(text string) string {
	var b strings.Builder
	b.Grow(m.number())
	for m != "" {
		n := m.number()
		b.WriteString(string(m[:n]))
		m = m[n:]
		text = text[m.number():]
		n = m.number()
		b.WriteString(text[:n])
		text = text[n:]
	}
	return b.String()
}

// number takes a number from the front; 0 of an empty markup.
func (m *markup) number() int {
	n := 0
	for shift := 0; *m != ""; shift += 7 {
		digit := (*m)[0]
		*m = (*m)[1:]
		n |= int(digit&0x7f) << shift
		if digit < 0x80 {
			break
		}
	}
	return n
}
