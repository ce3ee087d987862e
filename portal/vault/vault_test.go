package vault_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"

	"huitong/portal/vault"
)

func openKeyring(t testing.TB) *vault.Keyring {
	t.Helper()
	k, err := vault.Open(filepath.Join(t.TempDir(), "secrets.json"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func seal(t testing.TB, k *vault.Keyring, plain, ad string) []byte {
	t.Helper()
	sealed, err := k.Seal([]byte(plain), []byte(ad))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// GB/T 32907-2016, annex A.
func TestSM4KnownAnswers(t *testing.T) {
	key := unhex(t, "0123456789abcdef fedcba9876543210")
	block, err := sm4.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	got := bytes.Clone(key)
	block.Encrypt(got, got)
	if want := unhex(t, "681edf34d206965e 86b3e94f536e4246"); !bytes.Equal(got, want) {
		t.Errorf("SM4 once = %x; want %x", got, want)
	}
	for range 999_999 {
		block.Encrypt(got, got)
	}
	if want := unhex(t, "595298c7c6fd271f 0402f804c33d3f66"); !bytes.Equal(got, want) {
		t.Errorf("SM4 a million times = %x; want %x", got, want)
	}
}

// GB/T 32905-2016, annex A.
func TestSM3KnownAnswers(t *testing.T) {
	for message, want := range map[string]string{
		"abc":                      "66c7f0f4 62eeedd9 d1f2d46b dc10e4e2 4167c487 5cf2f7a2 297da02b 8f4ba8e0",
		strings.Repeat("abcd", 16): "debe9ff9 2275b8a1 38604889 c18e5a4d 6fdb70e5 387e5765 293dcba3 9c0c5732",
	} {
		if got := sm3.Sum([]byte(message)); !bytes.Equal(got[:], unhex(t, want)) {
			t.Errorf("SM3(%q) = %x; want %s", message, got, want)
		}
	}
}

func TestSealOpens(t *testing.T) {
	k := openKeyring(t)
	for _, plain := range []string{"", "1", "442000201503150012", strings.Repeat("长", 100_000)} {
		sealed := seal(t, k, plain, "application:HT1:answers")
		if got, want := len(sealed), len(plain)+vault.Overhead; got != want {
			t.Errorf("sealed length = %d; want %d", got, want)
		}
		if len(plain) > 4 && bytes.Contains(sealed, []byte(plain)) {
			t.Error("plain text stands in the sealed field")
		}
		got, err := k.Open(sealed, []byte("application:HT1:answers"))
		if err != nil || string(got) != plain {
			t.Errorf("Open(Seal(%d bytes)) = %d bytes, %v; want them back", len(plain), len(got), err)
		}
	}
	if bytes.Equal(seal(t, k, "same", "ad"), seal(t, k, "same", "ad")) {
		t.Error("the same field sealed twice gives the same bytes")
	}
}

func TestOpenRefuses(t *testing.T) {
	k, other := openKeyring(t), openKeyring(t)
	sealed := seal(t, k, "442000201503150012", "application:HT1:answers")
	tests := []struct {
		name   string
		keys   *vault.Keyring
		sealed []byte
		ad     string
		want   error
	}{
		{"another row", k, sealed, "application:HT2:answers", vault.ErrTampered},
		{"no row", k, sealed, "", vault.ErrTampered},
		{"another keyring", other, sealed, "application:HT1:answers", vault.ErrUnknownKey},
		{"nothing", k, nil, "", vault.ErrTampered},
		{"one byte more", k, append(bytes.Clone(sealed), 0), "application:HT1:answers", vault.ErrTampered},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.keys.Open(test.sealed, []byte(test.ad))
			if got != nil || !errors.Is(err, test.want) {
				t.Errorf("Open = %q, %v; want %v", got, err, test.want)
			}
		})
	}
}

func TestEveryByteIsGuarded(t *testing.T) {
	k := openKeyring(t)
	ad := []byte("application:HT1:answers")
	sealed := seal(t, k, "442000201503150012", string(ad))
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		want := vault.ErrTampered
		if i >= 1 && i < 5 { // the key id
			want = vault.ErrUnknownKey
		}
		if got, err := k.Open(bad, ad); got != nil || !errors.Is(err, want) {
			t.Errorf("byte %d changed: Open = %q, %v; want %v", i, got, err, want)
		}
		if got, err := k.Open(sealed[:i], ad); got != nil || !errors.Is(err, vault.ErrTampered) {
			t.Errorf("cut to %d bytes: Open = %q, %v; want %v", i, got, err, vault.ErrTampered)
		}
	}
}

// A field sealed under one key must not open as one of another key that the
// ring also holds.
func TestKeyIDIsGuarded(t *testing.T) {
	k := openKeyring(t)
	old := seal(t, k, "text", "ad")
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	bad := append(bytes.Clone(seal(t, k, "", ""))[:5], old[5:]...)
	if _, err := k.Open(bad, []byte("ad")); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("Open under another key = %v; want %v", err, vault.ErrTampered)
	}
}

