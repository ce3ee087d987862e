package content

import (
	"slices"
	"testing"
)

func screening(t *testing.T) Screening {
	t.Helper()
	lib, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return NewScreening(lib.Policies)
}

// walk answers what is asked, one question after the other, and returns the names
// of the questions. What is missing in the answers is not known.
func walk(t *testing.T, s Screening, answers Answers) []string {
	t.Helper()
	given := Answers{}
	var asked []string
	for {
		open := s.Open(given)
		if len(open) == 0 {
			return asked
		}
		q := open[0]
		if slices.Contains(asked, q.Name) {
			t.Fatalf("%s is asked twice", q.Name)
		}
		asked = append(asked, q.Name)
		if given[q.Name] = answers[q.Name]; given[q.Name] == "" {
			given[q.Name] = UnknownAnswer
		}
	}
}

func TestScreening(t *testing.T) {
	s := screening(t)
	tests := []struct {
		name     string
		answers  Answers
		yes, no  []string
		perhaps  []string
		notAsked []string
	}{
		{
			name:     "both parents dead",
			answers:  Answers{"child_age": "8", "hukou": "zhongshan", "father": "dead", "mother": "dead", "recognition": "orphan", "adopted": "no", "left_behind": "no", "rural": "no", "with_parents": "no", "parents_away": "none", "hard_family": "no", "hard_self": "no", "hard_care": "no", "care_trouble": "none"},
			yes:      []string{"basic-living-allowance", "tomorrow-plan", "medical-insurance-relief", "guardianship-education"},
			perhaps:  []string{"minor-supplement"},
			no:       []string{"dream-scholarship", "left-behind-care", "children-in-difficulty", "guardianship-assessment"},
			notAsked: []string{"in_school", "difficulty", "orphan_as_minor", "school_place"},
		},
		{
			name:     "an orphan at a university",
			answers:  Answers{"child_age": "19", "in_school": "fulltime", "hukou": "zhongshan", "father": "dead", "mother": "missing", "recognition": "orphan", "adopted": "no", "orphan_as_minor": "yes", "recognised_in": "zhongshan", "school_place": "mainland", "study_break": "no"},
			yes:      []string{"dream-scholarship", "tomorrow-plan"},
			perhaps:  []string{"basic-living-allowance"},
			no:       []string{"left-behind-care", "children-in-difficulty", "guardianship-education"},
			notAsked: []string{"rural", "hard_family", "care_trouble"},
		},
		{
			name:    "nothing is known but the age",
			answers: Answers{"child_age": "8"},
			yes:     []string{"guardianship-education"},
			perhaps: []string{"basic-living-allowance", "tomorrow-plan", "left-behind-care", "children-in-difficulty"},
			no:      []string{"dream-scholarship"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked := walk(t, s, tt.answers)
			for _, name := range tt.notAsked {
				if slices.Contains(asked, name) {
					t.Errorf("%s is asked, though it matters to no policy any more", name)
				}
			}
			got := map[Truth][]string{}
			for _, v := range s.Assess(tt.answers) {
				got[v.Result] = append(got[v.Result], v.Policy.Slug)
			}
			for truth, want := range map[Truth][]string{True: tt.yes, Unknown: tt.perhaps, False: tt.no} {
				for _, slug := range want {
					if !slices.Contains(got[truth], slug) {
						t.Errorf("%s: %v; want %s there", truth, got[truth], slug)
					}
				}
			}
		})
	}
}

// TestScreeningAgrees compares each verdict with that of the policy by itself after
// its own questions alone.
func TestScreeningAgrees(t *testing.T) {
	s := screening(t)
	answers := Answers{"child_age": "8", "hukou": "zhongshan", "father": "prison", "mother": "lost", "recognition": "none", "difficulty": "poor", "hard_family": "yes"}
	for _, v := range s.Assess(answers) {
		own := Answers{}
		for _, q := range v.Policy.Screen() {
			own[q.Name] = answers[q.Name]
		}
		if alone := v.Policy.Assess(own); alone.Result != v.Result {
			t.Errorf("%s: %s together with others, %s alone", v.Policy.Slug, v.Result, alone.Result)
		}
	}
}

// TestScreeningOrder wants the age first, which every policy asks, and the sections
// sorted by verdict.
func TestScreeningOrder(t *testing.T) {
	s := screening(t)
	if first := s.Open(nil)[0].Name; first != "child_age" {
		t.Errorf("the first question is %s; want child_age", first)
	}
	place := map[Truth]int{True: 0, Unknown: 1, False: 2}
	last := 0
	for _, v := range s.Assess(Answers{"child_age": "8"}) {
		if place[v.Result] < last {
			t.Errorf("%s (%s) stands behind a worse verdict", v.Policy.Slug, v.Result)
		}
		last = place[v.Result]
	}
}
