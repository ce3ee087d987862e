package web

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// errStaleForm says that a form came without the token of a page of ours.
var errStaleForm = errors.New("form is stale")

// failure is how an error is shown: words are the messages error.<words>.title
// and error.<words>.text.
type failure struct {
	err    error
	status int
	words  string
}

// failures is the one table from error to page; the first match counts, and what
// is not in it is our fault.
var failures = []failure{
	{errStaleForm, fiber.StatusForbidden, "stale"},
	{fiber.ErrNotFound, fiber.StatusNotFound, "notfound"},
	{fiber.ErrMethodNotAllowed, fiber.StatusMethodNotAllowed, "notfound"},
	{fiber.ErrBadRequest, fiber.StatusBadRequest, "bad"},
	{fiber.ErrForbidden, fiber.StatusForbidden, "forbidden"},
	{fiber.ErrRequestEntityTooLarge, fiber.StatusRequestEntityTooLarge, "large"},
	{fiber.ErrUnsupportedMediaType, fiber.StatusUnsupportedMediaType, "bad"},
	{fiber.ErrTooManyRequests, fiber.StatusTooManyRequests, "busy"},
	{fiber.ErrServiceUnavailable, fiber.StatusServiceUnavailable, "busy"},
	{apply.ErrNotFound, fiber.StatusNotFound, "notfound"},
	{casework.ErrForbidden, fiber.StatusForbidden, "forbidden"},
	{apply.ErrConflict, fiber.StatusConflict, "conflict"},
	{casework.ErrKeyUsed, fiber.StatusConflict, "conflict"},
	{context.DeadlineExceeded, fiber.StatusGatewayTimeout, ours}, // not 503, at which a proxy would ask another portal of the same database
}

// ours are the words for what is our fault.
const ours = "ours"

var ourFault = failure{nil, fiber.StatusInternalServerError, ours}

func failureOf(err error) failure {
	var fe *fiber.Error
	if errors.As(err, &fe) {
		for _, f := range failures {
			if f.status == fe.Code && f.err != errStaleForm {
				return f
			}
		}
		if fe.Code >= 400 && fe.Code < 500 {
			// for example a connection that a browser opened ahead and never used (408)
			return failure{fe, fe.Code, "bad"}
		}
	}
	for _, f := range failures {
		if errors.Is(err, f.err) {
			return f
		}
	}
	return ourFault
}

type errorPage struct {
	page
	Words  string
	Status int
	OnDesk bool   // what to do next is on the desk
	Last   string // the page that led here, where trying once more from there may help; ""
	Unsent *unsent
}

// Sendable is false: nobody hands on that something failed.
func (errorPage) Sendable() bool { return false }

// tryAgain are the words of failures after which one is told to try again, or to look at the
// page before once more.
var tryAgain = []string{"bad", "busy", "conflict", "large", "stale", ours}

// pageBefore returns the page of this site whose link or form led here; "" for none.
func pageBefore(c *fiber.Ctx) string {
	u, err := url.Parse(c.Get(fiber.HeaderReferer))
	if err != nil || u.Host == "" || u.Host != string(c.Request().Host()) || u.Path != rooted(u.Path) {
		return ""
	}
	if c.Method() == fiber.MethodGet && u.Path == c.Path() {
		return ""
	}
	_, u.Path = splitLanguage(u.Path)
	return u.RequestURI()
}

// fail answers a request that ended in err: kind words and what to do next, never
// the error itself, which goes into the log when it is ours.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	var more *wantedError
	if errors.As(err, &more) { // of whatever page takes files: nothing has failed
		return more.answer(c)
	}
	f := failureOf(err)
	s.meter.Failed(f.words)
	if f.words == ours {
		s.log.LogAttrs(c.UserContext(), slog.LevelError, "request failed",
			slog.String("route", c.Route().Path), slog.String("request", requestID(c)), slog.Any("error", err))
	}
	c.Status(f.status)
	c.Set(fiber.HeaderCacheControl, "no-store")
	if strings.HasPrefix(c.Path(), "/api/") {
		return c.JSON(apiError{Error: f.words, Message: s.words(c)("error." + f.words + ".text")})
	}
	p := errorPage{page: s.page(c, "error."+f.words+".title"), Words: f.words, Status: f.status}
	p.OnDesk = strings.HasPrefix(visitOf(c).Path, "/staff/")
	p.NoIndex, p.Scripts = true, []string{"speech.js"}
	if slices.Contains(tryAgain, f.words) {
		p.Last = pageBefore(c)
		p.Return = p.Last
	}
	if f.words == ours {
		p.Unsent = s.unsentOf(c)
	}
	if err := s.render(c, "error", p); err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelError, "error page failed",
			slog.String("request", requestID(c)), slog.Any("error", err))
		return c.Status(fiber.StatusInternalServerError).SendString(s.words(c)("error.ours.text"))
	}
	return nil
}

// apiError is the body of every answer of the API that is not a success.
type apiError struct {
	Error   string `json:"error"` // fixed word for programs
	Message string `json:"message"`
}
