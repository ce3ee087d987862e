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

// Photos are those of visits, reports and talks in villages. They are kept as the files of
// families are.
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
	casework.EventCase:       "/photos",
}

// photoCase is a case with photos, and whether the user may add some to it and take some
// out, which for a talk in several villages no scope tells.
type photoCase struct {
	deskCase
	Adds, Takes bool
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
	add := func(kind casework.CaseKind, path string, of albumOpener) {
		at, needs := path+albums[kind], casework.Album{Case: casework.Case{Kind: kind}}
		out = append(out,
			deskRoute{get, at, needs.SeenBy(), s.ofAlbum(needs.SeenBy(), of, s.showPhotos), 0},
			deskRoute{post, at, needs.AddedBy(), s.ofAlbum(needs.AddedBy(), of, s.addPhotos), streamed},
			deskRoute{get, at + "/:file", needs.SeenBy(), s.showPhoto(kind), 0},
			deskRoute{post, at + "/:file/remove", needs.AddedBy(), s.ofAlbum(needs.AddedBy(), of, s.removePhoto), 0})
	}
	for _, k := range deskCases {
		add(k.kind, k.path, s.albumOf(k.kind, k.open))
	}
	if s.cases.Events != nil {
		add(casework.EventCase, eventsPath+"/:id", s.eventAlbum)
	}
	return out
}

// albumOpener opens the case of the address for who may do this with it.
type albumOpener func(c *fiber.Ctx, u casework.User, needs casework.Action) (*photoCase, error)

// ofAlbum gives a handler the case of the address. Photos of a case that has ended can
// still be seen.
func (s *Server) ofAlbum(needs casework.Action, open albumOpener, handle func(*fiber.Ctx, casework.User, *photoCase) error) func(*fiber.Ctx, casework.User) error {
	return func(c *fiber.Ctx, u casework.User) error {
		of, err := open(c, u, needs)
		if err != nil {
			return err
		}
		return handle(c, u, of)
	}
}

// albumOf opens a case that is handled, whose scope tells who adds.
func (s *Server) albumOf(kind casework.CaseKind, open caseOpener) albumOpener {
	adds := casework.Album{Case: casework.Case{Kind: kind}}.AddedBy()
	return func(c *fiber.Ctx, u casework.User, needs casework.Action) (*photoCase, error) {
		of, err := open(s, c, u, needs)
		if err != nil {
			return nil, err
		}
		mine := u.May(adds, of.Scope) && !of.Over
		return &photoCase{*of, mine, mine}, nil
	}
}

// eventAlbum opens a talk, for who keeps it where photos are added.
func (s *Server) eventAlbum(c *fiber.Ctx, u casework.User, needs casework.Action) (*photoCase, error) {
	f, err := s.cases.Events.Event(c.UserContext(), u.Actor(), c.Params("id"))
	if err != nil {
		return nil, err
	}
	of := casework.Case{Kind: casework.EventCase, ID: f.Event.ID}
	if !f.Keep && needs == (casework.Album{Case: of}).AddedBy() {
		return nil, casework.ErrForbidden
	}
	open := f.Event.Pictured(s.now())
	return &photoCase{deskCase{Case: of, Number: s.contentText(c, f.Event.Title), Path: pathOfCase(of), Over: !open}, f.Keep && open, f.Keep}, nil
}

func albumAt(c *fiber.Ctx, of casework.Case) casework.Album {
	return casework.Album{Case: of, Of: c.Params("visit")}
}

// photosPage shows an album, with what it takes to add to it.
type photosPage struct {
	staffPage
	Heading, Of string // what the photos are of
	Kind        string // see [casework.CaseKind]
	Path, Back  string
	Photos      []photoShown
	Upload      field
	Notice      string
	Add, Full   bool
	Over        bool
	Problems    []problem
}

// photoShown is a photo with who added it; Remove is where somebody who may takes it back.
type photoShown struct {
	shownFile
	By, Remove string
}

// photosDone are the words with which the page says what was done.
var photosDone = map[string]bool{"added": true, "removed": true}

func (s *Server) showPhotos(c *fiber.Ctx, u casework.User, of *photoCase) error {
	return s.renderPhotos(c, u, of, nil)
}

func (s *Server) renderPhotos(c *fiber.Ctx, u casework.User, of *photoCase, invalid apply.Invalid) error {
	t, album := s.words(c), albumAt(c, of.Case)
	photos, err := s.cases.Photos.Photos(c.UserContext(), u.Actor(), album)
	if err != nil {
		return err
	}
	view := photosPage{staffPage: s.newStaffPage(c, u, fmt.Sprintf("photos.of.%s", of.Kind)), Of: of.Number, Kind: string(of.Kind), Path: albumPath(album), Back: of.Path, Over: of.Over}
	view.Heading = view.Title
	view.Crumbs = append(view.Crumbs, s.crumbOf(c, &of.deskCase))
	if done := c.Query("done"); photosDone[done] && len(invalid) == 0 {
		view.Notice = t(fmt.Sprintf("photos.done.%s", done))
	}
	view.Full = len(photos) >= casework.MaxPhotos
	view.Add = of.Adds && !view.Full
	for i, p := range photos {
		one := s.photoShown(c, view.Path, p, i+1)
		if of.Takes && album.TakesBack(u.ID, p) {
			one.Remove = view.Path + "/" + p.ID + "/remove"
		}
		view.Photos = append(view.Photos, one)
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

// photoShown is one photo as the page has it.
func (s *Server) photoShown(c *fiber.Ctx, path string, p casework.Photo, number int) photoShown {
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
	return one
}

// addPhotos keeps what was posted. Each photo that can be kept is, whatever becomes of the
// others.
func (s *Server) addPhotos(c *fiber.Ctx, u casework.User, of *photoCase) error {
	album := albumAt(c, of.Case)
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
		if of.ID == "" {
			ref, ok := apply.ParseReference(c.Params("ref"))
			if !ok {
				return fiber.ErrNotFound
			}
			of.ID = string(ref)
		}
		album := albumAt(c, of)
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

func (s *Server) removePhoto(c *fiber.Ctx, u casework.User, of *photoCase) error {
	album := albumAt(c, of.Case)
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
