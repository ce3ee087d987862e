package casework_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

func called() casework.Conference {
	c := casework.Conference{Town: "shiqi", At: now.AddDate(0, 0, 3), Departments: []casework.Department{casework.Health}, Users: []string{"u1", "u1"}}
	c.Place, c.Agenda, c.Others = " 三楼 ", "谁来照顾", "王老师"
	return c
}

func TestCallConference(t *testing.T) {
	c, err := called().Call(sender, now)
	if err != nil || c.Place != "三楼" || len(c.Users) != 1 || c.State != casework.ConferencePlanned {
		t.Fatalf("called: %v, %v", c, err)
	}
	if got, want := fmt.Sprint(c.Owners()), "[office health user:u1]"; got != want {
		t.Errorf("owners %s; want %s", got, want)
	}
	for _, tt := range []struct {
		name, field string
		change      func(*casework.Conference)
	}{
		{"past", "day", func(c *casework.Conference) { c.At = now.AddDate(0, 0, -2) }},
		{"today", "", func(c *casework.Conference) { c.At = now.Add(-1) }},
		{"nowhere", "place", func(c *casework.Conference) { c.Place = " " }},
		{"about nothing", "agenda", func(c *casework.Conference) { c.Agenda = "" }},
		{"many others", "others", func(c *casework.Conference) { c.Others = strings.Repeat("长", 1001) }},
		{"nobody", "departments", func(c *casework.Conference) { c.Departments, c.Users, c.Others = nil, nil, "" }},
		{"a teacher alone", "", func(c *casework.Conference) { c.Departments, c.Users = nil, nil }},
		{"made up", "departments", func(c *casework.Conference) { c.Departments = []casework.Department{"circus"} }},
	} {
		c := called()
		tt.change(&c)
		_, err := c.Call(sender, now)
		if got := firstField(err); got != tt.field {
			t.Errorf("%s: %q is wrong; want %q", tt.name, got, tt.field)
		}
	}
}

func firstField(err error) string {
	var invalid apply.Invalid
	if errors.As(err, &invalid) {
		return invalid[0].Field
	}
	return ""
}

func TestConferenceLife(t *testing.T) {
	c, err := called().Call(sender, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Agree(casework.Agreed{What: "x", Owner: "office"}, 1, everyDay{}, now); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("decided before it was held: %v; want a conflict", err)
	}
	if _, err := c.Hold(" ", now); firstField(err) != "minutes" {
		t.Errorf("held without a word: %v", err)
	}
	held, err := c.Hold("记录", now)
	if err != nil || held.Reveals() || !c.Reveals() {
		t.Fatalf("held: %v, %v", held, err)
	}
	if _, err := held.Cancel(now); !errors.Is(err, apply.ErrConflict) {
		t.Errorf("called off after it was held: %v; want a conflict", err)
	}
	for field, a := range map[string]casework.Agreed{"what": {Owner: "office"}, "owner": {What: "x", Owner: "education"}} {
		if _, err := held.Agree(a, 1, everyDay{}, now); firstField(err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := held.Agree(casework.Agreed{What: "x", Owner: "health"}, 0, everyDay{}, now); firstField(err) != "days" {
		t.Errorf("without a deadline: %v", err)
	}
	one, err := held.Agree(casework.Agreed{What: "x", Owner: "health"}, 1, everyDay{}, now)
	if err != nil {
		t.Fatal(err)
	}
	done, err := one.Finish(1, liaison, now)
	if err != nil || done.Decisions[0].Done.IsZero() || !one.Decisions[0].Done.IsZero() {
		t.Errorf("finished: %v; and the one before it: %v", err, one.Decisions[0].Done)
	}
	if _, err := one.Finish(2, liaison, now); !errors.Is(err, apply.ErrNotFound) {
		t.Errorf("finish what was not decided: %v", err)
	}
}

// TestConferenceOwns has each see to what is theirs, and see no more afterwards.
func TestConferenceOwns(t *testing.T) {
	c, _ := called().Call(sender, now)
	c, _ = c.Hold("记录", now)
	for _, owner := range c.Owners() {
		c, _ = c.Agree(casework.Agreed{What: string(owner), Owner: owner}, 1, everyDay{}, now)
	}
	for _, tt := range []struct {
		name string
		user casework.User
		want []string
	}{
		{"the town", casework.User{ID: "a", Post: casework.Post{Role: casework.Supervisor, Area: "shiqi"}}, []string{"office"}},
		{"another town", casework.User{ID: "b", Post: casework.Post{Role: casework.Supervisor, Area: "xiaolan"}}, nil},
		{"the department", casework.User{ID: "c", Post: casework.Post{Role: casework.Liaison, Department: casework.Health}}, []string{"health"}},
		{"another department", casework.User{ID: "d", Post: casework.Post{Role: casework.Liaison, Department: casework.Police}}, nil},
		{"a director who was invited", casework.User{ID: "u1", Post: casework.Post{Role: casework.Director, Area: "xiaolan", Village: "x"}}, []string{"user:u1"}},
	} {
		var got []string
		seen := c.ForInvited(tt.user)
		for _, a := range seen.Decisions {
			got = append(got, a.What)
		}
		if !slices.Equal(got, tt.want) || seen.Minutes != "" || seen.Agenda != "" || seen.Others != "" {
			t.Errorf("%s sees %v and minutes %v; want %v", tt.name, got, seen.Minutes != "", tt.want)
		}
		if invited := tt.user.May(casework.OpenConference, c.Scope()); invited != (tt.want != nil) {
			t.Errorf("%s may open it: %v", tt.name, invited)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(s, "王老师") || strings.Contains(s, "记录") {
		t.Errorf("%q shows too much", s)
	}
}
