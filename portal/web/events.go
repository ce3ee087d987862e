package web

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// Events are talks in villages, as the desk plans them.
type Events interface {
	Events(ctx context.Context, by apply.Actor, q outreach.EventQuery) (outreach.EventPage, error)
	Event(ctx context.Context, by apply.Actor, id string) (outreach.EventFile, error)
	EventPlaces(ctx context.Context, by apply.Actor) ([]outreach.Place, error)
	NewEventID() (string, error)
	PlanEvent(ctx context.Context, by apply.Actor, id string, e outreach.Event) error
	EditEvent(ctx context.Context, by apply.Actor, id string, version int, e outreach.Event) error
}

// EventDoor counts who comes to an event, and keeps what was said there.
type EventDoor interface {
	CheckIn(ctx context.Context, by apply.Actor, all []outreach.CheckIn) error
	CountEvent(ctx context.Context, by apply.Actor, id string, version int, told outreach.Event) error
	HearQuestions(ctx context.Context, by apply.Actor, once casework.Once, id string, asked []string) error
	CancelEvent(ctx context.Context, by apply.Actor, id string, version int, cancel bool) error
}

const eventsPath = "/staff/events"

func (s *Server) eventDeskRoutes() []deskRoute {
	if s.cases.Events == nil {
		return nil
	}
	const get, post, one, read, keep = fiber.MethodGet, fiber.MethodPost, eventsPath + "/:id", casework.ReadEvents, casework.KeepEvents
	return []deskRoute{
		{get, eventsPath, read, s.showEvents, 0},
		{get, eventsPath + "/new", keep, s.showNewEvent, 0},
		{post, eventsPath + "/new", keep, s.planEvent, limited},
		{get, one, read, s.showEvent, 0},
		{get, one + "/poster", read, s.showEventPoster, 0},
		{get, one + "/edit", keep, s.showEventEdit, 0},
		{post, one + "/edit", keep, s.editEvent, limited},
		{post, one + "/cancel", keep, s.cancelEvent, limited},
		{post, one + "/checkin", casework.CheckInPeople, s.checkInByHand, limited},
		{post, one + "/count", keep, s.countEvent, limited},
		{post, one + "/asked", keep, s.hearQuestions, limited},
	}
}

type eventsPage struct {
	staffPage
	Done   bool
	Fields []field // by which one town is looked at
	Town   string
	Coming []eventRow
	Held   []eventRow
	More   bool // more are coming than are shown
	Next   string
	Later  bool
	Sifted string // what of the list is shown; "" for all
}

// eventRow is an event in a list of the desk.
type eventRow struct {
	Path, Title, When, Where, Villages string
	State, Came                        string
	Waits                              bool // for somebody to say how many came
}

// comingShown is how many events to come a page of the desk has.
const comingShown = 60

func (s *Server) showEvents(c *fiber.Ctx, u casework.User) error {
	town := c.Query("town")
	view := eventsPage{staffPage: s.newStaffPage(c, u, "event.title"), Done: c.Query("done") != "", Later: c.Query("after") != ""}
	if u.Everywhere(casework.ReadEvents) {
		view.Fields = []field{s.townField(c, town, true)}
		view.Town, view.Sifted = town, sifted(s.words(c), nil, view.Fields)
	}
	if !view.Later {
		coming, err := s.cases.Events.Events(c.UserContext(), u.Actor(), outreach.EventQuery{Town: town, Coming: true, Limit: comingShown})
		if err != nil {
			return err
		}
		view.Coming, view.More = s.eventRows(c, coming.Events), coming.Next != ""
	}
	held, err := s.cases.Events.Events(c.UserContext(), u.Actor(), outreach.EventQuery{Town: town, After: c.Query("after"), Limit: rowsFor(c)})
	if err != nil {
		return err
	}
	view.Held = s.eventRows(c, held.Events)
	if held.Next != "" {
		next := url.Values{"after": {held.Next}}
		if town != "" {
			next.Set("town", town)
		}
		view.Next = eventsPath + "?" + next.Encode()
	}
	return s.render(c, "staff-events", view)
}

func (s *Server) eventRows(c *fiber.Ctx, all []outreach.Event) []eventRow {
	var out []eventRow
	for _, e := range all {
		out = append(out, s.eventRow(c, e))
	}
	return out
}

func (s *Server) eventRow(c *fiber.Ctx, e outreach.Event) eventRow {
	t := s.words(c)
	row := eventRow{Path: eventsPath + "/" + e.ID, Title: e.Title, When: s.eventTime(c, e), Where: e.Place, Villages: s.eventVillages(c, e)}
	switch {
	case e.Cancelled:
		row.State = "cancelled"
	case e.Open(s.now()):
		row.State = "today"
	case !e.Begun(s.now()):
		row.State = "coming"
	case e.Uncounted(s.now()):
		row.State, row.Waits = "uncounted", true
	default:
		row.State = "held"
	}
	if e.Attendance() > 0 || e.HasCount {
		row.Came = t("event.came.of", "Number", e.Attendance())
	}
	return row
}

