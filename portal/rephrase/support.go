package rephrase

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The rules by which a sentence of the model is supported by the passages. They
// compare spellings and know no meaning, so they let too little through rather than
// too much: every sentence is taken apart into clauses, and each clause
//
//  1. has no address, mark-up or character that no passage is written in,
//  2. is made of words of the passages: at most a tenth of its characters, and no
//     two together, stand in none,
//  3. names only offices and titles that stand so in a passage,
//  4. shares most of its pairs of characters with one clause of a passage, its
//     counterpart, never missing two in a row, and has most of the characters of each
//     thing that its counterpart names together with others, of one with an amount all:
//     words may be left out or moved, not exchanged,
//  5. has the figures, with their units, that its counterpart has,
//  6. has as many negations as its counterpart, and the same limits,
//  7. comes with, or after, the clauses that stand before its counterpart in the same
//     sentence, for they may be what it depends on,
//  8. stands with clauses of the same sentence, or of sentences that are said whole.
//
// A sentence with one clause that fails is dropped.
const (
	leastShared = 0.6 // of a clause with its counterpart
	leastSaid   = 0.7 // of its counterpart, and of each thing that it names
	mostStrange = 0.1 // of its characters
)

// fold makes spellings of the same text equal.
func fold(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return '\n'
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// supported returns those sentences of a reply that the passages support, as they
// were written but for marks of lists and emphasis.
func supported(reply string, passages []string) string {
	ground := newGround(passages)
	var kept strings.Builder
	for _, s := range sentences(reply) {
		s = plain(s)
		said, ok := ground.supports(s)
		if s == "" || !ok {
			continue
		}
		for i := range said {
			ground.said[i] = true
		}
		if last, _ := lastRune(kept.String()); last == '.' || last == '!' || last == '?' {
			kept.WriteByte(' ')
		}
		kept.WriteString(s)
	}
	text := kept.String()
	if text == "" || !ground.keepsYears(text) {
		return ""
	}
	return text
}

// caution finds sentences of an answer that nobody may miss: that something is not
// sure, not so any more, or for somebody else to say.
var caution = regexp.MustCompile(`为准|没有查到|没有核实|没有确认|未确认|待确认|待核实|失效|废止|已经?(?:停止|结束)|不再|请[拨打问]|not (?:found|confirmed|known)|no longer|please (?:call|ask)|ended`)

// withCautions puts back the cautions of the published answer that a rephrased one
// has lost.
func withCautions(kept, published string) string {
	for _, s := range sentences(published) {
		if s = strings.TrimSpace(s); caution.MatchString(fold(s)) && !strings.Contains(fold(kept), fold(s)) {
			if r, _ := lastRune(kept); r < 0x250 && r != ' ' {
				kept += " "
			}
			kept += s
		}
	}
	return kept
}

func lastRune(s string) (rune, bool) {
	runes := []rune(s)
	if len(runes) == 0 {
		return ' ', false
	}
	return runes[len(runes)-1], true
}

// sentences cuts a text behind each full stop, and at line ends.
func sentences(text string) []string {
	var out []string
	var b strings.Builder
	end := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			out = append(out, s)
		}
		b.Reset()
	}
	runes := []rune(text)
	for i, r := range runes {
		if r == '\n' {
			end()
			continue
		}
		b.WriteRune(r)
		latin := (r == '.' || r == '!' || r == '?') && (i+1 == len(runes) || unicode.IsSpace(runes[i+1]))
		if latin || strings.ContainsRune("。！？；", r) {
			end()
		}
	}
	end()
	return out
}

// listMark is what a model likes to put before a line.
var listMark = regexp.MustCompile(`^\s*(?:[-*•·>#]+\s*|\d{1,2}[.、)）]\s+)`)

func plain(s string) string {
	s = listMark.ReplaceAllString(s, "")
	return strings.TrimSpace(strings.NewReplacer("**", "", "__", "", "`", "").Replace(s))
}

// ground is what sentences may stand on.
type ground struct {
	text    string // of all passages, folded
	pairs   map[string]bool
	singles map[rune]bool
	words   map[string]bool
	clauses []clause
	said    map[int]bool // the clauses that kept sentences have said
}

// clause is a part of a sentence between commas.
type clause struct {
	text      string
	grams     []string        // pairs of characters and words, without those that carry nothing
	has       map[string]bool // the same
	figures   []string        // with their units
	negations int
	limits    map[string]bool
	things    []clause       // those that it names together, where there are several
	sizes     map[string]int // how often each character and word stands in it
	place     int            // in its sentence
	sentence  int            // the number of the first clause of its sentence
}

