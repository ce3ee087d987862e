package web

import (
	"regexp"
	"testing"

	"huitong/portal/casework"
)

// decide has the office end a case that was submitted, and returns the officer.
func (d *desk) decide(path, move, reason string) *browser {
	d.t.Helper()
	o := d.staff(casework.Officer, "")
	o.open(path).send(path+"/accept", nil)
	o.open(path+"/"+move).send(path+"/"+move, map[string]string{"ground": "other", "reason": reason})
	return o.send(path+"/"+move, map[string]string{"confirmed": "1"}).wants(200)
}

func TestDecision(t *testing.T) {
	for move, outcome := range map[string]string{"approve": "决定：批准。", "refuse": "决定：这次不批准。"} {
		next := map[string]string{"approve": "从确认的下个月开始发", "refuse": "没批的理由会书面说明"} // of the policy
		t.Run(move, func(t *testing.T) {
			d := newDesk(t)
			b := d.fill("family").submit()
			number, code := b.pass()
			b.open("/track/decision").wants(200, "等镇街收") // nothing is decided yet
			d.decide("/staff/applications/"+ungrouped(number), move, "材料核对过了，理由写在这里。")
			b.open("/track/status").wants(200, "决定通知")
			b.open("/track/decision").wants(200, outcome, number, "材料核对过了，理由写在这里。", "2026年11月23日", "依据的规定", "行政复议", "行政诉讼", "12345").lacks(code)
			b.wants(200, next[move]).lacks(secrets...)
			for other, words := range next {
				if other != move {
					b.lacks(words)
				}
			}
			b.open("/en/track/decision").wants(200, "Notice of decision", "12345")
			if found := regexp.MustCompile(`\d+ ?(日|天|个月|days|months)内?[^。]*(复议|诉讼|object)`).FindString(b.text()); found != "" {
				t.Errorf("a time limit for objections is named: %q", found)
			}
			for _, l := range languages {
				for _, mode := range modes {
					b.cookies["mode"] = mode
					b.open(l.path("/track/decision")).wants(200)
					checkPageShape(t, b.doc, l, mode)
				}
			}
			d.browser("nobody").open("/track/decision").wants(200, "查进度").lacks(number)
		})
	}
}
