package store_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/store"
)

const village = "迎阳社区"

func newChild(name, id string) casework.NewChild {
	n := casework.NewChild{Town: "shiqi", Village: village, Details: casework.ChildDetails{Name: name, ResidentID: id, Guardian: guardian, Relation: "grandparent", Phone: "13800138000", Ground: casework.VillageFile}}
	if id == "" {
		n.Details.Born = "2018-05-06"
	}
	return n
}

// people are a desk: those of the child's town, and those of another.
type people struct{ director, supervisor, officer, stranger, auditor casework.User }

func (f *fixture) people(t *testing.T) people {
	t.Helper()
	return people{
		director:   f.user(t, "child-director", casework.Post{Role: casework.Director, Area: "shiqi", Village: village}),
		supervisor: f.user(t, "child-supervisor", casework.Post{Role: casework.Supervisor, Area: "shiqi"}),
		officer:    f.user(t, "child-officer", casework.Post{Role: casework.Officer}),
		stranger:   f.user(t, "child-stranger", casework.Post{Role: casework.Director, Area: "shiqi", Village: "莲峰社区"}),
		auditor:    f.user(t, "child-auditor", casework.Post{Role: casework.Auditor}),
	}
}

func (f *fixture) child(t *testing.T, by casework.User, n casework.NewChild) string {
	t.Helper()
	id, err := f.NewChildID()
	if err == nil {
		err = f.RegisterChild(t.Context(), by.Actor(), id, n)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// form is one with a question and a danger.
func assessmentForm() *content.AssessmentForm {
	return &content.AssessmentForm{
		Slug: "sample", Title: "样表", Version: 1, FilledBy: []string{"village"},
		Dimensions: []content.Dimension{{Name: "child", Title: "孩子", Indicators: []content.Indicator{{Name: "meals", Ask: "吃得饱吗", Choices: []content.Choice{{Value: "well", Label: "饱", Points: 10}, {Value: "badly", Label: "不饱"}}}}}},
		Bands:      []content.Band{{Name: "good", Title: "好", From: 90, AgainAfter: 12}, {Name: "poor", Title: "较差", Helper: true, VisitDays: 30, AgainAfter: 3}},
	}
}

// assess fills in, signs and confirms.
func (f *fixture) assess(t *testing.T, p people, child, answer string) string {
	t.Helper()
	ctx, form := t.Context(), assessmentForm()
	id, err := f.BeginAssessment(ctx, p.director.Actor(), child, form.Slug, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		by     casework.User
		action casework.Action
		edit   func(*casework.Assessment, time.Time) error
	}{
		{p.director, casework.AssessChild, func(a *casework.Assessment, now time.Time) error {
			return a.Save(form, "child", map[string]string{"meals": answer}, now)
		}},
		{p.director, casework.AssessChild, func(a *casework.Assessment, now time.Time) error {
			return a.Sign(form, p.director.ID, "秘密的意见", now)
		}},
		{p.supervisor, casework.ConfirmAssessment, func(a *casework.Assessment, now time.Time) error { return a.Confirm(p.supervisor.ID, now) }},
	} {
		if err := f.ChangeAssessment(ctx, step.by.Actor(), step.action, child, id, 0, step.edit); err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// childFile registers a child of whom there is one record of each kind.
func (f *fixture) childFile(t *testing.T) (people, string) {
	t.Helper()
	ctx, p := t.Context(), f.people(t)
	id := f.child(t, p.director, newChild(childName, childID))
	f.assess(t, p, id, "badly")
	for _, err := range []error{
		f.SetHelper(ctx, p.supervisor.Actor(), id, 0, casework.HelperChange{UserID: p.director.ID}),
		f.RecordVisit(ctx, p.director.Actor(), id, 0, casework.NewVisit{Day: "2026-11-22", Seen: "外婆", Did: "看作业", Safe: "yes", Next: "下月"}),
		f.BeginCustody(ctx, p.officer.Actor(), id, 0, casework.NewEpisode{Ground: "emergency", Place: "centre", Began: "2026-11-22", Review: "2026-12-22", Note: "母亲住院"}),
		f.HoldTalk(ctx, p.director.Actor(), casework.Once{Key: "00000000-000000f1"}, talkWith(id)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return p, id
}

func TestChildIsOneRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		id := f.child(t, p.director, newChild(childName, childID))
		if err := f.RegisterChild(ctx, p.director.Actor(), id, newChild(childName, childID)); err != nil {
			t.Errorf("the page sent twice: %v", err)
		}
		other, _ := f.NewChildID()
		var invalid apply.Invalid
		if err := f.RegisterChild(ctx, p.supervisor.Actor(), other, newChild("别的名字", childID)); !errors.As(err, &invalid) || invalid[0].Key != casework.KeyChildKnown {
			t.Errorf("the same number again: %v", err)
		}
		if err := f.RegisterChild(ctx, p.stranger.Actor(), other, newChild("测试丁", "")); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("registered by the director of another village: %v", err)
		}
		if err := f.RegisterChild(ctx, p.director.Actor(), "1", newChild("测试丁", "")); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a made-up number: %v", err)
		}
		second := f.child(t, p.director, newChild("测试丁", ""))
		if err := f.EditChild(ctx, p.director.Actor(), second, 1, newChild("测试丁", childID)); !errors.As(err, &invalid) {
			t.Errorf("a number that another child has: %v", err)
		}
		file, err := f.ChildOf(ctx, p.officer.Actor(), childID)
		if err != nil || file.Child.ID != id || file.Child.Details.Name != childName {
			t.Errorf("by its number: %v, %v", file.Child, err)
		}
		if _, err := f.ChildOf(ctx, p.stranger.Actor(), childID); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("by its number, of another village: %v", err)
		}
		for _, table := range []string{"children", "assessments", "audit"} {
			f.hides(t, table, childName, childID, guardian)
		}
	})
}

