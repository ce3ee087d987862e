package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/valyala/fasthttp"

	"huitong/bot"
	"huitong/content"
)

// kind is what a request is for.
type kind int

const (
	pageKind kind = iota
	searchKind
	botKind
	formKind
	kinds
)

func (k kind) String() string {
	return [...]string{"page", "search", "bot", "application"}[k]
}

// shares are how many of a hundred requests are of each kind. Of those of applications
// most are pages of a form, of which each is saved; see family.walk.
var shares = [kinds]int{pageKind: 80, searchKind: 12, botKind: 6, formKind: 2}

// modes are how many of a hundred readers use each.
var modes = []struct {
	cookie string
	share  int
}{{"", 80}, {"mode=elder", 12}, {"mode=accessible", 8}}

// call is one request of one client, and what came of it.
type call struct {
	kind         kind
	method, path string
	contentType  string
	body         []byte
	cookies      string
	client       netip.Addr // as a proxy before the portal names it
	want         int        // status

	status   int
	location string
	set      map[string]string // cookies
	answer   []byte            // nil where nobody reads it
	keep     bool              // somebody reads the answer
}

// material is what visitors read, look for and ask: pages from the site map, words and
// questions from the content. What stands before others is wanted more often.
type material struct {
	pages, words, questions []string
}

var located = regexp.MustCompile(`<loc>https?://[^/<]+([^<]*)</loc>`)

// gather reads the site map of the portal at base, and the content that it has.
func gather(tb testing.TB, base string) material {
	tb.Helper()
	status, body, err := fasthttp.Get(nil, base+"/sitemap.xml")
	if err != nil || status != http.StatusOK {
		tb.Fatalf("site map: status %d, %v", status, err)
	}
	var m material
	for _, found := range located.FindAllSubmatch(body, -1) {
		path := string(found[1])
		if path == "" {
			path = "/"
		}
		m.pages = append(m.pages, path)
	}
	lib, err := content.Load(content.Embedded())
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range lib.Policies {
		m.words = append(append(m.words, p.Names...), p.Titles.ZH)
		for _, q := range p.FAQ {
			m.words = append(m.words, q.Q)
		}
	}
	m.questions, _ = (&asked{lib: lib}).mix()
	r := rand.New(rand.NewPCG(mixSeed, 1))
	for _, list := range [][]string{m.pages, m.words} {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	if len(m.pages) == 0 || len(m.words) == 0 || len(m.questions) == 0 {
		tb.Fatalf("%d pages, %d words, %d questions; want some of each", len(m.pages), len(m.words), len(m.questions))
	}
	return m
}

// visitor draws what one client asks for next.
type visitor struct {
	r           *rand.Rand
	m           *material
	shares      [kinds]int
	pages       *rand.Zipf
	words       *rand.Zipf
	client      netip.Addr
	asked       int // by the visitor of this address
	number      int // of the visitor
	cookies     string
	families    *families
	onlyAddress string // one page and no other, for servers that have no more
}

func newVisitor(n int, m *material, s [kinds]int, f *families) *visitor {
	r := rand.New(rand.NewPCG(mixSeed, uint64(n)+2))
	v := &visitor{r: r, m: m, shares: s, families: f, number: n, client: clientAddress(1, n)}
	v.pages = rand.NewZipf(r, zipfS, zipfV, uint64(len(m.pages)-1))
	v.words = rand.NewZipf(r, zipfS, zipfV, uint64(len(m.words)-1))
	for n, i := r.IntN(100), 0; i < len(modes); i++ {
		if n -= modes[i].share; n < 0 {
			v.cookies = modes[i].cookie
			break
		}
	}
	return v
}

// crowdsMost is more than the clients of any crowd.
const crowdsMost = 1 << 16

// clientAddress gives each client of a group an address of its own, so that limits are
// kept on, and count as they do for visitors.
func clientAddress(group byte, n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10 + group, byte(n >> 16), byte(n >> 8), byte(n)})
}

// stay is after how many requests somebody else comes in a visitor's place.
const stay = 40

