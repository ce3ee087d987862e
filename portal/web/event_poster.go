package web

import (
	"html/template"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/casework"
)

// eventPosterPage is a sheet for the village's board, and for the door on the day: when,
// where and of what there is talk, with the code by which people check in.
type eventPosterPage struct {
	staffPage
	Row    eventRow
	Topics []string
	Link   string // whole address of the page on which visitors check in
	QR     template.HTML
}

func (s *Server) showEventPoster(c *fiber.Ctx, u casework.User) error {
	f, err := s.cases.Events.Event(c.UserContext(), u.Actor(), c.Params("id"))
	if err != nil {
		return err
	}
	if f.Event.Cancelled { // nobody is to be asked to come
		return fiber.ErrNotFound
	}
	t := s.words(c)
	view := eventPosterPage{staffPage: s.newStaffPage(c, u, "event.poster"), Row: s.eventRow(c, f.Event), Topics: s.eventTopics(c, f.Event), Link: s.base + visitOf(c).Lang.path(doorPath(f.Event.Code))}
	view.Sheet, view.Scripts = true, []string{"print.js"}
	view.Crumbs = append(view.Crumbs, crumb{t("event.title"), eventsPath}, crumb{t("event.one"), view.Row.Path})
	if view.QR, err = newQR(view.Link, t("share.qr", "Address", view.Link)); err != nil {
		return err
	}
	return s.render(c, "staff-event-poster", view)
}
