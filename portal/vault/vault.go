// Package vault keeps what must not be read by whoever finds the disk: the
// keys of the portal, the encryption of single fields, the blind indexes that
// find a sealed value again, the codes that show a token is ours, and the
// uploaded files.
//
// Open reads the secrets file into a Keyring (and writes one on the first
// start); Keyring.Seal and Keyring.Open work on fields, Keyring.Blind on look-up
// values, Keyring.Sign and Keyring.Verify on tokens. Files is a bucket of encrypted
// uploads under the same keys, in a directory or elsewhere. Ciphers are SM4-GCM
// (GB/T 32907), hashes are SM3 (GB/T 32905).
//
// The package knows no form, no table and no request: what a value means, and
// who may see it, is settled by the caller before it asks.
package vault

import (
	"crypto/cipher"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// ErrTampered says that sealed bytes are damaged, cut short, or stand where
// they were not sealed for.
var ErrTampered = errors.New("sealed data does not open")

// ErrUnknownKey says that the data was sealed under a key that the secrets
// file no longer, or not yet, contains.
var ErrUnknownKey = errors.New("key not in the secrets file")

// A sealed field is: version (1 byte), key id (4), nonce (12), SM4-GCM output.
const (
	fieldVersion = 1
	keyIDSize    = 4
	headerSize   = 1 + keyIDSize
	nonceSize    = 12
	tagSize      = 16
)

// Overhead is how many bytes longer than its plain text a sealed field is.
const Overhead = headerSize + nonceSize + tagSize

// Seal encrypts plain under the current data key. The same ad must be given to
// Open: naming the row and column in it (for example
// "application:REF:answers") keeps a ciphertext from opening anywhere else.
func (k *Keyring) Seal(plain, ad []byte) ([]byte, error) {
	key := k.keys.Load().currentKey()
	out := make([]byte, headerSize+nonceSize, Overhead+len(plain))
	out[0] = fieldVersion
	copy(out[1:], key.id[:])
	if err := k.read(out[headerSize:]); err != nil {
		return nil, fmt.Errorf("seal field: %w", err)
	}
	nonce := out[headerSize:]
	return key.field.Seal(out, nonce, plain, bound(out[:headerSize], ad)), nil
}

// Open decrypts what Seal returned for the same ad. The error is ErrTampered
// or ErrUnknownKey.
func (k *Keyring) Open(sealed, ad []byte) ([]byte, error) {
	id, err := fieldKeyID(sealed)
	if err != nil {
		return nil, err
	}
	key, err := k.key(id)
	if err != nil {
		return nil, err
	}
	nonce, body := sealed[headerSize:headerSize+nonceSize], sealed[headerSize+nonceSize:]
	plain, err := key.field.Open(nil, nonce, body, bound(sealed[:headerSize], ad))
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// KeyID names the data key under which a field was sealed, without opening it;
// compared with Keyring.Current it tells what a rotation left to be resealed.
func KeyID(sealed []byte) (string, error) {
	id, err := fieldKeyID(sealed)
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(id[:]), nil
}

// Reseal returns sealed as it is if it lies under the current data key, and the same
// plain text under that key otherwise.
func (k *Keyring) Reseal(sealed, ad []byte) ([]byte, error) {
	id, err := fieldKeyID(sealed)
	if err != nil {
		return nil, err
	}
	if id == k.keys.Load().current {
		return sealed, nil
	}
	plain, err := k.Open(sealed, ad)
	if err != nil {
		return nil, err
	}
	return k.Seal(plain, ad)
}

// Blind returns 32 bytes by which equal values can be found without being
// readable. The same value under another label gives unrelated bytes. The
// caller settles spelling (case, width, spaces) beforehand.
func (k *Keyring) Blind(label, value string) []byte {
	return k.keys.Load().index.code(label, []byte(value))
}

// Sign returns a 32-byte authentication code of msg for one use, the label.
func (k *Keyring) Sign(label string, msg []byte) []byte {
	return k.keys.Load().token.code(label, msg)
}

// Verify reports in constant time whether code is Sign's for label and msg.
func (k *Keyring) Verify(label string, msg, code []byte) bool {
	return hmac.Equal(k.Sign(label, msg), code)
}

// read fills b from the random source, one caller at a time: sources given by
// tests need not be safe for concurrent use.
func (k *Keyring) read(b []byte) error {
	k.randMu.Lock()
	defer k.randMu.Unlock()
	_, err := io.ReadFull(k.rand, b)
	return err
}

func fieldKeyID(sealed []byte) (id [keyIDSize]byte, err error) {
	if len(sealed) < Overhead || sealed[0] != fieldVersion {
		return id, ErrTampered
	}
	copy(id[:], sealed[1:])
	return id, nil
}

// bound puts the header before the caller's data; it has a fixed length, so no
// two pairs give the same bytes.
func bound(header, ad []byte) []byte {
	b := make([]byte, 0, len(header)+len(ad))
	return append(append(b, header...), ad...)
}

// mac is HMAC-SM3 over a label and msg under a key that is used once.
func mac(key []byte, label string, msg []byte) []byte {
	return coded(hmac.New(sm3.New, key), label, msg)
}

// sm4KeySize is the length of an SM4 key in bytes (GB/T 32907).
const sm4KeySize = 16

// derive makes an SM4 key for one purpose, so that no key is used in two ways.
func derive(key []byte, purpose string, salt []byte) []byte {
	return mac(key, "huitong/vault/"+purpose, salt)[:sm4KeySize]
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
