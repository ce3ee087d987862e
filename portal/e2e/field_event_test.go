package e2e

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/outreach"
	"huitong/portal/store"
	"huitong/portal/vault"
)

// checksIn counts groups of people in at the door, one after the other.
func (v *visitor) checksIn(groups ...int) {
	v.Helper()
	v.kitPress("宣讲签到")
	sum := 0
	for _, n := range groups {
		v.kitType("-count", strconv.Itoa(n))
		v.kitPress("记下这一拨")
		v.kitSays(fmt.Sprintf("记下了%d人", n))
		sum += n
		v.kitSays(fmt.Sprintf("这台手机记了%d人", sum))
	}
	v.inspect("standard", 360)
	v.kitPress("返回")
	v.kitSays("待送出")
}

// codeOffline is the address that a family reads from the phone's screen.
func (v *visitor) codeOffline() string {
	v.Helper()
	v.kitPress("看政策")
	v.until("there are policies", func() bool {
		return evaluate[bool](v.tab, `(() => { const fold = document.querySelector("[data-field-screen] details"); if (fold) fold.open = true; return !!fold; })()`)
	})
	v.inspect("standard", 360)
	told := evaluate[string](v.tab, `document.querySelector(".field-kit__address").textContent`)
	if read := v.readCode(".field-kit__code .qr"); read != told {
		v.Errorf("the code on the phone says %q; want %q", read, told)
	}
	v.kitPress("返回")
	v.kitSays("待送出")
	return told
}

// backstage opens the data of a portal while it runs.
func backstage(t *testing.T, s *site) *store.Store {
	t.Helper()
	args := s.process.Args
	dir := args[slices.Index(args, "--data")+1]
	keys, err := vault.Open(filepath.Join(dir, "secrets.json"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	data, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "huitong.db"), Vault: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = data.Close() })
	return data
}

// plansEvent plans a talk of today in the director's village.
func plansEvent(t *testing.T, data *store.Store) (by apply.Actor) {
	t.Helper()
	users, err := data.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if u.Login == directorLogin {
			by = u.Actor()
		}
	}
	id, err := data.NewEventID()
	if err == nil {
		err = data.PlanEvent(t.Context(), by, id, outreach.Event{
			Title: canary + "政策宣讲", Place: "老人活动室", Topics: []string{journeySlug}, Town: "shiqi", Villages: []string{"迎阳社区"},
			Day: time.Now().In(apply.China).Format(time.DateOnly), Begins: "15:30",
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return by
}