// hides fails if a table has any of the words in the clear.
func (f *fixture) hides(t *testing.T, table string, words ...string) {
	t.Helper()
	rows, err := f.raw.Query(`SELECT * FROM ` + table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, _ := rows.Columns()
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			text := fmt.Sprint(v)
			if b, ok := v.([]byte); ok {
				text = string(b)
			}
			for _, w := range words {
				if strings.Contains(text, w) {
					t.Errorf("%s.%s shows %q", table, columns[i], w)
				}
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestAssessmentMakesTheStanding(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		id := f.child(t, p.director, newChild(childName, childID))
		first := f.assess(t, p, id, "badly")
		f.hides(t, "assessments", "秘密的意见", "吃得饱吗")
		file, err := f.OpenChild(ctx, p.supervisor.Actor(), id)
		if err != nil {
			t.Fatal(err)
		}
		if c := file.Child; c.Band != "poor" || c.VisitDays != 30 || !c.NeedsHelper() || file.Assessments[0].Opinion != "秘密的意见" {
			t.Errorf("standing %+v of %+v", c.Standing, file.Assessments)
		}
		if file.Staff[p.director.ID] == "" || file.Staff[p.supervisor.ID] == "" {
			t.Errorf("names of who signed: %v", file.Staff)
		}
		if _, err := f.BeginAssessment(ctx, p.director.Actor(), id, "sample", first, " "); !errors.As(err, new(apply.Invalid)) {
			t.Errorf("corrected without a reason: %v", err)
		}
		again, err := f.BeginAssessment(ctx, p.director.Actor(), id, "sample", first, "看错了")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.BeginAssessment(ctx, p.supervisor.Actor(), id, "sample", "", ""); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("two at once: %v", err)
		}
		save := func(a *casework.Assessment, now time.Time) error {
			return a.Save(assessmentForm(), "child", map[string]string{"meals": "well"}, now)
		}
		if err := f.ChangeAssessment(ctx, p.supervisor.Actor(), casework.AssessChild, id, again, 0, save); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("somebody else's saved: %v", err)
		}
		if err := f.ChangeAssessment(ctx, p.director.Actor(), casework.AssessChild, id, again, 9, save); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("saved over a newer one: %v", err)
		}
		confirm := func(a *casework.Assessment, now time.Time) error { return a.Confirm(p.director.ID, now) }
		if err := f.ChangeAssessment(ctx, p.director.Actor(), casework.ConfirmAssessment, id, again, 0, confirm); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("confirmed by a director: %v", err)
		}
		if err := f.DropAssessment(ctx, p.stranger.Actor(), id, again); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("dropped by a stranger: %v", err)
		}
		if err := f.DropAssessment(ctx, p.supervisor.Actor(), id, again); err != nil {
			t.Errorf("dropped by the supervisor: %v", err)
		}
		if err := f.DropAssessment(ctx, p.supervisor.Actor(), id, first); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("a signed one dropped: %v", err)
		}
	})
}

