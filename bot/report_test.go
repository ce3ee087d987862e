package bot

import (
	"strings"
	"testing"
)

// TestReport counts outcomes by hand.
func TestReport(t *testing.T) {
	cite := func(policy string) []Citation { return []Citation{{Policy: policy, Section: "s"}} }
	var tally tally
	for _, c := range []struct {
		want  Case
		reply Reply
	}{
		{Case{Outcome: Answer, Policies: []string{"a", "b"}, Sections: []string{"b#s"}}, Reply{Outcome: Answer, Citations: cite("b"), Confidence: 0.85}},
		{Case{Outcome: Answer, Policies: []string{"a"}, Sections: []string{"a#s"}}, Reply{Outcome: Answer, Citations: cite("b"), Confidence: 0.8}},
		{Case{Outcome: Answer, Policies: []string{"a"}}, Reply{Outcome: Refuse}},
		{Case{Outcome: Answer, Policies: []string{"a"}}, Reply{Outcome: Answer, Citations: cite("a"), Confidence: 0.3}},
		{Case{Outcome: Refuse}, Reply{Outcome: Answer, Citations: cite("a"), Confidence: 0.79}},
		{Case{Outcome: Calm}, Reply{Outcome: Answer, Citations: cite("a"), Confidence: 0.99}}, // neither right nor wrong
		{Case{Outcome: Calm}, Reply{Outcome: Urgent}},
		{Case{Outcome: Urgent}, Reply{Outcome: Urgent}},
		{Case{Outcome: Urgent}, Reply{Outcome: Clarify, Danger: true}},
		{Case{Outcome: Urgent}, Reply{Outcome: Refuse}},
		{Case{Outcome: Calm}, Reply{Outcome: Answer, Citations: cite("a"), Danger: true}},
	} {
		tally.add(c.want, c.reply, 0)
	}
	r := tally.report()
	if r.Recall1 != 0.5 || r.Retained != 0.75 || r.UrgentPrecision != 0.5 || r.RefusalRecall != 0 || len(r.Misses) != 6 {
		t.Errorf("got %+v; want recall@1 0.5, retained 0.75, urgent precision 0.5, refusal recall 0, 6 misses", r)
	}
	if r.UrgentRecall != 1.0/3 || r.NumberFirst != 2.0/3 || r.NumberElsewhere != 1.0/8 {
		t.Errorf("alarms for %.3f of danger, the number first for %.3f and %.3f of others; want 1/3, 2/3, 1/8", r.UrgentRecall, r.NumberFirst, r.NumberElsewhere)
	}
	if r.Cited != 2 || r.Section1 != 0.5 {
		t.Errorf("%d questions with a section, %.2f right; want 2, half of them right", r.Cited, r.Section1)
	}
	if answers, right := r.Sure(); answers != 2 || right != 1 {
		t.Errorf("%d sure answers, %d right; want 2 and 1", answers, right)
	}
	var out strings.Builder
	if err := Print(&out, []string{"one", "two"}, []Report{r, {Reliability: make([]Bin, len(binsFrom))}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one", "two", "0.500 of 2", "none"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
