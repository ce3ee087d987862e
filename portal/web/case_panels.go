package web

import (
	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// casePanels are the parts of the case page beside the application, in their order on
// the page. Whatever else the desk keeps about a case adds a line here and one to the
// template case-panel, which shows what load returns by the template panel-<name>. A
// panel that returns nil is not shown; each judges for itself whether the user may see it.
var casePanels = []struct {
	name string
	load func(s *Server, c *fiber.Ctx, u casework.User, a *apply.Application) (any, error)
}{
	{"handler", (*Server).handlerPanel},
	{"verdict", (*Server).verdictPanel},
	{"child", (*Server).childPanel},
	{"talks", (*Server).talksPanel}, {"grant", (*Server).grantPanel},
	{"referrals", (*Server).referralsPanel},
	{"conferences", (*Server).conferencesPanel},
	{"documents", (*Server).documentsPanel},
	{"facts", (*Server).factsPanel},
	{"visits", (*Server).visitsPanel},
	{"history", (*Server).historyPanel},
}

// jumpsTo are the headings of the panels that are looked for most.
var jumpsTo = map[string]string{"handler": "queue.handler", "verdict": "staff.verdict", "documents": "staff.documents", "history": "staff.history"}

// shownPanel is a panel as its template sees it, with what a form in it needs.
type shownPanel struct {
	Name    string
	Path    string // of the case
	CSRF    string
	Version int // of the application
	Data    any // what load returned
}

// loadPanels fills the panels of a page that is otherwise complete.
func (s *Server) loadPanels(c *fiber.Ctx, u casework.User, a *apply.Application, view *casePage) error {
	for _, p := range casePanels {
		data, err := p.load(s, c, u, a)
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		panel := shownPanel{p.name, view.Path, view.CSRF, view.Version, data}
		if p.name == "documents" {
			view.Papers = &panel
		} else {
			view.Panels = append(view.Panels, panel)
		}
		if heading := jumpsTo[p.name]; heading != "" {
			view.Jumps = append(view.Jumps, content.Option{Value: p.name + "-title", Label: s.words(c)(heading)})
		}
	}
	return nil
}

type verdictPanel struct {
	*content.Verdict
	Word  string // yes, no or perhaps
	Grown *grown // nil: the child's age makes no difference
}

func (s *Server) verdictPanel(_ *fiber.Ctx, _ casework.User, a *apply.Application) (any, error) {
	p, ok := s.content().Library.Policy(a.Policy)
	if !ok {
		return nil, nil
	}
	v := p.Assess(content.Answers(a.Answers))
	return verdictPanel{&v, resultWords[v.Result], s.grown(p, a)}, nil
}

// grown is what a birthday since the submission changes. Which day counts the officer
// knows, not the portal: what was handed in stays as it was.
type grown struct {
	Then, Now string // years
	Word      string // of the verdict by the age of today
}

func (s *Server) grown(p *content.Policy, a *apply.Application) *grown {
	now, differs := apply.Form{Policy: p}.Grown(a.Answers, s.now())
	if !differs {
		return nil
	}
	return &grown{a.Answers[apply.FieldChildAge], now[apply.FieldChildAge], resultWords[p.Assess(content.Answers(now)).Result]}
}
