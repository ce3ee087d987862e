package servers

import (
	"os/exec"
	"syscall"
)

// EndWithTests has the kernel stop a program whose tests are ended from outside, which
// leaves them no time to stop it. It is called before the program is started.
func EndWithTests(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
}
