package bench

import (
	"bufio"
	"bytes"
	"context"
	cryptorand "crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/locale"
	"huitong/portal/vault"
	"huitong/portal/web"
	"huitong/search"
)

const (
	askers     = 64 // clients that ask again as soon as they are answered
	bleveBatch = 1000
	bleveHits  = 10
	faqSeed    = 5
	faqHan     = 16 // characters of a generated question
	faqOwn     = 8  // of these, its own words; the rest is said of many things
	faqAnswer  = 60
	askTimes   = 3 // rounds of each program
)

// asked is a library with a bot, all of it in memory.
type asked struct {
	lib       *content.Library
	docs      []search.Document
	index     *search.Index
	bot       *bot.Bot
	questions []string
}

// generatedFAQ makes n entries as a content desk would write them, spread over the
// policies: the way of asking recurs, the subject does not.
func generatedFAQ(lib *content.Library, n int) []bot.Entry {
	w := writer{words()}
	var ways []string
	for _, p := range lib.Policies {
		for _, f := range p.FAQ {
			ways = append(ways, string([]rune(f.Q)[max(0, len([]rune(f.Q))-(faqHan-faqOwn)):]))
		}
	}
	plain := strings.NewReplacer("。", "", "，", "", "\n", "")
	out := make([]bot.Entry, n)
	for i := range out {
		r := rand.New(rand.NewPCG(faqSeed, uint64(i)))
		p := lib.Policies[i%len(lib.Policies)]
		section := p.Sections[i%len(p.Sections)].ID
		out[i] = bot.Entry{
			ID: p.Slug + ".generated." + strconv.Itoa(i), Policy: p.Slug, Section: section, Kind: "faq", Lang: "zh-Hans",
			Title: p.Titles.ZH, Question: plain.Replace(w.text(r, faqOwn)) + ways[r.IntN(len(ways))],
			Text: plain.Replace(w.text(r, faqAnswer)) + "。", URL: "/policies/" + p.Slug + "#" + section,
		}
	}
	return out
}

// openAsked builds the bot that the portal has, over what is published and n more
// questions.
func openAsked(tb testing.TB, n int) *asked {
	tb.Helper()
	lib, err := content.Load(content.Embedded())
	if err != nil {
		tb.Fatal(err)
	}
	norm, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		tb.Fatal(err)
	}
	a := &asked{lib: lib, index: search.NewIndex(norm)}
	entries := append(bot.Entries(lib), generatedFAQ(lib, n)...)
	for _, e := range entries {
		a.docs = append(a.docs, e.Document(""))
	}
	if err := a.index.Index(tb.Context(), a.docs); err != nil {
		tb.Fatal(err)
	}
	a.bot, err = bot.New(bot.Config{
		Entries: entries, Search: a.index, Normalizer: norm, Words: lib.Assistant,
		Dialogue: lib.Dialogue, Places: lib.Places, Policies: lib.Policies,
		Lexicon: strings.NewReader(lib.Lexicon), Examples: lib.Examples,
	})
	if err != nil {
		tb.Fatal(err)
	}
	cases, err := bot.ParseCases(strings.NewReader(bot.DevelopmentQuestions()))
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range cases {
		a.questions = append(a.questions, c.Question)
	}
	if err := a.answer(tb.Context(), a.questions[0]); err != nil { // waits until it has learnt
		tb.Fatal(err)
	}
	return a
}

func (a *asked) answer(ctx context.Context, question string) error {
	_, err := a.bot.Ask(ctx, bot.Question{Text: question, Lang: "zh-Hans"})
	return err
}

// bleve indexes the same documents as one would without tuning.
func (a *asked) bleve(tb testing.TB) bleve.Index {
	tb.Helper()
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = cjk.AnalyzerName
	index, err := bleve.NewUsing("", mapping, scorch.Name, scorch.Name, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = index.Close() }) // in memory: nothing can be lost
	for docs := range slices.Chunk(a.docs, bleveBatch) {
		batch := index.NewBatch()
		for _, d := range docs {
			if err := batch.Index(d.ID, map[string]any{"title": d.Title, "names": d.Names, "text": d.Text}); err != nil {
				tb.Fatal(err)
			}
		}
		if err := index.Batch(batch); err != nil {
			tb.Fatal(err)
		}
	}
	return index
}

