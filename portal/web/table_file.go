package web

import (
	"bytes"
	"encoding/csv"

	"github.com/gofiber/fiber/v2"
)

// harmless keeps texts in a table that somebody typed from being formulas.
func harmless(rows [][]string) [][]string {
	for _, row := range rows {
		for i := range row {
			row[i] = csvText(row[i])
		}
	}
	return rows
}

// sendRows sends a table as a file for spreadsheets.
func sendRows(c *fiber.Ctx, name string, rows [][]string) error {
	var b bytes.Buffer
	b.WriteString("\ufeff") // by which they know that it is UTF-8
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		return err
	}
	return sendTable(c, name, b.Bytes())
}

func sendTable(c *fiber.Ctx, name string, b []byte) error {
	c.Attachment(name)
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.Send(b)
}
