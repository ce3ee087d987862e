package main

import (
	"strings"
	"testing"

	"huitong/portal/proof"
)

func TestGather(t *testing.T) {
	report := `{"Time":"2026-11-29T23:30:00-01:00","Action":"run","Package":"huitong/portal/web","Test":"TestPages"}
{"Time":"2026-11-29T23:30:00-01:00","Action":"pass","Package":"huitong/portal/web","Test":"TestPages/elder"}
{"Time":"2026-11-29T23:30:00-01:00","Action":"fail","Package":"huitong/portal/web","Test":"TestPages"}
{"Time":"2026-11-29T23:30:00-01:00","Action":"fail","Package":"huitong/portal/web"}
`
	known := proof.Results{"portal/web.TestPages": {Result: "pass"}, "static.TestURL": {Result: "pass", Day: "2026-11-01", Commit: "old"}}
	if err := gather(known, strings.NewReader(report), "new"); err != nil {
		t.Fatal(err)
	}
	if got, want := known["portal/web.TestPages"], (proof.Outcome{Result: "fail", Day: "2026-11-30", Commit: "new"}); got != want {
		t.Errorf("TestPages = %v; want %v", got, want)
	}
	if got := known["static.TestURL"]; got.Commit != "old" {
		t.Errorf("a test that did not run = %v; want what was known", got)
	}
	if len(known) != 2 {
		t.Errorf("%d outcomes; want those of two tests: %v", len(known), known)
	}
	list := []proof.Requirement{{ID: "A1", Tests: []string{"portal/web.TestPages", "portal/web.TestNever"}}}
	if got := named(list, known); len(got) != 2 || got["portal/web.TestPages"].Commit != "new" || got["portal/web.TestNever"].Result != "unrun" {
		t.Errorf("named = %v; want TestPages, and TestNever as not run", got)
	}
	if err := gather(known, strings.NewReader("no report"), "new"); err == nil {
		t.Error("what is no report is taken")
	}
}

func TestByPackage(t *testing.T) {
	list := []proof.Requirement{{Tests: []string{"portal/web.TestPages", "static.TestURL"}}, {Tests: []string{"portal/web.TestPages", "portal/web.TestMode"}}}
	got := byPackage(list)
	if len(got) != 2 || strings.Join(got["portal/web"], " ") != "TestPages TestMode" || strings.Join(got["static"], " ") != "TestURL" {
		t.Errorf("byPackage = %v; want each test once", got)
	}
}
