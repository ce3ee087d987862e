package content

import (
	"slices"
	"strings"
	"testing"
)

const sampleReferrals = `tasks:
  - {name: look, department: health, zh: 看看, en: Look, familyZh: 看看, familyEn: look, days: 3, told: true, fields: [child_id], outcomes: [done]}
`

func TestReferralTasks(t *testing.T) {
	lib := corpus(t)
	task, ok := lib.ReferralTask("insurance-status")
	if !ok || task.Department != "medical-insurance" || task.Title("zh-Hant") != task.ZH || task.Family("en") != task.FamilyEN {
		t.Errorf("ReferralTask = %+v, %v", task, ok)
	}
	if _, ok := lib.ReferralTask("nothing"); ok {
		t.Error("there is a task for nothing")
	}
}

func TestReferralTasksThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"twice":       {"tasks:\n", "tasks:\n  - {name: look, department: health, zh: 看, familyZh: 看, days: 3, outcomes: [done]}\n", "it is there twice"},
		"no family":   {"familyZh: 看看, ", "", "familyZh is missing"},
		"no time":     {"days: 3", "days: 0", "days must be from 1"},
		"endless":     {"days: 3", "days: 61", "days must be from 1"},
		"no outcome":  {"[done]", "[]", "no outcomes"},
		"odd outcome": {"[done]", "[perhaps]", `no outcome is called "perhaps"`},
		"misspelt":    {"told:", "tell:", "tell"},
		"odd field":   {"tasks:", "fields:\n  child: [{name: band, zh: 评级}]\ntasks:", "a field needs a name of its own"},
	} {
		_, err := Load(tree(map[string]string{"referrals.yaml": strings.Replace(sampleReferrals, c.old, c.new, 1)}))
		if !slices.ContainsFunc(Problems(err), func(p Problem) bool { return p.File == "referrals.yaml" && strings.Contains(p.What, c.want) }) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}
