package search

import "math/bits"

// spots tell where the signs of a document stand, so that of a long one only those need be
// looked at that a query asks for. The places of a document lie in buckets by a hash of the
// sign, each in order.
type spots struct {
	places  []uint16 // of each document where it has its signs
	buckets []uint16 // of each document: where each of its buckets begins, and the last one ends
	first   []int32  // document to its first bucket; one more at the end
}

const (
	bucketSigns = 2         // in a bucket, about
	leastSpots  = 512       // signs of a document from which there are buckets
	mostSpots   = 1<<16 - 1 // … and up to which: places have two bytes
	spotWork    = 80        // signs that are looked through while the places of one are looked up
)

// spotDocuments files the places of all signs. Documents are divided among so many
// goroutines.
func (s *snapshot) spotDocuments(goroutines int) error {
	p := &s.spots
	p.first = make([]int32, 1, len(s.docs)+1)
	all := int32(0)
	for doc := range s.docs {
		if n := len(s.signsOf(int32(doc))); n >= leastSpots && n <= mostSpots {
			all += int32(1)<<bucketBits(n) + 1
		}
		p.first = append(p.first, all)
	}
	if all == 0 {
		return nil
	}
	p.places, p.buckets = make([]uint16, len(s.signs)), make([]uint16, all)
	return parallel(goroutines, func(i int) error {
		for doc := len(s.docs) * i / goroutines; doc < len(s.docs)*(i+1)/goroutines; doc++ {
			s.spotDocument(int32(doc))
		}
		return nil
	})
}

// signsOf returns the signs of a document, of all its units.
func (s *snapshot) signsOf(doc int32) []uint16 {
	return s.signs[s.starts[s.first[doc]]:s.starts[s.first[doc+1]]]
}

// bucketBits returns how many bits the number of a bucket has in a document of n signs.
func bucketBits(n int) int { return bits.Len(uint(n / bucketSigns)) }

// bucketOf returns the bucket of a sign; shift is what is left of 32 bits.
func bucketOf(sign uint16, shift int) uint32 { return uint32(sign) * 0x9e3779b1 >> (shift & 31) }

// shelf returns the places and buckets of a document; nil where there are none.
func (s *snapshot) shelf(doc int32) (places, buckets []uint16) {
	from, to := s.spots.first[doc], s.spots.first[doc+1]
	if from == to {
		return nil, nil
	}
	return s.spots.places[s.starts[s.first[doc]]:s.starts[s.first[doc+1]]], s.spots.buckets[from:to]
}

// spotDocument sorts the places of a document by counting.
func (s *snapshot) spotDocument(doc int32) {
	signs := s.signsOf(doc)
	places, buckets := s.shelf(doc)
	if buckets == nil {
		return
	}
	shift := 32 - bucketBits(len(signs))
	for _, sign := range signs {
		buckets[bucketOf(sign, shift)]++
	}
	end := uint16(0)
	for i, n := range buckets {
		end += n
		buckets[i] = end
	}
	for at := len(signs) - 1; at >= 0; at-- { // the last first, as each goes before those of its bucket
		b := bucketOf(signs[at], shift)
		buckets[b]--
		places[buckets[b]] = uint16(at)
	}
}

// spotted lists the places of the signs that are asked for, in order, without looking at
// the others; false where to look through all is faster. They meet as bits of a set: to put
// them in order by comparing takes several times as long.
func (r *reader) spotted(s *snapshot, doc int32, signs []uint16, out []int32) ([]int32, bool) {
	if len(signs) < len(r.used)*spotWork {
		return nil, false
	}
	places, buckets := s.shelf(doc)
	if buckets == nil {
		return nil, false
	}
	words := (len(signs) + 63) / 64
	r.present = grow(r.present, words)
	shift := 32 - bucketBits(len(signs))
	for _, sign := range r.used {
		b := bucketOf(sign, shift)
		for _, at := range places[buckets[b]:buckets[b+1]] {
			same := uint64(0) // which are nobody can foresee, so nothing branches on it
			if signs[at] == sign {
				same = 1
			}
			r.present[at>>6] |= same << (at & 63)
		}
	}
	n := 0
	for i, set := range r.present[:words] {
		for ; set != 0; set &= set - 1 {
			out[n] = int32(i<<6 | bits.TrailingZeros64(set))
			n++
		}
		r.present[i] = 0
	}
	return out[:n], true
}
