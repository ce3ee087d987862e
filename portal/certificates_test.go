package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"huitong/portal/servers"
)

// authority is a certificate authority of the test's own that speaks as much of ACME (RFC
// 8555) as it takes to order one certificate. It asks for the token of its challenge as a
// real one does, at the address that stands for the host's port 80, and believes nothing
// but that.
type authority struct {
	*httptest.Server
	key    *ecdsa.PrivateKey
	root   *x509.Certificate
	port80 string
	proven atomic.Bool // the token was where it has to be
	signed atomic.Int64
	chain  atomic.Value // of the last certificate, PEM
}

const challengeToken = "token-of-the-stand-in"

func newAuthority(t *testing.T, port80 string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stand-in"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, port80: port80}
	if a.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.Server = httptest.NewTLSServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Close)
	return a
}

func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Replay-Nonce", "nonce")
	w.Header().Set("Content-Type", "application/json")
	say := func(status int, v any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	switch r.URL.Path {
	case "/":
		say(200, map[string]string{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/order", "revokeCert": a.URL + "/revoke", "keyChange": a.URL + "/key"})
	case "/nonce":
	case "/account":
		w.Header().Set("Location", a.URL+"/account/1")
		say(201, map[string]string{"status": "valid"})
	case "/order", "/order/1":
		w.Header().Set("Location", a.URL+"/order/1")
		status := 200
		if r.URL.Path == "/order" {
			status = 201
		}
		say(status, a.order())
	case "/authorization":
		say(200, a.authorization())
	case "/challenge":
		a.ask()
		say(200, a.challenge())
	case "/finalize":
		a.sign(w, r)
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_, _ = io.WriteString(w, a.chain.Load().(string))
	default:
		http.NotFound(w, r)
	}
}

func (a *authority) state() string {
	if a.proven.Load() {
		return "valid"
	}
	return "pending"
}

func (a *authority) order() map[string]any {
	out := map[string]any{
		"status": "pending", "identifiers": []any{map[string]string{"type": "dns", "value": "etfl.example.cn"}},
		"authorizations": []string{a.URL + "/authorization"}, "finalize": a.URL + "/finalize",
	}
	if a.proven.Load() {
		out["status"] = "ready"
	}
	if a.chain.Load() != nil {
		out["status"], out["certificate"] = "valid", a.URL+"/certificate"
	}
	return out
}

func (a *authority) challenge() map[string]any {
	return map[string]any{"type": "http-01", "url": a.URL + "/challenge", "token": challengeToken, "status": a.state()}
}

func (a *authority) authorization() map[string]any {
	return map[string]any{"status": a.state(), "identifier": map[string]string{"type": "dns", "value": "etfl.example.cn"}, "challenges": []any{a.challenge()}}
}

// ask looks for the token as the host's visitor would.
func (a *authority) ask() {
	req, err := http.NewRequest(http.MethodGet, "http://"+a.port80+"/.well-known/acme-challenge/"+challengeToken, nil)
	if err != nil {
		return
	}
	req.Host = "etfl.example.cn"
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	a.proven.Store(err == nil && resp.StatusCode == 200 && strings.HasPrefix(string(b), challengeToken+"."))
}

// sign makes the certificate that the request asks for, once the token was seen.
func (a *authority) sign(w http.ResponseWriter, r *http.Request) {
	var envelope struct{ Payload string }
	var order struct{ CSR string }
	var csr *x509.CertificateRequest
	err := json.NewDecoder(r.Body).Decode(&envelope)
	if err == nil {
		var b []byte
		if b, err = base64.RawURLEncoding.DecodeString(envelope.Payload); err == nil {
			err = json.Unmarshal(b, &order)
		}
	}
	if err == nil {
		var b []byte
		if b, err = base64.RawURLEncoding.DecodeString(order.CSR); err == nil {
			csr, err = x509.ParseCertificateRequest(b)
		}
	}
	if err != nil || !a.proven.Load() {
		http.Error(w, fmt.Sprint(err), http.StatusForbidden)
		return
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2 + a.signed.Add(1)), DNSNames: csr.DNSNames, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 3, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.root, csr.PublicKey, a.key)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	a.chain.Store(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) + string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})))
	w.Header().Set("Location", a.URL+"/order/1")
	_ = json.NewEncoder(w).Encode(a.order())
}

// securePortal serves a word on a listener with certificates, until the test ends.
func securePortal(t *testing.T, a *authority, dir string) (addr string) {
	t.Helper()
	env, _ := keeper(t, dir)
	env.cfg.ACMEHosts, env.cfg.ACMEAddr, env.cfg.ACMEDirectory, env.cfg.BaseURL = []string{"etfl.example.cn"}, a.port80, a.URL, "https://etfl.example.cn"
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := secured(env, plain, a.Client())
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "惠童") })}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return plain.Addr().String()
}

// shake greets a portal as a browser that wants this host.
func shake(t *testing.T, a *authority, addr, host string) (tls.ConnectionState, error) {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(a.root)
	c, err := tls.Dial("tcp", addr, &tls.Config{ServerName: host, RootCAs: roots, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = c.Close() }()
	return c.ConnectionState(), nil
}

// TestCertificates has a portal fetch its certificate from a stand-in of an authority: once,
// for its own host alone, and kept where others of the machine cannot read it.
func TestCertificates(t *testing.T) {
	port80 := servers.FreeAddress(t)
	a := newAuthority(t, port80)
	dir := t.TempDir()
	addr := securePortal(t, a, dir)
	if _, err := shake(t, a, addr, "other.example.cn"); err == nil || a.signed.Load() != 0 {
		t.Errorf("another host: %v, %d certificates; want none", err, a.signed.Load())
	}
	for range 2 {
		state, err := shake(t, a, addr, "etfl.example.cn")
		if err != nil {
			t.Fatal(err)
		}
		if state.Version < tls.VersionTLS12 || state.NegotiatedProtocol != "http/1.1" {
			t.Errorf("TLS %x, %q; want 1.2 or newer, and HTTP/1.1", state.Version, state.NegotiatedProtocol)
		}
	}
	if n := a.signed.Load(); n != 1 {
		t.Errorf("%d certificates were ordered; want one", n)
	}
	files, err := os.ReadDir(filepath.Join(dir, "certificates"))
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing is kept: %v", err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v; want it closed to others", f.Name(), info.Mode())
		}
	}
	redirects(t, port80)
	b := newAuthority(t, servers.FreeAddress(t)) // knows nobody, and is not asked: the certificate is there
	b.root, b.key = a.root, a.key
	if _, err := shake(t, b, securePortal(t, b, dir), "etfl.example.cn"); err != nil || b.signed.Load() != 0 {
		t.Errorf("after a restart: %v, %d more certificates; want the one that was kept", err, b.signed.Load())
	}
}

// redirects expects visitors without TLS to be sent to the public address, whatever host
// they name.
func redirects(t *testing.T, port80 string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+port80+"/policies?q=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example.com"
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusMovedPermanently || got != "https://etfl.example.cn/policies?q=1" {
		t.Errorf("without TLS: %d to %q; want the public address", resp.StatusCode, got)
	}
}
