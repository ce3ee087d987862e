package bot

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"

	"huitong/content"
)

// sentence is one line of the examples file.
type sentence struct {
	labels   []string // a general one, or policies any of which answers
	sections []string // policy#section, any of which answers
	text     string
}

// readExamples reads all files of examples; errors name file and line.
func readExamples(files []content.TextFile, policies []string) ([]sentence, error) {
	var out []sentence
	for _, file := range files {
		some, err := parseExamples(strings.NewReader(file.Text), policies)
		if err != nil {
			return nil, fmt.Errorf("%s %w", file.Name, err)
		}
		out = append(out, some...)
	}
	return out, nil
}

// parseExamples reads lines of label, tab, sentence. A label is urgent, calm,
// inside, outside or one of the policies, which a section may follow as in
// policy#section, or several policies joined by |; sentences of policies that are
// not there are left out, so that a policy can be taken down without touching the
// file.
func parseExamples(r io.Reader, policies []string) ([]sentence, error) {
	var out []sentence
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		joined, text, ok := strings.Cut(line, "\t")
		labels := strings.Split(joined, "|")
		if !ok || slices.ContainsFunc(labels, func(l string) bool { return !labelForm.MatchString(l) }) {
			return nil, fmt.Errorf("line %d: want a label, a tab and a sentence", n)
		}
		s := sentence{text: text}
		for _, l := range labels {
			policy, _, exact := strings.Cut(l, "#")
			if !slices.Contains(policies, policy) && !slices.Contains(generalLabels[:], policy) {
				continue
			}
			if !slices.Contains(s.labels, policy) {
				s.labels = append(s.labels, policy)
			}
			if exact {
				s.sections = append(s.sections, l)
			}
		}
		if len(s.labels) > 0 {
			out = append(out, s)
		}
	}
	return out, scanner.Err()
}

var labelForm = regexp.MustCompile(`^[a-z0-9-]{1,80}(#[a-z0-9-]{1,80})?$`)

// generalLabels are the labels that name no policy.
var generalLabels = [...]string{"urgent", "calm", "inside", "outside"}

// Classes of the scope and danger classifiers.
const (
	inside, outside = 0, 1
	calm, urgent    = 0, 1
)

// How much an example of each origin counts.
const (
	phrasingWeight = 1.0 // a question as people ask it
	foreignWeight  = 0.5 // a question in a language into which little is translated
	nameWeight     = 1.0
	textWeight     = 0.3 // a sentence of the published text
	contrastWeight = 0.5 // a sentence that only shows what something is not
)

// lessons are the examples of the three classifiers.
type lessons struct{ topic, scope, danger []example }

// learnt is what training comes to.
type learnt struct {
	topic    judge
	scope    *classifier          // inside, outside
	danger   judge                // calm, urgent
	gaps     *classifier          // the same, by other signs
	passages map[string]*passages // by policy
}

// share puts the tables of the classifiers that every question is read by into one.
func (l *learnt) share() {
	all := [tables]*classifier{topicTable: l.topic.classifier, scopeTable: l.scope, dangerTable: l.danger.classifier}
	var ids [tables]*table
	for i, c := range all {
		ids[i] = c.ids
	}
	x := newIndex(ids)
	for i, c := range all {
		c.ids, c.index, c.column = nil, x, i
		if c.width == 1 {
			x.weigh(i, c.weights)
		}
	}
}

// judge is a classifier and the neighbours among the examples it learnt from.
type judge struct {
	*classifier
	near *neighbours
}

// probabilities returns one number for each class; they sum to 1. Nobody votes where that
// would change no more than how sure it is.
func (j judge) probabilities(said []sign) []float64 {
	var few [usualValues]feature
	v := j.readIn(few[:0], said)
	p := j.classifier.probabilities(v)
	if top := slices.Max(p); top >= foregone {
		return surer(p, top)
	}
	return j.near.agree(p, v)
}

func newJudge(ctx context.Context, examples []example, classes int) judge {
	c, vectors := train(ctx, examples, classes)
	return judge{c, newNeighbours(c, examples, vectors)}
}

// inherit takes over what the previous bot has learnt, if it knows the same
// policies. A training that only refreshes is given up; the first one never is,
// since somebody may wait for it.
func (b *Bot) inherit(previous *Bot) {
	if previous == nil {
		return
	}
	l := previous.learnt.Load()
	if l == nil {
		return
	}
	previous.giveUp()
	if slices.Equal(previous.slugs, b.slugs) {
		b.learnt.Store(l)
		close(b.ready)
	}
}

