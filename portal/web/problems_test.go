package web

import (
	"net/url"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/casework"
)

// TestNothingTickedIsSaidThere has no programme ticked: what is missing stands beside the
// boxes, not only in the summary above.
func TestNothingTickedIsSaidThere(t *testing.T) {
	d := newDesk(t)
	family := d.browser("family")
	form := family.open("/household/new").form("/household/new")
	form.Del("programme")
	form.Set("-start", "1")
	family.do("POST", "/household/new", form)
	director := d.staff(casework.Director, "shiqi")
	director.open("/staff/assist/new").send("/staff/assist/new", nil)
	for name, b := range map[string]*browser{"family": family, "director": director} {
		b.wants(422, "请至少选一项。")
		told := find(b.doc, func(n *html.Node) bool { return attr(n, "id") == "f-programme-error" })
		if len(told) != 1 || attr(told[0].Parent, "aria-describedby") != "f-programme-error" {
			t.Errorf("%s: %d errors beside the boxes; want one that describes them", name, len(told))
		}
	}
}

// TestReportNumberIsExplained wants both numbers of a report explained where they are asked.
func TestReportNumberIsExplained(t *testing.T) {
	b := newDesk(t).browser("reader")
	b.do("GET", "/report/follow", url.Values{})
	b.wants(200, "12位数字", "8位数字")
}
