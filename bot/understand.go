package bot

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"huitong/content"
)

// meant is an answer as understood: an option of a question, or those that it may be.
type meant struct {
	question *content.Question
	value    string
	narrow   []string
}

// answers returns what the message answers of the policy's questions, the open one
// first; none if it is not understood as an answer.
func (h *hearing) understand(p *content.Policy, c *checking, text string) []meant {
	open := screened(p, c.Asks)
	if open == nil {
		return nil
	}
	if value := h.exactly(p, open, c.Narrow, text); value != "" {
		return []meant{{question: open, value: value}}
	}
	if h.asks(text) {
		return nil
	}
	var out []meant
	for _, clause := range clauses(text) {
		q := h.subject(p, open, clause)
		a := h.option(q, clause)
		a.question = q
		if a.value != "" || len(a.narrow) > 0 {
			out = join(out, a)
		}
	}
	if len(out) == 0 {
		return h.late(p, c, text)
	}
	slices.SortStableFunc(out, func(x, y meant) int { return cmp.Compare(b2i(y.question == open), b2i(x.question == open)) })
	return out
}

// late returns what a message answers that is made of words for an option of just one other
// question, of which it was not known before.
func (h *hearing) late(p *content.Policy, c *checking, text string) []meant {
	var out []meant
	for _, q := range p.Screen() {
		if c.answers()[q.Name] != content.UnknownAnswer || len(q.Options) == 0 || q.Type == "yesno" || !h.everyday(q, text) {
			continue
		}
		if a := h.option(q, text); a.value != "" {
			out = append(out, meant{question: q, value: a.value})
		}
	}
	if len(out) != 1 {
		return nil
	}
	return out
}

// join adds what one more clause means. Where two clauses answer one question, the
// sure word counts; two sure words that differ are asked about.
func join(all []meant, a meant) []meant {
	i := slices.IndexFunc(all, func(o meant) bool { return o.question == a.question })
	switch {
	case i < 0:
		return append(all, a)
	case a.value == "" || a.value == all[i].value:
	case all[i].value == "":
		all[i] = a
	default:
		all[i].value, all[i].narrow = "", offered(a.question, []string{all[i].value, a.value, content.UnknownAnswer})
	}
	return all
}

// everyday reports whether the message is made of words for options of the question,
// of who is meant and of padding, and of nothing else.
func (h *hearing) everyday(q *content.Question, text string) bool {
	rest, spoken := closeUp(h.fold(text)), h.answers[q.Name]
	found := false
	var answers []string
	for _, words := range spoken.options {
		answers = append(answers, words...)
	}
	for _, near := range spoken.near {
		answers = append(answers, near.Words...)
	}
	rest, found = without(rest, answers)
	rest, _ = without(rest, h.subjects[q.Name])
	rest, _ = without(rest, h.lists[paddingWords])
	return found && strings.TrimSpace(rest) == ""
}

// without takes the words out of a text, the longest first, and reports whether there
// were any.
func without(text string, words []string) (rest string, found bool) {
	if longer := func(x, y string) int { return cmp.Compare(len(y), len(x)) }; !slices.IsSortedFunc(words, longer) {
		words = slices.Clone(words)
		slices.SortStableFunc(words, longer)
	}
	for _, w := range words {
		for at := place(text, w, 0); at >= 0; at = place(text, w, 0) {
			text, found = text[:at]+" "+text[at+len(w):], true
		}
	}
	return text, found
}

// taker takes words out of texts as without does, but reads a text once to see which of them
// there may be: of nearly all there is none.
type taker struct {
	words  []string // longest first
	spaced []bool   // a word taken from between its parts may join them
	finder wordFinder
}

func newTaker(lists ...[]string) *taker {
	k := &taker{words: slices.Concat(lists...)}
	slices.SortStableFunc(k.words, func(x, y string) int { return cmp.Compare(len(y), len(x)) })
	for i, w := range k.words {
		k.finder.add(w, i)
		k.spaced = append(k.spaced, strings.Contains(w, " "))
	}
	return k
}

// from returns the text without the words, and whether there were any.
func (k *taker) from(s *spelling) (rest string, found bool) {
	text := s.text
	var there numberSet
	k.finder.each(s, func(w *foundWord, _ int) bool {
		there.add(w.meaning)
		return true
	})
	if there == nil {
		return text, false
	}
	for i, w := range k.words {
		if !there.has(i) && !(found && k.spaced[i]) {
			continue
		}
		for at := place(text, w, 0); at >= 0; at = place(text, w, 0) {
			text, found = text[:at]+" "+text[at+len(w):], true
		}
	}
	return text, found
}

func b2i(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// clauses cuts a message where somebody would take breath.
func clauses(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("，,。.;；、！!\n", r) })
}

