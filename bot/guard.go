package bot

import "slices"

// reading is a question made ready for the guards: what of the lexicon stands
// where in it, by group. Masked words are blanked out first, but not for the
// groups that speak of topics rather than danger.
type reading struct {
	length int
	masked []string // the tokens without those of masked words
	danger [][]int  // start of each occurrence, by group, without masked words
	topics [][]int  // tokens covered, by group
}

// readings returns the question as written and, where it holds pinyin, as heard.
func (l *lexicon) readings(folded string) []reading {
	text := tokens(folded)
	out := []reading{l.read(text, l.written)}
	if syllables, ok := spoken(text); ok {
		out = append(out, l.read(syllables, l.sounding))
	}
	return out
}

func (l *lexicon) read(text []string, index phraseIndex) reading {
	r := reading{length: len(text), danger: make([][]int, len(l.phrases)), topics: make([][]int, len(l.phrases))}
	l.scan(text, index, func(group, at, length int) {
		for i := range length {
			r.topics[group] = append(r.topics[group], at+i)
		}
	})
	masked := slices.Clone(text)
	for _, at := range r.topics[l.groups[maskGroup]] {
		masked[at] = ""
	}
	l.scan(masked, index, func(group, at, _ int) {
		r.danger[group] = append(r.danger[group], at)
	})
	r.masked = slices.DeleteFunc(masked, func(token string) bool { return token == "" })
	return r
}

// scan reports every phrase that stands in text.
func (l *lexicon) scan(text []string, index phraseIndex, found func(group, at, length int)) {
	for i, token := range text {
		for _, p := range index[token] {
			if i+len(p.words) <= len(text) && slices.Equal(text[i:i+len(p.words)], p.words) {
				found(p.group, i, len(p.words))
			}
		}
	}
}

// isUrgent reports whether a rule says that a child is in danger now.
func (l *lexicon) isUrgent(readings []reading) bool {
	for _, r := range readings {
		for _, rule := range l.urgent {
			if rule.holds(r) {
				return true
			}
		}
	}
	return false
}

// share returns how much of the question, 0..1, is words of the group.
func (l *lexicon) share(readings []reading, group string) float64 {
	best := 0.0
	for _, r := range readings {
		covered := slices.Compact(slices.Sorted(slices.Values(r.topics[l.groups[group]])))
		best = max(best, float64(len(covered))/float64(max(1, r.length)))
	}
	return best
}

// marks names the word groups that the question holds, and the pairs of them, so
// that a classifier can learn from who does what rather than from the words.
func (l *lexicon) marks(readings []reading) []string {
	var single []string
	for _, name := range l.named {
		for _, r := range readings {
			if len(r.danger[l.groups[name]]) > 0 {
				single = append(single, name)
				break
			}
		}
	}
	out := slices.Clone(single)
	if l.isUrgent(readings) {
		out = append(out, "rule", "rule again")
	}
	if l.share(readings, maskGroup) > 0 {
		out = append(out, maskGroup, "mask again")
	}
	for i, a := range single {
		for _, b := range single[i+1:] {
			out = append(out, a+"+"+b)
		}
	}
	return out
}

// subjects names the matters that the question speaks of, so that a classifier can
// learn from one word of a group about all of them.
func (l *lexicon) subjects(readings []reading) []string {
	var out []string
	for _, name := range l.about {
		group := l.groups[name]
		if slices.ContainsFunc(readings, func(r reading) bool { return len(r.topics[group]) > 0 }) {
			out = append(out, name)
		}
	}
	return out
}

func (r rule) holds(text reading) bool {
	for _, group := range r.except {
		if len(text.danger[group]) > 0 {
			return false
		}
	}
	places := make([][]int, len(r.parts))
	for i, group := range r.parts {
		if places[i] = text.danger[group]; len(places[i]) == 0 {
			return false
		}
	}
	return r.window == 0 || within(places, r.window)
}

// within reports whether one place of each list can be chosen so that all lie in
// a window of the given width.
func within(places [][]int, width int) bool {
	for _, list := range places {
		for _, start := range list {
			if allWithin(places, start, start+width) {
				return true
			}
		}
	}
	return false
}

func allWithin(places [][]int, from, to int) bool {
	for _, list := range places {
		if !slices.ContainsFunc(list, func(at int) bool { return at >= from && at <= to }) {
			return false
		}
	}
	return true
}
