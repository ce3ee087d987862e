package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

type sectionPage struct {
	draft
	Section  apply.Page
	Progress progress
	Fields   []formField
	Had      string // what is kept of its answers, see unchanged
	Problems []problem
	Back     string // path of the page before
	Review   bool   // came from the review and goes back there
	AsksID   bool
}

// progress is how far the family has come.
type progress struct {
	Number, Total int
	Marks         []string // done, now or next, one a step
	Plain         bool     // in elder mode, which counts questions
}

// formField is a field with the box to confirm an answer that looks wrong.
type formField struct {
	Field field
	Doubt *doubt
	Wrong passage // where what is wrong can be heard
}

// doubt offers to confirm exactly this answer.
type doubt struct {
	Name, Type, Value string
	On                bool
}

func newProgress(number, total int) progress {
	p := progress{Number: number, Total: total}
	for i := 1; i <= total; i++ {
		mark := "next"
		switch {
		case i < number:
			mark = "done"
		case i == number:
			mark = "now"
		}
		p.Marks = append(p.Marks, mark)
	}
	return p
}

// openDraft returns the browser's draft for the policy of the address. Without
// one it sends the visitor to where it begins, after submission to where it stands.
func (s *Server) openDraft(c *fiber.Ctx) (*content.Policy, *apply.Application, error) {
	p, err := s.online(c)
	if err != nil {
		return nil, nil, err
	}
	held, err := s.heldFor(c, p)
	if err != nil {
		return p, nil, err
	}
	a, err := s.memberOf(c, p, held)
	if err != nil || a == nil {
		return p, nil, err
	}
	if a == held {
		s.turnTo(c, p)
	}
	if a, err = s.ofPage(c, a); errors.Is(err, apply.ErrNotFound) || err == nil && a.Policy != p.Slug {
		return p, nil, nil // of one that this browser no longer knows
	}
	return p, s.asOfToday(p, a), err
}

// asOfToday returns a draft with the ages of today: between two sittings a child may have had
// the birthday from which more is asked.
func (s *Server) asOfToday(p *content.Policy, a *apply.Application) *apply.Application {
	if a == nil || p == nil || a.State != apply.Draft {
		return a
	}
	now := *a
	now.Answers = apply.Form{Policy: p}.Derive(a.Answers, s.now())
	return &now
}

// withDraft hands the browser's unsubmitted application to a handler. Without one
// it leads to the start, and after submission to the receipt.
func (s *Server) withDraft(handle func(*fiber.Ctx, *content.Policy, *apply.Application) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p, a, err := s.openDraft(c)
		switch {
		case err != nil:
			return err
		case a == nil && c.Method() == fiber.MethodPost:
			return s.lost(c)
		case a == nil:
			return s.redirect(c, withParam(applyPath(p, ""), lostParam, "1"))
		case a.State != apply.Draft && c.Request().IsBodyStream():
			return s.unkept(c, memberPath(applyPath(p, "done"), a))
		case a.State != apply.Draft:
			return s.redirect(c, memberPath(applyPath(p, "done"), a))
		case a.Household != "" && c.QueryInt("child") < 1 && c.Method() == fiber.MethodGet:
			return s.redirect(c, s.namingChild(c, a))
		}
		return handle(c, p, a)
	}
}

// namingChild returns the address of this page for the child that a is for.
func (s *Server) namingChild(c *fiber.Ctx, a *apply.Application) string {
	path := memberPath(visitOf(c).Path, a)
	if c.Query("to") == "review" {
		path += "&to=review"
	}
	return path
}

func (s *Server) showSection(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	section, ok := apply.Form{Policy: p}.Page(c.Params("section"), a.Answers)
	if !ok {
		return fiber.ErrNotFound
	}
	if visitOf(c).Mode == modeElder {
		path := withReview(c, memberPath(applyPath(p, s.openTurn(p, a, section)), a))
		return s.redirect(c, path)
	}
	return s.renderSection(c, p, a, section, a.Answers, nil)
}

