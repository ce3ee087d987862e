package bot

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
)

// sentence is one line of the examples file.
type sentence struct{ label, text string }

// parseExamples reads lines of label, tab, sentence. A label is urgent, calm,
// inside, outside or one of the policies; sentences of a policy that is not there
// are left out, so that a policy can be taken down without touching the file.
func parseExamples(r io.Reader, policies []string) ([]sentence, error) {
	var out []sentence
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		label, text, ok := strings.Cut(line, "\t")
		if !ok || !slugForm.MatchString(label) {
			return nil, fmt.Errorf("examples line %d: want a label, a tab and a sentence", n)
		}
		if !slices.Contains(policies, label) && !slices.Contains(generalLabels[:], label) {
			continue
		}
		out = append(out, sentence{label, text})
	}
	return out, scanner.Err()
}

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
	topic  *classifier
	scope  *classifier // inside, outside
	danger *classifier // calm, urgent
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
// unless ctx ends before.
func (b *Bot) learn(ctx context.Context, entries []Entry, sentences []sentence) {
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
		policy, ok := class[s.label]
		b.learnSentence(&l, s, policy, ok)
	}
	balance(l.topic, len(b.slugs))
	var wait sync.WaitGroup
	var out learnt
	wait.Go(func() { out.topic = train(ctx, l.topic, len(b.slugs)) })
	wait.Go(func() { out.scope = train(ctx, l.scope, 2) })
	wait.Go(func() { out.danger = train(ctx, l.danger, 2) })
	wait.Wait()
	if ctx.Err() != nil {
		return // half trained
	}
	if b.learnt.Swap(&out) == nil {
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
		l.topic = append(l.topic, example{text: text, class: policy, weight: weight})
		l.scope = append(l.scope, example{text: text, class: inside, weight: weight})
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
		l.topic = append(l.topic, example{text: b.norm.Normalize(s), class: policy, weight: textWeight})
	}
}

func (b *Bot) learnSentence(l *lessons, s sentence, policy int, known bool) {
	text := b.norm.Normalize(s.text)
	if known {
		l.topic = append(l.topic, example{text: text, class: policy, weight: phrasingWeight})
	}
	switch {
	case known, s.label == "inside":
		l.scope = append(l.scope, example{text: text, class: inside, weight: phrasingWeight})
	case s.label == "outside":
		l.scope = append(l.scope, example{text: text, class: outside, weight: phrasingWeight})
	}
	kind, weight := calm, float32(contrastWeight)
	switch s.label {
	case "urgent":
		kind, weight = urgent, 1
	case "calm", "outside":
		weight = 1
	}
	l.danger = append(l.danger, b.dangerExample(s.text, kind, weight))
}

// isPolicy reports whether the entry is of a policy and not of another page.
func isPolicy(e Entry) bool { return e.Kind != "help" && e.Kind != "reply" }

func endsSentence(r rune) bool { return strings.ContainsRune("。！？；\n", r) }

func (b *Bot) dangerExample(text string, class int, weight float32) example {
	words := b.lexicon.readings(b.norm.Fold(text))
	return example{text: strings.Join(words[0].masked, " "), marks: b.lexicon.marks(words), class: class, weight: weight}
}

// balance makes a policy with few examples count nearly as much as one with many,
// which people do not ask about as much more often as its FAQ is longer.
func balance(examples []example, classes int) {
	total := make([]float64, classes)
	sum := 0.0
	for _, e := range examples {
		total[e.class] += float64(e.weight)
		sum += float64(e.weight)
	}
	for i := range examples {
		e := &examples[i]
		e.weight *= float32(math.Sqrt(sum / float64(classes) / total[e.class]))
	}
}
