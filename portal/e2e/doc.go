// Package e2e walks the portal in a real browser: a family finds, asks, checks,
// applies and follows, an officer decides, in every mode, with and without
// scripts, and on every page nothing may stand in the way of anybody.
//
// The tests build the portal and run it with an empty data directory; they know
// only its addresses and what it shows. A missing browser or axe-core fails: run
// make test, which installs both. TestShots, behind make shots, draws every page
// for human eyes.
package e2e
