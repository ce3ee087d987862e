package casework

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huitong/portal/apply"
)

// wordsProblem says what is wrong with words that somebody typed.
func wordsProblem(words string, needed bool) (apply.Problem, bool) {
	n := utf8.RuneCountInString(CleanWords(words))
	switch {
	case n == 0 && needed:
		return apply.Problem{Field: "words", Key: KeyReferralWords}, true
	case n > MaxReferralWords:
		return apply.Problem{Field: "words", Key: KeyReferralLong, Args: map[string]any{"Max": MaxReferralWords}}, true
	}
	return apply.Problem{}, false
}

// CleanWords returns a text of several lines without what is no character and without
// space at the ends.
func CleanWords(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func unique(names []string) []string {
	var out []string
	for _, n := range names {
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}