func newGround(passages []string) ground {
	g := ground{pairs: map[string]bool{}, singles: map[rune]bool{}, words: map[string]bool{}, said: map[int]bool{}}
	for _, p := range passages {
		p = fold(p)
		g.text += p + "\n"
		for _, form := range []string{p, bare(p)} {
			runes := []rune(form)
			for i, r := range runes {
				g.singles[r] = true
				if i > 0 {
					g.pairs[string(runes[i-1:i+1])] = true
				}
			}
		}
		for _, w := range latinWord.FindAllString(p, -1) {
			g.words[w] = true
		}
		for _, s := range sentences(p) {
			first := len(g.clauses)
			for place, text := range parts(s) {
				c := newClause(text)
				c.place, c.sentence = place, first
				c.things = things(text)
				g.clauses = append(g.clauses, c)
			}
		}
	}
	return g
}

// parts cuts a sentence at its commas. What stands in brackets stays with what it
// explains, a year with its amount above all, and an exception with its rule.
func parts(sentence string) []string {
	depth := 0
	runes := []rune(sentence)
	var out []string
	from := 0
	for i, r := range runes {
		inNumber := r == ',' && i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1])
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth = max(0, depth-1)
		case strings.ContainsRune(",:;。!?", r) && depth == 0 && !inNumber && !exception.MatchString(string(runes[i+1:])):
			out = append(out, string(runes[from:i]))
			from = i + 1
		}
	}
	out = append(out, string(runes[from:]))
	return slices.DeleteFunc(out, func(s string) bool { return strings.TrimSpace(s) == "" })
}

var (
	latinWord = regexp.MustCompile(`[a-z][a-z'’-]*`)
	foreign   = regexp.MustCompile(`://|www\.|[a-z0-9-]\.[a-z]{2,}|@|[<>\[\]{}|\\]`)
	exception = regexp.MustCompile(`^\s*(?:但|不过|除|只是|而不|however|but|unless|except)`)
	titles    = regexp.MustCompile(`《[^》]*》?|“[^”]*”?|"[^"]*"?`)
	offices   = regexp.MustCompile(`\p{Han}{2}(?:局|委员会|管委会|法院|检察院|派出所|医院|部门|中心|公司|基金会|协会|委|办|院|厅|银行|学校|机构|热线|平台|小程序|公众号)`)
)

// supports reports whether the passages say what a sentence says, and which of their
// clauses.
func (g ground) supports(sentence string) (said map[int]bool, ok bool) {
	s := fold(sentence)
	if foreign.MatchString(s) {
		return nil, false
	}
	for _, names := range []*regexp.Regexp{titles, offices} {
		for _, name := range names.FindAllString(s, -1) {
			if !strings.Contains(g.text, name) {
				return nil, false
			}
		}
	}
	said = map[int]bool{}
	var counterparts [][]int
	for _, text := range parts(strings.TrimRight(s, "。!?;. ")) {
		found := g.counterparts(newClause(text))
		if !g.knows(text) || len(found) == 0 {
			return nil, false
		}
		counterparts = append(counterparts, found)
		for _, i := range found {
			said[i] = true
		}
	}
	for _, found := range counterparts {
		if !slices.ContainsFunc(found, func(i int) bool { return g.introduced(i, said) }) {
			return nil, false
		}
	}
	return said, len(counterparts) > 0 && g.together(counterparts, said)
}

// together reports whether the counterparts of a sentence's clauses stand in one sentence,
// or each in one that is said whole.
func (g ground) together(counterparts [][]int, said map[int]bool) bool {
	for _, first := range counterparts[0] {
		if !slices.ContainsFunc(counterparts, func(found []int) bool {
			return !slices.ContainsFunc(found, func(i int) bool { return g.clauses[i].sentence == g.clauses[first].sentence })
		}) {
			return true
		}
	}
	return !slices.ContainsFunc(counterparts, func(found []int) bool {
		return !slices.ContainsFunc(found, func(i int) bool { return g.whole(g.clauses[i].sentence, said) })
	})
}

// whole reports whether all clauses of a sentence have been said.
func (g ground) whole(sentence int, said map[int]bool) bool {
	for i := sentence; i < len(g.clauses) && g.clauses[i].sentence == sentence; i++ {
		if !said[i] {
			return false
		}
	}
	return true
}

// introduced reports whether all that stands before a clause in its sentence has been
// said too.
func (g ground) introduced(clause int, said map[int]bool) bool {
	for i := clause - g.clauses[clause].place; i < clause; i++ {
		if !said[i] && !g.said[i] {
			return false
		}
	}
	return true
}

// knows reports whether a clause is made of the passages' words.
func (g ground) knows(text string) bool {
	for _, w := range latinWord.FindAllString(text, -1) {
		if !g.words[w] && !emptyWords[w] {
			return false
		}
	}
	runes := []rune(bare(text))
	strange, together, all := 0, 0, 0
	for i, r := range runes {
		if !unicode.Is(unicode.Han, r) {
			if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) || unicode.Is(unicode.So, r) {
				return false
			}
			together = 0
			continue
		}
		all++
		before := i > 0 && g.pairs[string(runes[i-1:i+1])]
		after := i+1 < len(runes) && g.pairs[string(runes[i:i+2])]
		alone := (i == 0 || !unicode.Is(unicode.Han, runes[i-1])) && (i+1 == len(runes) || !unicode.Is(unicode.Han, runes[i+1]))
		if before || after || alone && g.singles[r] {
			together = 0
			continue
		}
		strange++
		if together++; together > 1 {
			return false
		}
	}
	return float64(strange) <= mostStrange*float64(all)
}

