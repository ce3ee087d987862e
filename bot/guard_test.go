package bot

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"huitong/content"
	"huitong/search"
)

func testLexicon(t testing.TB) (*lexicon, func(string) string) {
	t.Helper()
	text, err := content.Embedded().Open("lexicon.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = text.Close() }()
	n, err := search.NewNormalizer(nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := parseLexicon(text, n.Fold)
	if err != nil {
		t.Fatal(err)
	}
	return l, n.Fold
}

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

// TestUrgent wants every sentence of danger found and at most one in twenty of
// those found to be calm.
func TestUrgent(t *testing.T) {
	l, fold := testLexicon(t)
	found, wrong := 0, 0
	for _, line := range labelled(t, "urgent.txt") {
		got := l.isUrgent(l.readings(fold(line[2])))
		switch {
		case got && line[0] == "urgent":
			found++
		case got:
			wrong++
			t.Logf("calm, taken for urgent: %s", line[2])
		case line[0] == "urgent":
			t.Errorf("urgent, missed: %s", line[2])
		}
	}
	if precision := float64(found) / float64(found+wrong); precision < 0.95 {
		t.Errorf("precision = %.3f; want at least 0.95", precision)
	}
}
