package store_test

import (
	"errors"
	"slices"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestReportIsLinkedToAChild: a child's file names a report to who handles that one, and to
// nobody else; who may not open the child does not get it by its ID number.
func TestReportIsLinkedToAChild(t *testing.T) {
	onBoth(t, func(t *testing.T, f *fixture) {
		ctx, d := t.Context(), newReportDesk(t, f)
		child := f.child(t, d.director, newChild(childName, childID))
		ref := d.send(t, reported("key", reportWords)).Number
		elsewhere := reported("other", "")
		elsewhere.Town = "xiaolan"
		foreign := d.send(t, elsewhere).Number

		link := func(by casework.User, ref apply.Reference, look string) error {
			_, err := f.LinkReport(ctx, by.Actor(), ref, look)
			return err
		}
		if err := link(d.supervisor, ref, childID); !errors.Is(err, apply.ErrConflict) {
			t.Errorf("linked before anybody has taken it on: %v", err)
		}
		away := casework.ReportAct{Step: casework.StepExclude, Detail: d.director.ID, Words: "是孩子的亲戚"}
		if err := errors.Join(d.act(d.officer, ref, away), d.act(d.supervisor, ref, casework.ReportAct{Step: casework.StepTake}), d.act(d.other, foreign, casework.ReportAct{Step: casework.StepTake})); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name string
			by   casework.User
			ref  apply.Reference
			look string
			want error
		}{
			{"by who is kept away", d.director, ref, childID, casework.ErrForbidden},
			{"by another town", d.other, ref, childID, casework.ErrForbidden},
			{"a child of another town", d.other, foreign, childID, casework.ErrForbidden},
			{"by number", d.supervisor, ref, child, nil},
			{"by ID number, once more", d.supervisor, ref, " " + childID, nil},
		} {
			if err := link(tt.by, tt.ref, tt.look); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v; want %v", tt.name, err, tt.want)
			}
		}
		if err := link(d.supervisor, ref, childName); !errors.As(err, new(apply.Invalid)) {
			t.Errorf("by name: %v", err)
		}
		want := []casework.Case{{Kind: casework.ReportCase, ID: string(ref)}}
		for _, tt := range []struct {
			by   casework.User
			want []casework.Case
		}{{d.supervisor, want}, {d.officer, want}, {d.director, nil}} {
			file, err := f.OpenChild(ctx, tt.by.Actor(), child)
			if err != nil || !slices.Equal(file.Cases, tt.want) {
				t.Errorf("%s sees the cases %v, %v; want %v", tt.by.Role, file.Cases, err, tt.want)
			}
		}
		file, err := f.Report(ctx, d.supervisor.Actor(), ref)
		if err != nil || len(file.Children) != 1 || file.Children[0].ID != child {
			t.Errorf("the report has the children %v, %v", file, err)
		}
		if n := slices.IndexFunc(file.Events, func(e casework.ReportEvent) bool { return e.Step == casework.StepLink }); n != len(file.Events)-1 {
			t.Errorf("the link stands at %d of %d events; want once, at the end", n, len(file.Events))
		}
	})
}
