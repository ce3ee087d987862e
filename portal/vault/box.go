package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"
)

// A box is closed by somebody who cannot open it again: a browser with a public key,
// by what every browser has. It is the sender's public key (65 bytes), a nonce (12) and
// AES-256-GCM output. Only who holds the private key opens it.
const (
	boxPoint = 65
	boxInfo  = "huitong box 1"
)

// NewBoxKey draws a pair of keys for boxes: the private one to be sealed and kept, the
// public one to be given away.
func NewBoxKey(random io.Reader) (private, public []byte, err error) {
	key, err := ecdh.P256().GenerateKey(random)
	if err != nil {
		return nil, nil, fmt.Errorf("draw a key for boxes: %w", err)
	}
	return key.Bytes(), key.PublicKey().Bytes(), nil
}

// OpenBox returns what is in a box that was closed for ad. The error is [ErrTampered]
// for one that is damaged, or was closed for something else.
func OpenBox(private, box, ad []byte) ([]byte, error) {
	if len(box) < boxPoint+nonceSize+tagSize {
		return nil, ErrTampered
	}
	own, err := ecdh.P256().NewPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("key for boxes: %w", err)
	}
	theirs, err := ecdh.P256().NewPublicKey(box[:boxPoint])
	if err != nil {
		return nil, ErrTampered
	}
	gcm, err := boxCipher(own, theirs, box[:boxPoint])
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, box[boxPoint:boxPoint+nonceSize], box[boxPoint+nonceSize:], ad)
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// CloseBox closes a box as a browser does. The portal itself has no use for it but to
// show that both sides agree.
func CloseBox(random io.Reader, public, plain, ad []byte) ([]byte, error) {
	theirs, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("key for boxes: %w", err)
	}
	own, err := ecdh.P256().GenerateKey(random)
	if err != nil {
		return nil, fmt.Errorf("draw a key for boxes: %w", err)
	}
	box := own.PublicKey().Bytes()
	gcm, err := boxCipher(own, theirs, box)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceSize)
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	return gcm.Seal(append(box, nonce...), nonce, plain, ad), nil
}

func boxCipher(own *ecdh.PrivateKey, theirs *ecdh.PublicKey, salt []byte) (cipher.AEAD, error) {
	shared, err := own.ECDH(theirs)
	if err != nil {
		return nil, ErrTampered
	}
	key, err := hkdf.Key(sha256.New, shared, salt, boxInfo, 32)
	if err != nil {
		return nil, fmt.Errorf("key of a box: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("key of a box: %w", err)
	}
	return cipher.NewGCM(block)
}
