package web

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"golang.org/x/sync/semaphore"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/intake"
	"huitong/portal/locale"
	"huitong/portal/meter"
	"huitong/portal/outreach"
	"huitong/portal/pinyin"
	"huitong/search"
)

// Content is one consistent version of what the site says and of the engines
// that were built from it.
type Content struct {
	Library *content.Library
	Bot     Asker
	Search  Searcher
	Suggest Suggester // nil: the search box completes nothing
}

// Config is what a Server is made of. Content, Catalog and Signer are required.
type Config struct {
	Content    func() *Content // the current version; must be cheap and safe for concurrent use
	Catalog    *locale.Catalog
	Signer     Signer // of the conversations that clients keep
	BaseURL    string // public address without a slash at the end; "" means http://localhost:8080
	Site       Site
	KeepDrafts int                             // days after which an unfinished application is deleted, for the privacy page; 0 means those of [apply.IdleLasts]
	RateLimit  int                             // posts a minute from one client; 0 turns limits off
	Shared     SharedCount                     // counts those posts together with other portals; nil: each for itself
	BodyLimit  int                             // bytes; 0 means 1 MiB
	Keep       int                             // bytes of pages that are kept rendered; 0 means 64 MiB
	Speaker    Speaker                         // nil: texts are read aloud by browsers alone
	Sayable    func(voice, text string) string // how a text is said; nil: as it stands
	Rephraser  Rephraser                       // nil: answers stay as they were published
	Cases      Cases                           // without it nothing can be applied for, and there is no case desk
	Channels   []apply.Channel                 // ways by which families can be sent messages; none: they are not offered
	SignOn     SignOn                          // nil: staff sign in with passwords of the portal's own only
	Scans      bool                            // attached files are checked for viruses before staff see them
	Ready      func(context.Context) []Dependency
	Meter      *meter.Meter     // nil counts nothing
	Engine     func() string    // the search engine that serves, for the counts; nil: the embedded one
	Trusted    []netip.Prefix   // proxies whose word counts for address and number of a request, see proxy.go
	Faults     func() []string  // what keeps a newer content from being published, for staff; nil: nothing does
	Log        *slog.Logger     // nil discards
	Now        func() time.Time // nil is time.Now
}

// Site is what the footer and the page's head say of the site itself. An empty
// value is shown as not configured, never invented.
type Site struct {
	Host        string // 主办单位
	Contact     string // 联系方式
	IDCode      string // 网站标识码, ten characters
	ICP         string // ICP备案号
	Police      string // 公安机关备案标识
	PartyMark   string // 党政机关标识: address of the certificate
	ErrorReport string // 我为政府网站找错: address
	Demo        bool   // all that is kept is invented, and every page says so
}

// writeBuffer holds a compressed page with its header, so that it is sent with one
// call of the system. Each open connection has one.
const writeBuffer = 32 << 10

// Server is the site.
type Server struct {
	app        *fiber.App
	content    func() *Content
	catalog    *locale.Catalog
	signer     Signer
	views      *views
	pages      pages
	viewed     pages // with settings of how they look
	terms      linkers
	base       string
	domain     string
	site       Site
	cases      Cases
	keepDrafts int
	channels   []apply.Channel
	scans      bool
	bodyLimit  int
	cleaner    *intake.Cleaner
	uploads    *semaphore.Weighted // files that are held in memory at once
	unread     *semaphore.Weighted // bodies that are read on though nobody wants them
	speaker    Speaker
	sayable    func(voice, text string) string
	pinyin     func() (*pinyin.Reader, error)
	plain      func() (*search.Normalizer, error) // of names of places
	rephraser  Rephraser
	signOn     SignOn
	ready      func(context.Context) []Dependency
	faults     func() []string
	meter      *meter.Meter
	engine     func() string
	trusted    []netip.Prefix
	log        *slog.Logger
	now        func() time.Time
	secure     bool                     // cookies over TLS only
	header     *fasthttp.ResponseHeader // that every answer begins with
	paused     atomic.Pointer[string]   // see pausedFor
	reports    *limiter                 // of reports of children at risk, see report.go
	codes      shownCodes               // of links that belong to nobody
	calls      *limiter                 // of requests to be called back, see callback.go
	counter    *outreach.Counter        // nil: visits of links are not counted
}

// guard is what a route needs before its handler runs.
type guard int

const (
	limited  guard = 1 << iota // requests a minute are limited
	guarded                    // a post must bring the CSRF token
	returned                   // the handler sees to a post without it, and gives the answers back
	private                    // the answer is never stored
	streamed                   // the handler reads the body itself: files
	kept                       // the page is the same for everybody: rendered once
)

// route is one address of the site, below each language's prefix.
type route struct {
	method, path string
	handle       fiber.Handler
	guard        guard
}

// routes lists every page. Each feature's file declares its own.
func (s *Server) routes() []route {
	return slices.Concat(
		s.homeRoutes(),
		s.partRoutes(), // before addresses that could be taken for theirs
		s.policyRoutes(),
		s.searchRoutes(),
		s.askRoutes(),
		s.checkRoutes(),
		s.applyRoutes(),
		s.householdRoutes(),
		s.trackRoutes(),
		s.reportRoutes(),
		s.directoryRoutes(),
		s.callRoutes(),
		s.eventRoutes(),
		s.codeRoutes(),
		s.notifyRoutes(),
		s.decisionRoutes(),
		s.againRoutes(),
		s.assistRoutes(),
		s.handOverRoutes(),
		s.staffRoutes(),
		s.fieldKitRoutes(),
		s.statementRoutes(),
		s.fieldsRoutes(),
		s.textRoutes(),
		s.glossaryRoutes(),
		s.sitemapRoutes(),
		s.styleGuideRoutes(),
		s.feedbackRoutes(),
		s.offlineRoutes(),
		s.sendRoutes(),
		s.shareRoutes(),
	)
}

