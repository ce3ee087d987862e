package web

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// ReportBox takes reports of children at risk from anybody, and says how far one is to
// who knows its number and code.
type ReportBox interface {
	SendReport(ctx context.Context, r casework.Report, within time.Duration) (*casework.Report, error)
	FollowReport(ctx context.Context, ref apply.Reference, code apply.Code, client string) (casework.ReportState, error)
	AddToReport(ctx context.Context, ref apply.Reference, code apply.Code, client string, key apply.Token, words string) (casework.ReportState, error)
}

// The form needs no cookie and leaves none: what is typed lives in the page alone, and
// the receipt is the answer to the post, since nothing of a report may stand in an
// address or stay on the telephone. A page that is sent again gets the same receipt.
func (s *Server) reportRoutes() []route {
	if s.cases.ReportBox == nil {
		return nil
	}
	return []route{
		{fiber.MethodGet, reportPath, s.showReport, private},
		{fiber.MethodPost, reportPath, s.takeReport, private},
		{fiber.MethodGet, reportPath + "/follow", s.showFollow, private},
		{fiber.MethodPost, reportPath + "/follow", s.follow, private},
		{fiber.MethodPost, reportPath + "/photos", s.addReportPhotos, limited | streamed | private},
	}
}

const (
	reportPath    = "/report"
	reportKey     = "-key"
	reportAt      = "-at"      // the question that a page of elder mode asked
	reportNow     = "-now"     // any value: send it as it is
	reportReceipt = "-receipt" // any value: the post comes from a receipt
	reportMinute  = 10         // reports a minute from one address: a school, say, has one
)

// dutyPolicy says who must report, and to whom.
const dutyPolicy = "mandatory-report"

// reportFields are the questions of the form in their order; elder mode asks one a page.
var reportFields = []string{"kind", "town", "place", "danger", "words", "child", "contact", "involved"}

// telling is a report while it is typed.
type telling struct {
	key     string
	values  map[string]string
	invalid apply.Invalid
	at      int // of reportFields, in elder mode
	group   int // of a long list of choices
}

type reportPage struct {
	page
	Fields   []field
	Problems []problem
	Key      string
	Given    []given // what the pages before have asked, in elder mode
	Number   int     // of the question, in elder mode
	Total    int
	Enough   bool // it can be sent as it is
	Busy     bool // too many at once
	Failed   bool // it could not be kept
	Duty     *content.Policy
}

func (s *Server) showReport(c *fiber.Ctx) error {
	return s.renderReport(c, telling{key: rand.Text(), values: map[string]string{}}, nil)
}

// readReport takes in what was posted; nothing of it is refused.
func (s *Server) readReport(c *fiber.Ctx) telling {
	now := telling{key: c.FormValue(reportKey), values: map[string]string{}, group: groupAsked(c)}
	for _, name := range append([]string{"village"}, reportFields...) {
		now.values[name] = casework.FirstWords(c.FormValue(name), casework.ReportLong)
	}
	now.at = max(slices.Index(reportFields, c.FormValue(reportAt)), 0)
	if len(now.key) != tokenLength { // not one that we have made
		now.key = rand.Text()
	}
	return now
}

// report is what was told, to be checked and kept.
func (s *Server) report(now telling) casework.Report {
	v := now.values
	r := casework.Report{
		Key: apply.Token(now.key), Danger: casework.Danger(v["danger"]), City: v["involved"] == "yes",
		Said: casework.Said{Kind: v["kind"], Village: v["village"], Place: v["place"], Child: v["child"], Words: v["words"], Contact: v["contact"]},
	}
	if slices.ContainsFunc(s.towns(), func(o content.Option) bool { return o.Value == v["town"] }) {
		r.Town = v["town"]
	}
	if !slices.Contains(casework.Dangers(), r.Danger) {
		r.Danger = casework.DangerUnsure
	}
	r.Said = r.Said.Clean()
	return r
}

func (s *Server) knownKind(kind string) bool {
	_, ok := s.content().Library.Reporting.Kind(kind)
	return ok
}

