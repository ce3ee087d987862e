package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// CallBox takes requests of families that want to be called back.
type CallBox interface {
	AskForCall(ctx context.Context, key apply.Token, b casework.CallBack, terms casework.CallTerms) (casework.CallBack, error)
}

// The form needs no cookie and leaves none, as that of reports: what is typed lives in
// the page alone, and the receipt is the answer to the post and names nobody.
func (s *Server) callRoutes() []route {
	if s.cases.CallBox == nil || s.cases.PublicDirectory == nil {
		return nil
	}
	const call = directoryPath + "/:town/:village/call"
	return []route{
		{fiber.MethodGet, call, s.showCall, private},
		{fiber.MethodPost, call, s.takeCall, private},
	}
}

const (
	callNotice = "2026-11-29" // version of the words that are agreed to
	callMinute = 5            // requests a minute from one address
	callAt     = "-at"
	callKey    = "-key"

	callForTalk = "talk" // what somebody wants who comes from the list of talks
)

// callFields are the questions in their order; elder mode asks one a page.
var callFields = []string{"name", "phone", "when", "about", "consent"}

// calling is a request while it is typed.
type calling struct {
	key     string
	values  map[string]string
	invalid apply.Invalid
	at      int // of callFields, in elder mode
}

type callPage struct {
	page
	Village string
	Path    string
	Fields  []field
	Consent *field // the tick, where it is asked on this page
	Agreed  bool
	Within  int // working days
	Keep    int // days
	Given   []given
	Key     string
	At      string
	Number  int // of the question, in elder mode
	Total   int
	Last    bool
	Busy    bool
	Many    bool
	Failed  bool

	Problems []problem
}

// CallTerms is when somebody has to call who is asked at a time, and how long what was
// said is kept.
func CallTerms(lib *content.Library) casework.CallTerms {
	keep, open := lib.CallBack.Kept()
	return casework.CallTerms{
		Due:  func(from time.Time) time.Time { return apply.Due(from, lib.CallBack.Days, lib.Holidays) },
		Keep: keep, KeepOpen: open,
	}
}

func (s *Server) showCall(c *fiber.Ctx) error {
	values := map[string]string{}
	if c.Query("for") == callForTalk {
		values["about"] = s.words(c)("events.ask.about")
	}
	return s.renderCall(c, calling{key: rand.Text(), values: values}, nil)
}

// takeCall moves on in the form, or keeps the request. Whatever goes wrong, the page
// comes back with everything that was typed.
func (s *Server) takeCall(c *fiber.Ctx) error {
	if !s.fromHere(c) {
		return errStaleForm
	}
	town, village, _, err := s.village(c)
	if err != nil {
		return err
	}
	now := calling{key: c.FormValue(callKey), values: map[string]string{}, at: max(slices.Index(callFields, c.FormValue(callAt)), 0)}
	for _, name := range callFields {
		now.values[name] = casework.FirstWords(c.FormValue(name), casework.CallAboutLong)
	}
	if len(now.key) != tokenLength { // not one that we have made
		now.key = rand.Text()
	}
	b := casework.CallBack{Town: town.ID, Village: village, Asked: casework.CallWords{Name: now.values["name"], Phone: now.values["phone"], When: now.values["when"], About: now.values["about"]}}
	if now.values["consent"] == "1" {
		b.Notice = callNotice
	}
	_, wrong := b.Clean(s.now())
	invalid := invalidOf(wrong)
	if s.callMoves(c, &now, invalid) {
		return s.renderCall(c, now, nil)
	}
	if len(invalid) > 0 {
		now.invalid = invalid
		if p, bad := first(invalid); bad {
			now.at = max(slices.Index(callFields, p.Field), 0)
		}
		return s.renderCall(c, now, nil)
	}
	return s.keepCall(c, now, b)
}

// callMoves says whether a post only moves about in the form: another way to show it, or
// in elder mode another question.
func (s *Server) callMoves(c *fiber.Ctx, now *calling, invalid apply.Invalid) bool {
	switch {
	case c.FormValue(formStay) != "":
		return true
	case visitOf(c).Mode != modeElder || c.FormValue(callAt) == "":
		return false
	case c.FormValue(checkBack) != "":
		now.at = max(now.at-1, 0)
		return true
	case hasField(invalid, callFields[now.at]):
		p, _ := invalid.Field(callFields[now.at])
		now.invalid = apply.Invalid{p}
		return true
	case now.at < len(callFields)-1:
		now.at++
		return true
	}
	return false
}

