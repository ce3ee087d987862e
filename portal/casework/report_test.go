package casework

import (
	"slices"
	"testing"
)

// TestAlertReachesTheVillage has the director of the village told of a report, whether the
// village has a field of its own or stands in the line that says where.
func TestAlertReachesTheVillage(t *testing.T) {
	director := User{ID: "director", Post: Post{Role: Director, Area: "shiqi", Village: "迎阳社区、岐头社区"}}
	elsewhere := User{ID: "elsewhere", Post: Post{Role: Director, Area: "dongqu", Village: "迎阳社区"}}
	town := User{ID: "town", Post: Post{Role: Supervisor, Area: "shiqi"}}
	for name, tt := range map[string]struct {
		town string
		city bool
		said Said
		told bool
	}{
		"in its field":            {town: "shiqi", said: Said{Village: "迎阳社区"}, told: true},
		"the second village":      {town: "shiqi", said: Said{Village: "岐头社区"}, told: true},
		"in the line":             {town: "shiqi", said: Said{Place: "石岐迎阳社区云雀巷77号"}, told: true},
		"in the line, with gaps":  {town: "shiqi", said: Said{Place: "迎阳 社区，云雀巷"}, told: true},
		"a road of that name":     {town: "shiqi", said: Said{Place: "迎阳路77号"}},
		"another in its field":    {town: "shiqi", said: Said{Village: "宏基社区", Place: "迎阳社区旁边"}},
		"of a town not named":     {said: Said{Place: "迎阳社区"}},
		"for the city to look at": {town: "shiqi", city: true, said: Said{Village: "迎阳社区"}},
		"nowhere":                 {town: "shiqi"},
	} {
		t.Run(name, func(t *testing.T) {
			r := Report{Town: tt.town, City: tt.city, Said: tt.said}
			told := r.Alert([]User{elsewhere, director, town})
			if got := slices.ContainsFunc(told, func(u User) bool { return u.ID == director.ID }); got != tt.told || (r.Assigned == director.ID) != tt.told {
				t.Errorf("the director is told: %t, has it in hand: %t; want %t", got, r.Assigned == director.ID, tt.told)
			}
			if slices.ContainsFunc(told, func(u User) bool { return u.ID == elsewhere.ID }) {
				t.Error("a director of another town is told")
			}
		})
	}
}
