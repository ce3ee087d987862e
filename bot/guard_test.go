package bot

import (
	"bufio"
	"context"
	"os"
	"strings"
	"testing"
)

// labelled reads lines of label, slugs and question from testdata.
func labelled(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out [][]string
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		if line := scanner.Text(); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

// TestUrgent wants every sentence of danger found and nearly all of
// those found to be dangerous indeed.
func TestUrgent(t *testing.T) {
	b := testBot(t)
	found, wrong := 0, 0
	for _, line := range labelled(t, "urgent.txt") {
		r, err := b.Ask(context.Background(), Question{Text: line[2]})
		if err != nil {
			t.Fatal(err)
		}
		switch got := r.Outcome == Urgent; {
		case got && line[0] == "urgent":
			found++
		case got:
			wrong++
			t.Logf("calm, taken for urgent (%.2f): %s", r.Confidence, line[2])
		case line[0] == "urgent":
			t.Errorf("urgent, missed: %s", line[2])
		}
	}
	if precision := float64(found) / float64(found+wrong); precision < 0.93 {
		t.Errorf("precision = %.3f; want at least 0.93", precision)
	}
}
