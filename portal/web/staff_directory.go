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
	"huitong/portal/sheet"
)

// Directory is who is director or supervisor where, as the desk keeps it.
type Directory interface {
	Directory(ctx context.Context, by apply.Actor, q casework.DirectoryQuery) (casework.DirectoryPage, error)
	WholeDirectory(ctx context.Context, by apply.Actor) ([]casework.DirectoryEntry, error)
	DirectoryEntry(ctx context.Context, by apply.Actor, id string) (casework.DirectoryEntry, error)
	NewDirectoryID() (string, error)
	AddToDirectory(ctx context.Context, by apply.Actor, id string, e casework.DirectoryEntry) error
	EditDirectory(ctx context.Context, by apply.Actor, id string, version int, e casework.DirectoryEntry) error
	RemoveFromDirectory(ctx context.Context, by apply.Actor, id string, version int) error
}

const staffDirectory = "/staff/directory"

func (s *Server) staffDirectoryRoutes() []deskRoute {
	if s.cases.Directory == nil {
		return nil
	}
	const get, post, one, file = fiber.MethodGet, fiber.MethodPost, staffDirectory + "/:id", staffDirectory + "/import"
	return []deskRoute{
		{get, staffDirectory, casework.ReadDirectory, s.showStaffDirectory, 0},
		{get, staffDirectory + "/list.csv", casework.ReadDirectory, s.sendDirectoryFile, 0},
		{get, staffDirectory + "/new", casework.EditDirectory, s.showNewEntry, 0},
		{post, staffDirectory + "/new", casework.EditDirectory, s.addEntry, limited},
		{get, file, casework.ImportDirectory, s.showDirectoryUpload, 0},
		{post, file, casework.ImportDirectory, s.takeDirectoryFile, limited | streamed},
		{get, file + "/:id", casework.ImportDirectory, s.showDirectoryImport, 0},
		{post, file + "/:id", casework.ImportDirectory, s.confirmDirectory, limited},
		{get, one, casework.EditDirectory, s.showEntry, 0},
		{post, one, casework.EditDirectory, s.editEntry, limited},
		{post, one + "/remove", casework.EditDirectory, s.removeEntry, limited},
	}
}

type staffDirectoryPage struct {
	staffPage
	Edit   bool
	Fields []field // by which one place is looked for
	Rows   []entryRow
	Done   string
	Next   string
	Later  bool
	Sifted string // what of the list is shown; "" for all
}

// entryRow is an entry of the directory in a list. Path is empty for who may not change it.
type entryRow struct {
	Path, Place, Role, Name, Phone, Since, Public string
	Vacant                                        bool
}

var directoryDone = map[string]bool{"added": true, "changed": true, "removed": true, "imported": true}

func (s *Server) showStaffDirectory(c *fiber.Ctx, u casework.User) error {
	q := casework.DirectoryQuery{Town: c.Query("town"), Village: casework.FirstWords(c.Query("village"), 40), After: c.Query("after"), Limit: rowsFor(c)}
	list, err := s.cases.Directory.Directory(c.UserContext(), u.Actor(), q)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := staffDirectoryPage{staffPage: s.newStaffPage(c, u, "directory.title"), Edit: u.Has(casework.EditDirectory), Later: q.After != ""}
	if done := c.Query("done"); directoryDone[done] {
		view.Done = done
	}
	if u.Everywhere(casework.ReadDirectory) {
		view.Fields = append(view.Fields, s.townField(c, q.Town, true))
	}
	if u.Role != casework.Director {
		view.Fields = append(view.Fields, field{Name: "village", Label: t("child.village"), InputType: "text", Autocomplete: "off", MaxLength: 30, Width: "medium", Optional: true, Value: q.Village})
	}
	view.Sifted = sifted(t, nil, view.Fields)
	for _, e := range list.Entries {
		view.Rows = append(view.Rows, s.entryRow(c, u, e, list.Names))
	}
	if list.Next != "" {
		next := url.Values{"after": {list.Next}}
		for name, value := range map[string]string{"town": q.Town, "village": q.Village} {
			if value != "" {
				next.Set(name, value)
			}
		}
		view.Next = staffDirectory + "?" + next.Encode()
	}
	return s.render(c, "staff-directory", view)
}

