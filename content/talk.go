package content

// Talked lists the policies that a director goes through on a visit at home, which are
// all that still count, as they stand: by kind and order.
func (l *Library) Talked() []*Policy {
	var out []*Policy
	for _, p := range l.Policies {
		if p.Status != "ended" {
			out = append(out, p)
		}
	}
	return out
}

// InPlainWords returns what the policy says in plain words, section by section: what
// somebody reads out who is asked about it.
func (p *Policy) InPlainWords() []string {
	var out []string
	for _, s := range p.Sections {
		if words := p.Plain[s.ID]; words != "" {
			out = append(out, words)
		}
	}
	return out
}
