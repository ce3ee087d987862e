package web

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/intake"
)

// referralPage is one referral, for the department and for who sent it. Which of the
// forms stands on it follows from state and side: there is one next step.
type referralPage struct {
	staffPage
	referralRow
	CasePath string // "" for who may not open the case
	Outcome  string
	Rows     []summaryRow // what was ticked, as it is now; for the department alone
	Files    []caseFile
	Given    []caseFile // with the answer
	Gone     bool       // it is no longer the department's turn: nothing is shown
	Over     bool       // the case has ended
	History  []step
	Version  int
	Problems []problem
	Changed  bool // somebody else was quicker

	Take, Answer, Resend, Close, Withdraw bool

	Outcomes field // of an answer
	Upload   field // of a file that goes with it
	Words    field
	Ask      askFields // of one that is sent again
	Family   field     // what the family is told on closing
}

func (s *Server) showReferral(c *fiber.Ctx, u casework.User) error {
	return s.renderReferral(c, u, nil, false)
}

// renderReferral opens the referral, which is audited, and shows it with what is wrong
// in what was posted.
func (s *Server) renderReferral(c *fiber.Ctx, u casework.User, invalid apply.Invalid, changed bool) error {
	o, err := s.cases.Referrals.OpenReferral(c.UserContext(), u.Actor(), c.Params("id"))
	if errors.Is(err, casework.ErrForbidden) {
		return s.deny(c, u, casework.OpenReferral, apply.Reference(o.Case.ID))
	}
	if err != nil {
		return err
	}
	view := s.newReferralPage(c, u, o)
	view.Changed = changed
	if view.Resend {
		of, err := s.deskCaseOf(c, u, o.Case)
		if err != nil {
			return err
		}
		fields, papers := o.Fields, o.Documents
		if len(invalid) > 0 {
			fields, papers = postedAll(c, "field"), postedAll(c, "paper")
		}
		view.Ask = s.askFields(c, of, fields, papers, "")
		view.Ask.Words.Optional = false
		view.Problems = view.Ask.note(s, c, invalid)
	} else {
		fields := []field{view.Upload, view.Outcomes, view.Words, view.Family}
		view.Problems = s.noteProblems(c, fields, invalid)
		view.Upload, view.Outcomes, view.Words, view.Family = fields[0], fields[1], fields[2], fields[3]
	}
	switch {
	case len(view.Problems) > 0:
		s.wrong(c, &view.page)
	case changed:
		c.Status(fiber.StatusConflict)
	}
	return s.render(c, "staff-referral", view)
}

func (s *Server) newReferralPage(c *fiber.Ctx, u casework.User, o casework.OpenedReferral) referralPage {
	t := s.words(c)
	view := referralPage{staffPage: s.newStaffPage(c, u, "referrals.title"), referralRow: s.referralRow(c, u, o.Referral), Version: o.Version, Over: o.Over}
	view.page.Title = view.Department + t("punctuation.colon") + view.Task
	view.Crumbs = append(view.Crumbs, crumb{t("referrals.title"), referralsPath})
	if o.Outcome != "" {
		view.Outcome = t(fmt.Sprintf("referral.outcome.%s", o.Outcome))
	}
	for _, e := range o.Events {
		view.History = append(view.History, step{Title: t(fmt.Sprintf("referral.event.%s", e.Move)), Text: s.byline(c, e.At, e.Name), Note: e.Words, State: "done"})
	}
	can := func(m casework.ReferralMove) bool { return o.Can(m) && u.May(m.Needs(), o.Scope()) && !o.Over }
	view.Take, view.Resend, view.Close = can(casework.TakeReferral), can(casework.ResendReferral), o.Can(casework.CloseReferral) && u.May(casework.ReferCase, o.Scope())
	view.Answer = !view.Take && can(casework.AnswerTheCase)
	view.Withdraw = o.Can(casework.WithdrawReferral) && u.May(casework.ReferCase, o.Scope())
	s.fillAnswer(c, &view, o)
	for i, f := range o.Given {
		view.Given = append(view.Given, s.referralFile(c, view.referralRow.Path, f, i+1, ""))
	}
	if sideOf(u) == casework.SenderSide {
		view.CasePath = pathOfCase(o.Case)
		return view
	}
	view.Gone = o.Answers == nil
	s.fillRevealed(c, &view, o)
	return view
}

// fillAnswer makes the fields of the forms.
func (s *Server) fillAnswer(c *fiber.Ctx, view *referralPage, o casework.OpenedReferral) {
	t := s.words(c)
	view.Upload = field{Name: "file", Label: t("referral.file"), Help: t("referral.file.help", "Max", intake.MaxSize>>20), InputType: "file"}
	view.Outcomes = field{Name: "outcome", Label: t("referral.outcome"), Value: c.FormValue("outcome")}
	for _, name := range s.outcomes(o.Task) {
		view.Outcomes.Options = append(view.Outcomes.Options, content.Option{Value: name, Label: t(fmt.Sprintf("referral.outcome.%s", name))})
	}
	view.Words = field{Name: "words", Label: t("referral.words"), Help: t("referral.words.help"), Long: true, Rows: 4, MaxLength: casework.MaxReferralWords, Optional: true, Value: c.FormValue("words")}
	if o.Case.Kind == casework.ApplicationCase {
		view.Family = field{Name: "family", Label: t("referral.family"), Help: t("referral.family.help"), Long: true, Rows: 3, MaxLength: casework.MaxReferralWords, Optional: true, Value: c.FormValue("family")}
	}
}

