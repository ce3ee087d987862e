package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Talks keeps what came of going through all policies with a family.
type Talks interface {
	HoldTalk(ctx context.Context, by apply.Actor, once casework.Once, t casework.Talk) error
	TalksWith(ctx context.Context, by apply.Actor, c casework.Case) ([]casework.TalkRecord, error)
	TalkCounts(ctx context.Context, by apply.Actor, q casework.TalkQuery) ([]casework.TalkCount, error)
}

const talksPath = "/staff/talks"

// talkNotice names the words that are read out before a family agrees to a record. It
// changes with the words talk.words.*.
const talkNotice = "2026-11-29"

func (s *Server) talkRoutes() []deskRoute {
	if s.cases.Talks == nil {
		return nil
	}
	return []deskRoute{
		{fiber.MethodGet, talksPath, casework.CountTalks, s.showTalks, 0},
		{fiber.MethodGet, talksPath + "/new", casework.HoldTalk, s.showTalk, 0},
		{fiber.MethodPost, talksPath + "/new", casework.HoldTalk, s.holdTalk, limited},
		{fiber.MethodGet, talksPath + "/next", casework.HoldTalk, s.showTalkNext, 0},
	}
}

type talksPage struct {
	staffPage
	Begin   bool
	Talks   int
	Periods []deskLink
	Figures []figurePart
}

// showTalks counts the talks of what the user may see.
func (s *Server) showTalks(c *fiber.Ctx, u casework.User) error {
	t := s.words(c)
	q := casework.TalkQuery{}
	if c.Query("period") == "month" {
		q.Month = s.now().In(apply.China).Format("2006-01")
	}
	counts, err := s.cases.Talks.TalkCounts(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	table := casework.TalksTable(counts)
	view := talksPage{staffPage: s.newStaffPage(c, u, "talk.title"), Begin: u.Has(casework.HoldTalk), Talks: table.Talks}
	view.Periods = []deskLink{{t("talk.period.all"), talksPath, q.Month == ""}, {t("talk.period.month"), talksPath + "?period=month", q.Month != ""}}
	if table.Talks > 0 {
		view.Figures = []figurePart{s.talkVillages(c, table), s.talkPolicies(c, table)}
	}
	return s.render(c, "staff-talks", view)
}

func (s *Server) talkVillages(c *fiber.Ctx, table casework.TalkTable) figurePart {
	t := s.words(c)
	p := figurePart{ID: "talk-villages", Title: t("talk.villages"), About: t("talk.villages.about"), First: t("child.place")}
	p.Columns = append([]string{t("talk.number")}, s.markNames(c)...)
	for _, r := range table.Villages {
		cells := append([]string{strconv.Itoa(r.Talks)}, markNumbers(r)...)
		p.Rows = append(p.Rows, newFigureRow(s.townName(c, r.Town)+" "+r.Name, p.Columns, cells))
	}
	return p
}

func (s *Server) talkPolicies(c *fiber.Ctx, table casework.TalkTable) figurePart {
	t := s.words(c)
	p := figurePart{ID: "talk-policies", Title: t("talk.policies"), About: t("talk.policies.about"), First: t("staff.column.policy"), Columns: s.markNames(c)}
	for _, r := range table.Policies {
		p.Rows = append(p.Rows, newFigureRow(s.policyName(c, r.Name), p.Columns, markNumbers(r)))
	}
	return p
}

func newFigureRow(label string, columns, cells []string) figureRow {
	row := figureRow{Label: label}
	for i, text := range cells {
		row.Cells = append(row.Cells, figureCell{columns[i], text})
	}
	return row
}

func (s *Server) markNames(c *fiber.Ctx) []string {
	var out []string
	for _, m := range casework.Marks() {
		out = append(out, s.words(c)(fmt.Sprintf("talk.mark.%s", m)))
	}
	return out
}

func markNumbers(r casework.TalkRow) []string {
	var out []string
	for _, m := range casework.Marks() {
		out = append(out, strconv.Itoa(r.Marks[m]))
	}
	return out
}

// talkPage is the checklist of one talk.
type talkPage struct {
	staffPage
	Key      string
	With     *talkWith // to which a record can go; nil: the talk is counted and no more
	Villages *field    // nil where there is one
	Village  string
	Topics   []talkTopic
	Consent  []field
	Agreed   field
	Notice   string
	Problems []problem
}

// talkWith names the child or application that the page was opened from.
type talkWith struct{ Field, ID, Name, Back string }

// talkTopic is one policy with what is at hand to explain it.
type talkTopic struct {
	Field field
	Plain []string
	Page  string
	Send  string
}

// markField is the name of the choice for a policy.
func markField(slug string) string { return "mark-" + slug }

// talkCase finds what the page belongs to, for who may open it.
func (s *Server) talkCase(c *fiber.Ctx, u casework.User, value func(string) string) (*talkWith, casework.Case, error) {
	if id := value("child"); id != "" && s.cases.Children != nil {
		f, err := s.cases.Children.OpenChild(c.UserContext(), u.Actor(), id)
		if err != nil {
			return nil, casework.Case{}, err
		}
		return &talkWith{"child", id, f.Child.Details.Name, childPath(id, "")}, f.Child.Case(), nil
	}
	if ref, ok := apply.ParseReference(value("assist")); ok {
		part, err := s.cases.Assists.Assist(c.UserContext(), u.Actor(), ref)
		if err != nil {
			return nil, casework.Case{}, err
		}
		if !part.Open(s.now()) {
			return nil, casework.Case{}, casework.ErrAssistOver
		}
		return &talkWith{"assist", string(ref), ref.Grouped(), assistPath(ref, "")}, casework.Case{Kind: casework.ApplicationCase, ID: string(ref)}, nil
	}
	return nil, casework.Case{}, nil
}

func (s *Server) showTalk(c *fiber.Ctx, u casework.User) error {
	with, _, err := s.talkCase(c, u, func(name string) string { return c.Query(name) })
	if err != nil {
		return s.talkFailed(c, u, err)
	}
	key, err := newKey()
	if err != nil {
		return err
	}
	return s.renderTalk(c, u, key, with, nil)
}

func (s *Server) talkFailed(c *fiber.Ctx, u casework.User, err error) error {
	ref, ok := apply.ParseReference(c.Query("assist", c.FormValue("assist")))
	if !ok {
		return err
	}
	return s.assistFailed(c, u, ref, err)
}

// newKey draws what one page is sent under.
func newKey() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("draw a key: %w", err)
	}
	return hex.EncodeToString(b), nil
}

