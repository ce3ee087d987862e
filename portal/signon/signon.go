// Package signon lets staff sign in with the accounts that the city has already, by
// OpenID Connect.
//
// A [Provider] knows one identity provider. [Provider.Begin] says where to send the
// browser and what the browser has to bring back; [Provider.Finish] takes what the
// provider sent it back with, and says who it is. The package knows no accounts of ours:
// whom an identity belongs to is the store's to say.
package signon

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"huitong/portal/casework"
)

// patience is how long the provider may take for one answer.
const patience = 8 * time.Second

// Config names a provider and how it knows us.
type Config struct {
	Issuer   string // address of the provider
	ClientID string
	Secret   string
	Return   string // address of ours to which the browser comes back

	Now func() time.Time // nil: time.Now
}

// Provider is an identity provider. It is safe for concurrent use.
type Provider struct {
	cfg    Config
	client *http.Client

	mu    sync.Mutex
	found *oidc.Provider // nil until it has answered once
}

// New returns a provider. It is asked for its addresses when somebody signs in for the
// first time, so that the portal starts without it.
func New(c Config) *Provider {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Provider{cfg: c, client: &http.Client{Timeout: patience}}
}

// Begin returns the address at the provider to send the browser to, and what the browser
// has to keep until it comes back.
func (p *Provider) Begin(ctx context.Context) (address, memo string, err error) {
	c, _, err := p.flow(ctx)
	if err != nil {
		return "", "", fmt.Errorf("begin to sign in: %w", err)
	}
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	address = c.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))
	return address, strings.Join([]string{state, nonce, verifier}, "~"), nil
}

// Finish says who the provider has signed in. memo is what [Provider.Begin] returned,
// answer the query with which the browser came back. The error is [casework.ErrNobody] where
// the visitor may try again, and anything else where the provider does not work.
func (p *Provider) Finish(ctx context.Context, memo string, answer url.Values) (casework.Outside, error) {
	kept := strings.Split(memo, "~")
	if len(kept) != 3 || subtle.ConstantTimeCompare([]byte(kept[0]), []byte(answer.Get("state"))) != 1 || answer.Get("code") == "" {
		return casework.Outside{}, casework.ErrNobody
	}
	c, verifier, err := p.flow(ctx)
	if err != nil {
		return casework.Outside{}, fmt.Errorf("sign in: %w", err)
	}
	tokens, err := c.Exchange(p.over(ctx), answer.Get("code"), oauth2.VerifierOption(kept[2]))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		return casework.Outside{}, fmt.Errorf("%w: %s", casework.ErrNobody, refused.ErrorCode)
	}
	if err != nil {
		return casework.Outside{}, fmt.Errorf("fetch the identity: %w", err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := verifier.Verify(p.over(ctx), raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(kept[1])) != 1 || id.Subject == "" {
		return casework.Outside{}, fmt.Errorf("%w: the identity is not a signed answer to us", casework.ErrNobody)
	}
	return outside(id)
}

// strong are the methods that the provider names when it asked for a second factor,
// see RFC 8176.
var strong = []string{"mfa", "otp", "hwk", "sc"}

func outside(id *oidc.IDToken) (casework.Outside, error) {
	var claims struct {
		Methods []string `json:"amr"`
	}
	if err := id.Claims(&claims); err != nil {
		return casework.Outside{}, fmt.Errorf("%w: %w", casework.ErrNobody, err)
	}
	return casework.Outside{
		Issuer: id.Issuer, Subject: id.Subject,
		Strong: slices.ContainsFunc(claims.Methods, func(m string) bool { return slices.Contains(strong, m) }),
	}, nil
}

// flow returns how to sign in there, and what judges the answer.
func (p *Provider) flow(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The keys are fetched later with the same context: it must not end.
		found, err := oidc.NewProvider(p.over(context.WithoutCancel(ctx)), p.cfg.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("ask the provider for its addresses: %w", err)
		}
		p.found = found
	}
	return &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.Secret, RedirectURL: p.cfg.Return,
		Endpoint: p.found.Endpoint(), Scopes: []string{oidc.ScopeOpenID},
	}, p.found.Verifier(&oidc.Config{ClientID: p.cfg.ClientID, Now: p.cfg.Now}), nil
}

// over is ctx with the client whose patience ends.
func (p *Provider) over(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}
