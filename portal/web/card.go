package web

import (
	"html"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
)

// How much of a policy stands on its card, so that it fits on one sheet of A4 in
// type that can be read without glasses.
const (
	cardEntries = 3  // of who and what
	cardSteps   = 4  // of how
	cardPapers  = 6  // titles of papers, printed in two columns
	cardLines   = 21 // printed, of all these together
	cardWidth   = 38 // Chinese characters of a line
)

// cardRunes are how long an entry may be, tried one after the other until all
// entries fit; what is longer ends with its last whole sentence.
var cardRunes = []int{72, 56, 40, 20}

// cardPage is the 明白卡 of a policy: one printed sheet.
type cardPage struct {
	page
	Policy *content.Policy
	Who    []string
	Gives  []content.Give
	Steps  []string
	Papers []string
	More   bool // there are papers that the card does not name
	Share  string
	QR     template.HTML
}

func (s *Server) showCard(c *fiber.Ctx) error {
	policy, ok := s.policy(c, c.Params("slug"))
	if !ok {
		return fiber.ErrNotFound
	}
	t := s.words(c)
	p := cardPage{page: s.page(c, "policies.title"), Policy: policy}
	p.ContentLang = p.Lang.shows(policy.Lang)
	p.Sheet, p.NoIndex = true, true
	p.Crumbs = []crumb{{p.Title, "/policies"}, {s.contentText(c, policy.Short(p.Lang.Code)), policyPath(policy.Slug, "")}}
	p.Title, p.Short = t("card.of", "Policy", s.contentText(c, policy.Short(p.Lang.Code))), t("card.title")
	p.Description = s.summary(c, policy)
	p.Share = s.base + p.Lang.path(policyPath(policy.Slug, ""))
	p.Scripts = []string{"print.js"}
	var err error
	if p.QR, err = newQR(p.Share, t("share.qr", "Address", p.Share)); err != nil {
		return err
	}
	for _, runes := range cardRunes {
		if p.fill(runes); p.lines() <= cardLines {
			break
		}
	}
	return s.render(c, "card", p)
}

// fill picks what stands on the card, entries of about so many characters.
func (p *cardPage) fill(runes int) {
	p.Who, p.Gives, p.Steps, p.Papers = nil, nil, nil, nil
	for _, who := range firstOf(p.Policy.Audience, cardEntries) {
		p.Who = append(p.Who, brief(who, runes))
	}
	for _, g := range firstOf(p.Policy.Gives, cardEntries) {
		p.Gives = append(p.Gives, content.Give{Title: g.Title, Text: brief(g.Text, runes)})
	}
	if how, ok := p.Policy.Section("how"); ok {
		for _, item := range firstOf(listItems(how.HTML), cardSteps) {
			p.Steps = append(p.Steps, brief(item, runes))
		}
	}
	for _, d := range p.Policy.Documents {
		if d.Required && d.When.Empty() && d.Holder != "department" {
			p.Papers = append(p.Papers, d.Title)
		}
	}
	p.More = len(p.Papers) < len(p.Policy.Documents) || len(p.Papers) > cardPapers
	p.Papers = firstOf(p.Papers, cardPapers)
}

// lines estimates how many printed lines the entries take.
func (p *cardPage) lines() int {
	n := (len(p.Papers)+1)/2 + 1
	entries := slices.Concat(p.Who, p.Steps)
	for _, g := range p.Gives {
		entries = append(entries, g.Title+g.Text)
	}
	for _, e := range entries {
		n += (width(e) + cardWidth - 1) / cardWidth
	}
	return n
}

// width returns how many Chinese characters s is wide.
func width(s string) int {
	n := utf8.RuneCountInString(s)
	latin := n - (len(s)-n)/2 // every other character takes three bytes
	return n - latin*2/5
}

func firstOf[T any](list []T, n int) []T { return list[:min(n, len(list))] }

var (
	firstList = regexp.MustCompile(`(?s)<(ol|ul)[^>]*>(.*?)</(?:ol|ul)>`)
	listItem  = regexp.MustCompile(`(?s)<li>(.*?)</li>`)
	anyTag    = regexp.MustCompile(`<[^>]*>`)
)

// listItems returns the items of the first list of a text, in plain words.
func listItems(text template.HTML) []string {
	list := firstList.FindString(string(text))
	var out []string
	for _, m := range listItem.FindAllStringSubmatch(list, -1) {
		out = append(out, html.UnescapeString(anyTag.ReplaceAllString(m[1], "")))
	}
	return out
}

// brief returns as many whole sentences of s as fit into so many Chinese
// characters, at least one.
func brief(s string, runes int) string {
	s = strings.Join(strings.Fields(s), " ")
	end := 0
	for i, r := range s {
		stop := strings.ContainsRune("。；！？", r) || r == '.' && strings.HasPrefix(s[i+1:], " ")
		if !stop {
			continue
		}
		after := i + utf8.RuneLen(r)
		if width(s[:after]) > runes && end > 0 {
			break
		}
		end = after
	}
	if end == 0 || width(s) <= runes {
		return s
	}
	return s[:end]
}
