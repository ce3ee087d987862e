package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

const refusedWords = "部门核对过，爸爸在家，材料也没有补来。"

// TestRefusal has an officer refuse on two grounds, which stand on the family's notice
// with where the policy says them, and in the figures. HUITONG_SHOTS draws the pages.
func TestRefusal(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, width := range []int64{360, 1280} {
			t.Run(fmt.Sprintf("%s-%d", mode, width), func(t *testing.T) {
				t.Parallel()
				s := startSite(t)
				d := device{width: width, height: 800, touch: width < 500}
				family, officer := newVisitor(t, s, d, mode), newVisitor(t, s, d, mode)
				looks := map[*visitor]func(){family: family.arrived, officer: officer.arrived}
				if os.Getenv("HUITONG_SHOTS") != "" {
					a := &album{visitor: family, dir: filepath.Join("out", fmt.Sprintf("refusal-%s-%d", mode, width))}
					if err := os.MkdirAll(a.dir, 0o755); err != nil {
						t.Fatal(err)
					}
					looks[family] = func() { a.shoot("family" + family.where()) }
					a.draws(officer)
					looks[officer] = officer.arrived
				}
				for v := range looks { // other tests have looked at the way until here
					v.arrived = func() {}
					v.open("/?mode=" + mode)
				}
				pass := family.apply()
				officer.setPassword()
				officer.signIn()
				officer.goTo("/staff/applications/" + ungrouped(pass.number))
				officer.decide("accept", "")
				family.arrived, officer.arrived = looks[family], looks[officer]
				refused(family, officer, pass)
			})
		}
	}
}

func refused(family, officer *visitor, pass pass) {
	family.Helper()
	officer.to(`main a[href$="/refuse"]`)
	officer.sees("爸爸的情况")
	officer.failing(422, func() { officer.to(`main form[action$="/refuse"] button`) })
	for _, ground := range []string{"condition:father", "papers"} {
		officer.press(`main input[value="` + ground + `"] + label`)
	}
	officer.decide("refuse", refusedWords)
	officer.sees("没有达到的条件：爸爸的情况")
	officer.goTo("/staff/figures")
	officer.sees("要补的材料没有收到")

	family.track(pass)
	family.sees("要补的材料没有收到")
	family.goTo("/track/decision")
	family.sees(refusedWords)
	family.sees("没有达到的条件：爸爸的情况")
	family.to(`main section a[href*="/policies/basic-living-allowance"]`)
	family.sees("哪些情况算")
}
