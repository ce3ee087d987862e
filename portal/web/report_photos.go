package web

import (
	"context"
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// ReportPhotos takes photos from who knows number and code of a report. Nobody gets one
// back that way.
type ReportPhotos interface {
	AddReportPhoto(ctx context.Context, ref apply.Reference, code apply.Code, client string, f apply.NewFile) (casework.ReportState, error)
}

// addReportPhotos puts photos to a report that was sent already: its words are never kept
// waiting by pictures on a slow line, and nothing of them is lost with one that fails.
// Number and code stand in the form before the photos, and go from page to page in it alone.
func (s *Server) addReportPhotos(c *fiber.Ctx) error {
	if !s.fromHere(c) {
		return errStaleForm
	}
	var ref apply.Reference
	var code apply.Code
	var state casework.ReportState
	read := func(_ *fiber.Ctx, values url.Values) error {
		ref, _ = apply.ParseReference(values.Get("number"))
		code, _ = apply.ParseCode(values.Get("code"))
		return nil
	}
	values, n, invalid, err := s.takePhotos(c, read, func(f apply.NewFile) (err error) {
		state, err = s.cases.ReportPhotos.AddReportPhoto(c.UserContext(), ref, code, c.IP(), f)
		return err
	})
	if n == 0 && err == nil { // to say how far the report is, and that it is theirs
		state, err = s.cases.ReportBox.FollowReport(c.UserContext(), ref, code, c.IP())
		if len(invalid) == 0 {
			invalid = apply.Invalid{{Field: "file", Key: casework.KeyChoosePhoto}}
		}
	}
	var locked *apply.LockedError
	if err != nil && !errors.As(err, &locked) && !errors.Is(err, apply.ErrNotFound) {
		return err
	}
	p := s.newFollowPage(c)
	if values != nil {
		p.Number.Value, p.Code.Value = values.Get("number"), values.Get("code")
	}
	if wrong := s.openProblem(c, err); wrong != "" {
		p.Number.Error = wrong
		p.Problems = []problem{{Field: p.Number.ID(), Text: wrong}}
		s.wrong(c, &p.page)
		return s.render(c, "report-follow", p)
	}
	p.State, p.Sent = string(state), n
	fields := []field{p.Upload}
	if p.Problems = s.noteProblems(c, fields, invalid); len(p.Problems) > 0 {
		s.wrong(c, &p.page)
	}
	p.Upload = fields[0]
	return s.render(c, "report-follow", p)
}

// photosForm asks who reported for photos; number and code are sent along.
type photosForm struct {
	Number, Code string
	Upload       field
}
