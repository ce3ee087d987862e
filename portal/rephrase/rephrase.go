// Package rephrase has a language model put an answer of the bot into other words,
// and believes nothing that it says. It is an option: the site answers without it.
//
// A [Model] is any server that speaks the chat completions of OpenAI's API. It gets
// the question, with everything personal masked, and the published passages that
// answer it, all of it as data. Of its reply only those sentences stay that the
// passages support by the rules of support.go: the same figures with the same
// units, the same names, no address, no negation or limit gained or lost, and
// words that stand in the passages. Cautions of the published answer are put back
// if they got lost. Whatever goes wrong, a stall, an error, a reply of nonsense,
// the answer is the published one.
//
// The package refuses to know HTTP requests of visitors, the bot and the content.
// Neither questions nor replies nor the key are ever logged.
package rephrase

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"huitong/portal/casework"
)

// DefaultTimeout is how long a visitor waits for the model, if no other time is set.
const DefaultTimeout = 4 * time.Second

// Limits of a Model: requests at once, failures in a row after which it is left
// alone, and for how long.
const (
	atOnce    = 4
	patience  = 3
	leftAlone = 30 * time.Second
)

// Errors of a model that is not asked.
var (
	errBusy    = errors.New("too many requests are under way")
	errResting = errors.New("it has failed several times in a row")
)

// Config names the server. It never shows its key.
type Config struct {
	URL     string // with or without /v1 or /v1/chat/completions at its end
	Key     string // "" for a server that wants none
	Model   string
	Timeout time.Duration // 0 means DefaultTimeout
}

// LogValue implements slog.LogValuer.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("url", c.URL), slog.String("model", c.Model))
}

// Endpoint returns the address that requests go to. The error says what is wrong
// with the URL, without repeating it.
func (c Config) Endpoint() (string, error) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return "", errors.New("is not a web address")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return "", errors.New("is not a web address")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("holds more than host and path")
	}
	const path = "/chat/completions"
	u.Path = strings.TrimRight(u.Path, "/")
	switch {
	case strings.HasSuffix(u.Path, path):
	case strings.HasSuffix(u.Path, "/v1"):
		u.Path += path
	default:
		u.Path += "/v1" + path
	}
	return u.String(), nil
}

// Model is the server. It is safe for concurrent use.
type Model struct {
	endpoint string
	cfg      Config
	client   *http.Client
	log      *slog.Logger
	now      func() time.Time
	slots    chan struct{}

	mu     sync.Mutex
	failed int // in a row
	until  time.Time
}

// New returns the model of cfg. It asks nothing yet.
func New(cfg Config, log *slog.Logger) (*Model, error) {
	endpoint, err := cfg.Endpoint()
	if err != nil {
		return nil, fmt.Errorf("address of the language model %w", err)
	}
	cfg.Timeout = cmp.Or(cfg.Timeout, DefaultTimeout)
	return &Model{
		endpoint: endpoint, cfg: cfg, client: newClient(), log: log, now: time.Now, slots: make(chan struct{}, atOnce),
	}, nil
}

// Rephrase returns the answer to a question in other words; "" where the published
// answer is to be shown as it is. Published is that answer, and section the whole
// text that it was taken from, which may be empty.
func (m *Model) Rephrase(ctx context.Context, question, published, section string) string {
	reply, err := m.ask(ctx, casework.Mask(question), published, section)
	if errors.Is(err, errResting) {
		return ""
	}
	if err != nil {
		m.log.LogAttrs(ctx, slog.LevelWarn, "answer not rephrased", slog.Any("error", err))
		return ""
	}
	kept := supported(reply, []string{published, section})
	if kept == "" {
		return ""
	}
	kept = withCautions(kept, published)
	if fold(kept) == fold(published) {
		return ""
	}
	return kept
}

// ask bounds how often and how long the model is asked.
func (m *Model) ask(ctx context.Context, question, published, section string) (string, error) {
	if m.resting() {
		return "", errResting
	}
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	default:
		return "", errBusy
	}
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	reply, err := m.complete(ctx, question, published, section)
	m.note(err)
	return reply, err
}

func (m *Model) resting() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now().Before(m.until)
}

// note counts failures in a row, so that visitors do not each wait for a server
// that is down.
func (m *Model) note(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		m.failed = 0
		return
	}
	if m.failed++; m.failed >= patience {
		m.failed, m.until = 0, m.now().Add(leftAlone)
	}
}
