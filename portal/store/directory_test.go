package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/sheet"
)

const inPostName, inPostPhone = "白鹭鸟", "0760-88880001"

var directoryTowns = sheet.TownNames{"石岐街道": "shiqi", "小榄镇": "xiaolan"}

func (f *fixture) parse(b []byte, town string) casework.DirectoryFile {
	return casework.ParseDirectory(b, directoryTowns, town, f.clock.now())
}

// enter adds an entry and returns its number.
func (f *fixture) enter(t *testing.T, by casework.User, e casework.DirectoryEntry) string {
	t.Helper()
	id, err := f.NewDirectoryID()
	if err == nil {
		err = f.AddToDirectory(t.Context(), by.Actor(), id, e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// inDirectory is the directory as the user sees it, a line for each entry.
func (f *fixture) inDirectory(t *testing.T, by casework.User) string {
	t.Helper()
	page, err := f.Directory(t.Context(), by.Actor(), casework.DirectoryQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range page.Entries {
		line := e.Town + " " + e.Village + " " + e.Name
		if e.Public {
			line += " allowed by " + page.Names[e.AllowedBy]
		}
		out = append(out, line)
	}
	return strings.Join(out, "; ")
}

func TestDirectory(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		keeper := f.user(t, "keeper", casework.Post{Role: casework.Administrator})
		director := casework.DirectoryEntry{Town: "shiqi", Village: "迎阳社区", Name: inPostName, Phone: inPostPhone, Since: "2024-03-01"}
		id := f.enter(t, p.supervisor, director)
		if err := f.AddToDirectory(ctx, p.supervisor.Actor(), id, director); err != nil { // the page was sent twice
			t.Errorf("the same page again: %v", err)
		}
		f.enter(t, keeper, casework.DirectoryEntry{Town: "xiaolan", Village: "北区社区"})
		f.hides(t, "directory", inPostName, inPostPhone)
		other, err := f.NewDirectoryID()
		if err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"another town's":  f.AddToDirectory(ctx, p.supervisor.Actor(), other, casework.DirectoryEntry{Town: "xiaolan", Village: "x社区"}),
			"moved away":      f.EditDirectory(ctx, p.supervisor.Actor(), id, 1, casework.DirectoryEntry{Town: "xiaolan", Village: "x社区", Name: inPostName}),
			"by a director":   f.EditDirectory(ctx, p.director.Actor(), id, 1, director),
			"by a stranger":   f.RemoveFromDirectory(ctx, p.auditor.Actor(), id, 1),
			"looked at by it": func() error { _, err := f.DirectoryEntry(ctx, p.director.Actor(), id); return err }(),
		} {
			if !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: %v; want it forbidden", name, err)
			}
		}
		if err := f.AddToDirectory(ctx, keeper.Actor(), other, director); !strings.Contains(fmt.Sprint(err), casework.KeyDirectoryTwice) {
			t.Errorf("the same person again: %v", err)
		}
		public, err := f.PublicDirectory(ctx, "shiqi")
		if err != nil || len(public) != 1 || public[0].Village != "迎阳社区" || public[0].Name != "" || public[0].Phone != "" {
			t.Errorf("what is not published is shown: %d, %v", len(public), err)
		}
		director.Public = true
		if err := f.EditDirectory(ctx, p.supervisor.Actor(), id, 7, director); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("a stale version: %v", err)
		}
		if err := f.EditDirectory(ctx, p.supervisor.Actor(), id, 1, director); err != nil {
			t.Fatal(err)
		}
		if public, err = f.PublicDirectory(ctx, "shiqi"); err != nil || public[0].Phone != inPostPhone || public[0].AllowedBy != "" {
			t.Errorf("published: %q, allowed by %q: %v", public[0].Phone, public[0].AllowedBy, err)
		}
		if got, want := f.inDirectory(t, p.director), "shiqi 迎阳社区 "+inPostName+" allowed by "+p.supervisor.Name; got != want {
			t.Errorf("a director sees %q; want %q", got, want)
		}
		if err := f.RemoveFromDirectory(ctx, keeper.Actor(), id, 2); err != nil {
			t.Fatal(err)
		}
		if got, want := f.inDirectory(t, keeper), "shiqi 迎阳社区 ; xiaolan 北区社区 "; got != want {
			t.Errorf("left: %q; want the village without anybody in post, %q", got, want)
		}
		f.enter(t, keeper, director)
		if got, want := f.inDirectory(t, keeper), "shiqi 迎阳社区 "+inPostName+" allowed by "+keeper.Name+"; xiaolan 北区社区 "; got != want {
			t.Errorf("left: %q; want the gap filled, %q", got, want)
		}
		if n := len(f.auditOf(t, casework.EditDirectory)); n != 5 {
			t.Errorf("%d changes in the audit; want 5", n)
		}
	})
}

const directoryText = "镇街,村（社区）,姓名,工作电话,任职日期,公开\n石岐街道,,画眉鸟,0760-88880002,,是\n石岐街道,迎阳社区,白鹭鸟,0760-88880001,2024-03-01,否\n小榄镇,北区社区,,,,\n"

