package content

import (
	"cmp"
	"slices"
)

// written is the language that policies are written in; a translation has another.
const written = "zh-Hans"

// Screening asks what several policies want to know, each question once, and judges
// the answers by the rules of all of them.
type Screening struct {
	policies  []*Policy
	questions []*Question
	asker     map[string]*Policy // question to the policy whose words it has
}

// Screened is what one policy of a screening says.
type Screened struct {
	Policy *Policy
	Verdict
}

// NewScreening returns a screening over those of the policies that can be checked.
// A question that one of them has in a translation is asked in that.
func NewScreening(policies []*Policy) Screening {
	s := Screening{asker: map[string]*Policy{}}
	at := map[string]int{}
	for _, p := range policies {
		if !p.Checkable() {
			continue
		}
		s.policies = append(s.policies, p)
		for _, q := range p.Screen() {
			i, known := at[q.Name]
			switch {
			case !known:
				at[q.Name] = len(s.questions)
				s.questions = append(s.questions, q)
			case p.Lang == written || s.asker[q.Name].Lang != written:
				continue
			default:
				s.questions[i] = q
			}
			s.asker[q.Name] = p
		}
	}
	return s
}

// Screen returns every question that may be asked.
func (s Screening) Screen() []*Question { return s.questions }

// LangOf returns the language in which a question of the screening stands.
func (s Screening) LangOf(q *Question) string { return s.asker[q.Name].Lang }

// Open returns the questions that still matter to a policy which is undecided. The
// one that most of them wait for comes first, so that few are needed in all.
func (s Screening) Open(a Answers) []*Question {
	waiting := map[string]int{}
	for _, p := range s.policies {
		for _, q := range p.Open(a) {
			waiting[q.Name]++
		}
	}
	var out []*Question
	for _, q := range s.questions {
		if waiting[q.Name] > 0 {
			out = append(out, q)
		}
	}
	slices.SortStableFunc(out, func(x, y *Question) int { return cmp.Compare(waiting[y.Name], waiting[x.Name]) })
	return out
}

// Assess judges the answers by each policy: first those that say yes, then what has
// to be confirmed, then the rest; within these in the order of the policies.
func (s Screening) Assess(a Answers) []Screened {
	var out []Screened
	for _, p := range s.policies {
		out = append(out, Screened{p, p.Assess(a)})
	}
	place := map[Truth]int{True: 0, Unknown: 1, False: 2}
	slices.SortStableFunc(out, func(x, y Screened) int { return cmp.Compare(place[x.Result], place[y.Result]) })
	return out
}
