package main

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
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
