package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// photoFiles begins the name of the place in the case where the photos of an album lie.
const photoFiles = "photo:"

// mayAlbum returns nil if the user may do what needs says with the album of a case that is
// there. Whoever adds must find the case open.
func (s *Store) mayAlbum(ctx context.Context, tx *sql.Tx, by apply.Actor, a casework.Album, needs casework.Action) error {
	over, err := s.permitAlbum(ctx, tx, by, a, needs)
	if err != nil {
		return err
	}
	if over && needs == a.AddedBy() {
		return apply.ErrConflict
	}
	return albumThere(ctx, tx, a)
}

// permitAlbum returns nil if the user may do this with photos of the case, and whether the
// case takes none, or none any more.
func (s *Store) permitAlbum(ctx context.Context, tx *sql.Tx, by apply.Actor, a casework.Album, needs casework.Action) (over bool, err error) {
	if storable(a.Case.ID) != a.Case.ID {
		return false, apply.ErrNotFound
	}
	if a.Case.Kind == casework.EventCase {
		return s.permitEventAlbum(ctx, tx, by, a, needs)
	}
	at, over, err := caseScope(ctx, tx, a.Case)
	if err != nil {
		return false, err
	}
	return over, permit(ctx, tx, by, needs, &at)
}

// permitEventAlbum asks for villages as the page of the talk does: whoever has one of them
// sees photos, who keeps talks in all of them adds some.
func (s *Store) permitEventAlbum(ctx context.Context, tx *sql.Tx, by apply.Actor, a casework.Album, needs casework.Action) (over bool, err error) {
	e, err := s.event(ctx, tx, a.Case.ID, "")
	if err != nil {
		return false, err
	}
	u, err := reader(ctx, tx, by, needs)
	if err != nil {
		return false, err
	}
	may := u.MayInAny
	if needs == a.AddedBy() {
		may = u.MayInAll
	}
	if !may(needs, e.Town, e.Villages) {
		return false, fmt.Errorf("%s by %s: %w", needs, u.Role, casework.ErrForbidden)
	}
	return !e.Pictured(s.now()), nil
}

// albumThere returns [apply.ErrNotFound] for photos of a visit that nobody made.
func albumThere(ctx context.Context, tx *sql.Tx, a casework.Album) error {
	var query string
	args := []any{a.Case.ID, storable(a.Of)}
	switch a.Case.Kind {
	case casework.ChildCase:
		query = `SELECT COUNT(*) FROM visits WHERE child_id = $1 AND id = $2`
	case casework.ApplicationCase:
		number, err := strconv.Atoi(a.Of)
		if err != nil || strconv.Itoa(number) != a.Of {
			return apply.ErrNotFound
		}
		query, args[1] = `SELECT COUNT(*) FROM events WHERE reference = $1 AND number = $2 AND move = 'verify'`, number
	default:
		if a.Of != "" {
			return apply.ErrNotFound
		}
		return nil
	}
	var n int
	if err := tx.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return apply.ErrNotFound
	}
	return nil
}

// AddPhoto puts a photo to an album, once however often it is sent. The error is
// [apply.Invalid] where there is no room or it is no photo, and [apply.ErrConflict] for a
// case that has ended.
func (s *Store) AddPhoto(ctx context.Context, by apply.Actor, a casework.Album, f apply.NewFile) error {
	err := s.addPhoto(ctx, f, filing{
		room: casework.MaxPhotos,
		where: func(ctx context.Context, tx *sql.Tx) (filedAt, error) {
			return filedAt{a.Case, photoFiles + a.Of, by.ID}, s.mayAlbum(ctx, tx, by, a, a.AddedBy())
		},
		note: func(ctx context.Context, tx *sql.Tx) error {
			return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.AddPhoto, Reference: apply.Reference(a.Case.ID), Detail: string(a.Case.Kind)})
		},
	})
	if err != nil {
		return fmt.Errorf("add a photo: %w", err)
	}
	return nil
}

