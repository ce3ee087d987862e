package web

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// A turn is one question of the form on a page of its own: elder mode asks so. The
// address of a section leads there to its first question that is still open; in the
// other modes the address of a question leads to its place in the section. Each page
// saves what it asks, so that the two ways can be mixed.
type turn struct {
	section  apply.Page
	question *content.Question
	number   int // among all that are asked, from 1
}

// part is the address of t below that of the form.
func (t turn) part() string { return t.section.Name + "/" + t.question.Name }

// turns lists the questions that are asked after these answers, in order.
func turns(p *content.Policy, a apply.Answers) []turn {
	var out []turn
	for _, section := range (apply.Form{Policy: p}).Pages(a) {
		for _, q := range section.Questions {
			out = append(out, turn{section, q, len(out) + 1})
		}
	}
	return out
}

// turnAt returns the place of a question among the turns; -1 if it is not asked.
func turnAt(all []turn, question string) int {
	return slices.IndexFunc(all, func(t turn) bool { return t.question.Name == question })
}

// partOf is the part of the form that the address names: a section, or a question in it.
func partOf(c *fiber.Ctx) string {
	if q := c.Params("question"); q != "" {
		return c.Params("section") + "/" + q
	}
	return c.Params("section")
}

// openTurn returns the part at which a section is gone on with: its first question
// that lacks something, or its first one.
func (s *Server) openTurn(p *content.Policy, a *apply.Application, section apply.Page) string {
	_, missing := a.Missing(apply.Form{Policy: p}, s.now())
	name := section.Questions[0].Name
	if i := slices.IndexFunc(missing, func(m apply.Problem) bool { return m.Section == section.Name }); i >= 0 {
		name = missing[i].Field
	}
	return section.Name + "/" + name
}

// lastAsked returns the part of the form that comes before the documents; "" where
// nothing is asked.
func lastAsked(c *fiber.Ctx, p *content.Policy, a apply.Answers) string {
	all := turns(p, a)
	switch {
	case len(all) == 0:
		return ""
	case visitOf(c).Mode == modeElder:
		return all[len(all)-1].part()
	}
	return all[len(all)-1].section.Name
}

// progressAfter says how far the family is on a page that comes after the questions,
// further of them, and of all of those.
func progressAfter(c *fiber.Ctx, p *content.Policy, a apply.Answers, after, all int) progress {
	asked := len(apply.Form{Policy: p}.Pages(a))
	elder := visitOf(c).Mode == modeElder
	if elder {
		asked = len(turns(p, a))
	}
	out := newProgress(asked+after, asked+all)
	out.Plain = elder
	return out
}

// withReview adds to an address that the family came from the review, where it did.
func withReview(c *fiber.Ctx, path string) string {
	if !comesFromReview(c) {
		return path
	}
	return withParam(path, formTo[1:], "review")
}

// withParam returns an address with one more parameter; neither needs escaping.
func withParam(path, name, value string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + name + "=" + value
}

// turnPage asks one question.
type turnPage struct {
	sectionPage
	Intro bool // the section begins here
}

// turnForm is the id of the form that a page of one question posts, for the buttons
// that stand elsewhere on the page.
const turnForm = "answer"

func (s *Server) showTurn(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	all := turns(p, a.Answers)
	i := turnAt(all, c.Params("question"))
	switch {
	case i < 0 || all[i].section.Name != c.Params("section"):
		if _, known := postedAnswers(c, p); !known {
			return fiber.ErrNotFound
		}
		return s.redirect(c, memberPath(applyPath(p, s.nextPart(p, a)), a)) // no longer asked
	case visitOf(c).Mode != modeElder:
		f := s.newField(page{Lang: visitOf(c).Lang}, all[i].question, "", "")
		return s.redirect(c, withReview(c, memberPath(applyPath(p, all[i].section.Name), a))+"#"+f.ID())
	}
	return s.renderTurn(c, p, a, all[i], typing{answers: a.Answers})
}

// typing is what stands in the field of a turn.
type typing struct {
	answers apply.Answers
	invalid apply.Invalid
	group   int // of a long list of choices; 0: that of the answer
	unsaved bool
}

func (s *Server) renderTurn(c *fiber.Ctx, p *content.Policy, a *apply.Application, t turn, now typing) error {
	view := turnPage{sectionPage: sectionPage{draft: s.newDraft(c, p, a, s.contentText(c, t.question.Label))}}
	view.Crumbs = append(view.Crumbs, crumb{view.Short, applyPath(p, "")})
	view.Short = view.Heading
	return s.showOne(c, view, t, now)
}

