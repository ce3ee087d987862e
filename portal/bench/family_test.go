package bench

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"iter"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huitong/portal/apply"
)

const (
	applied = "/apply/basic-living-allowance"
	open    = 64 // applications that are being filled in at a time

	leaveEvery = 3 // of so many families one leaves its application unfinished
	photoEvery = 4 // of so many that hand theirs in one takes a photo; the others bring papers
)

// families are those who are filling in an application. Whoever is to make a request of
// that kind makes the next one of some family, and gives the family back.
type families struct {
	waiting chan *family
	mu      sync.Mutex
	begun   int
	photo   []byte
	done    struct{ submitted, left, photos, broken int }
}

func newFamilies(n int) *families {
	f := &families{waiting: make(chan *family, n), photo: newPhoto()}
	for range n {
		f.waiting <- f.begin()
	}
	return f
}

// begin is the next family, at an address of its own.
func (f *families) begin() *family {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begun++
	one := &family{
		n: f.begun, r: rand.New(rand.NewPCG(mixSeed, uint64(f.begun))), client: clientAddress(2, f.begun),
		cookies: map[string]string{}, leaves: f.begun%leaveEvery == 0,
	}
	if f.begun%photoEvery == 1 {
		one.photo = f.photo
	}
	one.next, one.stop = iter.Pull(one.walk)
	return one
}

// next is the next request of a family that waits for its turn.
func (f *families) next() (*call, func(*call)) {
	one := <-f.waiting
	c, ok := one.next()
	if !ok {
		f.count(one)
		one = f.begin()
		c, _ = one.next()
	}
	return c, func(*call) { f.waiting <- one }
}

func (f *families) count(one *family) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case one.broken:
		f.done.broken++
	case one.leaves:
		f.done.left++
	default:
		f.done.submitted++
		if one.photo != nil {
			f.done.photos++
		}
	}
}

// stop ends all walks.
func (f *families) stop() {
	for range cap(f.waiting) {
		(<-f.waiting).stop()
	}
}

// family fills in one application.
type family struct {
	n       int
	r       *rand.Rand
	client  netip.Addr
	cookies map[string]string
	photo   []byte // nil: all papers are brought
	leaves  bool   // goes away before the end
	broken  bool   // something came that should not

	next func() (*call, bool)
	stop func()
}

var (
	postedToken   = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)
	postedKey     = regexp.MustCompile(`name="-key" value="([^"]+)"`)
	postedVersion = regexp.MustCompile(`name="-version" value="([^"]+)"`)
	postedConsent = regexp.MustCompile(`name="consent" value="([^"]+)"`)
	postedPaper   = regexp.MustCompile(`name="paper" value="([^"]+)"`)
)

// walk makes the family's requests one after the other: the start, five pages of the
// form, each opened and saved, the documents, the review, the receipt and the state.
func (f *family) walk(yield func(*call) bool) {
	start, ok := f.get(yield, applied)
	if !ok || !f.post(yield, applied, url.Values{"_csrf": {found(postedToken, start)}, "-start": {"1"}}) {
		return
	}
	for i, s := range f.sections() {
		if f.leaves && i == 3 {
			return
		}
		form, ok := f.get(yield, applied+"/"+s.name)
		s.answers.Set("_csrf", found(postedToken, form))
		if !ok || !f.post(yield, applied+"/"+s.name, s.answers) {
			return
		}
	}
	papers, ok := f.get(yield, applied+"/documents")
	if !ok || !f.send(yield, f.papers(papers)) {
		return
	}
	review, ok := f.get(yield, applied+"/review")
	if !ok || !f.post(yield, applied+"/review", url.Values{
		"_csrf": {found(postedToken, review)}, "-key": {found(postedKey, review)},
		"-version": {found(postedVersion, review)}, "consent": {found(postedConsent, review)},
	}) {
		return
	}
	if done, ok := f.get(yield, applied+"/done"); !ok || !strings.Contains(done, "已经提交成功") {
		f.broken = true
		return
	}
	f.get(yield, "/track/status")
}