// addPhoto refuses everything but pictures that were written anew: a PDF tells who made
// it, and on what.
func (s *Store) addPhoto(ctx context.Context, f apply.NewFile, how filing) error {
	if f.Kind != "jpeg" {
		return apply.Invalid{{Field: "file", Key: casework.KeyNoPhoto}}
	}
	return s.fileAt(ctx, f, how)
}

// addedWithin is how long who reported adds photos before those who handle the report
// are told again.
const addedWithin = time.Hour

// AddReportPhoto puts a photo to a report, for who knows number and code, and tells those
// who handle it, once for those that come together.
func (s *Store) AddReportPhoto(ctx context.Context, ref apply.Reference, code apply.Code, client string, f apply.NewFile) (casework.ReportState, error) {
	state, err := s.FollowReport(ctx, ref, code, client)
	if err != nil {
		return "", err
	}
	err = s.addPhoto(ctx, f, filing{
		room: casework.MaxPhotos,
		where: func(ctx context.Context, tx *sql.Tx) (filedAt, error) {
			of := casework.Case{Kind: casework.ReportCase, ID: string(ref)}
			_, _, err := caseScope(ctx, tx, of)
			return filedAt{of: of, place: photoFiles}, err
		},
		note: func(ctx context.Context, tx *sql.Tx) error { return s.notePhoto(ctx, tx, ref) },
	})
	if err != nil {
		return state, fmt.Errorf("add a photo to a report: %w", err)
	}
	return state, nil
}

// notePhoto writes a photo of who reported into the history.
func (s *Store) notePhoto(ctx context.Context, tx *sql.Tx, ref apply.Reference) error {
	r, err := s.loadReport(ctx, tx, `number = $1`, string(ref), s.lockRows)
	if err != nil {
		return err
	}
	version, known := r.Version, len(r.Events)
	if err := s.updateReport(ctx, tx, r, version); err != nil {
		return err
	}
	told := slices.ContainsFunc(r.Events, func(e casework.ReportEvent) bool {
		return e.Step == casework.StepAdded && e.Detail == casework.PhotoAdded && e.At.Add(addedWithin).After(s.now())
	})
	if !told {
		hands, err := s.reportHands(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := s.alertAll(ctx, tx, r, hands, NoteReportAdded); err != nil {
			return err
		}
	}
	r.Tell(casework.ReportEvent{At: s.now(), Actor: casework.Reporter, Step: casework.StepAdded, Detail: casework.PhotoAdded})
	if err := s.saveReportRest(ctx, tx, r, known, ""); err != nil {
		return err
	}
	return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: casework.Reporter, Action: casework.AddPhoto, Reference: ref, Detail: string(casework.ReportCase)})
}

// Photos are those of an album, or without a name those of all albums of the case, oldest
// first, with the names of who added them; none for who may not see them.
func (s *Store) Photos(ctx context.Context, by apply.Actor, a casework.Album) ([]casework.Photo, error) {
	var out []casework.Photo
	err := s.read(ctx, func(tx *sql.Tx) error {
		out = nil
		_, err := s.permitAlbum(ctx, tx, by, a, a.SeenBy())
		if err == nil && a.Of != "" {
			err = albumThere(ctx, tx, a)
		}
		if errors.Is(err, casework.ErrForbidden) {
			return nil
		}
		if err != nil {
			return err
		}
		all, err := filedWith(ctx, tx, filedAt{of: a.Case})
		for _, one := range all {
			if name, ok := strings.CutPrefix(one.file.Document, photoFiles); ok && (a.Of == "" || name == a.Of) {
				out = append(out, casework.Photo{File: one.file, Of: name, By: one.by})
			}
		}
		if err != nil {
			return err
		}
		return namePhotos(ctx, tx, out)
	})
	if err != nil {
		return nil, fmt.Errorf("photos of a case: %w", err)
	}
	return out, nil
}