// query returns a plain query of an index.
func query(index bleve.Index) func(ctx context.Context, question string) error {
	return func(ctx context.Context, question string) error {
		_, err := index.SearchInContext(ctx, bleve.NewSearchRequestOptions(bleve.NewMatchQuery(question), bleveHits, 0, false))
		return err
	}
}

// bare is the least that a server does to answer by an index: no middleware, and of the
// documents found no more than their IDs.
func bare(index bleve.Index) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/api/v1/ask", func(c *fiber.Ctx) error {
		var q struct{ Question string }
		if err := json.Unmarshal(c.Body(), &q); err != nil {
			return fiber.ErrBadRequest
		}
		found, err := index.SearchInContext(c.UserContext(), bleve.NewSearchRequestOptions(bleve.NewMatchQuery(q.Question), bleveHits, 0, false))
		if err != nil {
			return err
		}
		ids := make([]string, len(found.Hits))
		for i, h := range found.Hits {
			ids[i] = h.ID
		}
		return c.JSON(ids)
	})
	return app
}

// serve starts the portal's server in this process and returns a question to its API.
func (a *asked) serve(tb testing.TB, asker web.Asker) func(ctx context.Context, question string) error {
	tb.Helper()
	return post(tb, a.site(tb, asker).App())
}

// site is the portal's server.
func (a *asked) site(tb testing.TB, asker web.Asker) *web.Server {
	tb.Helper()
	texts, err := locale.Default()
	if err != nil {
		tb.Fatal(err)
	}
	keys, err := vault.Open(filepath.Join(tb.TempDir(), "secrets.json"), cryptorand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	site := &web.Content{Library: a.lib, Bot: asker, Search: a.index}
	server, err := web.New(web.Config{Content: func() *web.Content { return site }, Catalog: texts, Signer: keys})
	if err != nil {
		tb.Fatal(err)
	}
	return server
}

// post starts a server in this process and returns a question to it.
func post(tb testing.TB, app *fiber.App) func(ctx context.Context, question string) error {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- app.Listener(listener) }()
	tb.Cleanup(func() {
		if err := errors.Join(app.Shutdown(), <-stopped); err != nil {
			tb.Error(err)
		}
	})
	clients := make(chan *client, askers)
	for range askers {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = conn.Close() })
		clients <- &client{conn: conn, answers: bufio.NewReader(conn)}
	}
	return func(_ context.Context, question string) error {
		c := <-clients
		defer func() { clients <- c }()
		return c.ask(question)
	}
}

// client asks over a connection of its own that does no more than it has to: it runs
// on the processors of the server, and is not what is measured.
type client struct {
	conn    net.Conn
	answers *bufio.Reader
	request []byte
}

// appendAsking adds the request that puts a question.
func appendAsking(b []byte, question string) []byte {
	text, _ := json.Marshal(question) // a string always marshals
	return fmt.Appendf(b, "POST /api/v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{\"question\":%s}",
		len(text)+len(`{"question":}`), text)
}

// ask puts a question and reads the whole answer, which it does not look at.
func (c *client) ask(question string) error {
	c.request = appendAsking(c.request[:0], question)
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	length, err := c.answered()
	if err != nil {
		return err
	}
	_, err = c.answers.Discard(length)
	return err
}

// answered reads the header of an answer and returns how long its body is. Of the lines it
// looks for one alone.
func (c *client) answered() (length int, err error) {
	first, err := c.answers.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(first, []byte("HTTP/1.1 200 ")) {
		return 0, fmt.Errorf("answered %s: %w", bytes.TrimSpace(first), errors.ErrUnsupported)
	}
	length = -1
	for {
		line, err := c.answers.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if line = bytes.TrimSuffix(line, []byte("\r\n")); len(line) == 0 {
			break
		}
		if text, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(text)); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 {
		return 0, fmt.Errorf("an answer without its length: %w", io.ErrUnexpectedEOF)
	}
	return length, nil
}

