package web

import (
	"encoding/csv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huitong/portal/casework"
)

// TestFigures: each role sees its own part, in all that the page says and in the file.
func TestFigures(t *testing.T) {
	d := newDesk(t)
	d.fill("family").submit()
	town, other, officer, auditor := d.staff(casework.Supervisor, "shiqi"), d.staff(casework.Supervisor, "xiaolan"), d.staff(casework.Officer, ""), d.staff(casework.Auditor, "")
	cases, audit := []string{"各项政策的申请", "等着办的申请", "孩子的监护评估", "问一问没答上的问题"}, []string{"工作人员看过什么", "每周的查看和被拒"}
	town.open("/staff").wants(200, "数字统计").open("/staff/figures").wants(200, append(cases, "石岐街道", "合计", "为什么不批准")...).lacks(append(audit, "各镇街的申请")...)
	if bars := find(town.doc, func(n *html.Node) bool { return n.Data == "rect" && attr(n, "class") == "chart__bar" }); len(bars) == 0 || attr(bars[0], "width") != "80%" {
		t.Errorf("%d bars; want one for each row, the longest first", len(bars))
	}
	other.open("/staff/figures").wants(200, "小榄镇", "这段时间没有").lacks("石岐街道")
	officer.open("/staff/figures?period=year").wants(200, append(append(cases, audit...), "全市", "各镇街的申请", "石岐街道")...)
	auditor.open("/staff/figures?period=quarter").wants(200, audit...).lacks(cases...)
	for _, b := range []*browser{town, officer, auditor} {
		b.keepsShape(t, "/staff/figures")
		b.lacks(secrets...)
	}
	d.staff(casework.Director, "shiqi").open("/staff/figures").wants(403)
	auditor.open("/staff/audit").wants(200, "申请列表、今年", "操作记录、本季度").lacks("cases", "quarter")

	officer.open("/staff/figures/list.csv?period=month").wants(200)
	if kind := officer.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") || !strings.HasPrefix(officer.body, "\ufeff") {
		t.Errorf("the file is %s, %q", kind, officer.body[:9])
	}
	r := csv.NewReader(strings.NewReader(officer.body))
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for _, line := range lines[2:] {
		for _, cell := range line[1:] {
			if len(cell) == 1 && cell < "5" {
				t.Errorf("%q has left the desk", line)
			}
			if cell == "不显示" {
				hidden++
			}
		}
	}
	if hidden < 10 {
		t.Errorf("%d numbers are hidden; want those of every town", hidden)
	}
	auditor.open("/staff/figures/list.csv").wants(200)
	if strings.Contains(auditor.body, "各项政策的申请") || !strings.Contains(auditor.body, "每周的查看和被拒") {
		t.Errorf("the auditor's file is %s", auditor.body)
	}
	if got := len(d.audit(casework.ExportFigures)); got != 3 { // the officer's two halves, the auditor's one
		t.Errorf("%d exports in the audit; want 3", got)
	}
}

func TestShortLabel(t *testing.T) {
	for give, want := range map[string]string{"石岐街道": "石岐街道", "一二三四五六七八九十": "一二三四五六七八九十", "一二三四五六七八九十一": "一二三四五六七八九十…", "Twenty letters and more": "Twenty letters and m…"} {
		if got := shortLabel(give); got != want {
			t.Errorf("%q: %q; want %q", give, got, want)
		}
	}
}
