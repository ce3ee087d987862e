package web

import (
	"testing"

	"huitong/portal/casework"
)

// TestWayBackToACase names a child's record on the pages that belong to it without the
// number of its file, and a report by the number that people know.
func TestWayBackToACase(t *testing.T) {
	d := newDesk(t)
	director, town := d.staff(casework.Director, "shiqi"), d.staff(casework.Supervisor, "shiqi")
	child, _ := director.registersChild()
	for _, page := range []string{"refer", "confer"} {
		town.open(childPath(child, page)).wants(200, "孩子的档案").lacks("孩子的档案 " + child[:8])
	}
	ref := d.reported("shiqi", "")
	town.open(reportFilePath(ref, "refer")).wants(200, "报告 "+ref.Grouped())
	town.open(reportFilePath(ref, "")).wants(200, "收到：孩子现在有危险")
}
