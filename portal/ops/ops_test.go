package ops

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var settingName = regexp.MustCompile(`\bHUITONG_[A-Z_]+\b`)

// TestSettingsExist expects each setting that an example names among the portal's own.
func TestSettingsExist(t *testing.T) {
	known := settingName.FindAllString(read(t, "../config.go"), -1)
	for _, name := range []string{"Dockerfile", "compose.yaml", "huitong.service", "nginx.conf"} {
		for _, setting := range settingName.FindAllString(read(t, name), -1) {
			if setting != "HUITONG_" && !slices.Contains(known, strings.TrimSuffix(setting, "_FILE")) && setting != "HUITONG_" {
				t.Errorf("%s names %s, which is no setting", name, setting)
			}
		}
	}
}

// TestDockerfile holds what makes the image small and closed, without an engine: the
// file is read, and what it needs of the code is asked of the compiler. make containers
// builds and runs it.
func TestDockerfile(t *testing.T) {
	text := read(t, "Dockerfile")
	_, last, _ := strings.Cut(text, "\nFROM gcr.io/distroless/static")
	for _, want := range []string{"nonroot", "USER 65532:65532", `ENTRYPOINT ["/portal"]`, `CMD ["/portal", "health"]`} {
		if !strings.Contains(last, want) {
			t.Errorf("the image lacks %q", want)
		}
	}
	if !strings.Contains(text, "CGO_ENABLED=0 go build -tags nodynamic ") {
		t.Error("the binary is not built without C")
	}
	if strings.Contains(last, "RUN ") || strings.Contains(strings.ToLower(text), "secret=") {
		t.Error("something runs in the last image, or a secret stands in the file")
	}
	out, err := exec.Command("go", "list", "-tags", "nodynamic", "-deps", "-f", "{{if .CgoFiles}}{{.ImportPath}}{{end}}", "huitong/portal").Output()
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range strings.FieldsSeq(string(out)) {
		if !slices.Contains([]string{"net", "os/user", "runtime/cgo"}, pkg) {
			t.Errorf("%s needs C: the binary would not be static", pkg)
		}
	}
	if ignored := read(t, "Dockerfile.dockerignore"); !strings.HasPrefix(strings.TrimLeft(ignored[strings.Index(ignored, "\n"):], "\n"), "*\n") || !strings.Contains(ignored, "**/secrets\n") {
		t.Error("what is not named gets into the build")
	}
}

// ignores reports whether the file keeps a path out of the build: the last line that
// matches it, or a directory above it, counts.
func ignores(t *testing.T, ignored, name string) (out bool) {
	t.Helper()
	for line := range strings.Lines(ignored) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		pattern, back := strings.CutPrefix(line, "!")
		pattern, anywhere := strings.CutPrefix(pattern, "**/")
		parts := strings.Split(name, "/")
		for from := range parts {
			for to := from + 1; to <= len(parts); to++ {
				hit, err := path.Match(pattern, strings.Join(parts[from:to], "/"))
				if err != nil {
					t.Fatal(err)
				}
				if hit {
					out = !back
				}
			}
			if !anywhere {
				break
			}
		}
	}
	return out
}

// TestBuildSeesItsFiles expects every file that the portal is made of in the build of the
// image, and no other kind.
func TestBuildSeesItsFiles(t *testing.T) {
	ignored := read(t, "Dockerfile.dockerignore")
	const list = `{{$dir := .Dir}}{{if .Module}}{{if .Module.Main}}{{range .GoFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}{{"\n"}}{{end}}{{end}}{{end}}`
	out, err := exec.Command("go", "list", "-tags", "nodynamic", "-deps", "-f", list, "huitong/portal").Output()
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files := strings.Fields(string(out))
	if len(files) < 500 {
		t.Fatalf("the portal is made of %d files", len(files))
	}
	for _, file := range append(files, filepath.Join(root, "go.mod"), filepath.Join(root, "go.sum")) {
		if name, err := filepath.Rel(root, file); err != nil || ignores(t, ignored, filepath.ToSlash(name)) {
			t.Errorf("%s is not in the build (%v)", name, err)
		}
	}
	for _, name := range []string{".git/config", "data/secrets.json", "portal/data/secrets.json", "portal/ops/secrets/database_url", "portal/huitong.db", "portal/e2e/node_modules/a.js", "portal/store/testdata/x", "backup.age"} {
		if !ignores(t, ignored, name) {
			t.Errorf("%s gets into the build", name)
		}
	}
}

