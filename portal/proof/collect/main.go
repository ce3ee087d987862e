// Command collect runs the tests that the requirements of package proof name, and
// writes how they ended into its results:
//
//	go run ./portal/proof/collect           # make statement
//	go run ./portal/proof/collect FILE...   # from what go test -json has reported before
//
// Of the tests that this time tells nothing of, the earlier outcome stays, with its
// own day and commit; tests that no requirement names are left out. A tree that
// differs from its commit is called by the commit's name and -dirty.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"time"

	"huitong/portal/proof"
)

func main() {
	commit := flag.String("commit", "", "the commit that was tested; otherwise that of the tree")
	to := flag.String("to", "portal/proof/results.json", "file to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *commit, *to, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "collect:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, commit, to string, files []string) error {
	list, err := proof.Requirements()
	if err != nil {
		return err
	}
	if commit, err = tested(ctx, commit); err != nil {
		return err
	}
	known := proof.Results{}
	if b, err := os.ReadFile(to); err == nil {
		if known, err = proof.ParseResults(b); err != nil {
			return err
		}
	}
	if len(files) > 0 {
		err = readFiles(known, files, commit)
	} else {
		err = runTests(ctx, known, list, commit)
	}
	if err != nil {
		return err
	}
	return write(to, named(list, known))
}

// tested returns the name of the commit of the tree, unless one is given.
func tested(ctx context.Context, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--exclude=*").Output()
	if err != nil {
		return "", fmt.Errorf("ask for the commit: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

func readFiles(known proof.Results, files []string, commit string) error {
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("open results: %w", err)
		}
		if err := errors.Join(gather(known, f, commit), f.Close()); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}

// runTests runs the named tests package by package. A test that fails is an outcome
// like any other, and no error.
func runTests(ctx context.Context, known proof.Results, list []proof.Requirement, commit string) error {
	tests := byPackage(list)
	for _, pkg := range slices.Sorted(maps.Keys(tests)) {
		fmt.Printf("== %s: %d tests\n", pkg, len(tests[pkg]))
		c := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-timeout=40m", "-run", "^("+strings.Join(tests[pkg], "|")+")$", "./"+pkg)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			return fmt.Errorf("test %s: %w", pkg, err)
		}
		gathered := gather(known, out, commit)
		ended := c.Wait()
		var failed *exec.ExitError
		if gathered != nil || ended != nil && !errors.As(ended, &failed) {
			return fmt.Errorf("test %s: %w", pkg, cmp.Or(gathered, ended))
		}
		for _, name := range tests[pkg] {
			if o := known[pkg+"."+name]; o.Result != "pass" {
				fmt.Printf("%s.%s: %s\n", pkg, name, cmp.Or(o.Result, "did not run"))
			}
		}
	}
	return nil
}

// byPackage returns the names of the tests of each package, each once.
func byPackage(list []proof.Requirement) map[string][]string {
	out := map[string][]string{}
	for _, r := range list {
		for _, name := range r.Tests {
			pkg, test, _ := strings.Cut(name, ".")
			if !slices.Contains(out[pkg], test) {
				out[pkg] = append(out[pkg], test)
			}
		}
	}
	return out
}

// event is a line of go test -json.
type event struct {
	Time                  time.Time
	Action, Package, Test string
}

// gather adds the outcome of every whole test that r reports.
func gather(known proof.Results, r io.Reader, commit string) error {
	for d := json.NewDecoder(r); ; {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		ended := e.Action == "pass" || e.Action == "fail" || e.Action == "skip"
		if !ended || e.Test == "" || strings.Contains(e.Test, "/") {
			continue
		}
		name := strings.TrimPrefix(e.Package, "huitong/") + "." + e.Test
		known[name] = proof.Outcome{Result: e.Action, Day: e.Time.UTC().Format(time.DateOnly), Commit: commit}
	}
}

// named returns the outcomes of the tests that the list names; one that never ran
// says so.
func named(list []proof.Requirement, known proof.Results) proof.Results {
	out := proof.Results{}
	for _, r := range list {
		for _, name := range r.Tests {
			out[name] = proof.Outcome{Result: "unrun"}
			if o, ok := known[name]; ok {
				out[name] = o
			}
		}
	}
	return out
}

func write(to string, r proof.Results) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode results: %w", err)
	}
	if err := os.WriteFile(to, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}
