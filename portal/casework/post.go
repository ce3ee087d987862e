package casework

import (
	"slices"
	"strings"

	"huitong/portal/apply"
)

// Post is what somebody is for the desk, and where.
type Post struct {
	Role       Role
	Area       string     // town, as an option of the question town; empty for the whole city
	Village    string     // or community, of a director; several with 、 between them
	Department Department // of a liaison
}

// maxVillages is how many villages one director has at most.
const maxVillages = 20

// Villages are a director's villages and communities, by their names.
func (p Post) Villages() []string {
	return slices.DeleteFunc(strings.FieldsFunc(p.Village, between), func(v string) bool { return v == "" })
}

// between separates villages, however somebody types a list.
func between(r rune) bool { return strings.ContainsRune("、,，;；\n\r", r) }

// Clean returns the post without what the role has nothing to do with.
func (p Post) Clean() Post {
	out := Post{Role: p.Role}
	if p.Role.Local() {
		out.Area = p.Area
	}
	if p.Role == Director {
		var all []string
		for _, v := range p.Villages() {
			if v = strings.Join(strings.Fields(v), " "); v != "" && !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
		out.Village = strings.Join(all, "、")
	}
	if p.Role == Liaison {
		out.Department = p.Department
	}
	return out
}

// Check says what is wrong with a clean post.
func (p Post) Check() error { return p.problems().Err() }

func (p Post) problems() apply.Invalid {
	var out apply.Invalid
	if !p.Role.Known() {
		out = append(out, apply.Problem{Field: "role", Key: KeyRole})
	}
	if p.Role.Local() && p.Area == "" {
		out = append(out, apply.Problem{Field: "area", Key: KeyArea})
	}
	villages := p.Villages()
	misnamed := slices.ContainsFunc(villages, func(v string) bool { return !nameFits(v) })
	if p.Role == Director && (len(villages) == 0 || len(villages) > maxVillages || misnamed) {
		out = append(out, apply.Problem{Field: "village", Key: KeyVillage})
	}
	if p.Role == Liaison && !p.Department.Known() {
		out = append(out, apply.Problem{Field: "department", Key: KeyDepartment})
	}
	return out
}