// TestCompose holds the form of the example and what it promises.
func TestCompose(t *testing.T) {
	var c struct {
		Services map[string]struct {
			Image, User string
			ReadOnly    bool `yaml:"read_only"`
			Secrets     []string
			Environment map[string]string
			Healthcheck struct{ Test []string }
			SecurityOpt []string `yaml:"security_opt"`
			CapDrop     []string `yaml:"cap_drop"`
			Ports       []string
			DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
			Networks    []string
		}
		Secrets map[string]struct{ File string }
	}
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	for name, s := range c.Services {
		if len(s.Healthcheck.Test) == 0 || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s has no health check, or may gain privileges", name)
		}
		for _, secret := range s.Secrets {
			if c.Secrets[secret].File == "" {
				t.Errorf("%s takes the secret %s, which has no file", name, secret)
			}
		}
		for setting, value := range s.Environment {
			if strings.Contains(value, "postgres://") || regexp.MustCompile(`(PASSWORD|KEY|SECRET)$`).MatchString(setting) {
				t.Errorf("%s has a secret in its environment: %s", name, setting)
			}
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s is open to everybody at %s", name, p)
			}
		}
	}
	p := c.Services["portal"]
	if !p.ReadOnly || p.User != "65532:65532" || !slices.Contains(p.CapDrop, "ALL") || p.DependsOn["db"].Condition != "service_healthy" {
		t.Errorf("portal = %+v; want a read-only root, no root user, no capabilities, and a database first", p)
	}
	if slices.Contains(c.Services["db"].Networks, "outside") {
		t.Error("the database has a way out")
	}
}

// TestUnit has systemd judge the unit: nothing unknown in it, and little that it may do.
func TestUnit(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	text := read(t, "huitong.service")
	for _, want := range []string{"NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n", "UMask=0077", "StateDirectoryMode=0700", "TimeoutStopSec=30", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX"} {
		if !strings.Contains(text, want) {
			t.Errorf("the unit lacks %q", want)
		}
	}
	if err != nil {
		return // the directives above are what can be held without systemd
	}
	for old, new := range map[string]string{"/usr/local/bin/huitong serve": "/bin/true", "User=huitong": "User=daemon", "Group=huitong": "Group=daemon"} {
		text = strings.ReplaceAll(text, old, new) // what is not on this machine
	}
	unit := filepath.Join(t.TempDir(), "huitong.service")
	if err := os.WriteFile(unit, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "verify", unit).CombinedOutput(); err != nil || bytes.Contains(out, []byte("huitong.service:")) {
		t.Errorf("verify: %v\n%s", err, out)
	}
	out, err := exec.Command(tool, "security", "--offline=true", unit).CombinedOutput()
	found := regexp.MustCompile(`exposure level for \S+: ([0-9.]+)`).FindSubmatch(out)
	if err != nil || found == nil {
		t.Fatalf("security: %v\n%s", err, out)
	}
	if exposed, err := strconv.ParseFloat(string(found[1]), 64); err != nil || exposed > 2 {
		t.Errorf("exposure %s of 10; want 2 or less", found[1])
	}
}

// TestProxySpeaksNewTLS reads which versions of TLS the proxy takes.
func TestProxySpeaksNewTLS(t *testing.T) {
	versions := regexp.MustCompile(`(?m)^\s*ssl_protocols ([^;]+);`).FindAllStringSubmatch(read(t, "nginx.conf"), -1)
	if len(versions) == 0 {
		t.Fatal("the proxy takes whatever nginx takes by default")
	}
	for _, v := range versions {
		if got := strings.Join(strings.Fields(v[1]), " "); got != "TLSv1.2 TLSv1.3" {
			t.Errorf("the proxy takes %s; want TLSv1.2 TLSv1.3", got)
		}
	}
}
