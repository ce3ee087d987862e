package store_test

import (
	"os"
	"strings"
	"testing"

	"huitong/portal/store"
)

// TestImpactNamesEveryTable wants each table with sealed columns in the draft of the
// impact assessment: whoever keeps something new of a family assesses it first.
func TestImpactNamesEveryTable(t *testing.T) {
	b, err := os.ReadFile("../doc/privacy-impact.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range store.SealedTables() {
		if !strings.Contains(string(b), "`"+table+"`") {
			t.Errorf("privacy-impact.md does not say what %s is kept for", table)
		}
	}
}
