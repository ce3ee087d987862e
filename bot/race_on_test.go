//go:build race

package bot

// Training on every example takes a minute and a half under the race detector. What
// needs all that the bot knows is tested without it.
const lean = true
