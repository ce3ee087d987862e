package e2e

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"huitong/portal/apply"
	"huitong/portal/casework"
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
		return evaluate[bool](v.tab, `(() => { const fold = document.querySelector("[data-field-screen] details"); if (fold) for (const e of [fold, ...fold.querySelectorAll("details")]) e.open = true; return !!fold; })()`)
	})
	v.kitSays("各位家长好，说说")
	v.inspect("standard", 360)
	told := evaluate[string](v.tab, `document.querySelector(".field-kit__address").textContent`)
	if read := v.readCode(".field-kit__code .qr"); read != told {
		v.Errorf("the code on the phone says %q; want %q", read, told)
	}
	if chat := evaluate[string](v.tab, `document.querySelector("[data-share-of] textarea").value`); !strings.Contains(chat, told) {
		v.Errorf("the message for a group is %q; want the link %s in it", chat, told)
	}
	v.kitPress("返回")
	v.kitSays("待送出")
	return told
}

// doorOffline is the address by which visitors check in, as the phone's screen shows it.
func (v *visitor) doorOffline() string {
	v.Helper()
	v.kitPress("签到二维码")
	v.kitSays("自己签到")
	v.inspect("standard", 360)
	told := evaluate[string](v.tab, `document.querySelector(".field-kit__door .field-kit__address").textContent`)
	if read := v.readCode(".field-kit__door .qr"); read != told {
		v.Errorf("the code of the door says %q; want %q", read, told)
	}
	v.kitPress("返回")
	v.kitSays("待送出")
	return told
}

// hangsDoor prints the poster of an event, which is one sheet whose code leads to the door.
func (v *visitor) hangsDoor(poster, door string) {
	v.Helper()
	v.open(poster)
	v.isSheet(poster, 210, 297)
	v.onPaper(func() {
		if got := look[printed](v.tab, "onSheet", ".poster"); len(got.Over) > 0 || got.QR < 60 {
			v.Errorf("over the margin of %s: %q; a code of %.0f mm; want nothing, and 60", poster, got.Over, got.QR)
		}
		if read := v.readCode(".poster .qr"); read != door {
			v.Errorf("the code of %s says %q; want %q", poster, read, door)
		}
	})
}

// photographs puts a photo to an event and sees it there, in the modes of the desk.
func (v *visitor) photographs(event string) {
	v.Helper()
	v.open(event)
	v.follow(`main a[href="` + event + `/photos"]`)
	v.sees("不要拍：孩子的脸")
	v.upload("", "main input[type=file]", photoFile(v, v.TempDir(), "hall.jpg", 1600, 1200))
	v.follow(`main form[enctype] .form__buttons button`)
	v.sees("照片保存好了")
	for _, mode := range []string{"accessible", "elder", "standard"} {
		v.open(event + "/photos?mode=" + mode)
		v.inspect(mode, 360, 1280)
		v.open(event)
		v.inspect(mode, 360, 1280)
	}
}

// hearsOffline writes down what people ask.
func (v *visitor) hearsOffline(questions ...string) {
	v.Helper()
	v.kitPress("大家问的问题")
	v.kitType("-asked", strings.Join(questions, "\n"))
	v.kitSays("已存在手机里")
	v.inspect("standard", 360)
	v.kitPress("记下这些问题")
	v.kitSays(fmt.Sprintf("%d个问题", len(questions)))
}

// wantsHeard looks for what was asked at the event, and with those who write the pages,
// each question once.
func wantsHeard(t *testing.T, data *store.Store, asked []string, want ...string) {
	t.Helper()
	all, err := data.Unanswered(t.Context(), actorOf(t, data, townLogin))
	if err != nil {
		t.Fatal(err)
	}
	var waits []string
	for _, q := range all {
		if q.Place == casework.AtEvent {
			waits = append(waits, fmt.Sprint(q.Text, q.Count))
		}
	}
	var once []string
	for _, q := range want {
		once = append(once, q+"1")
	}
	for what, pair := range map[string][2][]string{"at the event": {asked, want}, "with those who write the pages": {waits, once}} {
		slices.Sort(pair[0])
		slices.Sort(pair[1])
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("%s there are the questions %q; want %q", what, pair[0], pair[1])
		}
	}
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
	by = actorOf(t, data, directorLogin)
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

// actorOf is who signs in by that name.
func actorOf(t *testing.T, data *store.Store, login string) apply.Actor {
	t.Helper()
	users, err := data.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if u.Login == login {
			return u.Actor()
		}
	}
	t.Fatalf("nobody signs in as %s", login)
	return apply.Actor{}
}
