package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
)

// What a guess at a query costs; the cheapest are judged.
const (
	unknownCost = 2.0 // two characters side by side that nothing published has
	aloneCost   = 1.5 // a character that makes no known pair with either neighbour
	soundCost   = 1.2 // another character that sounds the same
	nearCost    = 1.8 // … that sounds nearly the same
	otherCost   = 3.0 // any other character; one that is missing, needless or swapped
	rightCost   = 1.5 // more, if the character makes a known pair as it is
	oddCost     = 1.0 // a pinyin syllable that is not the usual sound of the character
	commonGain  = 0.1 // for each doubling of how often a pair is published
	maxChange   = 1.0 // what may be changed, for each character,
	mostChanged = 3.6 // … and in all
)

const (
	maxCorrected = 16  // characters; a longer question is no slip of the hand
	maxGuessed   = 6   // of these, where other than sounds may be wrong
	maxGuesses   = 16  // while a query is read
	maxJudged    = 5   // that the search is asked about
	weakCoverage = 0.8 // of the first hit; a better one needs no other words
	betterBy     = 1.1 // what other words must find, against what was typed
	minLatin     = 4   // letters of a word that may be a slip
	minPublished = 3   // times that a pair stands in the text to be offered
)

// wording is how published text is written: which characters stand side by side,
// and which words of letters there are.
type wording struct {
	sounds *sounds
	pairs  map[uint64]int32 // number of times in titles and texts; 0 in names only
	after  map[rune][]rune
	before map[rune][]rune
	heard  map[syllable][]rune // blurred
	words  map[string]int32
	stops  map[rune]bool // words of one character that say nothing or stand for others: left as they are, never offered
}

func newWording(n *Normalizer, docs []Document) *wording {
	w := &wording{
		sounds: mandarin(), pairs: map[uint64]int32{}, words: map[string]int32{},
		after: map[rune][]rune{}, before: map[rune][]rune{}, heard: map[syllable][]rune{}, stops: map[rune]bool{},
	}
	learnPhrases(w, n.synonyms.stop)
	learnPhrases(w, n.synonyms.aliases)
	learnPhrases(w, n.synonyms.asking)
	for _, d := range docs {
		w.learn(n.Fold(d.Title), 1)
		w.learn(n.Fold(d.Text), 1)
		for _, name := range d.Names {
			w.learn(n.Fold(name), 0)
		}
	}
	seen := map[rune]bool{}
	for key, count := range w.pairs {
		if a, b, _ := splitKey(key); count >= minPublished {
			w.after[a], w.before[b] = append(w.after[a], b), append(w.before[b], a)
			seen[a], seen[b] = true, true
		}
	}
	for r := range seen {
		for _, s := range w.sounds.readings(r) {
			if b := w.sounds.blurred[s]; !slices.Contains(w.heard[b], r) {
				w.heard[b] = append(w.heard[b], r)
			}
		}
	}
	return w
}

// learnPhrases makes the words of the data file known.
func learnPhrases[V any](w *wording, p phrases[V]) {
	for first, list := range p {
		for _, e := range list {
			w.learn(string(e.runes), 0)
			w.stops[first] = w.stops[first] || len(e.runes) == 1
		}
	}
}

// learn counts the pairs and words of a folded text. Those of names are known but
// never offered: names hold what people type by mistake, too.
func (w *wording) learn(text string, count int32) {
	tokens := tokenize(nil, []rune(text))
	for i, t := range tokens {
		switch {
		case !t.han:
			w.words[string(t.runes)] += count
		case t.joined:
			w.pairs[bigramKey(tokens[i-1].runes[0], t.runes[0])] += count
		}
	}
}

// sign is one character or, where pinyin was typed, one syllable of a query.
type sign struct {
	r     rune // 0 for a syllable
	at    int  // in the query
	sound syllable
	right bool // makes a known pair with a neighbour
	stop  bool // belongs to a word that carries no subject
}

// guess is the beginning of a query as it may have been meant.
type guess struct {
	text    []rune
	cost    float64
	changed float64 // the part of cost for what is not as it was typed
	open    bool    // the last character is not as typed, and no neighbour has vouched for it yet
	linked  bool    // the last character makes a known pair with the one before
}

