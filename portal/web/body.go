package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"huitong/portal/intake"
)

// Bodies come as a stream, so that photos are never held whole, nor written to a
// disk in the clear. Every route but those for files reads its own into memory
// first, up to the limit of its kind.
const (
	maxPost    = 100 << 20 // of a page with files
	maxFields  = 64 << 10  // of what else stands in such a page
	bodyStalls = 30 * time.Second
	bodyLasts  = 10 * time.Minute

	// Of a request that is answered without its body, such as a photo where none is taken.
	maxRefused   = 32 << 20
	refusedLasts = 2 * time.Minute

	// How many such bodies are read on at once, and for how long beyond that number: long
	// enough for what has arrived already.
	maxUnread    = 128
	unreadHastes = time.Second
)

// closeUnread closes a connection whose request was not read to its end: what is
// left must never be taken for the next request. Within bounds it is read and thrown away
// first: a browser shows no answer before it has sent everything, but a broken connection.
func (s *Server) closeUnread(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(c *fasthttp.RequestCtx) {
		next(c)
		if c.Request.IsBodyStream() {
			_ = s.readOn(&patient{c.Conn(), c.Request.BodyStream(), maxRefused, time.Now().Add(refusedLasts)})
			c.SetConnectionClose()
		}
	}
}

// readOn throws away what is left of a body. Anybody can send one that nobody wants, slowly,
// so that only so many are waited for.
func (s *Server) readOn(rest *patient) error {
	if s.unread.TryAcquire(1) {
		defer s.unread.Release(1)
	} else {
		rest.end = time.Now().Add(unreadHastes)
	}
	_, err := io.Copy(io.Discard, rest)
	return err
}

// bounded reads the body for handlers that want it whole. Packed ones are refused:
// a small one may unpack to any size.
func (s *Server) bounded(c *fiber.Ctx) error {
	r := c.Request()
	if !r.IsBodyStream() {
		return c.Next()
	}
	if len(r.Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return fiber.ErrUnsupportedMediaType
	}
	if r.Header.ContentLength() > s.bodyLimit {
		return fiber.ErrRequestEntityTooLarge
	}
	body, err := readWhole(io.LimitReader(r.BodyStream(), int64(s.bodyLimit)+1), r.Header.ContentLength())
	switch {
	case err != nil:
		return brokenOff(err)
	case len(body) > s.bodyLimit:
		return fiber.ErrRequestEntityTooLarge
	}
	r.SetBodyRaw(body)
	return c.Next()
}

// largeBody is how much room is made for what a client only says that it will send.
const largeBody = 8 << 10

// readWhole is io.ReadAll for something that said how long it is.
func readWhole(r io.Reader, said int) ([]byte, error) {
	// One more, so that the end is seen without more room.
	b := make([]byte, 0, max(0, min(said, largeBody))+1)
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if len(b) == cap(b) {
			b = slices.Grow(b, len(b)+512)
		}
	}
}

// brokenOff turns the error of reading a body into one that is not ours.
func brokenOff(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fiber.ErrRequestTimeout
	case errors.Is(err, fiber.ErrRequestEntityTooLarge):
		return fiber.ErrRequestEntityTooLarge
	}
	return fmt.Errorf("%w: %w", fiber.ErrBadRequest, err)
}

// patient reads a body from a slow connection: as long as something keeps coming,
// within bounds of size and time.
type patient struct {
	conn net.Conn
	from io.Reader
	left int64
	end  time.Time
}

func newPatient(c *fiber.Ctx) *patient {
	return &patient{c.Context().Conn(), c.Request().BodyStream(), maxPost, time.Now().Add(bodyLasts)}
}

// Read implements io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, fiber.ErrRequestEntityTooLarge
	}
	until := time.Now().Add(bodyStalls)
	if until.After(p.end) {
		until = p.end
	}
	if err := p.conn.SetReadDeadline(until); err != nil {
		return 0, err
	}
	n, err := p.from.Read(b[:min(int64(len(b)), p.left)])
	p.left -= int64(n)
	return n, err
}

