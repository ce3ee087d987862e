package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huitong/search"
)

// evaluate runs the command on files with the given lines.
func evaluate(t *testing.T, corpus, queries string, engines ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	c := evalCommand{Corpus: filepath.Join(dir, "c.jsonl"), Queries: filepath.Join(dir, "q.jsonl"), Engine: engines}
	for name, lines := range map[string]string{c.Corpus: corpus, c.Queries: queries} {
		if err := os.WriteFile(name, []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	err := c.Run(&environment{ctx: t.Context(), cfg: &Config{Learnt: learnt}, out: &out, log: slog.New(slog.DiscardHandler), now: time.Now})
	return out.String(), err
}

func TestEvalCollection(t *testing.T) {
	corpus := `{"id":"1","title":"低保怎样申请","text":"向镇街提出。"}` + "\n" + `{"id":"2","title":"孤儿补贴","text":"每月发放。"}`
	out, err := evaluate(t, corpus, `{"id":"q","text":"申请低保","relevant":["1"]}`)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 4 {
		t.Fatalf("got %d lines; want the size, names and two engines:\n%s", len(lines), out)
	}
	for i, engine := range []string{engineEmbedded, engineBleve} {
		if f := strings.Fields(lines[i+2]); f[0] != engine || f[1] != "1.000" {
			t.Errorf("line %q; want %s with recall@1 1.000", lines[i+2], engine)
		}
	}
}

func TestEvalCollectionErrors(t *testing.T) {
	good, query := `{"id":"1"}`, `{"id":"q","text":"x","relevant":["1"]}`
	for _, test := range []struct {
		name, corpus, queries, engine, want string
	}{
		{"corpus", good + "\n{", query, engineEmbedded, "c.jsonl: line 2: "},
		{"queries", good, query + "\n" + query, engineEmbedded, "q.jsonl: line 2: "},
		{"none", good, "\n", engineEmbedded, "no queries"},
		{"no server", good, query, engineMeili, "HUITONG_MEILI_URL"},
	} {
		_, err := evaluate(t, test.corpus, test.queries, test.engine)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v; want it to contain %q", test.name, err, test.want)
		}
	}
}

func TestEvalFlags(t *testing.T) {
	for _, c := range []evalCommand{{Corpus: "c"}, {Queries: "q"}, {Corpus: "c", Queries: "q", File: []string{"f"}}, {Corpus: "c", Queries: "q", Calibrate: true}, {Calibrate: true, Engine: []string{engineMeili}}, {Corpus: "c", Queries: "q", Engine: []string{enginePortal}}} {
		if c.Validate() == nil {
			t.Errorf("%+v is valid; want an error", c)
		}
	}
}

// TestEvalPortal compares what visitors get with Bleve on the same questions, by the
// same rule.
func TestEvalPortal(t *testing.T) {
	name := filepath.Join(t.TempDir(), "q.txt")
	if err := os.WriteFile(name, []byte("answer\tbasic-living-allowance\t孤儿补贴一个月多少钱\nanswer\tdream-scholarship\t孤儿补贴一个月多少钱\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := evalCommand{File: []string{name}, Engine: []string{enginePortal}}
	if err := c.Run(&environment{ctx: t.Context(), cfg: &Config{Learnt: learnt}, out: &out, log: slog.New(slog.DiscardHandler), now: time.Now}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("got %d lines; want the size, names and two engines:\n%s", len(lines), out.String())
	}
	for i, engine := range []string{enginePortal, engineBleve} {
		if f := strings.Fields(lines[i+2]); f[0] != engine || f[1] != "0.500" {
			t.Errorf("line %q; want %s with recall@1 0.500", lines[i+2], engine)
		}
	}
}

// TestEvalConversations plays a file of two turns, one of which expects what the bot
// never says.
func TestEvalConversations(t *testing.T) {
	name := filepath.Join(t.TempDir(), "c.txt")
	if err := os.WriteFile(name, []byte("> 孤儿补贴一个月多少钱？\noutcome answer\n> 那要多久\noutcome urgent\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := evalCommand{File: []string{name}, Conversations: true}
	if err := c.Run(&environment{ctx: t.Context(), cfg: &Config{Learnt: learnt}, out: &out, log: slog.New(slog.DiscardHandler), now: time.Now}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"turns                  2", "conversation accuracy  0.500", "line 3: 那要多久: outcome"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}

// TestEvalCityLife holds the embedded engine to a lead over Bleve on questions that use
// other words than the documents.
func TestEvalCityLife(t *testing.T) {
	docs, err := readFile("../search/testdata/city-life.jsonl", search.ReadDocuments)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := readFile("../search/testdata/city-life-queries.jsonl", search.ReadQueries)
	if err != nil {
		t.Fatal(err)
	}
	n, err := search.NewNormalizer(strings.NewReader(search.General()))
	if err != nil {
		t.Fatal(err)
	}
	bleve := &baseline{}
	defer bleve.close()
	recall := map[string]float64{}
	for name, engine := range map[string]search.Engine{engineEmbedded: search.NewIndex(n), engineBleve: bleve} {
		f, err := search.Measure(t.Context(), engine, docs, queries)
		if err != nil {
			t.Fatal(err)
		}
		recall[name] = f.Recall1
	}
	const lead = 0.15
	if got, base := recall[engineEmbedded], recall[engineBleve]; got < base+lead {
		t.Errorf("recall@1 = %.3f, Bleve %.3f; want a lead of %.2f", got, base, lead)
	}
}