// takeReport moves on in the form, or keeps the report. Whatever goes wrong, the page
// comes back with everything that was typed.
func (s *Server) takeReport(c *fiber.Ctx) error {
	if !s.fromHere(c) {
		return errStaleForm
	}
	now := s.readReport(c)
	r := s.report(now)
	invalid := invalidOf(r.Check(s.knownKind))
	if s.moves(c, &now, invalid) {
		return s.renderReport(c, now, nil)
	}
	if now.invalid = invalid; len(invalid) > 0 {
		return s.renderReport(c, now, nil)
	}
	return s.keepReport(c, now, r)
}

// moves says whether a post only moves about in the form, and where to: another way to
// show it, or in elder mode another question.
func (s *Server) moves(c *fiber.Ctx, now *telling, invalid apply.Invalid) bool {
	elder, stay := visitOf(c).Mode == modeElder, c.FormValue(formStay) != ""
	switch {
	case stay && c.FormValue(reportReceipt) == "":
		return true
	case !elder || c.FormValue(reportAt) == "" || c.FormValue(reportNow) != "":
		if p, bad := first(invalid); bad {
			now.at = slices.Index(reportFields, p.Field)
		}
		return false
	case now.group > 0:
		return true
	case c.FormValue(checkBack) != "":
		now.at = max(now.at-1, 0)
		return true
	}
	// "town" is asked before "place": either does, so that only the later one insists.
	p, bad := first(invalid)
	if bad && (p.Field == "kind" && now.at == 0 || p.Field == "town" && reportFields[now.at] == "place") {
		return false
	}
	if now.at++; now.at == len(reportFields) {
		now.at--
		return false
	}
	return true
}

func first(invalid apply.Invalid) (apply.Problem, bool) {
	if len(invalid) == 0 {
		return apply.Problem{}, false
	}
	return invalid[0], true
}

// invalidOf returns what has to be mended; nothing for any other error.
func invalidOf(err error) apply.Invalid {
	var invalid apply.Invalid
	errors.As(err, &invalid)
	return invalid
}

func (s *Server) keepReport(c *fiber.Ctx, now telling, r casework.Report) error {
	if refused(c, s.reports) {
		return s.renderReport(c, now, func(p *reportPage) { p.Busy = true })
	}
	kept, err := s.cases.ReportBox.SendReport(c.UserContext(), r, s.reportWithin(r.Danger))
	if err != nil {
		s.log.LogAttrs(c.UserContext(), slog.LevelError, "report not kept", slog.String("request", requestID(c)), slog.Any("error", err))
		c.Status(fiber.StatusInternalServerError)
		return s.renderReport(c, now, func(p *reportPage) { p.Failed = true })
	}
	return s.renderReceipt(c, now, kept)
}

func (s *Server) renderReport(c *fiber.Ctx, now telling, change func(*reportPage)) error {
	p := reportPage{page: s.page(c, "report.title"), Key: now.key, Total: len(reportFields)}
	p.Description = s.words(c)("report.lead")
	p.Column = column{Name: p.Title, About: p.Description, Path: reportPath}
	p.Posts = turnForm
	p.Duty, _ = s.content().Library.Policy(dutyPolicy)
	p.Fields = s.reportForm(c, p.page, now)
	if p.Elder() {
		p.oneQuestion(now)
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		if wrong, bad := now.invalid.Field(f.Name); bad || p.Elder() && f.Name == "place" && now.at > 0 && hasField(now.invalid, "town") {
			if !bad {
				wrong, _ = now.invalid.Field("town")
			}
			f.Error = s.problemWords(c, wrong, true)
			p.Problems = append(p.Problems, problem{Field: f.ID(), Text: f.Error})
		}
	}
	p.hearReport(s, now.invalid)
	if len(p.Problems) > 0 {
		s.wrong(c, &p.page)
	}
	if change != nil {
		change(&p)
	}
	return s.render(c, "report", p)
}

func hasField(v apply.Invalid, name string) bool {
	_, bad := v.Field(name)
	return bad
}

// oneQuestion leaves the question that is asked now, and carries the others along.
func (p *reportPage) oneQuestion(now telling) {
	name := reportFields[now.at]
	p.Number, p.Enough = now.at+1, now.values["kind"] != "" && (now.values["town"] != "" || now.values["place"] != "")
	if now.at > 0 {
		p.BackForm = turnForm
	}
	i := slices.IndexFunc(p.Fields, func(f field) bool { return f.Name == name })
	one := p.Fields[i].split(now.group)
	one.Bare, one.Form, one.Action = true, turnForm, p.Lang.path(reportPath)+"#f-"+name
	for _, f := range p.Fields {
		if f.Name != name && now.values[f.Name] != "" {
			p.Given = append(p.Given, given{Name: f.Name, Value: now.values[f.Name]})
		}
	}
	p.Fields = []field{one}
}

