package web

import (
	"cmp"
	"slices"

	ics "github.com/arran4/golang-ical"
	"github.com/gofiber/fiber/v2"

	"huitong/portal/casework"
	"huitong/portal/outreach"
)

const (
	calendarPath = "/events"
	calendarFile = "/calendar.ics"
)

func townEventsPath(town string) string { return calendarPath + "/in/" + town }

// villageEventsPath is where the events of a village are listed, without language.
func villageEventsPath(town, village string) string {
	return townEventsPath(town) + "/" + casework.VillageID(town, village)
}

func (s *Server) calendarRoutes() []route {
	const get, town = fiber.MethodGet, calendarPath + "/in/:town"
	const village = town + "/:village"
	return []route{
		{get, calendarPath, s.showCalendar, 0},
		{get, leafRoute(calendarPath), s.showCalendar, 0},
		{get, calendarPath + calendarFile, s.sendCalendar, 0},
		{get, town, s.showCalendar, 0},
		{get, leafRoute(town), s.showCalendar, 0},
		{get, town + calendarFile, s.sendCalendar, 0},
		{get, village, s.showCalendar, 0},
		{get, leafRoute(village), s.showCalendar, 0},
		{get, village + calendarFile, s.sendCalendar, 0},
	}
}

// calendarPage lists what is to come in the city, a town or a village.
type calendarPage struct {
	page
	Events []calendarRow
	Towns  []placeLink // to look at one, where there is more than one
	File   string      // what calendars subscribe to
	All    string      // where all are listed; "" here
	Ask    deskLink    // to ask a director for a talk
	Leaf   leaf
}

type calendarRow struct {
	Path, Title, When, Where, Town, Villages string
	Today, Cancelled                         bool
}

// shownPlace is the town and village whose events an address asks for; both are empty for
// the whole city.
type shownPlace struct{ town, village, path, name string }

// eventPlace reads the place of the address; not found where there is none of the name.
func (s *Server) eventPlace(c *fiber.Ctx) (shownPlace, error) {
	p := shownPlace{path: calendarPath}
	if c.Params("town") == "" {
		return p, nil
	}
	town, err := s.town(c)
	if err != nil {
		return p, err
	}
	p.town, p.path, p.name = town.ID, townEventsPath(town.ID), s.placeName(c, town.ID)
	if c.Params("village") == "" {
		return p, nil
	}
	if s.cases.PublicDirectory == nil {
		return p, fiber.ErrNotFound
	}
	_, village, _, err := s.village(c)
	p.village, p.path, p.name = village, villageEventsPath(town.ID, village), s.contentText(c, village)
	return p, err
}

// comingEvents returns the place of the address and the events there that are to come.
func (s *Server) comingEvents(c *fiber.Ctx) (shownPlace, []outreach.Event, error) {
	at, err := s.eventPlace(c)
	if err != nil {
		return at, nil, err
	}
	all, err := s.cases.PublicEvents.ComingEvents(c.UserContext(), at.town)
	if at.village != "" {
		all = slices.DeleteFunc(all, func(e outreach.Event) bool { return !slices.Contains(e.Villages, at.village) })
	}
	return at, all, err
}

func (s *Server) showCalendar(c *fiber.Ctx) error {
	at, all, err := s.comingEvents(c)
	if err != nil {
		return err
	}
	t := s.words(c)
	p := calendarPage{page: s.page(c, "events.title"), File: at.path + calendarFile}
	if at.name != "" {
		p.page = s.pageNamed(c, t("events.of", "Place", at.name))
		p.Crumbs, p.All = []crumb{{t("events.title"), calendarPath}}, calendarPath
	}
	p.Ask = s.askForTalk(c, at)
	p.Description = t("events.lead")
	p.Column = column{Name: t("events.title"), About: p.Description, Path: calendarPath}
	if p.Leaf, err = leafOf(c, at.path, max(leaves(len(all), linksAtOnce), 1)); err != nil {
		return err
	}
	if at.town == "" && p.Leaf.Number == 0 {
		p.Towns = s.eventTowns(c, all)
	}
	for _, e := range onLeaf(all, p.Leaf, linksAtOnce) {
		p.Events = append(p.Events, calendarRow{
			Path: doorPath(e.Code), Title: s.contentText(c, e.Title), When: s.eventTime(c, e), Where: s.contentText(c, e.Place),
			Town: s.placeName(c, e.Town), Villages: s.villageNames(c, e), Today: e.Open(s.now()), Cancelled: e.Cancelled,
		})
	}
	crumbs := p.Crumbs
	if s.asLeaf(c, &p.page, p.Leaf); c.Params("leaf") != "" {
		p.Crumbs = append(crumbs, p.Crumbs...)
	}
	return s.render(c, "events", p)
}

