package main

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"huitong/portal/casework"
)

// sections is how many sections each chapter of OWASP ASVS 5.0 has; the last has one row.
var sections = []int{5, 4, 7, 4, 4, 8, 6, 4, 2, 7, 7, 3, 4, 3, 4, 5}

// testNames lists every test of the repository.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	names := map[string]bool{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "node_modules" {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		b, err := fs.ReadFile(os.DirFS(".."), name)
		for _, m := range declared.FindAllStringSubmatch(string(b), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestSecurityTable expects a row for each section of the standard, with tests that exist,
// or the reason why it does not apply.
func TestSecurityTable(t *testing.T) {
	text, err := os.ReadFile("../.github/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	exist := testNames(t)
	var seen []string
	for _, row := range regexp.MustCompile(`(?m)^\| V(\d+(?:\.\d+)?) [^|]+\|([^|]*)\|([^|]*)\|$`).FindAllStringSubmatch(string(text), -1) {
		section, how, tests := row[1], strings.TrimSpace(row[2]), strings.Fields(row[3])
		seen = append(seen, section)
		reason, exempt := strings.CutPrefix(how, "not applicable: ")
		if exempt != (len(tests) == 0) || exempt && reason == "" {
			t.Errorf("V%s has neither a test nor a reason, or both", section)
		}
		for _, name := range tests {
			if !exist[name] {
				t.Errorf("V%s names %s, which is no test", section, name)
			}
		}
	}
	var want []string
	for chapter, n := range sections {
		for i := range n {
			want = append(want, strings.Join([]string{strconv.Itoa(chapter + 1), strconv.Itoa(i + 1)}, "."))
		}
	}
	want = append(want, "17")
	if !slices.Equal(seen, want) {
		t.Errorf("rows of the sections %v; want %v", seen, want)
	}
}

// guides are texts that tell people what to do; a path or a target that they name exists.
var guides = []string{"../.github/SECURITY.md", "../.github/CONTRIBUTING.md"}

// TestGuidesNameWhatIsThere looks for each path of the repository and each target of make
// that the guides name.
func TestGuidesNameWhatIsThere(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	exist := testNames(t)
	for _, guide := range guides {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`((?:content|portal|bot|search|static|\\.github|\\.ci)/[^` *<]*)`").FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat("../" + strings.TrimSuffix(m[1], "/")); err != nil {
				t.Errorf("%s names %s, which is not there", guide, m[1])
			}
		}
		for _, m := range regexp.MustCompile("`make ([a-z-]+)").FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(string(makefile), "\n"+m[1]+":") {
				t.Errorf("%s names make %s, which is no target", guide, m[1])
			}
		}
		for _, name := range regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(string(text), -1) {
			if !exist[name] {
				t.Errorf("%s names %s, which is no test", guide, name)
			}
		}
	}
}

// TestReadmeSaysHowStaffSignIn holds what README says of passwords and sessions against
// what the portal does.
func TestReadmeSaysHowStaffSignIn(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Staff accounts\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, want := range []string{
		fmt.Sprintf("%d characters or more", casework.MinPassword),
		fmt.Sprintf("%d minutes without use", int(casework.SessionIdle.Minutes())), fmt.Sprintf("after %d hours", int(casework.SessionLasts.Hours())),
		"argon2id", "authenticator app",
	} {
		if !strings.Contains(section, want) {
			t.Errorf("README's section on staff accounts does not say %q", want)
		}
	}
	for _, r := range casework.Roles() {
		if !strings.Contains(section, "| `"+string(r)+"` ") {
			t.Errorf("README does not say what a %s is", r)
		}
	}
}

// TestReadmeNamesEveryCommand holds the table of commands against the command line.
func TestReadmeNamesEveryCommand(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "lists the commands:")
	table, _, _ = strings.Cut(table, "\n## ")
	said := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z]+(?: [a-z]+)?)\\b").FindAllStringSubmatch(table, -1) {
		said[row[1]] = true
	}
	k, err := kong.New(&commands{}, kong.Name("portal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range k.Model.Leaves(false) {
		if name := leaf.Path(); said[name] {
			delete(said, name)
		} else {
			t.Errorf("README does not tell of portal %s", name)
		}
	}
	for name := range said {
		t.Errorf("README tells of portal %s, which is no command", name)
	}
}

// TestReadmeNamesEverySetting holds the table of settings against the command line.
func TestReadmeNamesEverySetting(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "\n## Settings\n")
	table, _, _ = strings.Cut(table, "\n## ")
	said := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`--[^|]*)\\|").FindAllStringSubmatch(table, -1) {
		for _, m := range regexp.MustCompile("`--([a-z-]+)`").FindAllStringSubmatch(row[1], -1) {
			said[m[1]] = true
		}
	}
	k, err := kong.New(&commands{}, kong.Name("portal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range k.Model.Flags {
		if len(flag.Envs) == 0 {
			continue // --help
		}
		if !said[flag.Name] {
			t.Errorf("README does not tell of --%s", flag.Name)
		}
		delete(said, flag.Name)
	}
	for name := range said {
		t.Errorf("README tells of --%s, which is no setting", name)
	}
}
