package bot

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// Report holds the figures of an evaluation. Ratios are 0..1.
type Report struct {
	Cases    int
	Recall1  float64 // of the questions to answer: the first policy cited is right
	Cited    int     // questions that say which section answers
	Section1 float64 // of those: it is cited first
	MRR5     float64 // mean reciprocal rank of the right policy among the first five
	Retained float64 // of the questions to answer: not refused

	RefusalPrecision, RefusalRecall float64
	ClarifyRecall                   float64

	// An alarm says whom to call and nothing else. Where danger is only possible the number
	// comes first, and then what was asked: no alarm to a family in no danger, and none of
	// the help missing to a child that is.
	UrgentPrecision, UrgentRecall float64 // of alarms
	NumberFirst                   float64 // of the cases of danger: an alarm, or the number before the reply
	NumberElsewhere               float64 // of all other cases: the number before the reply

	Reliability []Bin // answers by confidence, from the least sure

	P50, P99 time.Duration // of one question
	Misses   []Miss
}

// Bin counts the answers with a confidence from From to the next bin's. An answer
// to a question that should not have been answered is not right.
type Bin struct {
	From           float64
	Answers, Right int
}

// sureFrom is the confidence from which nearly every answer has to be right.
const sureFrom = 0.8

// binsFrom are the lower ends of the bins; doubtBelow and sureFrom are among them.
var binsFrom = [...]float64{0, doubtBelow, 0.5, 0.6, 0.7, sureFrom, 0.9, 0.95}

// Sure returns how many answers have a confidence of at least 0.8, and how many of
// them are right.
func (r Report) Sure() (answers, right int) {
	for _, b := range r.Reliability {
		if b.From >= sureFrom {
			answers, right = answers+b.Answers, right+b.Right
		}
	}
	return answers, right
}

// Miss is a case that came out otherwise.
type Miss struct {
	Case
	Got        Outcome
	Policy     string
	Section    string // policy#section
	Confidence float64
}

// tally counts outcomes; keys are what was wanted and what came.
type tally struct {
	outcomes     map[[2]Outcome]int
	right        int
	cited, exact int // questions that say which section answers, and those of them that got it
	reciprocal   float64
	bins         [len(binsFrom)]Bin
	took         []time.Duration
	misses       []Miss
	total, toAsk int
	number       map[bool]int // replies that begin with the number to call and are no alarm, by whether there is danger
}

func (t *tally) add(c Case, r Reply, rank int) {
	if t.outcomes == nil {
		t.outcomes, t.number = map[[2]Outcome]int{}, map[bool]int{}
	}
	t.total++
	if r.Outcome == Remark {
		r.Outcome = Refuse // it says nothing of any policy either
	}
	t.outcomes[[2]Outcome{c.Outcome, r.Outcome}]++
	if r.Danger {
		t.number[c.Outcome == Urgent]++
	}
	miss := Miss{Case: c, Got: r.Outcome, Confidence: r.Confidence}
	if len(r.Citations) > 0 {
		miss.Policy = r.Citations[0].Policy
		miss.Section = miss.Policy + "#" + r.Citations[0].Section
	}
	good := c.Outcome == r.Outcome || c.Outcome == Calm && r.Outcome != Urgent
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
	if exact := t.cite(c, miss, good); !exact {
		t.misses = append(t.misses, miss)
	}
	if r.Outcome == Answer && c.Outcome != Calm {
		t.bin(r.Confidence, good)
	}
}

// cite counts the section cited and reports whether the answer is still right.
func (t *tally) cite(c Case, m Miss, good bool) bool {
	if len(c.Sections) == 0 {
		return good
	}
	t.cited++
	if !good || !slices.Contains(c.Sections, m.Section) {
		return false
	}
	t.exact++
	return true
}

func (t *tally) bin(confidence float64, right bool) {
	i := len(binsFrom) - 1
	for ; i > 0 && confidence < binsFrom[i]; i-- {
	}
	t.bins[i].Answers++
	if right {
		t.bins[i].Right++
	}
}

