package web

import (
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/static"
)

//go:embed templates
var templateFiles embed.FS

// pageTypes names every page template with the struct it is executed with. The
// tests check each template against its struct.
var pageTypes = map[string]any{
	"staff-account": accountPage{}, "staff-factor": factorPage{}, "staff-lost": staffLostPage{}, "staff-outside": outsidePage{}, "staff-accounts": accountsPage{}, "staff-person": personPage{},
	"staff-refer": referPage{}, "staff-referrals": referralsPage{}, "staff-referral": referralPage{},
	"staff-standards": standardsPage{}, "staff-standard": standardPage{},
	"staff-pay": payPage{}, "staff-pay-due": payDuePage{}, "staff-pay-list": payListPage{}, "staff-grant": grantPage{},
	"staff-figures": figuresPage{},
	"directory":     directoryPage{}, "directory-town": townPage{}, "directory-village": villagePage{},
	"staff-directory": staffDirectoryPage{}, "staff-import": importPage{}, "staff-record": recordForm{}, "staff-training": trainingYearPage{}, "staff-training-one": trainingPage{},
	"staff-talks": talksPage{}, "staff-talk": talkPage{}, "staff-talk-next": talkNextPage{},
	"staff-field": fieldPage{}, "field-kit": fieldKitPage{},
	"staff-events": eventsPage{}, "staff-event": eventPage{}, "staff-event-poster": eventPosterPage{}, "staff-coverage": coveragePage{}, "events": calendarPage{}, "event-door": doorPage{},
	"call": callPage{}, "call-done": calledPage{}, "staff-call": callFilePage{}, "staff-calls": callsPage{},
	"staff-confer": conferPage{}, "staff-conferences": conferencesPage{}, "staff-conference": conferencePage{},
	"children": childrenPage{}, "child": childPage{}, "child-form": childForm{}, "child-assess": assessPage{}, "child-sheet": sheetPage{},
	"children-due":     dutiesPage{},
	"apply-done":       receiptPage{},
	"apply-leave":      leavePage{},
	"apply-lost":       lostPage{},
	"apply-question":   turnPage{},
	"apply-review":     reviewPage{},
	"apply-section":    sectionPage{},
	"apply-start":      startPage{},
	"apply-twice":      twicePage{},
	"ask":              askPage{},
	"ask-more":         askPage{},
	"assist":           assistPage{},
	"assist-list":      assistListPage{},
	"assist-lost":      assistLostPage{},
	"assist-new":       assistNewPage{},
	"assist-offer":     offerPage{},
	"assist-papers":    assistPapersPage{},
	"assist-review":    assistReviewPage{},
	"assist-slip":      slipPage{},
	"card":             cardPage{},
	"check":            checkPage{},
	"check-all":        screenPage{},
	"choose":           choosePage{},
	"apply-before":     startPage{},
	"document":         documentsPage{},
	"documents":        documentsPage{},
	"documents-asked":  askedPage{},
	"field-purposes":   purposesPage{},
	"fields":           fieldsPage{},
	"error":            errorPage{},
	"feedback":         feedbackPage{},
	"feedback-thanks":  feedbackPage{},
	"glossary":         glossaryPage{},
	"hand-over":        handOverPage{},
	"hand-over-check":  handOverCheckPage{},
	"home":             homePage{},
	"household":        householdPage{},
	"household-new":    togetherPage{},
	"household-remove": removePage{},
	"household-review": householdReview{},
	"kind":             kindPage{},
	"offline":          offlinePage{},
	"policies":         policiesPage{},
	"policy":           policyPage{},
	"policy-part":      partPage{},
	"report":           reportPage{},
	"report-follow":    followPage{},
	"staff-photos":     photosPage{},
	"staff-forgotten":  forgottenPage{}, "staff-reset": resetPage{},
	"report-received":  receivedPage{},
	"search":           searchPage{},
	"send":             sendPage{},
	"short":            shortPage{},
	"sitemap":          sitemapPage{},
	"staff-audit":      auditPage{},
	"staff-case":       casePage{},
	"staff-feedback":   readersPage{},
	"staff-invite":     invitePage{},
	"staff-kit":        kitPage{},
	"staff-list":       deskPage{},
	"staff-assigned":   assignedPage{},
	"staff-move":       movePage{},
	"staff-poster":     posterPage{},
	"staff-menu":       menuPage{},
	"staff-questions":  questionsPage{},
	"staff-report":     reportFilePage{},
	"staff-report-new": staffReportPage{},
	"staff-reports":    reportsPage{},
	"staff-setup":      setupPage{},
	"staff-share":      sharingPage{},
	"staff-visits":     visitsPage{},
	"staff-sign-in":    signInPage{},
	"statement":        statementPage{},
	"styleguide":       guidePage{},
	"text":             textPage{},
	"texts":            textsPage{},
	"track":            trackPage{},
	"track-data":       ownDataPage{},
	"track-decision":   decisionPage{},
	"track-notify":     notifyPage{},
	"track-status":     statusPage{},
	"track-withdraw":   withdrawPage{},
}

