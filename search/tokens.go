package search

import "strings"

// token is one unit of a normalised text: a character, or a word of other
// letters or digits.
type token struct {
	runes  []rune // the word; one rune for a character
	han    bool
	joined bool // a character that directly follows another one
	at     int  // offset of its first rune
}

// tokenize splits normalised runes and appends to dst, which may be reused.
func tokenize(dst []token, runes []rune) []token {
	for i := 0; i < len(runes); {
		j := i + 1
		switch {
		case runes[i] == ' ':
			i++
			continue
		case isHan(runes[i]):
			joined := i > 0 && isHan(runes[i-1])
			dst = append(dst, token{runes: runes[i:j], han: true, joined: joined, at: i})
		default:
			j = wordEnd(runes, i)
			dst = append(dst, token{runes: runes[i:j], at: i})
		}
		i = j
	}
	return dst
}

// wordEnd returns where the word that begins at i ends.
func wordEnd(runes []rune, i int) int {
	class := wordClass(runes[i])
	for i++; i < len(runes) && wordClass(runes[i]) == class; i++ {
	}
	return i
}

// stem drops the plural of an English word.
func stem(word string) string {
	switch {
	case len(word) > 4 && strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case len(word) > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss"):
		return word[:len(word)-1]
	}
	return word
}

// initials spells the first letters of the pinyin of all characters.
func initials(tokens []token) string {
	out, sounds := make([]byte, 0, len(tokens)), mandarin()
	for _, t := range tokens {
		if t.han {
			if c := sounds.initial(t.runes[0]); c != 0 {
				out = append(out, c)
			}
		}
	}
	return string(out)
}
