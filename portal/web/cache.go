package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/cespare/xxhash/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"huitong/portal/meter"
)

// pages keeps every page that is the same for all visitors: rendered once for each
// version of the content, language and choice of how it looks, compressed once for each encoding that
// is asked for. A new version starts an empty store; the old one goes with the
// requests that use it.
type pages struct {
	limit   int // bytes
	mu      sync.RWMutex
	content *Content
	kept    map[pageKey]*keptPage
	size    int // bytes
}

// pageKey is what a kept page depends on, beside the content.
type pageKey struct {
	choice, carried string // see visit
	path            string // as it was asked for
}

// defaultKeep is room for all pages of a city in all languages and modes.
const defaultKeep = 64 << 20

// brotliLevel makes a page as small as nearly a tenth of a second of work can.
const brotliLevel = 9

func (p *pages) get(content *Content, key pageKey) *keptPage {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.content != content {
		return nil
	}
	return p.kept[key]
}

// at is get for a path in bytes, which it does not copy.
func (p *pages) at(content *Content, key pageKey, path []byte) *keptPage {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.content != content {
		return nil
	}
	return p.kept[pageKey{key.choice, key.carried, string(path)}]
}

// put keeps a page. It starts over when there is no room: what is read often soon
// is there again.
func (p *pages) put(content *Content, key pageKey, page *keptPage) {
	if !p.takes(page.plain.body) {
		return
	}
	size := keptSize(page.plain.body)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.content != content || p.size+size > p.limit {
		p.content, p.kept, p.size = content, map[pageKey]*keptPage{}, 0
	}
	if p.kept[key] == nil {
		p.kept[key] = page
		p.size += size
	}
}

// keptSize is the room that a page takes: both compressed forms together are smaller than
// the page.
func keptSize(body []byte) int { return 2 * len(body) }

// takes reports whether a page is not too large to be kept.
func (p *pages) takes(body []byte) bool { return keptSize(body) <= p.limit }

// storeOf returns where pages with these settings are kept: those of visitors who
// have changed something stand by themselves, in an eighth of the room, so that no
// number of settings can push out what everybody reads.
func (s *Server) storeOf(v view) *pages {
	if v == (view{}) {
		return &s.pages
	}
	return &s.viewed
}

// publishedKey marks a request for a page that is the same for everybody: nothing on it
// is of whoever asked.
const publishedKey = "published"

// keep answers from the store and fills it. It stands before handlers whose page
// depends on nothing but path, language, mode and content.
func (s *Server) keep(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := visitOf(c)
		content := s.content()
		key, store := pageKey{v.choice().String(), v.Carried, c.Path()}, s.storeOf(v.View)
		if v.InApp {
			key.carried += keptApart
		}
		page := store.get(content, key)
		if page == nil {
			c.Locals(publishedKey, true)
			if err := handle(c); err != nil || c.Response().StatusCode() != fiber.StatusOK {
				c.Locals(publishedKey, nil) // the page of the error is that of one visitor
				return err
			}
			if !store.takes(c.Response().Body()) && acceptedEncoding(c.Context()) == "" {
				sendOnce(c)
				return nil
			}
			page = newKeptPage(c)
			page.count = s.meter.Route(fiber.MethodGet, routeName(page.route))
			store.put(content, key, page)
		}
		return page.send(c)
	}
}

// keptFirst answers from the store before anything is worked out for the request,
// not even by Fiber: to read a page that others have read is what people do most.
// Requests with a query, a body or no kept page go on to next.
func (s *Server) keptFirst(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(c *fasthttp.RequestCtx) {
		if !c.IsGet() || len(c.URI().QueryString()) > 0 {
			next(c)
			return
		}
		key, store := pageKey{choice: modeStandard}, &s.pages
		if said := c.Request.Header.Cookie(modeCookie); len(said) > 0 {
			if key.choice = modeOr(string(said), ""); key.choice == "" {
				chosen, _ := parseChoice(string(said))
				chosen.Mode = cmp.Or(chosen.Mode, modeStandard)
				key.choice, store = chosen.String(), s.storeOf(chosen.view)
			}
		}
		if isInApp(c.Request.Header.UserAgent()) {
			key.carried = keptApart
		}
		page := store.at(s.content(), key, c.URI().PathOriginal())
		if page == nil {
			next(c)
			return
		}
		s.meter.Begin()
		defer s.meter.End()
		start, id := time.Now(), s.numberOf(c)
		f := page.accepted(c)
		f.header.CopyTo(&c.Response.Header)
		c.Response.Header.Set(fiber.HeaderXRequestID, id)
		f.fill(c)
		s.account(c, page.route, page.count, id, start)
	}
}

// keptPage is one page in each encoding.
type keptPage struct {
	route    string // its pattern, for the log
	count    *meter.Route
	plain    *form
	gzip, br func() *form
}

// form is a page in one encoding with the header that it is sent with.
type form struct {
	etag   string
	body   []byte
	header fasthttp.ResponseHeader
}