// page is what the layout needs; every page's struct embeds it.
type page struct {
	Lang        language
	Mode        string
	View        view     // see visit
	Carried     string   // see visit
	Tools       *toolbar // nil outside the accessible mode
	Path        string   // see visit
	Query       string   // what the search box shows
	Title       string   // of the page, without the site's name
	Short       string   // for tight places; "" is the title
	ContentLang string   // of the text of the content that the page shows
	Description string
	Column      column
	Article     *article   // nil unless the page is one
	Crumbs      []crumb    // between home and this page
	Return      string     // where one step back leads; "" is the last of Crumbs, or home
	BackForm    string     // id of the form whose button goes one step back instead; or ""
	Posts       string     // id of the form that the buttons for size, mode and language post, so that nothing typed is lost; see leave.go
	Leaves      string     // id of the form that links out of the page post; or ""
	InApp       bool       // see visit
	Member      string     // query that names the child of a household, see memberPath; or ""
	HomeName    string     // what the first page is called among them
	Feeds       []feedLink // besides that of the whole site
	Things      []any      // what the page is about, for schema.org
	NoIndex     bool
	CSRF        string
	Of          string // number of the application that the page's forms are about, see followedOf; or ""
	RequestID   string
	Canonical   string
	Origin      string // scheme and host of the site
	Alternates  []alternate
	Domain      string
	Site        Site
	Scripts     []string  // modules of package static
	Rated       bool      // asks readers at its foot whether it was useful
	Sheet       bool      // is a sheet to print
	Heard       bool      // somebody reads what readers say
	Styles      []string  // style sheets beside that of every page
	Desk        bool      // is a page of the case desk: without what families look for
	Staff       *deskUser // who is signed in there, in its head; nil for nobody
	Marks       []mark    // who runs the site, in its footer
}

// onDesk makes it a page of the case desk.
func (p *page) onDesk() {
	p.NoIndex, p.Desk, p.Styles = true, true, []string{"desk.css"}
}

// Listens reports whether the page can be listened to; elder mode has its player in
// the bar of every page.
func (p page) Listens() bool { return p.Mode != modeElder && slices.Contains(p.Scripts, "speech.js") }

// mark is one of the signs of who runs the site.
type mark struct{ Name, Text, Link string }

// marks lists what the settings say of who runs the site; those that are not set
// are one entry, so that nobody takes an empty line for an answer.
func (s Site) marks(t func(string, ...any) string) []mark {
	var set []mark
	var unset []string
	for _, m := range []struct{ name, value, link string }{
		{"footer.host", s.Host, ""}, {"footer.contact", s.Contact, ""}, {"footer.code", s.IDCode, ""},
		{"footer.icp", s.ICP, ""}, {"footer.police", s.Police, ""},
		{"footer.mark", s.PartyMark, "footer.mark.link"}, {"footer.report", s.ErrorReport, "footer.report.link"},
	} {
		switch {
		case m.value == "":
			unset = append(unset, t(m.name))
		case m.link != "":
			set = append(set, mark{t(m.name), t(m.link) + t("footer.leaves"), m.value})
		default:
			set = append(set, mark{Name: t(m.name), Text: m.value})
		}
	}
	if len(unset) > 0 {
		set = append(set, mark{Name: strings.Join(unset, t("punctuation.comma")), Text: t("footer.unset")})
	}
	return set
}

// column is the part of the site a page belongs to (ColumnName and its kin).
type column struct {
	Name, About, Path string
	Kind              string // open, service or talk; "" is service
}

// article is what the head says of a page with a text that somebody published.
type article struct {
	Title, Source, Keywords, URL string
	Day                          content.Day
}

// Published returns the day in the form that PubDate and the page show.
func (a article) Published() string { return a.Day.Format("2006-01-02 15:04") }

type crumb struct{ Text, Path string }

// alternate is this page in another language.
type alternate struct {
	language
	URL  string // absolute
	Path string
}

// Elder reports whether the page is shown in elder mode.
func (p page) Elder() bool { return p.Mode == modeElder }