// pace is what came of one round.
type pace struct {
	perSecond float64
	p50, p99  time.Duration
	processor time.Duration // of the whole process for each answer, which others on the machine change least
}

// storm lets all askers ask for as long as a round takes, but once at least, each from
// another question on.
func storm(tb testing.TB, questions []string, ask func(ctx context.Context, question string) error, length time.Duration) pace {
	tb.Helper()
	took := make([][]time.Duration, askers)
	errs := make([]error, askers)
	var wait sync.WaitGroup
	start, used := time.Now(), processorTime(tb)
	for i := range askers {
		wait.Go(func() {
			for n := i * len(questions) / askers; errs[i] == nil && (len(took[i]) == 0 || time.Since(start) < length); n++ {
				asked := time.Now()
				errs[i] = ask(tb.Context(), questions[n%len(questions)])
				took[i] = append(took[i], time.Since(asked))
				runtime.Gosched() // a client is somebody else while it reads
			}
		})
	}
	wait.Wait()
	whole, used := time.Since(start), processorTime(tb)-used
	if err := errors.Join(errs...); err != nil {
		tb.Fatal(err)
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	return pace{float64(len(all)) / whole.Seconds(), all[len(all)/2], all[len(all)*99/100], used / time.Duration(len(all))}
}

// processorTime returns what this process has used so far.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkAsk lets the bot answer beside plain Bleve queries for the same questions
// on the same documents, then shows how an answer grows with the questions published.
func BenchmarkAsk(b *testing.B) {
	printMachine()
	printLoad("before")
	parts := []struct {
		name string
		run  func(b *testing.B)
	}{
		{"each", func(b *testing.B) { openAsked(b, 0).compareEach(b, *round) }},
		{"mixed", func(b *testing.B) { openAsked(b, 0).compareMixed(b, *round) }},
		{"grow", func(b *testing.B) { growAsk(b, []int{200, 2000, 20000}) }},
	}
	for _, p := range parts {
		b.Run(p.name, func(b *testing.B) {
			for range b.N {
				p.run(b)
			}
		})
	}
	printLoad("after")
}

// asking is a program that questions are put to.
type asking struct {
	name string
	ask  func(ctx context.Context, question string) error
}

// compareEach puts questions that all differ to each program, none of which remembers any.
func (a *asked) compareEach(tb testing.TB, length time.Duration) {
	tb.Helper()
	fmt.Printf("\n%d questions, each anew", len(a.questions))
	a.compare(tb, a.questions, length, append(a.queries(tb),
		asking{"bot, in the process", a.answer}, asking{"bot, POST /api/v1/ask", a.serve(tb, a.bot)}))
}

// queries are the programs that the others are measured by.
func (a *asked) queries(tb testing.TB) []asking {
	tb.Helper()
	index := a.bleve(tb)
	return []asking{
		{"Bleve, CJK analyzer, a query", query(index)},
		{"the same query, POST to a bare Fiber handler", post(tb, bare(index))},
	}
}

// compareMixed puts a mix of questions of which some come often, also to the bot that remembers
// what it said.
func (a *asked) compareMixed(tb testing.TB, length time.Duration) {
	tb.Helper()
	keeper := bot.NewKeeper(a.bot, keptReplies)
	mix, repeated := a.mix()
	fmt.Printf("\n%d questions as visitors ask, %d %% of them repeated, %d replies remembered", len(mix), repeated, keptReplies)
	a.compare(tb, mix, length, append(a.queries(tb),
		asking{"bot, in the process", a.answer},
		asking{"bot that remembers, in the process", func(ctx context.Context, question string) error {
			_, err := keeper.Ask(ctx, bot.Question{Text: question, Lang: "zh-Hans"})
			return err
		}},
		asking{"bot that remembers, POST /api/v1/ask", a.serve(tb, keeper)}))
}

// The mix of questions: of all example sentences the n-th is asked about as often as the
// first divided by n. The bot remembers as many replies as the portal's does.
const (
	mixed       = 20000
	mixSeed     = 11
	keptReplies = 2000
)

// mix draws questions, and tells how many per cent of them were drawn before.
func (a *asked) mix() (questions []string, repeated int) {
	var all []string
	for _, f := range a.lib.Examples {
		for line := range strings.Lines(f.Text) {
			if _, text, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				all = append(all, text)
			}
		}
	}
	r := rand.New(rand.NewPCG(mixSeed, 0))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	zipf := rand.NewZipf(r, zipfS, zipfV, uint64(len(all)-1))
	seen := map[string]bool{}
	for range mixed {
		q := all[zipf.Uint64()]
		questions, seen[q] = append(questions, q), true
	}
	return questions, 100 - 100*len(seen)/mixed
}

