// Package demo fills an empty portal with an invented city, for trying it out and for
// tests: villages, staff, families, and cases in every state the rules allow, spread over
// two years of working days.
//
// [Fill] lets the two years happen: it keeps a list of what is going to be done and when,
// sets the store's clock to each moment in turn and does it through the store's own
// methods, as the pages do. So every rule, permission, deadline and line of the audit is
// what it would be in a real portal, and what would be refused there stops the filling.
//
// Nobody in it can be taken for a real person: villages are called 演示, people after the
// cyclical signs (甲子, 乙丑 …), ID numbers begin with a division that no place has, phone
// numbers with an area code or a range that nobody was given, bank accounts with zeros.
// The towns are those of the content.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"huitong/content"
	"huitong/portal/casework"
	"huitong/portal/store"
)

// The size of the city.
const (
	Villages    = 280
	Supervisors = 27
	Cases       = 2000
)

// span is how far back the city's story goes.
const span = 2 * 365 * 24 * time.Hour

// Config says what to fill.
type Config struct {
	Store   *store.Store // empty, and on the clock
	Clock   *Clock
	Library *content.Library
	Seed    uint64    // of everything that is invented
	Until   time.Time // when the story ends: now

	// Size of the city; zero for all of it. Tests want less.
	Villages, Supervisors, Cases int

	Password func(role casework.Role) string // that all of a role sign in with
}

// Login is who can sign in.
type Login struct {
	Role   casework.Role
	Logins []string
}

// city is the story under way.
type city struct {
	Config
	days   diary
	random *rand.Rand
	places []place
	staff  staff
	forms  forms
	photos []photo
	keys   int // of pages, drawn so far
	people int // named so far
}

// Fill tells the whole story and returns who can sign in, by role.
func Fill(ctx context.Context, c Config) ([]Login, error) {
	if c.Cases == 0 {
		c.Villages, c.Supervisors, c.Cases = Villages, Supervisors, Cases
	}
	t := &city{Config: c, random: rand.New(rand.NewPCG(c.Seed, 0))}
	c.Clock.set(c.Until.Add(-span))
	t.places = t.newPlaces()
	t.forms = newForms(c.Library)
	var err error
	if t.photos, err = newPhotos(ctx); err != nil {
		return nil, err
	}
	if err := t.hire(ctx); err != nil {
		return nil, fmt.Errorf("staff of the demonstration: %w", err)
	}
	t.planApplications()
	t.planChildren()
	t.planReports()
	t.planMoney()
	t.planPublic()
	if err := t.live(ctx); err != nil {
		return nil, err
	}
	return t.staff.logins(), nil
}

// live does everything in its order until the story ends.
func (t *city) live(ctx context.Context) error {
	for {
		next, ok := t.days.next(t.Until)
		if !ok {
			break
		}
		t.Clock.set(next.at)
		if err := next.do(ctx); err != nil {
			return fmt.Errorf("%s of the demonstration, on %s: %w", next.what, next.at.Format(time.DateOnly), err)
		}
	}
	t.Clock.set(t.Until)
	if err := t.Store.Prune(ctx); err != nil {
		return err
	}
	_, err := t.Store.SealAudit(ctx)
	return err
}
