package speech

import (
	"container/list"
	"context"
	"sync"
)

// cache keeps what was made last, up to a number of bytes. What several ask for at
// the same time is made once.
type cache struct {
	limit int

	mu      sync.Mutex
	size    int
	recent  *list.List // of *sound, the latest asked for in front
	sounds  map[string]*list.Element
	pending map[string]*making
}

type sound struct {
	tag  string
	body []byte
}

// making is a sound that is being made.
type making struct {
	done chan struct{} // closed when body and err are set
	body []byte
	err  error
}

func newCache(limit int) *cache {
	return &cache{limit: limit, recent: list.New(), sounds: map[string]*list.Element{}, pending: map[string]*making{}}
}

// get returns the sound with this tag, which produce makes if it is not there.
func (c *cache) get(ctx context.Context, tag string, produce func() ([]byte, error)) ([]byte, error) {
	c.mu.Lock()
	if e, ok := c.sounds[tag]; ok {
		c.recent.MoveToFront(e)
		c.mu.Unlock()
		return e.Value.(*sound).body, nil
	}
	m, ok := c.pending[tag]
	if !ok {
		m = &making{done: make(chan struct{})}
		c.pending[tag] = m
		go c.fill(tag, m, produce)
	}
	c.mu.Unlock()
	select {
	case <-m.done:
		return m.body, m.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *cache) fill(tag string, m *making, produce func() ([]byte, error)) {
	m.body, m.err = produce()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, tag)
	close(m.done)
	if m.err != nil || len(m.body) > c.limit {
		return
	}
	c.sounds[tag] = c.recent.PushFront(&sound{tag, m.body})
	c.size += len(m.body)
	for c.size > c.limit {
		last := c.recent.Back()
		old := c.recent.Remove(last).(*sound)
		delete(c.sounds, old.tag)
		c.size -= len(old.body)
	}
}
