package web

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huitong/bot"
	"huitong/portal/casework"
	"huitong/search"
)

// Searcher finds passages; both engines of package search do.
type Searcher interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
	Excerpt(query string, hits []search.Hit)
}

func (s *Server) searchRoutes() []route {
	return []route{{fiber.MethodGet, "/search", s.showSearch, 0}}
}

const (
	hitsPerPage = 10
	maxPages    = 20  // further hits help nobody
	maxMerged   = 30  // hits of each language, where two are searched
	maxQuery    = 100 // characters
)

type searchPage struct {
	page
	Danger   bool   // a child may be in danger: numbers to call stand first
	Switch   string // mode that the words ask for; "" for none
	Meant    string // other words that find more, to choose; "" for none
	Instead  string // other words that the hits are for, since those typed find nothing
	Hits     []hit
	Total    int
	Narrowed bool // only one category was searched
	Kinds    []filter
	NextPage string

	Popular    []question // where nothing is found
	Categories []categoryLink
}

// MeantPath is where the other words are searched.
func (p searchPage) MeantPath() string { return searchPath(p.Meant, "", 1) }

// markup is what is copied from a page's source along with words.
var markup = regexp.MustCompile(`</?[a-zA-Z][^<>]{0,40}>`)

// spells reports whether Chinese words were typed as they sound, by a reader of Chinese:
// what has such letters in it by chance is not what is looked for.
func (l language) spells(typed, meant string) bool {
	return l.Code != "en" && l.written(typed) == "en" && l.written(meant) != "en"
}

// hit is one result. Pieces are its excerpt, the matched words apart; Lang is that
// of title and excerpt.
type hit struct {
	Title, Lang, Policy, Path string
	Pieces                    []piece
}

type piece struct {
	Text   string
	Marked bool
}

// filter is one choice of category.
type filter struct {
	Name, Path string
	On         bool
}

// modeWords are what people call the modes; the site's search finds the switch by
// them (互联网应用适老化通用设计规范, annex 3.1).
var modeWords = []struct{ word, mode string }{
	{"长辈", modeElder}, {"长者", modeElder}, {"老人模式", modeElder}, {"老年", modeElder}, {"亲情版", modeElder},
	{"关爱版", modeElder}, {"关怀", modeElder}, {"大字", modeElder}, {"elder", modeElder}, {"長輩", modeElder}, {"長者", modeElder}, {"關懷", modeElder}, {"關愛版", modeElder},
	{"无障碍", modeAccessible}, {"無障礙", modeAccessible}, {"accessib", modeAccessible},
}

func modeAskedFor(query string) string {
	query = strings.ToLower(query)
	for _, w := range modeWords {
		if strings.Contains(query, w.word) {
			return w.mode
		}
	}
	return ""
}

// outcome is what a search is counted as.
func (p searchPage) outcome() string {
	switch {
	case p.Total == 0:
		return "none"
	case p.Instead != "":
		return "corrected"
	}
	return "found"
}

func (s *Server) showSearch(c *fiber.Ctx) error {
	p := searchPage{page: s.page(c, "search.title")}
	p.NoIndex = true
	p.Query = firstRunes(strings.TrimSpace(c.Query("q")), maxQuery)
	p.Danger, p.Switch = s.soundsUrgent(c, p.Query), modeAskedFor(p.Query)
	category := c.Query("category")
	number := min(max(c.QueryInt("page", 1), 1), maxPages)
	size := hitsPerPage
	switch {
	case p.Elder() && p.Danger:
		size = 1 // beside whom to call, and where to report it
	case p.Elder():
		size = elderChoices
	}
	if number > 1 {
		p.Title = s.words(c)("leaf.title", "Title", p.Title, "Number", number)
	}
	q := search.Query{Text: markup.ReplaceAllString(p.Query, " "), Category: category, Limit: size, Offset: (number - 1) * size}
	result, err := s.find(c, q)
	if err != nil {
		return err
	}
	if p.Query != "" && category == "" && p.Switch == "" && number == 1 {
		if result.Total == 0 && !p.Danger { // see answer
			s.keepUnanswered(c, p.Query, casework.InSearch)
		}
		if p.Meant = s.meant(c, q.Text); p.Meant != "" && (result.Total == 0 || visitOf(c).Lang.spells(q.Text, p.Meant)) {
			p.Meant, p.Instead, q.Text = "", p.Meant, p.Meant
			if result, err = s.find(c, q); err != nil {
				return err
			}
		}
	}
	p.Total, p.Narrowed = result.Total, category != ""
	if p.Query != "" {
		s.meter.Searched(p.outcome(), s.engine())
	}
	for _, h := range result.Hits {
		p.Hits = append(p.Hits, s.newHit(c, h))
	}
	if (len(p.Hits) > 0 || category != "") && !p.Elder() {
		p.Kinds = s.filters(c, q.Text, category)
	}
	if result.Total > number*size && number < maxPages {
		p.NextPage = searchPath(q.Text, category, number+1)
	}
	if len(p.Hits) == 0 {
		p.Popular, p.Categories = s.popular(c), s.categories(c)
		switch {
		case p.Elder() && category != "": // a link from another mode: what its words name is there
			p.Popular, p.Categories, p.Kinds = nil, nil, s.filters(c, q.Text, category)[:1]
		case p.Elder(): // one thing a page: the kinds stand under the policies
			p.Popular, p.Categories = firstOf(p.Popular, 2), nil
		}
	}
	if p.Elder() && p.Danger { // there is no room beside whom to call
		p.Popular, p.Meant = nil, ""
	}
	return s.render(c, "search", p)
}