func (s *Server) renderSection(c *fiber.Ctx, p *content.Policy, a *apply.Application, section apply.Page, answers apply.Answers, invalid apply.Invalid) error {
	view := sectionPage{draft: s.newDraft(c, p, a, s.contentText(c, section.Title)), Section: section}
	view.Crumbs = append(view.Crumbs, crumb{view.Short, applyPath(p, "")})
	view.Short = view.Heading
	return s.showFields(c, view, answers, invalid)
}

// showFields shows a page of the form with these answers and what is wrong with them.
func (s *Server) showFields(c *fiber.Ctx, view sectionPage, answers apply.Answers, invalid apply.Invalid) error {
	section := view.Section
	view.Progress = newProgress(section.Number, section.Total+stepsAfter(view.Policy, answers, false))
	view.Back = view.at(section.Previous)
	if view.Review = comesFromReview(c); view.Review {
		view.Back = view.at("review")
	}
	view.Return = view.Back
	s.fillFields(c, &view, answers, invalid)
	return s.render(c, "apply-section", view)
}

func (s *Server) fillFields(c *fiber.Ctx, view *sectionPage, answers apply.Answers, invalid apply.Invalid) {
	for _, q := range view.Section.Questions {
		var f formField
		wrong, bad := invalid.Field(q.Name)
		f.Field = s.newField(view.page, q, answers[q.Name], s.problemWords(c, wrong, bad))
		if view.Assist == nil {
			f.Wrong = s.hearAsked(&f.Field, view.page, view.Policy.Slug, wrong.Key)
		}
		if view.Policy.Asked(q, content.Answers(answers)) != content.True {
			f.Field.Optional = true // whether it is asked at all is not known yet
		}
		confirmed := answers[apply.CheckedField(q.Name)]
		if wrong.Confirm || confirmed != "" {
			f.Doubt = &doubt{apply.CheckedField(q.Name), q.Type, answers[q.Name], confirmed == answers[q.Name]}
		}
		view.AsksID = view.AsksID || q.Type == "resident-id"
		view.Fields = append(view.Fields, f)
		view.Had += had(q.Name, answers[q.Name], bad) + " "
	}
	s.listProblems(c, view)
}

// listProblems lists what is wrong with the fields, each by the name of its question.
func (s *Server) listProblems(c *fiber.Ctx, view *sectionPage) {
	for _, f := range view.Fields {
		if f.Field.Error != "" {
			view.Problems = append(view.Problems, problem{f.Field.ID(), f.Field.Label + s.words(c)("punctuation.colon") + f.Field.Error, f.Wrong})
		}
	}
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
}

// problemWords puts a problem of the form into words; "" if there is none.
func (s *Server) problemWords(c *fiber.Ctx, p apply.Problem, bad bool) string {
	if !bad {
		return ""
	}
	if p.Args == nil {
		return s.words(c)(p.Key)
	}
	return s.words(c)(p.Key, p.Args)
}

// withPosted opens the draft that a posted page of the form belongs to, and hands it on
// with what was typed. Where the page is too old, or the browser no longer known, it
// gives everything back instead.
func (s *Server) withPosted(keep func(*fiber.Ctx, *content.Policy, *apply.Application, apply.Answers) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p, a, err := s.openDraft(c)
		if p == nil && err != nil {
			return err
		}
		posted, known := postedAnswers(c, p)
		if !known {
			return fiber.ErrNotFound
		}
		if s.showsUnsent(c, p, posted); err != nil {
			return err
		}
		if stale(c) {
			return s.giveBack(c, p, a, posted, "")
		}
		if a == nil {
			if a, err = s.reopen(c, p); a == nil {
				if words := s.openProblem(c, err); words != "" || err == nil {
					return s.giveBack(c, p, nil, posted, words)
				}
				return err
			}
		}
		if a.State != apply.Draft {
			return s.redirect(c, applyPath(p, "done"))
		}
		return keep(c, p, a, posted)
	}
}

