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
	"huitong/portal/outreach"
)

// How much of a policy stands on its card, so that it fits on one sheet of A4 in
// type that can be read without glasses.
const (
	cardPapers = 6  // titles of papers, printed in two columns
	titleWidth = 22 // Chinese characters of a line of the title, which is as high as two
)

// cardFills are how much may stand on a card, tried one after the other until all
// of it fits: entries of who and what, steps of how, and how long each may be in
// Chinese characters. What is longer ends with its last whole sentence.
var cardFills = []struct{ entries, steps, runes int }{{3, 4, 72}, {3, 4, 56}, {3, 4, 40}, {3, 4, 20}, {2, 4, 20}, {2, 3, 20}}

// cardRoom is the printed lines of a card beside headings and foot, and how many
// Chinese characters fit into a line. Latin letters are printed smaller.
type cardRoom struct{ lines, width int }

func (l language) cardRoom() cardRoom {
	if !l.Han() {
		return cardRoom{28, 43}
	}
	return cardRoom{23, 38}
}

// cardPage is the 明白卡 of a policy: one printed sheet.
type cardPage struct {
	page
	Policy *content.Policy
	Lead   string
	Who    []string
	Gives  []content.Give
	Steps  []string
	Papers []string
	About  string // the policy's own words on papers where there are none that all bring
	More   bool   // there are papers that the card does not name
	Share  string
	Host   string // Share up to its code, behind which a line may end
	Code   string
	QR     template.HTML
}

func (s *Server) showCard(c *fiber.Ctx) error {
	policy, ok := s.policy(c, c.Params("slug"))
	if !ok {
		return fiber.ErrNotFound
	}
	target := outreach.Target{Kind: outreach.Policy, Slug: policy.Slug}
	return s.renderCard(c, policy, s.publicShort(visitOf(c).Lang, target))
}

// renderCard shows the card with the address that its code leads to.
func (s *Server) renderCard(c *fiber.Ctx, policy *content.Policy, address string) error {
	t := s.words(c)
	p := cardPage{page: s.page(c, "policies.title"), Policy: policy}
	p.ContentLang = p.Lang.shows(policy.Lang)
	p.Sheet, p.NoIndex = true, true
	p.Crumbs = []crumb{{p.Title, "/policies"}, {s.contentText(c, policy.Short(p.Lang.Code)), policyPath(policy.Slug, "")}}
	p.Title, p.Short = t("card.of", "Policy", s.contentText(c, policy.Short(p.Lang.Code))), t("card.title")
	p.Description = s.summary(c, policy)
	p.Share = address
	code := strings.LastIndex(address, "/") + 1
	p.Host, p.Code = address[:code], address[code:]
	p.Scripts = []string{"print.js"}
	var err error
	if p.QR, err = newQR(p.Share, t("share.qr", "Address", p.Share)); err != nil {
		return err
	}
	for _, f := range cardFills {
		if p.fill(f.entries, f.steps, f.runes); p.lines() <= p.Lang.cardRoom().lines {
			break
		}
	}
	return s.render(c, "card", p)
}

// fill picks what stands on the card, see cardFills.
func (p *cardPage) fill(entries, steps, runes int) {
	p.Who, p.Gives, p.Papers = nil, nil, nil
	p.Lead = brief(p.Description, runes)
	for _, who := range firstOf(p.Policy.Audience, entries) {
		p.Who = append(p.Who, brief(who, runes))
	}
	for _, g := range firstOf(p.Policy.Gives, entries) {
		p.Gives = append(p.Gives, content.Give{Title: g.Title, Text: brief(g.Text, runes)})
	}
	p.Steps = stepsOf(p.Policy, steps, runes)
	for _, d := range p.Policy.Documents {
		if d.Required && d.When.Empty() && d.Holder != "department" {
			p.Papers = append(p.Papers, d.Title)
		}
	}
	p.More = len(p.Papers) < len(p.Policy.Documents) || len(p.Papers) > cardPapers
	p.Papers = firstOf(p.Papers, cardPapers)
	if papers, ok := p.Policy.Section("documents"); ok && len(p.Papers) == 0 {
		p.About = papers.Plain
	}
}

// stepsOf are how one gets it. Where nobody applies on this site, the list of the policy is
// what to say on the telephone, which without the words before it is no way: there the plain
// words are the steps.
func stepsOf(p *content.Policy, steps, runes int) []string {
	how, _ := p.Section("how")
	items := listItems(how.HTML())
	if !p.Online() && how.Plain != "" {
		items = sentencesOf(how.Plain)
	}
	var out []string
	for _, item := range firstOf(items, steps) {
		out = append(out, brief(item, runes))
	}
	return out
}

// sentencesOf are the sentences of s one by one.
func sentencesOf(s string) []string {
	var out []string
	for s = strings.Join(strings.Fields(s), " "); s != ""; {
		one := brief(s, 0)
		out, s = append(out, one), strings.TrimSpace(s[len(one):])
	}
	return out
}

// lines estimates how many printed lines the entries take.
func (p *cardPage) lines() int {
	of := p.Lang.cardRoom().width
	papers := 1
	for _, title := range p.Papers {
		papers += linesOf(title, of/2-2)
	}
	n := (papers+1)/2 + 2*(linesOf(p.Policy.Title(p.Lang.Code), titleWidth)-1)
	entries := append(slices.Concat(p.Who, p.Steps), p.Lead, p.About)
	for _, g := range p.Gives {
		entries = append(entries, g.Title+g.Text)
	}
	for _, e := range entries {
		n += linesOf(e, of)
	}
	return n
}

// linesOf estimates the lines of a text in lines of so many Chinese characters.
func linesOf(text string, of int) int { return max(1, (width(text)+of-1)/of) }

// width returns how many Chinese characters s is wide.
func width(s string) int {
	n := utf8.RuneCountInString(s)
	latin := n - (len(s)-n)/2 // every other character takes three bytes
	return n - latin/3
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
