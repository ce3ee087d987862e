package store_test

import (
	"errors"
	"testing"

	"huitong/portal/store"
)

// TestDemoMark marks an empty portal once, and none that holds anything.
func TestDemoMark(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		if d, err := f.Demo(ctx); err != nil || d != (store.Demo{}) {
			t.Fatalf("Demo of an empty portal = %+v, %v; want none", d, err)
		}
		if err := f.BeginDemo(ctx); err != nil {
			t.Fatal(err)
		}
		if d, err := f.Demo(ctx); err != nil || d.Began.IsZero() || !d.Ended.IsZero() {
			t.Errorf("Demo while it is filled = %+v, %v; want begun and not ended", d, err)
		}
		if err := f.BeginDemo(ctx); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("begun twice: %v; want ErrNotEmpty", err)
		}
		if err := f.EndDemo(ctx); err != nil {
			t.Fatal(err)
		}
		if d, err := f.Demo(ctx); err != nil || d.Ended.IsZero() {
			t.Errorf("Demo that was filled = %+v, %v; want it ended", d, err)
		}
	})
}

// TestRealIsNoDemo leaves a portal alone in which one family has begun.
func TestRealIsNoDemo(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		if _, _, err := f.CreateDraft(t.Context(), "basic-living-allowance", "zh-Hans"); err != nil {
			t.Fatal(err)
		}
		if err := f.BeginDemo(t.Context()); !errors.Is(err, store.ErrNotEmpty) {
			t.Errorf("BeginDemo beside a family's draft: %v; want ErrNotEmpty", err)
		}
		if d, err := f.Demo(t.Context()); err != nil || !d.Began.IsZero() {
			t.Errorf("Demo = %+v, %v; want none", d, err)
		}
	})
}