func (s *Server) renderTalk(c *fiber.Ctx, u casework.User, key string, with *talkWith, invalid apply.Invalid) error {
	t := s.words(c)
	view := talkPage{staffPage: s.newStaffPage(c, u, "talk.new"), Key: key, With: with, Notice: talkNotice}
	view.Crumbs = append(view.Crumbs, crumb{t("talk.title"), talksPath})
	all := []field{{Name: "marks"}}
	if villages := u.Villages(); len(villages) > 1 {
		f := field{Name: "village", Label: t("talk.village"), Value: c.FormValue("village")}
		for _, v := range villages {
			f.Options = append(f.Options, content.Option{Value: v, Label: v})
		}
		all = append(all, f)
	} else if len(villages) == 1 {
		view.Village = villages[0]
	}
	if with != nil {
		all = append(all, s.consentFields(c)...)
	}
	view.Topics = s.talkTopics(c)
	view.Problems = s.noteProblems(c, all, invalid)
	for _, f := range all {
		switch f.Name {
		case "village":
			view.Villages = &f
		case "relation", "means":
			view.Consent = append(view.Consent, f)
		case "agreed":
			view.Agreed = f
		}
	}
	for i, p := range view.Problems {
		if p.Field == "f-marks" && len(view.Topics) > 0 {
			view.Problems[i].Field = view.Topics[0].Field.ID()
		}
	}
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-talk", view)
}

// consentFields ask who agreed to be helped or to a record, and how.
func (s *Server) consentFields(c *fiber.Ctx) []field {
	t := s.words(c)
	who := field{Name: "relation", Label: t("assist.relation"), Value: c.FormValue("relation"), Optional: true}
	for _, o := range s.relations() {
		who.Options = append(who.Options, content.Option{Value: o.Value, Label: s.contentText(c, o.Label)})
	}
	how := field{Name: "means", Label: t("assist.means"), Value: c.FormValue("means"), Optional: true}
	for _, m := range casework.MeansKnown() {
		how.Options = append(how.Options, content.Option{Value: string(m), Label: t(fmt.Sprintf("assist.means.%s", m))})
	}
	return []field{who, how, {Name: "agreed", Value: c.FormValue("agreed")}}
}

func (s *Server) talkTopics(c *fiber.Ctx) []talkTopic {
	t, lang := s.words(c), visitOf(c).Lang
	var out []talkTopic
	for _, original := range s.content().Library.Talked() {
		p, _ := original.In(lang.Code)
		f := field{Name: markField(p.Slug), Label: t("talk.knows", "Policy", s.contentText(c, p.Short(lang.Code))), Help: s.contentText(c, p.Summary), Value: c.FormValue(markField(p.Slug))}
		for _, m := range casework.Marks() {
			f.Options = append(f.Options, content.Option{Value: string(m), Label: t(fmt.Sprintf("talk.mark.%s", m))})
		}
		page := policyPath(p.Slug, "")
		topic := talkTopic{Field: f, Page: page, Send: "/send?page=" + url.QueryEscape(page)}
		for _, words := range p.InPlainWords() {
			topic.Plain = append(topic.Plain, s.contentText(c, words))
		}
		out = append(out, topic)
	}
	return out
}

// postedTalk is what was ticked. Who says nothing of consent gives none.
func (s *Server) postedTalk(c *fiber.Ctx) casework.Talk {
	out := casework.Talk{Village: c.FormValue("village"), Marks: map[string]casework.Mark{}}
	for _, p := range s.content().Library.Talked() {
		if m := c.FormValue(markField(p.Slug)); m != "" {
			out.Marks[p.Slug] = casework.Mark(m)
		}
	}
	consent := casework.AssistConsent{Relation: c.FormValue("relation"), Means: casework.Means(c.FormValue("means"))}
	if c.FormValue("agreed") == talkNotice {
		consent.Notice = talkNotice
	}
	if consent != (casework.AssistConsent{}) {
		out.Consent = &consent
	}
	return out
}