// eventTime is when an event takes place, in the language of the page.
func (s *Server) eventTime(c *fiber.Ctx, e outreach.Event) string {
	out := s.dayText(c, e.Day) + " " + e.Begins
	if e.Ends != "" {
		out += "–" + e.Ends
	}
	return out
}

// eventVillages names the town and the villages of an event.
func (s *Server) eventVillages(c *fiber.Ctx, e outreach.Event) string {
	return s.townName(c, e.Town) + " · " + s.contentText(c, strings.Join(e.Villages, "、"))
}

// eventTopics lists the policies of which there is talk.
func (s *Server) eventTopics(c *fiber.Ctx, e outreach.Event) []string {
	var out []string
	for _, slug := range e.Topics {
		out = append(out, s.policyName(c, slug))
	}
	return out
}

// topicOptions are the policies that one can speak of, and those of which one did.
func (s *Server) topicOptions(c *fiber.Ctx, chosen []string) []content.Option {
	var out []content.Option
	has := map[string]bool{}
	for _, slug := range chosen {
		has[slug] = true
	}
	for _, p := range s.content().Library.Policies {
		if !p.Ended() || has[p.Slug] {
			out = append(out, content.Option{Value: p.Slug, Label: s.policyName(c, p.Slug)})
		}
	}
	return out
}

func (s *Server) isPolicy(slug string) bool {
	_, ok := s.content().Library.Policy(slug)
	return ok
}

// eventForm is the page on which an event is planned or changed.
func (s *Server) eventForm(c *fiber.Ctx, u casework.User, title string, e outreach.Event) (recordForm, error) {
	t := s.words(c)
	view := recordForm{staffPage: s.newStaffPage(c, u, title), Lead: t("event.lead"), Back: eventsPath, Go: t("record.save"), Version: e.Version}
	view.Crumbs = append(view.Crumbs, crumb{t("event.title"), eventsPath})
	view.Heading = view.Title + t("punctuation.colon") + s.townName(c, e.Town)
	if c.Method() == fiber.MethodPost {
		posted := s.postedEvent(c, u)
		posted.Town, e = e.Town, posted
	}
	places, err := s.cases.Events.EventPlaces(c.UserContext(), u.Actor())
	if err != nil {
		return view, err
	}
	var villages []content.Option
	for _, p := range places {
		if p.Town == e.Town {
			villages = append(villages, content.Option{Value: p.Village, Label: s.contentText(c, p.Village)})
		}
	}
	if len(villages) == 1 { // there is nothing to choose
		e.Villages = []string{villages[0].Value}
	}
	text := func(name, label, value string, most int) field {
		return field{Name: name, Label: label, InputType: "text", Autocomplete: "off", MaxLength: most, Width: "medium", Value: value}
	}
	day, begins, ends := text("day", t("event.day"), e.Day, 12), text("begins", t("event.begins"), e.Begins, 12), text("ends", t("event.ends"), e.Ends, 12)
	day.Help, begins.Help, ends.Optional = t("event.day.help"), t("event.begins.help"), true
	day.Width, begins.Width, ends.Width = "short", "short", "short"
	place := text("place", t("event.place"), e.Place, 80)
	place.Help = t("event.place.help")
	view.Fields = []field{text("title", t("event.name"), e.Title, 80), day, begins, ends, place}
	where := newTickSet("villages", t("event.villages"), villages, e.Villages)
	topics := newTickSet("topics", t("event.topics"), s.topicOptions(c, e.Topics), e.Topics)
	view.Sets = []tickSet{where, topics}
	return view, nil
}

// postedEvent reads an event of a form. Who belongs to a town plans there.
func (s *Server) postedEvent(c *fiber.Ctx, u casework.User) outreach.Event {
	e := outreach.Event{
		Title: c.FormValue("title"), Place: c.FormValue("place"), Day: c.FormValue("day"), Begins: c.FormValue("begins"), Ends: c.FormValue("ends"),
		Villages: postedList(c, "villages"), Topics: postedList(c, "topics"), Town: s.eventTown(u, c.FormValue("town")),
	}
	return e
}

// eventTown is the town in which somebody plans; "" where it has still to be chosen.
func (s *Server) eventTown(u casework.User, asked string) string {
	if !u.Everywhere(casework.KeepEvents) {
		return u.Area
	}
	for _, o := range s.towns() {
		if o.Value == asked {
			return asked
		}
	}
	return ""
}

func (s *Server) showNewEvent(c *fiber.Ctx, u casework.User) error {
	return s.renderNewEvent(c, u, s.eventTown(u, c.Query("town")), nil)
}

