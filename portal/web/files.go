package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/intake"
)

// filePolicy is for files that strangers made: they may load and run nothing, and
// have no part in this site.
const filePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

// sendFile sends an attached file. It has a name of ours, and only pictures that we
// have written ourselves are shown; a PDF is saved.
func sendFile(c *fiber.Ctx, kind string, body []byte) error {
	c.Set(fiber.HeaderContentSecurityPolicy, filePolicy)
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	if kind == string(intake.JPEG) {
		c.Set(fiber.HeaderContentType, "image/jpeg")
		c.Set(fiber.HeaderContentDisposition, `inline; filename="photo.jpg"`)
	} else {
		c.Set(fiber.HeaderContentType, "application/pdf")
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="document.pdf"`)
	}
	return c.Send(body)
}

// sendOwn sends a file of an application that the browser holds. A file of any other
// is not there.
func (s *Server) sendOwn(c *fiber.Ctx, a *apply.Application) error {
	f, ok := a.File(c.Params("file"))
	if !ok {
		return fiber.ErrNotFound
	}
	small := c.Query("size") == "small"
	body, err := s.cases.Files.ReadFile(c.UserContext(), a.Reference, f.ID, small)
	if err != nil {
		return err
	}
	return sendFile(c, f.Kind, body)
}

// showOwnFile sends a file to who holds the application for the policy of the address.
func (s *Server) showOwnFile(c *fiber.Ctx) error {
	_, a, err := s.openDraft(c)
	if err != nil {
		return err
	}
	if a == nil {
		return fiber.ErrNotFound
	}
	if a, err = s.siblingWith(c, a); err != nil {
		return err
	}
	return s.sendOwn(c, a)
}

// siblingWith returns the one of a's household that has the file of the address; a where none
// has. A photo's address names no child, and another tab may have gone on to a brother: the
// browser stays with him.
func (s *Server) siblingWith(c *fiber.Ctx, a *apply.Application) (*apply.Application, error) {
	if _, ok := a.File(c.Params("file")); ok || a.Household == "" {
		return a, nil
	}
	all, err := s.cases.Households.Household(c.UserContext(), a.Reference)
	if err != nil {
		return nil, err
	}
	for _, other := range all {
		if _, ok := other.File(c.Params("file")); ok && other.Policy == a.Policy {
			return other, nil
		}
	}
	return a, nil
}

// showTrackedFile sends a file of the application that the browser follows.
func (s *Server) showTrackedFile(c *fiber.Ctx) error {
	a, err := s.held(c, caseCookie)
	if err != nil {
		return err
	}
	return s.sendOwn(c, a)
}

// showCaseFile sends a file to staff, as far as role and area reach. Each look is in
// the audit before the first byte is sent.
func (s *Server) showCaseFile(c *fiber.Ctx, u casework.User) error {
	a, err := s.caseFor(c, u, casework.OpenFile)
	if err != nil {
		return err
	}
	f, ok := a.File(c.Params("file"))
	if !ok || !s.readable(f) {
		return fiber.ErrNotFound
	}
	body, err := s.cases.Files.ReadFileForStaff(c.UserContext(), u.Actor(), a.Reference, f.ID)
	if err != nil {
		return err
	}
	return sendFile(c, f.Kind, body)
}

// readable reports whether staff may open a file. Where files are scanned they wait
// for the verdict.
func (s *Server) readable(f apply.File) bool {
	return f.State == apply.FileClean || !s.scans && f.State != apply.FileInfected
}

// trackFiling is where the family gives what the office asks for.
func (s *Server) trackFiling(c *fiber.Ctx, a *apply.Application) filing {
	p, _ := s.policy(c, a.Policy)
	return filing{policy: p, app: a, base: "/track/documents", files: "/track/files/"}
}

// withAsked hands the followed application to a handler while the office waits for
// more; otherwise it leads to where the application stands.
func (s *Server) withAsked(handle func(*fiber.Ctx, filing) error) fiber.Handler {
	return s.followed(func(c *fiber.Ctx, a *apply.Application) error {
		if a.State != apply.MoreNeeded {
			return s.unkept(c, "/track/status")
		}
		return handle(c, s.trackFiling(c, a))
	})
}

// caseDocument is a document of the desk's checklist with what the family gave for it.
type caseDocument struct {
	content.Document
	Files   []caseFile
	OnPaper bool
	Other   bool // not from the policy's list
}

// caseFile is an attached file as the desk sees it; without a path it cannot be opened.
type caseFile struct{ Name, Size, Path, Note string }

// caseDocuments puts the files beside the documents they are for. Those for a
// document that the answers no longer call for come last.
func (s *Server) caseDocuments(c *fiber.Ctx, p *content.Policy, a *apply.Application) []caseDocument {
	var out []caseDocument
	listed := map[string]bool{}
	for _, d := range p.DocumentsFor(content.Answers(a.Answers)) {
		listed[d.Name] = true
		out = append(out, caseDocument{Document: d, Files: s.caseFiles(c, a, d.Name), OnPaper: a.OnPaper(d.Name)})
	}
	other := caseDocument{Document: content.Document{Name: apply.OtherDocument}, Other: true}
	for _, f := range a.Files {
		if !listed[f.Document] {
			listed[f.Document] = true
			other.Files = append(other.Files, s.caseFiles(c, a, f.Document)...)
		}
	}
	if len(other.Files) > 0 {
		out = append(out, other)
	}
	return out
}

func (s *Server) caseFiles(c *fiber.Ctx, a *apply.Application, document string) []caseFile {
	t := s.words(c)
	var out []caseFile
	for i, f := range s.shownFiles(c, a, document, "") {
		one := caseFile{Name: f.Name, Size: f.Size}
		state := apply.FileState(f.State)
		switch file := a.FilesOf(document)[i]; {
		case s.readable(file):
			one.Path = casePath(a.Reference, "files") + "/" + f.ID
			if !s.scans && state != apply.FileClean {
				one.Note = t("staff.file.unscanned")
			}
		default:
			one.Note = t(fmt.Sprintf("staff.file.%s", f.State))
		}
		out = append(out, one)
	}
	return out
}
