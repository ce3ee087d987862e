package bench

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// roleKey is the variable that makes the test binary one of the measured programs.
const roleKey = "HUITONG_BENCH_ROLE"

// roles are the programs that the test binary can be.
var roles = map[string]func(args []string) error{
	"build": buildSite,
	"bare":  serveBare,
	"write": writeRole,
	"pages": servePages,
}

// role returns the command that runs this test binary as one of the programs.
func role(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), roleKey+"="+name)
	return cmd
}

func TestMain(m *testing.M) {
	role, ok := roles[os.Getenv(roleKey)]
	if !ok {
		flag.Parse()
		os.Exit(m.Run())
	}
	if err := role(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
