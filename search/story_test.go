package search

import "testing"

// TestToldBeforeAsked takes what is told before the question for a story, but nothing else.
func TestToldBeforeAsked(t *testing.T) {
	x := generalIndexOf(t, []Document{{ID: "a", Text: "居住证由本人到公安派出所申领"}})
	for query, want := range map[string]int{
		"小王在外地打工三年了。居住证到期以后去哪里办理延期手续？":       10,
		"小王在外地打工三年了；居住证到期以后去哪里办理延期手续?":       10,
		"小王在外地打工三年了。居住证到期以后可以延期，可以去哪里":       0, // a text may say that, too
		"小王在外地打工三年了。居住证要延期":                  0, // nothing is asked
		"小王在外地打工，居住证到期以后去哪里办理延期手续？":          0, // one sentence
		"小王在外地打工三年了。该怎么办？":                   0, // what is asked is in the story
		"居住证到期去哪里办理延期手续？小王在外地打工。户口在老家":       0, // told behind it
		"居住证到期去哪里办理延期手续？外地打工三年的人能不能办理居住证续签？": 0,
		"居住证。": 0,
		"":     0,
	} {
		var p plan
		p.prepare(x.current.Load(), x.norm, query, "")
		if p.told != want {
			t.Errorf("%q: %d runes are told; want %d", query, p.told, want)
		}
	}
}

// TestAskedCountsMore finds what a question asks, not what else it tells.
func TestAskedCountsMore(t *testing.T) {
	x := generalIndexOf(t, []Document{
		{ID: "story", Text: "货轮在海上航行时货物受到损失的，承运人应当在货轮到达港口以后通知收货人，并且保存航行的记录。"},
		{ID: "asked", Text: "受送达人是军人的，通过其所在部队的政治机关转交。"},
		{ID: "other", Text: "诉讼费用由败诉的一方当事人负担，双方另有约定的除外。"},
	})
	r, err := x.Search(t.Context(), Query{Text: "某货轮在海上航行，货物受到损失。军人是受送达人的，由部队哪个机关转交？"})
	if err != nil {
		t.Fatal(err)
	}
	if got := firstID(t, r); got != "asked" {
		t.Errorf("finds %q first; want what is asked", got)
	}
}