func (t *tally) report() Report {
	r := Report{Cases: t.total, Misses: t.misses}
	r.Recall1 = ratio(t.right, t.toAsk)
	r.Cited, r.Section1 = t.cited, ratio(t.exact, t.cited)
	r.MRR5 = t.reciprocal / max(1, float64(t.toAsk))
	r.Retained = 1 - ratio(t.outcomes[[2]Outcome{Answer, Refuse}], t.toAsk)
	r.RefusalPrecision, r.RefusalRecall = t.quality(Refuse)
	r.UrgentPrecision, r.UrgentRecall = t.quality(Urgent)
	_, r.ClarifyRecall = t.quality(Clarify)
	r.NumberFirst, r.NumberElsewhere = t.numbers()
	for i, b := range t.bins {
		r.Reliability = append(r.Reliability, Bin{binsFrom[i], b.Answers, b.Right})
	}
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

// numbers returns how many of the cases of danger get the number to call first, and how
// many of all others get it before their reply.
func (t *tally) numbers() (danger, other float64) {
	wanted := 0
	for key, n := range t.outcomes {
		if key[0] == Urgent {
			wanted += n
		}
	}
	first := t.outcomes[[2]Outcome{Urgent, Urgent}] + t.number[true]
	return ratio(first, wanted), float64(t.number[false]) / float64(max(1, t.total-wanted))
}

// ratio returns a/b; 1 of nothing.
func ratio(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

// Print writes the figures of one report beside the other, under their names.
func Print(w io.Writer, names []string, reports []Report) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what string, cell func(Report) string) {
		fmt.Fprint(table, what)
		for _, r := range reports {
			fmt.Fprint(table, "\t", cell(r))
		}
		fmt.Fprintln(table)
	}
	share := func(what string, of func(Report) float64) {
		row(what, func(r Report) string { return fmt.Sprintf("%.3f", of(r)) })
	}
	fmt.Fprintln(table, "\t"+strings.Join(names, "\t"))
	row("questions", func(r Report) string { return strconv.Itoa(r.Cases) })
	share("recall@1", func(r Report) float64 { return r.Recall1 })
	if slices.ContainsFunc(reports, func(r Report) bool { return r.Cited > 0 }) {
		share("right section", func(r Report) float64 { return r.Section1 })
	}
	share("MRR@5", func(r Report) float64 { return r.MRR5 })
	share("good questions refused", func(r Report) float64 { return 1 - r.Retained })
	share("refusal precision", func(r Report) float64 { return r.RefusalPrecision })
	share("refusal recall", func(r Report) float64 { return r.RefusalRecall })
	share("urgent precision", func(r Report) float64 { return r.UrgentPrecision })
	share("urgent recall", func(r Report) float64 { return r.UrgentRecall })
	share("urgent: number first", func(r Report) float64 { return r.NumberFirst })
	share("others: number first", func(r Report) float64 { return r.NumberElsewhere })
	share("clarify recall", func(r Report) float64 { return r.ClarifyRecall })
	row("latency p50, p99", func(r Report) string {
		return fmt.Sprintf("%v, %v", r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond))
	})
	fmt.Fprintln(table, "confidence: answers right")
	for i, from := range binsFrom {
		row(fmt.Sprintf("  from %.2f", from), func(r Report) string { return rightOf(r.Reliability[i].Answers, r.Reliability[i].Right) })
	}
	row(fmt.Sprintf("  %.1f and more", sureFrom), func(r Report) string { return rightOf(r.Sure()) })
	return table.Flush()
}

func rightOf(answers, right int) string {
	if answers == 0 {
		return "none"
	}
	return fmt.Sprintf("%.3f of %d", ratio(right, answers), answers)
}

// PrintMisses writes every case that came out otherwise.
func (r Report) PrintMisses(w io.Writer) {
	for _, m := range r.Misses {
		want, got := m.Policies, m.Policy
		if len(m.Sections) > 0 {
			want, got = m.Sections, m.Section
		}
		fmt.Fprintf(w, "miss line %d: want %s %s, got %s %s (%.2f): %s\n",
			m.Line, m.Outcome, strings.Join(want, "|"), m.Got, got, m.Confidence, m.Question)
	}
}
