package bot

import (
	"bufio"
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
	nameWeight     = 1.0
	textWeight     = 0.3 // a sentence of the published text
	contrastWeight = 0.5 // a sentence that only shows what something is not
)

// learn trains the three classifiers from the entries and the example sentences.
func (b *Bot) learn(entries []Entry, sentences []sentence) {
	var topic, scope, danger []example
	class := map[string]int{}
	for i, slug := range b.slugs {
		class[slug] = i
	}
	for _, e := range entries {
		for _, q := range append([]string{e.Question}, e.Phrasings...) {
			if q == "" {
				continue
			}
			text := b.norm.Normalize(q)
			topic = append(topic, example{text: text, class: class[e.Policy], weight: phrasingWeight})
			scope = append(scope, example{text: text, class: inside, weight: phrasingWeight})
			danger = append(danger, b.dangerExample(q, calm, contrastWeight))
		}
		for _, s := range strings.FieldsFunc(e.Text, endsSentence) {
			topic = append(topic, example{text: b.norm.Normalize(s), class: class[e.Policy], weight: textWeight})
		}
	}
	for _, s := range sentences {
		text := b.norm.Normalize(s.text)
		switch s.label {
		case "inside":
			scope = append(scope, example{text: text, class: inside, weight: phrasingWeight})
		case "outside":
			scope = append(scope, example{text: text, class: outside, weight: phrasingWeight})
		}
		if i, ok := class[s.label]; ok {
			topic = append(topic, example{text: text, class: i, weight: phrasingWeight})
			scope = append(scope, example{text: text, class: inside, weight: phrasingWeight})
		}
		kind, weight := calm, float32(contrastWeight)
		switch s.label {
		case "urgent":
			kind, weight = urgent, 1
		case "calm":
			weight = 1
		}
		danger = append(danger, b.dangerExample(s.text, kind, weight))
	}
	balance(topic, len(b.slugs))
	var wait sync.WaitGroup
	wait.Go(func() { b.topic = train(topic, len(b.slugs)) })
	wait.Go(func() { b.scope = train(scope, 2) })
	wait.Go(func() { b.danger = train(danger, 2) })
	wait.Wait()
}

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
