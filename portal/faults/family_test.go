package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// programme is applied for: a form of four pages and documents that may come on paper.
const programme = "/apply/tomorrow-plan"

// children gives each family a child of its own.
var children atomic.Int64

// family is a browser that applies.
type family struct {
	client *http.Client
	base   string
	child  int64
	page   page
	review page   // the last page of the form, once it was reached
	number string // of the application, once it was acknowledged
	seen   func(page)
}

// page is what a browser shows.
type page struct {
	address *url.URL
	status  int
	doc     *html.Node
	text    string
}

func (w *world) family(base string) *family {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it has no options that could be wrong
	}
	return &family{client: w.client(jar), base: base, child: children.Add(1)}
}

// errRefused says that a page was answered with something else than was asked for.
var errRefused = errors.New("refused")

// errElsewhere says that there was no receipt, but another page to go on from.
var errElsewhere = errors.New("led elsewhere")

// do asks for a page and follows where it leads.
func (f *family) do(ctx context.Context, method, path, kind string, body io.Reader) error {
	req, err := http.NewRequestWithContext(ctx, method, f.base+path, body)
	if err != nil {
		return err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	doc, err := html.Parse(resp.Body)
	if err != nil {
		return err
	}
	f.page = page{resp.Request.URL, resp.StatusCode, doc, ""}
	f.page.text = strings.Join(strings.Fields(text(mainOf(doc))), " ")
	if f.seen != nil {
		f.seen(f.page)
	}
	if f.page.status != http.StatusOK {
		return fmt.Errorf("%w: %d %s", errRefused, f.page.status, f.page.heading())
	}
	return nil
}

func (f *family) open(ctx context.Context, path string) error {
	return f.do(ctx, http.MethodGet, path, "", nil)
}

func (f *family) post(ctx context.Context, path string, form url.Values) error {
	return f.do(ctx, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// answers are given wherever the form asks for them.
func (f *family) answers() map[string]string {
	return map[string]string{
		"child_name": "金丝雀", "child_id": residentID(f.child), "hukou": "zhongshan", "recognition": "orphan", "adopted": "no",
		"care_kind": "treatment", "treated": "before", "guardian_name": "画眉鸟", "guardian_relation": "grandparent-paternal",
		"guardian_phone": "13912345678", "town": "shiqi",
	}
}

// fill answers every page up to the last.
func (f *family) fill(ctx context.Context) error {
	if err := f.open(ctx, programme); err != nil {
		return err
	}
	for range 12 {
		if strings.HasSuffix(f.page.address.Path, "/review") {
			f.review = f.page
			return nil
		}
		if err := f.next(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("no end of the form: %s: %s", f.page.address, f.page.heading())
}

// next answers the page that is open.
func (f *family) next(ctx context.Context) error {
	form, action := f.page.form(f.page.address.Path)
	if form == nil {
		return fmt.Errorf("no form on %s: %s", f.page.address, f.page.heading())
	}
	for name, value := range f.answers() {
		if _, asked := form[name]; asked {
			form.Set(name, value)
		}
	}
	if action == programme {
		form.Set("-start", "1") // the button's
	}
	for _, box := range f.page.named("paper") {
		form.Add("paper", attr(box, "value"))
	}
	return f.post(ctx, action, form)
}

// submit hands in what is on the last page, and may be called again: as if the button
// were pressed once more.
func (f *family) submit(ctx context.Context) error {
	form, action := f.review.form(programme + "/review")
	if form == nil {
		return fmt.Errorf("nothing to hand in on %s: %s", f.review.address, f.review.heading())
	}
	for _, box := range f.review.named("consent") {
		form.Set("consent", attr(box, "value"))
	}
	if err := f.post(ctx, action, form); err != nil {
		return err
	}
	number := f.page.pass()
	if !strings.HasSuffix(f.page.address.Path, "/done") || number == "" {
		return fmt.Errorf("%w: “%s”", errElsewhere, f.page.heading())
	}
	f.number = number
	return nil
}

// begin starts an application, the least that is written.
func (f *family) begin(ctx context.Context) error {
	if err := f.open(ctx, programme); err != nil {
		return err
	}
	return f.next(ctx)
}

// holds asks whether the application that was handed in is there.
func (f *family) holds(ctx context.Context) error {
	if err := f.open(ctx, programme+"/done"); err != nil {
		return err
	}
	if got := f.page.pass(); got != f.number {
		return fmt.Errorf("the receipt is of another application, or of none: %s", f.page.heading())
	}
	return nil
}

// form returns what a form of the page would send, its choices empty; nil without one.
func (p page) form(action string) (url.Values, string) {
	for _, form := range find(p.doc, func(n *html.Node) bool {
		return n.DataAtom == atom.Form && strings.HasPrefix(attr(n, "action"), action) && attr(n, "method") == "post"
	}) {
		out := url.Values{}
		for _, n := range find(form, func(n *html.Node) bool {
			return n.DataAtom == atom.Input || n.DataAtom == atom.Select || n.DataAtom == atom.Textarea
		}) {
			name, value := attr(n, "name"), attr(n, "value")
			switch attr(n, "type") {
			case "checkbox", "file":
				continue
			case "radio":
				value = ""
			}
			if name != "" && out.Get(name) == "" {
				out.Set(name, value)
			}
		}
		if !out.Has("_csrf") {
			continue
		}
		return out, attr(form, "action")
	}
	return nil, ""
}

func (p page) named(name string) []*html.Node {
	return find(p.doc, func(n *html.Node) bool { return n.DataAtom == atom.Input && attr(n, "name") == name })
}

// pass is the number that the page shows.
func (p page) pass() string {
	for _, n := range find(p.doc, func(n *html.Node) bool { return attr(n, "class") == "pass__figures" }) {
		return text(n)
	}
	return ""
}

// heading is what a visitor reads first.
func (p page) heading() string {
	for _, n := range find(p.doc, func(n *html.Node) bool { return n.DataAtom == atom.H1 }) {
		return strings.TrimSpace(text(n))
	}
	return ""
}

// lead is what stands below.
func (p page) lead() string {
	for _, n := range find(p.doc, func(n *html.Node) bool { return attr(n, "class") == "page__lead" }) {
		return strings.TrimSpace(text(n))
	}
	return ""
}

func mainOf(doc *html.Node) *html.Node {
	for _, n := range find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Main }) {
		return n
	}
	return doc
}

func find(n *html.Node, is func(*html.Node) bool) (out []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && is(d) {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// residentID makes the number of a child that does not exist.
func residentID(child int64) string {
	body := fmt.Sprintf("4420002015%02d%02d%03d", 1+child/28%12, 1+child%28, child/336%1000)
	rest := 0
	for _, digit := range body {
		rest = (rest + int(digit-'0')) * 2 % 11
	}
	return body + string("0123456789X"[(12-rest)%11])
}
