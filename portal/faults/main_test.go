package faults

import (
	"flag"
	"net/http"
	"testing"
	"time"
)

var breaking = flag.Bool("break", false, "do every harm, not the quickest alone; see make break")

// quickest is the harm that every run of the tests does.
const quickest = "Meilisearch gone"

// harmLasts is how long a harm lasts that does not end by itself.
const harmLasts = 8 * time.Second

// scenario is one harm.
type scenario struct {
	name string
	run  func(t *testing.T, w *world) outcome
}

func scenarios() []scenario {
	return []scenario{
		{"PostgreSQL frozen", pausePostgres},
		{"PostgreSQL killed and started again", killPostgres},
		{"portal killed three times", killPortal},
		{"disk of the database full (SQLite)", fillDatabase},
		{"disk of the uploads full", fillUploads},
		{"bucket of the uploads full", breakBucket(func(b *bucket) http.HandlerFunc { return b.noRoom })},
		{"bucket of the uploads frozen", breakBucket(func(b *bucket) http.HandlerFunc { return b.frozen })},
		{quickest, breakSearch(cutOff)},
		{"Meilisearch slow", breakSearch(stall)},
		{"Meilisearch answers 500", breakSearch(refuse)},
		{"Meilisearch sends garbage", breakSearch(babble)},
		{"clock jumps ahead and back", jumpClock},
		{"1,000 slow connections", slowLoris},
		{"64 clients send mutated forms and JSON", mutateForms},
		{"content saved with mutations", mutateContent},
		{"bombs as uploads", dropBombs},
	}
}

// TestBreak does each harm in turn, which takes minutes, or the quickest. One of them is
// TestBreak/NAME.
func TestBreak(t *testing.T) {
	w := newWorld(t)
	var rows []outcome
	for _, s := range scenarios() {
		if !*breaking && s.name != quickest {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			began := time.Now()
			o := s.run(t, w)
			o.name, o.took = s.name, time.Since(began)
			o.judge(t)
			rows = append(rows, o)
			t.Logf("%s", o.row())
		})
	}
	t.Run("portal killed amid 64 who open a short link", func(t *testing.T) { killLinks(t, w) })
	printTable(rows)
}
