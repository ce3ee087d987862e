package main

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"huitong/bot"
	"huitong/search"
)

// calibrationSteps are the thresholds tried, in tenths.
const calibrationSteps = 10

// calibrate prints, for each threshold of the server's ranking score, what it costs
// and what it brings: the share of the questions to answer whose first hit is right,
// the share of those that nothing is published about for which the server still has
// a candidate, and the candidates of a question. Queries of one word have none. The search package's scoreFloor is
// the highest threshold that costs no right answer; who changes settings or the
// server's version looks at this table again.
func (c evalCommand) calibrate(env *environment, corpus *corpus, cases []bot.Case) error {
	meili, err := env.cfg.meili(measuredIndex, measuredPatience)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "sending %d documents\n", corpus.index.Len())
	if _, err := meili.Sync(env.ctx, corpus.index, search.SyncOptions{}); err != nil {
		return advise(err)
	}
	w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "threshold\trecall@1\toff topic with candidates\tcandidates\t")
	for step := range calibrationSteps {
		floor := float64(step) / calibrationSteps
		row, err := c.measureFloor(env, meili.WithFloor(floor), corpus.index, cases)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%.1f\t%.3f\t%.3f\t%.0f\t\n", floor, row.recall, row.strangers, row.candidates)
	}
	return w.Flush()
}

// floorFigures are one line of the table.
type floorFigures struct{ recall, strangers, candidates float64 }

func (c evalCommand) measureFloor(env *environment, meili *search.Meili, x *search.Index, cases []bot.Case) (floorFigures, error) {
	var f floorFigures
	var answers, refusals float64
	for _, one := range cases {
		q := search.Query{Text: one.Question, Limit: 1, Bare: true}
		ids, err := meili.Candidates(env.ctx, x, q)
		if err != nil {
			return f, err
		}
		switch one.Outcome {
		case bot.Answer:
			answers++
			f.candidates += float64(len(ids))
			r, err := x.Rank(env.ctx, q, ids)
			if err != nil {
				return f, err
			}
			if len(r.Hits) > 0 && slices.Contains(one.Policies, r.Hits[0].Policy) {
				f.recall++
			}
		case bot.Refuse:
			refusals++
			if len(ids) > 0 {
				f.strangers++
			}
		}
	}
	f.recall, f.candidates, f.strangers = f.recall/max(1, answers), f.candidates/max(1, answers), f.strangers/max(1, refusals)
	return f, nil
}
