package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"huitong/content"
)

// livesIn returns the place that the message is about, if it says nothing besides
// that somebody lives there or looks for somebody there.
func (h *hearing) livesIn(closed *spelling) (content.Place, bool) {
	found := h.finder.apart(closed)
	for i := found.first(); i >= 0 && i < len(h.places); i++ {
		if !found.has(i) {
			continue
		}
		p := h.places[i]
		rest := h.withoutVillage(h.without(p.place, closed.text))
		if h.saysNothing(rest) {
			return p.place, true
		}
	}
	return content.Place{}, false
}

// without takes the names of a place out of a text: people put the new one and the
// old one together.
func (h *hearing) without(p content.Place, text string) string {
	var names []string
	for _, other := range h.places {
		if other.place.ID == p.ID {
			names = append(names, closeUp(other.name))
		}
	}
	text, _ = without(text, names)
	return text
}

// saysNothing reports whether a text is made of words of living and looking for
// somebody, of filler and of words that name no topic.
func (h *hearing) saysNothing(text string) bool {
	text, _ = without(text, h.nothing)
	return utf8.RuneCountInString(strings.Join(strings.Fields(text), "")) <= 1
}

// passOver lists the words that say nothing of what somebody wants who names a place, the
// longest first.
func (h *hearing) passOver(l *lexicon) {
	h.nothing = slices.Concat(h.lists[livesWords], h.filler)
	for _, p := range l.phrases[l.groups[genericGroup]] {
		h.nothing = append(h.nothing, strings.Join(p.tokens, ""))
	}
	slices.SortStableFunc(h.nothing, func(x, y string) int { return cmp.Compare(len(y), len(x)) })
}

// handOver tells how to reach the children's director of a place. The facts have no
// telephone numbers of places, so there are none here either.
func (b *Bot) handOver(t turn, p content.Place) Reply {
	m := t.memory.settled()
	r := Reply{
		Outcome: HandOver, Answer: strings.ReplaceAll(b.words.Say(content.SayTown, t.Lang), "{place}", p.Name(t.Lang)),
		Confidence: 1, Conversation: m.String(), Place: p.ID,
	}
	r.Citations = b.citing(nil, "three-level-network", "village", t.Lang)
	return b.waiting(t, r, m)
}

// toPeople tells where somebody answers who is no program. A check that is under way
// waits.
func (b *Bot) toPeople(t turn) Reply {
	m := t.memory.settled()
	r := Reply{Outcome: HandOver, Answer: b.words.Say(content.SayPerson, t.Lang), Confidence: 1, Conversation: m.String()}
	return b.waiting(t, r, m)
}

// account returns the passage for a question about one's own application, which
// nothing but its status page can answer; unless unsure says that no other passage
// does, the words have to be sure ones.
func (b *Bot) account(closed *spelling, unsure bool) (*Entry, bool) {
	if b.hearing.accounts.apart(closed) == nil { // as of nearly all questions: they are read once, not for each
		return nil, false
	}
	for i := range b.hearing.account {
		a := &b.hearing.account[i] // not copied: its finder is large
		if (a.Sure || unsure) && a.says(closed) {
			page, section, _ := strings.Cut(a.Section, "#")
			e, ok := b.entries[page+".section."+section]
			return e, ok
		}
	}
	return nil, false
}
