package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Webhook posts messages as JSON to a gateway:
//
//	{"id": "…", "to": "13800138000", "text": "…"}
//
// The headers are Idempotency-Key, equal to id; Huitong-Time, in seconds since 1970;
// and Huitong-Signature, "sha256=" with HMAC-SHA-256 in hexadecimal of the time, a
// full stop and the body. 2xx takes the message, 408, 409, 425, 429 and 5xx are tried
// again, and anything else refuses it for good.
type Webhook struct {
	url    string
	secret []byte
	client *http.Client
	now    func() time.Time
}

// NewWebhook takes the gateway's address and the secret shared with it.
func NewWebhook(address, secret string, now func() time.Time) (*Webhook, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("is not https://host/path without name and password")
	}
	if len(secret) < 16 {
		return nil, errors.New("the secret has fewer than 16 characters")
	}
	client := &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // what we send is for this gateway alone
	}}
	return &Webhook{url: address, secret: []byte(secret), client: client, now: now}, nil
}

// Send posts the message.
func (w *Webhook) Send(ctx context.Context, m Message) error {
	body, err := json.Marshal(struct {
		ID   string `json:"id"`
		To   string `json:"to"`
		Text string `json:"text"`
	}{m.ID, m.To, m.Text})
	if err != nil {
		return errors.New("webhook: the message cannot be written as JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return errors.New("webhook: the address is wrong")
	}
	at := strconv.FormatInt(w.now().Unix(), 10)
	mac := hmac.New(sha256.New, w.secret)
	_, _ = mac.Write([]byte(at + "." + string(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", m.ID)
	req.Header.Set("Huitong-Time", at)
	req.Header.Set("Huitong-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := w.client.Do(req)
	if err != nil {
		return errors.New("webhook: the gateway cannot be reached")
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection is used again
	return judge(resp.StatusCode)
}

func judge(status int) error {
	switch {
	case status/100 == 2:
		return nil
	case status/100 == 5, status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		return fmt.Errorf("webhook: status %d", status)
	}
	return fmt.Errorf("webhook: status %d: %w", status, ErrRefused)
}
