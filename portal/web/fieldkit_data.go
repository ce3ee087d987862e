package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/casework"
)

// fieldKit is what a device keeps: what is published, the director's own villages, and
// nothing of any family.
type fieldKit struct {
	Name      string      `json:"name"`
	Lang      string      `json:"lang"`
	Villages  []string    `json:"villages"`
	Relations []kitOption `json:"relations"`
	Means     []kitOption `json:"means"`
	Marks     []kitOption `json:"marks"`
	Assist    kitNotice   `json:"assist"`
	Talk      kitNotice   `json:"talk"`
	Policies  []kitPolicy `json:"policies"`
	Events    []kitEvent  `json:"events"`
}

// kitNotice is what is read out before a family agrees, with its version.
type kitNotice struct {
	Version string   `json:"version"`
	Words   []string `json:"words"`
	Agreed  string   `json:"agreed"`
}

type kitOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

type kitPolicy struct {
	Slug    string       `json:"slug"`
	Name    string       `json:"name"`
	Title   string       `json:"title"`
	Ask     string       `json:"ask"` // whether the family knows it; "" where that is not asked
	Summary string       `json:"summary"`
	Plain   []string     `json:"plain"`
	Script  string       `json:"script"` // to read out in a minute
	Share   string       `json:"share"`  // address of the policy itself
	Codes   []kitCode    `json:"codes"`
	Form    []kitSection `json:"form,omitempty"`
}

type kitSection struct {
	Title string        `json:"title"`
	Intro string        `json:"intro,omitempty"`
	Ask   []kitQuestion `json:"ask"`
}

// kitQuestion is a question of a form. When is its condition as data; null asks always.
type kitQuestion struct {
	Name     string      `json:"name"`
	Label    string      `json:"label"`
	Help     string      `json:"help,omitempty"`
	Required bool        `json:"required"`
	Options  []kitOption `json:"options,omitempty"`
	Long     bool        `json:"long,omitempty"`
	Mode     string      `json:"mode,omitempty"` // of the keyboard
	Max      int         `json:"max,omitempty"`
	When     any         `json:"when"`
}

// sendKit sends everything for a device in the language of the page.
func (s *Server) sendKit(c *fiber.Ctx, u casework.User) error {
	t, lang := s.words(c), visitOf(c).Lang
	k := fieldKit{Name: u.Name, Lang: lang.Code, Villages: u.Villages()}
	for _, o := range s.relations() {
		k.Relations = append(k.Relations, kitOption{o.Value, s.contentText(c, o.Label)})
	}
	for _, m := range casework.MeansKnown() {
		k.Means = append(k.Means, kitOption{string(m), t(fmt.Sprintf("assist.means.%s", m))})
	}
	for _, m := range casework.Marks() {
		k.Marks = append(k.Marks, kitOption{string(m), t(fmt.Sprintf("talk.mark.%s", m))})
	}
	k.Assist = kitNotice{assistNotice, []string{t("assist.words.what", "Hours", int(casework.AssistLasts.Hours())), t("assist.words.who"), t("assist.words.stop")}, t("assist.agreed")}
	k.Talk = kitNotice{talkNotice, []string{t("talk.words.what"), t("talk.words.who"), t("talk.words.free")}, t("talk.agreed")}
	policies := s.content().Library.Talked()
	for _, p := range policies {
		p, _ = p.In(lang.Code)
		k.Policies = append(k.Policies, s.kitPolicy(c, p))
	}
	if err := s.addKitCodes(c, u, policies, k.Policies); err != nil {
		return err
	}
	var err error
	if k.Events, err = s.kitEvents(c, u); err != nil {
		return err
	}
	return c.JSON(k)
}

func (s *Server) kitPolicy(c *fiber.Ctx, p *content.Policy) kitPolicy {
	lang := visitOf(c).Lang
	name := s.contentText(c, p.Short(lang.Code))
	out := kitPolicy{
		Slug: p.Slug, Name: name, Title: s.contentText(c, p.Title(lang.Code)), Ask: s.words(c)("talk.knows", "Policy", name),
		Summary: s.contentText(c, p.Summary), Share: s.base + lang.path(policyPath(p.Slug, "")),
	}
	for _, words := range p.InPlainWords() {
		out.Plain = append(out.Plain, s.contentText(c, words))
	}
	for _, section := range p.Questions {
		part := kitSection{Title: s.contentText(c, section.Title), Intro: s.contentText(c, section.Intro)}
		for _, a := range section.Ask {
			part.Ask = append(part.Ask, s.kitQuestion(c, a.Question))
		}
		out.Form = append(out.Form, part)
	}
	return out
}

func (s *Server) kitQuestion(c *fiber.Ctx, q *content.Question) kitQuestion {
	input := inputs[q.Type]
	out := kitQuestion{
		Name: q.Name, Label: s.contentText(c, q.Label), Help: s.contentText(c, q.Help), Required: q.Required,
		Long: input.Long, Mode: input.InputMode, Max: input.MaxLength, When: q.When.Tree(),
	}
	for _, o := range q.Options {
		out.Options = append(out.Options, kitOption{o.Value, s.contentText(c, o.Label)})
	}
	return out
}