func TestHelperAndVisits(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		id := f.child(t, p.director, newChild(childName, childID))
		f.assess(t, p, id, "badly")
		version := func() int {
			file, err := f.OpenChild(ctx, p.supervisor.Actor(), id)
			if err != nil {
				t.Fatal(err)
			}
			return file.Child.Version
		}
		if err := f.SetHelper(ctx, p.director.Actor(), id, version(), casework.HelperChange{UserID: p.director.ID}); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("a director names the helper: %v", err)
		}
		if err := f.SetHelper(ctx, p.supervisor.Actor(), id, version(), casework.HelperChange{UserID: p.officer.ID}); !errors.As(err, new(apply.Invalid)) {
			t.Errorf("a helper who is not of the town: %v", err)
		}
		if err := f.SetHelper(ctx, p.supervisor.Actor(), id, version(), casework.HelperChange{UserID: p.stranger.ID}); !errors.As(err, new(apply.Invalid)) {
			t.Errorf("a helper who may not open the record: %v", err)
		}
		before := version()
		if err := f.SetHelper(ctx, p.supervisor.Actor(), id, before, casework.HelperChange{Next: casework.Helper{Name: "测试志愿者"}}); err != nil {
			t.Fatal(err)
		}
		if err := f.SetHelper(ctx, p.supervisor.Actor(), id, before, casework.HelperChange{UserID: p.director.ID, Reason: "x"}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("sent twice: %v", err)
		}
		if err := f.SetHelper(ctx, p.supervisor.Actor(), id, version(), casework.HelperChange{UserID: p.director.ID, Reason: "志愿者搬走"}); err != nil {
			t.Fatal(err)
		}
		f.hides(t, "pairings", "测试志愿者", "搬走")
		visit := casework.NewVisit{Day: "2026-11-22", Seen: "外婆", Did: "看作业", Safe: "no", Next: "明天再去"}
		if err := f.RecordVisit(ctx, p.stranger.Actor(), id, version(), visit); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("a visit by a stranger: %v", err)
		}
		if err := f.RecordVisit(ctx, p.director.Actor(), id, version(), visit); err != nil {
			t.Fatal(err)
		}
		f.hides(t, "visits", "外婆", "看作业")
		file, err := f.OpenChild(ctx, p.director.Actor(), id)
		helper, ok := file.Helper()
		if err != nil || !ok || helper.UserID != p.director.ID || len(file.Pairings) != 2 || len(file.Visits) != 1 || !file.Child.Unsafe {
			t.Errorf("the file: %+v, %v", file, err)
		}
		helpers, err := f.Helpers(ctx, p.supervisor.Actor(), file.Child.Scope())
		if err != nil || len(helpers) != 2 {
			t.Errorf("%d can help, %v; want the director of the village and the supervisor", len(helpers), err)
		}
	})
}

