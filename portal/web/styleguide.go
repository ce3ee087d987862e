package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/proof"
)

func (s *Server) styleGuideRoutes() []route {
	return []route{{fiber.MethodGet, "/styleguide", s.showStyleGuide, kept}}
}

// guidePage shows every component in its states, made by the templates that pages
// use; a test fails for a template or a style sheet that is not on it.
type guidePage struct {
	page
	staffBar
	Policy     *content.Policy
	Share      string
	Word, Long string // one that does not break, and a text of several lines
	Statuses   []string
	Icons      []string
	Problems   []problem
	Fields     []field
	Rows       []summaryRow
	Steps      []step
	Pass       *pass
	Progress   progress
	Doubt      doubt // the box that confirms an answer
	Questions  questions
	Given      []given
	Conditions []content.Reason
	Heard      heard
	Papers     []paperRow
	Files      []shownFile
	Base       string // of the addresses of Groups
	Groups     []policyGroup
	Proof      *proofPart
	Verdicts   []proof.Verdict
	Panels     []shownPanel
	Referrals  *referralsPanel
	Ask        askFields
	Said       said

	Conferences *conferencesPanel
	Bands       []childRow
	Trend       *trend
	Child       *childCase
	Figure      *figurePart
	Towns       *figurePart // a long one, a fold for each town
	Reach       []townReach
	Sets        []tickSet
	Grounds     []saidGround
	GroundSet   *groundSet
	OnDuty      onDuty
}

// staffBar is what waits above every page of the case desk.
type staffBar struct {
	Faults []string
	Alarms int
	Calls  int
}

// guideWord breaks nowhere by itself.
const guideWord = "https://huitong.example/policies/basic-living-allowance/very-long-address-without-any-space"

