package web

import (
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// trainingPage is one session, and who came.
type trainingPage struct {
	staffPage
	Row     trainingRow
	Keep    bool
	Held    bool
	City    bool    // who came is written down town by town
	Towns   []field // to choose one
	Town    string
	TownID  string
	People  []tick
	Came    []string // for who may not change it
	Version int
	Done    bool
	Changed bool
	Ahead   bool // it was to be written down before it was held
}

func (s *Server) showTraining(c *fiber.Ctx, u casework.User) error {
	return s.renderTraining(c, u, c.Query("town"), nil)
}

func (s *Server) renderTraining(c *fiber.Ctx, u casework.User, town string, failed error) error {
	f, err := s.cases.Trainings.Training(c.UserContext(), u.Actor(), c.Params("id"), town)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := trainingPage{
		staffPage: s.newStaffPage(c, u, "training.one"), Row: s.trainingRow(c, f.Training), Keep: u.May(casework.KeepTraining, f.Training.Scope()), Held: f.Training.Held(s.now()),
		City: f.Training.Town == "" && u.Everywhere(casework.KeepTraining), TownID: f.Town, Version: f.Training.Version, Done: c.Query("done") != "",
	}
	view.Crumbs = append(view.Crumbs, crumb{t("training.title"), trainingPath})
	if view.City {
		view.Towns = []field{s.townField(c, f.Town, true)}
	}
	if f.Town != "" {
		view.Town = s.townName(c, f.Town)
	}
	for _, e := range f.People {
		if f.Came[e.ID] {
			view.Came = append(view.Came, s.inPlace(c, e))
		}
		view.People = append(view.People, tick{ID: "f-came-" + e.ID, Name: "came", Value: e.ID, Label: s.inPlace(c, e), On: f.Came[e.ID]})
	}
	var invalid apply.Invalid
	switch {
	case errors.As(failed, &invalid):
		c.Status(fiber.StatusUnprocessableEntity)
		view.Ahead = true
	case failed != nil:
		c.Status(fiber.StatusConflict)
		view.Changed = true
	}
	return s.render(c, "staff-training-one", view)
}

func (s *Server) recordAttendance(c *fiber.Ctx, u casework.User) error {
	var came []string
	for _, v := range c.Context().PostArgs().PeekMulti("came") {
		came = append(came, string(v))
	}
	id, town := c.Params("id"), c.FormValue("town")
	if !u.Everywhere(casework.KeepTraining) {
		town = u.Area
	}
	err := s.cases.Trainings.RecordAttendance(c.UserContext(), u.Actor(), id, recordVersion(c), town, came)
	var invalid apply.Invalid
	if errors.As(err, &invalid) || errors.Is(err, apply.ErrConflict) {
		return s.renderTraining(c, u, town, err)
	}
	if err != nil {
		return err
	}
	return s.redirect(c, trainingPath+"/"+url.PathEscape(id)+"?done=1&town="+url.QueryEscape(town))
}

func (s *Server) parseAttendance(b []byte, people []casework.DirectoryEntry) casework.Attendance {
	return casework.ParseAttendance(b, s.townNames(), people)
}

func (s *Server) attendanceUpload(c *fiber.Ctx, u casework.User) (recordForm, error) {
	f, err := s.cases.Trainings.Training(c.UserContext(), u.Actor(), c.Params("id"), "")
	if err != nil {
		return recordForm{}, err
	}
	if !u.May(casework.KeepTraining, f.Training.Scope()) {
		return recordForm{}, casework.ErrForbidden
	}
	t := s.words(c)
	view := s.uploadForm(c, u, "training.import")
	view.Lead, view.Back = t("training.import.lead"), trainingPath+"/"+f.Training.ID
	view.Action = view.Back + "/import"
	view.Crumbs = append(view.Crumbs, crumb{t("training.title"), trainingPath}, crumb{t("training.one"), view.Back})
	return view, nil
}

func (s *Server) showAttendanceUpload(c *fiber.Ctx, u casework.User) error {
	return s.renderAttendanceUpload(c, u, nil)
}

func (s *Server) renderAttendanceUpload(c *fiber.Ctx, u casework.User, failed error) error {
	view, err := s.attendanceUpload(c, u)
	if err != nil {
		return err
	}
	return s.renderRecord(c, view, failed)
}

func (s *Server) takeAttendance(c *fiber.Ctx, u casework.User) error {
	body, err := s.readTableFile(c)
	if err != nil {
		return s.renderAttendanceUpload(c, u, err)
	}
	id := c.Params("id")
	file, err := s.cases.AttendanceImports.SendAttendance(c.UserContext(), u.Actor(), id, body)
	if err != nil {
		return err
	}
	return s.redirect(c, trainingPath+"/"+url.PathEscape(id)+"/import/"+file)
}

func (s *Server) showAttendanceImport(c *fiber.Ctx, u casework.User) error {
	return s.renderAttendanceImport(c, u, false)
}

func (s *Server) renderAttendanceImport(c *fiber.Ctx, u casework.User, moved bool) error {
	in, err := s.cases.AttendanceImports.AttendanceImport(c.UserContext(), u.Actor(), c.Params("id"), c.Params("file"), s.parseAttendance)
	if err != nil {
		return err
	}
	t := s.words(c)
	row := s.trainingRow(c, in.Training)
	view := importPage{staffPage: s.newStaffPage(c, u, "training.import"), Whose: row.Topic, Path: row.Path + "/import/" + in.ID, Again: row.Path + "/import", Hash: in.File.Hash, Same: in.Known, Done: in.Done, None: in.Known == len(in.File.Came), Moved: moved}
	view.Heading = view.Title
	view.Crumbs = append(view.Crumbs, crumb{t("training.title"), trainingPath}, crumb{t("training.one"), row.Path})
	view.Wrong = s.faultRows(c, in.File.Faults)
	if len(view.Wrong) == 0 && !in.Done {
		part := importPart{ID: "came", Title: t("training.came.of", "Number", len(in.File.Came))}
		for _, e := range in.File.Came {
			part.Rows = append(part.Rows, importRow{What: s.townName(c, e.Town) + " · " + s.inPlace(c, e)})
		}
		view.Parts = []importPart{part}
	}
	return s.render(c, "staff-import", view)
}

func (s *Server) confirmAttendance(c *fiber.Ctx, u casework.User) error {
	id := c.Params("id")
	err := s.cases.AttendanceImports.ConfirmAttendance(c.UserContext(), u.Actor(), id, c.Params("file"), c.FormValue("hash"), s.parseAttendance)
	var invalid apply.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderTraining(c, u, "", err)
	case errors.Is(err, apply.ErrConflict):
		c.Status(fiber.StatusConflict)
		return s.renderAttendanceImport(c, u, true)
	case err != nil:
		return err
	}
	return s.redirect(c, trainingPath+"/"+url.PathEscape(id)+"?done=1")
}