func (s *Server) keepCall(c *fiber.Ctx, now calling, b casework.CallBack) error {
	if refused(c, s.calls) {
		return s.renderCall(c, now, func(p *callPage) { p.Busy = true })
	}
	kept, err := s.cases.CallBox.AskForCall(c.UserContext(), apply.Token(now.key), b, CallTerms(s.content().Library))
	switch {
	case errors.Is(err, casework.ErrTooMany):
		c.Status(fiber.StatusTooManyRequests)
		return s.renderCall(c, now, func(p *callPage) { p.Many = true })
	case err != nil:
		return err
	}
	t := s.words(c)
	p := calledPage{page: s.page(c, "call.done"), Village: s.contentText(c, kept.Village), Due: s.day(c, kept.Due), Path: villagePath(kept.Town, kept.Village)}
	p.NoIndex = true
	p.Crumbs = []crumb{{t("directory.find.title"), directoryPath}, {p.Village, p.Path}}
	p.Who = t(fmt.Sprintf("call.who.%d", kept.Level))
	return s.render(c, "call-done", p)
}

// calledPage is the receipt: it says by when somebody calls, and nothing of the family.
type calledPage struct {
	page
	Village, Path, Who, Due string
}

func (s *Server) renderCall(c *fiber.Ctx, now calling, change func(*callPage)) error {
	town, village, _, err := s.village(c)
	if err != nil {
		return err
	}
	t := s.words(c)
	p := callPage{page: s.page(c, "call.title"), Village: s.contentText(c, village), Path: villagePath(town.ID, village) + "/call", Key: now.key, Total: len(callFields), Within: s.content().Library.CallBack.Days, Keep: s.content().Library.CallBack.KeepDays}
	p.NoIndex, p.Description = true, t("call.lead", "Days", p.Within)
	p.Crumbs = []crumb{{t("directory.find.title"), directoryPath}, {p.Village, villagePath(town.ID, village)}}
	p.Posts = turnForm
	p.Fields = s.callForm(c, now)
	p.Consent, p.Agreed = &field{Name: "consent", Label: t("call.consent")}, now.values["consent"] == "1"
	if p.Elder() {
		p.oneOf(now)
	}
	p.Problems = s.noteProblems(c, p.Fields, now.invalid)
	if wrong, bad := now.invalid.Field("consent"); bad && p.Consent != nil {
		p.Consent.Error = s.problemWords(c, wrong, true)
		p.Problems = append(p.Problems, problem{Field: p.Consent.ID(), Text: p.Consent.Error})
	}
	if len(p.Problems) > 0 {
		s.wrong(c, &p.page)
	}
	if change != nil {
		change(&p)
	}
	return s.render(c, "call", p)
}

// oneOf leaves the question that is asked now, and carries the others along.
func (p *callPage) oneOf(now calling) {
	p.At = callFields[now.at]
	p.Number, p.Last = now.at+1, now.at == len(callFields)-1
	if now.at > 0 {
		p.BackForm = turnForm
	}
	for name, value := range now.values {
		if name != p.At && value != "" {
			p.Given = append(p.Given, given{Name: name, Value: value})
		}
	}
	slices.SortFunc(p.Given, func(a, b given) int { return slices.Index(callFields, a.Name) - slices.Index(callFields, b.Name) })
	p.Fields = slices.DeleteFunc(p.Fields, func(f field) bool { return f.Name != p.At })
	for i := range p.Fields {
		p.Fields[i].Bare, p.Fields[i].Form, p.Fields[i].Action = true, turnForm, p.Lang.path(p.Path)+"#f-"+p.At
	}
	if !p.Last {
		p.Consent = nil
	}
}

func (s *Server) callForm(c *fiber.Ctx, now calling) []field {
	t := s.words(c)
	when := field{Name: "when"}
	for _, one := range casework.CallTimes() {
		when.Options = append(when.Options, content.Option{Value: one, Label: t(fmt.Sprintf("call.when.%s", one))})
	}
	out := []field{
		{Name: "name", Help: t("call.name.help"), InputType: "text", Autocomplete: "off", MaxLength: casework.CallNameLong, Width: "medium"},
		{Name: "phone", InputType: "tel", Autocomplete: "tel", MaxLength: 20, Width: "medium", Keypad: visitOf(c).Mode == modeElder},
		when,
		{Name: "about", Help: t("call.about.help"), Long: true, Rows: 3, MaxLength: casework.CallAboutLong, Optional: true},
	}
	for i := range out {
		out[i].Label, out[i].Value = t(fmt.Sprintf("call.%s", out[i].Name)), now.values[out[i].Name]
	}
	return out
}
