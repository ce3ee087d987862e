package content

import (
	"bytes"
	"iter"
	"strings"
	"unicode/utf8"
)

// Many sections are nothing but paragraphs of a line each, without any mark of Markdown.
// What the parser makes of those is known beforehand, so they are not given to it; a
// section in which one character may mean something is. A fuzz test holds both side by
// side.

// cutBody cuts a body into its sections, where each can be read without the others: no
// link is defined in one and used in another, and nothing runs on over a heading.
func cutBody(src []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !bytes.HasPrefix(bytes.TrimLeft(src, "\n"), []byte("## ")) || !apart(src) {
			yield(src)
			return
		}
		for len(src) > 0 {
			end := bytes.Index(src[1:], []byte("\n## ")) + 2
			if end < 2 {
				end = len(src)
			}
			if !yield(src[:end]) {
				return
			}
			src = src[end:]
		}
	}
}

// apart reports whether a body has no HTML, no block of code between fences and no
// definition of a link.
func apart(src []byte) bool {
	return bytes.IndexByte(src, '<') < 0 && !bytes.Contains(src, []byte("```")) && !bytes.Contains(src, []byte("~~~")) &&
		!bytes.Contains(src, []byte("]:"))
}

// readTidy reads a part that is a heading with an ID and paragraphs, and nothing else.
func (r *bodyReader) readTidy(part []byte) bool {
	empty := len(part) - len(bytes.TrimLeft(part, "\n"))
	line, rest, _ := bytes.Cut(part[empty:], []byte("\n"))
	s := Section{Line: r.firstLine + empty}
	var ok bool
	if s.Title, s.ID, ok = tidyHeading(string(line)); !ok {
		return false
	}
	r.out.reset()
	for len(rest) > 0 {
		if rest[0] != '\n' { // the line above is not empty
			return false
		}
		rest = bytes.TrimLeft(rest, "\n")
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if len(line) > 0 && !r.out.paragraph(line) {
			return false
		}
	}
	r.out.finish(&s)
	r.sections = append(r.sections, s)
	return true
}

// tidyHeading returns title and ID of a heading "## 标题 {#id}".
func tidyHeading(line string) (title, id string, ok bool) {
	line, second := strings.CutPrefix(line, "## ")
	line, closed := strings.CutSuffix(line, "}")
	title, id, ok = strings.Cut(line, " {#")
	if !ok || !second || !closed || !slugForm.MatchString(id) {
		return "", "", false
	}
	return title, id, meansItself(title)
}

// paragraph adds a paragraph of one line, if all of it stands for itself.
func (d *draft) paragraph(line []byte) bool {
	if !meansItself(line) {
		return false
	}
	d.html.WriteString("<p>")
	d.html.Write(line)
	d.html.WriteString("</p>\n")
	if len(d.plain) > 0 {
		d.plain = append(d.plain, '\n')
	}
	d.plain = append(d.plain, line...)
	return true
}

// meansItself reports whether a line is a text of characters that mean nothing else to
// Markdown or HTML, and opens nothing.
func meansItself[T string | []byte](line T) bool {
	if len(line) == 0 || line[len(line)-1] == ' ' {
		return false
	}
	if c := line[0]; c < utf8.RuneSelf && !isLetter(c) {
		return false // a list, a heading, a line across
	}
	for i := 0; i < len(line); {
		if c := line[i]; c < utf8.RuneSelf {
			if !isLetter(c) && (c < '0' || c > '9') && strings.IndexByte(" ,.;:()/%+=-", c) < 0 {
				return false
			}
			i++
			continue
		}
		// As most characters of a text are.
		if hanAt(line, i) != 0 {
			i += hanBytes
			continue
		}
		r, size := utf8.DecodeRuneInString(string(line[i:min(i+utf8.UTFMax, len(line))]))
		if !textMark(r) {
			return false
		}
		i += size
	}
	return true
}

// textMark reports marks of Chinese texts beside its characters.
func textMark(r rune) bool {
	return r > '\u3000' && r <= '\u9fff' || r >= '\u2010' && r <= '\u2027' || r >= '\uff01' && r <= '\uff5e' || r == '·'
}
