package casework

// Fields returns what of a child's record can be given to a department, by the names that
// the content has for it (referrals.yaml).
func (c Child) Fields() map[string]string {
	d := c.Details
	return map[string]string{
		"child_name": d.Name, "child_id": d.ResidentID, "child_born": d.Born, "town": c.Town, "village": c.Village, "band": c.Band,
		"guardian_name": d.Guardian, "guardian_relation": d.Relation, "guardian_phone": d.Phone,
	}
}

// Fields returns what of a report can be given to a department. Who reported it, and how
// that one can be reached, is not among it.
func (r *Report) Fields() map[string]string {
	return map[string]string{
		"report_kind": r.Said.Kind, "report_danger": string(r.Danger), "town": r.Town, "village": r.Said.Village,
		"report_place": r.Said.Place, "child_name": r.Said.Child, "report_words": r.Said.Words,
	}
}