// askForTalk leads to the director of the village; elsewhere to where the village is found.
func (s *Server) askForTalk(c *fiber.Ctx, at shownPlace) deskLink {
	t := s.words(c)
	switch {
	case s.cases.PublicDirectory == nil:
		return deskLink{}
	case at.village != "" && s.cases.CallBox != nil:
		return deskLink{Text: t("events.ask.here"), Path: villagePath(at.town, at.village) + "/call?for=" + callForTalk}
	case at.village != "":
		return deskLink{Text: t("events.ask.here"), Path: villagePath(at.town, at.village)}
	case at.town != "":
		return deskLink{Text: t("events.ask"), Path: directoryPath + "/" + at.town}
	}
	return deskLink{Text: t("events.ask"), Path: directoryPath}
}

// eventTowns are the towns in which there are events, in the order of the city's list.
func (s *Server) eventTowns(c *fiber.Ctx, all []outreach.Event) []placeLink {
	has := map[string]bool{}
	for _, e := range all {
		has[e.Town] = true
	}
	var out []placeLink
	for _, one := range s.content().Library.Places {
		if has[one.ID] {
			out = append(out, placeLink{Text: s.placeName(c, one.ID), Path: townEventsPath(one.ID)})
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// sendCalendar sends the events of a place to calendars that ask for them now and then.
func (s *Server) sendCalendar(c *fiber.Ctx) error {
	at, all, err := s.comingEvents(c)
	if err != nil {
		return err
	}
	t := s.words(c)
	title := t("events.title")
	if at.name != "" {
		title = t("events.of", "Place", at.name)
	}
	return s.sendICS(c, title, all)
}

// sendEventFile sends one event, to be put into a calendar.
func (s *Server) sendEventFile(c *fiber.Ctx) error {
	e, err := s.doorEvent(c)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+string(e.Code)+`.ics"`)
	return s.sendICS(c, s.words(c)("events.title"), []outreach.Event{e})
}

// sendICS writes events as calendars read them. The name of an event stays the same when
// it is changed, and its sequence rises: calendars move it, and strike out one that was
// cancelled.
func (s *Server) sendICS(c *fiber.Ctx, title string, all []outreach.Event) error {
	t := s.words(c)
	cal := ics.NewCalendarFor(cmp.Or(s.domain, "huitong"))
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(title)
	cal.SetXWRCalName(title)
	cal.SetXWRTimezone("Asia/Shanghai")
	for _, e := range all {
		begins, ends := e.Times()
		if begins.IsZero() {
			continue
		}
		one := cal.AddEvent(e.ID + "@" + s.domain)
		one.SetDtStampTime(e.Changed)
		one.SetLastModifiedAt(e.Changed)
		one.SetSequence(e.Version)
		one.SetStartAt(begins)
		one.SetEndAt(ends)
		one.SetSummary(s.contentText(c, e.Title))
		one.SetLocation(s.placeName(c, e.Town) + " " + s.villageNames(c, e) + " " + s.contentText(c, e.Place))
		one.SetURL(s.base + visitOf(c).Lang.path(doorPath(e.Code)))
		one.SetDescription(t("events.about") + "\n" + s.base + visitOf(c).Lang.path(doorPath(e.Code)))
		one.SetStatus(ics.ObjectStatusConfirmed)
		if e.Cancelled {
			one.SetStatus(ics.ObjectStatusCancelled)
		}
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	return c.SendString(cal.Serialize(ics.WithNewLineWindows))
}