// counterparts returns the clauses of the passages that are nearest to c and say the
// same; none if those that are nearest do not.
func (g ground) counterparts(c clause) []int {
	best := leastShared
	var nearest []int
	for i, other := range g.clauses {
		switch share := c.shares(other); {
		case share > best:
			best, nearest = share, []int{i}
		case share == best:
			nearest = append(nearest, i)
		}
	}
	return slices.DeleteFunc(nearest, func(i int) bool { return !c.agrees(g.clauses[i]) })
}

// shares returns how much of the clause, 0..1, the other one has.
func (c clause) shares(other clause) float64 {
	if c.text == other.text {
		return 1
	}
	shared := 0
	for _, gram := range c.grams {
		if other.has[gram] {
			shared++
		}
	}
	return float64(shared) / float64(max(1, len(c.grams)))
}

// within returns how many of the characters and words of a clause, 0..1, another one has,
// in whatever order.
func (c clause) within(other clause) float64 {
	if c.text == other.text {
		return 1
	}
	all, found := 0, 0
	for sign, n := range c.sizes {
		all, found = all+n, found+min(n, other.sizes[sign])
	}
	if all == 0 {
		return 1
	}
	return float64(found) / float64(all)
}

// beginsIn and endsIn report whether another clause has the first and the last gram of one.
func (c clause) beginsIn(other clause) bool { return len(c.grams) == 0 || other.has[c.grams[0]] }

func (c clause) endsIn(other clause) bool {
	return len(c.grams) == 0 || other.has[c.grams[len(c.grams)-1]]
}

// together are the words that stand between things that are named together.
var together = regexp.MustCompile(`、|以及|而且|并且|和|与|及| and `)

// things returns what a clause names together; nothing where it is one thing.
func things(text string) []clause {
	named := together.Split(text, -1)
	if len(named) < 2 {
		return nil
	}
	var out []clause
	for _, thing := range named {
		out = append(out, newClause(thing))
	}
	return out
}

// agrees reports whether a clause and its counterpart have the same words, figures,
// negations and limits.
func (c clause) agrees(other clause) bool {
	missed := false
	for _, gram := range c.grams {
		was := missed
		if missed = !other.has[gram]; missed && was {
			return false
		}
	}
	least := leastSaid
	if slices.ContainsFunc(other.figures, isAmount) {
		least = 1
	}
	for i, thing := range other.things {
		begins, ends := i == 0 || thing.beginsIn(c), i == len(other.things)-1 || thing.endsIn(c)
		if thing.within(c) < least || !begins || !ends {
			return false
		}
	}
	return other.within(c) >= least && slices.Equal(c.figures, other.figures) &&
		c.negations == other.negations && maps.Equal(c.limits, other.limits)
}

// keepsYears reports whether a text with an amount has the year that the passage
// gives to this amount.
func (g ground) keepsYears(text string) bool {
	said := newClause(fold(text)).figures
	for _, c := range g.clauses {
		if !slices.ContainsFunc(c.figures, func(f string) bool { return isAmount(f) && slices.Contains(said, f) }) {
			continue
		}
		for _, f := range c.figures {
			if isYear(f) && !slices.Contains(said, f) {
				return false
			}
		}
	}
	return true
}

func newClause(text string) clause {
	c := clause{text: strings.TrimSpace(text), figures: figures(text), limits: map[string]bool{}, sizes: map[string]int{}}
	rest := neutral.Replace(text)
	for _, w := range latinWord.FindAllString(rest, -1) {
		switch {
		case latinNegations[w] || strings.HasSuffix(w, "n't") || strings.HasSuffix(w, "n’t"):
			c.negations++
		case latinLimits[w]:
			c.limits[w] = true
		case !emptyWords[w]:
			c.grams = append(c.grams, w)
			c.sizes[w]++
		}
	}
	for _, r := range rest {
		if strings.ContainsRune(negations, r) {
			c.negations++
		}
	}
	for _, l := range limits {
		if strings.Contains(rest, l) {
			c.limits[l] = true
		}
	}
	runes := []rune(bare(text))
	for i := 1; i < len(runes); i++ {
		if unicode.Is(unicode.Han, runes[i-1]) && unicode.Is(unicode.Han, runes[i]) {
			c.grams = append(c.grams, string(runes[i-1:i+1]))
		}
	}
	oneCharacter := len(c.grams) == 0 // is a word
	for _, r := range runes {
		if !unicode.Is(unicode.Han, r) {
			continue
		}
		c.sizes[string(r)]++
		if oneCharacter {
			c.grams = append(c.grams, string(r))
		}
	}
	c.has = map[string]bool{}
	for _, gram := range c.grams {
		c.has[gram] = true
	}
	return c
}
