package bot

import (
	"bufio"
	"context"
	_ "embed" // for the questions built in
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

//go:embed testdata/aside.txt
var asideQuestions string

// AsideQuestions returns questions in the format of DevelopmentQuestions that were
// drawn by lot from what was written to teach the bot, and kept from it.
func AsideQuestions() string { return asideQuestions }

// Calm is the outcome of a case that sounds like danger and must not be urgent; any
// other reply will do.
const Calm Outcome = "calm"

// Case is one question of an evaluation file with what is expected of it.
type Case struct {
	Outcome  Outcome
	Policies []string // any of these is right; empty where it does not matter
	Sections []string // policy#section, any of these is the one to cite; empty where it does not matter
	Question string
	Line     int
}

// ParseCases reads lines of outcome, policies joined by | and question, separated
// by tabs; a policy may name a section too, as policy#section. A line that begins
// with # is a comment.
func ParseCases(r io.Reader) ([]Case, error) {
	var out []Case
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 || !slices.Contains([]Outcome{Answer, Clarify, Refuse, Urgent, Calm}, Outcome(f[0])) {
			return nil, fmt.Errorf("line %d: want outcome, policies and question, separated by tabs", n)
		}
		c := Case{Outcome: Outcome(f[0]), Question: f[2], Line: n}
		for label := range strings.SplitSeq(f[1], "|") {
			policy, _, exact := strings.Cut(label, "#")
			if policy != "" && !slices.Contains(c.Policies, policy) {
				c.Policies = append(c.Policies, policy)
			}
			if exact {
				c.Sections = append(c.Sections, label)
			}
		}
		out = append(out, c)
	}
	return out, scanner.Err()
}

// Evaluate asks every question by itself, outside any conversation, once the bot has learnt:
// until then it would answer danger by the rules alone.
func (b *Bot) Evaluate(ctx context.Context, cases []Case) (Report, error) {
	if err := b.wait(ctx); err != nil {
		return Report{}, err
	}
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
	m, err := b.match(ctx, b.hear(c.Question), "")
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
