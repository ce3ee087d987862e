//go:build ignore

// Lays the entries of the Go vulnerability database, as module golang.org/x/vulndb has
// them, out as govulncheck reads a database: vulndb.go ENTRIES DIRECTORY.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: vulndb.go ENTRIES DIRECTORY")
		os.Exit(2)
	}
	if err := layOut(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "vulndb:", err)
		os.Exit(1)
	}
}

type listed struct {
	ID       string `json:"id"`
	Modified string `json:"modified"`
}

type module struct {
	Path  string   `json:"path"`
	Vulns []listed `json:"vulns"`
}

func layOut(entries, to string) error {
	files, err := filepath.Glob(filepath.Join(entries, "*.json"))
	if err != nil {
		return err
	}
	if len(files) < 1000 { // it had 4,789 in November 2026
		return fmt.Errorf("only %d entries in %s", len(files), entries)
	}
	for _, dir := range []string{"ID", "index"} {
		if err := os.MkdirAll(filepath.Join(to, dir), 0o755); err != nil {
			return err
		}
	}
	places := map[string]int{}
	var modules []module
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var entry struct {
			ID, Modified string
			Affected     []struct{ Package struct{ Name string } }
		}
		if err := json.Unmarshal(b, &entry); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		if err := os.WriteFile(filepath.Join(to, "ID", entry.ID+".json"), b, 0o644); err != nil {
			return err
		}
		for _, a := range entry.Affected {
			at, ok := places[a.Package.Name]
			if !ok {
				at = len(modules)
				places[a.Package.Name] = at
				modules = append(modules, module{Path: a.Package.Name})
			}
			modules[at].Vulns = append(modules[at].Vulns, listed{entry.ID, entry.Modified})
		}
	}
	for name, v := range map[string]any{"modules": modules, "db": map[string]string{"modified": time.Now().UTC().Format(time.RFC3339)}} {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, "index", name+".json"), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
