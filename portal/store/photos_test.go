package store_test

import (
	"errors"
	"testing"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// visited is an album of a child's visit.
func (f *fixture) visited(t *testing.T, p people) casework.Album {
	t.Helper()
	id := f.child(t, p.director, newChild(childName, childID))
	visit := casework.NewVisit{Day: "2026-11-22", Seen: "外婆", Did: "看作业", Safe: "yes", Next: "下月"}
	if err := f.RecordVisit(t.Context(), p.director.Actor(), id, 0, visit); err != nil {
		t.Fatal(err)
	}
	file, err := f.OpenChild(t.Context(), p.director.Actor(), id)
	if err != nil || len(file.Visits) != 1 {
		t.Fatalf("%d visits, %v", len(file.Visits), err)
	}
	return casework.Album{Case: casework.Case{Kind: casework.ChildCase, ID: id}, Of: file.Visits[0].ID}
}

// verified is the album of an application's visit at home.
func (f *fixture) verified(t *testing.T, by casework.User) casework.Album {
	t.Helper()
	a := f.submitted(t)
	for _, m := range []apply.Move{apply.Accept, apply.Verify} {
		event := apply.Event{}
		if m == apply.Verify {
			event = apply.Event{Text: "都在", Visit: &apply.Visit{Day: "2026-11-20", Present: "奶奶"}}
		}
		var err error
		if a, err = f.ChangeForStaff(t.Context(), by.Actor(), casework.VerifyCase, a.Reference, a.Version, func(a *apply.Application, now time.Time) error {
			return a.Handle(m, by.Actor(), content.Decision{}, event, now)
		}); err != nil {
			t.Fatal(err)
		}
	}
	return casework.Album{Case: caseOf(a), Of: "3"}
}

// TestPhotos puts photos to a visit, a verification and a report: who may write the
// record adds, who may read it sees, and only who added one takes it back.
func TestPhotos(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		r := d.send(t, reported("one", "见过"))
		ctx, p := t.Context(), f.people(t)
		other := f.user(t, "far", casework.Post{Role: casework.Supervisor, Area: "xiaolan"})
		for name, tt := range map[string]struct {
			album          casework.Album
			adds, sees, no []casework.User
		}{
			"a visit":        {f.visited(t, p), []casework.User{p.director, p.supervisor}, []casework.User{p.officer}, []casework.User{p.stranger, other, p.auditor}},
			"a verification": {f.verified(t, p.supervisor), []casework.User{p.supervisor, p.officer}, nil, []casework.User{p.director, other, p.auditor}},
			"a report": {casework.Album{Case: casework.Case{Kind: casework.ReportCase, ID: string(r.Number)}},
				[]casework.User{p.supervisor, d.director, p.officer}, nil, []casework.User{p.stranger, other, p.auditor}},
		} {
			before := len(f.stored(t))
			for i, by := range tt.adds {
				f.clock.advance(time.Second)
				for range 2 { // the page is sent twice
					if err := f.AddPhoto(ctx, by.Actor(), tt.album, photo("", 10+i)); err != nil {
						t.Fatalf("%s, added by %s: %v", name, by.Login, err)
					}
				}
			}
			if got := len(f.stored(t)) - before; got != 2*len(tt.adds) {
				t.Errorf("%s: %d blobs; want a picture and a small one of %d", name, got, len(tt.adds))
			}
			photos, err := f.Photos(ctx, p.officer.Actor(), tt.album)
			if err != nil || len(photos) != len(tt.adds) || photos[0].Of != tt.album.Of || photos[0].Name != tt.adds[0].Name {
				t.Fatalf("%s: the officer sees %+v, %v; want %d", name, photos, err, len(tt.adds))
			}
			one := photos[0].ID
			for _, by := range append(tt.adds, tt.sees...) {
				if _, body, err := f.ReadPhoto(ctx, by.Actor(), tt.album, one, true); err != nil || string(body) != "small" {
					t.Errorf("%s, seen by %s: %q, %v", name, by.Login, body, err)
				}
			}
			for _, by := range tt.no {
				if list, err := f.Photos(ctx, by.Actor(), tt.album); len(list) != 0 || err != nil {
					t.Errorf("%s: %s is told of %d photos, %v", name, by.Login, len(list), err)
				}
				_, _, read := f.ReadPhoto(ctx, by.Actor(), tt.album, one, false)
				for what, err := range map[string]error{"sees": read, "adds": f.AddPhoto(ctx, by.Actor(), tt.album, photo("", 30)), "removes": f.RemovePhoto(ctx, by.Actor(), tt.album, one)} {
					if !errors.Is(err, casework.ErrForbidden) {
						t.Errorf("%s: %s %s: %v; want it forbidden", name, by.Login, what, err)
					}
				}
			}
			if err := f.RemovePhoto(ctx, tt.adds[1].Actor(), tt.album, one); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: a colleague takes the photo back: %v; want it forbidden", name, err)
			}
			for range 2 {
				if err := f.RemovePhoto(ctx, tt.adds[0].Actor(), tt.album, one); err != nil {
					t.Errorf("%s: taken back: %v", name, err)
				}
			}
			if got := len(f.stored(t)) - before; got != 2*len(tt.adds)-2 {
				t.Errorf("%s: %d blobs after one was taken back; want %d", name, got, 2*len(tt.adds)-2)
			}
			f.auditedPhotos(t, name, tt.album, len(tt.adds), 1, len(tt.adds))
		}
	})
}