// outcomes are those of a task; all of them if the content has the task no more.
func (s *Server) outcomes(task string) []string {
	if known, ok := s.content().Library.ReferralTask(task); ok {
		return known.Outcomes
	}
	return content.ReferralOutcomes()
}

// fillRevealed puts what was ticked into words.
func (s *Server) fillRevealed(c *fiber.Ctx, view *referralPage, o casework.OpenedReferral) {
	view.Rows = s.givenRows(c, view.page, o.Case, o.Policy, o.Fields, o.Answers)
	p, ok := s.content().Library.Policy(o.Policy)
	if !ok {
		return
	}
	for _, d := range p.Documents {
		of := slices.DeleteFunc(slices.Clone(o.Files), func(f apply.File) bool { return f.Document != d.Name })
		for i, f := range of {
			view.Files = append(view.Files, s.referralFile(c, view.referralRow.Path, f, i+1, s.contentText(c, d.Title)+" "))
		}
	}
}

// referralFile is one file as it is opened below the referral.
func (s *Server) referralFile(c *fiber.Ctx, path string, f apply.File, number int, of string) caseFile {
	t := s.words(c)
	one := caseFile{Name: of + t(fmt.Sprintf("documents.file.%s", f.Kind), "Number", number), Size: s.fileSize(c, f.Size)}
	if s.readable(f) {
		one.Path = path + "/files/" + f.ID
	} else {
		one.Note = t(fmt.Sprintf("staff.file.%s", f.State))
	}
	return one
}

// addReferralFile attaches what a department sends with its answer. It is cleaned and
// scanned as what families send.
func (s *Server) addReferralFile(c *fiber.Ctx, u casework.User) error {
	id := c.Params("id")
	var r casework.Referral
	_, err := s.readForm(c, func(file sent) error {
		err := s.clean(c, file, apply.NewFile{}, func(n apply.NewFile) (err error) {
			r, err = s.cases.Referrals.AddReferralFile(c.UserContext(), u.Actor(), id, n)
			return err
		})
		var refusal *intake.RefusedError
		if errors.As(err, &refusal) {
			return apply.Invalid{{Field: "file", Key: fmt.Sprintf("error.file.%s", refusal.Reason), Args: map[string]any{"Max": intake.MaxSize >> 20}}}
		}
		return err
	})
	var invalid apply.Invalid
	switch {
	case errors.Is(err, casework.ErrForbidden):
		return s.deny(c, u, casework.AnswerReferral, apply.Reference(r.Case.ID))
	case errors.As(err, &invalid):
		return s.renderReferral(c, u, invalid, false)
	case errors.Is(err, apply.ErrConflict):
		return s.renderReferral(c, u, nil, true)
	case err != nil:
		return err
	}
	return s.redirect(c, referralsPath+"/"+id)
}

func (s *Server) showReferralFile(c *fiber.Ctx, u casework.User) error {
	r, body, err := s.cases.Referrals.ReadReferralFile(c.UserContext(), u.Actor(), c.Params("id"), c.Params("file"))
	if errors.Is(err, casework.ErrForbidden) {
		return s.deny(c, u, casework.OpenReferral, apply.Reference(r.Case.ID))
	}
	if err != nil {
		return err
	}
	if !s.readable(r.Files[0]) {
		return fiber.ErrNotFound
	}
	return sendFile(c, r.Files[0].Kind, body)
}

// moveReferral carries out a move. What has to be mended shows the page again, with what
// was typed; so does a move that came too late.
func (s *Server) moveReferral(m casework.ReferralMove) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		version, err := strconv.Atoi(c.FormValue("version", "0"))
		if err != nil {
			return fiber.ErrBadRequest
		}
		step, err := s.referralStep(c, u, m)
		if err != nil {
			return err
		}
		r, err := s.cases.Referrals.MoveReferral(c.UserContext(), u.Actor(), c.Params("id"), version, m, step, s.content().Library.Holidays)
		var invalid apply.Invalid
		switch {
		case errors.Is(err, casework.ErrForbidden):
			return s.deny(c, u, m.Needs(), apply.Reference(r.Case.ID))
		case errors.As(err, &invalid):
			return s.renderReferral(c, u, invalid, false)
		case errors.Is(err, apply.ErrConflict):
			return s.renderReferral(c, u, nil, true)
		case err != nil:
			return err
		}
		return s.redirect(c, referralsPath+"/"+r.ID)
	}
}

// referralStep is what was posted with a move.
func (s *Server) referralStep(c *fiber.Ctx, u casework.User, m casework.ReferralMove) (casework.ReferralStep, error) {
	step := casework.ReferralStep{Words: c.FormValue("words"), Outcome: c.FormValue("outcome"), Family: c.FormValue("family"), Known: content.ReferralOutcomes()}
	if m != casework.ResendReferral {
		return step, nil
	}
	o, err := s.cases.Referrals.OpenReferral(c.UserContext(), u.Actor(), c.Params("id"))
	if errors.Is(err, casework.ErrForbidden) {
		return step, nil // the move is refused with a line in the audit
	}
	if err != nil {
		return step, err
	}
	of, err := s.deskCaseOf(c, u, o.Case)
	if err != nil {
		return step, err
	}
	step, _ = s.askedStep(c, of)
	return step, nil
}
