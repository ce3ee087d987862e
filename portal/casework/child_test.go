package casework_test

import (
	"errors"
	"testing"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
)

func days(n int) time.Time { return now.AddDate(0, 0, n) }

func TestChildDue(t *testing.T) {
	assessed := casework.Standing{Band: "fair", VisitDays: 90, Assessed: days(0), Again: days(180)}
	paired := assessed
	paired.Paired = days(1)
	visited := paired
	visited.Visited = days(60)
	unsafe := visited
	unsafe.Unsafe = true
	late := visited
	late.Visited = days(120)
	for _, tt := range []struct {
		name     string
		standing casework.Standing
		want     time.Time
	}{
		{"nobody has assessed", casework.Standing{}, days(-5)},
		{"the band wants no helper", casework.Standing{Band: "good", Assessed: days(0), Again: days(365)}, days(365)},
		{"it wants one, and there is none", assessed, days(0)},
		{"the first visit", paired, days(91)},
		{"the next visit", visited, days(150)},
		{"the next assessment comes first", late, days(180)},
		{"the last visit was not safe", unsafe, days(60)},
	} {
		c := casework.Child{Standing: tt.standing, Created: days(-5)}
		if got := c.Due(); !got.Equal(tt.want) {
			t.Errorf("%s: due %s; want %s", tt.name, got, tt.want)
		}
		if c.Late(tt.want.Add(-time.Minute)) || !c.Late(tt.want) {
			t.Errorf("%s: late at the wrong time", tt.name)
		}
		if c.Closed = now; c.Late(days(1000)) {
			t.Errorf("%s: late though the record is closed", tt.name)
		}
	}
}

func TestNewChild(t *testing.T) {
	good := func() casework.NewChild {
		return casework.NewChild{Town: "shiqi", Village: "迎阳社区", Details: casework.ChildDetails{Name: "测试甲", ResidentID: "44000020180506001X", Guardian: "测试乙", Relation: "grandparent", Ground: casework.VillageFile}}
	}
	for _, tt := range []struct {
		name   string
		change func(*casework.NewChild)
		field  string
		key    string
	}{
		{"nobody", func(n *casework.NewChild) { n.Details.Name = " " }, "name", apply.KeyRequired},
		{"no number and no birth date", func(n *casework.NewChild) { n.Details.ResidentID = "" }, "born", casework.KeyBornOrID},
		{"half a number", func(n *casework.NewChild) { n.Details.ResidentID = "4400" }, "resident_id", apply.KeyIDLength},
		{"born tomorrow", func(n *casework.NewChild) { n.Details.ResidentID, n.Details.Born = "", "2026-11-24" }, "born", casework.KeyDayAhead},
		{"no village", func(n *casework.NewChild) { n.Village = "" }, "village", apply.KeyRequired},
		{"no ground", func(n *casework.NewChild) { n.Details.Ground = "because" }, "ground", apply.KeyChoose},
		{"no relation", func(n *casework.NewChild) { n.Details.Relation = "" }, "relation", apply.KeyChoose},
		{"half a phone", func(n *casework.NewChild) { n.Details.Phone = "138" }, "phone", apply.KeyPhoneLength},
	} {
		n := good()
		tt.change(&n)
		_, err := n.Clean(now)
		var invalid apply.Invalid
		if p, _ := invalidField(err, &invalid, tt.field); p.Key != tt.key {
			t.Errorf("%s: %v; want %s: %s", tt.name, err, tt.field, tt.key)
		}
	}
	n := good()
	n.Details.ResidentID, n.Details.Born = "", "2018年5月6日"
	n, err := n.Clean(now)
	if err != nil || n.Details.Born != "2018-05-06" {
		t.Errorf("without a number: %v, %q", err, n.Details.Born)
	}
	if got, want := n.Details.Ends(), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC).Add(casework.ChildLasts); !got.Equal(want) {
		t.Errorf("the record ends %s; want %s", got, want)
	}
}

func invalidField(err error, invalid *apply.Invalid, field string) (apply.Problem, bool) {
	if !errors.As(err, invalid) {
		return apply.Problem{}, false
	}
	return invalid.Field(field)
}