// Viewed reports whether the page needs the style sheet of the settings.
func (p page) Viewed() bool { return p.Tools != nil || p.View != (view{}) }

// Typing reports whether leaving the page would lose what is typed: a question of the chat
// is no form to fill in.
func (p page) Typing() bool { return p.Posts != "" && p.Posts != composerID && p.Posts != behindID }

// Home reports whether this is the first page.
func (p page) Home() bool { return p.Path == "/" }

// Up returns where one step back leads.
func (p page) Up() string {
	if n := len(p.Crumbs); p.Return == "" && n > 0 {
		return p.Crumbs[n-1].Path
	}
	return cmp.Or(p.Return, "/")
}

// Asks reports whether the page asks at its foot if it was useful: every text that
// somebody has published does.
func (p page) Asks() bool { return p.Heard && (p.Rated || p.Article != nil) }

// ModeAddress returns the address of this page in another mode.
func (p page) ModeAddress(mode string) string {
	return modeAddress(p.Lang.path(p.Path)+p.Member, mode)
}

// Foreign reports whether the content stands in another language than the page.
func (p page) Foreign() bool { return p.ContentLang != p.Lang.Code }

// page returns what the layout needs for this request, under the title with the
// given message id.
func (s *Server) page(c *fiber.Ctx, titleID string) page { return s.pageNamed(c, s.words(c)(titleID)) }

// pageNamed is page for a title that is no message. Until the handler says more,
// the page is a column of its own and shows content in Chinese.
func (s *Server) pageNamed(c *fiber.Ctx, title string) page {
	v := visitOf(c)
	t := s.words(c)
	p := page{
		Lang: v.Lang, ContentLang: v.Lang.chinese(), Mode: v.Mode, View: v.View, Carried: v.Carried, InApp: v.InApp, Path: v.Path,
		Title: title, RequestID: requestID(c), HomeName: t("crumbs.home"), Origin: s.base,
		Column:    column{Name: title, About: t("site.about"), Path: v.Path},
		Canonical: s.base + v.Lang.path(v.Path), Domain: s.domain, Site: s.site, Heard: s.cases.Feedback != nil,
		Marks: s.site.marks(t),
	}
	if v.Mode == modeAccessible {
		p.Tools = newToolbar(c, v.choice())
	}
	p.CSRF, _ = c.Locals(tokenKey).(string)
	for _, l := range languages {
		p.Alternates = append(p.Alternates, alternate{l, s.base + l.path(v.Path), l.path(v.Path)})
	}
	return p
}

// words returns the interface's words in the visit's language.
func (s *Server) words(c *fiber.Ctx) func(id string, pairs ...any) string {
	return s.views.words[visitOf(c).Lang.Code]
}

// views holds one template set for each language and page, so that two pages may
// define the same block and no request clones or locks. A set is made when its page
// is first shown in its language: together they take more room than the content.
type views struct {
	sets    map[string]map[string]pageTemplate // by language and page
	words   map[string]func(id string, pairs ...any) string
	convert func(string) string // simplified to traditional characters
}

