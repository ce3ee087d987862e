package vault_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"testing"
	"time"
)

// BenchmarkSeal seals fields with SM4-GCM and, turn by turn, with the standard
// library's AES-128-GCM as baseline: sm4/aes is how many times longer ours takes.
func BenchmarkSeal(b *testing.B) {
	k := openKeyring(b)
	aead := aesGCM(b)
	ad := []byte("application:HT1:answers")
	for _, size := range []int{18, 4 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			plain := photo(size)
			ours, baseline := alternate(b,
				func() { must(b, func() error { _, err := k.Seal(plain, ad); return err }) },
				func() {
					nonce := make([]byte, aead.NonceSize())
					rand.Read(nonce)
					aead.Seal(nonce, nonce, plain, ad)
				})
			report(b, ours, baseline)
		})
	}
}

// BenchmarkOpen is the same for reading.
func BenchmarkOpen(b *testing.B) {
	k := openKeyring(b)
	aead := aesGCM(b)
	ad := []byte("application:HT1:answers")
	for _, size := range []int{18, 4 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			plain, nonce := photo(size), make([]byte, aead.NonceSize())
			sm, ae := seal(b, k, string(plain), string(ad)), aead.Seal(nil, nonce, plain, ad)
			ours, baseline := alternate(b,
				func() { must(b, func() error { _, err := k.Open(sm, ad); return err }) },
				func() { must(b, func() error { _, err := aead.Open(nil, nonce, ae, ad); return err }) })
			report(b, ours, baseline)
		})
	}
}

// BenchmarkPut stores a phone photo durably.
func BenchmarkPut(b *testing.B) {
	f := openFiles(b)
	content := photo(testLimit)
	id := f.put(b, content)
	b.SetBytes(testLimit)
	for b.Loop() {
		must(b, func() error { _, err := f.Put(context.Background(), id, bytes.NewReader(content)); return err })
	}
}

func aesGCM(b *testing.B) cipher.AEAD {
	b.Helper()
	block, err := aes.NewCipher(photo(16))
	if err != nil {
		b.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		b.Fatal(err)
	}
	return aead
}

// alternate runs both in batches, one after the other, so that a busy machine
// slows both alike.
func alternate(b *testing.B, ours, baseline func()) (a, c time.Duration) {
	const batch = 64
	for b.Loop() {
		start := time.Now()
		for range batch {
			ours()
		}
		middle := time.Now()
		for range batch {
			baseline()
		}
		a, c = a+middle.Sub(start), c+time.Since(middle)
	}
	return a / batch, c / batch
}

func report(b *testing.B, ours, baseline time.Duration) {
	n := float64(b.N)
	b.ReportMetric(float64(ours)/n, "sm4-ns")
	b.ReportMetric(float64(baseline)/n, "aes-ns")
	b.ReportMetric(float64(ours)/float64(baseline), "sm4/aes")
	b.ReportMetric(0, "ns/op") // would count both
}

func must(b *testing.B, f func() error) {
	b.Helper()
	if err := f(); err != nil {
		b.Fatal(err)
	}
}
