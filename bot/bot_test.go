package bot

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"huitong/content"
	"huitong/content/contenttest"
	"huitong/search"
)

// testBot returns the bot over the real content, built once for all tests. Under the
// race detector it has learnt little.
func testBot(t testing.TB) *Bot {
	t.Helper()
	if !lean {
		return learnedBot(t)
	}
	b, err := leanOnce()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// learnedBot returns the bot that has learnt everything, for tests that measure it.
func learnedBot(t testing.TB) *Bot {
	t.Helper()
	b, err := learnedOnce()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	leanOnce    = sync.OnceValues(func() (*Bot, error) { return build(contenttest.Lean) })
	learnedOnce = sync.OnceValues(func() (*Bot, error) {
		return build(func(lib *content.Library) *content.Library { return lib })
	})
)

func build(examples func(*content.Library) *content.Library) (*Bot, error) {
	lib, err := content.Load(content.Embedded())
	if err != nil {
		return nil, err
	}
	n, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		return nil, err
	}
	index := search.NewIndex(n)
	if err := index.Index(context.Background(), Documents(lib)); err != nil {
		return nil, err
	}
	return Load(examples(lib), n, index, nil)
}

// TestInherit changes the content: the next bot answers from the new text at once,
// by what the one before has learnt, and learns itself.
func TestInherit(t *testing.T) {
	n, err := search.NewNormalizer(strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	entries := []Entry{
		{ID: "a", Policy: "a", Kind: "faq", Lang: original, Question: "补贴多少钱", Text: "每月一笔。"},
		{ID: "b", Policy: "b", Kind: "faq", Lang: original, Question: "看病找谁", Text: "找镇街。"},
	}
	load := func(examples string, previous *Bot) *Bot {
		t.Helper()
		b, err := New(Config{
			Entries: entries, Search: search.NewIndex(n), Normalizer: n,
			Lexicon: strings.NewReader("mask = 打工\nrefuse: 股票\ngeneric = 怎么\n"), Examples: []content.TextFile{{Name: "examples/all.txt", Text: examples}}, Previous: previous,
		})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	few := "urgent\t爸爸打我\ncalm\t打电话问问\noutside\t今晚吃什么\n"
	many := strings.Repeat(few, 20000) // long enough to be given up
	first := load(few, nil)
	<-first.ready
	long := load(many, first)
	if long.learnt.Load() != first.learnt.Load() {
		t.Error("the next bot does not know what the one before knew")
	}
	latest := load(few, long)
	<-long.done
	if long.learnt.Load() != first.learnt.Load() {
		t.Error("training went on although nobody needs it")
	}
	<-latest.done
	if latest.learnt.Load() == first.learnt.Load() {
		t.Error("the latest bot has not learnt from its own content")
	}

	// The first training is never given up: somebody may wait for it.
	first = load(strings.Repeat(few, 200), nil)
	second := load(few, first)
	<-first.ready
	<-second.ready
}

// TestExamplesAreNotTests keeps the questions that measure out of the sentences
// that teach.
func TestExamplesAreNotTests(t *testing.T) {
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	taught := map[string]bool{}
	for _, file := range lib.Examples {
		for line := range strings.Lines(file.Text) {
			_, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
			taught[text] = true
		}
	}
	for _, name := range []string{"questions.txt", "families.txt", "families-unseen.txt", "aside.txt", "unseen.txt", "heldout.txt", "urgent.txt", "urgent-unseen.txt", "sections-unseen.txt", "voices-unseen.txt", "people.txt", "people-unseen.txt", "doors.txt", "doors-unseen.txt", "street.txt", "street-unseen.txt", "twelve.txt", "twelve-unseen.txt"} {
		for _, line := range labelled(t, name) {
			if taught[line[2]] {
				t.Errorf("%s: %q is among the examples", name, line[2])
			}
		}
	}
}

func logReport(t testing.TB, r Report) {
	t.Helper()
	var out strings.Builder
	if err := Print(&out, []string{t.Name()}, []Report{r}); err != nil {
		t.Fatal(err)
	}
	r.PrintMisses(&out)
	t.Log("\n" + out.String())
}

func evaluate(t testing.TB, b *Bot, name string) Report {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cases, err := ParseCases(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Evaluate(context.Background(), cases)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDevelopmentQuestions holds the bot to its figures on the questions it was
// tuned on.
func TestDevelopmentQuestions(t *testing.T) {
	r := evaluate(t, learnedBot(t), "questions.txt")
	logReport(t, r)
	atLeast(t, "recall@1", r.Recall1, 0.95)
	atLeast(t, "refusal recall", r.RefusalRecall, 0.95)
	atLeast(t, "answers retained", r.Retained, 0.98)
	dangerFirst(t, r)
	atLeast(t, "urgent precision", r.UrgentPrecision, 0.95)
	reliable(t, r)
}

// TestFamiliesQuestions holds the bot to its figures on the second set of development
// questions, in the families' own voices. portal/doc/figures.md has those of the first run, when nobody
// had tuned on them.
func TestFamiliesQuestions(t *testing.T) {
	r := evaluate(t, learnedBot(t), "families.txt")
	logReport(t, r)
	atLeast(t, "recall@1", r.Recall1, 0.95)
	atLeast(t, "refusal recall", r.RefusalRecall, 0.95)
	atLeast(t, "answers retained", r.Retained, 0.98)
	dangerFirst(t, r)
	atLeast(t, "urgent precision", r.UrgentPrecision, 0.95)
	reliable(t, r)
}

// TestFifteenPeople measures on what fifteen people ask, one half of which the bot may be tuned
// on. The misses of the other half are never printed.
func TestFifteenPeople(t *testing.T) {
	for _, f := range []floors{
		{file: "people.txt", recall: 0.9, section: 0.85, refused: 0.95, retained: 0.98, precision: 0.85},
		{file: "people-unseen.txt", recall: 0.93, section: 0.84, refused: 0.95, retained: 0.98, precision: 0.6},
	} {
		t.Run(f.file, func(t *testing.T) { reliable(t, f.met(t)) })
	}
}

// floors are what the bot reaches at least on a file, which asks back wherever it should.
type floors struct {
	file                                          string
	recall, section, refused, retained, precision float64
}

// met measures; the misses of what nobody tunes on are not printed.
func (f floors) met(t *testing.T) Report {
	t.Helper()
	r := evaluate(t, learnedBot(t), f.file)
	if strings.HasSuffix(f.file, "-unseen.txt") {
		r.Misses = nil
	}
	logReport(t, r)
	atLeast(t, "recall@1", r.Recall1, f.recall)
	atLeast(t, "right section", r.Section1, f.section)
	atLeast(t, "refusal recall", r.RefusalRecall, f.refused)
	atLeast(t, "answers retained", r.Retained, f.retained)
	dangerFirst(t, r)
	atLeast(t, "urgent precision", r.UrgentPrecision, f.precision)
	atLeast(t, "clarify recall", r.ClarifyRecall, 1)
	return r
}

// TestDoubtIsSaid wants an answer to say that it may not be what was asked where the bot
// is not sure of it, in the visitor's language, and no other to say so.
func TestDoubtIsSaid(t *testing.T) {
	b := learnedBot(t)
	said := map[bool]int{}
	for _, line := range labelled(t, "families.txt") {
		for _, lang := range []string{"zh-Hans", "en"} {
			r, err := b.Ask(t.Context(), Question{Text: line[2], Lang: lang})
			if err != nil {
				t.Fatal(err)
			}
			doubts := slices.Contains(r.Notes, b.words.Say(content.SayDoubtful, lang))
			if want := r.Outcome == Answer && r.Confidence < doubtBelow; doubts != want {
				t.Errorf("%q with confidence %.2f doubts: %t", line[2], r.Confidence, doubts)
			}
			said[doubts]++
		}
	}
	if said[true] == 0 || said[false] == 0 {
		t.Errorf("answers that doubt: %v; want some of either kind", said)
	}
}

// TestQuestionsNobodyLooksAt measures on questions that the bot is not tuned on: their
// misses are never printed, so that nobody is tempted.
func TestQuestionsNobodyLooksAt(t *testing.T) {
	for _, c := range []struct {
		file                                          string
		recall, section, refusal, retained, precision float64 // 0 where the file has none of it
		reliable                                      bool
	}{
		// Written before the bot was tuned.
		{file: "unseen.txt", recall: 0.97, refusal: 0.95, retained: 0.98, precision: 0.95},
		{file: "heldout.txt", recall: 0.95, refusal: 0.95, retained: 0.98, precision: 0.95},
		// In the families' voices, written when families.txt had been mended.
		{file: "families-unseen.txt", recall: 0.84, refusal: 0.95, retained: 0.95, precision: 0.8},
		// In the voices of the sentences under 别人的声音, by the same author.
		{file: "voices-unseen.txt", recall: 0.87, refusal: 0.95, retained: 0.98, precision: 0.85, reliable: true},
		// Written beside the pages by somebody who did not know how the bot finds sections.
		{file: "sections-unseen.txt", recall: 0.95, section: 0.88, reliable: true},
		// Kept from training. They are shorter and stranger than what people ask, many with
		// nothing but one telling word, so that the floors are lower; what the bot is sure
		// of has to be right all the same.
		{file: "aside.txt", recall: 0.87, refusal: 0.89, retained: 0.95, precision: 0.75, reliable: true},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := evaluate(t, learnedBot(t), c.file)
			r.Misses = nil
			logReport(t, r)
			atLeast(t, "recall@1", r.Recall1, c.recall)
			atLeast(t, "right section", r.Section1, c.section)
			atLeast(t, "refusal recall", r.RefusalRecall, c.refusal)
			atLeast(t, "answers retained", r.Retained, c.retained)
			dangerFirst(t, r)
			atLeast(t, "urgent precision", r.UrgentPrecision, c.precision)
			if c.reliable {
				reliable(t, r)
			}
		})
	}
}

// reliable wants nearly all answers right of which the bot is sure, and most
// answers among them.
func reliable(t *testing.T, r Report) {
	t.Helper()
	answers, right := r.Sure()
	all := 0
	for _, b := range r.Reliability {
		all += b.Answers
	}
	atLeast(t, "right of the sure answers", ratio(right, answers), 0.95)
	atLeast(t, "share of sure answers", ratio(answers, all), 0.7)
}

// dangerFirst wants the number to call before everything else in every case of danger, in
// nearly all with nothing after it, and in few others.
func dangerFirst(t *testing.T, r Report) {
	t.Helper()
	atLeast(t, "urgent: number first", r.NumberFirst, 1)
	atLeast(t, "urgent recall", r.UrgentRecall, 0.95)
	atLeast(t, "others without the number", 1-r.NumberElsewhere, 0.9)
}

func atLeast(t *testing.T, what string, got, want float64) {
	t.Helper()
	if got < want {
		t.Errorf("%s = %.3f; want at least %.2f", what, got, want)
	}
}

func TestAskRejects(t *testing.T) {
	b := testBot(t)
	cases := []struct {
		name, text string
		want       error
	}{
		{"empty", " \n ", ErrEmpty},
		{"invisible", "\u200b\u2060", ErrEmpty},
		{"too long", strings.Repeat("孤", MaxQuestion+1), ErrTooLong},
		{"just long enough", strings.Repeat("孤", MaxQuestion), nil},
	}
	for _, c := range cases {
		if _, err := b.Ask(context.Background(), Question{Text: c.text}); !errors.Is(err, c.want) {
			t.Errorf("%s: error = %v; want %v", c.name, err, c.want)
		}
	}
}
