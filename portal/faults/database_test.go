package faults

import (
	"testing"
	"time"

	"huitong/portal/servers"
)

// pausePostgres freezes the server: connections stay open, and nothing answers.
func pausePostgres(t *testing.T, w *world) outcome {
	db := servers.StartPostgres(t)
	p := w.start(t, t.TempDir(), "--database-url", db.URL())
	return trial{portal: p, harm: db.Freeze, lasts: pauseLasts}.run(t)
}

// pauseLasts is longer than anybody is made to wait.
const pauseLasts = 25 * time.Second

// killPostgres kills the server whole, and starts it again after a while.
func killPostgres(t *testing.T, w *world) outcome {
	db := servers.StartPostgres(t)
	p := w.start(t, t.TempDir(), "--database-url", db.URL())
	return trial{portal: p, lasts: 5 * time.Second, harm: func() func() {
		db.Kill()
		return func() {
			if err := db.Again(); err != nil {
				t.Fatal(err)
			}
		}
	}}.run(t)
}
