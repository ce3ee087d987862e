package web

import (
	"io"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/casework"
)

// TestRowsFor gives a page fewer rows where a row takes much of the screen.
func TestRowsFor(t *testing.T) {
	const desktop, handset = "Mozilla/5.0 (X11; Linux x86_64) Chrome/118.0 Safari/537.36", "Mozilla/5.0 (Linux; Android 8.1) Chrome/62.0 Mobile Safari/537.36 MicroMessenger/8.0"
	for _, tt := range []struct {
		mode, agent string
		want        int
	}{
		{modeStandard, desktop, 0}, {modeStandard, "", 0}, {modeStandard, handset, rowsSmall},
		{modeAccessible, desktop, rowsSmall}, {modeElder, desktop, rowsElder}, {modeElder, handset, rowsElder},
	} {
		app := fiber.New()
		app.Get("/", func(c *fiber.Ctx) error {
			c.Locals(visitKey, visit{Mode: tt.mode})
			return c.SendString(strconv.Itoa(rowsFor(c)))
		})
		r := httptest.NewRequest(fiber.MethodGet, "/", nil)
		r.Header.Set(fiber.HeaderUserAgent, tt.agent)
		resp, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || string(got) != strconv.Itoa(tt.want) {
			t.Errorf("rowsFor(%s, %q) = %s, %v; want %d", tt.mode, tt.agent, got, err, tt.want)
		}
	}
}

// TestSifted says of a list what is shown, and of all of it nothing.
func TestSifted(t *testing.T) {
	say := func(id string, _ ...any) string { return map[string]string{"punctuation.comma": "、"}[id] }
	filters := func(on int) []deskLink {
		out := []deskLink{{Text: "全部"}, {Text: "该走访"}}
		out[on].On = true
		return out
	}
	town := []content.Option{{Value: "shiqi", Label: "石岐街道"}}
	for _, tt := range []struct {
		name    string
		filters []deskLink
		fields  []field
		want    string
	}{
		{"all", filters(0), []field{{Options: town}, {}}, ""},
		{"a part", filters(1), nil, "该走访"},
		{"a part of a place", filters(1), []field{{Options: town, Value: "shiqi"}, {Value: "迎阳"}}, "该走访、石岐街道、迎阳"},
		{"a town that is none", filters(0), []field{{Options: town, Value: "nowhere"}}, ""},
	} {
		if got := sifted(say, tt.filters, tt.fields); got != tt.want {
			t.Errorf("%s: sifted = %q; want %q", tt.name, got, tt.want)
		}
	}
}

// TestShortPages leads in elder mode through a list in pages of ten, each line once.
func TestShortPages(t *testing.T) {
	d := newDesk(t)
	who := d.staff(casework.Auditor, "shiqi")
	for range rowsElder + 2 {
		who.open("/staff/audit")
	}
	who.open("/staff/audit?mode=elder").wants(200, "下一页")
}