// saveSection keeps what was posted, also where something has to be mended.
func (s *Server) saveSection(c *fiber.Ctx, p *content.Policy, a *apply.Application, posted apply.Answers) error {
	form, name := apply.Form{Policy: p}, c.Params("section")
	answers, invalid, err := s.save(c, form, a, posted)
	if err != nil {
		return err
	}
	section, asked := form.Page(name, answers)
	switch {
	case c.FormValue(formLeave) != "":
		return s.redirect(c, "/track/status")
	case asked && len(invalid) > 0:
		return s.renderSection(c, p, a, section, answers, invalid)
	}
	now := *a
	now.Answers = answers
	path, err := s.twicePath(c, p, &now, section)
	if err != nil {
		return err
	}
	if path != "" {
		return s.redirect(c, path)
	}
	return s.redirect(c, s.afterSection(c, p, &now, name))
}

// afterSection returns where the family goes on after a page of the form.
func (s *Server) afterSection(c *fiber.Ctx, p *content.Policy, a *apply.Application, name string) string {
	section, asked := apply.Form{Policy: p}.Page(name, a.Answers)
	switch {
	case a.Household != "":
		return memberPath(applyPath(p, s.nextPart(p, a)), a)
	case !asked || comesFromReview(c):
		return applyPath(p, "review")
	case section.Next == "":
		return applyPath(p, lastPart(p, a.Answers))
	}
	return applyPath(p, section.Next)
}

// save writes the posted answers over those that stand there now, also if
// another page of the form was saved in between.
func (s *Server) save(c *fiber.Ctx, f apply.Form, a *apply.Application, posted apply.Answers) (apply.Answers, apply.Invalid, error) {
	for {
		answers, invalid := s.checkPage(c, f, a.Answers, unchanged(c.FormValue(formHad), a.Answers, posted))
		err := s.saveDraft(c, a, invalid.Except(answers))
		if !errors.Is(err, apply.ErrConflict) {
			return answers, invalid, err
		}
		if a, err = s.cases.Desk.ApplicationByReference(c.UserContext(), a.Reference); err != nil {
			return nil, nil, err
		}
		if a.State != apply.Draft {
			return nil, nil, apply.ErrConflict
		}
	}
}

// had stands for a kept answer on the page that shows it; one that is wrong is not kept.
func had(name, value string, wrong bool) string {
	if wrong {
		value = ""
	}
	sum := sha256.Sum256([]byte(name + "\x00" + strings.ReplaceAll(value, "\r\n", "\n")))
	return name + ":" + hex.EncodeToString(sum[:4])
}

// unchanged puts in for what was not touched on a page the answers as they stand now: they
// may have been changed in another tab or on another phone since the page was shown.
func unchanged(shown string, now, posted apply.Answers) apply.Answers {
	out := maps.Clone(posted)
	for _, one := range strings.Fields(shown) {
		name, _, _ := strings.Cut(one, ":")
		if had(name, posted[name], false) != one {
			continue
		}
		for _, field := range []string{name, apply.CheckedField(name)} {
			if delete(out, field); now[field] != "" {
				out[field] = now[field]
			}
		}
	}
	return out
}

// checkPage checks what was typed into the page of the address: a section of the form,
// or one question of it.
func (s *Server) checkPage(c *fiber.Ctx, f apply.Form, before, posted apply.Answers) (apply.Answers, apply.Invalid) {
	if name := c.Params("question"); name != "" {
		return f.CheckQuestion(name, before, posted, s.now())
	}
	return f.Check(c.Params("section"), before, posted, s.now())
}

// saveDraft saves the answers of a draft, and what they say to others of its household.
func (s *Server) saveDraft(c *fiber.Ctx, a *apply.Application, answers apply.Answers) error {
	if a.Household != "" {
		return s.cases.Households.SaveShared(c.UserContext(), a.Reference, a.Version, answers, s.form(c))
	}
	_, err := s.cases.Drafts.SaveAnswers(c.UserContext(), a.Reference, a.Version, answers)
	return err
}

// postedAnswers returns what was typed into the section or the question of the
// address; false if the form has none such.
func postedAnswers(c *fiber.Ctx, p *content.Policy) (apply.Answers, bool) {
	section, question := c.Params("section"), c.Params("question")
	out, known := apply.Answers{}, false
	eachQuestion(p, func(name string, q *content.Question) {
		if name != section || question != "" && q.Name != question {
			return
		}
		known = true
		for _, field := range []string{q.Name, apply.CheckedField(q.Name)} {
			if v := c.FormValue(field); v != "" {
				out[field] = v
			}
		}
	})
	return out, known
}

