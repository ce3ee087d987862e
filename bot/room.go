package bot

import (
	"slices"

	"huitong/search"
)

// room is the memory in which one question after the other is made ready: to ask for it anew
// each time costs as much as some of what is done with it. It holds what nothing refers to any
// more when the reply is there.
type room struct {
	plain, normal, apart []sign
	tokens               []string
	first                []int32
	spelled              [3]spelling
	hits                 []search.Hit
}

// spell spells a text, unless it is that of another spelling.
func (r *room) spell(i int, text string, other *spelling) *spelling {
	if other != nil && other.text == text {
		return other
	}
	r.spelled[i].take(text)
	return &r.spelled[i]
}

// roomFor returns room for so many signs, that of *old, where that has it.
func roomFor(old *[]sign, n int) []sign {
	*old = slices.Grow((*old)[:0], n)
	return *old
}

// groups returns a number for each group, all of them 0. Those that it has returned before stay
// as they are until the next question.
func (r *room) groups(n int) []int32 {
	if cap(r.first)-len(r.first) < n {
		r.first = make([]int32, 0, max(n, 2*cap(r.first)))
	}
	at := len(r.first)
	r.first = r.first[:at+n]
	out := r.first[at : at+n : at+n]
	clear(out)
	return out
}

// enter takes a room for a question, which is to be left when there is a reply.
func (b *Bot) enter() *room {
	r, _ := b.rooms.Get().(*room)
	if r == nil {
		r = new(room)
	}
	r.first = r.first[:0]
	return r
}

// leave makes the room free for the next question.
func (b *Bot) leave(r *room) {
	clear(r.tokens[:cap(r.tokens)]) // it keeps nothing that somebody has written
	r.tokens = r.tokens[:0]
	for i := range r.spelled {
		clear(r.spelled[i].spots)
		r.spelled[i].text = ""
	}
	clear(r.hits) // nor what has been published before
	b.rooms.Put(r)
}
