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

// numbersIn returns the numbers that some section tells; of several the one does that tells
// the most of them, where each is beside what it is for.
func numbersIn(phones []content.Fact, entries []Entry) []number {
	var out []number
	for _, f := range phones {
		n, most := number{Fact: f, digits: digitsOf(f.Value)}, 0
		for i := range entries {
			e := &entries[i]
			if e.Kind != "section" || e.Lang != original || !strings.Contains(e.Text, f.Value) {
				continue
			}
			if tells := told(phones, e.Text); tells > most {
				n.entry, most = e, tells
			}
		}
		if n.entry != nil {
			out = append(out, n)
		}
	}
	return out
}

// told counts the numbers that a text tells.
func told(phones []content.Fact, text string) (n int) {
	for _, f := range phones {
		if strings.Contains(text, f.Value) {
			n++
		}
	}
	return n
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
		entry := n.entry
		if id := b.published[t.normal]; id != "" { // a FAQ asks just that
			entry = b.entry(id)
		}
		r := b.answer(t, match{entries: []*Entry{entry}, confidence: 1})
		what := n.What
		if t.Lang == "en" {
			what = n.WhatEN
		}
		r.Notes = append([]string{n.Value + "\u2003" + what}, r.Notes...)
		return r, true
	}
	return Reply{}, false
}
