//go:build race

package web

// The race detector takes some five times as long, and has seen after a thousand what
// there is to see; the command that runs without it sends all.
const malformedByDefault = 1000