// compare prints what the programs come to, measured one after the other several times, beside
// the first, which is a query of Bleve in the process, and the second, which is the same over
// HTTP. The goal is the first, though no handler of HTTP can reach it with the same work.
func (a *asked) compare(tb testing.TB, questions []string, length time.Duration, programs []asking) {
	tb.Helper()
	paces := make([][]pace, len(programs))
	for range askTimes {
		for i, p := range programs {
			paces[i] = append(paces[i], storm(tb, questions, p.ask, length))
		}
	}
	fmt.Printf(", to %d passages, %d clients in the same process, median of %d rounds of %v\n", len(a.docs), askers, askTimes, length)
	t := newTable("program", "answers/s", "of Bleve", "of Bleve over HTTP", "p50", "p99", "p99/p50", "processor", "Bleve's of it")
	bleve, bare := middle(paces[0]), middle(paces[1])
	for i, p := range programs {
		m := middle(paces[i])
		t.row(p.name, fmt.Sprintf("%.0f", m.perSecond), ratio(m.perSecond, bleve.perSecond), ratio(m.perSecond, bare.perSecond), rounded(m.p50), rounded(m.p99), ratio(float64(m.p99), float64(m.p50)), rounded(m.processor), ratio(float64(bleve.processor), float64(m.processor)))
	}
	t.print()
}

// middle returns the median of each value.
func middle(all []pace) pace {
	var perSecond, p50, p99, processor []float64
	for _, p := range all {
		perSecond, p50, p99 = append(perSecond, p.perSecond), append(p50, float64(p.p50)), append(p99, float64(p.p99))
		processor = append(processor, float64(p.processor))
	}
	return pace{median(perSecond), time.Duration(median(p50)), time.Duration(median(p99)), time.Duration(median(processor))}
}

func rounded(d time.Duration) string { return d.Round(time.Microsecond).String() }

func growAsk(b testing.TB, sizes []int) {
	b.Helper()
	fmt.Printf("\nAn answer as questions are added to what is published, one client\n")
	t := newTable("questions added", "an answer", "a query of Bleve", "of Bleve", "heap of index and bot")
	for _, n := range sizes {
		before := inUse()
		a := openAsked(b, n)
		held := inUse() - before
		mine := a.each(b, a.answer)
		theirs := a.each(b, query(a.bleve(b)))
		t.row(strconv.Itoa(n), rounded(mine), rounded(theirs), ratio(mine.Seconds(), theirs.Seconds()), fmt.Sprintf("%d MB", held>>20))
		runtime.KeepAlive(a)
	}
	t.print()
}

// each returns the median time of the questions, one after the other, the better of
// two rounds each.
func (a *asked) each(tb testing.TB, ask func(ctx context.Context, question string) error) time.Duration {
	tb.Helper()
	best := make([]time.Duration, len(a.questions))
	for round := range 2 {
		for i, q := range a.questions {
			start := time.Now()
			if err := ask(tb.Context(), q); err != nil {
				tb.Fatal(err)
			}
			if took := time.Since(start); round == 0 || took < best[i] {
				best[i] = took
			}
		}
	}
	slices.Sort(best)
	return best[len(best)/2]
}

// inUse returns the bytes in use after a collection.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestAsk runs the benchmark of questions once, for a moment: all three programs
// answer, over HTTP too.
func TestAsk(t *testing.T) {
	a := openAsked(t, 0)
	a.compareEach(t, 10*time.Millisecond)
	a.compareMixed(t, 10*time.Millisecond)
}