// learn trains the three classifiers from the entries and the example sentences,
// unless ctx ends before or what they come to is on the shelf.
func (b *Bot) learn(ctx context.Context, entries []Entry, sentences []sentence) {
	if l := b.recall(); l != nil {
		b.know(l)
		return
	}
	var l lessons
	class := map[string]int{}
	for i, slug := range b.slugs {
		class[slug] = i
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			break
		}
		b.learnEntry(&l, e, class[e.Policy])
	}
	for _, s := range sentences {
		if ctx.Err() != nil {
			break
		}
		var policies []int
		for _, label := range s.labels {
			if policy, ok := class[label]; ok {
				policies = append(policies, policy)
			}
		}
		b.learnSentence(&l, s, policies)
	}
	balance(l.topic, len(b.slugs))
	var out learnt
	tasks := []func(){
		func() { out.topic = newJudge(ctx, l.topic, len(b.slugs)) },
		func() { out.scope, _ = train(ctx, l.scope, 2) },
		func() { out.danger = newJudge(ctx, l.danger, 2) },
		func() { out.gaps = trainGaps(ctx, l.danger) },
		func() { out.passages = b.learnPassages(ctx, b.sectionLessons(entries, sentences)) },
	}
	waited := b.learnt.Load() == nil
	var wait sync.WaitGroup
	for _, task := range tasks {
		if waited {
			wait.Go(task)
		} else {
			task() // one by one: visitors and the next change have the other cores
		}
	}
	wait.Wait()
	if ctx.Err() != nil {
		return // half trained
	}
	out.share()
	data := b.packed(&out) // before others use it
	b.know(&out)
	if data != nil {
		b.shelf.Put(b.key, data)
	}
}

// know judges by what was learnt from now on.
func (b *Bot) know(l *learnt) {
	if b.learnt.Swap(l) == nil {
		close(b.ready)
	}
}

func (b *Bot) learnEntry(l *lessons, e Entry, policy int) {
	weight := float32(phrasingWeight)
	if e.Lang != original {
		weight = foreignWeight
	}
	for _, q := range append([]string{e.Question}, e.Phrasings...) {
		if q == "" {
			continue
		}
		text := b.norm.Normalize(q)
		subjects := b.topics(q)
		l.topic = append(l.topic, example{text: text, marks: subjects, classes: []int{policy}, weight: weight})
		l.scope = append(l.scope, example{text: text, marks: subjects, classes: []int{inside}, weight: weight})
		// The thresholds of danger were chosen with these examples; more of calm
		// would cost children in danger, which weighs more than a false alarm.
		if e.Lang == original && isPolicy(e) {
			l.danger = append(l.danger, b.dangerExample(q, calm, contrastWeight))
		}
	}
	if e.Lang != original {
		return // it says what the original says, of a few policies only
	}
	for _, s := range strings.FieldsFunc(e.Text, endsSentence) {
		l.topic = append(l.topic, example{text: b.norm.Normalize(s), marks: b.topics(s), classes: []int{policy}, weight: textWeight})
	}
}

func (b *Bot) learnSentence(l *lessons, s sentence, policies []int) {
	text, subjects := b.norm.Normalize(s.text), b.topics(s.text)
	if len(s.sections) > 0 { // what is asked of a policy, which it may leave out: it teaches the section alone
		l.danger = append(l.danger, b.dangerExample(s.text, calm, contrastWeight))
		return
	}
	if len(policies) > 0 {
		l.topic = append(l.topic, example{text: text, marks: subjects, classes: policies, weight: phrasingWeight})
	}
	switch {
	case len(policies) > 0, s.labels[0] == "inside":
		l.scope = append(l.scope, example{text: text, marks: subjects, classes: []int{inside}, weight: phrasingWeight})
	case s.labels[0] == "outside":
		l.scope = append(l.scope, example{text: text, marks: subjects, classes: []int{outside}, weight: phrasingWeight})
	}
	kind, weight := calm, float32(contrastWeight)
	switch s.labels[0] {
	case "urgent":
		kind, weight = urgent, 1
	case "calm", "outside":
		weight = 1
	}
	l.danger = append(l.danger, b.dangerExample(s.text, kind, weight))
}

func (b *Bot) subjects(text string) []string {
	return b.lexicon.subjects(b.lexicon.readings(b.norm.Fold(text)))
}

func (b *Bot) topics(text string) []string {
	return b.lexicon.topics(b.lexicon.readings(b.norm.Fold(text)))
}

// isPolicy reports whether the entry is of a policy and not of another page.
func isPolicy(e Entry) bool { return e.Kind != "help" && e.Kind != "reply" }

func endsSentence(r rune) bool { return strings.ContainsRune("。！？；\n", r) }

func (b *Bot) dangerExample(text string, class int, weight float32) example {
	words := b.lexicon.readings(b.norm.Fold(text))
	return example{text: strings.Join(words[0].masked, " "), marks: b.lexicon.marks(words), classes: []int{class}, weight: weight}
}

// balance makes a policy with few examples count nearly as much as one with many,
// which people do not ask about as much more often as its FAQ is longer.
func balance(examples []example, classes int) {
	total := make([]float64, classes)
	sum := 0.0
	for _, e := range examples {
		for _, class := range e.classes {
			total[class] += float64(e.weight) / float64(len(e.classes))
		}
		sum += float64(e.weight)
	}
	for i := range examples {
		e := &examples[i]
		e.weight *= float32(math.Sqrt(sum / float64(classes) / total[e.classes[0]]))
	}
}
