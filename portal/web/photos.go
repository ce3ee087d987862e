package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/intake"
)

// Photos are those of visits and reports. They are kept as the files of families are.
type Photos interface {
	Photos(ctx context.Context, by apply.Actor, a casework.Album) ([]casework.Photo, error)
	AddPhoto(ctx context.Context, by apply.Actor, a casework.Album, f apply.NewFile) error
	ReadPhoto(ctx context.Context, by apply.Actor, a casework.Album, id string, small bool) (apply.File, []byte, error)
	RemovePhoto(ctx context.Context, by apply.Actor, a casework.Album, id string) error
}

// albums says of each kind of case where the photos of an album are, below the case.
var albums = map[casework.CaseKind]string{
	casework.ApplicationCase: "/visits/:visit/photos",
	casework.ChildCase:       "/visits/:visit/photos",
	casework.ReportCase:      "/photos",
}

// albumPath is where an album is.
func albumPath(a casework.Album) string {
	path := pathOfCase(a.Case)
	if a.Of != "" {
		path += "/visits/" + url.PathEscape(a.Of)
	}
	return path + "/photos"
}

func (s *Server) photoRoutes() []deskRoute {
	if s.cases.Photos == nil {
		return nil
	}
	const get, post = fiber.MethodGet, fiber.MethodPost
	var out []deskRoute
	for _, k := range deskCases {
		at, needs := k.path+albums[k.kind], casework.Album{Case: casework.Case{Kind: k.kind}}
		out = append(out,
			deskRoute{get, at, needs.SeenBy(), s.ofAlbum(needs.SeenBy(), k.open, s.showPhotos), 0},
			deskRoute{post, at, needs.AddedBy(), s.ofAlbum(needs.AddedBy(), k.open, s.addPhotos), streamed},
			deskRoute{get, at + "/:file", needs.SeenBy(), s.showPhoto(k.kind), 0},
			deskRoute{post, at + "/:file/remove", needs.AddedBy(), s.ofAlbum(needs.AddedBy(), k.open, s.removePhoto), 0})
	}
	return out
}

// ofAlbum gives a handler the case of the address for who may do this with it. Photos of
// a case that has ended can still be seen.
func (s *Server) ofAlbum(needs casework.Action, open caseOpener, handle func(*fiber.Ctx, casework.User, *deskCase) error) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		of, err := open(s, c, u, needs)
		if err != nil {
			return err
		}
		return handle(c, u, of)
	}
}

func albumOf(c *fiber.Ctx, of casework.Case) casework.Album {
	return casework.Album{Case: of, Of: c.Params("visit")}
}

// photosPage shows an album, with what it takes to add to it.
type photosPage struct {
	staffPage
	Heading, Of string // what the photos are of
	Path, Back  string
	Photos      []photoShown
	Upload      field
	Notice      string
	Add, Full   bool
	Over        bool
	Problems    []problem
}

// photoShown is a photo with who added it; Remove is where the one who did takes it back.
type photoShown struct {
	shownFile
	By, Remove string
}

// photosDone are the words with which the page says what was done.
var photosDone = map[string]bool{"added": true, "removed": true}

func (s *Server) showPhotos(c *fiber.Ctx, u casework.User, of *deskCase) error {
	return s.renderPhotos(c, u, of, nil)
}

func (s *Server) renderPhotos(c *fiber.Ctx, u casework.User, of *deskCase, invalid apply.Invalid) error {
	t, album := s.words(c), albumOf(c, of.Case)
	photos, err := s.cases.Photos.Photos(c.UserContext(), u.Actor(), album)
	if err != nil {
		return err
	}
	view := photosPage{staffPage: s.newStaffPage(c, u, fmt.Sprintf("photos.of.%s", of.Kind)), Of: of.Number, Path: albumPath(album), Back: of.Path, Over: of.Over}
	view.Heading = view.Title
	view.Crumbs = append(view.Crumbs, crumb{of.Number, of.Path})
	if done := c.Query("done"); photosDone[done] && len(invalid) == 0 {
		view.Notice = t(fmt.Sprintf("photos.done.%s", done))
	}
	mine := u.May(album.AddedBy(), of.Scope) && !of.Over
	view.Full = len(photos) >= casework.MaxPhotos
	view.Add = mine && !view.Full
	for i, p := range photos {
		view.Photos = append(view.Photos, s.photoShown(c, u, view.Path, p, i+1, mine))
	}
	fields := []field{s.photoField(c)}
	view.Problems = s.noteProblems(c, fields, invalid)
	if view.Upload = fields[0]; len(view.Problems) > 0 {
		s.wrong(c, &view.page)
	}
	return s.render(c, "staff-photos", view)
}

// photoField asks for photos, on the desk and of who reports.
func (s *Server) photoField(c *fiber.Ctx) field {
	t := s.words(c)
	return field{Name: "file", Label: t("photos.choose"), Help: t("photos.help", "Size", intake.MaxSize>>20, "Max", casework.MaxPhotos), InputType: "file"}
}

// photoShown is one photo as the page has it; mine says whether the user may add here.
func (s *Server) photoShown(c *fiber.Ctx, u casework.User, path string, p casework.Photo, number int, mine bool) photoShown {
	t := s.words(c)
	one := photoShown{shownFile: shownFile{ID: p.ID, Name: t("documents.file.jpeg", "Number", number), Size: s.fileSize(c, p.Size), State: string(p.State)}}
	if s.readable(p.File) {
		one.Path = path + "/" + p.ID
		one.Small = one.Path + "?size=small"
	} else {
		one.Note = t(fmt.Sprintf("staff.file.%s", p.State))
	}
	who := p.Name
	if p.By == "" {
		who = t("photos.reporter")
	}
	one.By = t("photos.by", "Name", who, "Date", s.moment(c, p.Added))
	if mine && p.By == u.ID {
		one.Remove = path + "/" + p.ID + "/remove"
	}
	return one
}

