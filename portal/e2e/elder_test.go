package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestPlacesInAddresses opens links to a place of a page, as the other modes have them, in
// elder mode: a script goes to the part with that place, and without one the page shows the
// link to it, and to none but it.
func TestPlacesInAddresses(t *testing.T) {
	t.Parallel()
	for _, noScripts := range []bool{false, true} {
		for address, part := range map[string]string{
			"/policies/" + journeySlug + "#law":       "/policies/" + journeySlug + "/part/law",
			"/policies/" + journeySlug + "#documents": "/policies/" + journeySlug + "/part/documents",
			"/en/policies/" + journeySlug + "#faq-2":  "/en/policies/" + journeySlug + "/part/faq-2",
			"/apply/" + journeySlug + "#offline":      "/apply/" + journeySlug + "/before/offline",
			"/policies#medical":                       "/policies/kind/medical",
			"/help/application-help#photos":           "/help/application-help/part/photos",
		} {
			t.Run(fmt.Sprintf("%s no scripts %t", address, noScripts), func(t *testing.T) {
				t.Parallel()
				b := newTab(t, suite.site, device{width: 360, height: 740, touch: true, noScripts: noScripts})
				b.open("/?mode=elder")
				b.open(address)
				if noScripts {
					if n := look[int](b, "count", ".place"); n > 1 {
						t.Errorf("%d places show; want the one of the address", n)
					}
					b.inspect("elder", 360)
					b.follow(":is(.place, .wants > li):target > a")
				}
				b.until("the part is there", func() bool { return strings.HasSuffix(b.where(), part) })
			})
		}
	}
}
