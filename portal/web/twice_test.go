package web

import (
	"strings"
	"testing"

	"huitong/portal/apply"
	"huitong/portal/casework"
)

// TestSecondApplicationIsWarnedOf applies for one child from two browsers.
func TestSecondApplicationIsWarnedOf(t *testing.T) {
	d := newDesk(t)
	first := d.fill("family").submit()
	number, code := first.pass()
	ref, _ := apply.ParseReference(number)
	child := family[0].answers

	b := d.browser("grandmother")
	b.open(applied).send(applied, map[string]string{"-start": "1"})
	b.send(applied+"/child", child).wants(200, "这个孩子已经有一份", ref.Hint(), "2026年11月23日提交", "等镇街收", "不用再交一份", "12345")
	b.lacks(number, ungrouped(number), code, "画眉鸟", "云雀巷77号", "13912345678")
	if got := b.links(); !strings.Contains(strings.Join(got, " "), applied+"/parents") {
		t.Fatalf("the form does not go on: %v", got)
	}
	b.open(applied + "/parents")
	for _, f := range family[1:] {
		b.send(applied+"/"+f.section, f.answers)
	}
	b.onPaper().wants(200, "核对并提交", "这个孩子已经有一份", ref.Hint()).lacks(number)
	b.open(applied+"/child?to=review").send(applied+"/child", child).wants(200, "可能申请过了")
	if got := strings.Join(b.links(), " "); !strings.Contains(got, applied+"/review") {
		t.Errorf("who came from the review does not go back: %v", got)
	}
	b.open(applied + "/review").submit()

	officer := d.staff(casework.Officer, "shiqi")
	second, _ := b.pass()
	officer.open("/staff/applications/"+ungrouped(second)).wants(200, "还有别的申请", number)
	if got := strings.Join(officer.links(), " "); !strings.Contains(got, "/staff/applications/"+ungrouped(number)) {
		t.Errorf("no link to the first: %v", got)
	}
}

// TestNothingIsToldOfOthersChildren looks for an application with what a stranger has.
func TestNothingIsToldOfOthersChildren(t *testing.T) {
	d := newDesk(t)
	d.fill("family") // not submitted
	stranger := func(name string, change map[string]string) string {
		b := d.browser(name)
		b.open(applied).send(applied, map[string]string{"-start": "1"})
		answers := map[string]string{}
		for k, v := range family[0].answers {
			answers[k] = v
		}
		for k, v := range change {
			answers[k] = v
		}
		b.send(applied+"/child", answers).wants(200, "第2步").lacks("已经有一份")
		before, _, _ := strings.Cut(b.address, "?")
		b.open(applied + "/twice?after=child").lacks("已经有一份")
		b.open(applied+"/review").wants(200, "核对并提交").lacks("已经有一份")
		return before
	}
	draft := stranger("of a draft", nil)
	d.fill("other").submit()
	for name, change := range map[string]map[string]string{
		"other name":   {"child_name": "百灵鸟"},
		"other number": {"child_id": validID("44200020190302001")},
		"nothing":      {"child_name": "百灵鸟", "child_id": validID("44200020190302001")},
	} {
		if got := stranger(name, change); got != draft {
			t.Errorf("%s leads to %s; want %s as without any", name, got, draft)
		}
	}
	if log := d.log.String(); strings.Contains(log, "44200020170302002X") {
		t.Error("the log holds an ID number")
	}
}