// auditedPhotos expects a line for each photo that was added or taken back, and for so many
// looks at least.
func (f *fixture) auditedPhotos(t *testing.T, name string, a casework.Album, added, removed, seen int) {
	t.Helper()
	lines, err := f.Audit(t.Context(), apply.Actor{}, casework.AuditQuery{Reference: apply.Reference(a.Case.ID), Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	n := map[casework.Action]int{}
	for _, l := range lines {
		n[l.Action]++
	}
	if n[casework.AddPhoto] != added || n[casework.RemovePhoto] != removed || n[casework.OpenFile] < seen {
		t.Errorf("%s: %d lines of photos added, %d taken back, %d seen; want %d, %d and %d", name, n[casework.AddPhoto], n[casework.RemovePhoto], n[casework.OpenFile], added, removed, seen)
	}
}

// TestPhotosThatAreRefused: no PDF, no more than there is room for, none for a visit that
// nobody made, none after the end.
func TestPhotosThatAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		album := f.visited(t, p)
		by := p.director.Actor()
		var invalid apply.Invalid
		pdf := photo("", 1)
		pdf.Kind = "pdf"
		if err := f.AddPhoto(ctx, by, album, pdf); !errors.As(err, &invalid) || invalid[0].Key != casework.KeyNoPhoto {
			t.Errorf("a PDF: %v; want %s", err, casework.KeyNoPhoto)
		}
		for _, of := range []string{"", "0", "\x00", "' OR 1=1"} {
			if err := f.AddPhoto(ctx, by, casework.Album{Case: album.Case, Of: of}, photo("", 1)); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("of visit %q: %v; want not found", of, err)
			}
		}
		for i := range casework.MaxPhotos {
			if err := f.AddPhoto(ctx, by, album, photo("", i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.AddPhoto(ctx, by, album, photo("", 99)); !errors.As(err, &invalid) || invalid[0].Key != apply.KeyFilesMany {
			t.Errorf("one more than there is room for: %v", err)
		}
		photos, err := f.Photos(ctx, by, album)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := casework.Album{Case: album.Case, Of: "other"}
		if _, _, err := f.ReadPhoto(ctx, by, elsewhere, photos[0].ID, false); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("asked for in another visit: %v; want not found", err)
		}
		f.meddle(t, `UPDATE files SET state = 'infected' WHERE id = $1`, photos[1].ID)
		if _, _, err := f.ReadPhoto(ctx, by, album, photos[1].ID, false); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("one with a virus: %v; want not found", err)
		}
		if err := f.CloseChild(ctx, p.supervisor.Actor(), album.Case.ID, 0, casework.NoNeed); err != nil {
			t.Fatal(err)
		}
		if err := f.AddPhoto(ctx, by, album, photo("", 100)); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("added to a closed record: %v; want ErrConflict", err)
		}
		if err := f.RemovePhoto(ctx, by, album, photos[0].ID); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("taken from a closed record: %v; want ErrConflict", err)
		}
	})
}

