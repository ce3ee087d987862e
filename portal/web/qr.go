package web

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/gofiber/fiber/v2"
	qrcode "github.com/skip2/go-qrcode"

	"huitong/portal/outreach"
)

// newQR draws address as a QR code within a page, in the colour of the text.
// label is what it says to who cannot see it.
func newQR(address, label string) (template.HTML, error) {
	size, path, err := drawQR(address)
	if err != nil {
		return "", err
	}
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %[1]d" role="img" aria-label="%s" shape-rendering="crispEdges"><path fill="currentColor" d="%s"/></svg>`,
		size, template.HTMLEscapeString(label), path)), nil
}

// sendQR sends the QR code of a policy's page as an image by itself, so that it is
// drawn only for who looks at it.
func (s *Server) sendQR(c *fiber.Ctx) error {
	policy, ok := s.content().Library.Policy(c.Params("slug"))
	if !ok {
		return fiber.ErrNotFound
	}
	return sendQRFile(c, s.publicShort(visitOf(c).Lang, outreach.Target{Kind: outreach.Policy, Slug: policy.Slug}), svgEnding)
}

// sendShortQR sends the QR code of a short link, as lines or as points.
func (s *Server) sendShortQR(c *fiber.Ctx) error {
	ending, ok := strings.CutPrefix(c.Params("file"), "qr")
	if !ok || ending != svgEnding && ending != pngEnding {
		return fiber.ErrNotFound
	}
	link, err := s.linkOf(c, c.Params("code"))
	if err != nil {
		return fiber.ErrNotFound
	}
	if c.Query("save") == "1" {
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+string(link.Code)+ending+`"`)
	}
	return sendQRFile(c, s.base+visitOf(c).Lang.path(shortPath(link.Code)), ending)
}

// The endings of QR codes, and how many points wide one is.
const (
	svgEnding = ".svg"
	pngEnding = ".png"
	pngPoints = 1024 // enough for a poster
)

func sendQRFile(c *fiber.Ctx, address, ending string) error {
	if ending == pngEnding {
		picture, err := qrcode.Encode(address, qrcode.Medium, pngPoints)
		if err != nil {
			return fmt.Errorf("draw QR code: %w", err)
		}
		c.Set(fiber.HeaderContentType, "image/png")
		return c.Send(picture)
	}
	size, path, err := drawQR(address)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.SendString(fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %[1]d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]dv%[1]dH0z"/><path d="%s"/></svg>`,
		size, path))
}

// rowsOfQR returns a QR code with its border as rows of 0 and 1: the form in which it is
// shortest, for a page that draws it itself.
func rowsOfQR(address string) ([]string, error) {
	code, err := qrcode.New(address, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	var out []string
	for _, row := range code.Bitmap() {
		line := make([]byte, len(row))
		for x, dark := range row {
			if line[x] = '0'; dark {
				line[x] = '1'
			}
		}
		out = append(out, string(line))
	}
	return out, nil
}

// drawQR draws address as one SVG path in a square of that size, with the quiet
// border that readers need.
func drawQR(address string) (size int, drawn string, err error) {
	code, err := qrcode.New(address, qrcode.Medium)
	if err != nil {
		return 0, "", fmt.Errorf("draw QR code: %w", err)
	}
	rows := code.Bitmap()
	var path strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); {
			start := x
			for x < len(row) && row[x] == row[start] {
				x++
			}
			if row[start] {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", start, y, x-start, x-start)
			}
		}
	}
	return len(rows), path.String(), nil
}
