package casework

// MayInAll reports whether the user may do this in each of a town's villages.
func (u User) MayInAll(a Action, town string, villages []string) bool {
	for _, v := range villages {
		if !u.May(a, Scope{Town: town, Village: v}) {
			return false
		}
	}
	return len(villages) > 0
}

// MayInAny reports whether the user may do this in one of a town's villages at least.
func (u User) MayInAny(a Action, town string, villages []string) bool {
	for _, v := range villages {
		if u.May(a, Scope{Town: town, Village: v}) {
			return true
		}
	}
	return false
}
