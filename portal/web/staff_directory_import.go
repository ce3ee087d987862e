package web

import (
	"context"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/sheet"
)

// DirectoryImports put a file in the directory's place: it is sent, checked and shown, and
// counts once it is confirmed.
type DirectoryImports interface {
	SendDirectory(ctx context.Context, by apply.Actor, body []byte) (string, error)
	DirectoryImport(ctx context.Context, by apply.Actor, id string, read func([]byte, string) casework.DirectoryFile) (casework.DirectoryImport, error)
	ConfirmDirectory(ctx context.Context, by apply.Actor, id, hash, base string, read func([]byte, string) casework.DirectoryFile) error
}

const directoryImport = staffDirectory + "/import"

func (s *Server) parseDirectory(b []byte, town string) casework.DirectoryFile {
	return casework.ParseDirectory(b, s.townNames(), town, s.now())
}

// uploadForm is a page to which a file is given.
func (s *Server) uploadForm(c *fiber.Ctx, u casework.User, title string) recordForm {
	t := s.words(c)
	view := recordForm{staffPage: s.newStaffPage(c, u, title), Go: t("import.check")}
	view.Heading = view.Title
	view.Upload = &field{Name: "file", Label: t("import.file"), Help: t("import.file.help", "Max", s.fileSize(c, sheet.MaxBytes))}
	return view
}

func (s *Server) directoryUpload(c *fiber.Ctx, u casework.User) recordForm {
	view := s.uploadForm(c, u, "directory.import")
	view.Lead, view.Action, view.Back = s.words(c)("directory.import.lead"), directoryImport, staffDirectory
	view.Crumbs = append(view.Crumbs, crumb{s.words(c)("directory.title"), staffDirectory})
	return view
}

func (s *Server) showDirectoryUpload(c *fiber.Ctx, u casework.User) error {
	return s.renderRecord(c, s.directoryUpload(c, u), nil)
}

// readTableFile reads the one file of a page; the error is [apply.Invalid] where there is
// none or it is too large.
func (s *Server) readTableFile(c *fiber.Ctx) ([]byte, error) {
	var body []byte
	large := false
	_, err := s.readForm(c, func(f sent) error {
		if f.field == "file" {
			body, large = f.body, f.large || len(f.body) > sheet.MaxBytes
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case large:
		return nil, apply.Invalid{{Field: "file", Key: sheet.KeyLarge, Args: map[string]any{"Max": s.fileSize(c, sheet.MaxBytes)}}}
	case len(body) == 0:
		return nil, apply.Invalid{{Field: "file", Key: sheet.KeyEmpty}}
	}
	return body, nil
}

func (s *Server) takeDirectoryFile(c *fiber.Ctx, u casework.User) error {
	body, err := s.readTableFile(c)
	if err != nil {
		return s.renderRecord(c, s.directoryUpload(c, u), err)
	}
	id, err := s.cases.DirectoryImports.SendDirectory(c.UserContext(), u.Actor(), body)
	if err != nil {
		return err
	}
	return s.redirect(c, directoryImport+"/"+id)
}

// importPage shows what a file would change, or what is wrong with it.
type importPage struct {
	staffPage
	Heading, Whose string
	Path, Again    string // where it is confirmed, and where another file is given
	Hash, Base     string
	Wrong          []faultRow // of the file; Faults are those of the content, on every page of the desk
	Parts          []importPart
	Same           int
	Done, None     bool
	Moved          bool // something was changed since it was checked
}

type faultRow struct{ Where, Column, Text string }

// importPart are the lines of a file that are added, changed or removed.
type importPart struct {
	ID, Title string
	Rows      []importRow
}

type importRow struct{ What, Detail string }

func (s *Server) showDirectoryImport(c *fiber.Ctx, u casework.User) error {
	return s.renderDirectoryImport(c, u, false)
}

func (s *Server) renderDirectoryImport(c *fiber.Ctx, u casework.User, moved bool) error {
	in, err := s.cases.DirectoryImports.DirectoryImport(c.UserContext(), u.Actor(), c.Params("id"), s.parseDirectory)
	if err != nil {
		return err
	}
	t := s.words(c)
	view := importPage{staffPage: s.newStaffPage(c, u, "directory.import"), Path: directoryImport + "/" + in.ID, Again: directoryImport, Hash: in.File.Hash, Base: in.Base, Same: in.Change.Same, Done: in.Done, None: in.Change.None(), Moved: moved}
	view.Crumbs = append(view.Crumbs, crumb{t("directory.title"), staffDirectory})
	view.Heading, view.Whose = view.Title, t("figures.city")
	if in.Town != "" {
		view.Whose = s.townName(c, in.Town)
	}
	view.Wrong = s.faultRows(c, in.File.Faults)
	if len(view.Wrong) == 0 && !in.Done {
		view.Parts = s.directoryParts(c, u, in.Change)
	}
	return s.render(c, "staff-import", view)
}

func (s *Server) faultRows(c *fiber.Ctx, faults []sheet.Fault) []faultRow {
	t := s.words(c)
	var out []faultRow
	for _, f := range faults {
		row := faultRow{Column: f.Column, Text: s.problemWords(c, f.Problem, true)}
		if row.Where = t("import.whole"); f.Line > 0 {
			row.Where = t("import.line", "Line", f.Line)
		}
		out = append(out, row)
	}
	return out
}

func (s *Server) directoryParts(c *fiber.Ctx, u casework.User, change casework.DirectoryChange) []importPart {
	t := s.words(c)
	line := func(e casework.DirectoryEntry) importRow {
		row := s.entryRow(c, u, e, nil)
		out := importRow{What: row.Place + " · " + t(fmt.Sprintf("staff.role.%s", row.Role)) + " · " + row.Name}
		if row.Vacant {
			out.What = row.Place + " · " + t("directory.vacant")
		}
		for _, more := range []string{row.Phone, row.Since, row.Public} {
			if more != "" && out.Detail != "" {
				out.Detail += " · "
			}
			out.Detail += more
		}
		return out
	}
	var out []importPart
	part := func(id string, rows []importRow) {
		if len(rows) > 0 {
			out = append(out, importPart{id, t(fmt.Sprintf("import.%s", id), "Count", len(rows)), rows})
		}
	}
	var added, changed, removed []importRow
	for _, e := range change.Added {
		added = append(added, line(e))
	}
	for _, e := range change.Changed {
		row := line(e.After)
		row.Detail = t("import.before.after", "Before", line(e.Before).Detail, "After", row.Detail)
		changed = append(changed, row)
	}
	for _, e := range change.Removed {
		removed = append(removed, line(e))
	}
	part("removed", removed)
	part("changed", changed)
	part("added", added)
	return out
}

func (s *Server) confirmDirectory(c *fiber.Ctx, u casework.User) error {
	err := s.cases.DirectoryImports.ConfirmDirectory(c.UserContext(), u.Actor(), c.Params("id"), c.FormValue("hash"), c.FormValue("base"), s.parseDirectory)
	if errors.Is(err, apply.ErrConflict) {
		c.Status(fiber.StatusConflict)
		return s.renderDirectoryImport(c, u, true)
	}
	if err != nil {
		return err
	}
	return s.redirect(c, staffDirectory+"?done=imported")
}
