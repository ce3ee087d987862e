package web

import (
	"fmt"
	"slices"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/intake"
)

// shownFile is an attached file as a page shows it.
type shownFile struct {
	ID        string
	Name      string // “photo 1”, never a name from somebody's phone
	Size      string
	Path      string // "" if it cannot be opened
	Small     string // path of the small picture; "" for none
	Note      string // what is to be known of its state
	State     string
	Removable bool
}

// shownFiles lists the files of a document. prefix is where they are opened; "" for
// a page on which nobody opens them.
func (s *Server) shownFiles(c *fiber.Ctx, a *apply.Application, document, prefix string) []shownFile {
	t := s.words(c)
	var out []shownFile
	for i, f := range a.FilesOf(document) {
		one := shownFile{
			ID: f.ID, Name: t(fmt.Sprintf("documents.file.%s", f.Kind), "Number", i+1), Size: s.fileSize(c, f.Size),
			State: string(f.State), Note: s.fileNote(c, f), Removable: a.Removable(f),
		}
		if prefix != "" && f.State != apply.FileInfected {
			one.Path = prefix + f.ID
			if f.Kind == string(intake.JPEG) {
				one.Small = one.Path + "?size=small"
			}
		}
		out = append(out, one)
	}
	return out
}

// fileNote says what the family is to know of a file's state; nothing where all is
// well or nothing is checked.
func (s *Server) fileNote(c *fiber.Ctx, f apply.File) string {
	if f.State == apply.FileClean || !s.scans && f.State != apply.FileInfected {
		return ""
	}
	return s.words(c)(fmt.Sprintf("documents.state.%s", f.State))
}

func (s *Server) fileSize(c *fiber.Ctx, bytes int64) string {
	if kb := (bytes + 1023) >> 10; kb < 1024 {
		return s.words(c)("documents.size.kb", "Size", kb)
	}
	return s.words(c)("documents.size.mb", "Size", fmt.Sprintf("%.1f", float64(bytes)/(1<<20)))
}

// paperRow is a document with what the family gives for it, as a list shows it.
type paperRow struct {
	Title, Lang string
	Words       string
	Files       []shownFile
	Given       bool
	Change      string // path to change it; "" for none
}

// paperRows lists what is given for each document, and what for none of them.
func (s *Server) paperRows(c *fiber.Ctx, p page, f filing, change string) []paperRow {
	documents := f.documents()
	if f.draft() || len(f.app.FilesOf(apply.OtherDocument)) == 0 {
		documents = slices.DeleteFunc(documents, func(d content.Document) bool { return d.Name == apply.OtherDocument })
	}
	var out []paperRow
	for _, d := range documents {
		field := s.documentField(c, p, f, d, nil)
		row := paperRow{Title: field.Title, Lang: field.Lang, Files: field.Files, Words: s.givenWords(c, field), Given: len(field.Files) > 0 || field.OnPaper}
		if change != "" {
			row.Change = change + "#" + d.Name
			if p.Elder() && f.base != "" {
				row.Change = withParam(f.at(d.Name), formTo[1:], "review")
			}
		}
		out = append(out, row)
	}
	return out
}

// givenWords says how a document is given.
func (s *Server) givenWords(c *fiber.Ctx, d documentField) string {
	t := s.words(c)
	switch n := len(d.Files); {
	case n > 0 && d.OnPaper:
		return t("documents.given.both", "Count", n)
	case n > 0:
		return t("documents.given", "Count", n)
	case d.OnPaper:
		return t("documents.given.paper")
	}
	return t("documents.given.none")
}
