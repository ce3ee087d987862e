package web

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// eventPage is one event: before its day the code for the door, from its day on who came
// and what was said.
type eventPage struct {
	staffPage
	Row       eventRow
	Topics    []string
	Organiser string
	CheckedIn int
	Keep      bool
	Begun     bool
	Cancelled bool
	Door      bool   // the code is of use, today or later
	Link      string // whole address of the page on which visitors check in
	Code      string
	Key       string // of a check-in by hand
	People    *field // nil: nobody can be checked in
	Counted   []field
	Spoken    []tickSet
	Photos    deskLink // to the album; without a path there is nothing to see and nothing to add
	Asked     []string
	Ask       []field
	Version   int
	Done      bool
	Changed   bool
	Problems  []problem
}

func (s *Server) showEvent(c *fiber.Ctx, u casework.User) error { return s.renderEvent(c, u, nil) }

func (s *Server) renderEvent(c *fiber.Ctx, u casework.User, failed error) error {
	f, err := s.cases.Events.Event(c.UserContext(), u.Actor(), c.Params("id"))
	if err != nil {
		return err
	}
	e, t := f.Event, s.words(c)
	view := eventPage{
		staffPage: s.newStaffPage(c, u, "event.one"), Row: s.eventRow(c, e), Topics: s.eventTopics(c, e), Organiser: f.Organiser, CheckedIn: e.CheckedIn,
		Keep: f.Keep, Begun: e.Begun(s.now()), Cancelled: e.Cancelled, Code: string(e.Code), Asked: e.Asked, Version: e.Version, Done: c.Query("done") != "",
	}
	view.Crumbs = append(view.Crumbs, crumb{t("event.title"), eventsPath})
	view.Door = !e.Cancelled && (e.Open(s.now()) || !view.Begun)
	view.Link = s.base + visitOf(c).Lang.path(doorPath(e.Code))
	if view.Begun {
		if view.Key, err = s.checkInKey(c); err != nil {
			return err
		}
		view.Ask = []field{{Name: "asked", Label: t("event.asked.new"), Help: t("event.asked.help", "Max", casework.MaxQuestionText), Long: true, Rows: 4, MaxLength: 2000, Autocomplete: "off", Value: c.FormValue("asked")}}
	}
	if view.Begun && !e.Cancelled {
		view.People = &field{Name: "people", Label: t("event.people"), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 3, Width: "short", Value: c.FormValue("people", "1")}
	}
	if view.Begun && f.Keep {
		s.eventResult(c, &view, e)
	}
	if view.Photos, err = s.eventPhotos(c, u, f); err != nil {
		return err
	}
	var invalid apply.Invalid
	switch {
	case errors.As(failed, &invalid):
		s.noteEvent(c, &view, invalid)
		s.wrong(c, &view.page)
	case failed != nil:
		c.Status(fiber.StatusConflict)
		view.Changed = true
	}
	return s.render(c, "staff-event", view)
}

// eventPhotos leads to the photos of an event.
func (s *Server) eventPhotos(c *fiber.Ctx, u casework.User, f outreach.EventFile) (deskLink, error) {
	album := casework.Album{Case: casework.Case{Kind: casework.EventCase, ID: f.Event.ID}}
	photos, err := s.photosOf(c, u, album.Case)
	switch t := s.words(c); {
	case err != nil || s.cases.Photos == nil:
	case len(photos) > 0:
		return deskLink{Text: t("photos.count", "Count", len(photos)), Path: albumPath(album)}, nil
	case f.Keep && f.Event.Pictured(s.now()):
		return deskLink{Text: t("photos.add"), Path: albumPath(album)}, nil
	}
	return deskLink{}, err
}

// checkInKey is the key that the page had, so that it counts once, or a new one.
func (s *Server) checkInKey(c *fiber.Ctx) (string, error) {
	if key := c.FormValue("key"); key != "" {
		return key, nil
	}
	return s.cases.Events.NewEventID()
}