func TestHelperChange(t *testing.T) {
	wanted := casework.Child{Standing: casework.Standing{Band: "poor", VisitDays: 30}}
	paired := wanted
	paired.Paired = now
	free := casework.Child{Standing: casework.Standing{Band: "good", Paired: now}}
	volunteer := casework.Helper{Name: "测试丙", Phone: "13800138000"}
	for _, tt := range []struct {
		name       string
		child      casework.Child
		change     casework.HelperChange
		field, key string // of the problem; empty: none
	}{
		{"the first", wanted, casework.HelperChange{UserID: "u"}, "", ""},
		{"a volunteer", wanted, casework.HelperChange{Next: volunteer}, "", ""},
		{"nobody", wanted, casework.HelperChange{}, "helper", casework.KeyHelperNext},
		{"half a volunteer's phone", wanted, casework.HelperChange{Next: casework.Helper{Name: "测试丙", Phone: "1"}}, "phone", apply.KeyPhoneLength},
		{"another without a reason", paired, casework.HelperChange{UserID: "u"}, "reason", apply.KeyRequired},
		{"another with a reason", paired, casework.HelperChange{UserID: "u", Reason: "搬家"}, "", ""},
		{"an end without a successor", paired, casework.HelperChange{Reason: "搬家"}, "helper", casework.KeyHelperNext},
		{"an end that the band allows", free, casework.HelperChange{Reason: "好转"}, "", ""},
		{"an end without a reason", free, casework.HelperChange{}, "reason", apply.KeyRequired},
	} {
		_, err := tt.change.Check(tt.child, now)
		var invalid apply.Invalid
		if p, _ := invalidField(err, &invalid, tt.field); p.Key != tt.key || tt.key == "" && err != nil {
			t.Errorf("%s: %v; want %s %s", tt.name, err, tt.field, tt.key)
		}
	}
}

func TestVisitIntoStanding(t *testing.T) {
	told := casework.NewVisit{Day: "2026-11-20", Seen: "孩子和外婆", Did: "看作业", Safe: "yes", Next: "下月再来"}
	for _, tt := range []struct {
		name   string
		change func(*casework.NewVisit)
		field  string
	}{
		{"tomorrow", func(n *casework.NewVisit) { n.Day = "2026-11-24" }, "day"},
		{"no day", func(n *casework.NewVisit) { n.Day = "" }, "day"},
		{"nobody seen", func(n *casework.NewVisit) { n.Seen = "" }, "seen"},
		{"safe or not", func(n *casework.NewVisit) { n.Safe = "perhaps" }, "safe"},
		{"no next step", func(n *casework.NewVisit) { n.Next = " " }, "next"},
	} {
		n := told
		tt.change(&n)
		_, err := n.Check(now)
		var invalid apply.Invalid
		if _, bad := invalidField(err, &invalid, tt.field); !bad {
			t.Errorf("%s: %v; want a problem with %s", tt.name, err, tt.field)
		}
	}
	v, err := told.Check(now)
	if err != nil {
		t.Fatal(err)
	}
	var c casework.Child
	v.Told.Safe = false
	if c.See(v); !c.Unsafe || c.Visited.In(apply.China).Format(time.DateOnly) != v.Day {
		t.Errorf("after a visit that was not safe: %+v", c.Standing)
	}
	earlier := casework.Visit{Day: "2026-11-01", Told: casework.VisitTold{Safe: true}}
	if c.See(earlier); !c.Unsafe {
		t.Error("an earlier visit that is written down later says that all is well")
	}
}

func sampleAssessment() *content.AssessmentForm {
	pick := func(name string) content.Indicator {
		return content.Indicator{Name: name, Ask: name + "?", Choices: []content.Choice{{Value: "well", Label: "好", Points: 10}, {Value: "badly", Label: "差"}}}
	}
	return &content.AssessmentForm{
		Slug: "sample", Title: "样表", Version: 3, FilledBy: []string{"village"},
		Dimensions: []content.Dimension{{Name: "child", Title: "孩子", Indicators: []content.Indicator{pick("meals"), pick("school")}}},
		Vetoes:     []content.Veto{{Name: "harmed", Ask: "受伤害？"}},
		Bands:      []content.Band{{Name: "good", From: 90, AgainAfter: 12}, {Name: "poor", Helper: true, VisitDays: 30, AgainAfter: 3}},
	}
}

