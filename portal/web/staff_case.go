package web

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

type casePage struct {
	staffPage
	Policy    *content.Policy // nil if it is no longer published
	Number    string
	Path      string
	State     string
	Town      string
	Submitted string
	Due       string
	DueMark   string // late or soon
	Left      int    // working days till then; 0 where it is late or nearly
	Whose     string // the child
	Parts     []casePart
	Papers    *shownPanel      // what has been handed in, below the answers that it proves
	Panels    []shownPanel     // beside the answers
	Jumps     []content.Option // to what a handset has far below
	Moves     []caseMove
	Accept    bool
	Twins     []twinRow // for the same child and programme
	Version   int
	Unheard   bool   // the last message to the family was given up
	Child     any    // its band and helper; nil: it is not shown
	Changed   bool   // somebody else was quicker
	Typed     string // the reason that was typed meanwhile
}

type casePart struct {
	Title string
	Rows  []caseAnswer
}

// caseAnswer is one answer; Hidden names the field where it is masked.
type caseAnswer struct{ Key, Value, Hidden string }

type caseMove struct{ Text, Path string }

// staffMoves are the office's moves, with what each needs.
var staffMoves = []struct {
	move  apply.Move
	needs casework.Action
}{
	{apply.Accept, casework.AcceptCase}, {apply.AskMore, casework.AskMoreCase},
	{apply.Verify, casework.VerifyCase}, {apply.Recommend, casework.RecommendCase}, {apply.Against, casework.RecommendCase},
	{apply.Propose, casework.ApproveCase}, {apply.Return, casework.ApproveCase},
	{apply.Approve, casework.ApproveCase}, {apply.Refuse, casework.RefuseCase},
}

func moveNeeds(m apply.Move) casework.Action {
	for _, one := range staffMoves {
		if one.move == m {
			return one.needs
		}
	}
	return "" // which nobody is allowed
}

