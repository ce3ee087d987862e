// Package faults breaks what the portal stands on while families apply and read, and
// holds it to four promises: a visitor is told in kind words what happened, pages go on
// being read, nothing that was acknowledged is lost, and it heals by itself.
//
// There is nothing here but tests. [TestBreak], behind make break, starts real portals
// and real databases on the loopback, does one harm after the other, prints a table and
// fails where a promise is broken. Without -break it does the quickest harms alone: the
// others take minutes.
package faults
