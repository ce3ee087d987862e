// Package main is the portal's one binary: it reads the settings, opens and wires
// the parts, serves, and stops. Rules live in the packages it wires.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// commands is the command line.
type commands struct {
	Config

	Serve   serveCommand   `cmd:"" default:"withargs" help:"Serve the site (the default)."`
	Demo    demoCommand    `cmd:"" help:"Fill an empty data directory with an invented city and serve it."`
	Version versionCommand `cmd:"" help:"Say which build this is."`
	Doctor  doctorCommand  `cmd:"" help:"Look at settings, keys, disk, clock, dependencies and content, and say how to mend what is not right."`
	Health  healthCommand  `cmd:"" help:"Ask the portal that serves on this machine whether it is ready; for containers."`
	Check   checkCommand   `cmd:"" help:"Check the content: links, facts, dates, rules."`
	Ask     askCommand     `cmd:"" help:"Ask the bot one question."`
	Eval    evalCommand    `cmd:"" help:"Measure the bot on a file of questions, or retrieval on a collection."`
	Index   indexCommand   `cmd:"" help:"Send the content to the search server of --meili-url."`
	New     struct {
		Policy newPolicyCommand `cmd:"" help:"Write a policy file to start from."`
	} `cmd:"" help:"Start something new."`
	User struct {
		Add userAddCommand `cmd:"" help:"Invite a staff member: prints a one-time link."`
	} `cmd:"" help:"Staff accounts."`
	Backup  backupCommand  `cmd:"" help:"Write database, keys and uploads into one encrypted file, while the portal serves."`
	Restore restoreCommand `cmd:"" help:"Fill an empty portal from such a file."`
	Keys    struct {
		Rotate keysRotateCommand `cmd:"" help:"Make a new key current and seal under it what lies under older ones."`
	} `cmd:"" help:"Keys that seal personal data."`
	Audit struct {
		Verify auditVerifyCommand `cmd:"" help:"Find any change or gap in the audit."`
	} `cmd:"" help:"Who did and saw what."`
}

// environment is what the commands get from outside.
type environment struct {
	ctx context.Context
	cfg *Config
	out io.Writer
	log *slog.Logger
	now func() time.Time
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := readSecretFiles(os.LookupEnv, os.Setenv); err != nil {
		fmt.Fprintln(os.Stderr, "portal:", err)
		os.Exit(1)
	}
	var cli commands
	k := kong.Parse(&cli,
		kong.Name("portal"),
		kong.Description("惠童: child-welfare policies, questions and applications of a city."),
	)
	env := &environment{ctx: ctx, cfg: &cli.Config, out: os.Stdout, now: time.Now}
	lines := &gatherer{to: os.Stderr}
	env.log = slog.New(newLogHandler(lines, level(cli.LogLevel), cli.LogFormat))
	err := k.Run(env)
	_ = lines.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, "portal:", err)
		os.Exit(1)
	}
}

func level(name string) slog.Level {
	var l slog.Level
	_ = l.UnmarshalText([]byte(name)) // the flag only lets valid names through
	return l
}
