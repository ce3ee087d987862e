package search

import (
	"encoding/binary"
	"sync"
)

const (
	pageSize  = 1 << 10
	slabPages = 64
	linkSize  = 4 // bytes of the number of a page
)

// page is a piece of the memory that an index is built in and stays in.
type page [pageSize]byte

// book hands out numbered pages. Those that are given back are handed out again, so
// that what is read while an index is built turns into the index, and nothing is left
// to the garbage collector.
type book struct {
	mu    sync.Mutex
	pages []*page
	free  []uint32
}

// take returns a page, with what the last user has left in it.
func (b *book) take() (uint32, *page) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.free) == 0 {
		slab := new([slabPages]page)
		for i := range slab {
			b.free = append(b.free, uint32(len(b.pages)+slabPages-1-i))
		}
		for i := range slab {
			b.pages = append(b.pages, &slab[i])
		}
	}
	n := b.free[len(b.free)-1]
	b.free = b.free[:len(b.free)-1]
	return n, b.pages[n]
}

func (b *book) give(n uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free = append(b.free, n)
}

// at returns a page while others may be taken.
func (b *book) at(n uint32) *page {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pages[n]
}

func (p *page) link(at int) uint32          { return binary.LittleEndian.Uint32(p[at:]) }
func (p *page) setLink(at int, to uint32)   { binary.LittleEndian.PutUint32(p[at:], to) }
func (p *page) varint(at int, v uint32) int { return at + binary.PutUvarint(p[at:], uint64(v)) }

// readVarint returns a number and where the next one begins.
func (p *page) readVarint(at int) (uint32, int) {
	v := uint32(p[at] & 0x7f)
	for shift := 7; p[at] >= 0x80; shift += 7 {
		at++
		v |= uint32(p[at]&0x7f) << shift
	}
	return v, at + 1
}
