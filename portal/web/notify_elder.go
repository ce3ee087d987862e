package web

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
)

// Elder mode asks about messages one thing a page: how they come, where to, which, and
// whether one agrees. What was answered before goes along with the form, and nothing is
// kept before the last page.

// notifyStep is one of these pages, with the fields that it asks for.
type notifyStep struct {
	Name   string
	Fields []string
}

// notifyAt is the field that says which page was posted.
const (
	notifyAt   = "-at"
	notifyForm = "notify"
)

// notifySteps lists the pages: with one channel nobody is asked for it.
func (s *Server) notifySteps() []notifyStep {
	steps := []notifyStep{
		{"how", []string{"channel"}}, {"where", []string{"address"}},
		{"what", []string{"changes", notifyWhole, "pass"}}, {"consent", []string{"consent"}},
	}
	if len(s.channels) == 1 {
		return steps[1:]
	}
	return steps
}

// Shows reports whether the page asks for this; in other modes it asks for all.
func (p notifyPage) Shows(step string) bool { return p.At == "" || p.At == step }

// First reports whether the page is the first, or the only one.
func (p notifyPage) First() bool { return p.At == "" || p.BackForm == "" }

// Last reports whether what was answered is kept from this page.
func (p notifyPage) Last() bool { return p.Shows("consent") }

// oneStep leaves of the page what is asked at one time: the first step with something to
// mend, or the one that the visitor has come to.
func (p *notifyPage) oneStep(steps []notifyStep, at int, invalid apply.Invalid) {
	for i, step := range steps {
		if slices.ContainsFunc(step.Fields, func(name string) bool { return hasField(invalid, name) }) {
			at = i
			break
		}
	}
	p.At = steps[at].Name
	if at > 0 {
		p.BackForm = notifyForm
	}
	for _, one := range p.answered() {
		if one.Value != "" && !slices.Contains(steps[at].Fields, one.Name) {
			p.Given = append(p.Given, one)
		}
	}
	p.Problems = slices.DeleteFunc(p.Problems, func(one problem) bool {
		return !slices.ContainsFunc(steps[at].Fields, func(name string) bool { return one.Field == "f-"+name || one.Field == "f-"+name+"-0" })
	})
}

// answered is what the other pages send along, but for the consent, which is given last.
func (p *notifyPage) answered() []given {
	ticked := func(name string, on bool) given {
		if on {
			return given{Name: name, Value: "1"}
		}
		return given{Name: name}
	}
	return []given{
		{Name: p.Channel.Name, Value: p.Channel.Value}, {Name: p.Address.Name, Value: p.Address.Value},
		ticked("changes", p.Changes), ticked(notifyWhole, p.Household), ticked(p.Pass.Name, p.Pass.Value != ""),
	}
}

// turnNotify answers a post of elder mode that is not the last: the page before, the next
// one, or the same with what is wrong. It reports false where all is to be kept.
func (s *Server) turnNotify(c *fiber.Ctx, a *apply.Application, contact apply.Contact) (done bool, err error) {
	steps := s.notifySteps()
	at := slices.IndexFunc(steps, func(step notifyStep) bool { return step.Name == c.FormValue(notifyAt) })
	if visitOf(c).Mode != modeElder || at < 0 {
		return false, nil
	}
	if c.FormValue("-back") != "" {
		return true, s.renderNotify(c, a, nil, max(at-1, 0))
	}
	_, err = contact.Check(c.FormValue("pass") != "")
	var all, here apply.Invalid
	if errors.As(err, &all) {
		here = slices.DeleteFunc(slices.Clone(all), func(p apply.Problem) bool { return !slices.Contains(steps[at].Fields, p.Field) })
	}
	switch {
	case len(here) > 0:
		return true, s.renderNotify(c, a, here, at)
	case at < len(steps)-1:
		return true, s.renderNotify(c, a, nil, at+1)
	}
	return false, nil
}
