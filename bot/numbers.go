package bot

import (
	"strings"
	"unicode/utf8"

	"huitong/content"
)

// number is a telephone number of the facts, with a passage that tells of it.
type number struct {
	content.Fact
	digits string
	entry  *Entry
}

// shortNumber is how many digits a number has at least that may be said without its area
// code.
const shortNumber = 7

// numbersIn returns the numbers that some section tells; of several the shortest one does.
func numbersIn(phones []content.Fact, entries []Entry) []number {
	var out []number
	for _, f := range phones {
		n := number{Fact: f, digits: digitsOf(f.Value)}
		for i := range entries {
			e := &entries[i]
			if e.Kind != "section" || e.Lang != original || !strings.Contains(e.Text, f.Value) {
				continue
			}
			if n.entry == nil || len(e.Text) < len(n.entry.Text) {
				n.entry = e
			}
		}
		if n.entry != nil {
			out = append(out, n)
		}
	}
	return out
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// whose answers a message that asks whose a number of the facts is, and nothing else: with
// what the facts say of it, before the passage that tells it.
func (b *Bot) whose(t turn) (Reply, bool) {
	said := digitsOf(t.folded)
	if said == "" {
		return Reply{}, false
	}
	rest := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '-' {
			return ' '
		}
		return r
	}, t.folded)
	rest, asks := without(closeUp(rest), b.hearing.lists[whoseWords])
	rest, _ = without(rest, b.hearing.filler)
	if !asks || utf8.RuneCountInString(strings.Join(strings.Fields(rest), "")) > 0 {
		return Reply{}, false
	}
	for _, n := range b.numbers {
		if said != n.digits && (len(said) < shortNumber || !strings.HasSuffix(n.digits, said)) {
			continue
		}
		told := n.entry
		if id := b.published[t.normal]; id != "" { // a FAQ asks just that
			told = b.entry(id)
		}
		r := b.answer(t, match{entries: []*Entry{told}, confidence: 1})
		what := n.What
		if t.Lang == "en" {
			what = n.WhatEN
		}
		r.Notes = append([]string{n.Value + "\u2003" + what}, r.Notes...)
		return r, true
	}
	return Reply{}, false
}
