package apply

import (
	"testing"
	"time"

	"huitong/content"
)

// TestShare changes answers in one draft and looks at another of the same household, of
// the same form, for the same child and for another.
func TestShare(t *testing.T) {
	q := func(name, reuse string) *content.AskEntry { // asked without conditions
		return &content.AskEntry{Question: &content.Question{Name: name, Type: "text", Reuse: reuse}}
	}
	p := &content.Policy{Questions: []content.FormSection{{Section: "all", Ask: []*content.AskEntry{
		q("child", ""), q("guardian", content.ReuseFamily), q("town", content.ReuseOften), q("note", content.ReuseNever),
	}}}}
	f, today := Form{Policy: p}, time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	changed := Answers{"child": "甲", "guardian": "乙", "town": "丙", "note": "丁"}
	for _, tt := range []struct {
		name          string
		before, there Answers
		child         int // of the other draft
		want          Answers
	}{
		{"the same child", nil, nil, 1, Answers{"child": "甲", "guardian": "乙", "town": "丙"}},
		{"another child", nil, nil, 2, Answers{"guardian": "乙", "town": "丙"}},
		{"often fills a gap alone", nil, Answers{"town": "别处"}, 2, Answers{"guardian": "乙", "town": "别处"}},
		{"the same child moves", nil, Answers{"town": "别处"}, 1, Answers{"child": "甲", "guardian": "乙", "town": "丙"}},
		{"what has not changed stays there", changed, Answers{"guardian": "后来改的"}, 1, Answers{"guardian": "后来改的"}},
		{"one thing has changed", Answers{"child": "甲", "guardian": "旧", "town": "丙"}, Answers{"guardian": "旧"}, 2, Answers{"guardian": "乙"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from := &Application{Child: 1, Answers: changed}
			to := &Application{Child: tt.child, Answers: tt.there}
			got := f.Share(tt.before, from, f, to, today)
			if !got.Equal(tt.want) {
				t.Errorf("got %v; want %v", map[string]string(got), map[string]string(tt.want))
			}
		})
	}
	from := &Application{Child: 1, Answers: Answers{}}
	to := &Application{Child: 1, Answers: Answers{"child": "甲"}}
	if got := f.Share(Answers{"child": "甲"}, from, f, to, today); len(got) != 0 || len(to.Answers) != 1 {
		t.Errorf("an answer that was emptied: got %d answers, and %d in the other itself; want none, and 1", len(got), len(to.Answers))
	}
}
