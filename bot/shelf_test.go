package bot

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"huitong/content"
	"huitong/search"

	"github.com/google/go-cmp/cmp"
)

// memoryShelf is a shelf in memory.
type memoryShelf struct {
	mu   sync.Mutex
	data map[string][]byte
	puts int
}

func (s *memoryShelf) Take(key string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data[key]
}

func (s *memoryShelf) Put(key string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data[key] = data
	s.puts++
}

// shelvedBot returns a trained bot of three policies, made with the shelf; change may
// change what it is made of.
func shelvedBot(t *testing.T, s Shelf, change func(*Config)) *Bot {
	t.Helper()
	b := learningBot(t, s, change)
	<-b.Trained()
	return b
}

// learningBot returns the same while it may still learn.
func learningBot(t *testing.T, s Shelf, change func(*Config)) *Bot {
	t.Helper()
	n, err := search.NewNormalizer(strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	entry := func(id, policy, section, question, text string) Entry {
		return Entry{ID: id, Policy: policy, Section: section, Kind: "faq", Lang: original, Question: question, Text: text}
	}
	c := Config{
		Entries: []Entry{
			entry("a", "a", "gives", "补贴多少钱", "每月一笔。"), entry("a2", "a", "how", "补贴怎么申请", "到镇街去。带上证件。"),
			entry("b", "b", "how", "看病找谁", "找镇街。"), entry("c", "c", "what", "上学怎么办", "去学校。"),
		},
		Normalizer: n, Lexicon: strings.NewReader("mask = 打工\nhit = 打\nrefuse: 股票\ngeneric = 怎么\nabout.school = 上学\n"),
		Examples: []content.TextFile{{Name: "examples/all.txt", Text: "a\t补贴有多少\na#how\t补贴去哪里办\nb|c\t孩子要帮助\nurgent\t他打孩子\ncalm\t孩子很好\noutside\t股票涨了\n"}},
		Shelf:    s,
	}
	if change != nil {
		change(&c)
	}
	index := search.NewIndex(n)
	var docs []search.Document
	for _, e := range c.Entries {
		docs = append(docs, e.Document(""))
	}
	if err := index.Index(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	c.Search = index
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestShelf trains a bot and makes it again: the second takes from the shelf what the
// first has learnt, and answers the same.
func TestShelf(t *testing.T) {
	s := &memoryShelf{data: map[string][]byte{}}
	first := shelvedBot(t, s, nil)
	second := shelvedBot(t, s, nil)
	if s.puts != 1 {
		t.Errorf("trained %d times; want once", s.puts)
	}
	for _, text := range []string{"补贴有多少", "补贴怎么办", "看病", "他打我", "股票", "buzhu", "孩子上学要帮助"} {
		q := Question{Text: text, Lang: original}
		if diff := cmp.Diff(ask(t, first, q), ask(t, second, q)); diff != "" {
			t.Errorf("%q is answered otherwise from the shelf (-trained +shelf):\n%s", text, diff)
		}
	}
}

// TestShelfKeys wants anything that training depends on to make another bot.
func TestShelfKeys(t *testing.T) {
	s := &memoryShelf{data: map[string][]byte{}}
	shelvedBot(t, s, nil)
	for name, change := range map[string]func(*Config){
		"version":  func(c *Config) { c.Version = "2" },
		"entry":    func(c *Config) { c.Entries[0].Text = "每月两笔。" },
		"examples": func(c *Config) { c.Examples[0].Text += "calm\t孩子睡了\n" },
		"lexicon": func(c *Config) {
			c.Lexicon = strings.NewReader("mask = 打工\nrefuse: 股票\ngeneric = 怎么 多少\n")
		},
	} {
		before := s.puts
		if shelvedBot(t, s, change); s.puts != before+1 {
			t.Errorf("another %s: trained %d times; want once", name, s.puts-before)
		}
	}
}

// TestShelfDamaged cuts what is on the shelf short at many places, and adds to it: the bot
// trains anew and never fails.
func TestShelfDamaged(t *testing.T) {
	s := &memoryShelf{data: map[string][]byte{}}
	b := shelvedBot(t, s, nil)
	whole := s.data[b.key]
	damaged := [][]byte{append(slices.Clone(whole), 0)}
	for n := 0; n < len(whole); n += 61 {
		damaged = append(damaged, whole[:n:n])
	}
	for _, data := range damaged {
		b.shelf = &memoryShelf{data: map[string][]byte{b.key: data}}
		if b.recall() != nil {
			t.Fatalf("%d of %d bytes are taken for the whole", len(data), len(whole))
		}
	}
	for key := range maps.Keys(s.data) {
		s.data[key] = whole[:len(whole)/2]
	}
	if shelvedBot(t, s, nil); s.puts != 2 {
		t.Errorf("trained %d times; want a second time", s.puts)
	}
}

// slowShelf is one that whoever learns waits for.
type slowShelf chan struct{}

func (s slowShelf) Take(string) []byte { <-s; return nil }

func (slowShelf) Put(string, []byte) {}

// TestAskedWhileItLearns warns of danger at once, and lets everything else wait.
func TestAskedWhileItLearns(t *testing.T) {
	until := make(slowShelf)
	b := learningBot(t, until, func(c *Config) {
		c.Lexicon = strings.NewReader("mask = 打工\nhit = 打\nchild = 我\nrefuse: 股票\ngeneric = 怎么\nurgent: hit + child\n")
	})
	if b.Learnt() {
		t.Error("it has learnt before it could")
	}
	r, err := b.Ask(t.Context(), Question{Text: "他打我", Lang: original})
	if err != nil || r.Outcome != Urgent || r.Citations == nil || r.Suggestions == nil {
		t.Errorf("a cry for help: %+v, %v; want a warning", r, err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := b.Ask(gone, Question{Text: "补贴有多少", Lang: original}); !errors.Is(err, context.Canceled) {
		t.Errorf("a question whose asker has gone: %v; want the end of its context", err)
	}
	close(until)
	if r, err := b.Ask(t.Context(), Question{Text: "补贴有多少", Lang: original}); err != nil || r.Outcome == Urgent {
		t.Errorf("a question that waited: %+v, %v; want a reply to it", r, err)
	}
	if !b.Learnt() {
		t.Error("it answers and has not learnt")
	}
}