// caseFor returns the application of the address if the user may do this with
// it. A refusal is audited; drafts are nobody's business.
func (s *Server) caseFor(c *fiber.Ctx, u casework.User, action casework.Action) (*apply.Application, error) {
	ref, ok := apply.ParseReference(c.Params("ref"))
	if !ok {
		return nil, fiber.ErrNotFound
	}
	a, err := s.cases.Desk.ApplicationByReference(c.UserContext(), ref)
	if errors.Is(err, apply.ErrNotFound) || err == nil && a.Submitted.IsZero() {
		return nil, fiber.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return a, s.allow(c, u, action, casework.ScopeOf(a), ref)
}

func (s *Server) showCase(c *fiber.Ctx, u casework.User) error {
	a, err := s.caseFor(c, u, casework.OpenApplication)
	if err != nil {
		return err
	}
	if a, err = s.cases.Desk.OpenForStaff(c.UserContext(), u.Actor(), a.Reference); err != nil {
		return err
	}
	view := s.newCasePage(c, u, a, "")
	if s.cases.Contacts != nil {
		if view.Unheard, err = s.cases.Contacts.Undelivered(c.UserContext(), a.Reference); err != nil {
			return err
		}
	}
	if view.Twins, err = s.twinsForStaff(c, u, a); err != nil {
		return err
	}
	return s.renderCase(c, u, a, view)
}

// renderCase shows the page with its panels.
func (s *Server) renderCase(c *fiber.Ctx, u casework.User, a *apply.Application, view casePage) error {
	if err := s.loadPanels(c, u, a, &view); err != nil {
		return err
	}
	return s.render(c, "staff-case", view)
}

// reveal shows one masked answer in full. It is written down first; nothing else
// changes, so that the answer is the page itself.
func (s *Server) reveal(c *fiber.Ctx, u casework.User) error {
	a, err := s.caseFor(c, u, casework.RevealField)
	if err != nil {
		return err
	}
	q := questionOf(s.content().Library, a.Policy, c.FormValue("field"))
	if q == nil {
		return fiber.ErrBadRequest
	}
	if a, err = s.cases.Handling.Reveal(c.UserContext(), u.Actor(), a.Reference, q.Name); err != nil {
		return err
	}
	return s.renderCase(c, u, a, s.newCasePage(c, u, a, q.Name))
}

func questionOf(lib *content.Library, slug, name string) *content.Question {
	p, ok := lib.Policy(slug)
	if !ok {
		return nil
	}
	q, _ := p.Question(name)
	return q
}

func (s *Server) newCasePage(c *fiber.Ctx, u casework.User, a *apply.Application, revealed string) casePage {
	t := s.words(c)
	view := casePage{
		staffPage: s.newStaffPage(c, u, "staff.case"), Number: a.Reference.Grouped(), Path: casePath(a.Reference, ""),
		State: string(a.State), Whose: a.Answers[apply.FieldChildName], Town: s.townName(c, a.Answers[apply.FieldTown]), Submitted: s.day(c, a.Submitted), Version: a.Version,
	}
	for _, m := range decisionsFirst(a.Open(u.Actor(), s.decisionRules(a))) {
		switch {
		case !u.May(moveNeeds(m), casework.ScopeOf(a)):
		case m == apply.Accept:
			view.Accept = true
		default:
			view.Moves = append(view.Moves, caseMove{t(fmt.Sprintf("staff.move.%s", m)), casePath(a.Reference, string(m))})
		}
	}
	p, ok := s.content().Library.Policy(a.Policy)
	if !ok {
		return view
	}
	view.Policy, view.Title = p, s.policyName(c, a.Policy)+" "+view.Number
	if a.State.Waiting() {
		due := s.nextDue(p, a)
		if view.Due, view.DueMark = s.dueWords(c, due); view.DueMark == "" && view.Due != "" {
			view.Left = casework.Workdays(s.now(), due, s.content().Library.Holidays)
		}
	}
	for _, page := range (apply.Form{Policy: p}).Pages(a.Answers) {
		part := casePart{Title: s.contentText(c, page.Title)}
		for _, q := range page.Questions {
			part.Rows = append(part.Rows, s.caseAnswer(view.page, q, a.Answers[q.Name], q.Name == revealed))
		}
		view.Parts = append(view.Parts, part)
	}
	return view
}

// decisionsFirst puts what a case waits for before what may be asked for meanwhile; one
// that is not accepted yet waits for that, and is refused last.
func decisionsFirst(moves []apply.Move) []apply.Move {
	if slices.Contains(moves, apply.Accept) {
		return moves
	}
	decides := func(m apply.Move) int {
		if m == apply.AskMore || m == apply.Verify {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(moves, func(a, b apply.Move) int { return cmp.Compare(decides(a), decides(b)) })
	return moves
}

func (s *Server) caseAnswer(p page, q *content.Question, value string, revealed bool) caseAnswer {
	row := s.answerRow(p, q, value)
	out := caseAnswer{Key: row.Key, Value: row.Value}
	switch {
	case value == "" || len(q.Options) > 0:
	case revealed:
		out.Value = value
	case q.Type == "address":
		out.Value, out.Hidden = s.views.words[p.Lang.Code]("staff.masked"), q.Name
	case row.Value != value:
		out.Hidden = q.Name
	}
	return out
}

// decisionRules are the policy's rules of decision; none where it is no longer published.
func (s *Server) decisionRules(a *apply.Application) content.Decision {
	if p, ok := s.content().Library.Policy(a.Policy); ok {
		return p.Decides
	}
	return content.Decision{}
}

type movePage struct {
	staffPage
	Policy   string
	Number   string
	Path     string
	Back     string
	Move     string
	Child    string
	Word     string // verdict of the rules
	Reason   field
	Fields   []field // in place of the reason
	Grounds  *groundSet
	Ticked   []string     // the chosen ones, to be sent again
	Chosen   []saidGround // as the family will read them
	Earlier  []earlier    // what was said against it before
	Grown    *grown       // see [verdictPanel]
	Problems []problem
	Version  int
	Confirm  bool // the reason is given: look again, then do it
	Changed  bool
	State    string
}

func (s *Server) showMove(m apply.Move) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		a, err := s.caseFor(c, u, moveNeeds(m))
		if err != nil {
			return err
		}
		if !slices.Contains(a.Open(u.Actor(), s.decisionRules(a)), m) {
			return s.redirect(c, casePath(a.Reference, ""))
		}
		return s.render(c, "staff-move", s.newMovePage(c, u, a, m))
	}
}

func (s *Server) newMovePage(c *fiber.Ctx, u casework.User, a *apply.Application, m apply.Move) movePage {
	t := s.words(c)
	view := movePage{
		staffPage: s.newStaffPage(c, u, fmt.Sprintf("staff.move.%s", m)), Policy: s.policyName(c, a.Policy), Number: a.Reference.Grouped(),
		Path: casePath(a.Reference, string(m)), Back: casePath(a.Reference, ""), Move: string(m), Child: a.Answers[apply.FieldChildName],
		Version: a.Version, State: string(a.State),
	}
	view.Crumbs = append(view.Crumbs, crumb{view.Number, view.Back})
	view.Reason = field{
		Name: "reason", Label: t(fmt.Sprintf("staff.reason.%s", m)), Help: t("staff.reason.help"),
		Long: true, MaxLength: 1000, Value: c.FormValue("reason"),
	}
	if m.Quiet() {
		view.Reason.Help = t("staff.reason.quiet")
	}
	if e, ok := a.Last(apply.Propose); ok && m == apply.Approve && view.Reason.Value == "" {
		view.Reason.Value = e.Reason
	}
	p, ok := s.content().Library.Policy(a.Policy)
	if m != apply.Verify && m != apply.AskMore {
		view.Earlier = s.earlierWords(c, a)
	}
	if m.Grounded() {
		view.Grounds = s.newGroundSet(c, p, a, m)
	}
	if m == apply.Verify {
		view.Fields = s.visitFields(c, p)
	}
	if ok {
		view.Word, view.Grown = resultWords[p.Assess(content.Answers(a.Answers)).Result], s.grown(p, a)
	}
	return view
}

// makeMove carries out a move of the office. Approving and refusing are shown
// once more before they count.
func (s *Server) makeMove(m apply.Move) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error { return s.carryOut(c, u, m) }
}

