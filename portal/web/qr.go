package web

import (
	"fmt"
	"html/template"
	"strings"

	qrcode "github.com/skip2/go-qrcode"
)

// newQR draws address as a QR code: one SVG path in the colour of the text, with
// the quiet border that readers need. label is what it says to who cannot see it.
func newQR(address, label string) (template.HTML, error) {
	code, err := qrcode.New(address, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
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
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %[1]d" role="img" aria-label="%s" shape-rendering="crispEdges"><path fill="currentColor" d="%s"/></svg>`,
		len(rows), template.HTMLEscapeString(label), path.String())), nil
}