// showOne shows the page of one question, for a family or for who helps it.
func (s *Server) showOne(c *fiber.Ctx, view turnPage, t turn, now typing) error {
	all := turns(view.Policy, now.answers)
	after := stepsAfter(view.Policy, now.answers, view.Assist == nil)
	view.Section, view.Intro = t.section, t.section.Questions[0].Name == t.question.Name
	view.Section.Questions = []*content.Question{t.question}
	view.Progress = newProgress(t.number, len(all)+after)
	view.Progress.Plain = true
	view.Back = view.at(before(all, t))
	if view.Review = comesFromReview(c); view.Review {
		view.Back = view.at("review")
		if view.Assist == nil && view.Member == "" {
			view.Back = reviewOf(c, view.Policy, now.answers, t.section.Name)
		}
	}
	view.Return = view.Back
	view.posting()
	s.fillFields(c, &view.sectionPage, now.answers, now.invalid)
	if now.unsaved {
		view.Had = c.FormValue(formHad)
	}
	f := &view.Fields[0].Field
	f.Bare, f.Form = true, turnForm
	*f = f.split(now.group)
	f.Keypad = view.Elder() && slices.Contains(withKeys, t.question.Type)
	if f.Keypad && t.question.Type == "date" {
		f.Date = newDateWords(s.words(c))
	}
	f.Action = view.Lang.path(view.at(t.part())) + view.Member + "#f-" + f.Name
	return s.render(c, "apply-question", view)
}

// before returns the part that comes before t; "" is where the form begins.
func before(all []turn, t turn) string {
	if i := turnAt(all, t.question.Name); i > 0 {
		return all[i-1].part()
	}
	return ""
}

// saveTurn keeps the answer to one question, whichever button of the page brought it.
func (s *Server) saveTurn(c *fiber.Ctx, p *content.Policy, a *apply.Application, posted apply.Answers) error {
	name := c.Params("question")
	if i := turnAt(turns(p, a.Answers), name); i >= 0 {
		if now, ok := s.moved(c, turns(p, a.Answers)[i].question, a.Answers, posted); ok {
			return s.renderTurn(c, p, a, turns(p, a.Answers)[i], now)
		}
	}
	answers, invalid, err := s.save(c, apply.Form{Policy: p}, a, posted)
	if err != nil {
		return err
	}
	now := *a
	now.Answers = answers
	all := turns(p, answers)
	i := turnAt(all, name)
	if i < 0 { // its answers say that it is not asked
		return s.redirect(c, memberPath(applyPath(p, s.nextPart(p, &now)), a))
	}
	t, unsaved := all[i], len(invalid) > 0 && posted[name] != ""
	if way := wayOut(valueOf(c)); way != "" {
		return s.goAway(c, p, &now, t, way, invalid, unsaved)
	}
	if c.FormValue(formStay) != "" && !unsaved {
		return s.redirect(c, withReview(c, memberPath(applyPath(p, t.part()), a)))
	}
	if len(invalid) > 0 {
		return s.renderTurn(c, p, a, t, typing{answers: answers, invalid: invalid})
	}
	path, err := s.twicePath(c, p, &now, apply.Page{Name: t.part(), Questions: []*content.Question{t.question}})
	if err != nil {
		return err
	}
	if path != "" {
		return s.redirect(c, path)
	}
	return s.redirect(c, s.afterTurn(c, p, &now, t))
}

// moved is what the page shows after a key of its keypad, or another group of its
// choices; false if neither was asked for. Nothing is judged or saved by it.
func (s *Server) moved(c *fiber.Ctx, q *content.Question, answers, posted apply.Answers) (typing, bool) {
	now := typing{answers: apply.Answers{}, unsaved: true}
	for name, value := range answers {
		now.answers[name] = value
	}
	now.answers[q.Name] = posted[q.Name]
	key, group := c.FormValue(keyPressed), groupAsked(c)
	switch {
	case key != "":
		value, room := posted[q.Name], inputs[q.Type].MaxLength
		if q.Type == "date" {
			value, room = onlyDigits(value), dateDigits
		}
		now.answers[q.Name] = afterKey(value, key, room)
	case group == 0:
		return typing{}, false
	}
	now.group = group
	return now, true
}

// afterTurn returns where the family goes on after a question.
func (s *Server) afterTurn(c *fiber.Ctx, p *content.Policy, a *apply.Application, t turn) string {
	all := turns(p, a.Answers)
	rest := all[turnAt(all, t.question.Name)+1:]
	switch {
	case a.Household != "":
		for _, next := range rest { // what is known of others is not asked again
			if a.Answers[next.question.Name] == "" {
				return memberPath(applyPath(p, next.part()), a)
			}
		}
		return memberPath(applyPath(p, s.nextPart(p, a)), a)
	case comesFromReview(c):
		return s.stillOpen(c, p, a, t.section.Name)
	case len(rest) == 0:
		return applyPath(p, lastPart(p, a.Answers))
	}
	return applyPath(p, rest[0].part())
}

// stillOpen returns the next question of a section that lacks an answer, and the review
// where none does.
func (s *Server) stillOpen(c *fiber.Ctx, p *content.Policy, a *apply.Application, section string) string {
	_, missing := a.Missing(apply.Form{Policy: p}, s.now())
	for _, m := range missing {
		if m.Section == section {
			return applyPath(p, section+"/"+m.Field) + "?to=review"
		}
	}
	return reviewOf(c, p, a.Answers, section)
}

// after returns where the family goes on after a part of the form.
func (s *Server) after(c *fiber.Ctx, p *content.Policy, a *apply.Application, part string) string {
	if _, question, ok := strings.Cut(part, "/"); ok {
		all := turns(p, a.Answers)
		if i := turnAt(all, question); i >= 0 {
			return s.afterTurn(c, p, a, all[i])
		}
	}
	return s.afterSection(c, p, a, part)
}
