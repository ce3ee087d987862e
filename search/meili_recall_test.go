package search_test

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"huitong/bot"
	"huitong/content"
	"huitong/search"
	"huitong/search/meilitest"
)

// maxLoss is what an engine may find less than the embedded one, and more, by which
// it would not be the same: one question in a hundred.
const maxLoss = 0.01

// server returns Meilisearch on the server of HUITONG_TEST_MEILI_URL, or else on a
// stand-in.
func server(t testing.TB, index string) *search.Meili {
	t.Helper()
	cfg := search.MeiliConfig{
		URL: os.Getenv("HUITONG_TEST_MEILI_URL"), AdminKey: os.Getenv("HUITONG_TEST_MEILI_KEY"), Index: index, Timeout: 10 * time.Second,
	}
	if cfg.URL == "" {
		cfg.URL, cfg.SearchKey, cfg.AdminKey = meilitest.New(t).URL, meilitest.SearchKey, meilitest.IndexKey
	}
	m, err := search.NewMeili(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestMeiliFindsWhatTheIndexFinds asks the development questions with and without a
// server, of retrieval alone and of the bot: quality does not depend on the engine.
func TestMeiliFindsWhatTheIndexFinds(t *testing.T) {
	x := published(t)
	served := server(t, "test-recall").Over(published(t))
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	if err := served.Index(t.Context(), bot.Documents(lib)); err != nil {
		t.Fatal(err)
	}
	cases, err := bot.ParseCases(strings.NewReader(bot.DevelopmentQuestions()))
	if err != nil {
		t.Fatal(err)
	}
	n, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		t.Fatal(err)
	}
	compare := func(name string, recall func(e bot.Searcher) float64) {
		embedded, server := recall(x), recall(served)
		t.Logf("%s: recall@1 embedded %.3f, meilisearch %.3f", name, embedded, server)
		if math.Abs(embedded-server) > maxLoss {
			t.Errorf("%s: recall@1 embedded %.3f, meilisearch %.3f; want no difference beyond %.2f", name, embedded, server, maxLoss)
		}
	}
	compare("retrieval", func(e bot.Searcher) float64 { return firstRight(t, e, cases) })
	var taught *bot.Bot
	compare("bot", func(e bot.Searcher) float64 {
		b, err := bot.Load(lib, n, e, taught)
		if err != nil {
			t.Fatal(err)
		}
		if taught != nil {
			b.GiveUp() // it judges by what the first has learnt of the same
		}
		taught = b
		report, err := b.Evaluate(t.Context(), cases)
		if err != nil {
			t.Fatal(err)
		}
		return report.Recall1
	})
}

// firstRight is the share of the questions to answer whose first hit is of a right
// policy.
func firstRight(t *testing.T, e bot.Searcher, cases []bot.Case) float64 {
	t.Helper()
	right, all := 0, 0
	for _, c := range cases {
		if c.Outcome != bot.Answer {
			continue
		}
		all++
		r, err := e.Search(t.Context(), search.Query{Text: c.Question, Limit: 1, Bare: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Hits) > 0 && slices.Contains(c.Policies, r.Hits[0].Policy) {
			right++
		}
	}
	return float64(right) / float64(all)
}
