package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

// Trainings is the year's training of directors and supervisors, and who came.
type Trainings interface {
	TrainingYear(ctx context.Context, by apply.Actor, year int) (casework.TrainingYear, error)
	Training(ctx context.Context, by apply.Actor, id, town string) (casework.TrainingFile, error)
	NewTrainingID() (string, error)
	PlanTraining(ctx context.Context, by apply.Actor, id string, t casework.Training) error
	EditTraining(ctx context.Context, by apply.Actor, id string, version int, t casework.Training) error
	RemoveTraining(ctx context.Context, by apply.Actor, id string, version int) error
	RecordAttendance(ctx context.Context, by apply.Actor, id string, version int, town string, came []string) error
}

// AttendanceImports take over who came from a file: it is checked, shown and confirmed.
type AttendanceImports interface {
	SendAttendance(ctx context.Context, by apply.Actor, id string, body []byte) (string, error)
	AttendanceImport(ctx context.Context, by apply.Actor, id, file string, read func([]byte, []casework.DirectoryEntry) casework.Attendance) (casework.AttendanceImport, error)
	ConfirmAttendance(ctx context.Context, by apply.Actor, id, file, hash string, read func([]byte, []casework.DirectoryEntry) casework.Attendance) error
}

const trainingPath = "/staff/training"

func (s *Server) trainingRoutes() []deskRoute {
	if s.cases.Trainings == nil {
		return nil
	}
	const get, post, one, keep = fiber.MethodGet, fiber.MethodPost, trainingPath + "/:id", casework.KeepTraining
	return []deskRoute{
		{get, trainingPath, casework.ReadTraining, s.showTrainingYear, 0},
		{get, trainingPath + "/list.csv", casework.ReadTraining, s.sendTraining, 0},
		{get, trainingPath + "/new", keep, s.showNewTraining, 0},
		{post, trainingPath + "/new", keep, s.planTraining, limited},
		{get, one, casework.ReadTraining, s.showTraining, 0},
		{get, one + "/edit", keep, s.showTrainingEdit, 0},
		{post, one + "/edit", keep, s.editTraining, limited},
		{post, one + "/remove", keep, s.removeTraining, limited},
		{post, one + "/came", keep, s.recordAttendance, limited},
		{get, one + "/import", keep, s.showAttendanceUpload, 0},
		{post, one + "/import", keep, s.takeAttendance, limited | streamed},
		{get, one + "/import/:file", keep, s.showAttendanceImport, 0},
		{post, one + "/import/:file", keep, s.confirmAttendance, limited},
	}
}

type trainingYearPage struct {
	staffPage
	Year, Whose string
	Years       []deskLink
	Figure      figurePart
	Plan        []trainingRow
	Gaps        []trainingGap
	Done        bool
	File        string
}

type trainingRow struct{ Path, Topic, Day, Place, Whose, Audience, Hours, Came string }

// trainingGap are those of a town who were not trained yet.
type trainingGap struct {
	Town   string
	People []string
}

// trainingYear is the year that is asked for: this one, but for a good reason.
func (s *Server) trainingYear(c *fiber.Ctx) int {
	now := s.now().In(apply.China).Year()
	year, err := strconv.Atoi(c.Query("year"))
	if err != nil || year < now-10 || year > now+1 {
		return now
	}
	return year
}

func (s *Server) showTrainingYear(c *fiber.Ctx, u casework.User) error {
	year := s.trainingYear(c)
	y, err := s.cases.Trainings.TrainingYear(c.UserContext(), u.Actor(), year)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := trainingYearPage{staffPage: s.newStaffPage(c, u, "training.title"), Year: strconv.Itoa(year), Whose: t("figures.city"), Done: c.Query("done") != ""}
	view.File = trainingPath + "/list.csv?year=" + view.Year
	if y.Town != "" {
		view.Whose = s.townName(c, y.Town)
	}
	for n := s.now().In(apply.China).Year() + 1; n > s.now().In(apply.China).Year()-3; n-- {
		view.Years = append(view.Years, deskLink{strconv.Itoa(n), trainingPath + "?year=" + strconv.Itoa(n), n == year})
	}
	for _, one := range y.Plan {
		view.Plan = append(view.Plan, s.trainingRow(c, one))
	}
	coverage := y.Coverage()
	view.Figure = s.coverageFigure(c, coverage)
	for _, one := range coverage {
		gap := trainingGap{Town: s.townName(c, one.Town)}
		for _, e := range one.NotYet {
			gap.People = append(gap.People, s.inPlace(c, e))
		}
		if len(gap.People) > 0 {
			view.Gaps = append(view.Gaps, gap)
		}
	}
	return s.render(c, "staff-training", view)
}