// renderNewEvent asks first for the town, where somebody plans for several.
func (s *Server) renderNewEvent(c *fiber.Ctx, u casework.User, town string, failed error) error {
	if town == "" {
		t := s.words(c)
		view := recordForm{staffPage: s.newStaffPage(c, u, "event.new"), Lead: t("event.town.lead"), Back: eventsPath, Action: eventsPath + "/new", Go: t("form.next"), Hidden: []summaryRow{{Key: "pick", Value: "1"}}}
		view.Crumbs = append(view.Crumbs, crumb{t("event.title"), eventsPath})
		view.Heading, view.Fields = view.Title, []field{s.townField(c, "", false)}
		return s.renderRecord(c, view, failed)
	}
	id := c.FormValue("id")
	if id == "" {
		var err error
		if id, err = s.cases.Events.NewEventID(); err != nil {
			return err
		}
	}
	view, err := s.eventForm(c, u, "event.new", outreach.Event{Town: town})
	if err != nil {
		return err
	}
	view.Action, view.Hidden = eventsPath+"/new", []summaryRow{{Key: "id", Value: id}, {Key: "town", Value: town}}
	return s.renderRecord(c, view, failed)
}

func (s *Server) planEvent(c *fiber.Ctx, u casework.User) error {
	e := s.postedEvent(c, u)
	switch {
	case c.FormValue("pick") != "" && e.Town != "":
		return s.redirect(c, eventsPath+"/new?town="+url.QueryEscape(e.Town))
	case e.Town == "":
		return s.renderNewEvent(c, u, "", apply.Invalid{{Field: "town", Key: outreach.KeyEventTown}})
	}
	id := c.FormValue("id")
	clean, err := e.Clean(s.now(), s.isPolicy)
	if err == nil {
		err = s.cases.Events.PlanEvent(c.UserContext(), u.Actor(), id, clean)
	}
	if err != nil {
		return s.renderNewEvent(c, u, e.Town, err)
	}
	return s.redirect(c, eventsPath+"/"+url.PathEscape(id)+"?done=1")
}

func (s *Server) showEventEdit(c *fiber.Ctx, u casework.User) error {
	return s.renderEventEdit(c, u, nil)
}

// keptEvent returns the event of the address, which the user must be allowed to change.
func (s *Server) keptEvent(c *fiber.Ctx, u casework.User) (outreach.Event, error) {
	f, err := s.cases.Events.Event(c.UserContext(), u.Actor(), c.Params("id"))
	if err == nil && !f.Keep {
		err = casework.ErrForbidden
	}
	return f.Event, err
}

func (s *Server) renderEventEdit(c *fiber.Ctx, u casework.User, failed error) error {
	e, err := s.keptEvent(c, u)
	if err != nil {
		return err
	}
	view, err := s.eventForm(c, u, "event.edit", e)
	if err != nil {
		return err
	}
	t := s.words(c)
	view.Version, view.Back = e.Version, eventsPath+"/"+e.ID
	view.Action = view.Back + "/edit"
	view.Hidden = []summaryRow{{Key: "town", Value: e.Town}}
	view.Other = &recordOther{Title: t("event.cancel"), About: t("event.cancel.about"), Action: view.Back + "/cancel", Go: t("event.cancel"), Ends: true}
	if e.Cancelled {
		view.Other = &recordOther{Title: t("event.resume"), About: t("event.resume.about"), Action: view.Back + "/cancel?resume=1", Go: t("event.resume")}
	}
	return s.renderRecord(c, view, failed)
}

func (s *Server) editEvent(c *fiber.Ctx, u casework.User) error {
	clean, err := s.postedEvent(c, u).Clean(s.now(), s.isPolicy)
	if err == nil {
		err = s.cases.Events.EditEvent(c.UserContext(), u.Actor(), c.Params("id"), recordVersion(c), clean)
	}
	return s.eventChanged(c, err, func() error { return s.renderEventEdit(c, u, err) })
}

func (s *Server) cancelEvent(c *fiber.Ctx, u casework.User) error {
	err := s.cases.EventDoor.CancelEvent(c.UserContext(), u.Actor(), c.Params("id"), recordVersion(c), c.Query("resume") == "")
	return s.eventChanged(c, err, func() error { return s.renderEventEdit(c, u, err) })
}

// eventChanged leads back to the event, or shows again what was wrong.
func (s *Server) eventChanged(c *fiber.Ctx, err error, again func() error) error {
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid), errors.Is(err, apply.ErrConflict):
		return again()
	case err != nil:
		return err
	}
	return s.redirect(c, eventsPath+"/"+url.PathEscape(c.Params("id"))+"?done=1")
}

// peopleTyped is a number of people as it was typed; -1 for what is none.
func peopleTyped(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return -1
	}
	return n
}
