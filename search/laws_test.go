package search

import (
	"os"
	"regexp"
	"testing"
)

var lawArticle = regexp.MustCompile(`^\p{Han}+法典?第[零一二三四五六七八九十百千]+条(之[一二])?$`)

// TestLawQuestions wants the questions on laws to be read as judged ones: the collection
// they are asked of is not kept here, so that nothing else would find a slip in them.
func TestLawQuestions(t *testing.T) {
	f, err := os.Open("testdata/law-questions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	queries, err := ReadQueries(f)
	if err != nil || len(queries) < 200 {
		t.Fatalf("%d questions, %v; want 200", len(queries), err)
	}
	for _, q := range queries {
		for _, id := range q.Relevant {
			if !lawArticle.MatchString(id) {
				t.Errorf("%s: %q names no article", q.ID, id)
			}
		}
	}
}