// reportForm are the questions as they are shown, with what was typed.
func (s *Server) reportForm(c *fiber.Ctx, p page, now telling) []field {
	t := s.words(c)
	kind := field{Name: "kind"}
	for _, k := range s.content().Library.Reporting.Kinds {
		o := content.Option{Value: k.Value, Label: s.contentText(c, k.Label.In(p.Lang.Code))}
		if k.Own.ZH != "" {
			o.Help = t("report.own.words", "Words", s.contentText(c, k.Own.In(p.Lang.Code)))
		}
		kind.Options = append(kind.Options, o)
	}
	town := field{Name: "town", Help: t("report.town.help")}
	for _, o := range s.content().Library.Places {
		name := o.ZH
		if !p.Lang.Han() {
			name = o.EN
		}
		town.Options = append(town.Options, content.Option{Value: o.ID, Label: s.contentText(c, name)})
	}
	danger := field{Name: "danger", Optional: true}
	for _, d := range casework.Dangers() {
		danger.Options = append(danger.Options, content.Option{Value: string(d), Label: t("report.danger." + string(d))})
	}
	involved := field{Name: "involved", Help: t("report.involved.help"), Optional: true, Options: []content.Option{{Value: "no", Label: t("report.involved.no")}, {Value: "yes", Label: t("report.involved.yes")}}}
	out := []field{
		kind, town,
		{Name: "village", InputType: "text", Autocomplete: "off", MaxLength: 40, Width: "medium", Optional: true},
		{Name: "place", Help: t("report.place.help"), Long: true, Rows: 2, MaxLength: 4 * casework.ReportShort, Optional: true},
		danger,
		{Name: "words", Long: true, Rows: 4, MaxLength: casework.ReportLong, Optional: true},
		{Name: "child", Help: t("report.child.help"), Long: true, Rows: 2, MaxLength: 4 * casework.ReportShort, Optional: true},
		{Name: "contact", Help: t("report.contact.help"), InputType: "text", Autocomplete: "off", MaxLength: casework.ReportShort, Optional: true},
		involved,
	}
	if p.Elder() { // one field for where, so that there is a question less
		out = slices.Delete(out, 2, 3)
		out[2].Help = t("report.place.help.one")
	}
	for i := range out {
		out[i].Label, out[i].Value = t("report."+out[i].Name), now.values[out[i].Name]
	}
	return out
}

type receivedPage struct {
	page
	Pass   pass
	Danger bool
	Told   string
	Within string
	Key    string
	Given  []given // so that the page can be shown in another language or mode
	Photos photosForm
}

func (s *Server) renderReceipt(c *fiber.Ctx, now telling, r *casework.Report) error {
	t := s.words(c)
	p := receivedPage{
		page: s.page(c, "report.done.title"), Pass: pass{r.Number.Grouped(), r.Code.Grouped()},
		Danger: r.Danger == casework.DangerNow, Key: now.key, Told: t("report.done.city"),
	}
	p.NoIndex = true
	p.Photos = photosForm{string(r.Number), string(r.Code), s.photoField(c)}
	if r.Town != "" && !r.City {
		p.Told = t("report.done.town", "Town", s.placeName(c, r.Town))
	}
	p.Within = t("report.done.within", "Minutes", int(r.Due.Sub(r.Received).Minutes()), "Time", r.Due.In(apply.China).Format("15:04"))
	for name, value := range now.values {
		p.Given = append(p.Given, given{Name: name, Value: value})
	}
	slices.SortFunc(p.Given, func(a, b given) int { return strings.Compare(a.Name, b.Name) })
	p.Posts = turnForm
	return s.render(c, "report-received", p)
}

// placeName is the name of a town in the page's language.
func (s *Server) placeName(c *fiber.Ctx, id string) string {
	for _, o := range s.content().Library.Places {
		if o.ID == id && !visitOf(c).Lang.Han() {
			return o.EN
		}
	}
	return s.townName(c, id)
}
