package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

// floors is the whole of who may import whom among our packages. A package or an
// edge that is not here fails; see the house style for the reasons.
var floors = map[string][]string{
	"content":                {},
	"content/contenttest":    {"content"}, // content for tests: only tests import it
	"search":                 {},
	"search/meilitest":       {}, // a stand-in server: only tests import it
	"static":                 {},
	"portal/locale":          {},
	"portal/vault":           {},
	"portal/whole":           {},
	"portal/meter":           {},
	"portal/speech":          {"portal/whole"},
	"portal/intake":          {},
	"portal/pinyin":          {},
	"portal/notify":          {},
	"portal/limits":          {},
	"portal/proof":           {},
	"bot":                    {"content", "search"},
	"portal/apply":           {"content"},
	"portal/sheet":           {"portal/apply"},
	"portal/casework":        {"content", "portal/apply", "portal/sheet"},
	"portal/outreach":        {"content", "portal/apply", "portal/sheet"},
	"portal/rephrase":        {"portal/casework"},
	"portal/signon":          {"portal/casework"},
	"portal/store":           {"portal/apply", "portal/casework", "portal/outreach", "portal/vault", "portal/sheet"},
	"portal/demo":            {"content", "portal/apply", "portal/casework", "portal/outreach", "portal/intake", "portal/store"},
	"portal/qrtest":          {},                                 // reads codes from pictures: only tests import it
	"portal/servers":         {},                                 // PostgreSQL, Redis and other programs: only tests import it
	"portal/store/storetest": {"portal/servers", "portal/store"}, // an empty database for tests: only tests import it
	"portal/web":             {"content", "search", "static", "portal/locale", "portal/pinyin", "portal/intake", "portal/proof", "portal/meter", "bot", "portal/apply", "portal/casework", "portal/outreach", "portal/sheet"},
	"portal":                 {"content", "search", "static", "portal/locale", "portal/vault", "portal/speech", "portal/whole", "portal/intake", "portal/meter", "portal/notify", "portal/rephrase", "portal/signon", "bot", "portal/apply", "portal/casework", "portal/store", "portal/web", "portal/outreach", "portal/demo", "portal/limits"},
	"portal/proof/collect":   {"portal/proof"},
	"portal/e2e":             {},
	"portal/bench":           {},
	"portal/faults":          {},
	"portal/ops":             {},
}

// foreign names what only some packages may know.
var foreign = map[string][]string{
	"github.com/gofiber/fiber":  {"portal/web"},
	"database/sql":              {"portal/store"},
	"github.com/emmansun/gmsm":  {"portal/vault"},
	"github.com/coreos/go-oidc": {"portal/signon"},
	"gocloud.dev":               {"portal/vault", "portal"},
	"github.com/redis":          {"portal/limits"},
	"github.com/prometheus":     {"portal/meter", "portal"},
}

func TestFloors(t *testing.T) {
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "node_modules" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		checkImports(t, root, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, root fs.FS, name string) {
	t.Helper()
	src, err := fs.ReadFile(root, name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	pkg := path.Dir(name)
	allowed, known := floors[pkg]
	if !known {
		t.Errorf("%s: package %s has no floor; add it with a decision note", name, pkg)
	}
	for _, spec := range file.Imports {
		target, _ := strconv.Unquote(spec.Path.Value)
		if ours, ok := strings.CutPrefix(target, "huitong/"); ok && !has(allowed, ours) {
			t.Errorf("%s: %s must not import %s", name, pkg, ours)
		}
		for prefix, who := range foreign {
			if strings.HasPrefix(target, prefix) && !has(who, pkg) {
				t.Errorf("%s: %s must not know %s", name, pkg, target)
			}
		}
	}
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