// exactly returns the option that the message names by its label, its place in the
// list or, of a question that is asked with yes and no, in a word.
func (h *hearing) exactly(p *content.Policy, q *content.Question, narrow []string, text string) string {
	folded := closeUp(h.fold(text))
	options := optionsOf(q, narrow)
	for _, said := range inAllLanguages(p, q) {
		for _, o := range said.Options {
			if closeUp(h.fold(o.Label)) == folded && slices.Contains(options, o.Value) {
				return o.Value
			}
		}
	}
	meaning := h.means(text)
	if meaning == "unknown" {
		return content.UnknownAnswer
	}
	if len(q.Options) == 0 {
		return h.number(q, text)
	}
	if value := h.lasting(q, narrow, folded); value != "" {
		return value
	}
	if i, ok := ordinal(meaning, len(options)); ok {
		return options[i]
	}
	if q.Type == "yesno" && meaning == "" {
		return h.repeats(q, text)
	}
	if (meaning == "yes" || meaning == "no") && slices.Contains(options, meaning) && q.Type == "yesno" {
		return meaning
	}
	return ""
}

// lasting returns the one of a few options that asks for six months, where the message says
// nothing but that it has lasted for so long.
func (h *hearing) lasting(q *content.Question, narrow []string, folded string) string {
	i := slices.IndexFunc(narrow, func(v string) bool { return strings.Contains(q.OptionLabel(v), sixMonths) })
	if i < 0 || !h.halfYear(folded) {
		return ""
	}
	rest := months.ReplaceAllString(folded, " ")
	for _, near := range h.answers[q.Name].near {
		rest, _ = without(rest, near.Words)
	}
	for _, words := range [][]string{h.lists[longWords], h.lists[spanWords], h.subjects[q.Name], h.lists[paddingWords]} {
		rest, _ = without(rest, words)
	}
	if strings.Trim(rest, " 0123456789") != "" {
		return ""
	}
	return narrow[i]
}

// sixMonths is how a label asks for a time.
const sixMonths = "6个月"

// months matches how many.
var months = regexp.MustCompile(`(\d+)\s*(?:个月|个多月|个半月|months?)`)

// lessThan matches that six months have not passed.
var lessThan = regexp.MustCompile(`[不没未唔冇][到满够足](?:6个月|半年)|less than (?:6|six) months|under (?:6|six) months`)

// halfYear reports whether folded text tells a time of six months or more.
func (h *hearing) halfYear(folded string) bool {
	if _, long := h.holds(longWords, folded); long {
		return true
	}
	found := months.FindStringSubmatch(folded)
	if found == nil {
		return false
	}
	n, err := strconv.Atoi(found[1])
	return err == nil && n >= 6
}

// repeats takes words of a question that is answered with yes or no as an answer:
// yes, or no where they are denied.
func (h *hearing) repeats(q *content.Question, text string) string {
	said, answer := h.plain(text), "yes"
	for _, no := range h.lists[notWords] {
		if rest, ok := strings.CutPrefix(said, no); ok {
			said, answer = rest, "no"
			break
		}
	}
	if utf8.RuneCountInString(said) < 2 || !strings.Contains(closeUp(h.fold(q.Label)), said) {
		return ""
	}
	return answer
}

// optionsOf lists the values that may be answered.
func optionsOf(q *content.Question, narrow []string) []string {
	if len(narrow) > 0 {
		return narrow
	}
	var out []string
	for _, o := range q.Options {
		out = append(out, o.Value)
	}
	return out
}

// inAllLanguages returns the question as published and translated.
func inAllLanguages(p *content.Policy, q *content.Question) []*content.Question {
	out := []*content.Question{q}
	for _, lang := range languages {
		if t, ok := p.In(lang); ok {
			if said := screened(t, q.Name); said != nil {
				out = append(out, said)
			}
		}
	}
	return out
}

// ordinal returns the index that a word such as "the second" has in a list of n.
func ordinal(meaning string, n int) (int, bool) {
	i := slices.Index([]string{"first", "second", "third", "fourth"}, meaning)
	if meaning == "last" {
		i = n - 1
	}
	return i, i >= 0 && i < n
}

// number reads a count such as an age, from a message that says nothing else. Months
// and days are less than a year.
func (h *hearing) number(q *content.Question, text string) string {
	folded := underOne.ReplaceAllString(sinceBirth.ReplaceAllString(h.fold(text), "${1}个月"), "0")
	if years, told := h.inYears(folded); told {
		if accepts(q, years) {
			return years
		}
		return ""
	}
	rest, _ := without(folded, slices.Concat(h.lists[paddingWords], h.lists[spanWords]))
	digits := strings.Join(strings.Fields(rest), "")
	if n := slices.Index(h.numbers, digits); n >= 0 {
		digits = strconv.Itoa(n)
	}
	if r, size := utf8.DecodeRuneInString(digits); size == len(digits) {
		if n := slices.Index([]rune("零一二三四五六七八九十"), r); n >= 0 {
			digits = strconv.Itoa(n)
		}
	}
	_, short := h.holds(spanWords, folded)
	switch n, err := strconv.Atoi(digits); {
	case short && (err == nil || digits == ""), digits == "" && strings.Contains(folded, "半岁"):
		return "0"
	case err == nil && n >= q.Min && (q.Max == 0 || n <= q.Max):
		return strconv.Itoa(n)
	}
	return ""
}

