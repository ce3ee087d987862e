package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"huitong/content"
	"huitong/search"

	"github.com/google/go-cmp/cmp"
)

// countingSearch counts the searches.
type countingSearch struct {
	Searcher
	n int
}

func (s *countingSearch) Search(ctx context.Context, q search.Query) (search.Result, error) {
	s.n++
	return s.Searcher.Search(ctx, q)
}

// smallKeeper returns a small bot that remembers so many replies.
func smallKeeper(t *testing.T, keep int) (*Keeper, *countingSearch) {
	t.Helper()
	n, err := search.NewNormalizer(strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	entries := []Entry{
		{ID: "a", Policy: "a", Kind: "faq", Lang: original, Question: "补贴多少钱", Text: "每月一笔。"},
		{ID: "b", Policy: "b", Kind: "faq", Lang: original, Question: "看病找谁", Text: "找镇街。"},
	}
	index := search.NewIndex(n)
	if err := index.Index(t.Context(), []search.Document{entries[0].Document(""), entries[1].Document("")}); err != nil {
		t.Fatal(err)
	}
	counting := &countingSearch{Searcher: index}
	b, err := New(Config{
		Entries: entries, Search: counting, Normalizer: n,
		Lexicon:  strings.NewReader("mask = 打工\nrefuse: 股票\ngeneric = 怎么\n"),
		Examples: []content.TextFile{{Name: "examples/all.txt", Text: "a\t补贴有多少\nb\t孩子看病\nurgent\t他打孩子\ncalm\t孩子很好\noutside\t股票涨了\n"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	<-b.Trained()
	return NewKeeper(b, keep), counting
}

func (k *Keeper) ask(t *testing.T, q Question) Reply {
	t.Helper()
	r, err := k.Ask(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestKept asks the same twice: the second reply needs no search and is the same, even
// where whoever had the first one has changed it.
func TestKept(t *testing.T) {
	k, search := smallKeeper(t, 2)
	q := Question{Text: "补贴有多少钱", Lang: original}
	first := k.ask(t, q)
	for i := range first.Citations {
		first.Citations[i].Title = "changed"
	}
	want := ask(t, k.bot, q)
	before := search.n
	if diff := cmp.Diff(want, k.ask(t, q)); diff != "" {
		t.Errorf("the second reply is not what is thought of anew (-want +got):\n%s", diff)
	}
	if search.n != before {
		t.Errorf("%d searches for what is remembered; want none", search.n-before)
	}
}

// TestKeptApart wants another language, another state of the conversation and another
// bot to have replies of their own.
func TestKeptApart(t *testing.T) {
	k, search := smallKeeper(t, 10)
	q := Question{Text: "补贴有多少钱", Lang: original}
	k.ask(t, q)
	for _, other := range []Question{
		{Text: q.Text, Lang: "en"},
		{Text: q.Text, Lang: q.Lang, Conversation: `{"p":"b"}`},
		{Text: q.Text + "呢", Lang: q.Lang},
	} {
		before := search.n
		if k.ask(t, other); search.n == before {
			t.Errorf("%+v is answered as %+v", other, q)
		}
	}
	before := search.n
	k.bot.learnt.Store(new(*k.bot.learnt.Load()))
	if k.ask(t, q); search.n == before {
		t.Error("what was said before more was learnt is said again")
	}
}

// TestKeptBounded asks more than is remembered: the oldest reply is gone.
func TestKeptBounded(t *testing.T) {
	k, search := smallKeeper(t, 3)
	for i := range 10 {
		k.ask(t, Question{Text: fmt.Sprint("补贴有多少", i), Lang: original})
	}
	if n := len(k.places); n != 3 || k.recent.Len() != n {
		t.Errorf("%d replies in %d places are remembered; want 3", k.recent.Len(), n)
	}
	before := search.n
	k.ask(t, Question{Text: "补贴有多少9", Lang: original})
	if search.n != before {
		t.Error("the latest reply is forgotten")
	}
	if k.ask(t, Question{Text: "补贴有多少0", Lang: original}); search.n == before {
		t.Error("the oldest reply is still there")
	}
}

// TestKeptNoCheck wants no reply with a family's answers to be remembered, be they in the
// reply or in what the conversation has come to.
func TestKeptNoCheck(t *testing.T) {
	k := NewKeeper(nil, 3)
	under := memory{Check: &checking{Policy: "a", Given: []given{{"father", "dead"}}}}
	for _, r := range []Reply{{Check: &Check{Policy: "a"}}, {Outcome: Urgent, Conversation: under.String()}} {
		key := k.key(Question{Text: "父亲去世"})
		k.keep(key, nil, r)
		if _, ok := k.find(key, nil); ok {
			t.Errorf("%+v is remembered", r)
		}
	}
}