func TestBlind(t *testing.T) {
	k, other := openKeyring(t), openKeyring(t)
	base := k.Blind("child.id", "442000201503150012")
	if len(base) != 32 || !bytes.Equal(base, k.Blind("child.id", "442000201503150012")) {
		t.Errorf("Blind = %x; want the same 32 bytes each time", base)
	}
	for name, got := range map[string][]byte{
		"value":          k.Blind("child.id", "442000201503150013"),
		"label":          k.Blind("guardian.id", "442000201503150012"),
		"border of both": k.Blind("child.id4", "42000201503150012"),
		"keyring":        other.Blind("child.id", "442000201503150012"),
		"purpose":        k.Sign("child.id", []byte("442000201503150012")),
	} {
		if bytes.Equal(base, got) {
			t.Errorf("another %s gives the same index", name)
		}
	}
}

func TestSignAndVerify(t *testing.T) {
	k, other := openKeyring(t), openKeyring(t)
	code := k.Sign("session", []byte("officer 7"))
	if !k.Verify("session", []byte("officer 7"), code) {
		t.Error("Verify refuses its own code")
	}
	for i := range code {
		bad := bytes.Clone(code)
		bad[i] ^= 0x80
		if k.Verify("session", []byte("officer 7"), bad) || k.Verify("session", []byte("officer 7"), code[:i]) {
			t.Errorf("Verify accepts a code changed or cut at byte %d", i)
		}
	}
	if k.Verify("csrf", []byte("officer 7"), code) || k.Verify("session", []byte("officer 8"), code) || other.Verify("session", []byte("officer 7"), code) {
		t.Error("Verify accepts a code of another label, message or keyring")
	}
}

func TestKeyringDoesNotPrint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	k, err := vault.Open(path, bytes.NewReader(bytes.Repeat([]byte{0xab}, 1000)))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got, want := fmt.Sprintf(verb, k), "vault.Keyring"; got != want {
			t.Errorf("Sprintf(%q) = %q; want %q", verb, got, want)
		}
	}
}

func TestRandomSourceFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	if _, err := vault.Open(path, bytes.NewReader(make([]byte, 70))); err == nil {
		t.Error("Open with a dry random source succeeds")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a secrets file was written: %v", err)
	}
	k, err := vault.Open(path, bytes.NewReader(make([]byte, 32+32+4+16)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.Seal([]byte("text"), nil); err == nil {
		t.Errorf("Seal with a dry random source = %x; want an error", got)
	}
}

func FuzzOpen(f *testing.F) {
	k := openKeyring(f)
	sealed := seal(f, k, "442000201503150012", "ad")
	f.Add(sealed, []byte("ad"))
	f.Add(sealed[:vault.Overhead], []byte("ad"))
	f.Add([]byte{1}, []byte(nil))
	f.Fuzz(func(t *testing.T, in, ad []byte) {
		got, err := k.Open(in, ad)
		genuine := bytes.Equal(in, sealed) && string(ad) == "ad"
		if genuine != (err == nil) {
			t.Errorf("Open(%x, %q) = %q, %v", in, ad, got, err)
		}
		if err != nil && !errors.Is(err, vault.ErrTampered) && !errors.Is(err, vault.ErrUnknownKey) {
			t.Errorf("Open(%x, %q): error %v has no kind", in, ad, err)
		}
	})
}

// TestCodesOverAndOver signs from many sides at once, and in the order of short after long:
// nothing of one message is in the code of another.
func TestCodesOverAndOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.json")
	k, err := vault.Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var secrets struct {
		Token []byte `json:"token_key"`
		Index []byte `json:"index_key"`
	}
	if err := json.Unmarshal(text, &secrets); err != nil {
		t.Fatal(err)
	}
	want := func(key []byte, label, msg string) []byte {
		h := hmac.New(sm3.New, key)
		_ = binary.Write(h, binary.BigEndian, uint64(len(label)))
		_, _ = io.WriteString(h, label+msg)
		return h.Sum(nil)
	}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for n := range 50 {
				label, msg := strings.Repeat("l", i*40), strings.Repeat("m", (n*37)%300)
				if !bytes.Equal(k.Sign(label, []byte(msg)), want(secrets.Token, label, msg)) {
					t.Errorf("Sign(%d, %d) is no HMAC-SM3", len(label), len(msg))
				}
				if !bytes.Equal(k.Blind(label, msg), want(secrets.Index, label, msg)) {
					t.Errorf("Blind(%d, %d) is no HMAC-SM3", len(label), len(msg))
				}
			}
		})
	}
	wait.Wait()
}