// sent is a file as it arrived.
type sent struct {
	field string
	body  []byte
	large bool // longer than a file may be; body holds nothing then
}

// readForm reads a posted page part by part and gives each file to take as it comes;
// only one is in memory at a time. The token of the page has to stand before the
// first file. It returns what stood in the other fields.
func (s *Server) readForm(c *fiber.Ctx, take func(sent) error) (url.Values, error) {
	return s.readFormBy(c, s.checkPosted, take)
}

// readFormBy is readForm for a page that has something else than the token; check is
// asked before each file and at the end with what stood in the fields until then.
func (s *Server) readFormBy(c *fiber.Ctx, check func(*fiber.Ctx, url.Values) error, take func(sent) error) (url.Values, error) {
	if !c.Request().IsBodyStream() {
		return nil, errStaleForm
	}
	if len(c.Request().Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return nil, fiber.ErrUnsupportedMediaType
	}
	values, err := s.readParts(c, newPatient(c), check, func(f sent) error {
		s.renewTime(c)
		return take(f)
	})
	s.renewTime(c)
	return values, err
}

// readRest reads what a handler of files has left of the body: a browser shows no
// answer before it has sent everything.
func (s *Server) readRest(c *fiber.Ctx) error {
	err := c.Next()
	if !c.Request().IsBodyStream() {
		return err
	}
	if rest := s.readOn(newPatient(c)); rest == nil {
		_ = c.Request().CloseBodyStream()
	}
	return err
}

func (s *Server) readParts(c *fiber.Ctx, body io.Reader, check func(*fiber.Ctx, url.Values) error, take func(sent) error) (url.Values, error) {
	kind, params, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	values := url.Values{}
	switch {
	case err == nil && kind == fiber.MIMEApplicationForm:
		all, err := io.ReadAll(io.LimitReader(body, maxFields))
		if err != nil {
			return nil, brokenOff(err)
		}
		if values, err = url.ParseQuery(string(all)); err != nil {
			return nil, fiber.ErrBadRequest
		}
		return values, check(c, values)
	case err != nil || kind != fiber.MIMEMultipartForm:
		return nil, fiber.ErrUnsupportedMediaType
	}
	room := int64(maxFields)
	for parts := multipart.NewReader(body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return values, check(c, values)
		}
		if err != nil {
			return values, brokenOff(err)
		}
		if part.FileName() == "" && part.Header.Get(fiber.HeaderContentType) == "" {
			b, err := io.ReadAll(io.LimitReader(part, room+1))
			if room -= int64(len(b) + len(part.FormName())); err != nil || room < 0 {
				return values, fiber.ErrBadRequest
			}
			values.Add(part.FormName(), string(b))
			continue
		}
		if err := check(c, values); err != nil {
			return values, err
		}
		f, err := readSent(part)
		if err != nil {
			return values, brokenOff(err)
		}
		if len(f.body) == 0 && !f.large && part.FileName() == "" {
			continue // nothing was chosen
		}
		if err := take(f); err != nil {
			return values, err
		}
	}
}

// readSent reads one file, and throws away what is beyond the limit.
func readSent(part *multipart.Part) (sent, error) {
	f := sent{field: part.FormName()}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(part, intake.MaxSize+1))
	if err != nil {
		return f, err
	}
	if f.large = n > intake.MaxSize; f.large {
		_, err = io.Copy(io.Discard, part)
		return f, err
	}
	f.body = b.Bytes()
	return f, nil
}

// checkPosted refuses a page that came without its token, see csrf.go.
func (s *Server) checkPosted(c *fiber.Ctx, values url.Values) error {
	if !fits(c.Cookies(s.tokenCookie()), values.Get(tokenField)) {
		return errStaleForm
	}
	return nil
}

// giveToken gives pages the token to use. It does not look at the request's body.
func (s *Server) giveToken(c *fiber.Ctx) error {
	token := c.Cookies(s.tokenCookie())
	if len(token) != tokenLength {
		token = s.newToken(c)
	}
	c.Locals(tokenKey, token)
	return c.Next()
}
