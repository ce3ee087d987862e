package web

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/sheet"
)

// tableKinds are the forms in which a table leaves the site, by the end of its name.
var tableKinds = map[string]string{
	".csv":  "text/csv; charset=utf-8",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// sendRows sends a table as a file for spreadsheets.
func sendRows(c *fiber.Ctx, name string, rows [][]string) error {
	return sendTable(c, name, func(w io.Writer) error { return sheet.Write(w, rows) })
}

// sendTable sends what write writes.
func sendTable(c *fiber.Ctx, name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	c.Attachment(name)
	c.Set(fiber.HeaderContentType, tableKinds[filepath.Ext(name)])
	return c.Send(b.Bytes())
}