// newKeptPage keeps the answer that stands in c, without what belongs to the one
// who asked.
func newKeptPage(c *fiber.Ctx) *keptPage {
	c.Vary(fiber.HeaderAcceptEncoding)
	body := newPacked(bytes.Clone(c.Response().Body()))
	sum := sumOf(body.plain)
	header := &fasthttp.ResponseHeader{}
	c.Response().Header.CopyTo(header)
	header.DelAllCookies()
	header.Del(fiber.HeaderXRequestID)
	header.Set(fiber.HeaderCacheControl, askedAgain)
	in := func(encoding string) *form {
		f := &form{etag: etagOf(sum, encoding), body: body.in(encoding)}
		header.CopyTo(&f.header)
		f.header.Set(fiber.HeaderETag, f.etag)
		if encoding != "" {
			f.header.Set(fiber.HeaderContentEncoding, encoding)
		}
		return f
	}
	return &keptPage{
		route: c.Route().Path, plain: in(""),
		gzip: sync.OnceValue(func() *form { return in("gzip") }),
		br:   sync.OnceValue(func() *form { return in("br") }),
	}
}

// askedAgain lets a browser keep a page too, but it asks again each time, so that a
// corrected amount is never shown late.
const askedAgain = "private, no-cache"

func sumOf(page []byte) string { return strconv.FormatUint(xxhash.Sum64(page), 16) }

func etagOf(sum, encoding string) string { return `"` + sum + encoding + `"` }

// sendOnce is keeping and sending in one for a page that no store takes, to a client that
// takes it as it stands: nothing is copied for others.
func sendOnce(c *fiber.Ctx) {
	etag := etagOf(sumOf(c.Response().Body()), "")
	c.Vary(fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderCacheControl, askedAgain)
	neverKeptWithCookie(c)
	if known(c.Context(), etag) {
		notModified(c.Context())
	}
}

// neverKeptWithCookie sees to it that nobody keeps an answer that sets a cookie.
func neverKeptWithCookie(c *fiber.Ctx) {
	if c.GetRespHeader(fiber.HeaderSetCookie) != "" {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
}

// send answers with the smallest form that the client takes, or with 304, under the
// header that stands in c already.
func (p *keptPage) send(c *fiber.Ctx) error {
	f := p.accepted(c.Context())
	f.header.VisitAll(func(key, value []byte) { c.Response().Header.SetBytesKV(key, value) })
	neverKeptWithCookie(c)
	f.fill(c.Context())
	return nil
}

// accepted returns the smallest form that the client takes.
func (p *keptPage) accepted(c *fasthttp.RequestCtx) *form {
	switch acceptedEncoding(c) {
	case "br":
		return p.br()
	case "gzip":
		return p.gzip()
	}
	return p.plain
}

// fill puts the body into an answer that has the form's header, or makes it a 304
// where the client has this form already.
func (f *form) fill(c *fasthttp.RequestCtx) {
	if known(c, f.etag) {
		notModified(c)
		return
	}
	c.Response.SetBodyRaw(f.body)
}

// known reports whether the client has the form with this tag already.
func known(c *fasthttp.RequestCtx, etag string) bool {
	match := c.Request.Header.Peek(fiber.HeaderIfNoneMatch)
	return len(match) > 0 && bytes.Contains(match, []byte(etag))
}

// notModified makes an answer a 304.
func notModified(c *fasthttp.RequestCtx) {
	c.Response.ResetBody()
	c.Response.Header.Del(fiber.HeaderContentEncoding)
	c.SetStatusCode(fiber.StatusNotModified)
}

// acceptedEncoding returns the best encoding that the client takes; "" for none.
func acceptedEncoding(c *fasthttp.RequestCtx) string {
	accept := c.Request.Header.Peek(fiber.HeaderAcceptEncoding)
	switch {
	case bytes.Contains(accept, []byte("br")):
		return "br"
	case bytes.Contains(accept, []byte("gzip")):
		return "gzip"
	}
	return ""
}

// packed is a text that is compressed when it is first asked for.
type packed struct {
	plain    []byte
	gzip, br func() []byte
}

func newPacked(plain []byte) packed {
	return packed{
		plain: plain,
		gzip:  sync.OnceValue(func() []byte { return gzipped(plain) }),
		br:    sync.OnceValue(func() []byte { return brotlied(plain) }),
	}
}

// in returns the text in an encoding that acceptedEncoding names.
func (p packed) in(encoding string) []byte {
	switch encoding {
	case "br":
		return p.br()
	case "gzip":
		return p.gzip()
	}
	return p.plain
}

// Writing to memory never fails, and neither do these.

func gzipped(text []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

func brotlied(text []byte) []byte {
	brotliRoom <- struct{}{}
	defer func() { <-brotliRoom }()
	w := brotliWriters.Get().(*brotli.Writer)
	defer brotliWriters.Put(w)
	var b bytes.Buffer
	w.Reset(&b)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

// A writer at our level takes 32 MB, however short the text, and some milliseconds to be
// made. A crowd on pages that nobody has read yet must not have one each: those who
// compress at once are few, as processors are, and a writer serves again.
var (
	brotliRoom    = make(chan struct{}, min(4, runtime.GOMAXPROCS(0)))
	brotliWriters = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, brotliLevel) }}
)
