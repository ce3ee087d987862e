package web

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// How many rows of a list a page of the desk has where a row takes much of the screen.
const (
	rowsElder = 10
	rowsSmall = 20
)

// handsetAgent is in what browsers of handsets call themselves, and in nothing else. The
// desk's pages are kept by nobody, so that they may depend on it.
var handsetAgent = []byte("Mobi")

// rowsFor is how many rows a page of a list has; 0 is what the list has by itself. With
// fifty, the way to the next page was 13,000 pixels long on a handset. Where a page begins
// is told by the last row of the one before, so pages of any length follow each other.
func rowsFor(c *fiber.Ctx) int {
	switch mode := visitOf(c).Mode; {
	case mode == modeElder:
		return rowsElder
	case mode == modeAccessible || bytes.Contains(c.Request().Header.UserAgent(), handsetAgent):
		return rowsSmall
	}
	return 0
}

// sifted says in words what of a list is shown, for where the filters are folded; "" for all
// of it, which the first of them stands for.
func sifted(t func(string, ...any) string, filters []deskLink, fields []field) string {
	var out []string
	for i, f := range filters {
		if i > 0 && f.On {
			out = append(out, f.Text)
		}
	}
	for _, f := range fields {
		out = append(out, nameOfChoice(f.Value, f.Options))
	}
	return inOneLine(t, out)
}

// siftedBy is sifted for the list of applications.
func siftedBy(t func(string, ...any) string, selects []deskSelect) string {
	fields := make([]field, len(selects))
	for i, s := range selects {
		fields[i] = field{Value: s.Value, Options: s.Options}
	}
	return sifted(t, nil, fields)
}

// nameOfChoice is a value as its choice is called, and itself where there are no choices.
func nameOfChoice(value string, options []content.Option) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	if len(options) > 0 {
		return "" // made up
	}
	return value
}

func inOneLine(t func(string, ...any) string, words []string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), t("punctuation.comma"))
}