// Correct returns other words for a query that finds little, made of published
// ones: characters that sound alike, a wrong, missing or needless one, pinyin, a
// slip in a word of letters. It returns "" if the query does well, or if no other
// words would find more. The filters are those of a search.
func (s *Suggester) Correct(ctx context.Context, q Query) string {
	q.Limit, q.Offset, q.Bare = 1, 0, true
	as := s.judge(ctx, q)
	typed := s.index.norm.Fold(truncate(q.Text, maxQueryRunes))
	spelled := q.Lang != "en" && s.words().spelled(typed)
	if as.Coverage >= weakCoverage && !spelled {
		return ""
	}
	for _, text := range s.words().guesses(s.index.norm, typed, q.Lang) {
		if text == typed {
			continue
		}
		q.Text = text
		switch h := s.judge(ctx, q); {
		case h.Coverage < weakCoverage:
		case spelled && strings.IndexFunc(text, isLetter) < 0, h.Score > as.Score*betterBy && h.Coverage > as.Coverage:
			return text
		}
	}
	return ""
}

// spelled reports whether a folded query is nothing but pinyin of which each pair of syllables
// sounds like published characters. The titles that are found by their pinyin are fewer than
// what the characters find.
func (w *wording) spelled(typed string) bool {
	all := strings.Fields(strings.ReplaceAll(typed, "'", " "))
	joined := strings.Join(all, "")
	if len(all) == 0 || strings.ContainsFunc(joined, func(r rune) bool { return !isLetter(r) }) ||
		slices.ContainsFunc(all, func(word string) bool { return w.words[word] > 0 }) {
		return false
	}
	way := w.spelling(joined)
	return len(way) > 1 && w.heardPairs(way) >= len(way)-len(all) && w.heardPairs(way) > 0
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' }

// judge returns the first hit of a query; a zero one if it has none.
func (s *Suggester) judge(ctx context.Context, q Query) Hit {
	r, err := s.index.Search(ctx, q)
	if err != nil || len(r.Hits) == 0 {
		return Hit{}
	}
	return r.Hits[0]
}

// guesses returns the likeliest ways in which a folded query may have been meant.
func (w *wording) guesses(n *Normalizer, typed, lang string) []string {
	if len([]rune(typed)) > 2*maxCorrected || len(typed) > 4*maxCorrected {
		return nil
	}
	out := []guess{{}}
	p := plan{text: n.fold(typed)}
	p.markStops(n)
	tokens := tokenize(nil, p.text.runes)
	for i := 0; i < len(tokens); {
		signs, words, j := w.signs(tokens, i, lang)
		for k := range signs {
			signs[k].stop = signs[k].r != 0 && (p.stop[signs[k].at] || w.stops[signs[k].r])
		}
		var next []guess
		if len(signs) > maxCorrected {
			return nil
		}
		if signs != nil {
			next = w.read(signs)
		}
		for _, word := range words {
			next = append(next, guess{text: []rune(word)})
		}
		out, i = join(out, next, tokens[i].at > 0 && p.text.runes[tokens[i].at-1] == ' '), j
	}
	var texts []string
	for _, r := range out[:min(len(out), maxJudged)] {
		texts = append(texts, string(r.text))
	}
	return texts
}

// join puts each of the guesses at a part behind each of those at what stands
// before it, with a gap where there was one.
func join(before, part []guess, gap bool) []guess {
	var out []guess
	for _, b := range before {
		for _, p := range part {
			text := slices.Clone(b.text)
			if gap && len(text) > 0 {
				text = append(text, ' ')
			}
			if changed := b.changed + p.changed; changed <= mostChanged {
				out = append(out, guess{text: append(text, p.text...), cost: b.cost + p.cost, changed: changed})
			}
		}
	}
	return keep(out)
}

// keep returns the cheapest guesses.
func keep(all []guess) []guess {
	slices.SortStableFunc(all, func(a, b guess) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), slices.Compare(a.text, b.text))
	})
	all = slices.CompactFunc(all, func(a, b guess) bool { return slices.Equal(a.text, b.text) })
	return all[:min(len(all), maxGuesses)]
}

