package search

import (
	"math"
	"slices"
	"strings"
)

// What the parts of a query count. Pairs of characters count 1.
const (
	soundWeight    = 1.4  // a pair of syllables: it stands for a pair and its characters
	exactShare     = 0.7  // trust in a pair that sounds the same and shares a character
	nearShare      = 0.4  // … that sounds nearly the same
	strangerFactor = 0.4  // … that shares no character with what was typed
	longTerm       = 4.0  // characters that a longer term of the data file counts as
	looseBond      = 2.0  // e to this: how much more often than by chance those of a word do, at most
	pinyinShare    = 0.95 // trust in the words for a pair of syllables
	looseFactor    = 0.5  // … that do not link up with the neighbouring pair
)

const (
	minInitials = 3 // letters; shorter runs are found everywhere
	maxInitials = 16
)

// clue is one thing a query asks for: any of its alternatives.
type clue struct {
	weight      float32 // idf and kind
	first, last int32   // range in plan.alts
	content     bool    // counts for coverage
	topic       uint64  // a bit of its own when it says what the query is about
	related     bool    // adds to what was typed, asks for nothing itself
	kind        clueKind
}

// clueKind is what a clue asks for.
type clueKind uint8

const (
	somethingElse clueKind = iota
	aCharacter
	aPair // or a word of other letters, which a pair is for Chinese
)

// alternative is a term and the trust, 0..1, that it is what was meant.
type alternative struct {
	term          int32
	share         float32
	first, second rune // of a pair or, behind no first, a character; both 0 where nobody has noted them
}

// queryPair is a pair of characters that was typed.
type queryPair struct {
	a, b rune
	clue int32
}

// plan is a query made ready for one snapshot. Its slices are reused.
type plan struct {
	s        *snapshot
	query    []byte // that it is of
	trace    tracer
	text     *text
	given    text // of a query that came normalised
	tokens   []token
	singles  []int32   // token to its term, which may be unknown
	opens    []int32   // token to the term of the pair that it opens; -1 for none
	phrase   []int32   // the terms of a phrase
	stop     []bool    // by rune
	asking   []bool    // by rune
	part     []float32 // by rune: what a character of a long term counts
	told     int       // so many runes are a story, before the question
	clues    []clue
	alts     []alternative
	near     []queryPair
	initials string
	ideal    float32 // the score of a title that says just what was asked
	mass     float32 // weight of the content clues
	pairs    float32 // weight of the pairs and words
	topics   int     // clues that say what the query is about

	touched uint32 // of no use: see touchLists
}

// prepare reads the query, unless it is still that of the search before, as where the same
// is looked for in one policy after the other. It leaves no clues when there is nothing to
// find.
func (p *plan) prepare(s *snapshot, n *Normalizer, query, normal string) {
	if p.s == s && p.trace.n == n && string(p.query) == query {
		return
	}
	p.query = append(p.query[:0], query...)
	p.s, p.initials, p.ideal, p.mass, p.pairs, p.topics = s, "", 0, 0, 0, 0
	p.clues, p.alts = p.clues[:0], p.alts[:0]
	p.near = p.near[:0]
	p.trace.n, p.trace.bare = n, true
	p.text = p.normalised(query, normal)
	p.tokens = tokenize(p.tokens[:0], p.text.runes)
	p.lookUp()
	p.markStops(n)
	p.markAsking(n)
	p.markLongTerms(n)
	p.markStory(n, query)
	p.touched += s.lex.touchPairs(p.tokens)
	for i := 0; i < len(p.tokens); {
		if p.tokens[i].han {
			p.character(i)
			i++
			continue
		}
		i = p.words(i)
	}
	p.relatedTerms(n)
	for _, c := range p.clues {
		if !c.related {
			p.ideal += c.weight
		}
		if c.content {
			p.mass += c.weight
		}
		if c.kind == aPair {
			p.pairs += c.weight
		}
	}
}

// lookUp finds the terms of the tokens and of the pairs that they open, which are asked for
// more than once.
func (p *plan) lookUp() {
	lex := p.s.lex
	p.singles, p.opens = p.singles[:0], p.opens[:0]
	for i := range p.tokens {
		t := &p.tokens[i]
		id, open := lex.single(t), int32(-1)
		p.singles, p.opens = append(p.singles, id), append(p.opens, -1)
		if t.joined {
			if before := p.singles[i-1]; before >= 0 && id >= 0 {
				open = lex.pair(before, id)
			}
			p.opens[i-1] = open
		}
	}
}

// normalised returns the query as the tracer has it, or as it was given.
func (p *plan) normalised(query, normal string) *text {
	if normal == "" {
		return p.trace.trace(truncate(query, maxQueryRunes))
	}
	p.given.runes, p.given.bare = p.given.runes[:0], true
	for _, r := range truncate(normal, maxQueryRunes) {
		p.given.runes = append(p.given.runes, r)
	}
	return &p.given
}

