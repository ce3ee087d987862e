package bot

import (
	"iter"
	"slices"
)

// reading is a question made ready for the guards: what of the lexicon stands
// where in it, by group. Masked words are blanked out first, but not for the
// groups that speak of topics rather than danger.
type reading struct {
	length int
	masked []string    // the tokens without those of masked words
	danger occurrences // without those that masked words are part of
	topics occurrences
}

// occurrences are the places where phrases stand, by group.
type occurrences struct {
	first []int32 // by group: one of them, plus one; 0 where there is none
	all   []occurrence
}

// occurrence is a phrase in a text: its first token, how many it has, and another
// occurrence of the same group, plus one.
type occurrence struct{ at, length, next int32 }

func (o *occurrences) has(group int) bool { return o.first[group] > 0 }

func (o *occurrences) add(group, at, length int32) {
	o.all = append(o.all, occurrence{at, length, o.first[group]})
	o.first[group] = int32(len(o.all))
}

// of yields the occurrences of a group.
func (o *occurrences) of(group int) iter.Seq[occurrence] {
	return func(yield func(occurrence) bool) {
		for i := o.first[group]; i > 0; i = o.all[i-1].next {
			if !yield(o.all[i-1]) {
				return
			}
		}
	}
}

// readings returns the question as written and, where it holds pinyin, as heard.
func (l *lexicon) readings(folded string) []reading { return l.readingsIn(new(room), folded) }

// readingsIn does so in a room.
func (l *lexicon) readingsIn(within *room, folded string) []reading {
	text := tokensIn(within.tokens, folded)
	within.tokens = text
	out := []reading{l.read(within, text, &l.written)}
	if syllables, ok := spoken(text); ok {
		out = append(out, l.read(within, syllables, &l.sounding))
	}
	return out
}

func (l *lexicon) read(within *room, text []string, index *phraseIndex) reading {
	var few [2 * usualTokens]found
	found := index.scan(text, few[:0])
	r := reading{length: len(text), masked: text}
	r.topics.first, r.topics.all = within.groups(len(l.phrases)), make([]occurrence, 0, len(found))
	for _, f := range found {
		r.topics.add(f.group, f.at, f.length)
	}
	if r.danger = r.topics; r.topics.has(l.mask) {
		r.blank(found, l.mask, within.groups(len(l.phrases)))
	}
	return r
}

// blank takes away the tokens of masked words and what stands on them; first is for the others.
func (r *reading) blank(all []found, mask int, first []int32) {
	masked := make([]bool, r.length)
	for o := range r.topics.of(mask) {
		for i := range o.length {
			masked[o.at+i] = true
		}
	}
	kept := make([]string, 0, r.length)
	for i, token := range r.masked {
		if !masked[i] {
			kept = append(kept, token)
		}
	}
	r.masked, r.danger = kept, occurrences{first: first}
	for _, f := range all {
		if !slices.Contains(masked[f.at:f.at+f.length], true) {
			r.danger.add(f.group, f.at, f.length)
		}
	}
}

// isUrgent reports whether a rule says that a child is in danger now.
func (l *lexicon) isUrgent(readings []reading) bool {
	for i := range readings {
		for _, rule := range l.urgent {
			if rule.holds(&readings[i]) {
				return true
			}
		}
	}
	return false
}

// hasUrgent reports whether a rule says so of some of what is there, whatever stands elsewhere.
func (l *lexicon) hasUrgent(readings []reading) bool {
	return slices.ContainsFunc(readings, func(r reading) bool {
		return slices.ContainsFunc(l.urgent, func(rule rule) bool { return rule.has(&r) })
	})
}

// share returns how much of the question, 0..1, is words of the group.
func (l *lexicon) share(readings []reading, group string) float64 {
	best, number := 0.0, l.groups[group]
	for i := range readings {
		if r := &readings[i]; r.topics.has(number) {
			best = max(best, float64(r.covered(number))/float64(max(1, r.length)))
		}
	}
	return best
}

// covered counts the tokens that are part of words of a group.
func (r *reading) covered(group int) (n int) {
	var most [512]bool // longer ones are rare
	covered := most[:]
	if r.length > len(most) {
		covered = make([]bool, r.length)
	}
	for o := range r.topics.of(group) {
		for i := o.at; i < o.at+o.length; i++ {
			if !covered[i] {
				covered[i] = true
				n++
			}
		}
	}
	return n
}

// marks names the word groups that the question holds, and the pairs of them, so
// that a classifier can learn from who does what rather than from the words.
func (l *lexicon) marks(readings []reading) []string {
	var single []string
	for i, name := range l.named {
		for k := range readings {
			if readings[k].danger.has(l.namedGroups[i]) {
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
	return append(out, pairsOf(single)...)
}

// pairSign stands between the groups of a pair.
const pairSign = "+"

// pairsOf names the pairs of word groups that are said together.
func pairsOf(groups []string) []string {
	out := make([]string, 0, len(groups)*(len(groups)-1)/2)
	for i, a := range groups {
		for _, b := range groups[i+1:] {
			out = append(out, a+pairSign+b)
		}
	}
	return out
}

// subjects names the matters that the question speaks of, so that a classifier can
// learn from one word of a group about all of them.
func (l *lexicon) subjects(readings []reading) []string {
	var out []string
	for i, name := range l.about {
		for k := range readings {
			if readings[k].topics.has(l.aboutGroups[i]) {
				out = append(out, name)
				break
			}
		}
	}
	return out
}

// topics names the matters that the question speaks of, and the pairs of them: a father in
// prison is one thing, a father in prison and a mother who has left is another.
func (l *lexicon) topics(readings []reading) []string {
	subjects := l.subjects(readings)
	return append(subjects, pairsOf(subjects)...)
}

// has reports whether all parts are there, wherever that is and whatever stands beside them.
func (r rule) has(text *reading) bool {
	for _, group := range r.parts {
		if !text.danger.has(group) {
			return false
		}
	}
	return true
}

func (r rule) holds(text *reading) bool {
	if !r.has(text) || slices.ContainsFunc(r.except, text.danger.has) {
		return false
	}
	return r.window == 0 || r.within(text)
}

// within reports whether one place of each part can be chosen so that all lie in
// a window of the rule's width.
func (r rule) within(text *reading) bool {
	for _, group := range r.parts {
		for o := range text.danger.of(group) {
			if r.allWithin(text, o.at, o.at+int32(r.window)) {
				return true
			}
		}
	}
	return false
}

func (r rule) allWithin(text *reading, from, to int32) bool {
	for _, group := range r.parts {
		inside := false
		for o := range text.danger.of(group) {
			inside = inside || o.at >= from && o.at <= to
		}
		if !inside {
			return false
		}
	}
	return true
}