// signs reads the tokens from i on: a run of characters and pinyin, or a word of
// letters with those that it may be. It returns where the next part begins.
func (w *wording) signs(tokens []token, i int, lang string) (signs []sign, words []string, next int) {
	for ; i < len(tokens); i++ {
		t := tokens[i]
		if t.han {
			if len(signs) > 0 && !t.joined && tokens[i-1].han {
				return signs, nil, i
			}
			signs = append(signs, sign{r: t.runes[0], at: t.at})
			continue
		}
		spelled, others := w.word(string(t.runes), lang)
		if spelled == nil {
			if len(signs) > 0 {
				return signs, nil, i
			}
			return nil, others, i + 1
		}
		for _, s := range spelled {
			signs = append(signs, sign{sound: s})
		}
	}
	return signs, nil, i
}

// word reads a word of letters: as pinyin, as it stands, or as published words
// that differ from it in one letter.
func (w *wording) word(word, lang string) (pinyin []syllable, words []string) {
	if w.words[word] > 0 || wordClass(rune(word[0])) != 2 {
		return nil, []string{word}
	}
	spelled := w.spelling(word)
	if spelled != nil && lang != "en" {
		return spelled, nil
	}
	words = w.similar(word)
	switch {
	case len(words) > 0:
		return nil, words
	case spelled != nil:
		return spelled, nil
	}
	if spelled = w.respelled(word); spelled != nil {
		return spelled, nil
	}
	return nil, []string{word}
}

// spelling reads a word as syllables of which published text has the most pairs;
// nil if it is no pinyin.
func (w *wording) spelling(word string) []syllable {
	var best []syllable
	most := -1
	for _, way := range w.sounds.cut(word) {
		if n := 4*w.heardPairs(way) - len(way); n > most || best == nil {
			best, most = way, n
		}
	}
	return best
}

// heardPairs counts the syllables that, with the one before, sound like a pair of
// published characters.
func (w *wording) heardPairs(s []syllable) int {
	n := 0
	for i := 1; i < len(s); i++ {
		if w.sounds.blurred[s[i-1]] == 0 {
			continue
		}
		if w.hasPair(s[i-1], s[i]) {
			n++
		}
	}
	return n
}

func (w *wording) hasPair(x, y syllable) bool {
	for _, a := range w.heard[w.sounds.blurred[x]] {
		for _, b := range w.heard[w.sounds.blurred[y]] {
			if w.pairs[bigramKey(a, b)] > 0 {
				return true
			}
		}
	}
	return false
}

// similar returns the published words that differ from word in one letter, the most
// frequent first.
func (w *wording) similar(word string) []string {
	if len(word) < minLatin {
		return nil
	}
	var out []string
	for other, n := range w.words {
		if d := len(other) - len(word); n > 0 && d >= -1 && d <= 1 && len(other) >= minLatin && oneSlip([]rune(word), []rune(other)) {
			out = append(out, other)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(w.words[b], w.words[a]), strings.Compare(a, b)) })
	return out[:min(len(out), maxAlike)]
}

// respelled reads a word as pinyin in which one letter is wrong, missing, needless
// or swapped with its neighbour; nil if every pair must not be published then.
func (w *wording) respelled(word string) []syllable {
	if len(word) < minLatin {
		return nil
	}
	var best []syllable
	try := func(parts ...string) {
		way := w.spelling(strings.Join(parts, ""))
		if len(way) > 1 && w.heardPairs(way) == len(way)-1 && (best == nil || len(way) < len(best)) {
			best = way
		}
	}
	for i := range len(word) {
		if i+1 < len(word) {
			try(word[:i], word[i+1:i+2], word[i:i+1], word[i+2:])
		}
		try(word[:i], word[i+1:])
	}
	for i := range len(word) + 1 {
		for c := 'a'; best == nil && c <= 'z'; c++ {
			try(word[:i], string(c), word[i:])
			if i < len(word) {
				try(word[:i], string(c), word[i+1:])
			}
		}
	}
	return best
}