// New returns a Server ready to serve. It fails if a template does not parse.
func New(cfg Config) (*Server, error) {
	base, err := url.Parse(cmp.Or(cfg.BaseURL, "http://localhost:8080"))
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("base address %q is not a web address", cfg.BaseURL)
	}
	s := &Server{
		content: cfg.Content, catalog: cfg.Catalog, signer: cfg.Signer, site: cfg.Site, cases: cfg.Cases, keepDrafts: cmp.Or(cfg.KeepDrafts, int(apply.IdleLasts.Hours()/24)), channels: cfg.Channels, scans: cfg.Scans, speaker: cfg.Speaker, sayable: cfg.Sayable, rephraser: cfg.Rephraser, signOn: cfg.SignOn, ready: cfg.Ready, faults: cfg.Faults,
		base: base.Scheme + "://" + base.Host, domain: base.Hostname(), secure: base.Scheme == "https",
		bodyLimit: cmp.Or(cfg.BodyLimit, 1<<20), cleaner: intake.NewCleaner(), uploads: semaphore.NewWeighted(maxUploads), unread: semaphore.NewWeighted(maxUnread),
		meter: cfg.Meter, engine: cfg.Engine, trusted: cfg.Trusted,
		log: cfg.Log, now: cfg.Now, pages: pages{limit: cmp.Or(cfg.Keep, defaultKeep)}, terms: linkers{build: termLinker}, viewed: pages{limit: cmp.Or(cfg.Keep, defaultKeep) / 8},
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.engine == nil {
		s.engine = func() string { return search.ServingEmbedded }
	}
	if s.sayable == nil {
		s.sayable = func(_, text string) string { return text }
	}
	if s.cases.Visits != nil {
		s.counter = outreach.NewCounter(s.cases.Visits)
	}
	s.reports = cfg.limiter("reports", reportMinute, s.now)
	s.calls = cfg.limiter("calls", callMinute, s.now)
	s.pinyin = newPinyin(s.catalog.Convert)
	s.plain = sync.OnceValues(func() (*search.Normalizer, error) { return search.NewNormalizer(nil) })
	if s.views, err = newViews(s); err != nil {
		return nil, err
	}
	s.app = fiber.New(fiber.Config{
		// Without Immutable every string of a request is overwritten by the next one.
		Immutable:             true,
		DisableStartupMessage: true,
		// Each route reads its body itself, see body.go: forms by Fiber would put files
		// into temporary ones, and the limit would be one for all routes.
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		WriteBufferSize:              writeBuffer,
		ReadTimeout:                  bodyStalls,
		IdleTimeout:                  2 * time.Minute,
		ErrorHandler:                 s.fail,
	})
	s.header = securely(s.secure)
	s.register(cfg)
	s.app.Server().Handler = s.closeUnread(s.keptFirst(s.fromProxy(s.app.Server().Handler)))
	return s, nil
}

// App returns the Fiber application.
func (s *Server) App() *fiber.App { return s.app }

func (s *Server) register(cfg Config) {
	s.app.Use(s.secureHeaders, s.identify, s.logAccess, s.recoverPanic)
	s.app.Get("/static/:file", serveStatic)
	s.app.Get("/healthz", s.showHealth)
	s.app.Get("/readyz", s.showReady)
	for _, r := range slices.Concat(s.robotRoutes(), s.feedRoutes()) {
		s.app.Get(r.path, s.keep(r.handle))
	}
	s.app.Get("/speech/:slug/:file", s.sendSpeech)
	s.app.Use(s.settle)
	s.installRoutes()
	limit := cfg.limiter("posts", cfg.RateLimit, s.now)
	s.app.Post("/api/v1/ask", neverStored, limit.count, s.bounded, s.inTime, s.answerAPI)
	s.app.Get("/api/v1/suggest", s.suggestAPI)
	s.app.Get("/api/v1/pinyin", s.pinyinAPI)
	for _, l := range languages {
		for _, r := range s.routes() {
			handlers := []fiber.Handler{}
			if r.guard&private != 0 {
				handlers = append(handlers, neverStored)
			}
			if r.guard&limited != 0 {
				handlers = append(handlers, limit.count)
			}
			if r.guard&streamed == 0 {
				handlers = append(handlers, s.bounded, s.inTime)
			} else {
				handlers = append(handlers, s.readRest, s.giveToken, s.inTime)
			}
			if r.guard&guarded != 0 {
				handlers = append(handlers, s.checkToken)
			}
			if r.guard&returned != 0 {
				handlers = append(handlers, s.noteToken)
			}
			handle := r.handle
			if r.guard&kept != 0 {
				handle = s.keep(handle)
			}
			s.app.Add(r.method, l.path(r.path), append(handlers, handle)...)
			if r.method == fiber.MethodGet {
				s.app.Add(fiber.MethodHead, l.path(r.path), append(handlers, handle)...)
			}
		}
	}
	s.app.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
}

// redirect sends the visitor to path (rooted, without prefix) in the visit's
// language with a fresh GET, carrying the mode where links must.
func (s *Server) redirect(c *fiber.Ctx, path string) error {
	v := visitOf(c)
	to := v.Lang.path(rooted(path))
	if v.Carried != "" {
		to = modeAddress(to, v.Carried)
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}
