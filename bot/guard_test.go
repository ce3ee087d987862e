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

// dangerFigures asks sentences of danger and calm ones that look like them. The
// misses are those taken for the other.
func dangerFigures(t testing.TB, name string) (precision, recall float64, misses []string) {
	t.Helper()
	b := learnedBot(t)
	var tally tally
	for _, line := range labelled(t, name) {
		r, err := b.Ask(context.Background(), Question{Text: line[2]})
		if err != nil {
			t.Fatal(err)
		}
		want := Outcome(line[0])
		if want != Urgent {
			want = Answer
		}
		if (r.Outcome == Urgent) != (want == Urgent) {
			misses = append(misses, line[0]+": "+line[2])
		}
		tally.add(Case{Outcome: want}, r, 0)
	}
	precision, recall = tally.quality(Urgent)
	return precision, recall, misses
}

// TestUrgent wants every sentence of danger found and nearly all of those found to
// be dangerous indeed.
func TestUrgent(t *testing.T) {
	precision, recall, misses := dangerFigures(t, "urgent.txt")
	t.Logf("precision %.3f, recall %.3f: %s", precision, recall, strings.Join(misses, "; "))
	atLeast(t, "recall", recall, 1)
	atLeast(t, "precision", precision, 0.95)
}

// TestUrgentUnseen measures on sentences written before tuning. Which ones came out
// otherwise is not printed, so that nobody is tempted.
func TestUrgentUnseen(t *testing.T) {
	precision, recall, misses := dangerFigures(t, "urgent-unseen.txt")
	t.Logf("precision %.3f, recall %.3f, %d otherwise", precision, recall, len(misses))
	atLeast(t, "recall", recall, 1)
	atLeast(t, "precision", precision, 0.95)
}