func newViews(s *Server) (*views, error) {
	v := &views{
		sets:    map[string]map[string]pageTemplate{},
		words:   map[string]func(string, ...any) string{},
		convert: s.catalog.Convert,
	}
	escape, err := newEscapers()
	if err != nil {
		return nil, err
	}
	var layout *template.Template // as it is parsed for the first language
	for _, l := range languages {
		v.words[l.Code] = s.catalog.Printer(l.Code).T
		k := kit{funcs: v.funcs(l, s.content), escape: escape}
		maps.Copy(k.funcs, s.answerFuncs(l))
		k.funcs["directory"] = func() bool { return s.cases.PublicDirectory != nil }
		k.funcs["events"] = func() bool { return s.cases.PublicEvents != nil }
		k.funcs["reports"] = func() bool { return s.cases.ReportBox != nil }
		if layout == nil {
			if layout, err = k.parse(); err != nil {
				return nil, err
			}
		}
		if k.base, err = layout.Clone(); err != nil {
			return nil, fmt.Errorf("clone layout: %w", err)
		}
		k.base.Funcs(k.funcs)
		if v.sets[l.Code], err = k.pages(); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// render executes the page into a buffer and sends it, so that a broken template
// never sends half a page.
func (s *Server) render(c *fiber.Ctx, name string, data any) error {
	v := visitOf(c)
	set, ok := s.views.sets[v.Lang.Code][name]
	if !ok {
		return fmt.Errorf("no page template %q", name)
	}
	var spelling error
	err := set.print(data, func(body []byte) {
		if body, spelling = s.spell(c, v, asRead(body, v)); spelling == nil {
			c.Response().SetBody(carried(body, v)) // a copy, in room that answers share
		}
	})
	if err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	if spelling != nil {
		return fmt.Errorf("spell %s: %w", name, spelling)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, v.Lang.Code)
	return nil
}

// asRead returns a page as the visit's language and settings have it read.
func asRead(body []byte, v visit) []byte {
	if !v.Lang.Han() {
		body = markChinese(body)
	}
	if v.View.Plain {
		body = withoutPictures(body)
	}
	if v.Mode == modeElder {
		body = toLeaves(toParts(body, v))
	}
	return body
}

// carried returns a page whose links carry what the visit's address does.
func carried(body []byte, v visit) []byte {
	if v.Carried == "" {
		return body
	}
	return carryMode(body, v.Carried)
}

// funcs are the functions that templates of one language call.
func (v *views) funcs(l language, current func() *Content) template.FuncMap {
	phones := func() []content.Fact { return current().Library.Facts.Phones() }
	titles := linkers{build: v.titleWords}
	words := func() *linker { return titles.of(current(), l.Code) }
	return template.FuncMap{
		"t":     v.words[l.Code],
		"url":   l.path,
		"asset": static.URL,
		"clang": l.chinese,
		"shows": l.shows,
		"c":     func(s string) string { return v.content(l, s) },
		"say": func(s string) template.HTML {
			return linkPhones(template.HTMLEscapeString(v.content(l, s)), phones)
		},
		"calls": func(s string) template.HTML { return linkPhones(template.HTMLEscapeString(s), phones) },
		"whole": func(s string) template.HTML { return wholeNumbers(template.HTMLEscapeString(s)) },
		"rich": func(h template.HTML) template.HTML {
			if l.Prefix == "" {
				return h
			}
			return template.HTML(ownLink.ReplaceAllString(v.content(l, string(h)), ` $1="`+l.Prefix+`$2"`))
		},
		"breaks":     func(s string) template.HTML { return l.evened(s, headingFits, words) },
		"parts":      func(s string) template.HTML { return l.evened(s, lineFits, words) },
		"paragraphs": func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' }) },
		"lang":       func() string { return l.Code },
		"title":      func(p *content.Policy) string { return v.content(l, p.Title(l.Code)) },
		"short":      func(p *content.Policy) string { return v.content(l, p.Short(l.Code)) },
		"summary": func(p *content.Policy) string {
			summary, _ := policySummary(p, l)
			return summary
		},
		"summaryLang": func(p *content.Policy) string {
			_, lang := policySummary(p, l)
			return lang
		},
		"written": l.written,
		"suggest": func() string { return suggestAddress(l, current()) },
		"phone": func(name string) *phone {
			f, ok := current().Library.Facts.Fact(name)
			if !ok {
				return nil
			}
			return &phone{f.Value, template.URL(f.Tel())}
		},
	}
}

// content returns a text of the content for pages of language l: converted to
// traditional characters where the page is, otherwise as it stands.
func (v *views) content(l language, s string) string {
	if l.Code == "zh-Hant" {
		return v.convert(s)
	}
	return s
}

// phone is a telephone number; its address is made from digits alone.
type phone struct {
	Value string
	Tel   template.URL
}

// digits matches what could be a telephone number.
var digits = regexp.MustCompile(`\d[\d-]*\d`)

// linkPhones makes the telephone numbers of the facts links in escaped text. A
// number inside a longer one is left alone.
func linkPhones(escaped string, phones func() []content.Fact) template.HTML {
	if !strings.ContainsAny(escaped, "0123456789") {
		return template.HTML(escaped)
	}
	return template.HTML(digits.ReplaceAllStringFunc(escaped, func(m string) string {
		for _, f := range phones() {
			if f.Value == m {
				return `<a href="` + f.Tel() + `">` + m + `</a>`
			}
		}
		return m
	}))
}

// hyphened matches dates, references, hours and amounts with what they are for.
var hyphened = regexp.MustCompile(`\d+(?:-\d+)+|\d{4}年\d{1,2}月\d{1,2}日|` + money + `|\d+小时`)

// money is an amount, with whom and how often it is for.
const money = `[0-9][0-9,.]*[万萬]?元(?:/(?:人|户|戶|月|年|学年|學年|次|天))*`

// wholeNumbers marks dates, references, hours and amounts in escaped text as what stays in one line:
// browsers break lines behind a hyphen.
func wholeNumbers(escaped string) template.HTML {
	return template.HTML(hyphened.ReplaceAllString(escaped, `<span class="whole">$0</span>`))
}
