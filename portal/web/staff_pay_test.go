package web

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"huitong/portal/casework"
	"huitong/portal/sheet"
)

// TestPayList goes from an approval to the files of a list that two officers answer for.
func TestPayList(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	first := d.decide("/staff/applications/"+ungrouped(number), "approve", "材料核对过了。")
	first.open("/staff/pay").wants(200, "这个月没有该发的")
	d.now = d.now.AddDate(0, 0, 14) // December
	first, second := d.staff(casework.Officer, "first"), d.staff(casework.Officer, "second")
	first.open("/staff/pay").wants(200, "石岐街道", "还没列入的1份").keepsShape(t, "/staff/pay")
	due := "/staff/pay/due/" + living + "/2026-12"
	first.open(due).wants(200, number, "金丝雀", "002X", "0124", "1578", "一共1份，合计1578元", "壹仟伍佰柒拾捌元整", "2026年12月", "依据1", "会办意见").lacks(secrets[1], secrets[6])
	first.keepsShape(t, due)
	first.open("/staff/pay/due/" + living + "/2027-01").wants(404)
	first.open(due).send(due, nil)
	list := first.wants(200, "已封存，等确认", "请另一位经办人").lacks(secrets[1], secrets[6]).address
	first.keepsShape(t, list)
	first.do("POST", list+"/confirm", map[string][]string{"_csrf": {first.cookies["csrf"]}})
	first.wants(422)
	if masked := first.file(t, list+"/list.csv"); strings.Contains(masked, secrets[1]) || !strings.Contains(masked, "**************002X") {
		t.Errorf("before it is confirmed: %s", masked)
	}
	second.open(list).send(list+"/confirm", nil).wants(200, "已确认", "请妥善保管")
	second.keepsShape(t, list)
	body := second.file(t, list+"/list.csv")
	if again := second.file(t, list+"/list.csv"); again != body || !strings.HasPrefix(body, "\ufeff") || !strings.Contains(body, "\r\n") {
		t.Errorf("taken away again: %q; before: %q", again, body)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][3] != "\t"+secrets[1] || rows[1][5] != "\t"+secrets[6] || rows[1][6] != "1578" {
		t.Errorf("CSV has %q, %v", rows, err)
	}
	second.book(t, list+"/list.xlsx")
	if n := len(d.audit(casework.PayGrants)); n < 5 {
		t.Errorf("%d lines in the audit", n)
	}
	one := "/staff/applications/" + ungrouped(number)
	second.open(one).wants(200, "1578元/人/月", "2026年12月").open(one+"/grant").wants(200, "最后发哪个月").keepsShape(t, one+"/grant")
	second.open(one+"/grant").send(one+"/grant", map[string]string{"last": "2026-12"}).wants(422)
	second.open(one+"/grant").send(one+"/grant", map[string]string{"last": "2026-12", "reason": "被收养了"}).wants(200, "发到2026年12月为止", "被收养了")
	second.open(one+"/grant").send(one+"/grant", map[string]string{"reason": "弄错了"}).wants(200).lacks("为止")
}

// file takes a file away.
func (b *browser) file(t *testing.T, address string) string {
	t.Helper()
	if b.open(address); b.status != 200 || !strings.Contains(b.header.Get("Content-Disposition"), "pay-2026-12.") {
		t.Fatalf("%s: %d, %s", address, b.status, b.header.Get("Content-Disposition"))
	}
	return b.body
}

// book reads a workbook: numbers are text, amounts are numbers, the heading stays.
func (b *browser) book(t *testing.T, address string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader([]byte(b.file(t, address))))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for cell, want := range map[string]string{"D2": secrets[1], "F2": secrets[6], "G2": "1,578.00"} {
		if got, err := f.GetCellValue(sheet.BookSheet, cell); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", cell, got, err, want)
		}
	}
	if kind, err := f.GetCellType(sheet.BookSheet, "F2"); err != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
		t.Errorf("an account is of the type %v, %v; want text", kind, err)
	}
	if panes, err := f.GetPanes(sheet.BookSheet); err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v; want the heading to stay", panes, err)
	}
}

// TestPayChoice asks which amount counts where the standard changed within the month,
// and warns of grants that are not at the standard.
func TestPayChoice(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	d.decide("/staff/applications/"+ungrouped(number), "approve", "材料核对过了。")
	d.now = d.now.AddDate(0, 0, 14)
	officer := d.staff(casework.Officer, "first")
	d.raise(t)
	due := "/staff/pay/due/" + living + "/2026-12"
	officer.open(due).wants(200, "有1份和现在的标准不一样，标准是1600元").send(due, nil).wants(422, "请先核对上面的提醒")
	one := "/staff/standards/" + living
	officer.open(one).send(one, nil).wants(200, "改好了")
	raw, err := sql.Open("sqlite", "file:"+d.file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	if _, err := raw.Exec(`UPDATE grant_changes SET from_day = $1`, time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC).UnixMicro()); err != nil {
		t.Fatal(err)
	}
	officer.open(due).wants(200, "1578 → 1600", "政策文件没有写").keepsShape(t, due)
	officer.open(due).send(due, nil).wants(422, "请选按哪个金额付")
	officer.open(due).send(due, map[string]string{casework.FieldPayChoice: "early"}).wants(200, "一共1份，合计1578元")
}

// TestCapitals writes amounts as papers about money do.
func TestCapitals(t *testing.T) {
	for fen, want := range map[int64]string{
		0: "零元整", 157800: "壹仟伍佰柒拾捌元整", 157850: "壹仟伍佰柒拾捌元伍角整", 100005: "壹仟元零伍分", 1000000: "壹万元整",
		1050000000: "壹仟零伍拾万元整", 100000100: "壹佰万零壹元整", 10000000100: "壹亿零壹元整", 110050012: "壹佰壹拾万零伍佰元壹角贰分",
	} {
		if got := capitals(fen); got != want {
			t.Errorf("capitals(%d) = %q; want %q", fen, got, want)
		}
	}
}
