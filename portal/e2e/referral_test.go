package e2e

import "strings"

const liaisonLogin = "lianluo"

// What the liaison writes to the officer, and the officer to the family.
const (
	liaisonWords = "系统里查到，今年已经缴费。"
	familyWords  = "孩子今年参加了居民医保。"
)

// referredWay has the administrator invite a liaison, and the officer ask that one's
// department about an application; each acts on a page of their own. It ends with what
// the family reads of it.
func referredWay(family, officer, admin, liaison *visitor, p pass) {
	officer.Helper()
	admin.signInAs(adminLogin)
	admin.giveCode()
	admin.goTo("/staff/invite")
	admin.choose("role", "liaison")
	admin.choose("department", "medical-insurance")
	admin.to(`main form[action^="/staff/invite"] .form__buttons button`)
	link := look[string](admin.tab, "value", "#invite-link")
	admin.signOut()
	liaison.setPasswordOf(link, liaisonLogin)
	liaison.signInAs(liaisonLogin)
	liaison.enrol()
	liaison.at("/staff/referrals")

	officer.signIn()
	officer.goTo("/staff")
	officer.to(`main a[href$="/staff/applications/` + strings.NewReplacer(" ", "", "-", "").Replace(p.number) + `"]`)
	officer.to(`main a[href$="/refer"]`)
	officer.to(`main a[href$="task=insurance-status"]`)
	officer.to(`main form .form__buttons button`)
	officer.sees("已转出")

	liaison.goTo("/staff/referrals")
	liaison.to(`main tbody a`)
	liaison.sees(answers["child_name"])
	liaison.sees(answers["child_id"])
	if text := look[string](liaison.tab, "text", "main"); strings.Contains(text, answers["guardian_name"]) || strings.Contains(text, answers["address"]) {
		liaison.Errorf("the liaison sees what nobody ticked: %s", text)
	}
	liaison.to(`main form[action$="/take"] button`)
	liaison.choose("outcome", "confirmed")
	liaison.fill("words", liaisonWords)
	liaison.to(`main form[action$="/answer"] button.button--chief`)
	if text := look[string](liaison.tab, "text", "main"); strings.Contains(text, answers["child_name"]) {
		liaison.Errorf("after its answer the liaison still sees the child: %s", text)
	}

	officer.goTo("/staff/referrals?waits=sender")
	officer.to(`main tbody a`)
	officer.sees(liaisonWords)
	officer.fill("family", familyWords)
	officer.to(`main form[action$="/close"] button`)
	officer.signOut()

	family.goTo("/track/status")
	family.sees("我们请医疗保障部门核对孩子的参保情况")
	family.sees(familyWords)
	if text := look[string](family.tab, "text", "main"); strings.Contains(text, liaisonWords) {
		family.Errorf("the family reads what the department wrote: %s", text)
	}
}
