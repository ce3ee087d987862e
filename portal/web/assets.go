package web

import (
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"huitong/static"
)

// assets keeps every file of package static in each encoding, made when it is
// first asked for.
var assets sync.Map // from static.Asset.URL to packed

func serveStatic(c *fiber.Ctx) error {
	a, ok := static.Lookup(c.Params("file"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, a.Type)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	if strings.HasPrefix(a.Type, "image/png") {
		return c.Send(a.Body)
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	kept, ok := assets.Load(a.URL)
	if !ok {
		kept, _ = assets.LoadOrStore(a.URL, newPacked(a.Body))
	}
	encoding := acceptedEncoding(c.Context())
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Response().SetBodyRaw(kept.(packed).in(encoding))
	return nil
}
