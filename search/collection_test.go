package search

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadDocuments(t *testing.T) {
	long := strings.Repeat("长", 700_000) // 2.1 MB
	in := "\ufeff" + `{"id":"a","title":"低保","text":"怎么申请","source":{"page":3}}` + "\r\n\n  \n" +
		`{"id":"b","text":"` + long + `"}`
	got, err := ReadDocuments(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	want := []Document{{ID: "a", Title: "低保", Text: "怎么申请"}, {ID: "b", Text: long}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadQueries(t *testing.T) {
	got, err := ReadQueries(strings.NewReader(`{"id":"1","text":"低保怎么办","relevant":["a","b"]}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Judged{{ID: "1", Text: "低保怎么办", Relevant: []string{"a", "b"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersAreNames(t *testing.T) {
	docs, err := ReadDocuments(strings.NewReader(`{"id":7,"text":"低保"}` + "\n" + `{"id":"8","title":null,"text":"孤儿"}`))
	if err != nil {
		t.Fatal(err)
	}
	queries, err := ReadQueries(strings.NewReader(`{"id":1,"text":"低保怎么办","relevant":[7,"8"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Document{{ID: "7", Text: "低保"}, {ID: "8", Text: "孤儿"}}, docs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Judged{{ID: "1", Text: "低保怎么办", Relevant: []string{"7", "8"}}}, queries); diff != "" {
		t.Error(diff)
	}
}

func TestReadErrors(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"broken", "{\"id\":\"a\"}\n\n{\"id\":", "line 3: "},
		{"no object", "[1]", "line 1: "},
		{"an id that is none", `{"id":{"a":1}}`, "line 1: id: "},
		{"an empty id", `{"id":null}`, "line 1: id is missing"},
		{"no id", `{"text":"a"}`, "line 1: id is missing"},
		{"twice", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"a\"}", `line 3: id "a" is used twice`},
		{"two on a line", `{"id":"a"} {"id":"b"}`, "line 1: "},
	} {
		_, err := ReadDocuments(strings.NewReader(test.in))
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: error %v; want %q", test.name, err, test.want)
		}
	}
	_, err := ReadQueries(strings.NewReader("\n" + `{"id":"q","text":"x"}`))
	if want := `line 2: query "q": nothing is relevant`; err == nil || err.Error() != want {
		t.Errorf("error %v; want %s", err, want)
	}
}

// FuzzReadDocuments wants no panic, and distinct ids of whatever is accepted.
func FuzzReadDocuments(f *testing.F) {
	f.Add("{\"id\":\"a\",\"title\":\"低保\",\"text\":\"\"}\n\n{\"id\":\"b\"}")
	f.Add("\ufeff{}\r\n")
	f.Add("{\"id\":\"\\ud800\"}\n{\"id\":\"\\ud801\"}")
	f.Fuzz(func(t *testing.T, in string) {
		docs, err := ReadDocuments(strings.NewReader(in))
		seen := map[string]bool{}
		for _, d := range docs {
			if d.ID == "" || seen[d.ID] {
				t.Errorf("id %q empty or used twice", d.ID)
			}
			seen[d.ID] = true
		}
		if lines := strings.Count(in, "\n") + 1; err == nil && len(docs) > lines {
			t.Errorf("%d documents of %d lines", len(docs), lines)
		}
	})
}

// listed finds for each query what it was told to.
type listed map[string][]string

func (listed) Index(context.Context, []Document) error { return nil }

func (l listed) Search(_ context.Context, q Query) (r Result, err error) {
	for _, id := range l[q.Text] {
		r.Hits = append(r.Hits, Hit{Document: &Document{ID: id}})
	}
	return r, nil
}

func TestMeasure(t *testing.T) {
	e := listed{"first": {"a", "x"}, "second": {"x", "b", "y", "c"}, "half": {"a"}}
	got, err := Measure(t.Context(), e, make([]Document, 3), []Judged{
		{ID: "1", Text: "first", Relevant: []string{"a"}},
		{ID: "2", Text: "second", Relevant: []string{"b", "c"}},
		{ID: "3", Text: "half", Relevant: []string{"a", "b"}},
		{ID: "4", Text: "nothing", Relevant: []string{"a"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got.Build, got.P50, got.P99, got.Heap = 0, 0, 0, 0
	want := Figures{Documents: 3, Queries: 4, Recall1: 2. / 4, Recall10: 2.5 / 4, MRR10: 2.5 / 4, Empty: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPercentile(t *testing.T) {
	d := []time.Duration{5, 1, 4, 2, 3}
	for p, want := range map[float64]time.Duration{0.5: 3, 0.99: 5, 0: 1} {
		if got := percentile(d, p); got != want {
			t.Errorf("percentile(%v) = %v; want %v", p, got, want)
		}
	}
}
