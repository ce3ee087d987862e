package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"huitong/content"
	"huitong/portal/apply"
	"huitong/portal/casework"
	"huitong/portal/demo"
	"huitong/portal/store"
)

// demoData is where the demonstration is unless the settings name a directory: never
// where a real portal keeps its data.
const demoData = "demo-data"

// demoSeed is the city that everybody sees who names no other.
const demoSeed = 2021049

// demoCommand fills an empty portal with an invented city, once, and serves it.
type demoCommand struct {
	Seed  uint64 `help:"Another city, with passwords that follow from the number: for whoever has to know them beforehand."`
	Cases int    `default:"2000" hidden:"" help:"Cases; fewer make a smaller city."`
	Fill  bool   `help:"Only fill the directory; do not serve."`

	cost casework.PasswordCost // zero: that of a real portal
}

// Run refuses where there is real data. What was filled before is served as it is.
func (c demoCommand) Run(env *environment) error {
	if env.cfg.Data == "data" {
		env.cfg.Data = demoData
	}
	if err := c.fill(env); err != nil {
		return err
	}
	if c.Fill {
		return nil
	}
	return serveCommand{}.Run(env)
}

func (c demoCommand) fill(env *environment) (err error) {
	lib, err := content.Load(contentFS(env.cfg.Content))
	if err != nil {
		return err
	}
	clock := demo.NewClock(env.now())
	story := *env
	story.now = clock.Now
	due := func(a *apply.Application) time.Time {
		p, ok := lib.Policy(a.Policy)
		if !ok {
			return time.Time{}
		}
		return a.NextDue(p.Decides, lib.Holidays)
	}
	data, err := openStore(&story, due, func(s *store.Config) {
		s.Disposable = true
		s.Rand = seeded(c.seed())
		s.Passwords = c.cost
	})
	if err != nil {
		return err
	}
	defer data.close()
	was, err := data.Demo(env.ctx)
	switch {
	case err != nil:
		return err
	case !was.Ended.IsZero():
		fmt.Fprintf(env.out, "The demonstration in %s is there already; delete the directory for a new one.\n", env.cfg.Data)
		return nil
	case !was.Began.IsZero():
		return fmt.Errorf("filling %s broke off: delete it and run portal demo again", env.cfg.Data)
	}
	return c.fillEmpty(env, data.Store, clock, lib)
}

func (c demoCommand) fillEmpty(env *environment, data *store.Store, clock *demo.Clock, lib *content.Library) error {
	began := env.now()
	err := data.BeginDemo(env.ctx)
	if errors.Is(err, store.ErrNotEmpty) {
		return fmt.Errorf("%s holds real data, and a demonstration is never put beside it: name another directory with --data", filepath.Clean(env.cfg.Data))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "Inventing a city in %s …\n", env.cfg.Data)
	passwords, err := c.passwords()
	if err != nil {
		return err
	}
	config := demo.Config{
		Store: data, Clock: clock, Library: lib, Seed: c.seed(), Until: began,
		Password: func(r casework.Role) string { return passwords[r] },
	}
	if c.Cases != demo.Cases {
		config.Cases = c.Cases
		config.Villages, config.Supervisors = max(24, c.Cases*demo.Villages/demo.Cases), len(lib.Places)
	}
	logins, err := demo.Fill(env.ctx, config)
	if err != nil {
		return fmt.Errorf("%w; delete %s before you try again", err, env.cfg.Data)
	}
	if err := data.EndDemo(env.ctx); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "It took %s. Sign in at %s/staff; the passwords are not shown again:\n", env.now().Sub(began).Round(time.Second), env.cfg.BaseURL)
	return printLogins(env.out, logins, passwords)
}

func (c demoCommand) seed() uint64 {
	if c.Seed == 0 {
		return demoSeed
	}
	return c.Seed
}

// passwords draws one for each role.
func (c demoCommand) passwords() (map[casework.Role]string, error) {
	random := rand.Reader
	if c.Seed != 0 {
		random = seeded(^c.Seed)
	}
	const letters, length = "abcdefghjkmnpqrstuvwxyz23456789-", 16 // 32, each as likely
	out := map[casework.Role]string{}
	for _, r := range casework.Roles() {
		drawn := make([]byte, length)
		if _, err := io.ReadFull(random, drawn); err != nil {
			return nil, fmt.Errorf("draw passwords: %w", err)
		}
		for i := range drawn {
			drawn[i] = letters[int(drawn[i])%len(letters)]
		}
		out[r] = string(drawn)
	}
	return out, nil
}

// printLogins says who can sign in with what, a line for each role.
func printLogins(out io.Writer, logins []demo.Login, passwords map[casework.Role]string) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "role\tpassword\tnames to sign in with")
	for _, l := range logins {
		names := strings.Join(l.Logins, ", ")
		if n := len(l.Logins); n > 5 {
			names = fmt.Sprintf("%s … %s (%d)", l.Logins[0], l.Logins[n-1], n)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", l.Role, passwords[l.Role], names)
	}
	return table.Flush()
}

// seededReader draws the same for the same seed. It is safe for concurrent use.
type seededReader struct {
	mu     sync.Mutex
	random *mrand.ChaCha8
}

func seeded(seed uint64) *seededReader {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return &seededReader{random: mrand.NewChaCha8(key)}
}

func (r *seededReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.random.Read(p)
}