func (s *Server) entryRow(c *fiber.Ctx, u casework.User, e casework.DirectoryEntry, names map[string]string) entryRow {
	t := s.words(c)
	row := entryRow{Place: s.townName(c, e.Town), Role: string(e.Role()), Name: e.Name, Phone: e.Phone, Since: s.dayText(c, e.Since), Vacant: e.Vacant()}
	if e.Village != "" {
		row.Place += " " + e.Village
	}
	if u.May(casework.EditDirectory, e.Scope()) && e.ID != "" {
		row.Path = staffDirectory + "/" + e.ID
	}
	switch {
	case e.Vacant():
	case !e.Public:
		row.Public = t("directory.public.no")
	case e.AllowedBy == "" || names == nil:
		row.Public = t("directory.public.yes")
	default:
		row.Public = t("directory.public.by", "Name", names[e.AllowedBy], "Date", s.day(c, e.Allowed))
	}
	return row
}

// townNames finds a town by any of its names.
func (s *Server) townNames() sheet.TownNames {
	out := sheet.TownNames{}
	for _, p := range s.content().Library.Places {
		for _, name := range append([]string{p.ZH, p.EN, p.ID}, p.Also...) {
			out[name] = p.ID
		}
	}
	return out
}

// sendDirectoryFile sends all that the user may see as a file that can be imported again.
func (s *Server) sendDirectoryFile(c *fiber.Ctx, u casework.User) error {
	all, err := s.cases.Directory.WholeDirectory(c.UserContext(), u.Actor())
	if err != nil {
		return err
	}
	return sendTable(c, "directory.csv", func(w io.Writer) error { return casework.WriteDirectory(w, all, s.chineseTown) })
}

// chineseTown is what a town is called in files, which are in Chinese.
func (s *Server) chineseTown(id string) string {
	for _, p := range s.content().Library.Places {
		if p.ID == id {
			return p.ZH
		}
	}
	return id
}

// entryForm is the page on which an entry is added or changed; e is what it is so far.
func (s *Server) entryForm(c *fiber.Ctx, u casework.User, title string, e casework.DirectoryEntry) recordForm {
	t := s.words(c)
	view := recordForm{staffPage: s.newStaffPage(c, u, title), Lead: t("directory.entry.lead"), Back: staffDirectory, Go: t("record.save"), Version: e.Version}
	view.Crumbs = append(view.Crumbs, crumb{t("directory.title"), staffDirectory})
	view.Heading = view.Title
	public := "no"
	if e.Public {
		public = "yes"
	}
	text := func(name, value string, most int) field {
		return field{Name: name, Label: t(fmt.Sprintf("directory.%s", name)), InputType: "text", Autocomplete: "off", MaxLength: most, Width: "medium", Value: c.FormValue(name, value), Optional: true}
	}
	village, name, phone, since := text("village", e.Village, 40), text("name", e.Name, 30), text("phone", e.Phone, 20), text("since", e.Since, 12)
	village.Help, name.Help, since.Help = t("directory.village.help"), t("directory.name.help"), t("directory.since.help")
	phone.InputType, since.Width = "tel", "short"
	if u.Everywhere(casework.EditDirectory) {
		town := s.townField(c, c.FormValue("town", e.Town), false)
		view.Fields = append(view.Fields, town)
	}
	view.Fields = append(view.Fields, village, name, phone, since, field{
		Name: "public", Label: t("directory.public"), Help: t("directory.public.help"), Value: c.FormValue("public", public),
		Options: []content.Option{{Value: "no", Label: t("directory.public.no")}, {Value: "yes", Label: t("directory.public.yes")}},
	})
	return view
}

