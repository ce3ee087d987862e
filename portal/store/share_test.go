package store_test

import (
	"errors"
	"sync"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/outreach"
)

func TestShareLinks(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		p := f.people(t)
		target := outreach.Target{Kind: outreach.Policy, Slug: "basic-living-allowance"}
		here := outreach.Place{Town: "shiqi", Village: village}
		codes := make([]outreach.Code, 8)
		var wait sync.WaitGroup
		for i := range codes { // tapped twice, on two devices
			wait.Go(func() {
				l, err := f.ShareLink(ctx, p.director.Actor(), target, here)
				if err != nil {
					t.Error(err)
				}
				codes[i] = l.Code
			})
		}
		wait.Wait()
		for _, code := range codes {
			if code != codes[0] {
				t.Errorf("codes %v; want one", codes)
			}
		}
		town, err := f.ShareLink(ctx, p.supervisor.Actor(), target, outreach.Place{Town: "shiqi"})
		if err != nil || town.Code == codes[0] {
			t.Errorf("the town's link: %v, %v", town, err)
		}
		got, err := f.LinkByCode(ctx, codes[0])
		if err != nil || got.Target != target || got.Place != here {
			t.Errorf("LinkByCode = %+v, %v", got, err)
		}
		if _, err := f.LinkByCode(ctx, "222222"); !errors.Is(err, apply.ErrNotFound) {
			t.Errorf("a code of nothing: %v", err)
		}
		more := []outreach.Target{{Kind: outreach.Policy, Slug: "tomorrow-plan"}, target}
		for range 2 {
			links, err := f.ShareLinks(ctx, p.director.Actor(), more, here)
			if err != nil || len(links) != 2 || links[0].Target != more[0] || links[1].Code != codes[0] {
				t.Errorf("ShareLinks = %+v, %v; want a new one and %s", links, err, codes[0])
			}
		}
		for who, by := range map[string]struct {
			casework.User
			at outreach.Place
		}{
			"another village":  {p.stranger, here},
			"another town":     {p.supervisor, outreach.Place{Town: "xiaolan"}},
			"an auditor":       {p.auditor, here},
			"a whole town":     {p.director, outreach.Place{Town: "shiqi"}},
			"the city's place": {p.supervisor, outreach.Place{}},
		} {
			if _, err := f.ShareLink(ctx, by.Actor(), target, by.at); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s: %v; want forbidden", who, err)
			}
			if _, err := f.ShareLinks(ctx, by.Actor(), more, by.at); !errors.Is(err, casework.ErrForbidden) {
				t.Errorf("%s, all at once: %v; want forbidden", who, err)
			}
		}
		var lines int
		if err := f.raw.QueryRow(`SELECT COUNT(*) FROM audit WHERE action = 'share'`).Scan(&lines); err != nil || lines != 3 {
			t.Errorf("%d lines in the audit, %v; want 3", lines, err)
		}
	})
}