// truncate keeps the first n runes of s.
func truncate(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// markStops finds stop words; a query of nothing else keeps its words.
func (p *plan) markStops(n *Normalizer) {
	p.stop = n.cover(p.stop[:0], covering{n.synonyms.stop, &n.starts.stop, markStop}, p.text.runes)
	for i, r := range p.text.runes {
		if r != ' ' && !p.stop[i] {
			return
		}
	}
	clear(p.stop)
}

// covering are phrases with what tells that none begins at a place.
type covering struct {
	phrases phrases[struct{}]
	starts  *starts
	mark    uint8
}

// cover appends to dst, for each rune, whether it is part of one of the phrases.
func (n *Normalizer) cover(dst []bool, by covering, runes []rune) []bool {
	dst = append(dst, make([]bool, len(runes))...)
	for i := n.marked(runes, 0, by.mark); i < len(runes); i = n.marked(runes, i, by.mark) {
		if !by.starts.may(runes, i) {
			i++
			continue
		}
		length, _, ok := by.phrases.match(runes, i)
		if !ok {
			i++
			continue
		}
		for range length {
			dst[i] = true
			i++
		}
	}
	return dst
}

// markAsking finds the asking words; a query of nothing else is about them.
func (p *plan) markAsking(n *Normalizer) {
	p.asking = n.cover(p.asking[:0], covering{n.synonyms.asking, &n.starts.asking, markAsking}, p.text.runes)
	for i, r := range p.text.runes {
		if r != ' ' && !p.stop[i] && !p.asking[i] {
			return
		}
	}
	clear(p.asking)
}

// markLongTerms finds the terms of the data file. A long name is one idea: its
// many pairs together shall not drown what else was said.
func (p *plan) markLongTerms(n *Normalizer) {
	runes := p.text.runes
	p.part = p.part[:0]
	for range runes {
		p.part = append(p.part, 1)
	}
	for i := n.marked(runes, 0, markAlias); i < len(runes); i = n.marked(runes, i, markAlias) {
		if !n.starts.alias.may(runes, i) {
			i++
			continue
		}
		length, _, ok := n.synonyms.aliases.match(runes, i)
		if !ok {
			i++
			continue
		}
		for range length {
			p.part[i] = min(1, longTerm/float32(length))
			i++
		}
	}
}

// about makes the last clue one that says what the query is about. There are bits
// for 64; a longer query says it again.
func (p *plan) about() {
	p.clues[len(p.clues)-1].topic = 1 << min(p.topics, 63)
	p.topics++
}

// plain reports a character that is neither stop nor asking word.
func (p *plan) plain(t token) bool { return !p.stop[t.at] && !p.asking[t.at] }

// light reports what counts less: stop words, and in a collection asking words, which
// questions are full of and texts are not.
func (p *plan) light(at int) bool {
	return p.stop[at] || p.asking[at] && p.s.weights.together
}

// alone reports whether no neighbour of character i makes a word with it.
func (p *plan) alone(i int) bool {
	before := p.tokens[i].joined && p.plain(p.tokens[i-1])
	after := i+1 < len(p.tokens) && p.tokens[i+1].joined && p.plain(p.tokens[i+1])
	return p.plain(p.tokens[i]) && !before && !after
}

// add appends a clue for the alternatives added since first.
func (p *plan) add(weight float32, first int, content bool) {
	p.clues = append(p.clues, clue{weight: weight, first: int32(first), last: int32(len(p.alts)), content: content})
}

// is tells what the last clue asks for.
func (p *plan) is(kind clueKind) { p.clues[len(p.clues)-1].kind = kind }

// term appends a clue for a single term, which may be unknown.
func (p *plan) term(id int32, weight float32, content bool) {
	first := len(p.alts)
	if id >= 0 {
		p.alts = append(p.alts, alternative{term: id, share: 1})
	}
	p.add(weight, first, content)
}

// character adds the clues for a character and for the pair it opens.
func (p *plan) character(i int) {
	t, id := p.tokens[i], p.singles[i]
	pair := i+1 < len(p.tokens) && p.tokens[i+1].joined
	weight, stopped := p.s.value(id)*p.part[t.at]*p.counts(t.at), p.stop[t.at]
	if pair || t.joined {
		weight *= p.s.weights.character
	}
	if p.light(t.at) {
		weight *= p.s.weights.stop
	}
	if p.term(id, weight*p.s.tells(id), !stopped); id >= 0 {
		p.alts[len(p.alts)-1].second = t.runes[0]
	}
	p.is(aCharacter)
	if p.alone(i) || p.s.weights.together && p.plain(t) {
		p.about()
	}
	if pair {
		p.pair(i)
	}
}

// pair adds the clue for the characters i and i+1.
func (p *plan) pair(i int) {
	a, b := p.tokens[i], p.tokens[i+1]
	id := p.opens[i]
	weight := p.pairRarity(id, p.singles[i], p.singles[i+1]) * max(p.part[a.at], p.part[b.at]) * p.counts(a.at)
	stopA, stopB := p.stop[a.at], p.stop[b.at]
	switch lightA, lightB := p.light(a.at), p.light(b.at); {
	case lightA && lightB:
		weight *= p.s.weights.stop
	case lightA || lightB:
		weight *= p.s.weights.edge
	}
	first := len(p.alts)
	if id >= 0 {
		p.alts = append(p.alts, alternative{id, 1, a.runes[0], b.runes[0]})
	} else if !stopA && !stopB {
		p.soundAlike(i)
	}
	p.near = append(p.near, queryPair{a.runes[0], b.runes[0], int32(len(p.clues))})
	p.add(weight, first, !stopA && !stopB)
	p.is(aPair)
	if p.plain(a) && p.plain(b) {
		p.about()
	}
}

// pairRarity is what a pair is worth. A pair in no document is as often the seam
// of two words as a new word, so it weighs no more than its characters do.
func (p *plan) pairRarity(id, a, b int32) float32 {
	if id >= 0 {
		return p.s.value(id) * p.cohesion(id, a, b)
	}
	return (p.s.value(a) + p.s.value(b)) / 2
}

// cohesion tells a word from the seam of two words, 0.5..1: by how much more often
// than by chance the characters of a pair stand side by side.
func (p *plan) cohesion(id, a, b int32) float32 {
	if p.s.weights.loose == 0 {
		return 1
	}
	n := float64(len(p.s.docs))
	of := func(term int32) float64 { return float64(p.s.frequency(term)) }
	bond := of(id) * n / (of(a) * of(b))
	return float32(1 - p.s.weights.loose*(1-1/(1+p.s.bond/bond)))
}

// soundAlike adds the known pairs that sound like the unknown one at i: a
// typing mistake. A character that makes a known pair with its other
// neighbour is taken to be right.
func (p *plan) soundAlike(i int) {
	a, b := p.tokens[i].runes[0], p.tokens[i+1].runes[0]
	rightA := p.tokens[i].joined && p.opens[i-1] >= 0
	rightB := p.opens[i+1] >= 0
	if rightA && rightB {
		return
	}
	ids, exact := p.s.sound.alike(a, b)
	share := float32(nearShare)
	if exact {
		share = exactShare
	}
	for _, id := range ids {
		x, y, _ := splitKey(p.s.lex.key(id))
		switch {
		case x != a && rightA || y != b && rightB:
		case x == a || y == b:
			p.alts = append(p.alts, alternative{id, share, x, y})
		default:
			p.alts = append(p.alts, alternative{id, share * strangerFactor, x, y})
		}
	}
}

// words adds the clues for a run of words that are not characters and returns
// the index of the token after it.
func (p *plan) words(i int) int {
	j := i
	for j < len(p.tokens) && p.foreign(j) {
		j++
	}
	if j > i && p.pinyin(i, j) {
		return j
	}
	for j = max(j, i+1); i < j; i++ {
		t := p.tokens[i]
		id := p.singles[i]
		weight, stopped := p.s.value(id)*p.counts(t.at), p.stop[t.at]
		if p.light(t.at) {
			weight *= p.s.weights.stop
		}
		p.term(id, weight, !stopped)
		p.is(aPair)
		if p.plain(t) {
			p.about()
		}
	}
	return j
}

// foreign reports a Latin word that no document has.
func (p *plan) foreign(i int) bool {
	t := p.tokens[i]
	return !t.han && wordClass(t.runes[0]) == 2 && p.singles[i] < 0
}

// pinyin reads the tokens i to j as syllables, or else as initials.
func (p *plan) pinyin(i, j int) bool {
	words := make([]string, 0, j-i)
	for _, t := range p.tokens[i:j] {
		words = append(words, string(t.runes))
	}
	cut := p.s.sound.bestCut(words)
	if cut == nil {
		letters := strings.Join(words, "")
		if len(letters) >= minInitials && len(letters) <= maxInitials {
			p.initials = letters
		}
		return false
	}
	for k := 1; k < len(cut); k++ {
		p.syllables(cut, k)
	}
	return true
}

// syllables adds the clue for the pair of syllables that ends at k.
func (p *plan) syllables(cut []syllable, k int) {
	ids, exact := p.s.sound.find(cut[k-1], cut[k])
	var before, after []int32
	if k > 1 {
		before, _ = p.s.sound.find(cut[k-2], cut[k-1])
	}
	if k+1 < len(cut) {
		after, _ = p.s.sound.find(cut[k], cut[k+1])
	}
	first, weight := len(p.alts), p.s.unseen
	for n, id := range ids {
		share := float32(pinyinShare)
		if !exact {
			share = nearShare
		}
		if len(ids) > 1 && !p.linked(before, id, after) {
			share *= looseFactor
		}
		if p.alts = append(p.alts, alternative{term: id, share: share}); n == 0 {
			weight = p.s.value(id)
		}
	}
	p.add(weight*soundWeight, first, true)
	p.about()
}

// linked reports whether a pair shares a character with one that may stand
// right before or right after it.
func (p *plan) linked(before []int32, id int32, after []int32) bool {
	lex := p.s.lex
	x, y, _ := splitKey(lex.key(id))
	return slices.ContainsFunc(before, func(other int32) bool {
		_, last, _ := splitKey(lex.key(other))
		return last == x
	}) || slices.ContainsFunc(after, func(other int32) bool {
		first, _, _ := splitKey(lex.key(other))
		return first == y
	})
}

// relatedTerms widens the query with the related terms of the data file.
func (p *plan) relatedTerms(n *Normalizer) {
	if len(p.s.related) == 0 {
		return // nothing is indexed yet
	}
	runes := p.text.runes
	for i := n.marked(runes, 0, markRelated); i < len(runes); i = n.marked(runes, i, markRelated) {
		length, others, ok := n.synonyms.related.matchAround(runes, p.stop, i)
		if !ok {
			i++
			continue
		}
		p.said(i, i+length)
		p.widen(others)
		i += length
	}
}

// said lists the pairs and words between two places of the query: see snapshot.terms.
func (p *plan) said(from, to int) {
	p.phrase = p.phrase[:0]
	for i := range p.tokens {
		t := &p.tokens[i]
		if t.at < from || t.at >= to {
			continue
		}
		next := i+1 < len(p.tokens) && p.tokens[i+1].joined && t.at+1 < to
		switch {
		case t.han && next:
			p.phrase = append(p.phrase, p.opens[i])
		case !t.han || !t.joined || t.at == from:
			p.phrase = append(p.phrase, p.singles[i])
		}
	}
}

// widen adds the related terms of the phrase that was typed. What no document says, as 坐牢
// in a law, can only be found in the words of the documents: then they count as much as the
// phrase would. Together they count no more, however many say the same.
func (p *plan) widen(others []int32) {
	worth, w := float32(0), &p.s.weights
	for _, id := range p.phrase {
		worth += p.s.value(id)
	}
	if w.unmet == 0 {
		for _, other := range others {
			p.expand(&p.s.related[other], worth*w.related, math.MaxFloat32)
		}
		return
	}
	share := w.related + (w.unmet-w.related)/(1+p.s.met(p.phrase)/w.few)
	said := float32(0)
	for _, other := range others {
		if len(p.s.related[other].terms) > 0 {
			said++
		}
	}
	for _, other := range others {
		p.expand(&p.s.related[other], worth*share/said, share)
	}
}

// met returns how many documents may have a phrase, as a share of the square root of all.
func (s *snapshot) met(phrase []int32) float32 {
	docs := int32(len(s.docs))
	for _, id := range phrase {
		if id < 0 {
			return 0
		}
		docs = min(docs, s.frequency(id))
	}
	return float32(float64(docs) / math.Sqrt(float64(len(s.docs))))
}

// expand adds the terms of a related phrase, which share the weight given; each counts at
// most so much of what it is worth.
func (p *plan) expand(phrase *phraseTerms, weight, most float32) {
	for _, id := range phrase.terms {
		value := p.s.value(id)
		p.term(id, min(weight/phrase.worth, most)*value, false)
		p.clues[len(p.clues)-1].related = true
		p.about()
	}
}

// phraseTerms are the pairs and words of a phrase that some document has, and what
// all of its pairs and words are worth.
type phraseTerms struct {
	terms []int32
	worth float32
}

// relate looks up the related phrases of the data file.
func (s *snapshot) relate(n *Normalizer) {
	s.related = make([]phraseTerms, len(n.synonyms.terms))
	var tokens []token
	for i, phrase := range n.synonyms.terms {
		tokens = tokenize(tokens[:0], phrase)
		s.related[i].worth = s.worthOf(tokens)
		for id := range s.terms(tokens) {
			if id >= 0 {
				s.related[i].terms = append(s.related[i].terms, id)
			}
		}
	}
}

// worthOf returns what the pairs and words of a phrase are worth.
func (s *snapshot) worthOf(tokens []token) (sum float32) {
	for id := range s.terms(tokens) {
		sum += s.value(id)
	}
	return sum
}
