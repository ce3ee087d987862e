package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/locale"
	"huitong/portal/notify"
	"huitong/portal/store"
)

// gateway keeps what it is given, or fails.
type gateway struct {
	sent []notify.Message
	err  error
}

func (g *gateway) Send(_ context.Context, m notify.Message) error {
	g.sent = append(g.sent, m)
	return g.err
}

func testStore(t *testing.T) archive {
	t.Helper()
	data, err := openStore(&environment{ctx: t.Context(), cfg: &Config{Data: fresh(t), KeepDrafts: 180, QuestionDays: 365}, now: time.Now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(data.close)
	return data
}

func TestPostman(t *testing.T) {
	data := testStore(t)
	texts, err := locale.Default()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	sms := &gateway{}
	p := postman{map[apply.Channel]notifier{apply.SMS: sms}, texts, "https://a.cn", data.Store, slog.New(slog.NewTextHandler(&log, nil))}
	a, _, err := data.CreateDraft(t.Context(), "orphan-allowance", "en")
	if err != nil {
		t.Fatal(err)
	}
	contact := apply.Contact{Channel: apply.SMS, Address: "13800138000", Changes: true, Notice: "n"}
	if err := data.SetContact(t.Context(), a.Reference, contact, true); err != nil {
		t.Fatal(err)
	}
	sms.err = errors.New("gateway is broken")
	p.round(t.Context())
	p.round(t.Context()) // too early: it waits
	if len(sms.sent) != 1 || !strings.Contains(log.String(), "gateway is broken") || strings.Contains(log.String(), "13800138000") {
		t.Errorf("%d attempts, logged:\n%s", len(sms.sent), log.String())
	}
	m := sms.sent[0]
	for _, want := range []string{a.Reference.Grouped(), a.Code.Grouped(), "https://a.cn/en/track"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the pass lacks %q: %s", want, m.Text)
		}
	}
	p.by = nil
	if err := p.send(t.Context(), store.Note{Contact: contact}); !errors.Is(err, notify.ErrRefused) {
		t.Errorf("a channel that was taken away: %v; want it given up", err)
	}
}

// TestWordsOfMessages reads every message in every language: number and address of the
// site, the code in the pass alone.
func TestWordsOfMessages(t *testing.T) {
	texts, err := locale.Default()
	if err != nil {
		t.Fatal(err)
	}
	p := postman{texts: texts, base: "https://a.cn"}
	for _, l := range locale.Languages() {
		for _, kind := range []store.NoteKind{store.NotePass, store.NoteChanged, store.NoteDraft, store.NoteDraftEnds} {
			n := store.Note{ID: "id", Kind: kind, Reference: "261112345678", Lang: l.Tag, Code: "87654321", Ends: time.Date(2027, 3, 4, 20, 0, 0, 0, time.UTC)}
			m := p.message(n)
			if !strings.Contains(m.Text, "2611-1234-5678") || !strings.Contains(m.Text, "https://a.cn") || strings.Contains(m.Text+m.Subject, "⟦") || m.Subject == "" {
				t.Errorf("%s %s: %q, %q", l.Tag, kind, m.Subject, m.Text)
			}
			if has := strings.Contains(m.Subject+m.Text, "8765"); has != (kind == store.NotePass) || strings.Contains(m.Subject, "8765") {
				t.Errorf("%s %s: code in it is %v", l.Tag, kind, has)
			}
			if kind == store.NoteDraftEnds && !strings.Contains(m.Text, "2027") {
				t.Errorf("%s %s names no day: %s", l.Tag, kind, m.Text)
			}
		}
	}
}

// TestHangingGateway applies and asks for messages while the gateway answers nobody:
// no page waits for it, and the portal stops all the same.
func TestHangingGateway(t *testing.T) {
	asked, let := make(chan struct{}, 1), make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		select {
		case asked <- struct{}{}:
		default:
		}
		<-let
	}))
	defer hanging.Close()
	defer close(let)
	var dir string
	site := start(t, func(c *Config) {
		dir = c.Data
		c.NotifySMS, c.NotifySecret = hanging.URL, "0123456789abcdef"
	})
	data, err := openStore(&environment{ctx: t.Context(), cfg: &Config{Data: dir, KeepDrafts: 180, QuestionDays: 365}, now: time.Now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer data.close()
	a, _, err := data.CreateDraft(t.Context(), "orphan-allowance", "zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	if err := data.SetContact(t.Context(), a.Reference, apply.Contact{Channel: apply.SMS, Address: "13800138000", Changes: true, Notice: "n"}, true); err != nil {
		t.Fatal(err)
	}
	<-asked // the gateway holds the message now
	if _, err := data.SaveAnswers(t.Context(), a.Reference, a.Version, apply.Answers{"child_name": "x"}); err != nil {
		t.Errorf("a change while the gateway hangs: %v", err)
	}
	if site.get(t, "/track") == "" {
		t.Error("no page while the gateway hangs")
	}
}
