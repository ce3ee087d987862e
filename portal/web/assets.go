package web

import (
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"huitong/static"
)

// assets keeps every file of package static in each encoding, made when it is
// first asked for.
var assets sync.Map // from static.Asset.URL to *keptPage

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
	kept, ok := assets.Load(a.URL)
	if !ok {
		page, err := newKeptPage(a.Type, a.Body)
		if err != nil {
			return err
		}
		kept, _ = assets.LoadOrStore(a.URL, page)
	}
	body, encoding := kept.(*keptPage).encoded(c)
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Response().SetBodyRaw(body)
	return nil
}