// next is the visitor's next request. Whoever made it has to give it back to done.
func (v *visitor) next() (c *call, done func(*call)) {
	if v.asked++; v.asked > stay {
		v.asked, v.number = 1, v.number+crowdsMost
		v.client = clientAddress(1, v.number)
	}
	n, k := v.r.IntN(100), pageKind
	for n -= v.shares[k]; n >= 0; n -= v.shares[k] {
		k++
	}
	nothing := func(*call) {}
	switch k {
	case searchKind:
		return v.visit(k, http.MethodGet, "/search?q="+url.QueryEscape(v.m.words[v.words.Uint64()])), nothing
	case botKind:
		return v.question(), nothing
	case formKind:
		return v.families.next()
	}
	if v.onlyAddress != "" {
		return v.visit(k, http.MethodGet, v.onlyAddress), nothing
	}
	return v.visit(k, http.MethodGet, v.m.pages[v.pages.Uint64()]), nothing
}

func (v *visitor) visit(k kind, method, path string) *call {
	return &call{kind: k, method: method, path: path, client: v.client, cookies: v.cookies, want: http.StatusOK}
}

// question goes to the page or, as its script asks, to the interface for programs.
func (v *visitor) question() *call {
	text := v.m.questions[v.r.IntN(len(v.m.questions))]
	if v.r.IntN(2) == 0 {
		c := v.visit(botKind, http.MethodPost, "/ask")
		c.contentType, c.body = formType, []byte(url.Values{"question": {text}}.Encode())
		return c
	}
	c := v.visit(botKind, http.MethodPost, "/api/v1/ask")
	c.contentType = "application/json"
	c.body, _ = json.Marshal(map[string]string{"question": text}) // strings always can
	return c
}

const formType = "application/x-www-form-urlencoded"

// caller sends calls to one server, as a proxy that keeps connections. The one that was
// used last is used next: those that only a burst needed are closed again.
type caller struct{ host *fasthttp.HostClient }

func newCaller(addr string) caller {
	return caller{&fasthttp.HostClient{
		Addr: addr, MaxConns: 15000, ReadBufferSize: 16 << 10, MaxIdleConnDuration: callPatience, ConnPoolStrategy: fasthttp.LIFO,
		ReadTimeout: callPatience, WriteTimeout: callPatience, DisablePathNormalizing: true,
		NoDefaultUserAgentHeader: true, MaxIdemponentCallAttempts: 1,
	}}
}

// do makes the call and fills in what came of it.
func (k caller) do(c *call) error {
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(resp)
	req.SetRequestURI("http://localhost" + c.path)
	req.Header.SetMethod(c.method)
	req.Header.Set("Accept-Encoding", encoding)
	req.Header.Set("X-Forwarded-For", c.client.String())
	if c.cookies != "" {
		req.Header.Set("Cookie", c.cookies)
	}
	if c.body != nil {
		req.Header.SetContentType(c.contentType)
		req.SetBodyRaw(c.body)
	}
	if err := k.host.Do(req, resp); err != nil {
		return fmt.Errorf("%s %s: %w", c.method, c.path, err)
	}
	c.status, c.location = resp.StatusCode(), string(resp.Header.Peek("Location"))
	if c.keep {
		body, err := resp.BodyUncompressed()
		if err != nil {
			return fmt.Errorf("%s %s: %w", c.method, c.path, err)
		}
		c.answer, c.set = bytes.Clone(body), setCookies(resp)
	}
	if c.status != c.want {
		return fmt.Errorf("%s %s: status %d; want %d", c.method, c.path, c.status, c.want)
	}
	return nil
}

func setCookies(resp *fasthttp.Response) map[string]string {
	set := map[string]string{}
	resp.Header.VisitAllCookie(func(name, line []byte) {
		var c fasthttp.Cookie
		if c.ParseBytes(line) == nil {
			set[string(name)] = string(c.Value())
		}
	})
	return set
}

// TestShares draws many requests: all kinds come as often as they should.
func TestShares(t *testing.T) {
	m := &material{pages: []string{"/", "/policies"}, words: []string{"孤儿", "低保"}, questions: []string{"要什么材料"}}
	f := newFamilies(4)
	v := newVisitor(0, m, shares, f)
	const drawn = 20000
	var got [kinds]int
	for range drawn {
		c, done := v.next()
		got[c.kind]++
		done(c)
	}
	for k, want := range shares {
		if per := 100 * float64(got[k]) / drawn; per < float64(want)*0.8 || per > float64(want)*1.2 {
			t.Errorf("%.1f of 100 requests are of kind %v; want %d", per, kind(k), want)
		}
	}
	if bot.DevelopmentQuestions() == "" || strings.Contains(v.cookies, "=standard") {
		t.Error("no questions, or a cookie that nobody has")
	}
}