// TestImportDirectory takes over exactly the file that was checked, once, all of it or
// nothing.
func TestImportDirectory(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		keeper := f.user(t, "keeper", casework.Post{Role: casework.Administrator})
		old := f.enter(t, p.supervisor, casework.DirectoryEntry{Town: "shiqi", Village: "旧社区", Name: "喜鹊鸟"})
		id, err := f.SendDirectory(ctx, keeper.Actor(), []byte(directoryText))
		if err != nil {
			t.Fatal(err)
		}
		f.hides(t, "imports", inPostName, inPostPhone)
		in, err := f.DirectoryImport(ctx, keeper.Actor(), id, f.parse)
		if err != nil || len(in.Change.Added) != 3 || len(in.Change.Removed) != 1 {
			t.Fatalf("checked: %d added, %d removed, %v", len(in.Change.Added), len(in.Change.Removed), err)
		}
		for name, err := range map[string]error{
			"another's file": func() error { _, err := f.DirectoryImport(ctx, p.supervisor.Actor(), id, f.parse); return err }(),
			"confirmed by":   f.ConfirmDirectory(ctx, p.supervisor.Actor(), id, in.File.Hash, in.Base, f.parse),
		} {
			if !errors.Is(err, apply.ErrNotFound) {
				t.Errorf("%s: %v; want it not found", name, err)
			}
		}
		if err := f.ConfirmDirectory(ctx, keeper.Actor(), id, sheet.Hash([]byte("x")), in.Base, f.parse); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("another file: %v", err)
		}
		if err := f.EditDirectory(ctx, p.supervisor.Actor(), old, 1, casework.DirectoryEntry{Town: "shiqi", Village: "旧社区", Name: "喜鹊鸟", Since: "2025-01-01"}); err != nil {
			t.Fatal(err)
		}
		if err := f.ConfirmDirectory(ctx, keeper.Actor(), id, in.File.Hash, in.Base, f.parse); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("checked against what has changed since: %v", err)
		}
		if got := f.inDirectory(t, keeper); got != "shiqi 旧社区 喜鹊鸟" {
			t.Errorf("something was imported already: %s", got)
		}
		if in, err = f.DirectoryImport(ctx, keeper.Actor(), id, f.parse); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := f.ConfirmDirectory(ctx, keeper.Actor(), id, in.File.Hash, in.Base, f.parse); err != nil {
				t.Fatal(err)
			}
		}
		want := "shiqi  画眉鸟 allowed by " + keeper.Name + "; shiqi 迎阳社区 白鹭鸟; xiaolan 北区社区 "
		if got := f.inDirectory(t, keeper); got != want {
			t.Errorf("imported %s; want %s", got, want)
		}
		f.roundTrip(t, keeper)
		f.onlyTheirTown(t, p.supervisor)
		f.clock.advance(25 * time.Hour)
		if err := f.Prune(ctx); err != nil {
			t.Fatal(err)
		}
		if left := f.dump(t, "imports"); left != "" {
			t.Errorf("files are left: %d bytes", len(left))
		}
	})
}

// roundTrip takes the directory away as a file, and importing that changes nothing.
func (f *fixture) roundTrip(t *testing.T, keeper casework.User) {
	t.Helper()
	all, err := f.WholeDirectory(t.Context(), keeper.Actor())
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	name := func(id string) string { return map[string]string{"shiqi": "石岐街道", "xiaolan": "小榄镇"}[id] }
	if err := casework.WriteDirectory(&file, all, name); err != nil {
		t.Fatal(err)
	}
	id, err := f.SendDirectory(t.Context(), keeper.Actor(), file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	in, err := f.DirectoryImport(t.Context(), keeper.Actor(), id, f.parse)
	if err != nil || len(in.File.Faults) > 0 || !in.Change.None() || in.Change.Same != 3 {
		t.Errorf("the file that was taken away changes something: %+v, %v", in.File.Faults, err)
	}
}

// onlyTheirTown lets a supervisor change the own town and nothing else; one fault keeps
// all of the file out.
func (f *fixture) onlyTheirTown(t *testing.T, supervisor casework.User) {
	t.Helper()
	ctx := t.Context()
	for text, wrong := range map[string]int{
		directoryText: 1,
		"镇街,村（社区）,姓名,工作电话,任职日期,公开\n石岐街道,,画眉鸟,12,,\n石岐街道,新社区,鹦鹉鸟,,,\n": 1,
		"镇街,村（社区）,姓名,工作电话,任职日期,公开\n石岐街道,新社区,鹦鹉鸟,,,\n":                 0,
	} {
		before := f.inDirectory(t, supervisor)
		id, err := f.SendDirectory(ctx, supervisor.Actor(), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		in, err := f.DirectoryImport(ctx, supervisor.Actor(), id, f.parse)
		if err != nil || len(in.File.Faults) != wrong {
			t.Fatalf("%d faults, %v; want %d", len(in.File.Faults), err, wrong)
		}
		err = f.ConfirmDirectory(ctx, supervisor.Actor(), id, in.File.Hash, in.Base, f.parse)
		if got := f.inDirectory(t, supervisor); wrong > 0 && (!errors.Is(err, apply.ErrConflict) || got != before) {
			t.Errorf("a file with a fault was imported: %v, %s", err, got)
		} else if wrong == 0 && (err != nil || got != "shiqi 新社区 鹦鹉鸟") {
			t.Errorf("the own town: %v, %s", err, got)
		}
	}
	if all := f.dump(t, "directory"); !strings.Contains(all, "北区社区") {
		t.Error("another town lost its village")
	}
}