func found(re *regexp.Regexp, page string) string {
	m := re.FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// get opens a page; false if it did not come, or nobody wants more.
func (f *family) get(yield func(*call) bool, path string) (string, bool) {
	c := &call{method: http.MethodGet, path: path, want: http.StatusOK}
	ok := f.send(yield, c)
	return string(c.answer), ok
}

// post sends a form, which leads on to another page.
func (f *family) post(yield func(*call) bool, path string, form url.Values) bool {
	return f.send(yield, &call{method: http.MethodPost, path: path, contentType: formType, body: []byte(form.Encode()), want: http.StatusSeeOther})
}

func (f *family) send(yield func(*call) bool, c *call) bool {
	c.kind, c.client, c.keep = formKind, f.client, true
	var pairs []string
	for name, value := range f.cookies {
		pairs = append(pairs, name+"="+value)
	}
	c.cookies = strings.Join(pairs, "; ")
	if !yield(c) {
		return false
	}
	for name, value := range c.set {
		f.cookies[name] = value
	}
	f.broken = c.status != c.want
	return !f.broken
}

// papers is the posted page of documents: all are brought on paper but for one, of which
// there is a photo.
func (f *family) papers(page string) *call {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	put := func(name, value string) { _ = w.WriteField(name, value) } // writing to memory never fails
	put("_csrf", found(postedToken, page))
	put("-papers", "1")
	for i, m := range postedPaper.FindAllStringSubmatch(page, -1) {
		if i == 0 && f.photo != nil {
			part, _ := w.CreateFormFile(apply.DocumentField(m[1]), "photo.jpg")
			_, _ = part.Write(f.photo)
			continue
		}
		put("paper", m[1])
	}
	_ = w.Close()
	return &call{method: http.MethodPost, path: applied + "/documents", contentType: w.FormDataContentType(), body: b.Bytes(), want: http.StatusSeeOther}
}

// section is what a family answers on one page of the form.
type section struct {
	name    string
	answers url.Values
}

// sections are the answers of a family that nobody else is.
func (f *family) sections() []section {
	guardian := f.name()
	return []section{
		{"child", url.Values{"child_name": {f.name()}, "child_id": {f.resident(2012, 8)}, "hukou": {"zhongshan"}}},
		{"parents", url.Values{"father": {"dead"}, "mother": {"prison"}}},
		{"guardian", url.Values{"guardian_name": {guardian}, "guardian_id": {f.resident(1950, 15)}, "guardian_relation": {"grandparent-paternal"}, "guardian_phone": {fmt.Sprintf("139%08d", f.n)}}},
		{"place", url.Values{"town": {"shiqi"}, "address": {fmt.Sprintf("石岐街道云雀巷%d号", f.n)}}},
		{"payment", url.Values{"bank_holder": {guardian}, "bank_account": {"6217003360000000124"}}},
	}
}

// name is invented, and obviously so.
func (f *family) name() string {
	birds := []rune("雀鹂莺燕鹊鸽鹭鹤雁鸥鹰鹃鸭鹅鸡")
	return string([]rune{'小', birds[f.r.IntN(len(birds))], birds[f.r.IntN(len(birds))], birds[f.r.IntN(len(birds))]})
}

// resident is a number with the right last digit, of somebody born in these years.
func (f *family) resident(from, years int) string {
	born := time.Date(from+f.r.IntN(years), 1, 1+f.r.IntN(365), 0, 0, 0, 0, time.UTC)
	number := "442000" + born.Format("20060102") + fmt.Sprintf("%03d", f.r.IntN(1000))
	for _, last := range "0123456789X" {
		if _, ok := apply.ParseResidentID(number + string(last)); ok {
			return number + string(last)
		}
	}
	return number
}

// newPhoto is as large as a telephone makes them when told to save, of a paper with
// something on it.
func newPhoto() []byte {
	r := rand.New(rand.NewPCG(mixSeed, 3))
	m := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	for y := range 1200 {
		for x := range 1600 {
			shade := uint8(200 + x/40 - y/60)
			if (x/7*31+y/11*17)%13 == 0 {
				shade = uint8(40 + r.IntN(40))
			}
			m.SetRGBA(x, y, color.RGBA{shade, shade, shade - 8, 255})
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, nil) // writing to memory never fails
	return b.Bytes()
}

// TestFamily plays a family against a server of a few lines: it brings back what it is
// given and goes to the end, or away before.
func TestFamily(t *testing.T) {
	f := newFamilies(1)
	defer f.stop()
	var paths []string
	for range 60 {
		c, done := f.next()
		paths = append(paths, c.method+" "+c.path)
		c.status, c.set = c.want, map[string]string{"draft": "kept"}
		c.answer = []byte(`已经提交成功 name="_csrf" value="token" name="-key" value="k" name="paper" value="photo" name="paper" value="id-card"`)
		if c.method == http.MethodPost && !bytes.Contains(c.body, []byte("token")) {
			t.Errorf("POST %s without the token of its page", c.path)
		}
		if c.path != applied && c.cookies != "draft=kept" {
			t.Errorf("%s with the cookies %q", c.path, c.cookies)
		}
		done(c)
	}
	if f.done.submitted != 2 || f.done.left != 1 || f.done.photos != 1 || f.done.broken != 0 {
		t.Errorf("%+v; want two submitted, one with a photo, and one left", f.done)
	}
	if want := "POST " + applied + "/review"; !slices.Contains(paths, want) {
		t.Errorf("no %s in %v", want, paths)
	}
}
