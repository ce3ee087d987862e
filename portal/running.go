package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"huitong/portal/limits"
	"huitong/portal/web"
)

// checkRunning reports what is wrong with the settings of those who run the portal.
func (c *Config) checkRunning(bad func(flag, env, what, fix string)) {
	if c.PrivateAddr != "" {
		if _, _, err := net.SplitHostPort(c.PrivateAddr); err != nil {
			bad("--private-addr", "HUITONG_PRIVATE_ADDR", fmt.Sprintf("%q is not host:port", c.PrivateAddr), "use 127.0.0.1:9090")
		}
		if c.PrivateAddr == c.Addr {
			bad("--private-addr", "HUITONG_PRIVATE_ADDR", "is the public one", "use an address that visitors cannot reach, such as 127.0.0.1:9090")
		}
	}
	if _, err := c.trusted(); err != nil {
		bad("--trusted-proxies", "HUITONG_TRUSTED_PROXIES", err.Error(), "use addresses such as 127.0.0.1 or networks such as 10.0.0.0/8")
	}
}

// checkLimits reports what is wrong with the server that counts for several portals.
func (c *Config) checkLimits(bad func(flag, env, what, fix string)) {
	if c.RateLimit < 0 {
		bad("--rate-limit", "HUITONG_RATE_LIMIT", "is negative", "use 0 for no limit")
	}
	if c.RedisURL == "" {
		return
	}
	if err := limits.Check(c.RedisURL); err != nil {
		bad("--redis-url", "HUITONG_REDIS_URL", err.Error(), "use redis://user:password@host:6379/0, or leave it out for a portal alone")
	}
}

// openLimits returns what counts posts for several portals; nil where each counts for
// itself.
func openLimits(env *environment) (*limits.Shared, error) {
	if env.cfg.RedisURL == "" || env.cfg.RateLimit == 0 {
		return nil, nil
	}
	shared, err := limits.Open(env.cfg.RedisURL, env.log, env.now)
	if err != nil {
		return nil, fmt.Errorf("--redis-url (HUITONG_REDIS_URL): %w", err)
	}
	return shared, nil
}

// limitsState tells whether posts are counted together, if they are to be. The site works
// without: each portal counts for itself.
func limitsState(ctx context.Context, shared *limits.Shared) []web.Dependency {
	if shared == nil {
		return nil
	}
	d := web.Dependency{Name: "limits", OK: shared.Ping(ctx) == nil}
	if !d.OK {
		d.Detail = "Redis does not answer; each portal counts posts for itself"
	}
	return []web.Dependency{d}
}

// trusted returns the networks of our proxies.
func (c *Config) trusted() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, said := range c.Trusted {
		said = strings.TrimSpace(said)
		p, err := netip.ParsePrefix(said)
		if err != nil {
			a, err := netip.ParseAddr(said)
			if err != nil {
				return nil, fmt.Errorf("holds %q, which is neither an address nor a network", said)
			}
			p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
		if p.Bits() == 0 {
			return nil, fmt.Errorf("holds %q, which would let every client choose its address", said)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