func (s *Server) showStyleGuide(c *fiber.Ctx) error {
	t := s.words(c)
	long := t("guide.long")
	p := guidePage{
		page: s.page(c, "guide.title"), Word: guideWord, Long: long, Said: said{Asked: long, Outcome: "answer", Answer: long},
		Statuses: []string{"in-force", "unconfirmed", "ended"},
		Icons:    []string{"book", "talk", "form", "check", "question", "cross", "track", "phone", "home", "warn", "sound", "voice", "photo", "forward", "allowance", "medical", "education", "guardianship", "protection", "network"},
		Problems: []problem{{Field: "f-wrong", Text: t("guide.error")}, {Field: "f-pick-wrong-0", Text: long}},
		Fields:   guideFields(t),
		Rows:     []summaryRow{{t("guide.text"), t("guide.text"), "#f-plain", ""}, {long, long, "#f-long", ""}, {t("guide.text"), "", "", ""}, {guideWord, guideWord, "#f-plain", ""}},
		Steps:    []step{{t("guide.text"), "", "", "done", ""}, {t("guide.text"), long, "", "now", ""}, {t("guide.text"), t("guide.error"), "", "wrong", ""}, {long, "", t("guide.text"), "next", ""}},
		Pass:     &pass{"HT00 0000 0000", "ABCD EFGH"}, Progress: progress{Number: 2, Total: 4, Marks: []string{"done", "now", "next", "next"}},
		Doubt: doubt{"doubt", "bank-account", "1", true},
		Questions: questions{Number: 2, Given: []given{{"guide-given", "1", t("guide.text"), t("guide.text"), ""}},
			Question: &field{Name: "guide-asked", Label: t("guide.text"), InputType: "text", InputMode: "numeric", Width: "short", Keypad: true}},
		Given:      []given{{"a", "1", t("guide.text"), t("guide.text"), visitOf(c).Lang.Code}, {"b", "1", long, long, visitOf(c).Lang.Code}},
		Conditions: []content.Reason{{Result: content.True, Text: "—"}, {Result: content.False, Text: "—"}, {Result: content.Unknown, Text: "—"}},
		Heard:      s.listening(visitOf(c).Lang, "", "", t("guide.text"), visitOf(c).Lang.Code),
		Files:      []shownFile{{Name: t("guide.text"), Size: "120 KB", State: "ready"}, {Name: guideWord, Size: "9 MB", State: "refused", Note: t("guide.error")}},
		staffBar:   staffBar{Faults: []string{"policies/example.md:1: no title — add one"}, Alarms: 1, Calls: 1},
		Verdicts:   []proof.Verdict{proof.Kept, proof.Partly, proof.Open, proof.Failing, proof.Unknown},
	}
	link := deskLink{t("guide.text"), "/styleguide", false}
	p.Staff = &deskUser{Name: "lin", Role: "officer", Place: long, Account: link, Here: t("guide.text"), Menu: []deskGroup{
		{t("guide.text"), []deskLink{{t("guide.text"), "/styleguide", true}, {long, "/styleguide", false}}, link}, {long, []deskLink{link}, deskLink{long, "/styleguide", true}},
	}}
	p.Panels = []shownPanel{{Name: "history", Data: historyPanel{p.Steps[:1], long}}}
	items := []proofItem{
		{ID: "X1", Text: t("guide.text"), Verdict: proof.Kept, Tests: []string{"portal/web.TestPages"}, Day: "2026-11-29"},
		{ID: "X2", Text: long, Gap: long, Verdict: proof.Partly, Checked: long, Day: "2026-11-29"},
	}
	p.Proof = &proofPart{Missing: []proofGroup{{"missing-x", long, t("guide.text"), items[1:]}}, Groups: []proofGroup{{"list-x", t("guide.text"), long, items}}}
	p.Papers = []paperRow{{Title: t("guide.text"), Words: t("guide.text"), Given: true, Files: p.Files, Change: "/styleguide"}, {Title: long, Words: t("guide.error")}}
	p.Referrals, p.Ask = guideReferrals(t, long)
	p.Conferences = &conferencesPanel{Rows: []conferenceRow{{"/styleguide", "", "2026-12-10 14:30", "planned"}, {"/styleguide", "", "2026-11-02 9:00", "held"}}, Call: "/styleguide"}
	p.Base, p.Groups = "/policies", s.groups(c, anyPolicy)
	if all := s.content().Library.Policies; len(all) > 0 {
		p.Policy = all[0]
		p.Share = s.base + visitOf(c).Lang.path(policyPath(p.Policy.Slug, ""))
	}
	for _, b := range content.BandNames() {
		p.Bands = append(p.Bands, childRow{Band: b, BandText: s.bandText(c, b)})
	}
	p.Child = &childCase{Row: childRow{Path: "/styleguide", Name: t("guide.text"), Band: "poor", BandText: s.bandText(c, "poor"), Task: t("guide.text"), Date: "2026-11-29", Late: true}, Helper: t("guide.text"), Due: "2026-11-29"}
	p.Trend = &trend{Label: t("guide.text"), Line: "40,93 160,68 280,51", Dots: []trendDot{{X: 40, Y: 93, Score: "36"}, {X: 160, Y: 68, Score: "66"}, {X: 280, Y: 51, Score: "87"}}}
	p.Figure, p.Towns = guideFigure(t, long), guideTowns(t, long)
	p.Reach = []townReach{{"guide", t("guide.text"), long, []villageMark{{"gap", "—"}, {"planned", "—"}, {"reached", "—"}}}}
	p.Sets = []tickSet{newTickSet("guide-set", t("guide.text"), []content.Option{{Value: "1", Label: "—"}, {Value: "2", Label: "—"}}, []string{"1"})}
	p.Grounds, p.GroundSet = guideGrounds(t, visitOf(c).Lang.Code)
	p.OnDuty = onDuty{"director", t("guide.text"), "2026-11-29", "0760-00000000", "tel:076000000000"}
	p.NoIndex, p.Rated, p.Description = true, true, t("guide.lead")
	p.Styles = []string{"desk.css"}
	return s.render(c, "styleguide", p)
}

