package apply

import (
	"slices"
	"strings"

	"huitong/content"
)

// Ground is one of the reasons that the office chooses from a list when it does not
// approve, beside its own words: a condition of the policy that is not met, or something
// about the application itself. It is what refusals are counted by.
type Ground struct {
	ID      string          `json:"id"`                // see [Ground.Condition] and [OfficeGrounds]
	Section string          `json:"section,omitempty"` // of the policy's page that says the condition
	Said    map[string]Said `json:"said,omitempty"`    // by language, of a condition: as the policy said it on that day
}

// Said is how a policy says a condition.
type Said struct {
	Title string `json:"title"`
	Text  string `json:"text"` // what is so where it is not met
}

// The grounds that do not come from a policy's file. None of them is a rule of its own:
// each says what happened to this application. Their names are kept with refusals, so
// that none is ever taken away or comes to mean something else.
const (
	PapersMissing = "papers"     // what was asked for has not come
	Unverified    = "unverified" // what was stated could not be confirmed
	Receives      = "receives"   // this, or what cannot be had beside it
	Duplicate     = "duplicate"  // another application for the same
	Elsewhere     = "elsewhere"  // another place or office decides
	NotWanted     = "not-wanted" // the family told the office so
	OtherGround   = "other"      // in the office's words alone
)

// OfficeGrounds lists the grounds that do not come from a policy's file.
func OfficeGrounds() []string {
	return []string{PapersMissing, Unverified, Receives, Duplicate, Elsewhere, NotWanted, OtherGround}
}

// conditionGround begins the ID of a ground that is a condition.
const conditionGround = "condition:"

// ConditionGround is the ID of the ground that the named condition is not met.
func ConditionGround(name string) string { return conditionGround + name }

// Condition is the name of the condition that the ground is about; empty for one of the
// office's own.
func (g Ground) Condition() string {
	name, ok := strings.CutPrefix(g.ID, conditionGround)
	if !ok {
		return ""
	}
	return name
}

// GroundsOf lists what an application for the policy can be refused for: its conditions
// as its file has them, then the office's grounds. The policy is nil where it is no
// longer published.
func GroundsOf(p *content.Policy) []Ground {
	var out []Ground
	if p != nil {
		for _, c := range p.Eligibility {
			out = append(out, groundOf(p, c))
		}
	}
	for _, id := range OfficeGrounds() {
		out = append(out, Ground{ID: id})
	}
	return out
}

// groundOf keeps the words of the day with the ground: the file may be another one when
// somebody reads the decision again.
func groundOf(p *content.Policy, c content.Condition) Ground {
	g := Ground{ID: ConditionGround(c.Name), Section: c.Section, Said: map[string]Said{p.Lang: {c.Title, c.No}}}
	if in, ok := p.In("en"); ok {
		if c, ok := in.Condition(c.Name); ok {
			g.Said[in.Lang] = Said{c.Title, c.No}
		}
	}
	return g
}

// ChooseGrounds returns those of the policy's grounds that were chosen, in their order.
// It is [Invalid] if one of them does not exist, as after a change of the policy's file.
func ChooseGrounds(p *content.Policy, ids []string) ([]Ground, error) {
	all := GroundsOf(p)
	var out []Ground
	for _, g := range all {
		if slices.Contains(ids, g.ID) {
			out = append(out, g)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(g Ground) bool { return g.ID == id }) {
			return nil, Invalid{{Field: "ground", Key: KeyGroundOption}}
		}
	}
	return out, nil
}
