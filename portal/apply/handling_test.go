package apply_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"huitong/content"
	"huitong/portal/apply"
)

// TestHandling plays moves of the office and the family, each by somebody.
func TestHandling(t *testing.T) {
	four := content.Decision{FourEyes: true, Visit: []content.VisitCheck{{Name: "lives-here", Text: "孩子住在这里"}}}
	one := content.Decision{}
	visit := apply.Event{Text: "孩子在写作业", Visit: &apply.Visit{Day: "2026-11-20", Present: "孩子、奶奶", Checks: map[string]string{"lives-here": apply.CheckFits}}}
	type play struct {
		by   string
		move apply.Move
	}
	for name, tt := range map[string]struct {
		rules content.Decision
		plays []play
		want  string // what the last play comes to: a state, invalid or conflict
	}{
		"one officer approves":             {one, []play{{"a", apply.Accept}, {"b", apply.Approve}}, "approved"},
		"who recommended approves":         {one, []play{{"a", apply.Accept}, {"a", apply.Recommend}, {"a", apply.Approve}}, "approved"},
		"no proposal without four eyes":    {one, []play{{"a", apply.Accept}, {"b", apply.Propose}}, "conflict"},
		"not at once with four eyes":       {four, []play{{"a", apply.Accept}, {"b", apply.Approve}}, "conflict"},
		"proposed":                         {four, []play{{"a", apply.Accept}, {"b", apply.Propose}}, "proposed"},
		"confirmed":                        {four, []play{{"a", apply.Accept}, {"b", apply.Propose}, {"c", apply.Approve}}, "approved"},
		"confirmed by oneself":             {four, []play{{"a", apply.Accept}, {"b", apply.Propose}, {"b", apply.Approve}}, "invalid"},
		"proposed by who verified":         {four, []play{{"a", apply.Accept}, {"b", apply.Verify}, {"b", apply.Propose}}, "invalid"},
		"confirmed by who recommended":     {four, []play{{"a", apply.Accept}, {"c", apply.Recommend}, {"b", apply.Propose}, {"c", apply.Approve}}, "invalid"},
		"confirmed by who advised against": {four, []play{{"a", apply.Accept}, {"c", apply.Against}, {"b", apply.Propose}, {"c", apply.Approve}}, "invalid"},
		"returned":                         {four, []play{{"a", apply.Accept}, {"b", apply.Propose}, {"c", apply.Return}}, "accepted"},
		"verified before it is accepted":   {four, []play{{"a", apply.Verify}}, "submitted"},
		"recommended before that":          {four, []play{{"a", apply.Recommend}}, "conflict"},
		"objected":                         {one, []play{{"a", apply.Refuse}, {"", apply.Object}}, "objected"},
		"objected and approved by another": {one, []play{{"a", apply.Refuse}, {"", apply.Object}, {"b", apply.Approve}}, "approved"},
		"objected and the same officer":    {one, []play{{"a", apply.Refuse}, {"", apply.Object}, {"a", apply.Approve}}, "invalid"},
		"objected and refused by the same": {one, []play{{"a", apply.Refuse}, {"", apply.Object}, {"a", apply.Refuse}}, "invalid"},
		"objected twice":                   {one, []play{{"a", apply.Refuse}, {"", apply.Object}, {"b", apply.Refuse}, {"", apply.Object}}, "conflict"},
		"nothing after approval":           {one, []play{{"a", apply.Accept}, {"b", apply.Approve}, {"", apply.Object}}, "conflict"},
	} {
		t.Run(name, func(t *testing.T) {
			a := &apply.Application{State: apply.Submitted, Submitted: time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)}
			now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
			for i, p := range tt.plays {
				by := apply.Actor{Kind: apply.StaffActor, ID: p.by}
				open := slices.Contains(a.Open(by, tt.rules), p.move)
				var err error
				if p.move == apply.Object {
					err = a.Object("请再看看", now)
				} else {
					e := apply.Event{Reason: "按规定", Grounds: []apply.Ground{{ID: apply.OtherGround}}}
					if p.move == apply.Verify {
						e = visit
					}
					err = a.Handle(p.move, by, tt.rules, e, now)
					if open != (err == nil) {
						t.Errorf("%s: offered %v, and then %v", p.move, open, err)
					}
				}
				got := string(a.State)
				var invalid apply.Invalid
				switch {
				case errors.As(err, &invalid):
					got = "invalid"
				case errors.Is(err, apply.ErrConflict):
					got = "conflict"
				case err != nil:
					t.Fatal(err)
				}
				if last := i == len(tt.plays)-1; last && got != tt.want || !last && err != nil {
					t.Errorf("%s by %q: %s, %v; want %s", p.move, p.by, got, err, tt.want)
				}
			}
		})
	}
}

func TestVisitIsWhole(t *testing.T) {
	rules := content.Decision{Visit: []content.VisitCheck{{Name: "lives-here", Text: "孩子住在这里"}}}
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	a := &apply.Application{State: apply.Accepted}
	err := a.Handle(apply.Verify, apply.Actor{Kind: apply.StaffActor, ID: "a"}, rules, apply.Event{Visit: &apply.Visit{Day: "2026-11-24"}}, now)
	var invalid apply.Invalid
	if !errors.As(err, &invalid) || len(invalid) != 4 {
		t.Errorf("%v; want day, who was there, the check and what was seen", err)
	}
	if len(a.Events) > 0 {
		t.Error("it was written down all the same")
	}
}