func TestCustody(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		id := f.child(t, p.director, newChild(childName, childID))
		begin := casework.NewEpisode{Ground: "emergency", Place: "centre", Began: "2026-11-22", Review: "2026-12-22", Note: "母亲住院"}
		if err := f.BeginCustody(ctx, p.supervisor.Actor(), id, 0, begin); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("begun by a town: %v", err)
		}
		if err := f.BeginCustody(ctx, p.officer.Actor(), id, 0, begin); err != nil {
			t.Fatal(err)
		}
		if err := f.BeginCustody(ctx, p.officer.Actor(), id, 0, begin); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("begun twice: %v", err)
		}
		f.hides(t, "episodes", "母亲住院", "emergency")
		for _, tt := range []struct {
			by   casework.User
			want int
		}{{p.supervisor, 1}, {p.officer, 1}, {p.director, 0}} {
			file, err := f.OpenChild(ctx, tt.by.Actor(), id)
			if err != nil || len(file.Episodes) != tt.want || file.Child.InCustody.IsZero() != (tt.want == 0) {
				t.Errorf("%s sees %d episodes, in custody since %s, %v; want %d", tt.by.Role, len(file.Episodes), file.Child.InCustody, err, tt.want)
			}
		}
		if err := f.CloseChild(ctx, p.supervisor.Actor(), id, 0, casework.Moved); !errors.As(err, new(apply.Invalid)) {
			t.Errorf("closed while in custody: %v", err)
		}
		if err := f.GoOnWithCustody(ctx, p.officer.Actor(), id, 0, casework.EpisodeStep{End: "home", Note: "母亲出院"}); err != nil {
			t.Fatal(err)
		}
		if err := f.GoOnWithCustody(ctx, p.officer.Actor(), id, 0, casework.EpisodeStep{End: "home", Note: "again"}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("ended twice: %v", err)
		}
	})
}

func TestChildrenList(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		var ids []string
		for i := range 5 {
			n := newChild("测试孩子"+string([]rune("甲乙丙丁戊")[i]), "")
			if i == 4 {
				n.Village = "莲峰社区"
			}
			ids = append(ids, f.child(t, p.supervisor, n))
			f.clock.advance(time.Minute)
		}
		f.assess(t, p, ids[0], "well")
		f.assess(t, p, ids[1], "badly")
		if err := f.SetHelper(ctx, p.supervisor.Actor(), ids[1], 0, casework.HelperChange{UserID: p.director.ID}); err != nil {
			t.Fatal(err)
		}
		list := func(by casework.User, q casework.ChildQuery) string {
			t.Helper()
			q.Limit = 2
			var got []string
			for range 5 {
				page, err := f.Children(ctx, by.Actor(), q)
				if err != nil {
					return err.Error()
				}
				for _, c := range page.Children {
					got = append(got, fmt.Sprint(slices.Index(ids, c.ID)))
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			return strings.Join(got, " ")
		}
		for _, tt := range []struct {
			name string
			by   casework.User
			q    casework.ChildQuery
			want string
		}{
			{"who waits longest comes first", p.officer, casework.ChildQuery{}, "2 3 4 1 0"},
			{"a town", p.supervisor, casework.ChildQuery{}, "2 3 4 1 0"},
			{"a director's villages, whatever is asked", p.director, casework.ChildQuery{Town: "xiaolan"}, "2 3 1 0"},
			{"another's village", p.director, casework.ChildQuery{Village: "莲峰社区"}, ""},
			{"a village", p.supervisor, casework.ChildQuery{Village: "莲峰社区"}, "4"},
			{"a band", p.officer, casework.ChildQuery{Band: "poor"}, "1"},
			{"not assessed", p.officer, casework.ChildQuery{Filter: casework.NoAssessment}, "2 3 4"},
			{"no visit is late yet", p.officer, casework.ChildQuery{Filter: casework.LateVisits}, ""},
			{"none lacks a helper", p.officer, casework.ChildQuery{Filter: casework.NoHelper}, ""},
			{"another town", p.officer, casework.ChildQuery{Town: "xiaolan"}, ""},
		} {
			if got := list(tt.by, tt.q); got != tt.want {
				t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
			}
		}
		if _, err := f.Children(ctx, p.auditor.Actor(), casework.ChildQuery{}); !errors.Is(err, casework.ErrForbidden) {
			t.Errorf("an auditor lists children: %v", err)
		}
		if _, err := f.Children(ctx, p.officer.Actor(), casework.ChildQuery{After: "1.x"}); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a made-up place: %v", err)
		}
		f.clock.advance(31 * 24 * time.Hour)
		if got := list(p.officer, casework.ChildQuery{Filter: casework.LateVisits}); got != "1" {
			t.Errorf("late visits: %q; want 1", got)
		}
		if n, err := f.LateChildren(ctx, p.director.Actor(), 50); err != nil || n != 3 {
			t.Errorf("%d late for the director, %v; want 3", n, err)
		}
		f.clock.advance(366 * 24 * time.Hour)
		if got := list(p.officer, casework.ChildQuery{Filter: casework.LateAgain}); got != "1 0" {
			t.Errorf("to be assessed again: %q; want 1 0", got)
		}
	})
}