// Ages that are more than a number: years and months, years as they are counted from birth
// beside those of tradition, and years that are not yet full.
var (
	yearsMonths = regexp.MustCompile(`(\d+)岁(?:半|零|又|多|过)?\s*\d+个?月`)
	fullYears   = regexp.MustCompile(`(?:周岁|足岁|实岁)[^\d]{0,2}(\d+)|(\d+)(?:周岁|足岁|实岁)`)
	almost      = regexp.MustCompile(`(?:快|快要|就快|就要|就嚟)满?(\d+)`)
	ofSeveral   = regexp.MustCompile(`[\d一二两三四五六七八九十]个(?:[^月半]|$)`) // one is 8, one is 12
	notYet      = regexp.MustCompile(`[不没未唔冇][到满够足]\s*\d+`)
	sinceBirth  = regexp.MustCompile(`(?:还?[不没未唔冇][到满够足])?\s*(\d+)个[多半来]?月`)
	underOne    = regexp.MustCompile(`还?[不没未唔冇][到满够足]\s*1周?岁`)
)

// inYears reads such an age from folded text; told without years means that it says one,
// and not which.
func (h *hearing) inYears(folded string) (years string, told bool) {
	if found := yearsMonths.FindStringSubmatch(folded); found != nil {
		return found[1], true
	}
	if strings.Contains(folded, "虚") {
		if found := fullYears.FindStringSubmatch(folded); found != nil {
			return found[1] + found[2], true
		}
		return "", true
	}
	if found := almost.FindStringSubmatch(folded); found != nil {
		// It is the age only where nothing else is said: "gone for nearly 3 years" is none.
		rest, _ := without(strings.Replace(folded, found[0], " ", 1), h.lists[paddingWords])
		if n, err := strconv.Atoi(found[1]); err == nil && strings.TrimSpace(rest) == "" {
			return strconv.Itoa(n - 1), true
		}
	}
	return "", notYet.MatchString(folded) || ofSeveral.MatchString(folded)
}

// tellsNumbers reports whether a message is made of numbers and padding: an answer to how
// many or how old, if not one that is understood.
func (h *hearing) tellsNumbers(text string) bool {
	rest, _ := without(closeUp(h.fold(text)), slices.Concat(h.lists[paddingWords], h.lists[spanWords]))
	return strings.ContainsAny(rest, numerals) && strings.Trim(rest, " 和"+numerals) == ""
}

// tellsAge reports whether a message says nothing but how old somebody is. Three figures
// are a number to call.
func (h *hearing) tellsAge(closed *spelling) bool {
	rest, _ := h.besideAge.from(closed)
	digits := h.bare(strings.TrimSpace(rest))
	if slices.Contains(h.numbers, digits) {
		return true
	}
	return digits != "" && utf8.RuneCountInString(digits) <= 2 && strings.Trim(digits, numerals) == ""
}

const numerals = "0123456789零一二两三四五六七八九十"

// subject returns the question that a clause speaks of: the open one unless another
// of the policy's is named in it, and the open one is not.
func (h *hearing) subject(p *content.Policy, open *content.Question, clause string) *content.Question {
	folded := h.fold(clause)
	if longest(h.subjects[open.Name], folded, nil) != "" {
		return open
	}
	best, size := open, 0
	for _, q := range p.Screen() {
		if w := longest(h.subjects[q.Name], folded, nil); len(w) > size {
			best, size = q, len(w)
		}
	}
	return best
}

// option returns the option whose everyday words stand in the clause, the longest
// counting most, or the options that they may mean.
func (h *hearing) option(q *content.Question, clause string) meant {
	if len(q.Options) == 0 {
		return meant{value: h.number(q, clause)}
	}
	folded := closeUp(h.fold(clause))
	spoken := h.answers[q.Name]
	best, size := meant{}, 0
	for _, o := range q.Options {
		if w := longest(spoken.options[o.Value], folded, h.lists[notWords]); len(w) > size {
			best, size = meant{value: o.Value}, len(w)
		}
	}
	for _, near := range spoken.near {
		if w := longest(near.Words, folded, h.lists[notWords]); len(w) > size {
			best, size = meant{narrow: offered(q, near.Options)}, len(w)
		}
	}
	if best.value != "" && h.tooShort(q, best.value, folded) {
		return meant{narrow: offered(q, []string{best.value, "other", content.UnknownAnswer})}
	}
	if size == 0 && q.Type == "yesno" {
		if meaning := h.means(clause); meaning == "yes" || meaning == "no" {
			best.value = meaning
		}
	}
	return best
}

// tooShort reports whether the clause tells a length of time that may be less than
// the six months that the option's label asks for.
func (h *hearing) tooShort(q *content.Question, value, folded string) bool {
	_, told := h.holds(spanWords, folded)
	short := told && !h.halfYear(folded) || lessThan.MatchString(folded)
	return short && strings.Contains(q.OptionLabel(value), sixMonths)
}

// offered keeps the values that are options of the question.
func offered(q *content.Question, values []string) []string {
	var out []string
	for _, v := range values {
		if q.Accepts(v) {
			out = append(out, v)
		}
	}
	return out
}