// eventResult asks for what came of the event.
func (s *Server) eventResult(c *fiber.Ctx, view *eventPage, e outreach.Event) {
	t := s.words(c)
	count, topics := "", e.Topics
	if e.HasCount {
		count = strconv.Itoa(e.Counted)
	}
	if strings.HasSuffix(c.Path(), "/count") {
		topics = postedList(c, "topics")
	}
	view.Counted = []field{{Name: "counted", Label: t("event.counted"), Help: t("event.counted.help", "Number", e.CheckedIn), InputType: "text", InputMode: "numeric", Autocomplete: "off", MaxLength: 4, Width: "short", Optional: true, Value: c.FormValue("counted", count)}}
	view.Spoken = []tickSet{newTickSet("topics", t("event.spoken"), s.topicOptions(c, topics), topics)}
}

// noteEvent puts what is wrong beside what it is about.
func (s *Server) noteEvent(c *fiber.Ctx, view *eventPage, invalid apply.Invalid) {
	if view.People != nil {
		one := []field{*view.People}
		view.Problems = s.noteProblems(c, one, invalid)
		view.People = &one[0]
	}
	view.Problems = append(view.Problems, s.noteProblems(c, view.Counted, invalid)...)
	view.Problems = append(view.Problems, s.noteSets(c, view.Spoken, invalid)...)
	view.Problems = append(view.Problems, s.noteProblems(c, view.Ask, invalid)...)
}

// checkInByHand counts people in whom the organiser saw come.
func (s *Server) checkInByHand(c *fiber.Ctx, u casework.User) error {
	one := outreach.CheckIn{Event: c.Params("id"), Key: c.FormValue("key"), People: peopleTyped(c.FormValue("people"))}
	err := s.cases.EventDoor.CheckIn(c.UserContext(), u.Actor(), []outreach.CheckIn{one})
	if errors.Is(err, outreach.ErrOtherCheckIn) {
		err = apply.ErrConflict
	}
	return s.eventChanged(c, err, func() error { return s.renderEvent(c, u, err) })
}

// countEvent writes down how many came, and of what was spoken.
func (s *Server) countEvent(c *fiber.Ctx, u casework.User) error {
	var told outreach.Event
	var invalid apply.Invalid
	if typed := strings.TrimSpace(c.FormValue("counted")); typed != "" {
		told.Counted, told.HasCount = peopleTyped(typed), true
		if told.Counted < 0 || told.Counted > outreach.MaxCounted {
			invalid = append(invalid, apply.Problem{Field: "counted", Key: outreach.KeyEventCounted, Args: map[string]any{"Max": outreach.MaxCounted}})
		}
	}
	told.Topics = outreach.CleanTopics(postedList(c, "topics"), s.isPolicy)
	if len(told.Topics) == 0 {
		invalid = append(invalid, apply.Problem{Field: "topics", Key: outreach.KeyEventTopics})
	}
	err := invalid.Err()
	if err == nil {
		err = s.cases.EventDoor.CountEvent(c.UserContext(), u.Actor(), c.Params("id"), recordVersion(c), told)
	}
	return s.eventChanged(c, err, func() error { return s.renderEvent(c, u, err) })
}

// hearQuestions keeps what was asked, a question a line, once for each page that was opened.
func (s *Server) hearQuestions(c *fiber.Ctx, u casework.User) error {
	typed := c.FormValue("asked")
	once := casework.Once{Key: c.FormValue("key"), Body: []byte(c.Params("id") + "\n" + typed)}
	err := s.cases.EventDoor.HearQuestions(c.UserContext(), u.Actor(), once, c.Params("id"), linesTyped(typed))
	if errors.Is(err, casework.ErrKeyUsed) || !once.Valid() && errors.Is(err, apply.ErrNotFound) {
		err = apply.ErrConflict
	}
	return s.eventChanged(c, err, func() error { return s.renderEvent(c, u, err) })
}

// linesTyped are the lines of a text.
func linesTyped(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}

// doorPath is the page of an event that everybody may see, without language: on its day
// visitors check in there.
func doorPath(code outreach.Code) string { return "/e/" + string(code) }
