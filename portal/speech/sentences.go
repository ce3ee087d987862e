package speech

import (
	"regexp"
	"strings"
)

// The ends of sentences with what closes behind them. A semicolon ends one as well: it is
// said with the pause of a full stop. In English an end is followed by a new beginning,
// so that e.g. and 3.5 are none.
var (
	chineseEnd = regexp.MustCompile(`[。！？；]+[”’」』）》\s]*`)
	englishEnd = regexp.MustCompile(`[.!?;。；]+["'”’)\]]*\s+`)
	abbreviate = regexp.MustCompile(`(?i)(?:^|[\s(（])(?:no|art|mr|mrs|ms|dr|st|vs|etc|e\.g|i\.e|approx|tel|fig|[a-z])\.\s+$`)
	englishNew = regexp.MustCompile(`^["'“‘(\[]*[A-Z0-9]`)
)

// Sentences returns the parts of a text that are read one by one: sentences and, where
// none ends, lines. What has no sound is left out.
func Sentences(text string, v Voice) []string {
	var out []string
	for line := range strings.Lines(text) {
		for _, one := range divided(strings.TrimSpace(line), v) {
			if Readable(one, v) != "" {
				out = append(out, strings.TrimSpace(one))
			}
		}
	}
	return out
}

// divided cuts a line behind its sentences.
func divided(line string, v Voice) []string {
	end := chineseEnd
	if v == English {
		end = englishEnd
	}
	var out []string
	from := 0
	for _, at := range end.FindAllStringIndex(line, -1) {
		if v == English && (abbreviate.MatchString(line[from:at[1]]) || !englishNew.MatchString(line[at[1]:])) {
			continue
		}
		out = append(out, line[from:at[1]])
		from = at[1]
	}
	if from < len(line) {
		out = append(out, line[from:])
	}
	return out
}
