package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"huitong/portal/store"
	"huitong/portal/vault"
)

// keysRotateCommand changes the key under which data is sealed.
type keysRotateCommand struct {
	Resume bool `help:"Make no new key: go on with what a rotation that was broken off has left."`
}

// Run makes a new key, unless told to go on, and seals under it what lies under older
// ones. It fails if anything could not be read, after all the rest is done.
func (c keysRotateCommand) Run(env *environment) error {
	data, err := openStore(env, nil)
	if err != nil {
		return err
	}
	defer data.close()
	if !c.Resume {
		if err := data.keys.Rotate(); err != nil {
			return err
		}
		fmt.Fprintf(env.out, "New key %s. Copy %s to the backup now: copies made before do not open what is sealed from here on.\n",
			data.keys.Current(), filepath.Join(env.cfg.Data, "secrets.json"))
	}
	sums, err := resealing(env, data.Store)
	if err != nil {
		return fmt.Errorf("%w; nothing is lost: go on with portal keys rotate --resume", err)
	}
	unreadable := 0
	for _, r := range sums {
		unreadable += r.Unreadable
	}
	if unreadable > 0 {
		return fmt.Errorf("%d values open under no key and were left as they are: is a key missing from secrets.json?", unreadable)
	}
	fmt.Fprintln(env.out, "Done. Keep the older keys in secrets.json: the history and older backups are read with them. A portal that serves takes the new key at SIGHUP, or within the hour; then run portal keys rotate --resume once more.")
	return nil
}

// resealing prints each step and returns the sums of all tables.
func resealing(env *environment, data *store.Store) (map[string]store.Reseal, error) {
	sums := map[string]store.Reseal{}
	err := data.ResealAll(env.ctx, func(r store.Reseal) {
		if before, known := sums[r.Table]; known && before == r {
			return
		}
		sums[r.Table] = r
		if r.Kept > 0 {
			fmt.Fprintf(env.out, "%-12s %d stay under older keys\n", r.Table, r.Kept)
			return
		}
		fmt.Fprintf(env.out, "%-12s %d values sealed anew, %d unreadable\n", r.Table, r.Done, r.Unreadable)
	})
	return sums, err
}

// watchKeys reads the keys again at SIGHUP, until the process ends.
func watchKeys(env *environment, keys *vault.Keyring) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-env.ctx.Done():
			return
		case <-hup:
			reloadKeys(env, keys)
		}
	}
}

// reloadKeys takes up a key that was made current meanwhile. While the file cannot be
// read the portal goes on with the keys that it has.
func reloadKeys(env *environment, keys *vault.Keyring) {
	before := keys.Current()
	if err := keys.Reload(); err != nil {
		env.log.Error("keys not read again, the ones in use stay", "error", err)
		return
	}
	if now := keys.Current(); now != before {
		env.log.Info("new data is sealed under a new key", "key", now)
	}
}
