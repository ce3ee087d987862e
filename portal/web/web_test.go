package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"testing"

	"huitong/bot"
	"huitong/content"
	"huitong/content/contenttest"
	"huitong/portal/locale"
	"huitong/search"
)

// library is the real content, loaded once: it never changes.
var library = sync.OnceValues(func() (*content.Library, error) { return content.Load(content.Embedded()) })

type testEngines struct {
	index   *search.Index
	bot     *bot.Bot
	suggest *search.Suggester
}

var loadEngines = sync.OnceValues(func() (testEngines, error) {
	lib, err := library()
	if err != nil {
		return testEngines{}, err
	}
	n, err := search.NewNormalizer(strings.NewReader(lib.Synonyms))
	if err != nil {
		return testEngines{}, err
	}
	index := search.NewIndex(n)
	if err := index.Index(context.Background(), bot.Documents(lib)); err != nil {
		return testEngines{}, err
	}
	b, err := bot.Load(contenttest.Lean(lib), n, index, nil)
	return testEngines{index, b, search.NewSuggester(index, append(bot.Documents(lib), Terms(lib)...))}, err
})

var catalog = sync.OnceValues(locale.Default)

// testContent is the real content with real engines.
func testContent(t testing.TB) *Content {
	t.Helper()
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	engines, err := loadEngines()
	if err != nil {
		t.Fatal(err)
	}
	return &Content{Library: lib, Bot: engines.bot, Search: engines.index, Suggest: engines.suggest}
}

func newTestServer(t testing.TB, change func(*Config)) *Server {
	t.Helper()
	texts, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	current := testContent(t)
	cfg := Config{Content: func() *Content { return current }, Catalog: texts, Signer: testSigner{}, Cases: Cases{Feedback: &feedbackBox{}}}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// testSigner signs like the vault, with a key that is no secret.
type testSigner struct{}

func (testSigner) Sign(label string, msg []byte) []byte {
	sum := sha256.Sum256(append([]byte("test key "+label+" "), msg...))
	return sum[:]
}

func (s testSigner) Verify(label string, msg, code []byte) bool {
	return bytes.Equal(s.Sign(label, msg), code)
}
