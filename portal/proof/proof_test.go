package proof

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// groups are the parts of the list and how many requirements each has: none may be
// lost.
var groups = map[string]int{"A": 28, "B": 14, "W": 28, "O": 11, "G": 22, "P": 17, "C": 7, "E": 12}

func TestEveryRequirementIsListed(t *testing.T) {
	list, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, r := range list {
		got[r.Group()]++
	}
	for group, want := range groups {
		if got[group] != want {
			t.Errorf("group %s has %d requirements; want %d", group, got[group], want)
		}
	}
}

// TestNamedTestsExist looks each test up in the source, so that a test that was
// renamed or removed is not claimed any longer.
func TestNamedTestsExist(t *testing.T) {
	there, err := testsOf(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	list, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		for _, name := range r.Tests {
			if !there[name] {
				t.Errorf("%s names the test %s, which is not there", r.ID, name)
			}
		}
	}
}

// TestImpactNamesRealTests looks up each test by which the draft of the impact assessment
// says that a risk is met.
func TestImpactNamesRealTests(t *testing.T) {
	there, err := testsOf(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("../doc/privacy-impact.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`[a-z]+(?:/[a-z0-9]+)?\.Test\w+`).FindAllString(string(b), -1)
	if len(named) < 15 {
		t.Errorf("only %d tests are named: %v", len(named), named)
	}
	for _, name := range named {
		if !there[name] {
			t.Errorf("the assessment names the test %s, which is not there", name)
		}
	}
}

// testsOf returns the tests of all packages, as package.Test.
func testsOf(root fs.FS) (map[string]bool, error) {
	out := map[string]bool{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "node_modules" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				out[path.Dir(name)+"."+f.Name.Name] = true
			}
		}
		return nil
	})
	return out, err
}

// TestResultsAreComplete reads the committed files alone: what a run of the tests
// has just written does not count before somebody commits it.
func TestResultsAreComplete(t *testing.T) {
	known, err := ParseResults(results)
	if err != nil {
		t.Fatal(err)
	}
	list, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		for _, name := range r.Tests {
			o, ok := known[name]
			if !ok {
				t.Errorf("%s: no result of %s; run make statement and commit what it writes", r.ID, name)
			}
			if o.Result != "unrun" && (o.Day == "" || o.Commit == "") {
				t.Errorf("%s: the result of %s does not say when and of which commit", r.ID, name)
			}
		}
	}
}

func TestVerdict(t *testing.T) {
	gap := &Gap{Text{"缺", "gap"}, "owner"}
	good, old := Outcome{"pass", "2026-11-29", "b"}, Outcome{"pass", "2026-11-20", "a"}
	tests := []struct {
		name    string
		r       Requirement
		known   Results
		verdict Verdict
		day     string
	}{
		{"all pass; the oldest counts", Requirement{Tests: []string{"x", "y"}}, Results{"x": good, "y": old}, Kept, "2026-11-20"},
		{"with a gap", Requirement{Tests: []string{"x"}, Gap: gap}, Results{"x": good}, Partly, "2026-11-29"},
		{"only a gap", Requirement{Gap: gap}, nil, Open, ""},
		{"one fails", Requirement{Tests: []string{"x", "y"}, Gap: gap}, Results{"x": {"fail", "2026-11-29", "b"}}, Failing, "2026-11-29"},
		{"skipped", Requirement{Tests: []string{"x"}}, Results{"x": {"skip", "2026-11-29", "b"}}, Unknown, "2026-11-29"},
		{"never run", Requirement{Tests: []string{"x"}}, Results{"x": {Result: "unrun"}}, Unknown, ""},
		{"checked by hand", Requirement{Checked: &Check{Day: "2026-11-28", Kept: true}}, nil, Kept, "2026-11-28"},
		{"checked in vain", Requirement{Checked: &Check{Day: "2026-11-28"}}, nil, Open, "2026-11-28"},
	}
	for _, test := range tests {
		if got := test.r.judge(test.known); got.Verdict != test.verdict || got.Day != test.day {
			t.Errorf("%s: %s of %q; want %s of %q", test.name, got.Verdict, got.Day, test.verdict, test.day)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, list := range map[string]string{
		"no words":        "- {id: A1, tests: [a.TestX]}",
		"nothing shown":   "- {id: A1, zh: 字, en: word}",
		"twice":           "- {id: A1, zh: 字, en: word, tests: [a.TestX]}\n- {id: A1, zh: 字, en: word, tests: [a.TestX]}",
		"unknown key":     "- {id: A1, zh: 字, en: word, result: pass}",
		"check by nobody": "- {id: A1, zh: 字, en: word, checked: {day: 2026-11-29, kept: true}}",
		"half a gap":      "- {id: A1, zh: 字, en: word, gap: {zh: 缺}}",
		"gap of all":      "- {id: A1, zh: 字, en: word, gap: {zh: 缺, en: gap}}",
	} {
		if _, err := parse([]byte(list)); err == nil {
			t.Errorf("%s: the list is taken", name)
		}
	}
}