func (s *Server) carryOut(c *fiber.Ctx, u casework.User, m apply.Move) error {
	a, err := s.caseFor(c, u, moveNeeds(m))
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		return fiber.ErrBadRequest
	}
	event, unknown := s.sentEvent(c, a, m)
	rules := s.decisionRules(a)
	move := func(a *apply.Application, now time.Time) error {
		if unknown != nil {
			return unknown
		}
		if err := a.Handle(m, u.Actor(), rules, event, now); err != nil {
			return err
		}
		return s.pay(a)
	}
	final := m == apply.Approve || m == apply.Refuse
	if final && c.FormValue("confirmed") == "" {
		trial := *a
		err = move(&trial, s.now())
		if err == nil && version != a.Version {
			err = apply.ErrConflict
		}
	} else {
		_, err = s.cases.Handling.ChangeForStaff(c.UserContext(), u.Actor(), moveNeeds(m), a.Reference, version, move)
		final = false
	}
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		view := s.newMovePage(c, u, a, m)
		view.noteProblems(s, c, invalid)
		s.wrong(c, &view.page)
		return s.render(c, "staff-move", view)
	case errors.Is(err, apply.ErrConflict):
		return s.tooLate(c, u, a.Reference, m)
	case err != nil:
		return err
	case final:
		view := s.newMovePage(c, u, a, m)
		view.Confirm, view.Chosen = true, s.saidGrounds(c, a.Policy, event.Grounds)
		view.Ticked = postedList(c, groundField)
		return s.render(c, "staff-move", view)
	}
	return s.redirect(c, casePath(a.Reference, ""))
}

// sentEvent is what was written and chosen. The error is of a ground that the policy does
// not have, and is told with whatever else is wrong.
func (s *Server) sentEvent(c *fiber.Ctx, a *apply.Application, m apply.Move) (e apply.Event, unknown error) {
	p, _ := s.content().Library.Policy(a.Policy)
	if m == apply.Verify {
		return apply.Event{Text: c.FormValue("text"), Visit: visitOfForm(c, p)}, nil
	}
	e.Reason = c.FormValue("reason")
	if m.Grounded() {
		e.Grounds, unknown = apply.ChooseGrounds(p, postedList(c, groundField))
	}
	return e, unknown
}

// noteProblems puts what is wrong where it stands on the page.
func (p *movePage) noteProblems(s *Server, c *fiber.Ctx, invalid apply.Invalid) {
	if wrong, bad := invalid.Field(groundField); bad && p.Grounds != nil {
		p.Grounds.Error = s.problemWords(c, wrong, bad)
		p.Problems = append(p.Problems, problem{Field: p.Grounds.ID(), Text: p.Grounds.Error})
	}
	fields := append([]field{p.Reason}, p.Fields...)
	p.Problems = append(p.Problems, s.noteProblems(c, fields, invalid)...)
	p.Reason, p.Fields = fields[0], fields[1:]
}

// tooLate shows the application as it is now, and the reason that was typed, to
// who decided on an older state of it.
func (s *Server) tooLate(c *fiber.Ctx, u casework.User, ref apply.Reference, m apply.Move) error {
	a, err := s.cases.Desk.OpenForStaff(c.UserContext(), u.Actor(), ref)
	if err != nil {
		return err
	}
	c.Status(fiber.StatusConflict)
	if slices.Contains(a.Open(u.Actor(), s.decisionRules(a)), m) && m != apply.Accept {
		view := s.newMovePage(c, u, a, m)
		view.Changed = true
		return s.render(c, "staff-move", view)
	}
	view := s.newCasePage(c, u, a, "")
	view.Changed, view.Typed = true, c.FormValue("reason")
	return s.renderCase(c, u, a, view)
}