func TestAssessmentLife(t *testing.T) {
	f := sampleAssessment()
	a := casework.Assessment{ID: "1", Form: "sample", State: casework.BeingFilled, Assessor: "director"}
	var invalid apply.Invalid
	if err := a.Save(f, "child", map[string]string{"meals": "well", "school": "nonsense", "harmed": "yes"}, now); err != nil {
		t.Fatal(err)
	}
	err := a.Sign(f, "director", "", now)
	for _, field := range []string{"school", "harmed", "opinion"} {
		if _, bad := invalidField(err, &invalid, field); !bad {
			t.Errorf("signed without %s: %v", field, err)
		}
	}
	_ = a.Save(f, "child", map[string]string{"meals": "well", "school": "badly"}, now)
	_ = a.Save(f, content.VetoPage, map[string]string{"harmed": "no"}, now)
	if err := a.Sign(f, "supervisor", "还好", now); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("signed by another: %v", err)
	}
	if err := a.Confirm("supervisor", now); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("confirmed before it is signed: %v", err)
	}
	if err := a.Sign(f, "director", "还好", now); err != nil {
		t.Fatal(err)
	}
	f.Version, f.Dimensions[0].Indicators[0].Ask = 4, "另一个问题" // the form changes; what was signed stays
	if a.Sheet.Version != 3 || a.Sheet.Lines[0].Ask != "meals?" || a.Sheet.Percent != 50 || a.Sheet.Band.Name != "poor" {
		t.Errorf("the sheet is %+v", a.Sheet)
	}
	if err := a.Save(f, "child", nil, now); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("changed after it was signed: %v", err)
	}
	var c casework.Child
	if c.Take(a); c.Band != "" {
		t.Error("a result counts before it is confirmed")
	}
	if err := a.Confirm("director", now); !errors.Is(err, casework.ErrOwnWork) {
		t.Errorf("confirmed by who signed: %v", err)
	}
	if err := a.Confirm("supervisor", days(1)); err != nil {
		t.Fatal(err)
	}
	if c.Take(a); c.Band != "poor" || c.VisitDays != 30 || !c.Again.Equal(now.AddDate(0, 3, 0)) || !c.NeedsHelper() {
		t.Errorf("the child's standing is %+v", c.Standing)
	}
	older := a
	older.Signed, older.Sheet.Band = days(-30), content.Band{Name: "good"}
	if c.Take(older); c.Band != "poor" {
		t.Error("an older result replaces a newer one")
	}
	again := casework.Assessment{Form: "sample"}
	if err := again.Correct([]casework.Assessment{a}, "1", " "); !errors.As(err, &invalid) {
		t.Errorf("corrected without a reason: %v", err)
	}
	if err := again.Correct([]casework.Assessment{a}, "1", "看错了"); err != nil || again.Answers["meals"] != "well" {
		t.Errorf("corrected: %v, %v", err, again.Answers)
	}
	if err := again.Correct([]casework.Assessment{a}, "2", "看错了"); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("corrected what is not there: %v", err)
	}
}

func TestEpisode(t *testing.T) {
	n := casework.NewEpisode{Ground: "emergency", Place: "centre", Began: "2026-11-22", Review: "2026-12-22", Note: "母亲住院"}
	e, err := n.Check("officer", now)
	if err != nil {
		t.Fatal(err)
	}
	var invalid apply.Invalid
	for _, tt := range []struct {
		field  string
		change func(*casework.NewEpisode)
	}{
		{"ground", func(n *casework.NewEpisode) { n.Ground = "poor" }},
		{"place", func(n *casework.NewEpisode) { n.Place = "" }},
		{"began", func(n *casework.NewEpisode) { n.Began = "2026-12-01" }},
		{"review", func(n *casework.NewEpisode) { n.Review = "2026-11-01" }},
		{"note", func(n *casework.NewEpisode) { n.Note = "" }},
	} {
		bad := n
		tt.change(&bad)
		_, err := bad.Check("officer", now)
		if _, found := invalidField(err, &invalid, tt.field); !found {
			t.Errorf("a wrong %s: %v", tt.field, err)
		}
	}
	if err := e.Go(casework.EpisodeStep{Place: "foster", Review: "2027-01-22", Note: "转到寄养家庭"}, "officer", now); err != nil || e.Place != "foster" || len(e.Notes) != 2 {
		t.Errorf("reviewed: %v, %+v", err, e)
	}
	if err := e.Go(casework.EpisodeStep{End: "sold", Note: "x"}, "officer", now); !errors.As(err, &invalid) {
		t.Errorf("ended somehow: %v", err)
	}
	if err := e.Go(casework.EpisodeStep{End: "home", Note: "母亲出院"}, "officer", now); err != nil || e.Ended != "2026-11-23" {
		t.Errorf("ended: %v, %+v", err, e)
	}
	if err := e.Go(casework.EpisodeStep{End: "home", Note: "again"}, "officer", now); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("ended twice: %v", err)
	}
	c := casework.Child{Standing: casework.Standing{InCustody: now}}
	if err := c.Close(casework.GrownUp, now); !errors.As(err, &invalid) {
		t.Errorf("closed while in custody: %v", err)
	}
}
