package bot

import (
	"bufio"
	"context"
	_ "embed" // for the development questions
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

//go:embed testdata/questions.txt
var developmentQuestions string

// DevelopmentQuestions returns the evaluation file that the bot is tuned on.
func DevelopmentQuestions() string { return developmentQuestions }

// Case is one question of an evaluation file with what is expected of it.
type Case struct {
	Outcome  Outcome
	Policies []string // any of these is right; empty where it does not matter
	Question string
	Line     int
}

// ParseCases reads lines of outcome, policies joined by | and question, separated
// by tabs; # starts a comment.
func ParseCases(r io.Reader) ([]Case, error) {
	var out []Case
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 || !slices.Contains([]Outcome{Answer, Clarify, Refuse, Urgent}, Outcome(f[0])) {
			return nil, fmt.Errorf("line %d: want outcome, policies and question, separated by tabs", n)
		}
		c := Case{Outcome: Outcome(f[0]), Question: f[2], Line: n}
		if f[1] != "" {
			c.Policies = strings.Split(f[1], "|")
		}
		out = append(out, c)
	}
	return out, scanner.Err()
}

// Report holds the figures of an evaluation. Ratios are 0..1.
type Report struct {
	Cases    int
	Recall1  float64 // of the questions to answer: the first policy cited is right
	MRR5     float64 // mean reciprocal rank of the right policy among the first five
	Retained float64 // of the questions to answer: not refused

	RefusalPrecision, RefusalRecall float64
	UrgentPrecision, UrgentRecall   float64
	ClarifyRecall                   float64

	P50, P99 time.Duration // of one question
	Misses   []Miss
}

// Miss is a case that came out otherwise.
type Miss struct {
	Case
	Got        Outcome
	Policy     string
	Confidence float64
}

// Evaluate asks every question by itself, outside any conversation.
func (b *Bot) Evaluate(ctx context.Context, cases []Case) (Report, error) {
	t := tally{}
	for _, c := range cases {
		start := time.Now()
		reply, err := b.Ask(ctx, Question{Text: c.Question})
		if err != nil {
			return Report{}, fmt.Errorf("line %d: %w", c.Line, err)
		}
		t.took = append(t.took, time.Since(start))
		rank := 0
		if c.Outcome == Answer {
			if rank, err = b.rank(ctx, c); err != nil {
				return Report{}, err
			}
		}
		t.add(c, reply, rank)
	}
	return t.report(), nil
}

// rank returns the place of a right policy among the first five; 0 if none is.
func (b *Bot) rank(ctx context.Context, c Case) (int, error) {
	m, err := b.match(ctx, c.Question, "", b.lexicon.readings(b.norm.Fold(c.Question)))
	if err != nil {
		return 0, err
	}
	for i, e := range m.likely {
		if i < 5 && slices.Contains(c.Policies, e.Policy) {
			return i + 1, nil
		}
	}
	return 0, nil
}

// tally counts outcomes; keys are what was wanted and what came.
type tally struct {
	outcomes     map[[2]Outcome]int
	right        int
	reciprocal   float64
	took         []time.Duration
	misses       []Miss
	total, toAsk int
}

func (t *tally) add(c Case, r Reply, rank int) {
	if t.outcomes == nil {
		t.outcomes = map[[2]Outcome]int{}
	}
	t.total++
	t.outcomes[[2]Outcome{c.Outcome, r.Outcome}]++
	miss := Miss{Case: c, Got: r.Outcome, Confidence: r.Confidence}
	if len(r.Citations) > 0 {
		miss.Policy = r.Citations[0].Policy
	}
	good := c.Outcome == r.Outcome
	if c.Outcome == Answer {
		t.toAsk++
		good = good && slices.Contains(c.Policies, miss.Policy)
		if good {
			t.right++
		}
		if rank > 0 {
			t.reciprocal += 1 / float64(rank)
		}
	}
	if !good {
		t.misses = append(t.misses, miss)
	}
}

func (t *tally) report() Report {
	r := Report{Cases: t.total, Misses: t.misses}
	r.Recall1 = ratio(t.right, t.toAsk)
	r.MRR5 = t.reciprocal / max(1, float64(t.toAsk))
	r.Retained = 1 - ratio(t.outcomes[[2]Outcome{Answer, Refuse}], t.toAsk)
	r.RefusalPrecision, r.RefusalRecall = t.quality(Refuse)
	r.UrgentPrecision, r.UrgentRecall = t.quality(Urgent)
	_, r.ClarifyRecall = t.quality(Clarify)
	slices.Sort(t.took)
	if n := len(t.took); n > 0 {
		r.P50, r.P99 = t.took[n/2], t.took[n*99/100]
	}
	return r
}

// quality returns precision and recall of one outcome.
func (t *tally) quality(o Outcome) (precision, recall float64) {
	var wanted, came int
	for key, n := range t.outcomes {
		if key[0] == o {
			wanted += n
		}
		if key[1] == o {
			came += n
		}
	}
	hit := t.outcomes[[2]Outcome{o, o}]
	return ratio(hit, came), ratio(hit, wanted)
}

// ratio returns a/b; 1 of nothing.
func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// Print writes the figures and every miss.
func (r Report) Print(w io.Writer) {
	fmt.Fprintf(w, "questions           %d\n", r.Cases)
	fmt.Fprintf(w, "recall@1            %.3f\n", r.Recall1)
	fmt.Fprintf(w, "MRR@5               %.3f\n", r.MRR5)
	fmt.Fprintf(w, "answers retained    %.3f\n", r.Retained)
	fmt.Fprintf(w, "refusal precision   %.3f\n", r.RefusalPrecision)
	fmt.Fprintf(w, "refusal recall      %.3f\n", r.RefusalRecall)
	fmt.Fprintf(w, "urgent precision    %.3f\n", r.UrgentPrecision)
	fmt.Fprintf(w, "urgent recall       %.3f\n", r.UrgentRecall)
	fmt.Fprintf(w, "clarify recall      %.3f\n", r.ClarifyRecall)
	fmt.Fprintf(w, "latency p50, p99    %v, %v\n", r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond))
	for _, m := range r.Misses {
		fmt.Fprintf(w, "miss line %d: want %s %s, got %s %s (%.2f): %s\n",
			m.Line, m.Outcome, strings.Join(m.Policies, "|"), m.Got, m.Policy, m.Confidence, m.Question)
	}
}
