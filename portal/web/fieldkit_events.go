package web

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// FieldEvents are the events that a device is to have with it, who came to them and what
// was asked there.
type FieldEvents interface {
	EventsNear(ctx context.Context, by apply.Actor) ([]outreach.Event, error)
	CheckIn(ctx context.Context, by apply.Actor, all []outreach.CheckIn) error
	HearQuestions(ctx context.Context, by apply.Actor, once casework.Once, id string, asked []string) error
}

// kitEvent is an event at which people can be checked in, and questions be heard, without a
// network.
type kitEvent struct {
	ID     string   `json:"id"`
	Day    string   `json:"day"`   // by which the device finds that of today
	Label  string   `json:"label"` // when, what and where
	Topics string   `json:"topics"`
	Link   string   `json:"link"` // of the page on which visitors check in
	Rows   []string `json:"rows"` // of its QR code, see rowsOfQR
}

// kitEvents are the events about today in the director's villages.
func (s *Server) kitEvents(c *fiber.Ctx, u casework.User) ([]kitEvent, error) {
	if s.cases.FieldEvents == nil || !u.Has(casework.CheckInPeople) {
		return nil, nil
	}
	near, err := s.cases.FieldEvents.EventsNear(c.UserContext(), u.Actor())
	if err != nil {
		return nil, err
	}
	t, lang := s.words(c), visitOf(c).Lang.Code
	var out []kitEvent
	for _, e := range near {
		var topics []string
		for _, slug := range e.Topics {
			if p, ok := s.content().Library.CurrentPolicy(slug); ok {
				topics = append(topics, s.contentText(c, p.Short(lang)))
			}
		}
		link := s.base + visitOf(c).Lang.path(doorPath(e.Code))
		rows, err := rowsOfQR(link)
		if err != nil {
			return nil, err
		}
		out = append(out, kitEvent{
			Link: link, Rows: rows, ID: e.ID, Day: e.Day, Topics: strings.Join(topics, t("punctuation.comma")),
			Label: t("field.event", "Day", e.Day, "Time", e.Begins, "Title", e.Title, "Place", e.Place),
		})
	}
	return out, nil
}

// fieldCheckIn is people who were checked in together, as a device writes it down.
type fieldCheckIn struct {
	Event string    `json:"event"`
	Count int       `json:"count"`
	At    time.Time `json:"at"`
}

// takeCheckIn counts people in. The key is that of the entry, so that the event counts it
// once even where it was counted before the answer was lost.
func (s *Server) takeCheckIn(c *fiber.Ctx, u casework.User, once casework.Once) (fieldAnswer, error) {
	var body fieldCheckIn
	if err := json.Unmarshal(once.Body, &body); err != nil || s.cases.FieldEvents == nil {
		return fieldAnswer{}, fiber.ErrBadRequest
	}
	in := outreach.CheckIn{Event: body.Event, Key: once.Key, People: body.Count, At: body.At}
	err := s.cases.FieldEvents.CheckIn(c.UserContext(), u.Actor(), []outreach.CheckIn{in})
	if errors.Is(err, outreach.ErrOtherCheckIn) {
		err = casework.ErrKeyUsed
	}
	if err != nil {
		return fieldAnswer{}, err
	}
	return fieldAnswer{State: "done", Words: s.words(c)("field.sent.check-in", "Count", body.Count), Path: visitOf(c).Lang.path(eventsPath + "/" + body.Event)}, nil
}

// fieldAsked is what people asked at an event, as a device writes it down.
type fieldAsked struct {
	Event string   `json:"event"`
	Asked []string `json:"asked"`
}

// takeAsked keeps what was asked. Several directors may have heard the same.
func (s *Server) takeAsked(c *fiber.Ctx, u casework.User, once casework.Once) (fieldAnswer, error) {
	var body fieldAsked
	if err := json.Unmarshal(once.Body, &body); err != nil || s.cases.FieldEvents == nil {
		return fieldAnswer{}, fiber.ErrBadRequest
	}
	if err := s.cases.FieldEvents.HearQuestions(c.UserContext(), u.Actor(), once, body.Event, body.Asked); err != nil {
		return fieldAnswer{}, err
	}
	return fieldAnswer{State: "done", Words: s.words(c)("field.sent.asked", "Count", len(body.Asked)), Path: visitOf(c).Lang.path(eventsPath + "/" + body.Event)}, nil
}
