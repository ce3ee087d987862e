package web

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
)

// Contacts keeps where families want to hear of their applications. Sending is not
// its job, and no visitor waits for it.
type Contacts interface {
	Contact(ctx context.Context, ref apply.Reference) (apply.Contact, error)
	SetContact(ctx context.Context, ref apply.Reference, c apply.Contact, pass bool) error
	DropContact(ctx context.Context, ref apply.Reference) error
	Undelivered(ctx context.Context, ref apply.Reference) (bool, error)
}

// messagesNotice names the words on messages that are agreed to.
const messagesNotice = "2026-11-25"

// notifyWhole is the field that asks for messages on all applications of a household.
const notifyWhole = "household"

func (s *Server) notifyRoutes() []route {
	if s.cases.Contacts == nil || len(s.channels) == 0 {
		return nil
	}
	const form = limited | guarded | private
	return []route{
		{fiber.MethodGet, "/track/notify", s.followed(s.showNotify), guarded | private},
		{fiber.MethodPost, "/track/notify", s.followed(s.saveNotify), form},
		{fiber.MethodPost, "/track/notify/stop", s.followed(s.stopNotify), form},
	}
}

type notifyPage struct {
	page
	Known     string // where messages go now, masked; "" for nowhere
	Saved     bool
	Draft     bool
	Together  bool // it is one of several of a household
	Whole     bool // they go there for all of these
	Channel   field
	Address   field
	Pass      field
	Changes   bool
	Household bool // ticked: for all of them
	Consent   field
	Problems  []problem
	At        string  // elder mode: the one thing that is asked; see notify_elder.go
	Given     []given // and what was answered on the other pages

	HeardWhat, HeardConsent heard
}

// Notice returns the version of the words that the page shows.
func (notifyPage) Notice() string { return messagesNotice }

func (s *Server) showNotify(c *fiber.Ctx, a *apply.Application) error {
	return s.renderNotify(c, a, nil, 0)
}

func (s *Server) renderNotify(c *fiber.Ctx, a *apply.Application, invalid apply.Invalid, at int) error {
	t := s.words(c)
	known, err := s.cases.Contacts.Contact(c.UserContext(), a.Reference)
	if err != nil && !errors.Is(err, apply.ErrNotFound) {
		return err
	}
	view := notifyPage{page: s.page(c, "track.notify.title"), Known: maskContact(known), Saved: c.Query("saved") == "1", Draft: a.State == apply.Draft}
	view.NoIndex, view.Of = true, string(a.Reference)
	view.Crumbs = []crumb{{t("track.title"), "/track"}, {t("track.status.title"), "/track/status"}}
	view.Channel = field{Name: "channel", Label: t("track.notify.channel"), Value: c.FormValue("channel", string(known.Channel))}
	for _, channel := range s.channels {
		view.Channel.Options = append(view.Channel.Options, content.Option{Value: string(channel), Label: t(fmt.Sprintf("track.notify.channel.%s", channel))})
	}
	if len(s.channels) == 1 {
		view.Channel.Value = string(s.channels[0])
	}
	view.Address = field{
		Name: "address", Label: t("track.notify.address"), Help: t("track.notify.address.help"),
		InputType: "text", MaxLength: 254, Width: "medium", Value: c.FormValue("address"),
	}
	view.Pass, view.Consent = field{Name: "pass", Value: c.FormValue("pass")}, field{Name: "consent"}
	// Nothing is ticked that the family has not ticked before.
	view.Changes = c.FormValue("changes") != "" || c.Method() == fiber.MethodGet && known.Changes
	several, err := s.several(c, a)
	if err != nil {
		return err
	}
	view.Together, view.Whole = several || known.Household, known.Household
	view.Household = c.FormValue(notifyWhole) != "" || c.Method() == fiber.MethodGet && known.Household
	for _, f := range []*field{&view.Channel, &view.Address, &view.Pass, &view.Consent} {
		if p, bad := invalid.Field(f.Name); bad {
			f.Error = s.problemWords(c, p, bad)
			view.Problems = append(view.Problems, s.problemOf(c, f.ID(), f.Label, f.Error))
		}
	}
	view.hearNotify(s, invalid)
	if view.Elder() {
		view.oneStep(s.notifySteps(), at, invalid)
	}
	if len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "track-notify", view)
}

// maskContact shows enough of an address for its owner to know it.
func maskContact(c apply.Contact) string {
	if name, host, ok := strings.Cut(c.Address, "@"); ok {
		return name[:1] + "***@" + host // an address has a name of at least one byte
	}
	if n := len(c.Address); n >= 4 {
		return "*******" + c.Address[n-4:]
	}
	return ""
}

func (s *Server) saveNotify(c *fiber.Ctx, a *apply.Application) error {
	contact := apply.Contact{Channel: s.channel(c.FormValue("channel")), Address: c.FormValue("address"), Changes: c.FormValue("changes") != ""}
	contact.Household = a.Household != "" && c.FormValue(notifyWhole) != ""
	if c.FormValue("consent") == messagesNotice {
		contact.Notice = messagesNotice
	}
	if done, err := s.turnNotify(c, a, contact); done {
		return err
	}
	err := s.cases.Contacts.SetContact(c.UserContext(), a.Reference, contact, c.FormValue("pass") != "")
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderNotify(c, a, invalid, 0)
	case err != nil:
		return err
	}
	return s.redirect(c, "/track/notify?saved=1")
}

// channel returns the channel of that name if it is set up.
func (s *Server) channel(name string) apply.Channel {
	for _, channel := range s.channels {
		if string(channel) == name || len(s.channels) == 1 {
			return channel
		}
	}
	return ""
}

func (s *Server) stopNotify(c *fiber.Ctx, a *apply.Application) error {
	if err := s.cases.Contacts.DropContact(c.UserContext(), a.Reference); err != nil {
		return err
	}
	return s.redirect(c, "/track/notify")
}
