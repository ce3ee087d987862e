package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/web"
	"huitong/search"
)

// Names of the engines that eval knows.
const (
	engineEmbedded = "embedded"
	engineBleve    = "bleve-cjk"
	engineMeili    = "meili"
	enginePortal   = "portal" // the bot's choice: search and classifier together
)

const (
	// measuredIndex is the index that measurements use: they must not touch what the
	// site serves. It stays, so that the next one need not build it.
	measuredIndex = "passages-measured"

	// measuredPatience is enough for a server that is busy: what is measured is what
	// it finds.
	measuredPatience = 30 * time.Second
)

// evalCommand measures the bot, or retrieval alone.
type evalCommand struct {
	File          []string `arg:"" optional:"" type:"existingfile" help:"Lines of outcome, policies joined by |, question, separated by tabs. Default: the questions built in, those the bot is tuned on and those kept from it."`
	Engine        []string `enum:"embedded,bleve-cjk,meili,portal" help:"Measure retrieval alone with these engines: embedded, bleve-cjk, meili, or portal, the passages from which the bot answers. Beside any of them bleve-cjk is measured too."`
	Corpus        string   `type:"existingfile" help:"Measure retrieval on this collection: JSON lines with id, title, text."`
	Conversations bool     `help:"Hold conversations instead: FILE is in the format of bot/testdata/conversations.txt. Default: those built in."`
	Calibrate     bool     `help:"Print what each threshold of the search server's ranking score costs and brings."`
	Queries       string   `type:"existingfile" help:"Queries of the collection: JSON lines with id, text, relevant."`
}

// Validate is called by the command line parser.
func (c evalCommand) Validate() error {
	if (c.Corpus == "") != (c.Queries == "") {
		return errors.New("--corpus and --queries go together")
	}
	if c.Calibrate && (c.Corpus != "" || len(c.Engine) > 0) {
		return errors.New("--calibrate goes with bot questions only, without engines")
	}
	if c.Conversations && (c.Corpus != "" || len(c.Engine) > 0) {
		return errors.New("--conversations goes with no other measure")
	}
	if c.Corpus != "" && slices.Contains(c.Engine, enginePortal) {
		return errors.New("--engine portal knows the site's own passages, not those of --corpus")
	}
	if c.Corpus != "" && len(c.File) > 0 {
		return errors.New("a file of bot questions does not go with --corpus")
	}
	return nil
}

// Run prints the figures of the bot with every miss, or a table of engines.
func (c evalCommand) Run(env *environment) error {
	if c.Corpus != "" {
		return c.runCollection(env)
	}
	corpus, err := loadCorpus(env.ctx, env.cfg.Content, wiring{shelf: openShelf(env)})
	if err != nil {
		return err
	}
	defer corpus.bot.GiveUp()
	if c.Conversations {
		return c.play(env, corpus.bot)
	}
	sets, err := c.sets()
	if err != nil {
		return err
	}
	if c.Calibrate {
		return c.calibrate(env, corpus, sets[0].cases)
	}
	if len(c.Engine) > 0 {
		docs := bot.Documents(corpus.published)
		if err := c.compare(env, collection{corpus.normalizer, corpus.published, docs, judge(docs, sets[0].cases)}); err != nil {
			return err
		}
		if slices.Contains(c.Engine, engineMeili) {
			return compareBots(env, corpus, sets[0].cases)
		}
		return nil
	}
	var names []string
	var reports []bot.Report
	for _, s := range sets {
		report, err := corpus.bot.Evaluate(env.ctx, s.cases)
		if err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
		names, reports = append(names, s.name), append(reports, report)
	}
	if err := bot.Print(env.out, names, reports); err != nil {
		return fmt.Errorf("print figures: %w", err)
	}
	reports[0].PrintMisses(env.out)
	return nil
}

// compareBots measures the bot on the embedded engine and, in the same run, on the
// server, on whose index the engines have just been measured.
func compareBots(env *environment, embedded *corpus, cases []bot.Case) error {
	meili, err := env.cfg.meili(measuredIndex, measuredPatience)
	if err != nil {
		return err
	}
	<-embedded.bot.Trained() // so that the other takes what it has learnt from the shelf
	served, err := loadCorpus(env.ctx, env.cfg.Content, wiring{func(x *search.Index) web.Searcher { return meili.Over(x) }, openShelf(env)})
	if err != nil {
		return err
	}
	for _, b := range []struct {
		engine string
		*corpus
	}{{engineEmbedded, embedded}, {engineMeili, served}} {
		report, err := b.bot.Evaluate(env.ctx, cases)
		if err != nil {
			return fmt.Errorf("evaluate the bot on %s: %w", b.engine, err)
		}
		fmt.Fprintf(env.out, "bot on %s: recall@1 %.3f, MRR@5 %.3f, answers retained %.3f, refusal recall %.3f, urgent recall %.3f\n",
			b.engine, report.Recall1, report.MRR5, report.Retained, report.RefusalRecall, report.UrgentRecall)
	}
	return nil
}

