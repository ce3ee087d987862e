package bot

import (
	"container/list"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"
)

// Keeper answers for a bot and remembers the replies to what was asked last: many
// families ask the same, and the same question in the same state of a conversation has
// the same answer while the bot knows the same, as long as its search engine always finds
// the same. A question is kept as a hash with a secret of this process, so that nobody
// can read from memory what was asked, and no reply with the answers of a check is kept.
// A Keeper is safe for concurrent use.
type Keeper struct {
	bot    *Bot
	most   int
	secret [16]byte

	mu     sync.Mutex
	places map[questionKey]*list.Element
	recent *list.List // of keptReply, the last used first
}

type questionKey [sha256.Size]byte

type keptReply struct {
	key   questionKey
	knows *learnt // what the bot had learnt
	reply Reply
}

// NewKeeper remembers up to so many replies of a bot.
func NewKeeper(b *Bot, most int) *Keeper {
	k := &Keeper{bot: b, most: most, places: map[questionKey]*list.Element{}, recent: list.New()}
	_, _ = rand.Read(k.secret[:]) // never fails
	return k
}

// Ask answers as [Bot.Ask] does.
func (k *Keeper) Ask(ctx context.Context, q Question) (Reply, error) {
	key, knows := k.key(q), k.bot.learnt.Load()
	if reply, ok := k.find(key, knows); ok {
		return reply, nil
	}
	reply, err := k.bot.Ask(ctx, q)
	if err == nil {
		k.keep(key, knows, reply)
	}
	return reply, err
}

// Alarming is that of the bot.
func (k *Keeper) Alarming(ctx context.Context, q Question) (bool, error) {
	return k.bot.Alarming(ctx, q)
}

// key returns what a question is kept under; the parts cannot run into each other, as
// no language and no conversation has a zero byte.
func (k *Keeper) key(q Question) questionKey {
	b := make([]byte, 0, 512)
	b = append(append(b, k.secret[:]...), q.Lang...)
	b = append(append(b, 0), q.Conversation...)
	return sha256.Sum256(append(append(b, 0), q.Text...))
}

// find returns the reply to a question that was asked before, if it was given by what
// the bot knows now.
func (k *Keeper) find(key questionKey, knows *learnt) (Reply, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at, ok := k.places[key]
	if !ok {
		return Reply{}, false
	}
	kept, _ := at.Value.(*keptReply)
	if kept.knows != knows {
		return Reply{}, false
	}
	k.recent.MoveToFront(at)
	return kept.reply.copied(), true
}

// keep remembers a reply; that which was used longest ago makes room.
func (k *Keeper) keep(key questionKey, knows *learnt, r Reply) {
	if r.Check != nil || strings.Contains(r.Conversation, `"k":`) { // see memory.Check
		return
	}
	kept := &keptReply{key, knows, r.copied()}
	k.mu.Lock()
	defer k.mu.Unlock()
	if at, ok := k.places[key]; ok {
		at.Value = kept
		k.recent.MoveToFront(at)
		return
	}
	k.places[key] = k.recent.PushFront(kept)
	if k.recent.Len() > k.most {
		last, _ := k.recent.Remove(k.recent.Back()).(*keptReply)
		delete(k.places, last.key)
	}
}

// copied returns the reply with lists of its own, which whoever gets it may change.
func (r Reply) copied() Reply {
	r.Citations, r.Suggestions, r.Notes = slices.Clone(r.Citations), slices.Clone(r.Suggestions), slices.Clone(r.Notes)
	r.Choices, r.Links = slices.Clone(r.Choices), slices.Clone(r.Links)
	return r
}