// inPlace is somebody of the directory with the village, or as the town's supervisor.
func (s *Server) inPlace(c *fiber.Ctx, e casework.DirectoryEntry) string {
	if e.Village == "" {
		return e.Name + " · " + s.words(c)("staff.role.supervisor")
	}
	return e.Name + " · " + e.Village
}

func (s *Server) trainingRow(c *fiber.Ctx, one casework.Training) trainingRow {
	t := s.words(c)
	row := trainingRow{
		Path: trainingPath + "/" + one.ID, Topic: one.Topic, Day: s.dayText(c, one.Day), Place: one.Place, Whose: t("figures.city"),
		Audience: t(fmt.Sprintf("training.audience.%s", one.Audience)), Hours: t("training.hours.of", "Hours", one.Hours),
	}
	if one.Town != "" {
		row.Whose = s.townName(c, one.Town)
	}
	switch {
	case !one.Held(s.now()):
		row.Came = t("training.ahead")
	case one.Came == 0:
		row.Came = t("training.came.none")
	default:
		row.Came = t("training.came.of", "Number", one.Came)
	}
	return row
}

// coverageFigure is the table and the drawing of how many were trained, gaps first.
func (s *Server) coverageFigure(c *fiber.Ctx, coverage []casework.Coverage) figurePart {
	t := s.words(c)
	p := figurePart{ID: "coverage", Title: t("training.coverage"), About: t("training.coverage.about"), First: t("staff.column.town")}
	p.Columns = []string{t("training.rate"), t("training.came"), t("training.post"), t("training.gap")}
	var bars []bar
	all, came := 0, 0
	row := func(percent, came, post int) []string {
		return []string{fmt.Sprintf("%d%%", percent), strconv.Itoa(came), strconv.Itoa(post), strconv.Itoa(post - came)}
	}
	for i, one := range coverage {
		all, came = all+one.InPost, came+one.Came
		r := figureRow{Label: s.townName(c, one.Town)}
		for j, text := range row(one.Percent(), one.Came, one.InPost) {
			r.Cells = append(r.Cells, figureCell{p.Columns[j], text})
		}
		p.Rows = append(p.Rows, r)
		b := newBar(i, r.Label, one.Percent(), 100)
		b.Value += "%"
		bars = append(bars, b)
	}
	if len(bars) > 0 {
		p.Total = row(casework.Coverage{InPost: all, Came: came}.Percent(), came, all)
	}
	if came > 0 { // bars of nothing would be an empty picture
		p.Chart = &chart{p.ID, t("figures.chart", "Column", p.Columns[0]), em(len(bars) * barHeight), bars}
	}
	return p
}

func (s *Server) sendTraining(c *fiber.Ctx, u casework.User) error {
	y, err := s.cases.Trainings.TrainingYear(c.UserContext(), u.Actor(), s.trainingYear(c))
	if err != nil {
		return err
	}
	return sendTable(c, "training.csv", func(w io.Writer) error { return casework.WriteTraining(w, y, s.chineseTown) })
}