// lostPage gives typed answers back when the browser is no longer known.
type lostPage struct {
	draft
	Rows     []summaryRow
	Given    []given
	Problems []problem
	Number   field
	Code     field
	Had      string
	Known    bool // the application is known, only the page was too old
	Review   bool
	Action   string
}

func (s *Server) giveBack(c *fiber.Ctx, p *content.Policy, a *apply.Application, posted apply.Answers, wrong string) error {
	t := s.words(c)
	view := lostPage{draft: s.newDraft(c, p, a, t("apply.lost.title")), Known: a != nil, Action: applyPath(p, partOf(c)), Had: c.FormValue(formHad)}
	if a == nil {
		view.Of = c.FormValue(ofField)
	}
	if child := c.QueryInt("child"); child > 0 { // what is posted again is of this child
		view.Action += "?child=" + strconv.Itoa(child)
	}
	view.Review = c.FormValue(formTo) == "review"
	view.Number, view.Code = s.passFields(c, formNumber, formCode)
	s.hearOwn(&view.Number, view.page, "number", "")
	s.hearOwn(&view.Code, view.page, "code", "")
	view.Rows, view.Given = s.typed(view.page, p, posted)
	c.Status(fiber.StatusForbidden)
	if wrong != "" {
		view.Number.Error = wrong
		view.Problems = []problem{{Field: view.Number.ID(), Text: wrong}}
		s.wrong(c, &view.page)
	}
	return s.render(c, "apply-lost", view)
}

// typed returns the posted answers as they are shown, and as fields that post them again.
func (s *Server) typed(view page, p *content.Policy, posted apply.Answers) (rows []summaryRow, again []given) {
	eachQuestion(p, func(_ string, q *content.Question) {
		for _, name := range []string{q.Name, apply.CheckedField(q.Name)} {
			if posted[name] != "" {
				again = append(again, given{Name: name, Value: posted[name]})
			}
		}
		if posted[q.Name] != "" {
			rows = append(rows, s.answerRow(view, q, posted[q.Name]))
		}
	})
	return rows, again
}

// passFields are the fields for number and access code, with what was typed.
func (s *Server) passFields(c *fiber.Ctx, number, code string) (field, field) {
	t := s.words(c)
	one := field{InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 24, Width: "medium"}
	n, k := one, one
	n.Name, n.Label, n.Help, n.Value = number, t("track.number"), t("track.number.help"), c.FormValue(number)
	k.Name, k.Label, k.Help, k.Value = code, t("track.code"), t("track.code.help"), c.FormValue(code)
	return n, k
}

// reopen finds or makes the application that answers without a known browser
// belong to; nil if the visitor has not said.
func (s *Server) reopen(c *fiber.Ctx, p *content.Policy) (*apply.Application, error) {
	if c.FormValue(formFresh) != "" {
		return s.beginDraft(c, p, nil)
	}
	if c.FormValue(formNumber) == "" && c.FormValue(formCode) == "" {
		return nil, nil
	}
	a, err := s.openWithCode(c, c.FormValue(formNumber), c.FormValue(formCode))
	if err == nil && a.Household != "" { // its number opens the first one, whatever the page was of
		a, err = s.memberFor(c, p, a, max(c.QueryInt("child"), 1))
	}
	if err != nil {
		return nil, err
	}
	if a == nil || a.Policy != p.Slug {
		return nil, fmt.Errorf("application for another policy: %w", apply.ErrNotFound)
	}
	return a, nil
}

// answerRow shows an answer to a question of the page's content in words, numbers
// that identify somebody masked.
func (s *Server) answerRow(p page, q *content.Question, value string) summaryRow {
	row := summaryRow{Key: s.views.content(p.Lang, q.Label), Value: apply.Mask(q, value)}
	if len(q.Options) > 0 {
		row.Value = s.views.content(p.Lang, q.OptionLabel(value))
	}
	if p.Foreign() {
		row.Lang = p.ContentLang
	}
	return row
}
