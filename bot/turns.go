package bot

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"huitong/content"
	"huitong/search"
)

// aboutTurns takes a message that is about the conversation itself: to be told again, in
// plainer words or something else, or that another child is meant.
func (b *Bot) aboutTurns(t turn, meaning string) (Reply, bool) {
	open := t.memory.Check != nil && t.memory.Check.Asks != ""
	switch {
	case open && (meaning == "repeat" || meaning == "plainer"):
		return b.question(t), true
	case meaning == "repeat":
		if e := b.lastTold(t.memory); e != nil {
			return b.answer(t, match{entries: []*Entry{e}, confidence: 1}), true
		}
		return b.remark(t, content.SayNothing), true
	case meaning == "plainer":
		return b.plainer(t)
	case meaning == "source" || meaning == "grounds" || meaning == "phone":
		return b.partOf(t, meaning)
	case meaning == "unknown" && t.memory.Check == nil && len(t.memory.Choices) == 0 && !t.memory.Clarified,
		meaning == "other" && len(t.memory.Choices) == 0:
		r := b.remark(t, content.SayOther)
		return b.waiting(t, r, t.memory), true
	case b.hearing.anotherChild(t.closed):
		return b.another(t)
	}
	return Reply{}, false
}

// lastTold returns the entry that was quoted last; nil if none was.
func (b *Bot) lastTold(m memory) *Entry {
	for _, hash := range slices.Backward(m.Asked) {
		for _, e := range b.entries {
			if e.Policy == m.Policy && e.Section == m.Section && hashOf(e.ID) == hash {
				return e
			}
		}
	}
	return nil
}

// partOf quotes the whole of the section that was told a part of, what its policy rests on, or
// whom to ask about it, to who wants to see where that comes from or whom to call.
func (b *Bot) partOf(t turn, meaning string) (Reply, bool) {
	sections := map[string]string{"source": t.memory.Section, "grounds": groundsSection, "phone": contactSection}
	e, ok := b.entries[t.memory.Policy+".section."+sections[meaning]]
	if !ok && meaning == "grounds" {
		e, ok = b.passage(t.memory.Policy, t.memory.Section)
	}
	if !ok {
		return Reply{}, false
	}
	return b.answer(t, match{entries: []*Entry{e}, confidence: 1}), true
}

// plainer tells the section that was quoted last in its plain words.
func (b *Bot) plainer(t turn) (Reply, bool) {
	whole, ok := b.passage(t.memory.Policy, t.memory.Section)
	if !ok || b.policies[t.memory.Policy] == nil { // nothing was told, or what has no plain words
		return b.waiting(t, b.remark(t, content.SayOther), t.memory), true
	}
	p := b.policyIn(t.memory.Policy, t.Lang)
	i := slices.IndexFunc(p.Sections, func(s content.Section) bool { return s.ID == whole.Section })
	if i < 0 || p.Sections[i].Plain == "" {
		return Reply{}, false
	}
	r := Reply{
		Outcome: Answer, Answer: p.Sections[i].Plain, Confidence: 1, Entry: whole.ID,
		Notes: []string{b.words.Say(content.SayPlainer, t.Lang)}, Citations: []Citation{b.in(whole, t.Lang).cite()},
	}
	return b.finish(t, r, t.memory.settled()), true
}

// another turns to another child: what was answered is of the one before.
func (b *Bot) another(t turn) (Reply, bool) {
	p := b.checkable(t.memory.Policy)
	if c := t.memory.Check; c != nil {
		r := b.begin(t, b.policies[c.Policy])
		r.Notes = []string{b.words.Say(content.SayAnother, t.Lang)}
		return r, true
	}
	if p == nil {
		return Reply{}, false
	}
	t.memory = t.memory.settled()
	t.memory.Offer = p.Slug
	r := b.remark(t, content.SayAnother)
	r.Offer, r.Citations = b.words.Say(content.SayOffer, t.Lang), b.citing(nil, p.Slug, p.Sections[0].ID, t.Lang)
	return r, true
}

// anotherChild reports whether a message says nothing but which child is meant.
func (h *hearing) anotherChild(closed *spelling) bool {
	rest, meant := h.meant.from(closed)
	if !meant {
		return false
	}
	rest, child := h.siblings.from(spell(rest))
	if !child {
		return false
	}
	rest, _ = without(rest, h.filler)
	return strings.TrimSpace(rest) == ""
}

// village matches the name of one, which says no more than the town does: the site finds
// its director on a page.
var village = regexp.MustCompile(`\p{Han}{1,6}?(?:村委会|居委会|社区|村)`)

// withoutVillage takes such names out of a text.
func (h *hearing) withoutVillage(text string) string {
	return village.ReplaceAllStringFunc(text, func(name string) string {
		if h.asks(name) {
			return name
		}
		return " "
	})
}

// misspelt returns the place whose whole name, or its name behind a word of living, is heard
// in a message that says nothing else. Only names of the towns are heard so, or what stands
// behind words of living.
func (h *hearing) misspelt(folded string) (content.Place, bool) {
	lives := h.saysLives(folded)
	if !lives && !strings.ContainsAny(folded, kindsOfTown) { // people write that right; most messages have none
		return content.Place{}, false
	}
	text := []rune(closeUp(folded))
	if len(text) > longestPlea {
		return content.Place{}, false
	}
	for _, p := range h.places {
		name := []rune(closeUp(p.name))
		last := name[len(name)-1]
		if !isHan(name[0]) || len(name) < 2 || !lives && !strings.ContainsRune(kindsOfTown, last) {
			continue
		}
		for at := 0; at+len(name) <= len(text); at++ {
			if text[at+len(name)-1] != last && !lives || !sameSound(text[at:at+len(name)], name) {
				continue
			}
			rest := string(text[:at]) + " " + string(text[at+len(name):])
			if h.saysNothing(h.withoutVillage(rest)) {
				return p.place, true
			}
		}
	}
	return content.Place{}, false
}

// saysLives reports whether folded text holds words before the name of where one lives.
func (h *hearing) saysLives(folded string) bool {
	return strings.ContainsAny(folded, beforePlaces) && slices.ContainsFunc(h.lists[livesWords], func(w string) bool {
		at, size := utf8.DecodeLastRuneInString(w)
		return size < len(w) && strings.ContainsRune(beforePlaces, at) && strings.Contains(folded, w)
	})
}

// beforePlaces are the last characters of words that stand before the name of where one lives.
const beforePlaces = "在住喺"

// kindsOfTown are the last characters of the names of towns and subdistricts.
const kindsOfTown = "镇道区"

// longestPlea is how long a message may be, in characters, that only says where one lives.
const longestPlea = 24

// sameSound reports whether two words of Chinese characters are read alike.
func sameSound(a, b []rune) bool {
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		if sound := search.Sound(a[i]); sound == "" || sound != search.Sound(b[i]) {
			return false
		}
	}
	return true
}