// trainingForm is the page on which a session is planned or changed.
func (s *Server) trainingForm(c *fiber.Ctx, u casework.User, title string, one casework.Training) recordForm {
	t := s.words(c)
	view := recordForm{staffPage: s.newStaffPage(c, u, title), Lead: t("training.lead"), Back: trainingPath, Go: t("record.save"), Version: one.Version}
	view.Crumbs = append(view.Crumbs, crumb{t("training.title"), trainingPath})
	view.Heading = view.Title
	hours := ""
	if one.Hours > 0 {
		hours = strconv.Itoa(one.Hours)
	}
	text := func(name, value string, most int) field {
		return field{Name: name, Label: t(fmt.Sprintf("training.%s", name)), InputType: "text", Autocomplete: "off", MaxLength: most, Width: "medium", Value: c.FormValue(name, value)}
	}
	day, topic, place, length := text("day", one.Day, 12), text("topic", one.Topic, 80), text("place", one.Place, 80), text("hours", hours, 3)
	day.Help, place.Optional, length.InputMode = t("training.day.help"), true, "numeric"
	day.Width, length.Width = "short", "short"
	audience := field{Name: "audience", Label: t("training.audience"), Value: c.FormValue("audience", string(one.Audience))}
	for _, a := range casework.Audiences() {
		audience.Options = append(audience.Options, content.Option{Value: string(a), Label: t(fmt.Sprintf("training.audience.%s", a))})
	}
	view.Fields = []field{topic, day, place, audience, length}
	if u.Everywhere(casework.KeepTraining) && one.ID == "" {
		town := s.townField(c, c.FormValue("town", one.Town), true)
		town.Help = t("training.town.help")
		view.Fields = append(view.Fields, town)
	}
	return view
}

func (s *Server) postedTraining(c *fiber.Ctx, u casework.User) casework.Training {
	one := casework.Training{Day: c.FormValue("day"), Topic: c.FormValue("topic"), Place: c.FormValue("place"), Audience: casework.Audience(c.FormValue("audience"))}
	one.Hours, _ = strconv.Atoi(c.FormValue("hours")) // what is no number is no length, which is said
	one.Town = s.postedTown(c, u, casework.KeepTraining)
	return one
}

func (s *Server) newTrainingForm(c *fiber.Ctx, u casework.User, id string) recordForm {
	view := s.trainingForm(c, u, "training.new", casework.Training{})
	view.Action, view.Hidden = trainingPath+"/new", []summaryRow{{Key: "id", Value: id}}
	return view
}

func (s *Server) showNewTraining(c *fiber.Ctx, u casework.User) error {
	id, err := s.cases.Trainings.NewTrainingID()
	if err != nil {
		return err
	}
	return s.renderRecord(c, s.newTrainingForm(c, u, id), nil)
}

func (s *Server) planTraining(c *fiber.Ctx, u casework.User) error {
	id := c.FormValue("id")
	if err := s.cases.Trainings.PlanTraining(c.UserContext(), u.Actor(), id, s.postedTraining(c, u)); err != nil {
		return s.renderRecord(c, s.newTrainingForm(c, u, id), err)
	}
	return s.redirect(c, trainingPath+"/"+url.PathEscape(id)+"?done=1")
}

func (s *Server) showTrainingEdit(c *fiber.Ctx, u casework.User) error {
	return s.renderTrainingEdit(c, u, nil)
}

func (s *Server) renderTrainingEdit(c *fiber.Ctx, u casework.User, failed error) error {
	f, err := s.cases.Trainings.Training(c.UserContext(), u.Actor(), c.Params("id"), "")
	if err != nil {
		return err
	}
	if !u.May(casework.KeepTraining, f.Training.Scope()) {
		return casework.ErrForbidden
	}
	t := s.words(c)
	view := s.trainingForm(c, u, "training.edit", f.Training)
	view.Back = trainingPath + "/" + f.Training.ID
	view.Action = view.Back + "/edit"
	view.Other = &recordOther{Title: t("training.remove"), About: t("training.remove.about"), Action: view.Back + "/remove", Go: t("training.remove")}
	return s.renderRecord(c, view, failed)
}

func (s *Server) editTraining(c *fiber.Ctx, u casework.User) error {
	err := s.cases.Trainings.EditTraining(c.UserContext(), u.Actor(), c.Params("id"), recordVersion(c), s.postedTraining(c, u))
	var invalid apply.Invalid
	if errors.As(err, &invalid) || errors.Is(err, apply.ErrConflict) {
		return s.renderTrainingEdit(c, u, err)
	}
	if err != nil {
		return err
	}
	return s.redirect(c, trainingPath+"/"+url.PathEscape(c.Params("id"))+"?done=1")
}

func (s *Server) removeTraining(c *fiber.Ctx, u casework.User) error {
	err := s.cases.Trainings.RemoveTraining(c.UserContext(), u.Actor(), c.Params("id"), recordVersion(c))
	if errors.Is(err, apply.ErrConflict) {
		return s.renderTrainingEdit(c, u, err)
	}
	if err != nil {
		return err
	}
	return s.redirect(c, trainingPath+"?done=1")
}