func namePhotos(ctx context.Context, tx *sql.Tx, photos []casework.Photo) error {
	names := map[string]string{"": ""}
	for i, p := range photos {
		if _, known := names[p.By]; !known {
			var name string
			err := tx.QueryRowContext(ctx, `SELECT name FROM users WHERE id = $1`, p.By).Scan(&name)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			names[p.By] = name
		}
		photos[i].Name = names[p.By]
	}
	return nil
}

// ReadPhoto returns a photo of an album, or its small picture, to who may see it. Who saw
// it is in the audit first.
func (s *Store) ReadPhoto(ctx context.Context, by apply.Actor, a casework.Album, id string, small bool) (apply.File, []byte, error) {
	var f apply.File
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := s.mayAlbum(ctx, tx, by, a, a.SeenBy()); err != nil {
			return err
		}
		one, err := photoOf(ctx, tx, a, id)
		if err != nil {
			return err
		}
		f = one.file
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.OpenFile, Reference: apply.Reference(a.Case.ID), Detail: "photo"})
	})
	if err != nil {
		return f, nil, fmt.Errorf("open a photo: %w", err)
	}
	body, err := s.ReadFile(ctx, apply.Reference(a.Case.ID), id, small)
	return f, body, err
}

func photoOf(ctx context.Context, tx *sql.Tx, a casework.Album, id string) (filed, error) {
	all, err := filedWith(ctx, tx, filedAt{of: a.Case, place: photoFiles + a.Of})
	if err != nil {
		return filed{}, err
	}
	i := slices.IndexFunc(all, func(one filed) bool { return one.file.ID == id })
	if i < 0 {
		return filed{}, apply.ErrNotFound
	}
	return all[i], nil
}

// RemovePhoto takes a photo back, see [casework.Album.TakesBack], while the case is open: a
// picture of the wrong child has to go, and evidence has to stay. One that is not there
// any more is no error.
func (s *Store) RemovePhoto(ctx context.Context, by apply.Actor, a casework.Album, id string) error {
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		over, err := s.permitAlbum(ctx, tx, by, a, a.AddedBy())
		if err != nil {
			return err
		}
		if over && a.Case.Kind != casework.EventCase { // nobody has to stay on a photo of a talk
			return apply.ErrConflict
		}
		one, err := photoOf(ctx, tx, a, id)
		switch {
		case errors.Is(err, apply.ErrNotFound):
			return nil
		case err != nil:
			return err
		case !a.TakesBack(by.ID, casework.Photo{By: one.by}):
			return casework.ErrForbidden
		}
		if err := s.dropFile(ctx, tx, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, casework.AuditEntry{At: s.now(), Actor: by, Action: casework.RemovePhoto, Reference: apply.Reference(a.Case.ID), Detail: string(a.Case.Kind)})
	})
	if err != nil {
		return fmt.Errorf("remove a photo: %w", err)
	}
	s.discardLater(ctx, apply.Reference(a.Case.ID))
	return nil
}

// expireEventPhotos marks the photos of talks that were held long ago.
func (s *Store) expireEventPhotos(ctx context.Context) error {
	before := s.now().Add(-casework.EventPhotosLast).In(apply.China).Format(time.DateOnly)
	return s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		ids, err := texts[string](ctx, tx, `SELECT e.id FROM outreach_events e WHERE e.day < $2
			AND EXISTS (SELECT 1 FROM files f WHERE f.reference = e.id AND f.case_kind = $1 AND f.state NOT IN ('arriving', 'gone')) ORDER BY e.id`, string(casework.EventCase), before)
		if err != nil {
			return err
		}
		var lines []casework.AuditEntry
		for _, id := range ids {
			if err := s.dropAll(ctx, tx, casework.Case{Kind: casework.EventCase, ID: id}); err != nil {
				return err
			}
			lines = append(lines, casework.AuditEntry{At: s.now(), Action: casework.RemovePhoto, Reference: apply.Reference(id), Detail: string(casework.EventCase)})
		}
		return s.auditAll(ctx, tx, lines)
	})
}