func (s *Server) holdTalk(c *fiber.Ctx, u casework.User) error {
	with, of, err := s.talkCase(c, u, func(name string) string { return c.FormValue(name) })
	if err != nil {
		return s.talkFailed(c, u, err)
	}
	talk := s.postedTalk(c)
	talk.With = of
	talk, err = s.cleanTalk(u, talk)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderTalk(c, u, c.FormValue("key"), with, invalid)
	case err != nil:
		return err
	}
	if err := s.cases.Talks.HoldTalk(c.UserContext(), u.Actor(), casework.Once{Key: c.FormValue("key"), Body: c.Body()}, talk); err != nil {
		return s.talkFailed(c, u, err)
	}
	return s.redirect(c, talkNextPath(talk))
}

func (s *Server) cleanTalk(u casework.User, talk casework.Talk) (casework.Talk, error) {
	talked := s.content().Library.Talked()
	return talk.Clean(u,
		func(slug string) bool {
			return slices.ContainsFunc(talked, func(p *content.Policy) bool { return p.Slug == slug })
		},
		func(relation string) bool {
			return slices.ContainsFunc(s.relations(), func(o content.Option) bool { return o.Value == relation })
		})
}

// talkNextPath leads to what is to be done now. It names policies and nobody.
func talkNextPath(t casework.Talk) string {
	q := url.Values{"wants": t.Of(casework.Wants), "told": t.Of(casework.Told)}
	if t.Recorded() {
		q.Set("kept", "1")
	}
	return strings.TrimSuffix(talksPath+"/next?"+q.Encode(), "?")
}

// talkNextPage says what to do for each policy that the family wants or has heard of.
type talkNextPage struct {
	staffPage
	Kept  bool
	Wants []talkNext
	Told  []talkNext
}

// talkNext is a policy with the ways on; "" where there is none.
type talkNext struct{ Name, Page, Assist, Check, Send string }

func (s *Server) showTalkNext(c *fiber.Ctx, u casework.User) error {
	view := talkNextPage{staffPage: s.newStaffPage(c, u, "talk.next"), Kept: c.Query("kept") == "1"}
	view.Crumbs = append(view.Crumbs, crumb{s.words(c)("talk.title"), talksPath})
	view.Wants, view.Told = s.talkSteps(c, "wants"), s.talkSteps(c, "told")
	return s.render(c, "staff-talk-next", view)
}

func (s *Server) talkSteps(c *fiber.Ctx, list string) []talkNext {
	var out []talkNext
	for _, slug := range c.Context().QueryArgs().PeekMulti(list) {
		p, ok := s.policy(c, string(slug))
		if !ok {
			continue
		}
		page := policyPath(p.Slug, "")
		n := talkNext{Name: s.contentText(c, p.Short(visitOf(c).Lang.Code)), Page: page, Send: "/send?page=" + url.QueryEscape(page)}
		if list == "wants" && p.Online() {
			n.Assist = "/staff/assist/new?" + wishField + "=" + url.QueryEscape(p.Slug)
		}
		if p.Checkable() {
			n.Check = "/check/" + p.Slug
		}
		out = append(out, n)
	}
	return out
}

// talkShown is a talk as the pages of its case show it.
type talkShown struct{ Day, By, Consent, Wants, Told, Knows, NotForThem string }

func (s *Server) talksOf(c *fiber.Ctx, u casework.User, of casework.Case) ([]talkShown, error) {
	if s.cases.Talks == nil {
		return nil, nil
	}
	records, err := s.cases.Talks.TalksWith(c.UserContext(), u.Actor(), of)
	if err != nil {
		return nil, err
	}
	t := s.words(c)
	var out []talkShown
	for _, r := range records {
		names := func(m casework.Mark) string {
			var all []string
			for _, slug := range (casework.Talk{Marks: r.Marks}).Of(m) {
				all = append(all, s.policyName(c, slug))
			}
			return strings.Join(all, t("punctuation.comma"))
		}
		relation := ""
		for _, o := range s.relations() {
			if o.Value == r.Consent.Relation {
				relation = s.contentText(c, o.Label)
			}
		}
		out = append(out, talkShown{
			Day: s.day(c, r.At), By: r.By, Consent: t("talk.agreed.by", "Who", relation, "How", t(fmt.Sprintf("assist.means.%s", r.Consent.Means)), "Date", s.day(c, r.Consent.At)),
			Wants: names(casework.Wants), Told: names(casework.Told), Knows: names(casework.Knows), NotForThem: names(casework.NotForThem),
		})
	}
	return out, nil
}

// talksPanel is the panel of an application; nil where there was no talk.
func (s *Server) talksPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	all, err := s.talksOf(c, u, casework.Case{Kind: casework.ApplicationCase, ID: string(a.Reference)})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, nil
}
