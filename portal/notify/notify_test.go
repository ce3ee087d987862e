package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"huitong/portal/notify"
)

const (
	secret = "a secret of the gateway"
	to     = "canary@example.org"
	text   = "申请编号 2611-1234-5678 有新进展。"
)

var message = notify.Message{ID: "0123abcd", To: to, Subject: "惠童：有新进展", Text: text}

// mailbox is an SMTP server that keeps what it is given, or answers with a refusal.
type mailbox struct {
	mu      sync.Mutex
	refusal *smtp.SMTPError // of the recipient
	from    string
	to      []string
	mail    []string
}

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (m *mailbox) Reset()                                      {}
func (m *mailbox) Logout() error                               { return nil }
func (m *mailbox) Mail(from string, _ *smtp.MailOptions) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.from = from
	return nil
}
func (m *mailbox) Rcpt(to string, _ *smtp.RcptOptions) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refusal != nil {
		return m.refusal
	}
	m.to = append(m.to, to)
	return nil
}
func (m *mailbox) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mail = append(m.mail, string(b))
	return err
}

func listen(t *testing.T, m *mailbox) *notify.Email {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(m)
	server.Domain, server.AllowInsecureAuth = "localhost", true
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	e, err := notify.NewEmail("smtp://"+l.Addr().String()+"?tls=off", "惠童 <portal@example.cn>")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEmail(t *testing.T) {
	box := &mailbox{}
	e := listen(t, box)
	for range 2 {
		if err := e.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	if len(box.mail) != 2 || box.from != "portal@example.cn" || box.to[0] != to {
		t.Fatalf("the server got %d mails from %q to %q", len(box.mail), box.from, box.to)
	}
	var ids []string
	for _, one := range box.mail {
		m, err := netmail.ReadMessage(strings.NewReader(one))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.Header.Get("Message-ID"))
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil || subject != message.Subject {
			t.Errorf("subject = %q, %v; want %q", subject, err, message.Subject)
		}
	}
	if ids[0] == "" || ids[0] != ids[1] {
		t.Errorf("Message-IDs = %q; want the same for both attempts", ids)
	}
}

func TestEmailErrors(t *testing.T) {
	hour := &smtp.SMTPError{Code: 450, Message: "later, " + to}
	never := &smtp.SMTPError{Code: 550, Message: "nobody is called " + to}
	tests := []struct {
		name    string
		refusal *smtp.SMTPError
		to      string
		refused bool
	}{
		{"mailbox is busy", hour, to, false},
		{"no such mailbox", never, to, true},
		{"no address", nil, "canary", true},
		{"second header", nil, "canary@example.org\r\nBcc: all@example.org", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			box := &mailbox{refusal: test.refusal}
			m := message
			m.To = test.to
			err := listen(t, box).Send(t.Context(), m)
			if err == nil || errors.Is(err, notify.ErrRefused) != test.refused || strings.Contains(err.Error(), "canary") {
				t.Errorf("Send = %v; want refused %v, without the address", err, test.refused)
			}
			if len(box.mail) != 0 {
				t.Errorf("sent all the same: %q", box.mail)
			}
		})
	}
	e, err := notify.NewEmail("smtp://127.0.0.1:1?tls=off", "portal@example.cn")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Send(t.Context(), message); err == nil || errors.Is(err, notify.ErrRefused) {
		t.Errorf("Send to nobody = %v; want an error that passes", err)
	}
}

// TestEmailInsistsOnTLS has a server that offers no encryption.
func TestEmailInsistsOnTLS(t *testing.T) {
	box := &mailbox{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(box)
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	e, err := notify.NewEmail("smtp://"+l.Addr().String(), "portal@example.cn")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Send(t.Context(), message); err == nil || len(box.mail) != 0 {
		t.Errorf("Send in the clear = %v, %d mails; want it refused", err, len(box.mail))
	}
}

func TestWebhook(t *testing.T) {
	at := time.Unix(1780000000, 0)
	var body []byte
	var header http.Header
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		header = r.Header
		body, _ = io.ReadAll(r.Body)
	}))
	defer gateway.Close()
	w, err := notify.NewWebhook(gateway.URL+"/sms", secret, func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(body, &got); err != nil || got["id"] != message.ID || got["to"] != to || got["text"] != text || len(got) != 3 {
		t.Errorf("body = %s, %v", body, err)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("1780000000." + string(body)))
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); header.Get("Huitong-Signature") != want || header.Get("Huitong-Time") != "1780000000" || header.Get("Idempotency-Key") != message.ID {
		t.Errorf("headers = %v; want signature %s", header, want)
	}
}

func TestWebhookErrors(t *testing.T) {
	for status, refused := range map[int]bool{302: true, 400: true, 401: true, 404: true, 408: false, 409: false, 429: false, 500: false, 503: false} {
		gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/"+to)
			w.WriteHeader(status)
		}))
		w, err := notify.NewWebhook(gateway.URL, secret, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		err = w.Send(t.Context(), message)
		if err == nil || errors.Is(err, notify.ErrRefused) != refused || strings.Contains(err.Error(), "canary") {
			t.Errorf("%d: Send = %v; want refused %v, without the address", status, err, refused)
		}
		gateway.Close()
		if err := w.Send(t.Context(), message); err == nil || errors.Is(err, notify.ErrRefused) {
			t.Errorf("gateway gone: Send = %v; want an error that passes", err)
		}
	}
}

func TestWebhookStopsWhenTold(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	let := make(chan struct{})
	gateway := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		stop()
		<-let
	}))
	defer gateway.Close()
	defer close(let)
	w, err := notify.NewWebhook(gateway.URL, secret, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Send(ctx, message); err == nil {
		t.Error("Send to a gateway that hangs succeeded")
	}
}

func TestSettings(t *testing.T) {
	for _, address := range []string{"", "smtp://", "http://host", "smtp://user:canary@", "smtp://host/path", "smtp://u:canary@host:port"} {
		if _, err := notify.NewEmail(address, "a@example.cn"); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("NewEmail(%q) = %v; want an error without the password", address, err)
		}
	}
	if _, err := notify.NewEmail("smtp://host", "nobody"); err == nil {
		t.Error("NewEmail takes a sender that is no address")
	}
	for _, address := range []string{"", "host", "ftp://host", "https://u:canary@host"} {
		if _, err := notify.NewWebhook(address, secret, time.Now); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("NewWebhook(%q) = %v; want an error without the password", address, err)
		}
	}
	if _, err := notify.NewWebhook("https://host", "short", time.Now); err == nil {
		t.Error("NewWebhook takes a secret of five characters")
	}
}

func TestLogKeepsQuiet(t *testing.T) {
	var out strings.Builder
	if err := (notify.Log{To: slog.New(slog.NewTextHandler(&out, nil))}).Send(t.Context(), message); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, message.ID) || strings.Contains(got, "canary") || strings.Contains(got, "2611") {
		t.Errorf("logged %q; want the ID and nothing else of it", got)
	}
}
