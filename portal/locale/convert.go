package locale

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/longbridgeapp/opencc"
)

// cacheBytes bounds the texts a converter keeps; the whole published content,
// before and after, is well below it.
const cacheBytes = 16 << 20

// openCC builds the dictionaries once (about 50 ms): the Hong Kong set, which
// decides characters by phrase. The Taiwan set with its own vocabulary would
// give readers in Zhongshan, Hong Kong and Macau words they do not use.
var openCC = sync.OnceValues(func() (*opencc.OpenCC, error) { return opencc.New("s2hk") })

// converter turns simplified into traditional Chinese: by OpenCC, then by the
// words of messages/words.toml. It is for published text: a family name such as
// 范 or 后 may come out as the common word, so what people typed is left alone.
type converter struct {
	cc    *opencc.OpenCC
	words *strings.Replacer

	mu   sync.RWMutex
	done map[string]string
	size int // bytes in done
}

func newConverter(fsys fs.FS) (*converter, error) {
	const name = "messages/words.toml"
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("load words: %w", err)
	}
	var words map[string]string
	if err := decodeTOML(text, &words); err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	cc, err := openCC()
	if err != nil {
		return nil, fmt.Errorf("load conversion dictionaries: %w", err)
	}
	return &converter{cc: cc, words: longestFirst(words), done: map[string]string{}}, nil
}

// longestFirst makes the longer of two words win that begin alike.
func longestFirst(words map[string]string) *strings.Replacer {
	keys := slices.SortedFunc(maps.Keys(words), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	var pairs []string
	for _, k := range keys {
		pairs = append(pairs, k, words[k])
	}
	return strings.NewReplacer(pairs...)
}

func (c *converter) convert(text string) string {
	c.mu.RLock()
	out, ok := c.done[text]
	c.mu.RUnlock()
	if ok {
		return out
	}
	out = c.words.Replace(c.characters(text))
	c.keep(text, out)
	return out
}

// keep starts over when the cache is full, which published texts never cause.
func (c *converter) keep(text, out string) {
	size := len(text) + len(out)
	if size > cacheBytes {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size+size > cacheBytes {
		clear(c.done)
		c.size = 0
	}
	if _, ok := c.done[text]; !ok {
		c.done[text] = out
		c.size += size
	}
}

// characters gives OpenCC the runs outside ASCII only: it is slow, and half of
// a page is markup.
func (c *converter) characters(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for text != "" {
		n := runLength(text, func(c byte) bool { return c < utf8.RuneSelf })
		b.WriteString(text[:n])
		text = text[n:]
		n = runLength(text, func(c byte) bool { return c >= utf8.RuneSelf })
		b.WriteString(c.run(text[:n]))
		text = text[n:]
	}
	return b.String()
}

func (c *converter) run(text string) string {
	if text == "" || !utf8.ValidString(text) {
		return text
	}
	// It fails only without dictionaries, and New has loaded them.
	out, err := c.cc.Convert(text)
	if err != nil {
		return text
	}
	return out
}

func runLength(text string, in func(byte) bool) int {
	for i := range len(text) {
		if !in(text[i]) {
			return i
		}
	}
	return len(text)
}