// longestAlarm is how long a search waits to know whether its words speak of danger: after
// the very first start the bot still learns.
const longestAlarm = 100 * time.Millisecond

// soundsUrgent reports whether the words of a search are those of a child in danger: who
// needs help looks for it wherever a box is.
func (s *Server) soundsUrgent(c *fiber.Ctx, words string) bool {
	if words == "" {
		return false
	}
	ctx, stop := context.WithTimeout(c.UserContext(), longestAlarm)
	defer stop()
	alarming, err := s.content().Bot.Alarming(ctx, bot.Question{Text: s.hear(c, words).text, Lang: visitOf(c).Lang.Code})
	return err == nil && alarming
}

// find searches what the visit's language shows: on English pages translations and,
// of what is not translated, the Chinese originals, best first. To make excerpts
// takes longer than to search, so only the hits that are shown get one.
func (s *Server) find(c *fiber.Ctx, q search.Query) (search.Result, error) {
	engine := s.content().Search
	l := visitOf(c).Lang
	if l.Code != "en" {
		return engine.Search(c.UserContext(), q)
	}
	all := q
	all.Limit, all.Offset, all.Bare = maxMerged, 0, true
	originals, err := engine.Search(c.UserContext(), all)
	if err != nil {
		return search.Result{}, err
	}
	all.Lang = l.Code
	own, err := engine.Search(c.UserContext(), all)
	if err != nil {
		return search.Result{}, err
	}
	hits := own.Hits
	found := map[string]bool{}
	for _, h := range own.Hits {
		found[h.Translates] = true
	}
	chinese := l.written(q.Text) != l.Code
	for _, h := range originals.Hits {
		if !found[h.ID] && (chinese || !s.translated(h, l)) {
			hits = append(hits, h)
		}
	}
	slices.SortStableFunc(hits, func(a, b search.Hit) int { return cmp.Compare(b.Score, a.Score) })
	from := min(q.Offset, len(hits))
	shown := hits[from:min(from+q.Limit, len(hits))]
	engine.Excerpt(q.Text, shown)
	return search.Result{Hits: shown, Total: len(hits)}, nil
}

// translated reports whether the page of a hit is there in l.
func (s *Server) translated(h search.Hit, l language) bool {
	lib := s.content().Library
	if p, ok := lib.Policy(h.Policy); ok {
		_, ok = p.In(l.Code)
		return ok
	}
	if p, ok := lib.HelpPage(h.Policy); ok {
		_, ok = p.In(l.Code)
		return ok
	}
	return false
}

func (s *Server) newHit(c *fiber.Ctx, h search.Hit) hit {
	l := visitOf(c).Lang
	out := hit{Title: s.contentText(c, h.Title), Lang: l.shows(h.Lang), Path: h.URL}
	if p, ok := s.policy(c, h.Policy); ok {
		if name := s.contentText(c, p.Title(l.Code)); !strings.HasPrefix(out.Title, name) { // which says it already
			out.Policy = name
		}
	}
	// A character may be converted by those around it, so the whole is, not its pieces.
	rest := []rune(s.contentText(c, h.Snippet))
	inStep := len(rest) == utf8.RuneCountInString(h.Snippet)
	for i, text := range h.Split() {
		if n := utf8.RuneCountInString(text); inStep {
			text, rest = string(rest[:n]), rest[n:]
		} else {
			text = s.contentText(c, text)
		}
		if text != "" {
			out.Pieces = append(out.Pieces, piece{text, i%2 == 1})
		}
	}
	return out
}

func (s *Server) filters(c *fiber.Ctx, query, category string) []filter {
	out := []filter{{s.words(c)("search.everything"), searchPath(query, "", 1), category == ""}}
	for _, cat := range s.content().Library.Categories {
		out = append(out, filter{s.contentText(c, cat.Title(visitOf(c).Lang.Code)), searchPath(query, cat.Slug, 1), category == cat.Slug})
	}
	return out
}

func searchPath(query, category string, number int) string {
	v := url.Values{"q": {query}}
	if category != "" {
		v.Set("category", category)
	}
	if number > 1 {
		v.Set("page", strconv.Itoa(number))
	}
	return "/search?" + v.Encode()
}