// addPhotos keeps what was posted. Each photo that can be kept is, whatever becomes of the
// others.
func (s *Server) addPhotos(c *fiber.Ctx, u casework.User, of *deskCase) error {
	album := albumOf(c, of.Case)
	_, n, invalid, err := s.takePhotos(c, s.checkPosted, func(f apply.NewFile) error {
		return s.cases.Photos.AddPhoto(c.UserContext(), u.Actor(), album, f)
	})
	switch {
	case errors.Is(err, apply.ErrConflict): // it has ended meanwhile
		return s.redirect(c, albumPath(album))
	case err != nil:
		return err
	case n == 0 && len(invalid) == 0:
		invalid = apply.Invalid{{Field: "file", Key: casework.KeyChoosePhoto}}
	}
	if len(invalid) > 0 {
		return s.renderPhotos(c, u, of, invalid)
	}
	return s.redirect(c, albumPath(album)+"?done=added")
}

// takePhotos reads a posted page whose files are photos, and counts those that are kept.
// check is asked before the first of them with what stood in the fields until then.
func (s *Server) takePhotos(c *fiber.Ctx, check func(*fiber.Ctx, url.Values) error, keep func(apply.NewFile) error) (url.Values, int, apply.Invalid, error) {
	var invalid apply.Invalid
	n := 0
	values, err := s.readFormBy(c, check, func(file sent) error {
		err := s.clean(c, file, apply.NewFile{}, keep)
		var refusal *intake.RefusedError
		var wrong apply.Invalid
		switch {
		case errors.As(err, &refusal):
			wrong = apply.Invalid{{Field: "file", Key: fmt.Sprintf("error.file.%s", refusal.Reason), Args: map[string]any{"Max": intake.MaxSize >> 20}}}
			if refusal.Reason == intake.Unknown {
				wrong[0].Key = casework.KeyNoPhoto
			}
		case errors.As(err, &wrong):
		case err != nil:
			return err
		default:
			n++
		}
		invalid = append(invalid, wrong...)
		return nil
	})
	return values, n, invalid, err
}

// showPhoto sends a photo, or its small picture, to who may see it; the look is in the
// audit before the first byte is sent.
func (s *Server) showPhoto(kind casework.CaseKind) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		of := casework.Case{Kind: kind, ID: c.Params("id")}
		if kind != casework.ChildCase {
			ref, ok := apply.ParseReference(c.Params("ref"))
			if !ok {
				return fiber.ErrNotFound
			}
			of.ID = string(ref)
		}
		album := albumOf(c, of)
		f, body, err := s.cases.Photos.ReadPhoto(c.UserContext(), u.Actor(), album, c.Params("file"), c.Query("size") == "small")
		if errors.Is(err, casework.ErrForbidden) {
			return s.deny(c, u, album.SeenBy(), apply.Reference(of.ID))
		}
		if err != nil {
			return err
		}
		if !s.readable(f) {
			return fiber.ErrNotFound
		}
		return sendFile(c, f.Kind, body)
	}
}

func (s *Server) removePhoto(c *fiber.Ctx, u casework.User, of *deskCase) error {
	album := albumOf(c, of.Case)
	err := s.cases.Photos.RemovePhoto(c.UserContext(), u.Actor(), album, c.Params("file"))
	switch {
	case errors.Is(err, casework.ErrForbidden):
		return s.deny(c, u, album.AddedBy(), apply.Reference(of.ID))
	case errors.Is(err, apply.ErrConflict):
		return s.redirect(c, albumPath(album))
	case err != nil:
		return err
	}
	return s.redirect(c, albumPath(album)+"?done=removed")
}

// albumLink leads to an album from the record that it belongs to; without a path there is
// nothing to see and nothing to add.
func (s *Server) albumLink(c *fiber.Ctx, u casework.User, of *deskCase, photos []casework.Photo, name string) deskLink {
	album := casework.Album{Case: of.Case, Of: name}
	n := 0
	for _, p := range photos {
		if p.Of == name {
			n++
		}
	}
	switch {
	case n > 0:
		return deskLink{Text: s.words(c)("photos.count", "Count", n), Path: albumPath(album)}
	case u.May(album.AddedBy(), of.Scope) && !of.Over:
		return deskLink{Text: s.words(c)("photos.add"), Path: albumPath(album)}
	}
	return deskLink{}
}

// photosOf are those of all albums of a case.
func (s *Server) photosOf(c *fiber.Ctx, u casework.User, of casework.Case) ([]casework.Photo, error) {
	if s.cases.Photos == nil {
		return nil, nil
	}
	return s.cases.Photos.Photos(c.UserContext(), u.Actor(), casework.Album{Case: of})
}

// visitsPanel lists the visits at home that verified an application, each with its photos.
func (s *Server) visitsPanel(c *fiber.Ctx, u casework.User, a *apply.Application) (any, error) {
	of := s.ofApplication(c, a)
	photos, err := s.photosOf(c, u, of.Case)
	if err != nil || s.cases.Photos == nil {
		return nil, err
	}
	var out []visitPhotos
	for _, e := range a.Events {
		if e.Visit != nil {
			out = append(out, visitPhotos{s.dayText(c, e.Visit.Day), s.albumLink(c, u, of, photos, strconv.Itoa(e.Number))})
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// visitPhotos is a visit with the way to its photos.
type visitPhotos struct {
	Day   string
	Album deskLink
}
