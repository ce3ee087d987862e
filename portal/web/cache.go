package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
)

// pages keeps every page that is the same for all visitors, rendered and
// compressed once for each version of the content, language and mode. A new
// version starts an empty store; the old one goes with the requests that use it.
type pages struct {
	mu      sync.RWMutex
	content *Content
	kept    map[string]*keptPage
}

// keptPage is one page in each encoding, smallest last.
type keptPage struct {
	contentType, etag string
	plain, gzip, br   []byte
}

// maxKept bounds the store: far more than all pages in all languages and modes.
const maxKept = 20000

func (p *pages) get(content *Content, key string) *keptPage {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.content != content {
		return nil
	}
	return p.kept[key]
}

func (p *pages) put(content *Content, key string, page *keptPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.content != content {
		p.content, p.kept = content, map[string]*keptPage{}
	}
	if len(p.kept) < maxKept {
		p.kept[key] = page
	}
}

// keep answers from the store and fills it. It stands before handlers whose page
// depends on nothing but path, language, mode and content.
func (s *Server) keep(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := visitOf(c)
		content := s.content()
		key := v.Mode + " " + v.Carried + " " + c.Path()
		page := s.pages.get(content, key)
		if page == nil {
			if err := handle(c); err != nil || c.Response().StatusCode() != fiber.StatusOK {
				return err
			}
			var err error
			if page, err = newKeptPage(string(c.Response().Header.ContentType()), c.Response().Body()); err != nil {
				return err
			}
			s.pages.put(content, key, page)
		}
		return page.send(c)
	}
}

func newKeptPage(contentType string, body []byte) (*keptPage, error) {
	sum := sha256.Sum256(body)
	p := &keptPage{contentType: contentType, etag: hex.EncodeToString(sum[:8]), plain: bytes.Clone(body)}
	var gz, br bytes.Buffer
	zw, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress page: %w", err)
	}
	bw := brotli.NewWriterLevel(&br, 9)
	for _, w := range []interface {
		Write([]byte) (int, error)
		Close() error
	}{zw, bw} {
		if _, err := w.Write(body); err != nil {
			return nil, fmt.Errorf("compress page: %w", err)
		}
		if err := w.Close(); err != nil {
			return nil, fmt.Errorf("compress page: %w", err)
		}
	}
	p.gzip, p.br = gz.Bytes(), br.Bytes()
	return p, nil
}

// send answers with the smallest encoding that the client takes, or with 304. A
// browser may keep the page but asks again each time, so that a corrected amount
// is never shown late.
func (p *keptPage) send(c *fiber.Ctx) error {
	body, encoding := p.encoded(c)
	etag := `"` + p.etag + `"`
	if encoding != "" {
		etag = `"` + p.etag + "-" + encoding + `"`
	}
	c.Set(fiber.HeaderETag, etag)
	if c.GetRespHeader(fiber.HeaderSetCookie) == "" {
		c.Set(fiber.HeaderCacheControl, "private, no-cache")
	} else {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	if match := c.Get(fiber.HeaderIfNoneMatch); match != "" && strings.Contains(match, etag) {
		c.Response().ResetBody()
		return c.SendStatus(fiber.StatusNotModified)
	}
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Set(fiber.HeaderContentType, p.contentType)
	c.Response().SetBodyRaw(body)
	return nil
}

// encoded returns the page in the smallest encoding that the client takes, and the
// encoding's name; "" for none.
func (p *keptPage) encoded(c *fiber.Ctx) ([]byte, string) {
	c.Vary(fiber.HeaderAcceptEncoding)
	accept := c.Get(fiber.HeaderAcceptEncoding)
	switch {
	case strings.Contains(accept, "br"):
		return p.br, "br"
	case strings.Contains(accept, "gzip"):
		return p.gzip, "gzip"
	}
	return p.plain, ""
}