// read returns the cheapest guesses at a run of signs.
func (w *wording) read(signs []sign) []guess {
	for i := 1; i < len(signs); i++ {
		if _, ok := w.pairs[bigramKey(signs[i-1].r, signs[i].r)]; ok {
			signs[i-1].right, signs[i].right = true, true
		}
	}
	// ends[i] are the guesses at the signs before i
	ends := make([][]guess, len(signs)+2)
	ends[0] = []guess{{linked: true}}
	for i := range signs {
		ends[i] = keep(ends[i])
		for _, r := range ends[i] {
			w.extend(ends, i, r, signs)
		}
	}
	out := ends[len(signs)]
	for i := range out {
		if !out[i].linked && len(out[i].text) > 1 {
			out[i].cost += aloneCost
		}
	}
	return keep(slices.DeleteFunc(out, func(g guess) bool { return g.open }))
}

// extend reads one more sign, or two that are swapped.
func (w *wording) extend(ends [][]guess, i int, r guess, signs []sign) {
	s := signs[i]
	change := otherCost
	if s.right {
		change += rightCost
	}
	most := min(maxChange*float64(len(signs)), mostChanged)
	add := func(end int, cost float64, runes ...rune) {
		if r.changed+cost > most {
			return
		}
		if longer, ok := w.append(r, cost, s.r, runes...); ok {
			ends[end] = append(ends[end], longer)
		}
	}
	if s.r == 0 {
		for _, c := range w.heard[w.sounds.blurred[s.sound]] {
			switch known := w.sounds.readings(c); {
			case known[0] == s.sound:
				add(i+1, 0, c)
			case slices.Contains(known, s.sound):
				add(i+1, oddCost, c)
			default:
				add(i+1, nearCost-soundCost, c)
			}
		}
		return
	}
	add(i+1, 0, s.r)
	if s.stop {
		return
	}
	w.alike(s, func(c rune, cost float64) { add(i+1, cost, c) })
	var last rune
	if n := len(r.text); n > 0 {
		last = r.text[n-1]
	}
	if r.changed+change > most || len(signs) > maxGuessed {
		return
	}
	for _, c := range w.between(last, signs, i+1) {
		add(i+1, change, c)
	}
	if last != 0 {
		for _, c := range w.between(last, signs, i) {
			add(i+1, change, c, s.r)
		}
	}
	if last == s.r { // twice
		add(i+1, change)
	}
	if i+1 < len(signs) && signs[i+1].r != 0 && w.pairs[bigramKey(signs[i+1].r, s.r)] > 0 {
		add(i+2, change, signs[i+1].r, s.r)
	}
}

// alike gives the characters that sound like a sign, with what they cost.
func (w *wording) alike(s sign, give func(rune, float64)) {
	more := 0.0
	if s.right {
		more = rightCost
	}
	for _, x := range w.sounds.readings(s.r) {
		for _, c := range w.heard[w.sounds.blurred[x]] {
			switch {
			case c == s.r:
			case slices.Contains(w.sounds.readings(c), x):
				give(c, soundCost+more)
			default:
				give(c, nearCost+more)
			}
		}
	}
}

// between returns the characters that make published pairs with what stands before
// them and with the sign i after them, of which one at least is there.
func (w *wording) between(last rune, signs []sign, i int) []rune {
	var next rune
	if i < len(signs) {
		next = signs[i].r
	}
	switch {
	case last == 0 && next == 0:
		return nil
	case last == 0:
		return w.before[next]
	case next == 0:
		return w.after[last]
	}
	var out []rune
	for _, c := range w.after[last] {
		if w.pairs[bigramKey(c, next)] > 0 {
			out = append(out, c)
		}
	}
	return out
}

// append returns r with the characters that one typed is taken to be and what they
// cost there; not ok if one of them is new and goes with neither neighbour.
func (w *wording) append(r guess, cost float64, typed rune, runes ...rune) (guess, bool) {
	r.text, r.cost, r.changed = slices.Concat(r.text, runes), r.cost+cost, r.changed+cost
	for k := len(r.text) - len(runes); k < len(r.text); k++ {
		c := r.text[k]
		var count int32
		known := false
		if k > 0 {
			count, known = w.pairs[bigramKey(r.text[k-1], c)]
		}
		fresh := c != typed
		switch {
		case known && (!fresh || count >= minPublished):
			r.cost -= commonGain * math.Log2(1+float64(count))
		case r.open || fresh && w.stops[c]:
			return r, false
		case k > 0:
			r.cost += unknownCost
			if !r.linked {
				r.cost += aloneCost
			}
		}
		r.linked, r.open = known, fresh && !known
	}
	return r, true
}
