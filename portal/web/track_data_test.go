package web

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"huitong/portal/casework"
)

// TestOwnData takes a copy of an application and expects all that was answered and
// done in it, and the audit to know.
func TestOwnData(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family").submit()
	number, _ := b.pass()
	b.open("/track/status").wants(200, "我的资料")
	b.open("/track/data").wants(200, "下载我的资料", "请先撤回申请").lacks("全部删除")
	b.send("/track/data", nil).wants(200)
	if got := b.header.Get("Content-Disposition"); got != `attachment; filename="application.json"` {
		t.Errorf("Content-Disposition = %q", got)
	}
	if got := b.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control = %q", got)
	}
	var got ownData
	if err := json.Unmarshal([]byte(b.body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Number != number || got.State != "submitted" || got.Submitted == nil || got.Consent == nil || len(got.History) != 1 {
		t.Errorf("the copy lacks something: %+v", got)
	}
	for _, want := range []ownAnswer{{"child_name", "孩子的姓名", "金丝雀", "金丝雀"}, {"hukou", "孩子的户口在哪里？", "zhongshan", "在中山"}} {
		if !slices.Contains(got.Answers, want) {
			t.Errorf("the copy lacks %+v", want)
		}
	}
	for _, secret := range secrets {
		if !strings.Contains(b.body, secret) {
			t.Errorf("the copy lacks %s", secret)
		}
	}
	d.staff(casework.Auditor, "").open("/staff/audit").wants(200, "家庭拿走一份资料")
}

// TestOwnDataNamesThePapers: what was attached and what is brought on paper is in the copy, with
// where each photo is.
func TestOwnDataNamesThePapers(t *testing.T) {
	d := newDesk(t)
	b := d.begin("family")
	b.post(papersAt, b.others(), chosen{doc("household-register"), shot(t, 10)}, chosen{doc("guardian-proof"), []byte(samplePDF)}, chosen{doc("household-register"), shot(t, 20)})
	b.open("/track/data").send("/track/data", nil).wants(200)
	var got ownData
	if err := json.Unmarshal([]byte(b.body), &got); err != nil {
		t.Fatal(err)
	}
	papers := map[string]ownPaper{}
	for _, p := range got.Papers {
		papers[p.Name] = p
	}
	register, proof, photo := papers["household-register"], papers["guardian-proof"], papers["photo"]
	if register.Title != "户口本、身份证" || register.OnPaper || len(register.Files) != 2 || len(proof.Files) != 1 || !photo.OnPaper || len(photo.Files) != 0 {
		t.Fatalf("papers of the copy: %+v", got.Papers)
	}
	for _, f := range append(register.Files, proof.Files...) {
		if f.Added.IsZero() || f.Size == 0 {
			t.Errorf("file %+v", f)
		}
		b.open(f.At).wants(200)
	}
}

func TestErase(t *testing.T) {
	d := newDesk(t)
	b := d.fill("family")
	number, code := b.pass()
	b.open("/track/data")
	stale := b.form("/track/erase")
	stale.Set("version", "1")
	b.do("POST", "/track/erase", stale)
	b.wants(409, "全部删除")
	b.send("/track/erase", nil).wants(200, "已经全部删除")
	if got := b.header.Get("Clear-Site-Data"); got == "" && !strings.Contains(b.body, "data-draft-wipe") {
		t.Error("what the device keeps is not cleared")
	}
	b.open("/track/data").wants(200, "查进度").lacks(number)
	b.open("/track").send("/track", map[string]string{"number": number, "code": code}).wants(422, "编号或查询码不对")

	sent := d.fill("sent").submit()
	forced := sent.open("/track/data").form("/track/data")
	forced.Set("version", "99")
	sent.do("POST", "/track/erase", forced)
	sent.open("/track/status").wants(200, "等镇街收")
}