// TestChildrenListWalksAnIndex: a page costs what is on it, however many children there
// are.
func TestChildrenListWalksAnIndex(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huitong.db")
	f := open(t, store.Config{Path: path}, "sqlite", "file:"+path)
	p := f.people(t)
	place := "1790000000000000.0123456789abcdef01234567"
	for _, tt := range []struct {
		name  string
		by    casework.User
		q     casework.ChildQuery
		index string
	}{
		{"the city", p.officer, casework.ChildQuery{}, "children_by_due"},
		{"the city from somewhere", p.officer, casework.ChildQuery{After: place}, "children_by_due"},
		{"a town", p.supervisor, casework.ChildQuery{}, "children_by_town"},
		{"a town from somewhere", p.supervisor, casework.ChildQuery{After: place}, "children_by_town"},
		{"a director's village", p.director, casework.ChildQuery{After: place}, "children_by_village"},
		{"a band", p.officer, casework.ChildQuery{Band: "poor"}, "children_by_band"},
		{"a band of a town", p.supervisor, casework.ChildQuery{Band: "poor", After: place}, "children_by_town_band"},
		{"without a helper", p.officer, casework.ChildQuery{Filter: casework.NoHelper}, "children_unpaired"},
		{"late visits of a town", p.supervisor, casework.ChildQuery{Filter: casework.LateVisits}, "children_by_town"},
	} {
		plan, err := f.ChildrenPlan(t.Context(), tt.by.Actor(), tt.q)
		if err != nil || !strings.Contains(plan, "INDEX "+tt.index) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s, %v; want it along %s", tt.name, plan, err, tt.index)
		}
	}
}

// TestChildrenExpire: a closed record goes after its time, one that is open after the
// child's 18th year, each with all that belongs to it; the audit says that it was there.
func TestChildrenExpire(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, p := t.Context(), f.people(t)
		closed := f.child(t, p.director, newChild(childName, childID))
		f.assess(t, p, closed, "badly")
		open := f.child(t, p.director, newChild("测试丁", ""))
		if err := f.CloseChild(ctx, p.supervisor.Actor(), closed, 0, casework.NoNeed); err != nil {
			t.Fatal(err)
		}
		if err := f.RecordVisit(ctx, p.director.Actor(), closed, 0, casework.NewVisit{Day: "2026-11-22", Seen: "a", Did: "a", Safe: "yes", Next: "a"}); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("a visit into a closed record: %v", err)
		}
		count := func(want int) {
			t.Helper()
			if err := f.Prune(ctx); err != nil {
				t.Fatal(err)
			}
			var n, parts int
			if err := f.raw.QueryRow(`SELECT (SELECT COUNT(*) FROM children), (SELECT COUNT(*) FROM assessments)`).Scan(&n, &parts); err != nil || n != want || want < 2 && parts > 0 {
				t.Errorf("%d children with %d assessments, %v; want %d", n, parts, err, want)
			}
		}
		f.clock.advance(casework.ChildLasts - time.Hour)
		count(2)
		f.clock.advance(2 * time.Hour)
		count(1)
		if _, err := f.OpenChild(ctx, p.officer.Actor(), closed); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("an expired record: %v", err)
		}
		f.clock.advance(12 * 366 * 24 * time.Hour)
		count(0)
		_ = open
		if lines := strings.Join(f.audited(t), "\n"); strings.Count(lines, string(casework.ExpireCase)) != 2 {
			t.Errorf("the audit does not say that two records were deleted")
		}
	})
}
