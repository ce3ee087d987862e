package web

import (
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

// EventFiles take events from a file, which is checked, shown and confirmed, and give
// those of a year away as one.
type EventFiles interface {
	EventsOfYear(ctx context.Context, by apply.Actor, year string) ([]outreach.Event, error)
	SendEvents(ctx context.Context, by apply.Actor, body []byte) (string, error)
	EventImport(ctx context.Context, by apply.Actor, id string, read func([]byte, []outreach.Place) outreach.EventTable) (outreach.EventImport, error)
	ConfirmEvents(ctx context.Context, by apply.Actor, id, hash string, read func([]byte, []outreach.Place) outreach.EventTable) error
}

const eventImportPath = eventsPath + "/import"

func (s *Server) eventFileRoutes() []deskRoute {
	if s.cases.EventFiles == nil {
		return nil
	}
	const get, post, keep = fiber.MethodGet, fiber.MethodPost, casework.KeepEvents
	return []deskRoute{
		{get, eventsPath + "/list.csv", casework.ReadEvents, s.sendEvents, 0},
		{get, eventImportPath, keep, s.showEventUpload, 0},
		{post, eventImportPath, keep, s.takeEventFile, limited | streamed},
		{get, eventImportPath + "/:file", keep, s.showEventImport, 0},
		{post, eventImportPath + "/:file", keep, s.confirmEvents, limited},
	}
}

// topicNames finds a policy by any of its names; by the same it is called in files.
func (s *Server) topicNames() map[string]string {
	out := map[string]string{}
	zh := languages[0].Code
	for _, p := range s.content().Library.Policies {
		for _, name := range []string{p.Slug, p.Title(zh), p.Short(zh)} {
			out[name] = p.Slug
		}
	}
	return out
}

// chineseTopic is what a policy is called in files, which are in Chinese.
func (s *Server) chineseTopic(slug string) string {
	if p, ok := s.content().Library.Policy(slug); ok {
		return p.Short(languages[0].Code)
	}
	return slug
}

func (s *Server) parseEvents(b []byte, places []outreach.Place) outreach.EventTable {
	return outreach.ParseEvents(b, outreach.EventNames{Towns: s.townNames(), Topics: s.topicNames(), Places: places}, s.now())
}

// sendEvents sends the user's events of a year as a file that can be read again.
func (s *Server) sendEvents(c *fiber.Ctx, u casework.User) error {
	all, err := s.cases.EventFiles.EventsOfYear(c.UserContext(), u.Actor(), strconv.Itoa(s.trainingYear(c)))
	if err != nil {
		return err
	}
	return sendTable(c, "events.csv", func(w io.Writer) error { return outreach.WriteEvents(w, all, s.chineseTown, s.chineseTopic) })
}

func (s *Server) eventUpload(c *fiber.Ctx, u casework.User) recordForm {
	view := s.uploadForm(c, u, "event.import")
	view.Lead, view.Action, view.Back = s.words(c)("event.import.lead"), eventImportPath, eventsPath
	view.Crumbs = append(view.Crumbs, crumb{s.words(c)("event.title"), eventsPath})
	return view
}

func (s *Server) showEventUpload(c *fiber.Ctx, u casework.User) error {
	return s.renderRecord(c, s.eventUpload(c, u), nil)
}

func (s *Server) takeEventFile(c *fiber.Ctx, u casework.User) error {
	body, err := s.readTableFile(c)
	if err != nil {
		return s.renderRecord(c, s.eventUpload(c, u), err)
	}
	id, err := s.cases.EventFiles.SendEvents(c.UserContext(), u.Actor(), body)
	if err != nil {
		return err
	}
	return s.redirect(c, eventImportPath+"/"+id)
}

func (s *Server) showEventImport(c *fiber.Ctx, u casework.User) error {
	return s.renderEventImport(c, u, false)
}

func (s *Server) renderEventImport(c *fiber.Ctx, u casework.User, moved bool) error {
	in, err := s.cases.EventFiles.EventImport(c.UserContext(), u.Actor(), c.Params("file"), s.parseEvents)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := importPage{staffPage: s.newStaffPage(c, u, "event.import"), Path: eventImportPath + "/" + in.ID, Again: eventImportPath, Hash: in.File.Hash, Same: in.Same, Done: in.Done, None: len(in.Added) == 0, Moved: moved}
	view.Crumbs = append(view.Crumbs, crumb{t("event.title"), eventsPath})
	view.Heading, view.Whose = view.Title, t("figures.city")
	if u.Area != "" {
		view.Whose = s.townName(c, u.Area)
	}
	view.Wrong = s.faultRows(c, in.File.Faults)
	if len(view.Wrong) == 0 && !in.Done {
		part := importPart{ID: "added", Title: t("import.added", "Count", len(in.Added))}
		for _, e := range in.Added {
			row := s.eventRow(c, e)
			one := importRow{What: row.When + " · " + row.Title, Detail: row.Villages + " · " + row.Where}
			if row.Came != "" {
				one.Detail += " · " + row.Came
			}
			part.Rows = append(part.Rows, one)
		}
		view.Parts = []importPart{part}
	}
	return s.render(c, "staff-import", view)
}

func (s *Server) confirmEvents(c *fiber.Ctx, u casework.User) error {
	err := s.cases.EventFiles.ConfirmEvents(c.UserContext(), u.Actor(), c.Params("file"), c.FormValue("hash"), s.parseEvents)
	if errors.Is(err, apply.ErrConflict) {
		c.Status(fiber.StatusConflict)
		return s.renderEventImport(c, u, true)
	}
	if err != nil {
		return err
	}
	return s.redirect(c, eventsPath+"?done=1")
}
