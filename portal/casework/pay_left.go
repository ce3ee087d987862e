package casework

import "huitong/portal/apply"

// PayLeft is what a month's list leaves to be settled by hand. From which month on a grant
// is paid stands in a source; how earlier months are paid afterwards, or too many are taken
// back, stands in none: so they are named, and nothing is added to a sum.
type PayLeft struct {
	Owed map[apply.Reference][]Month // earlier months that the grant should have been paid for and was not
	Over []PayOver                   // grants that were stopped after later months had been listed
}

// PayOver names the months of which a grant is on a list though it had ended.
type PayOver struct {
	Reference apply.Reference
	Months    []Month
}
