package web

import (
	"context"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Twins finds other applications for the same child and programme. What it tells
// families is limited, so that nobody learns of other people's by trying.
type Twins interface {
	Twins(ctx context.Context, a *apply.Application, client string) ([]apply.Twin, error)
	TwinsForStaff(ctx context.Context, by apply.Actor, a *apply.Application) ([]apply.Twin, error)
}

// twicePart is the page between two of the form where a second application is warned of.
const twicePart = "twice"

// twinRow is another application as a page names it: never what it says.
type twinRow struct {
	Number, Date, State string
	Path                string // where who reads it may open it; "" for nowhere
}

// twinWarning tells a family that somebody has applied already.
type twinWarning struct {
	Policy *content.Policy
	Rows   []twinRow
}

func (s *Server) twinWarning(c *fiber.Ctx, p *content.Policy, a *apply.Application) (*twinWarning, error) {
	if s.cases.Twins == nil {
		return nil, nil
	}
	twins, err := s.cases.Twins.Twins(c.UserContext(), a, c.IP())
	if err != nil || len(twins) == 0 {
		return nil, err
	}
	out := &twinWarning{Policy: p}
	for _, twin := range twins {
		row := twinRow{Number: twin.Reference.Hint(), State: s.words(c)("track.state." + string(twin.State.Public()))}
		if !twin.Submitted.IsZero() {
			row.Date = s.day(c, twin.Submitted)
		}
		if twin.Together {
			row.Number, row.Path = twin.Reference.Grouped(), "/household"
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

type twicePage struct {
	draft
	Twins *twinWarning
	Next  string
}

// showTwice comes after the page that names the child. It blocks nothing.
func (s *Server) showTwice(c *fiber.Ctx, p *content.Policy, a *apply.Application) error {
	warning, err := s.twinWarning(c, p, a)
	if err != nil {
		return err
	}
	next := s.after(c, p, a, c.Query("after"))
	if warning == nil {
		return s.redirect(c, next)
	}
	view := twicePage{draft: s.newDraft(c, p, a, s.words(c)("apply.twice.title")), Twins: warning, Next: next}
	view.Crumbs = append(view.Crumbs, crumb{view.Short, applyPath(p, "")})
	view.Short = view.Heading
	return s.render(c, "apply-twice", view)
}

// twicePath is where the family is warned after a section that names the child; "" if
// there is nothing to warn of.
func (s *Server) twicePath(c *fiber.Ctx, p *content.Policy, a *apply.Application, section apply.Page) (string, error) {
	names := false
	for _, q := range section.Questions {
		names = names || q.Name == apply.FieldChildID || q.Name == apply.FieldChildName
	}
	if _, numbered := p.Question(apply.FieldChildID); numbered && len(section.Questions) == 1 {
		names = section.Questions[0].Name == apply.FieldChildID // asked by itself, the number says it; once is enough
	}
	if !names {
		return "", nil
	}
	warning, err := s.twinWarning(c, p, a)
	if err != nil || warning == nil {
		return "", err
	}
	then := url.Values{"after": {section.Name}}
	if comesFromReview(c) {
		then.Set(formTo[1:], "review")
	}
	path := memberPath(applyPath(p, twicePart), a)
	if a.Household != "" {
		return path + "&" + then.Encode(), nil
	}
	return path + "?" + then.Encode(), nil
}

// comesFromReview reports whether a page of the form was opened to mend something.
func comesFromReview(c *fiber.Ctx) bool {
	return c.Query("to") == "review" || c.FormValue(formTo) == "review"
}

// twinsForStaff lists what else there is for the child and programme, for the page of a
// case. Drafts, and what belongs to another town, are mentioned but lead nowhere.
func (s *Server) twinsForStaff(c *fiber.Ctx, u casework.User, a *apply.Application) ([]twinRow, error) {
	if s.cases.Twins == nil {
		return nil, nil
	}
	twins, err := s.cases.Twins.TwinsForStaff(c.UserContext(), u.Actor(), a)
	var out []twinRow
	for _, twin := range twins {
		row := twinRow{Number: twin.Reference.Grouped(), State: s.words(c)("staff.state." + string(twin.State))}
		switch {
		case twin.Submitted.IsZero():
			row.Number = twin.Reference.Hint()
		case u.May(casework.OpenApplication, casework.Scope{Town: twin.Town}):
			row.Path = casePath(twin.Reference, "")
			fallthrough
		default:
			row.Date = s.day(c, twin.Submitted)
		}
		out = append(out, row)
	}
	return out, err
}