// postedEntry reads an entry of a form. Who belongs to a town writes into that one.
func (s *Server) postedEntry(c *fiber.Ctx, u casework.User) casework.DirectoryEntry {
	e := casework.DirectoryEntry{Village: c.FormValue("village"), Name: c.FormValue("name"), Phone: c.FormValue("phone"), Since: c.FormValue("since"), Public: c.FormValue("public") == "yes"}
	e.Town = s.postedTown(c, u, casework.EditDirectory)
	return e
}

// postedTown is the town that was chosen, if there is such a one; who may act only there
// acts in the own one, whatever was chosen.
func (s *Server) postedTown(c *fiber.Ctx, u casework.User, a casework.Action) string {
	if !u.Everywhere(a) {
		return u.Area
	}
	for _, o := range s.towns() {
		if o.Value == c.FormValue("town") {
			return o.Value
		}
	}
	return ""
}

func (s *Server) newEntryForm(c *fiber.Ctx, u casework.User, id string) recordForm {
	view := s.entryForm(c, u, "directory.new", casework.DirectoryEntry{Town: c.Query("town")})
	view.Action, view.Hidden = staffDirectory+"/new", []summaryRow{{Key: "id", Value: id}}
	return view
}

func (s *Server) showNewEntry(c *fiber.Ctx, u casework.User) error {
	id, err := s.cases.Directory.NewDirectoryID()
	if err != nil {
		return err
	}
	return s.renderRecord(c, s.newEntryForm(c, u, id), nil)
}

func (s *Server) addEntry(c *fiber.Ctx, u casework.User) error {
	id := c.FormValue("id")
	err := s.cases.Directory.AddToDirectory(c.UserContext(), u.Actor(), id, s.postedEntry(c, u))
	if err != nil {
		return s.renderRecord(c, s.newEntryForm(c, u, id), err)
	}
	return s.redirect(c, staffDirectory+"?done=added")
}

func (s *Server) editForm(c *fiber.Ctx, u casework.User, e casework.DirectoryEntry) recordForm {
	t := s.words(c)
	view := s.entryForm(c, u, "directory.edit", e)
	view.Action = staffDirectory + "/" + e.ID
	view.Other = &recordOther{Title: t("directory.remove"), About: t("directory.remove.about"), Action: view.Action + "/remove", Go: t("directory.remove"), Ends: true}
	if e.Vacant() {
		view.Other.Title, view.Other.About, view.Other.Go = t("directory.remove.village"), t("directory.remove.village.about"), t("directory.remove.village")
	}
	return view
}

func (s *Server) showEntry(c *fiber.Ctx, u casework.User) error { return s.renderEntry(c, u, nil) }

func (s *Server) renderEntry(c *fiber.Ctx, u casework.User, failed error) error {
	e, err := s.cases.Directory.DirectoryEntry(c.UserContext(), u.Actor(), c.Params("id"))
	if err != nil {
		return err
	}
	return s.renderRecord(c, s.editForm(c, u, e), failed)
}

// recordVersion is the version that a page of the desk was made from; 0 for none.
func recordVersion(c *fiber.Ctx) int {
	v, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		return 0
	}
	return v
}

func (s *Server) editEntry(c *fiber.Ctx, u casework.User) error {
	err := s.cases.Directory.EditDirectory(c.UserContext(), u.Actor(), c.Params("id"), recordVersion(c), s.postedEntry(c, u))
	return s.entryChanged(c, u, err, "changed")
}

func (s *Server) removeEntry(c *fiber.Ctx, u casework.User) error {
	err := s.cases.Directory.RemoveFromDirectory(c.UserContext(), u.Actor(), c.Params("id"), recordVersion(c))
	return s.entryChanged(c, u, err, "removed")
}

func (s *Server) entryChanged(c *fiber.Ctx, u casework.User, err error, done string) error {
	var invalid apply.Invalid
	if errors.As(err, &invalid) || errors.Is(err, apply.ErrConflict) {
		return s.renderEntry(c, u, err)
	}
	if err != nil {
		return err
	}
	return s.redirect(c, staffDirectory+"?done="+done)
}
