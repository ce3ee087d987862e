package content

import (
	"fmt"
	"slices"
)

// From which month an approved application is paid: that of the decision, or the next.
const (
	PaysSameMonth = "same-month"
	PaysNextMonth = "next-month"
)

// checkStandard wants what an approval pays to be an amount of the facts.
func (p *Policy) checkStandard(facts *Facts, c *collector) {
	if p.Standard == "" {
		return
	}
	if !slices.Contains([]string{PaysSameMonth, PaysNextMonth}, p.Pays) {
		c.add(p.file, p.src.line("standard"), fmt.Sprintf("an approval pays from %q on", p.Pays), "say pays: next-month or pays: same-month, as the policy has it")
	}
	if f, ok := facts.Fact(p.Standard); !ok || f.Kind != "amount" || f.Number <= 0 {
		c.add(p.file, p.src.line("standard"), fmt.Sprintf("standard %q is no amount of the facts", p.Standard), "name a fact of the kind amount, without ${}")
	}
}

// StandardOf returns the fact with the amount that an approval for a policy pays at
// present; false where there is not one amount for all.
func (l *Library) StandardOf(p *Policy) (Fact, bool) {
	if p.Standard == "" {
		return Fact{}, false
	}
	return l.Facts.Fact(p.Standard)
}
