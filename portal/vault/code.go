package vault

import (
	"crypto/hmac"
	"encoding/binary"
	"hash"
	"sync"

	"github.com/emmansun/gmsm/sm3"
)

// coder makes codes of HMAC-SM3 under one key. What the hash makes of the key is kept with a
// hash that was used before, so that a code costs its message alone. It is safe for concurrent
// use.
type coder struct {
	key  []byte
	used sync.Pool // of hash.Hash
}

func newCoder(key []byte) *coder { return &coder{key: key} }

// code is that of [mac].
func (c *coder) code(label string, msg []byte) []byte {
	h, ok := c.used.Get().(hash.Hash)
	if !ok {
		h = hmac.New(sm3.New, c.key)
	}
	code := coded(h, label, msg)
	h.Reset() // nothing of the message stays
	c.used.Put(h)
	return code
}

// coded adds the length of the label, the label and msg to a hash; the length keeps
// ("ab","c") apart from ("a","bc").
func coded(h hash.Hash, label string, msg []byte) []byte {
	room := make([]byte, 0, 256)
	room = append(binary.BigEndian.AppendUint64(room, uint64(len(label))), label...)
	h.Write(room)
	h.Write(msg)
	return h.Sum(make([]byte, 0, sm3.Size))
}