// TestPhotosGoWithTheirCase deletes records: photos and answers go with them, and what an
// accident left without a case is swept.
func TestPhotosGoWithTheirCase(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, d, p := t.Context(), newReportDesk(t, f), f.people(t)
		visit := f.visited(t, p)
		r := d.send(t, reported("one", "见过"))
		of := casework.Case{Kind: casework.ReportCase, ID: string(r.Number)}
		if err := f.AddPhoto(ctx, p.director.Actor(), visit, photo("", 1)); err != nil {
			t.Fatal(err)
		}
		if err := f.AddPhoto(ctx, d.officer.Actor(), casework.Album{Case: of}, photo("", 2)); err != nil {
			t.Fatal(err)
		}
		for _, c := range []casework.Case{visit.Case, of} { // departments answer with papers, whatever the case
			one := casework.Referral{Case: c, Department: casework.Police, Task: "look"}
			one, err := f.SendReferral(ctx, d.officer.Actor(), "page-"+string(c.Kind), one, casework.ReferralStep{Words: "请看看", Days: 3, Fields: []string{"town"}}, everyDay{})
			if err == nil {
				_, err = f.AddReferralFile(ctx, d.liaison.Actor(), one.ID, photo("", 3))
			}
			if err != nil {
				t.Fatalf("an answer about a %s: %v", c.Kind, err)
			}
			o, err := f.OpenReferral(ctx, d.officer.Actor(), one.ID)
			if err != nil || len(o.Given) != 1 {
				t.Fatalf("the sender sees %d files of an answer about a %s, %v; want 1", len(o.Given), c.Kind, err)
			}
			if _, body, err := f.ReadReferralFile(ctx, d.officer.Actor(), one.ID, o.Given[0].ID); err != nil || len(body) == 0 {
				t.Errorf("the sender opens it: %v", err)
			}
		}
		if n, err := f.SweepFiles(ctx, 100); n != 0 || err != nil {
			t.Errorf("while the cases are there %d are swept, %v", n, err)
		}
		f.meddle(t, `DELETE FROM reports WHERE number = $1`, string(r.Number))
		if n, err := f.SweepFiles(ctx, 100); n != 2 || err != nil {
			t.Errorf("of a report that is gone %d are swept, %v; want its photo and its answer", n, err)
		}
		if err := f.CloseChild(ctx, p.supervisor.Actor(), visit.Case.ID, 0, casework.NoNeed); err != nil {
			t.Fatal(err)
		}
		f.clock.advance(casework.ChildLasts + time.Hour)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if n, err := f.SweepFiles(ctx, 100); n != 2 || err != nil || len(f.stored(t)) != 0 {
			t.Errorf("of an expired record %d are swept, %v, %d blobs are left", n, err, len(f.stored(t)))
		}
	})
}