// guideReferrals is what is asked of departments, with a deadline of each kind.
func guideReferrals(t func(string, ...any) string, long string) (*referralsPanel, askFields) {
	out := &referralsPanel{Refer: "/styleguide"}
	for _, urgency := range []string{"", "soon", "late"} {
		out.Rows = append(out.Rows, referralRow{Path: "/styleguide", Department: t("guide.text"), Task: long, State: "sent", Due: "2026-12-10", Open: true, Urgency: urgency, Waiting: urgency == "late"})
	}
	fields := guideFields(t)
	fields[4].Name, fields[2].Name = "guide-words", "guide-days"
	ticks := []tick{{"guide-a", "a", "1", "—", true}, {"guide-b", "b", "1", "—", false}}
	return out, askFields{[]tickGroup{{"—", ticks}}, fields[4], fields[2], t("guide.error")}
}

// guideGrounds are a condition with where it stands, one of the office's own, and what
// asks for them when none was chosen.
func guideGrounds(t func(string, ...any) string, lang string) ([]saidGround, *groundSet) {
	long := t("guide.long")
	box := func(id, label, note string) groundTick {
		return groundTick{tick{id, "guide-ground", id, label, false}, lang, note}
	}
	said := []saidGround{
		{Condition: true, Title: t("guide.text"), Text: long, Lang: lang, Section: t("guide.text"), Link: "/styleguide"},
		{Title: long, Lang: lang},
	}
	return said, &groundSet{Label: t("guide.text"), Help: long, Error: t("guide.error"), Parts: []groundPart{
		{t("guide.text"), []groundTick{box("f-ground-0", t("guide.text"), long)}}, {long, []groundTick{box("f-ground-1", long, "")}},
	}}
}

// guideFigure is a chart with a long and a short bar, and its table.
func guideFigure(t func(string, ...any) string, long string) *figurePart {
	text := t("guide.text")
	cell := func(n string) []figureCell { return []figureCell{{text, n}} }
	return &figurePart{
		ID: "guide-figure", Title: t("figures.title"), About: long, First: text, Columns: []string{text}, Total: []string{"60"},
		Rows:  []figureRow{{text, cell("51")}, {long, cell("9")}},
		Chart: &chart{"guide-figure", long, em(2 * barHeight), []bar{newBar(0, text, 51, 51), newBar(1, long, 9, 51)}},
	}
}

// guideTowns is a table in folds, with one number in a line and with several.
func guideTowns(t func(string, ...any) string, long string) *figurePart {
	one := *guideFigure(t, long)
	one.ID, one.Title, one.Chart, one.Total = "guide-towns", t("coverage.title"), nil, nil
	many := one
	many.Columns, many.Rows = []string{one.First, one.First}, []figureRow{{long, []figureCell{{one.First, "51"}, {one.First, "9"}}}}
	one.Groups = []figureGroup{{one.First, one}, {long, many}}
	return &one
}

// guideFields are the kinds of fields: empty, filled, long, wrong and each choice.
func guideFields(t func(string, ...any) string) []field {
	options := []content.Option{{Value: "a", Label: t("guide.text")}, {Value: "b", Label: t("guide.long"), Help: t("guide.text")}}
	many := slices.Repeat(options, maxRadios)
	return []field{
		{Name: "plain", Label: t("guide.text"), InputType: "text"},
		{Name: "filled", Label: t("guide.text"), Help: t("guide.long"), Value: guideWord, InputType: "text", Optional: true},
		{Name: "short", Label: t("guide.text"), InputType: "text", InputMode: "numeric", Width: "short", Value: "12"},
		{Name: "wrong", Label: t("guide.text"), Help: t("guide.text"), Value: "?", Error: t("guide.error"), InputType: "text", Width: "medium"},
		{Name: "long", Label: t("guide.long"), Value: t("guide.long"), Long: true},
		{Name: "long-wrong", Label: t("guide.text"), Error: t("guide.long"), Long: true, Rows: 3},
		{Name: "pick", Label: t("guide.text"), Value: "a", Options: options},
		{Name: "pick-wrong", Label: t("guide.text"), Error: t("guide.error"), Options: options},
		{Name: "list", Label: t("guide.text"), Options: many},
		{Name: "date", Label: t("guide.text"), InputType: "text", Value: "201703", Keypad: true, Date: newDateWords(t)},
		field{Name: "group", Label: t("guide.text"), Value: "a", Options: many}.split(2),
	}
}
