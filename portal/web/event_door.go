package web

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/outreach"
)

// PublicEvents are talks in villages as everybody may see them, and visitors who check
// themselves in.
type PublicEvents interface {
	ComingEvents(ctx context.Context, town string) ([]outreach.Event, error)
	PublicEvent(ctx context.Context, code outreach.Code) (outreach.Event, error)
	CheckInSelf(ctx context.Context, code outreach.Code, c outreach.CheckIn) error
	NewEventID() (string, error)
}

func (s *Server) eventRoutes() []route {
	if s.cases.PublicEvents == nil {
		return nil
	}
	const get, door = fiber.MethodGet, "/e/:code"
	return append([]route{
		{get, door, s.showDoor, private},
		{fiber.MethodPost, door, s.checkInSelf, limited | private},
		{get, door + "/event.ics", s.sendEventFile, 0},
		{get, door + "/:file", s.sendDoorQR, 0},
	}, s.calendarRoutes()...)
}

// doorPage is what everybody may know of an event; on its day visitors check in here.
type doorPage struct {
	page
	Event    outreach.Event
	When     string
	Villages string
	Topics   []topicLink
	State    string // coming, today, over or cancelled
	Path     string
	Key      string
	People   []field
	Problems []problem
	In       bool // the visitor has been counted
	Town     string
	TownPath string
}

// topicLink leads to the page of a policy.
type topicLink struct{ Text, Path string }

// doorEvent returns the event of the address. The error is [apply.ErrNotFound] where the
// code is nothing's.
func (s *Server) doorEvent(c *fiber.Ctx) (outreach.Event, error) {
	code, err := outreach.ParseCode(c.Params("code"))
	if err != nil || code.Public() {
		return outreach.Event{}, fiber.ErrNotFound
	}
	return s.cases.PublicEvents.PublicEvent(c.UserContext(), code)
}

func (s *Server) showDoor(c *fiber.Ctx) error {
	e, err := s.doorEvent(c)
	if err != nil {
		return err
	}
	return s.renderDoor(c, e, nil)
}

func (s *Server) renderDoor(c *fiber.Ctx, e outreach.Event, failed error) error {
	t := s.words(c)
	p := doorPage{page: s.pageNamed(c, s.contentText(c, e.Title)), Event: e, When: s.eventTime(c, e), Villages: s.villageNames(c, e), Path: doorPath(e.Code), In: c.Query("in") != "", Town: s.placeName(c, e.Town), TownPath: townEventsPath(e.Town)}
	p.NoIndex, p.Description = true, t("events.lead")
	p.Crumbs = []crumb{{t("events.title"), calendarPath}}
	for _, slug := range e.Topics {
		if one, ok := s.content().Library.Policy(slug); ok {
			p.Topics = append(p.Topics, topicLink{s.contentText(c, one.Short(visitOf(c).Lang.Code)), policyPath(slug, "")})
		}
	}
	switch {
	case e.Cancelled:
		p.State = "cancelled"
	case e.Open(s.now()):
		p.State = "today"
	case e.Begun(s.now()):
		p.State = "over"
	default:
		p.State = "coming"
	}
	if p.State == "today" && !p.In {
		if err := s.doorForm(c, &p); err != nil {
			return err
		}
	}
	var invalid apply.Invalid
	if errors.As(failed, &invalid) {
		p.Problems = s.noteProblems(c, p.People, invalid)
		s.wrong(c, &p.page)
	}
	return s.render(c, "event-door", p)
}

func (s *Server) doorForm(c *fiber.Ctx, p *doorPage) (err error) {
	if p.Key = c.FormValue("key"); p.Key == "" {
		if p.Key, err = s.cases.PublicEvents.NewEventID(); err != nil {
			return err
		}
	}
	t := s.words(c)
	p.Posts = turnForm
	p.People = []field{{Name: "people", Label: t("events.people"), Help: t("events.people.help", "Max", outreach.MaxFamily), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 2, Width: "short", Value: c.FormValue("people", "1"), Keypad: p.Elder()}}
	return nil
}

// villageNames names the villages of an event.
func (s *Server) villageNames(c *fiber.Ctx, e outreach.Event) string {
	return s.contentText(c, strings.Join(e.Villages, "、"))
}

// checkInSelf counts the visitor in, once for each page that was opened. Nothing of the
// visitor is kept, and nothing is left in the browser.
func (s *Server) checkInSelf(c *fiber.Ctx) error {
	if !s.fromHere(c) {
		return errStaleForm
	}
	e, err := s.doorEvent(c)
	if err != nil {
		return err
	}
	if c.FormValue(formStay) != "" { // another way to show the page
		return s.renderDoor(c, e, nil)
	}
	err = s.cases.PublicEvents.CheckInSelf(c.UserContext(), e.Code, outreach.CheckIn{Key: c.FormValue("key"), People: peopleTyped(c.FormValue("people"))})
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderDoor(c, e, err)
	case errors.Is(err, outreach.ErrOtherCheckIn): // went back and sent another number: the first stands
	case err != nil:
		return err
	}
	return s.redirect(c, doorPath(e.Code)+"?in=1")
}

// sendDoorQR sends the QR code that hangs at the door.
func (s *Server) sendDoorQR(c *fiber.Ctx) error {
	ending, ok := strings.CutPrefix(c.Params("file"), "qr")
	if !ok || ending != svgEnding && ending != pngEnding {
		return fiber.ErrNotFound
	}
	e, err := s.doorEvent(c)
	if err != nil {
		return err
	}
	if c.Query("save") == "1" {
		c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s%s"`, e.Code, ending))
	}
	return sendQRFile(c, s.base+visitOf(c).Lang.path(doorPath(e.Code)), ending)
}
