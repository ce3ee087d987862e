package web

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Feedback keeps what readers say of pages, and shows it to the desk.
type Feedback interface {
	KeepFeedback(ctx context.Context, f casework.Feedback) error
	Feedback(ctx context.Context, by apply.Actor) (casework.FeedbackReport, error)
}

// Fields of the form under each page. The trap is hidden: who fills it in is a program.
const (
	feedbackPath    = "page"
	feedbackVerdict = "verdict"
	feedbackText    = "text"
	feedbackTrap    = "website"
)

func (s *Server) feedbackRoutes() []route {
	if s.cases.Feedback == nil {
		return nil
	}
	return []route{
		{fiber.MethodGet, "/feedback", s.showFeedback, private},
		{fiber.MethodPost, "/feedback", s.sendFeedback, limited | private},
		{fiber.MethodGet, "/feedback/thanks", s.showThanks, private},
	}
}

// feedbackPage is the form by itself, and the thanks after it.
type feedbackPage struct {
	page
	About string // path of the page it is about; "" is the site as a whole
	Name  string // of that page
}

func (s *Server) newFeedbackPage(c *fiber.Ctx, titleID string) feedbackPage {
	p := feedbackPage{page: s.page(c, titleID), About: s.cameFrom(c)}
	p.NoIndex = true
	p.Name = s.pageName(c, p.About)
	return p
}

func (s *Server) showFeedback(c *fiber.Ctx) error {
	p := s.newFeedbackPage(c, "feedback.report")
	p.Scripts = []string{"speech.js"}
	return s.render(c, "feedback", p)
}

func (s *Server) showThanks(c *fiber.Ctx) error {
	return s.render(c, "feedback-thanks", s.newFeedbackPage(c, "feedback.thanks"))
}

// sendFeedback keeps one verdict. The pages that carry the form are the same for
// everybody and have no token, so that the browser's word on where the post comes
// from has to do; nothing but a verdict can be brought about by it.
func (s *Server) sendFeedback(c *fiber.Ctx) error {
	if !s.fromHere(c) {
		return errStaleForm
	}
	verdict := casework.Verdict(c.FormValue(feedbackVerdict))
	if !slices.Contains(casework.Verdicts(), verdict) {
		return fiber.ErrBadRequest
	}
	if c.FormValue(feedbackTrap) == "" {
		err := s.cases.Feedback.KeepFeedback(c.UserContext(), casework.Feedback{
			Path: s.knownPage(c.FormValue(feedbackPath)), Lang: visitOf(c).Lang.Code,
			Verdict: verdict, Text: casework.CleanFeedback(c.FormValue(feedbackText)),
		})
		if err != nil {
			return err
		}
	}
	return s.redirect(c, "/feedback/thanks")
}

// fromHere reports whether a post comes from a page of this site, as far as the
// browser tells.
func (s *Server) fromHere(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Host == string(c.Request().Host()) || origin == s.base)
}

// cameFrom returns the page of this site whose link was followed; "" if unknown.
func (s *Server) cameFrom(c *fiber.Ctx) string {
	u, err := url.Parse(c.Get(fiber.HeaderReferer))
	if err != nil || u.Host != string(c.Request().Host()) {
		return ""
	}
	return s.knownPage(u.Path)
}

// parameter matches the changing part of a route.
var parameter = regexp.MustCompile(`:[a-z]+`)

// knownPage returns the path, without language, if it is one of a page to read;
// otherwise "". Figures are let through only where the page is the same for all,
// so that no number of an application is ever stored.
func (s *Server) knownPage(path string) string {
	_, path = splitLanguage(path)
	if len(path) > 100 || strings.HasPrefix(path, "/feedback") {
		return ""
	}
	if slug, ok := strings.CutPrefix(path, "/policies/"); ok {
		slug, _, _ = strings.Cut(slug, "/")
		if _, published := s.content().Library.Policy(slug); !published {
			return ""
		}
	}
	for _, r := range s.routes() {
		part := `[a-z-]+`
		if r.guard&kept != 0 {
			part = `[a-z0-9-]+`
		}
		if r.method != fiber.MethodGet || strings.HasPrefix(r.path, "/staff") {
			continue
		}
		if ok, err := regexp.MatchString("^"+parameter.ReplaceAllString(r.path, part)+"$", path); err == nil && ok {
			return path
		}
	}
	return ""
}

// pageName returns what a page is called: the policy's title, otherwise its address.
func (s *Server) pageName(c *fiber.Ctx, path string) string {
	if about, rated := strings.CutPrefix(path, ratedPath); rated {
		if name, known := s.ratedName(c, about); known {
			return s.words(c)("ask.rate.of", "Name", name)
		}
		return path
	}
	slug, ok := strings.CutPrefix(path, "/policies/")
	if policy, found := s.content().Library.Policy(slug); ok && found {
		return s.contentText(c, policy.Short(visitOf(c).Lang.Code))
	}
	switch path {
	case "":
		return s.words(c)("feedback.whole-site")
	case "/":
		return s.words(c)("crumbs.home")
	}
	return path
}

type readersPage struct {
	staffPage
	Pages     []readersRow
	Latest    []readersText // with which nobody has dealt
	More      int           // of them that are not shown
	Settled   []readersText
	MaySettle bool
}

type readersRow struct {
	Path, Name             string
	Useful, Useless, Wrong int
}

type readersText struct{ ID, Path, Name, At, Lang, Verdict, Text, Settled string }

// showReaders is what readers say, for the desk.
func (s *Server) showReaders(c *fiber.Ctx, u casework.User) error {
	report, err := s.cases.Feedback.Feedback(c.UserContext(), u.Actor())
	if err != nil {
		return err
	}
	view := readersPage{
		staffPage: s.newStaffPage(c, u, "staff.feedback"), MaySettle: u.Has(casework.SettleRemark),
		Latest: s.readersTexts(c, report.Latest), Settled: s.readersTexts(c, report.Settled),
	}
	if n := rowsFor(c); n > 0 && len(view.Latest) > n { // the next ones follow as these are dealt with
		view.Latest, view.More = view.Latest[:n], len(view.Latest)-n
	}
	for _, p := range report.Pages {
		view.Pages = append(view.Pages, readersRow{p.Path, s.pageName(c, p.Path), p.Useful, p.Useless, p.Wrong})
	}
	return s.render(c, "staff-feedback", view)
}

// languageName is what a language calls itself; its code where the site no longer has it.
func languageName(code string) string {
	if i := slices.IndexFunc(languages, func(l language) bool { return l.Code == code }); i >= 0 {
		return languages[i].Name
	}
	return code
}

func (s *Server) readersTexts(c *fiber.Ctx, texts []casework.Feedback) []readersText {
	out := make([]readersText, len(texts))
	for i, f := range texts {
		out[i] = readersText{
			ID: f.ID, Path: f.Path, Name: s.pageName(c, f.Path), At: s.moment(c, f.At), Lang: languageName(f.Lang),
			Verdict: string(f.Verdict), Text: f.Text,
		}
		if !f.Settled.IsZero() {
			out[i].Settled = s.moment(c, f.Settled)
		}
	}
	return out
}