// play holds the conversations and prints the share of turns that came out as
// expected, with each that did not.
func (c evalCommand) play(env *environment, b *bot.Bot) error {
	conversations, err := bot.ParseConversations(strings.NewReader(bot.DevelopmentConversations()))
	if len(c.File) > 0 {
		conversations, err = readFile(c.File[0], bot.ParseConversations)
	}
	if err != nil {
		return fmt.Errorf("read conversations: %w", err)
	}
	played, err := b.Play(env.ctx, conversations)
	if err != nil {
		return fmt.Errorf("hold conversations: %w", err)
	}
	played.Print(env.out)
	return nil
}

// questionSet is a file of bot questions.
type questionSet struct {
	name  string
	cases []bot.Case
}

// sets reads the bot questions: the files named, or those built in, of which only
// the first may be tuned on.
func (c evalCommand) sets() ([]questionSet, error) {
	var out []questionSet
	add := func(name string, r io.Reader) error {
		cases, err := bot.ParseCases(r)
		if err != nil {
			return fmt.Errorf("read questions %s: %w", name, err)
		}
		out = append(out, questionSet{name, cases})
		return nil
	}
	for _, name := range c.File {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("open questions: %w", err)
		}
		err = add(filepath.Base(name), f)
		_ = f.Close()
		if err != nil {
			return nil, err
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	if err := add("development", strings.NewReader(bot.DevelopmentQuestions())); err != nil {
		return nil, err
	}
	return out, add("set aside", strings.NewReader(bot.AsideQuestions()))
}

// judge turns the questions to be answered into queries: every passage of a right
// policy is relevant.
func judge(docs []search.Document, cases []bot.Case) []search.Judged {
	passages := map[string][]string{}
	for _, d := range docs {
		passages[d.Policy] = append(passages[d.Policy], d.ID)
	}
	var out []search.Judged
	for _, c := range cases {
		if c.Outcome != bot.Answer {
			continue
		}
		q := search.Judged{ID: strconv.Itoa(c.Line), Text: c.Question}
		for _, policy := range c.Policies {
			q.Relevant = append(q.Relevant, passages[policy]...)
		}
		out = append(out, q)
	}
	return out
}

// runCollection measures engines on the collection named.
func (c evalCommand) runCollection(env *environment) error {
	docs, err := readFile(c.Corpus, search.ReadDocuments)
	if err != nil {
		return err
	}
	queries, err := readFile(c.Queries, search.ReadQueries)
	if err != nil {
		return err
	}
	n, err := search.NewNormalizer(strings.NewReader(search.General()))
	if err != nil {
		return err
	}
	return c.compare(env, collection{n, nil, docs, queries})
}

// readFile opens a file for a reader of lines; errors name the file.
func readFile[T any](name string, read func(io.Reader) ([]T, error)) ([]T, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	out, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// engines returns the names to measure, the baseline always among them.
func (c evalCommand) engines() []string {
	names := slices.Clone(c.Engine)
	if len(names) == 0 {
		names = []string{engineEmbedded}
	}
	if !slices.Contains(names, engineBleve) {
		names = append(names, engineBleve)
	}
	return names
}

// collection is what engines are measured on.
type collection struct {
	normalizer *search.Normalizer
	site       *content.Library // nil where the documents are not the site's own
	docs       []search.Document
	queries    []search.Judged
}

// compare measures one engine after the other and prints a table.
func (c evalCommand) compare(env *environment, on collection) error {
	if len(on.queries) == 0 {
		return errors.New("there are no queries")
	}
	var rows []measured
	for _, name := range c.engines() {
		engine, err := on.open(env, name)
		if err != nil {
			return err
		}
		figures, err := search.Measure(env.ctx, engine, on.docs, on.queries)
		if b, ok := engine.(*baseline); ok {
			b.close()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		rows = append(rows, measured{name, figures})
	}
	return printFigures(env.out, rows)
}

// open returns an engine without documents.
func (c collection) open(env *environment, name string) (search.Engine, error) {
	switch name {
	case engineBleve:
		return &baseline{}, nil
	case engineMeili:
		meili, err := env.cfg.meili(measuredIndex, measuredPatience)
		if err != nil {
			return nil, fmt.Errorf("--engine meili: %w", err)
		}
		return meili.Over(search.NewIndex(c.normalizer)), nil
	case enginePortal:
		return &retrieval{site: c.site, normalizer: c.normalizer}, nil
	}
	return search.NewIndex(c.normalizer), nil
}

// measured is one line of the table.
type measured struct {
	engine string
	search.Figures
}

func printFigures(out io.Writer, rows []measured) error {
	fmt.Fprintf(out, "%d documents, %d queries\n", rows[0].Documents, rows[0].Queries)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "engine\trecall@1\trecall@10\tMRR@10\tno hit\tbuild\tp50\tp99\theap MB\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t%d\t%v\t%v\t%v\t%.1f\t\n", r.engine, r.Recall1, r.Recall10, r.MRR10, r.Empty,
			r.Build.Round(time.Millisecond), r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond), float64(r.Heap)/(1<<20))
	}
	return w.Flush()
}
