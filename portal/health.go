package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// healthPatience is how long the portal may take to say that it is ready.
const healthPatience = 5 * time.Second

// healthCommand asks the portal whether it is ready. A container without a shell has
// nothing else to ask with.
type healthCommand struct{}

// Run fails, with the answer, unless the portal of the same settings is ready.
func (healthCommand) Run(env *environment) error {
	host, port, err := net.SplitHostPort(env.cfg.Addr)
	if err != nil {
		return fmt.Errorf("--addr (HUITONG_ADDR): %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	client, scheme := http.Client{Timeout: healthPatience}, "http://"
	if len(env.cfg.ACMEHosts) > 0 {
		// It asks this machine, by no name that a certificate could be for: whether it
		// answers, not who it is.
		scheme, client.Transport = "https://", &http.Transport{TLSClientConfig: &tls.Config{ServerName: env.cfg.ACMEHosts[0], InsecureSkipVerify: true}}
	}
	resp, err := client.Get(scheme + net.JoinHostPort(host, port) + "/readyz")
	if err != nil {
		return fmt.Errorf("ask the portal: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return fmt.Errorf("ask the portal: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", answer)
	}
	fmt.Fprintf(env.out, "%s\n", answer)
	return nil
}
