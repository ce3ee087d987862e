package search

import (
	"context"
	"math"
	"strings"
	"testing"
)

// TestAsked wants the title and the beginning to count more the less of the question stands
// in a row in any text.
func TestAsked(t *testing.T) {
	by := weights{titleShare: 0.1, lead: 0.02, cover: 0.05, ownTitle: 0.2, ownLead: 0.08, quoted: 0.1}
	site := by
	site.quoted = 0
	for name, c := range map[string]struct {
		by        weights
		runs      []float32
		beginning float32
		want      asked
	}{
		"own words":         {by, []float32{0, 0}, 1, asked{title: 0.3, lead: 0.1, cover: 0}},
		"half of it quoted": {by, []float32{0, 0.05}, 1, asked{title: 0.2, lead: 0.06, cover: 0.025}},
		"quoted":            {by, []float32{0.3, 0}, 1, asked{title: 0.1, lead: 0.02, cover: 0.05}},
		"texts are short":   {by, []float32{0}, 0, asked{title: 0.3, lead: 0.02, cover: 0}},
		"a site":            {site, []float32{0}, 1, asked{title: 0.1, lead: 0.02, cover: 0.05}},
	} {
		t.Run(name, func(t *testing.T) {
			w := scratch{}
			for i, run := range c.runs {
				w.looks = append(w.looks, look{run: run})
				w.found = append(w.found, candidate{look: int32(i + 1)})
			}
			got := w.asked(&snapshot{weights: c.by, beginning: c.beginning})
			if near := func(a, b float32) bool { return a-b < 1e-6 && b-a < 1e-6 }; !near(got.title, c.want.title) ||
				!near(got.lead, c.want.lead) || !near(got.cover, c.want.cover) {
				t.Errorf("counts %v; want %v", got, c.want)
			}
		})
	}
}

// TestPieces wants a question of many words read as a quotation where one text has most of it
// and some in a row.
func TestPieces(t *testing.T) {
	for name, c := range map[string]struct {
		content, run float32
		words        int
		want         float32
	}{
		"all of it, some in a row": {0.8, 0.03, 12, 0.1},
		"half of it":               {0.5, 0.03, 12, 0.3},
		"between":                  {0.65, 0.03, 12, 0.2},
		"nothing in a row":         {1, 0, 12, 0.3},
		"few words":                {1, 0.03, 8, 0.3},
	} {
		t.Run(name, func(t *testing.T) {
			w := scratch{looks: []look{{content: 0.2}, {content: c.content, run: c.run}}, found: []candidate{{look: 1}, {look: 2}}}
			w.plan.tokens = make([]token, c.words)
			got := w.asked(&snapshot{weights: weights{titleShare: 0.1, ownTitle: 0.2, quoted: 1000}})
			if math.Abs(float64(got.title-c.want)) > 1e-4 {
				t.Errorf("a title counts %v; want %v", got.title, c.want)
			}
		})
	}
}

// TestCopied wants a question of many words whose pairs one text has to be weighed by pairs,
// and the more the shorter texts are.
func TestCopied(t *testing.T) {
	by := weights{whole: 2, copiedChars: 0.5, copiedPairs: 4, quoted: 1000}
	for name, c := range map[string]struct {
		pairs                     []float32
		words                     int
		short                     float32
		whole, chars, countsPairs float32
	}{
		"copied":              {[]float32{0.1, 0.46}, 40, 1, 0, 0.5, 4},
		"copied by long ones": {[]float32{0.1, 0.46}, 40, 0.25, 0, 0.5, 1},
		"half of it":          {[]float32{0.355}, 40, 1, 1, 0.25, 2},
		"own words":           {[]float32{0.25, 0.1}, 40, 1, 2, 0, 0},
		"few words":           {[]float32{1}, 6, 1, 0, 0, 0},
		"not so few":          {[]float32{1}, 7, 1, 0, 0.25, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := scratch{}
			for i, pairs := range c.pairs {
				w.looks = append(w.looks, look{pairs: pairs})
				w.found = append(w.found, candidate{look: int32(i + 1)})
			}
			w.plan.tokens = make([]token, c.words)
			got := w.asked(&snapshot{weights: by, short: c.short})
			near := func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-4 }
			if !near(got.whole, c.whole) || !near(got.chars, c.chars) || !near(got.pairs, c.countsPairs) {
				t.Errorf("the whole counts %v, characters lose %v, pairs count %v; want %v, %v, %v",
					got.whole, got.chars, got.pairs, c.whole, c.chars, c.countsPairs)
			}
		})
	}
}

// TestBeginning wants the text found whose beginning has what is asked in other words, and
// the text that is quoted, wherever it has that.
func TestBeginning(t *testing.T) {
	filling := strings.Repeat("承租人应当按照约定的方法使用房屋，并爱护屋内的设施。", 3)
	docs := []Document{
		{ID: "begins", Text: "押金由房东收取，写明期限。" + filling + "其他事项另行商定，双方各执一份。"},
		{ID: "mentions", Text: filling + "房东不退押金，过了期限的押金照退，房东另付利息，期限从搬走算起。"},
	}
	for _, n := range []string{"水费", "电费", "燃气", "网络", "家具", "门锁", "车位", "电梯"} {
		docs = append(docs, Document{ID: n, Text: n + "由住户自己付。" + filling})
	}
	x := generalIndexOf(t, docs)
	for query, want := range map[string]string{"押金，房东，期限": "begins", "期限从搬走算起": "mentions"} {
		r, err := x.Search(context.Background(), Query{Text: query, Bare: true})
		if err != nil || len(r.Hits) == 0 || r.Hits[0].ID != want {
			t.Errorf("%s: found %v, %v; want %s", query, r.Hits[:min(1, len(r.Hits))], err, want)
		}
	}
}
