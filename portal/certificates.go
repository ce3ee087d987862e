package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// checkCertificates reports what is wrong with the settings of a portal that fetches its
// own certificates.
func (c *Config) checkCertificates(bad func(flag, env, what, fix string)) {
	if len(c.ACMEHosts) == 0 {
		if c.ACMEDirectory != "" || c.ACMEEmail != "" {
			bad("--acme-hosts", "HUITONG_ACME_HOSTS", "is not set, but other settings of certificates are", "set it too, or remove them")
		}
		return
	}
	for _, host := range c.ACMEHosts {
		if u, err := url.Parse("https://" + host); err != nil || u.Hostname() != host || net.ParseIP(host) != nil || !strings.Contains(host, ".") {
			bad("--acme-hosts", "HUITONG_ACME_HOSTS", fmt.Sprintf("holds %q, which is no name of a host", host), "use names such as etfl.example.cn, with a comma between them")
		}
	}
	if u, err := url.Parse(c.BaseURL); err != nil || u.Scheme != "https" || !slices.Contains(c.ACMEHosts, u.Hostname()) {
		bad("--base-url", "HUITONG_BASE_URL", "is not https with one of the hosts that certificates are fetched for", "use https:// and the first of --acme-hosts")
	}
	if u, err := url.Parse(c.ACMEDirectory); c.ACMEDirectory != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		bad("--acme-directory", "HUITONG_ACME_DIRECTORY", "is not an address of https", "use what the authority calls its directory, or leave it out for Let's Encrypt")
	}
	if _, _, err := net.SplitHostPort(c.ACMEAddr); err != nil || c.ACMEAddr == c.Addr {
		bad("--acme-addr", "HUITONG_ACME_ADDR", "is not an address of its own, host:port", "use :80, where the authority asks")
	}
}

// secured returns the listener as it is, or with certificates of the portal's own before
// it, which are fetched when somebody first asks for a host and renewed by themselves. The
// authority is asked by client.
func secured(env *environment, plain net.Listener, client *http.Client) (net.Listener, error) {
	if len(env.cfg.ACMEHosts) == 0 {
		return plain, nil
	}
	m := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Cache:      autocert.DirCache(filepath.Join(env.cfg.Data, "certificates")),
		HostPolicy: autocert.HostWhitelist(env.cfg.ACMEHosts...),
		Email:      env.cfg.ACMEEmail,
		Client:     &acme.Client{DirectoryURL: cmp.Or(env.cfg.ACMEDirectory, autocert.DefaultACMEDirectory), HTTPClient: client},
	}
	if err := serveChallenges(env, m); err != nil {
		return nil, err
	}
	config := m.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	// What serves the pages speaks no HTTP/2.
	config.NextProtos = []string{"http/1.1", acme.ALPNProto}
	return tls.NewListener(plain, config), nil
}

// serveChallenges answers the authority, and sends whoever else comes without TLS to the
// public address: no other host that a request may name.
func serveChallenges(env *environment, m *autocert.Manager) error {
	listener, err := net.Listen("tcp", env.cfg.ACMEAddr)
	if err != nil {
		return fmt.Errorf("listen for the authority of certificates: %w; choose another with --acme-addr or HUITONG_ACME_ADDR", err)
	}
	server := &http.Server{
		Handler: m.HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				http.Error(w, "use https", http.StatusBadRequest)
				return
			}
			http.Redirect(w, r, env.cfg.BaseURL+r.URL.RequestURI(), http.StatusMovedPermanently)
		})),
		ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 30 * time.Second, MaxHeaderBytes: 8 << 10,
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			env.log.Error("certificates cannot be renewed any more", "error", err)
		}
	}()
	context.AfterFunc(env.ctx, func() { _ = server.Close() })
	return nil
}