// TestPhotosOfTalks: who keeps a talk adds photos from its day on and takes any of them
// out, whoever added it; who has one of its villages sees them, each look is in the audit,
// and two years after the day they are gone.
func TestPhotosOfTalks(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		far := f.user(t, "far", casework.Post{Role: casework.Supervisor, Area: "xiaolan"})
		talk := meeting()
		talk.Villages = []string{village, "莲峰社区"}
		both := casework.Album{Case: casework.Case{Kind: casework.EventCase, ID: f.plans(t, p.officer, talk)}}
		own := casework.Album{Case: casework.Case{Kind: casework.EventCase, ID: f.plans(t, p.director, meeting())}}
		for i, by := range []casework.User{p.supervisor, p.officer} {
			for range 2 { // the page is sent twice
				if err := f.AddPhoto(ctx, by.Actor(), both, photo("", i)); err != nil {
					t.Fatalf("added by %s: %v", by.Login, err)
				}
			}
			f.clock.advance(time.Second)
		}
		if err := f.AddPhoto(ctx, p.director.Actor(), own, photo("", 5)); err != nil {
			t.Fatalf("the director of all of its villages: %v", err)
		}
		photos, err := f.Photos(ctx, p.stranger.Actor(), both)
		if err != nil || len(photos) != 2 || photos[0].Name != p.supervisor.Name {
			t.Fatalf("a director of one of its villages sees %+v, %v; want 2", photos, err)
		}
		one := photos[0].ID
		for _, by := range []casework.User{p.director, p.stranger, p.supervisor, p.officer} {
			if _, body, err := f.ReadPhoto(ctx, by.Actor(), both, one, true); err != nil || string(body) != "small" {
				t.Errorf("seen by %s: %q, %v", by.Login, body, err)
			}
		}
		for _, by := range []casework.User{p.director, p.stranger, far, p.auditor} { // none keeps it
			for what, err := range map[string]error{"adds": f.AddPhoto(ctx, by.Actor(), both, photo("", 30)), "removes": f.RemovePhoto(ctx, by.Actor(), both, one)} {
				if !errors.Is(err, casework.ErrForbidden) {
					t.Errorf("%s %s: %v; want it forbidden", by.Login, what, err)
				}
			}
		}
		for _, by := range []casework.User{far, p.auditor} {
			if list, err := f.Photos(ctx, by.Actor(), both); len(list) != 0 || err != nil {
				t.Errorf("%s is told of %d photos, %v", by.Login, len(list), err)
			}
			if _, _, err := f.ReadPhoto(ctx, by.Actor(), both, one, false); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s sees: %v; want it forbidden", by.Login, err)
			}
		}
		if err := f.RemovePhoto(ctx, p.officer.Actor(), both, one); err != nil {
			t.Errorf("a colleague who keeps the talk takes the photo out: %v", err)
		}
		if err := f.CancelEvent(ctx, p.officer.Actor(), both.Case.ID, 1, true); err != nil {
			t.Fatal(err)
		}
		if err := f.AddPhoto(ctx, p.officer.Actor(), both, photo("", 6)); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("added to a cancelled talk: %v; want ErrConflict", err)
		}
		if err := f.RemovePhoto(ctx, p.officer.Actor(), both, photos[1].ID); err != nil {
			t.Errorf("taken out of a cancelled talk: %v", err)
		}
		talk.Day = "2026-11-24"
		ahead := casework.Album{Case: casework.Case{Kind: casework.EventCase, ID: f.plans(t, p.officer, talk)}}
		if err := f.AddPhoto(ctx, p.officer.Actor(), ahead, photo("", 7)); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("added before the day: %v; want ErrConflict", err)
		}
		for _, a := range []casework.Album{{Case: casework.Case{Kind: casework.EventCase, ID: "nothing"}}, {Case: own.Case, Of: "1"}} {
			if err := f.AddPhoto(ctx, p.officer.Actor(), a, photo("", 8)); !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("added to %+v: %v; want not found", a, err)
			}
		}
		f.auditedPhotos(t, "a talk", casework.Album{Case: own.Case}, 1, 0, 0)
		f.auditedPhotos(t, "a talk of two villages", both, 2, 2, 4)
		if n, err := f.SweepFiles(ctx, 100); n != 0 || err != nil || len(f.stored(t)) != 2 {
			t.Errorf("%d are swept, %v, %d blobs are left; want the one that is kept, with its small picture", n, err, len(f.stored(t)))
		}
		f.clock.advance(casework.EventPhotosLast - time.Hour)
		for i, want := range []int{2, 0} {
			if err := f.Prune(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := f.SweepFiles(ctx, 100); err != nil || len(f.stored(t)) != want {
				t.Errorf("round %d: %v, %d blobs are left; want %d", i, err, len(f.stored(t)), want)
			}
			f.clock.advance(48 * time.Hour)
		}
		f.auditedPhotos(t, "a talk of long ago", casework.Album{Case: own.Case}, 1, 1, 0)
	})
}

// TestReporterAddsPhotos: with number and code alone, told once for those that come
// together, and nobody who reported takes one back or sees one.
func TestReporterAddsPhotos(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		d := newReportDesk(t, f)
		ctx := t.Context()
		r := d.send(t, reported("one", "见过"))
		d.told(t)
		for i := range 3 {
			if _, err := d.AddReportPhoto(ctx, r.Number, r.Code, "phone", photo("", i)); err != nil {
				t.Fatal(err)
			}
		}
		if got := d.told(t); len(got) != 3 {
			t.Errorf("told %v; want each of the three who handle it once", got)
		}
		if _, err := d.AddReportPhoto(ctx, r.Number, "00000000", "phone", photo("", 9)); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("with a wrong code: %v; want not found", err)
		}
		file, err := d.Report(ctx, d.officer.Actor(), r.Number)
		if err != nil {
			t.Fatal(err)
		}
		album := casework.Album{Case: casework.Case{Kind: casework.ReportCase, ID: string(file.Number)}}
		photos, err := d.Photos(ctx, d.officer.Actor(), album)
		if err != nil || len(photos) != 3 || photos[0].By != "" {
			t.Fatalf("the officer sees %+v, %v; want 3 of nobody known", photos, err)
		}
		if err := d.RemovePhoto(ctx, d.officer.Actor(), album, photos[0].ID); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("evidence is taken away: %v; want it forbidden", err)
		}
		var kept store.Reseal
		if err := f.ResealAll(ctx, func(r store.Reseal) { kept = r }); err != nil || kept.Unreadable > 0 {
			t.Errorf("sealed anew: %v, %v", kept, err)
		}
	})
}
