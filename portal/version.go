package main

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

// version says which build runs.
type version struct {
	Version, Revision, Time, Go string
	Changed                     bool // built from files that were not committed
}

// Set by the linker where the compiler does not see the repository, as in an image.
var release, commit string

// buildVersion reads what the compiler wrote into the binary. A release is built from a
// tag, which Go takes as the version.
func buildVersion() version {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version{Version: "unknown"}
	}
	v := version{Version: cmp.Or(release, info.Main.Version, "(devel)"), Revision: commit, Go: info.GoVersion}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Changed = s.Value == "true"
		}
	}
	return v
}

// versionCommand says which build this is.
type versionCommand struct{}

// Run prints version, commit and toolchain.
func (versionCommand) Run(env *environment) error {
	v := buildVersion()
	changed := ""
	if v.Changed {
		changed = ", with changes that are not committed"
	}
	fmt.Fprintf(env.out, "huitong %s\ncommit %s of %s%s\nbuilt with %s\n", v.Version, cmp.Or(v.Revision, "unknown"), cmp.Or(v.Time, "unknown"), changed, v.Go)
	return nil
}
