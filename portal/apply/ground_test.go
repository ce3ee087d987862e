package apply_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"huitong/content"
	"huitong/portal/apply"
)

func published(t *testing.T) *content.Library {
	t.Helper()
	lib, err := content.Load(content.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// TestGroundsAreThePolicys: what can be chosen comes from the file, in its words of all
// languages, with a section that exists.
func TestGroundsAreThePolicys(t *testing.T) {
	for _, p := range published(t).Policies {
		all := apply.GroundsOf(p)
		if len(all) != len(p.Eligibility)+len(apply.OfficeGrounds()) {
			t.Errorf("%s: %d grounds for %d conditions", p.Slug, len(all), len(p.Eligibility))
		}
		for i, c := range p.Eligibility {
			g := all[i]
			if g.ID != "condition:"+c.Name || g.Condition() != c.Name || g.Said["zh-Hans"] != (apply.Said{Title: c.Title, Text: c.No}) {
				t.Errorf("%s: ground %+v of condition %s", p.Slug, g, c.Name)
			}
			if _, ok := p.Section(g.Section); !ok {
				t.Errorf("%s: ground %s names no section: %q", p.Slug, g.ID, g.Section)
			}
			if in, ok := p.In("en"); ok {
				if said := g.Said["en"]; said.Title == c.Title || said.Text != in.Eligibility[i].No {
					t.Errorf("%s: ground %s in English: %+v", p.Slug, g.ID, said)
				}
			}
		}
		for _, g := range all {
			if strings.ContainsAny(g.ID, " \t") {
				t.Errorf("%s: ground %q would be two", p.Slug, g.ID)
			}
		}
	}
}

func TestChooseGrounds(t *testing.T) {
	p, _ := published(t).Policy("basic-living-allowance")
	for _, tt := range []struct {
		p    *content.Policy
		ids  []string
		want []string // nil: invalid
	}{
		{p, []string{"other", "condition:mother", "condition:mother"}, []string{"condition:mother", "other"}},
		{p, []string{"condition:uncle", "other"}, nil},
		{p, []string{"age"}, nil},
		{nil, []string{"papers"}, []string{"papers"}},
		{nil, []string{"condition:age"}, nil}, // no longer published
	} {
		got, err := apply.ChooseGrounds(tt.p, tt.ids)
		var ids []string
		for _, g := range got {
			ids = append(ids, g.ID)
		}
		var invalid apply.Invalid
		if bad := errors.As(err, &invalid); bad != (tt.want == nil) || !slices.Equal(ids, tt.want) {
			t.Errorf("%v: %v, %v; want %v", tt.ids, ids, err, tt.want)
		}
		if len(invalid) > 0 && (invalid[0].Field != "ground" || invalid[0].Key != apply.KeyGroundOption) {
			t.Errorf("%v: %v", tt.ids, invalid)
		}
	}
}

// TestGroundIsRequired: what does not approve says on which ground, beside the words;
// everything else has none, whatever is sent.
func TestGroundIsRequired(t *testing.T) {
	one := []apply.Ground{{ID: apply.Unverified}}
	for _, m := range []apply.Move{apply.Refuse, apply.Against, apply.Approve, apply.Recommend, apply.AskMore} {
		needs := m == apply.Refuse || m == apply.Against
		if m.Grounded() != needs {
			t.Errorf("%s: grounded %v", m, m.Grounded())
		}
		a := &apply.Application{State: apply.Accepted}
		err := a.Handle(m, officer, content.Decision{}, apply.Event{Reason: "按规定"}, today)
		var invalid apply.Invalid
		if errors.As(err, &invalid) != needs || needs && (len(invalid) != 1 || invalid[0].Key != apply.KeyGroundRequired) {
			t.Errorf("%s without a ground: %v", m, err)
		}
		a = &apply.Application{State: apply.Accepted}
		if err := a.Handle(m, officer, content.Decision{}, apply.Event{Reason: "按规定", Grounds: one}, today); err != nil {
			t.Fatal(err)
		}
		want := one
		if !needs {
			want = nil
		}
		if diff := cmp.Diff(want, a.Events[0].Grounds); diff != "" {
			t.Errorf("%s: %s", m, diff)
		}
	}
	a := &apply.Application{State: apply.Accepted}
	var invalid apply.Invalid
	if err := a.Refuse(officer, nil, " ", today); !errors.As(err, &invalid) || len(invalid) != 2 || invalid[0].Field != "ground" || invalid[1].Field != "reason" {
		t.Errorf("neither ground nor words: %v", err)
	}
}
