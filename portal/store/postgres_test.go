package store_test

import (
	"os"
	"testing"

	"huitong/portal/servers"
	"huitong/portal/store/storetest"
)

// Most tests end before anything could be lost, and need not wait for the disk. What
// measures commits or breaks them off does.
var (
	quick   = &storetest.Postgres{Settings: []string{servers.NoSync}}
	durable = &storetest.Postgres{}
)

func TestMain(m *testing.M) {
	if count := os.Getenv(counterKey); count != "" {
		os.Exit(runCounter(count))
	}
	if submit := os.Getenv(submitterKey); submit != "" {
		os.Exit(runSubmitter(submit))
	}
	if rotate := os.Getenv(rotatorKey); rotate != "" {
		os.Exit(runRotator(rotate))
	}
	code := m.Run()
	quick.Close()
	durable.Close()
	os.Exit(code)
}
