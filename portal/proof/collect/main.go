// Command collect writes the results of package proof from what go test reports:
//
//	go run ./portal/proof/collect -commit ID -to results.json FILE...
//
// Each FILE is the output of go test -json. Of the tests that no FILE tells of the
// earlier outcome stays, with its own day and commit; tests that no requirement
// names are left out.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"huitong/portal/proof"
)

func main() {
	commit := flag.String("commit", "", "the commit that was tested")
	to := flag.String("to", "portal/proof/results.json", "file to write")
	flag.Parse()
	if err := run(*commit, *to, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "collect:", err)
		os.Exit(1)
	}
}

func run(commit, to string, files []string) error {
	if commit == "" || len(files) == 0 {
		return errors.New("say which commit was tested and where its results are")
	}
	known := proof.Results{}
	if b, err := os.ReadFile(to); err == nil {
		if known, err = proof.ParseResults(b); err != nil {
			return err
		}
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("open results: %w", err)
		}
		err = errors.Join(gather(known, f, commit), f.Close())
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	list, err := proof.Requirements()
	if err != nil {
		return err
	}
	return write(to, named(list, known))
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

// named returns the outcomes of the tests that the list names.
func named(list []proof.Requirement, known proof.Results) proof.Results {
	out := proof.Results{}
	for _, r := range list {
		for _, name := range r.Tests {
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
