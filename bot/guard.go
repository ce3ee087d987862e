package bot

import "slices"

// reading is a question made ready for the guards: masked words are blanked out.
type reading struct {
	tokens []string
	pick   func(phrase) []string // the form of a phrase that fits these tokens
}

func written(p phrase) []string { return p.tokens }
func sounded(p phrase) []string { return p.sounds }

// readings returns the question as written and, where it holds pinyin, as heard.
func (l *lexicon) readings(folded string) []reading {
	text := tokens(folded)
	out := []reading{l.masked(reading{text, written})}
	if syllables, ok := spoken(text); ok {
		out = append(out, l.masked(reading{syllables, sounded}))
	}
	return out
}

// masked blanks out the words that only look dangerous, such as 打电话.
func (l *lexicon) masked(r reading) reading {
	out := slices.Clone(r.tokens)
	for _, p := range l.mask {
		words := r.pick(p)
		for _, at := range find(r.tokens, words) {
			for i := range words {
				out[at+i] = ""
			}
		}
	}
	r.tokens = out
	return r
}

// isUrgent reports whether the question tells of a child in danger now.
func (l *lexicon) isUrgent(folded string) bool {
	for _, r := range l.readings(folded) {
		for _, rule := range l.urgent {
			if rule.holds(r) {
				return true
			}
		}
	}
	return false
}

// outside counts the tokens of the question that belong to topics outside the
// site's field.
func (l *lexicon) outside(folded string) int {
	n := 0
	for _, r := range l.readings(folded) {
		hit := make([]bool, len(r.tokens))
		for _, p := range l.refuse {
			words := r.pick(p)
			for _, at := range find(r.tokens, words) {
				for i := range words {
					hit[at+i] = true
				}
			}
		}
		count := 0
		for _, h := range hit {
			if h {
				count++
			}
		}
		n = max(n, count)
	}
	return n
}

func (r rule) holds(text reading) bool {
	var places [][]int
	for _, part := range r.parts {
		at := occurrences(text, part)
		if len(at) == 0 {
			return false
		}
		places = append(places, at)
	}
	for _, part := range r.except {
		if len(occurrences(text, part)) > 0 {
			return false
		}
	}
	return r.window == 0 || within(places, r.window)
}

// occurrences returns the offsets of any of the phrases.
func occurrences(text reading, phrases []phrase) []int {
	var out []int
	for _, p := range phrases {
		out = append(out, find(text.tokens, text.pick(p))...)
	}
	return out
}

// within reports whether one place of each list can be chosen so that all lie in
// a window of the given width.
func within(places [][]int, width int) bool {
	for _, start := range slices.Concat(places...) {
		all := true
		for _, list := range places {
			all = all && slices.ContainsFunc(list, func(at int) bool { return at >= start && at <= start+width })
		}
		if all {
			return true
		}
	}
	return false
}

// find returns the offsets at which words stands in text.
func find(text, words []string) []int {
	if len(words) == 0 {
		return nil
	}
	var out []int
	for i := 0; i+len(words) <= len(text); i++ {
		if text[i] == words[0] && slices.Equal(text[i:i+len(words)], words) {
			out = append(out, i)
		}
	}
	return out
}

// bare reports whether the question is made of words that name no topic, so that
// it can only be understood from what was said before.
func (l *lexicon) bare(folded string) bool {
	text := tokens(folded)
	covered := make([]bool, len(text))
	for _, p := range l.groups["generic"] {
		for _, at := range find(text, p.tokens) {
			for i := range p.tokens {
				covered[at+i] = true
			}
		}
	}
	n := 0
	for _, c := range covered {
		if c {
			n++
		}
	}
	return float64(n) >= bareShare*float64(len(text))
}
