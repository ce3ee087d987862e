package web

import (
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"huitong/content"
	"huitong/portal/apply"
)

// TestLinkedStandard approves at one standard and changes it: the desk lists what would
// change, and changes it when the officer says so.
func TestLinkedStandard(t *testing.T) {
	d := newDesk(t)
	family := d.fill("family")
	number, _ := family.pass()
	family.submit()
	officer := d.decide("/staff/applications/"+ungrouped(number), "approve", "材料核对过了。")
	officer.open("/staff/standards").wants(200, "标准调整", "1578元/人/月", "正在发的1份都和标准一样")

	d.raise(t)
	officer.open("/staff/standards").wants(200, "1600元/人/月", "有1份和标准不一样", "+22元")
	one := "/staff/standards/" + living
	officer.open(one).wants(200, number, "石岐街道", "1578", "1600", "+22").lacks(secrets...)
	officer.keepsShape(t, one)
	officer.open(one + "/list.csv").wants(200)
	if kind := officer.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") || !strings.Contains(officer.body, "\t"+ungrouped(number)+"\",石岐街道,1578,1600,+22,2021-05-13") {
		t.Errorf("the list is %s: %s", kind, officer.body)
	}
	form := officer.open(one).form(one)
	stale := maps.Clone(form)
	stale.Set("amount", "1578元/人/月")
	officer.do("POST", one, stale)
	officer.wants(409, "什么也没有改")
	officer.do("POST", one, form)
	officer.wants(200, "改好了", "正在发的1份都和标准一样")
	officer.do("POST", one, form)
	officer.wants(409, "什么也没有改")
	officer.open("/staff/standards/nothing").wants(404)
	a, err := d.store.ApplicationByReference(t.Context(), apply.Reference(ungrouped(number)))
	if err != nil || a.State != apply.Approved {
		t.Errorf("the application is %v, %v; want it as it was decided", a, err)
	}
}

// changedFacts is the site's content with other facts.
type changedFacts struct{ facts []byte }

// Open implements fs.FS.
func (f changedFacts) Open(name string) (fs.File, error) {
	if name == "facts.yaml" {
		return fstest.MapFS{name: &fstest.MapFile{Data: f.facts}}.Open(name)
	}
	return content.Embedded().Open(name)
}

// raise publishes a content in which the allowance is 1600 yuan.
func (d *desk) raise(t *testing.T) {
	t.Helper()
	facts, err := fs.ReadFile(content.Embedded(), "facts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	raised := strings.NewReplacer("1578元/人/月", "1600元/人/月", "1,578 yuan", "1,600 yuan", "number: 1578", "number: 1600").Replace(string(facts))
	now := *d.server.content()
	if now.Library, err = content.Load(changedFacts{[]byte(raised)}); err != nil {
		t.Fatal(err)
	}
	d.server.content = func() *Content { return &now }
}
