package signon

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"huitong/portal/casework"
)

// city is an identity provider that signs in whoever comes.
type city struct {
	*httptest.Server
	key, published *rsa.PrivateKey
	claims         map[string]any // put over the right ones
	status         int            // of the answer to the code; 0 for a good one
	challenge      string
	nonce          string
	asked          int // for its addresses
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newCity(t *testing.T) *city {
	t.Helper()
	c := &city{key: newKey(t), claims: map[string]any{}}
	c.published = c.key
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		c.asked++
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": c.URL, "authorization_endpoint": c.URL + "/auth", "token_endpoint": c.URL + "/token",
			"jwks_uri": c.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: c.published.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", c.token)
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *city) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	w.Header().Set("Content-Type", "application/json")
	switch {
	case c.status != 0:
		w.WriteHeader(c.status)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	case id != "huitong" || secret != "s3cret" || r.FormValue("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	claims := map[string]any{"iss": c.URL, "aud": "huitong", "sub": "u-17", "nonce": c.nonce, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	for k, v := range c.claims {
		claims[k] = v
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: c.key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		panic(err)
	}
	raw, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		panic(err)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": raw})
}

// visit follows the browser to the provider and back.
func (c *city) visit(t *testing.T, p *Provider) (memo string, answer url.Values) {
	t.Helper()
	address, memo, err := p.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("redirect_uri") != "https://huitong.test/staff/outside/back" || q.Get("scope") != "openid" || q.Get("code_challenge_method") != "S256" {
		t.Errorf("asked with %v", q)
	}
	c.challenge, c.nonce = q.Get("code_challenge"), q.Get("nonce")
	return memo, url.Values{"state": {q.Get("state")}, "code": {"good"}}
}

func TestSignOn(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*testing.T, *city)
		spoil  func(memo *string, answer url.Values)
		want   casework.Outside
		err    bool // and it is casework.ErrNobody
		broken bool // and it is another
	}{
		"signed in":             {want: casework.Outside{Subject: "u-17"}},
		"with a second factor":  {change: func(_ *testing.T, c *city) { c.claims["amr"] = []string{"pwd", "otp"} }, want: casework.Outside{Subject: "u-17", Strong: true}},
		"password only":         {change: func(_ *testing.T, c *city) { c.claims["amr"] = []string{"pwd"} }, want: casework.Outside{Subject: "u-17"}},
		"another state":         {spoil: func(_ *string, a url.Values) { a.Set("state", "x") }, err: true},
		"no state on both ends": {spoil: func(m *string, a url.Values) { *m = "~~"; a.Del("state") }, err: true},
		"nothing kept":          {spoil: func(m *string, _ url.Values) { *m = "" }, err: true},
		"no code":               {spoil: func(_ *string, a url.Values) { a.Del("code"); a.Set("error", "access_denied") }, err: true},
		"another's code":        {spoil: func(_ *string, a url.Values) { a.Set("code", "bad") }, err: true},
		"another verifier":      {change: func(_ *testing.T, c *city) { c.challenge = "x" }, err: true},
		"another nonce":         {change: func(_ *testing.T, c *city) { c.claims["nonce"] = "x" }, err: true},
		"for somebody else":     {change: func(_ *testing.T, c *city) { c.claims["aud"] = "other" }, err: true},
		"of another issuer":     {change: func(_ *testing.T, c *city) { c.claims["iss"] = "https://evil.test" }, err: true},
		"too old":               {change: func(_ *testing.T, c *city) { c.claims["exp"] = time.Now().Add(-time.Hour).Unix() }, err: true},
		"nobody":                {change: func(_ *testing.T, c *city) { c.claims["sub"] = "" }, err: true},
		"signed by another key": {change: func(t *testing.T, c *city) { c.key = newKey(t) }, err: true},
		"refused":               {change: func(_ *testing.T, c *city) { c.status = http.StatusBadRequest }, err: true},
		"out of order":          {change: func(_ *testing.T, c *city) { c.status = http.StatusBadGateway }, broken: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCity(t)
			p := New(Config{Issuer: c.URL, ClientID: "huitong", Secret: "s3cret", Return: "https://huitong.test/staff/outside/back"})
			memo, answer := c.visit(t, p)
			if tt.change != nil {
				tt.change(t, c)
			}
			if tt.spoil != nil {
				tt.spoil(&memo, answer)
			}
			got, err := p.Finish(t.Context(), memo, answer)
			if errors.Is(err, casework.ErrNobody) != tt.err || (err != nil) != (tt.err || tt.broken) {
				t.Fatalf("error %v; want refused %v, broken %v", err, tt.err, tt.broken)
			}
			if tt.want.Subject != "" {
				tt.want.Issuer = c.URL
			}
			if got != tt.want {
				t.Errorf("got %+v; want %+v", got, tt.want)
			}
		})
	}
}

// TestProviderComesLater starts without the provider, and asks for its addresses once.
func TestProviderComesLater(t *testing.T) {
	c := newCity(t)
	gone := New(Config{Issuer: "http://127.0.0.1:1"})
	if _, _, err := gone.Begin(t.Context()); err == nil || errors.Is(err, casework.ErrNobody) {
		t.Errorf("without a provider: %v", err)
	}
	p := New(Config{Issuer: c.URL, ClientID: "huitong", Secret: "s3cret", Return: "https://huitong.test/staff/outside/back"})
	ctx, cancel := context.WithCancel(t.Context())
	if _, _, err := p.Begin(ctx); err != nil {
		t.Fatal(err)
	}
	cancel() // the first visitor has gone
	memo, answer := c.visit(t, p)
	if _, err := p.Finish(t.Context(), memo, answer); err != nil || c.asked != 1 {
		t.Errorf("the second visitor: %v; asked %d times for its addresses", err, c.asked)
	}
}
