package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// trains plans a session and returns its number.
func (f *fixture) trains(t *testing.T, by casework.User, plan casework.Training) string {
	t.Helper()
	id, err := f.NewTrainingID()
	if err == nil {
		err = f.PlanTraining(t.Context(), by.Actor(), id, plan)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// covered says how many of each town were trained.
func (f *fixture) covered(t *testing.T, by casework.User, year int) string {
	t.Helper()
	y, err := f.TrainingYear(t.Context(), by.Actor(), year)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range y.Coverage() {
		out = append(out, fmt.Sprintf("%s %d of %d", c.Town, c.Came, c.InPost))
	}
	return fmt.Sprintf("%d planned: %s", len(y.Plan), strings.Join(out, ", "))
}

func attended(b []byte, people []casework.DirectoryEntry) casework.Attendance {
	return casework.ParseAttendance(b, directoryTowns, people)
}

func TestTraining(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		one := f.enter(t, p.officer, casework.DirectoryEntry{Town: "shiqi", Village: "迎阳社区", Name: inPostName})
		two := f.enter(t, p.officer, casework.DirectoryEntry{Town: "shiqi", Name: "喜鹊鸟"})
		f.enter(t, p.officer, casework.DirectoryEntry{Town: "shiqi", Village: "仙湖社区"})
		far := f.enter(t, p.officer, casework.DirectoryEntry{Town: "xiaolan", Village: "北区社区", Name: "画眉鸟"})
		session := casework.Training{Day: "2026-11-20", Town: "shiqi", Audience: casework.ForBoth, Hours: 4, Topic: "云雀的政策课", Place: "云雀巷77号"}
		own := f.trains(t, p.supervisor, session)
		if err := f.PlanTraining(ctx, p.supervisor.Actor(), own, session); err != nil { // sent twice
			t.Fatal(err)
		}
		session.Town, session.Day = "", "2026-12-20"
		city := f.trains(t, p.officer, session)
		session.Day = "2025-06-01"
		f.trains(t, p.officer, session)
		f.hides(t, "trainings", "云雀")
		if got, want := f.covered(t, p.officer, 2026), "2 planned: shiqi 0 of 2, xiaolan 0 of 1"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
		for name, err := range map[string]error{
			"the city's":      f.RecordAttendance(ctx, p.supervisor.Actor(), city, 1, "shiqi", []string{one}),
			"planned for it":  f.PlanTraining(ctx, p.supervisor.Actor(), strings.Repeat("a", 24), session),
			"by a director":   f.EditTraining(ctx, p.director.Actor(), own, 1, session),
			"seen by one":     func() error { _, err := f.Training(ctx, p.director.Actor(), own, ""); return err }(),
			"by an auditor":   func() error { _, err := f.TrainingYear(ctx, p.auditor.Actor(), 2026); return err }(),
			"file of a guest": func() error { _, err := f.SendAttendance(ctx, p.auditor.Actor(), own, nil); return err }(),
		} {
			if !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: %v; want it forbidden", name, err)
			}
		}
		if err := f.RecordAttendance(ctx, p.officer.Actor(), city, 1, "xiaolan", []string{far}); !strings.Contains(fmt.Sprint(err), casework.KeyTrainingAhead) {
			t.Errorf("written down before it was held: %v", err)
		}
		if err := f.RecordAttendance(ctx, p.supervisor.Actor(), own, 1, "xiaolan", []string{one, far, one}); err != nil {
			t.Fatal(err)
		}
		if got, want := f.covered(t, p.officer, 2026), "2 planned: xiaolan 0 of 1, shiqi 1 of 2"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
		if got, want := f.covered(t, p.supervisor, 2026), "2 planned: shiqi 1 of 2"; got != want {
			t.Errorf("a supervisor sees %s; want %s", got, want)
		}
		if err := f.RecordAttendance(ctx, p.supervisor.Actor(), own, 1, "shiqi", nil); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("a stale page: %v", err)
		}
		f.importsAttendance(t, p, own)
		if err := f.RecordAttendance(ctx, p.officer.Actor(), own, 3, "", []string{two}); err != nil {
			t.Fatal(err)
		}
		if got, want := f.covered(t, p.supervisor, 2026), "2 planned: shiqi 1 of 2"; got != want {
			t.Errorf("corrected: %s; want %s", got, want)
		}
		if err := f.RemoveTraining(ctx, p.supervisor.Actor(), own, 4); err != nil {
			t.Fatal(err)
		}
		if got, want := f.covered(t, p.supervisor, 2026), "1 planned: shiqi 0 of 2"; got != want {
			t.Errorf("taken out: %s; want %s", got, want)
		}
	})
}

// importsAttendance writes down everybody of a file or nobody, once.
func (f *fixture) importsAttendance(t *testing.T, p people, own string) {
	t.Helper()
	ctx, by := t.Context(), p.supervisor.Actor()
	const head = "镇街,村（社区）,姓名\n"
	for text, faults := range map[string]int{head + "石岐街道,,喜鹊鸟\n小榄镇,北区社区,画眉鸟\n": 1, head + "石岐街道,,没有人\n": 1, head: 1} {
		file, err := f.SendAttendance(ctx, by, own, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		in, err := f.AttendanceImport(ctx, by, own, file, attended)
		if err != nil || len(in.File.Faults) != faults {
			t.Fatalf("%d faults: %v", len(in.File.Faults), err)
		}
		if err := f.ConfirmAttendance(ctx, by, own, file, in.File.Hash, attended); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("a file with a fault: %v", err)
		}
	}
	file, err := f.SendAttendance(ctx, by, own, []byte(head+"石岐街道,,喜鹊鸟\n石岐街道,迎阳社区,"+inPostName+"\n石岐街道,,喜鹊鸟\n"))
	if err != nil {
		t.Fatal(err)
	}
	in, err := f.AttendanceImport(ctx, by, own, file, attended)
	if err != nil || len(in.File.Came) != 2 || in.Known != 1 {
		t.Fatalf("%d came, %d known: %v", len(in.File.Came), in.Known, err)
	}
	if _, err := f.AttendanceImport(ctx, p.officer.Actor(), own, file, attended); !errors.Is(err, apply.ErrNotFound) {
		t.Errorf("another's file: %v", err)
	}
	for range 2 {
		if err := f.ConfirmAttendance(ctx, by, own, file, in.File.Hash, attended); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := f.covered(t, p.supervisor, 2026), "2 planned: shiqi 2 of 2"; got != want {
		t.Errorf("imported: %s; want %s", got, want)
	}
}
