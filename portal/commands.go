package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"huitong/bot"
	"huitong/content"
	"huitong/portal/locale"
)

// checkCommand is the content lint.
type checkCommand struct{}

// Run prints every problem as file:line: what — fix, and fails if there is one.
func (checkCommand) Run(env *environment) error {
	lib, err := content.Load(contentFS(env.cfg.Content))
	problems := content.Problems(err)
	if lib != nil {
		problems = lib.Check(env.now())
	}
	faults := 0
	for _, p := range problems {
		if p.Due {
			fmt.Fprintln(env.out, "soon to be done:", p.Error())
			continue
		}
		faults++
		fmt.Fprintln(env.out, p.Error())
	}
	if lib != nil {
		built, err := buildCorpus(env.ctx, lib, nil, wiring{})
		if err != nil {
			return err
		}
		built.bot.GiveUp() // what it would learn is not looked at
	}
	texts, err := locale.Default()
	if err == nil {
		err = texts.Check()
	}
	if err != nil {
		return fmt.Errorf("interface texts: %w", err)
	}
	if faults > 0 {
		return fmt.Errorf("%d problems in the content", faults)
	}
	for _, p := range lib.Policies {
		printPlainness(env.out, p.Slug, p.Plainness())
	}
	for _, p := range slices.Concat(lib.Help, lib.Replies) {
		printPlainness(env.out, p.Slug, p.Plainness())
	}
	fmt.Fprintf(env.out, "content is clean: %d policies, %d facts, version %s\n", len(lib.Policies), len(lib.Facts.All), lib.Version)
	return nil
}

func printPlainness(out io.Writer, slug string, p content.Plainness) {
	fmt.Fprintf(out, "%-28s %3d sentences, %4.1f characters each, longest %d, rare characters %.2f %%\n",
		slug, p.Sentences, p.Mean, p.Longest, 100*p.Rare)
}

// askCommand asks the bot.
type askCommand struct {
	Question []string `arg:"" help:"The question."`
	Lang     string   `default:"zh-Hans" enum:"zh-Hans,zh-Hant,en" help:"zh-Hans, zh-Hant or en."`
}

// Run prints the reply with its sources.
func (c askCommand) Run(env *environment) error {
	corpus, err := loadCorpus(env.ctx, env.cfg.Content, wiring{shelf: openShelf(env)})
	if err != nil {
		return err
	}
	reply, err := corpus.bot.Ask(env.ctx, bot.Question{Text: strings.Join(c.Question, " "), Lang: c.Lang})
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "%s (%.2f)\n%s\n", reply.Outcome, reply.Confidence, reply.Answer)
	for _, s := range reply.Citations {
		fmt.Fprintf(env.out, "  来源：%s %s\n", s.Title, s.URL)
	}
	for _, s := range reply.Suggestions {
		fmt.Fprintf(env.out, "  也可以问：%s\n", s)
	}
	<-corpus.bot.Trained() // and has put what it has learnt on the shelf
	return nil
}

// newPolicyCommand writes a policy file to start from.
type newPolicyCommand struct {
	Slug  string `arg:"" help:"Permanent name in addresses: lower-case English words joined by -."`
	Title string `required:"" help:"The policy's Chinese name."`
}

// Run writes policies/SLUG.md into the content directory and says what comes next.
func (c newPolicyCommand) Run(env *environment) error {
	text, err := content.Scaffold(c.Slug, c.Title, env.now())
	if err != nil {
		return err
	}
	dir := cmp.Or(env.cfg.Content, "content")
	name := filepath.Join(dir, "policies", c.Slug+".md")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("create policy: %w; run it beside the content directory or name that with --content", err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		return errors.Join(fmt.Errorf("write policy: %w", err), f.Close())
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write policy: %w", err)
	}
	fmt.Fprintf(env.out, "%s is there; fill it in and run: go run ./portal --content %s check\n", name, dir)
	return nil
}
