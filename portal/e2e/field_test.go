package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// canary stands in what is typed, and must never be found on a device in the clear.
const (
	canary   = "绣眼鸟"
	fieldPIN = "735926"

	townLogin = "field-town"
)

// line is the way from a browser to a portal: it can be cut, and it can lose the answer
// to something that the portal has done. The service worker goes by it as well.
type line struct {
	cut  atomic.Bool
	lose atomic.Int32 // answers to lose
	lost atomic.Int32

	mu    sync.Mutex
	keys  map[string]bool
	kinds map[string][]string // what each device sent for the first time, in order
}

// note writes down what is sent, however often, once.
func (l *line) note(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sent, err := url.ParseQuery(string(body))
	l.mu.Lock()
	defer l.mu.Unlock()
	if key := sent.Get("key"); !l.keys[key] {
		l.keys[key] = true
		l.kinds[sent.Get("device")] = append(l.kinds[sent.Get("device")], sent.Get("kind"))
	}
	return err
}

// order is what each device sent, one line a device.
func (l *line) order() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, kinds := range l.kinds {
		out = append(out, strings.Join(kinds, " "))
	}
	slices.Sort(out)
	return out
}

// through puts a line before a portal of the test's own.
func through(t *testing.T) (*site, *line) {
	t.Helper()
	l := &line{keys: map[string]bool{}, kinds: map[string][]string{}}
	var portal http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		send := r.URL.Path == "/staff/field/send"
		if l.cut.Load() {
			panic(http.ErrAbortHandler)
		}
		if send {
			if err := l.note(r); err != nil {
				t.Error(err)
			}
		}
		if send && l.lose.Add(-1) >= 0 {
			portal.ServeHTTP(httptest.NewRecorder(), r)
			l.lost.Add(1)
			panic(http.ErrAbortHandler)
		}
		portal.ServeHTTP(w, r)
	}))
	own := startSite(t, "--base-url", server.URL)
	to, err := url.Parse(own.url)
	if err != nil {
		t.Fatal(err)
	}
	lines := &http.Transport{}
	portal = &httputil.ReverseProxy{Transport: lines, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = to.Host }}
	t.Cleanup(func() { server.Close(); lines.CloseIdleConnections() }) // before the portal stops
	front := *own
	front.url = server.URL
	return &front, l
}

// kitReady waits until the scripts of the kit have made up their mind.
func (v *visitor) kitReady() {
	v.Helper()
	v.until("the kit is there", func() bool {
		return evaluate[bool](v.tab, `document.querySelector('[data-module="field-kit"]')?.dataset.ready === "1"`)
	})
}

// kitSays waits for what the page of the kit says.
func (v *visitor) kitSays(text string) {
	v.Helper()
	v.until("the kit says "+text, func() bool {
		return strings.Contains(evaluate[string](v.tab, `[...document.querySelectorAll("[data-field-screen], [data-field-status]")].map((e) => e.textContent).join(" ")`), text)
	})
}

// kitPress presses the button with these words.
func (v *visitor) kitPress(text string) {
	v.Helper()
	v.until("there is a button "+text, func() bool {
		return evaluate[bool](v.tab, fmt.Sprintf(`(() => {
			const b = [...document.querySelectorAll("[data-field-screen] button")].find((e) => e.textContent === %q);
			b?.click();
			return !!b;
		})()`, text))
	})
}

// kitType fills in a field, or makes a choice, as typing does.
func (v *visitor) kitType(name, value string) {
	v.Helper()
	v.until("there is a field "+name, func() bool {
		return evaluate[bool](v.tab, fmt.Sprintf(`(() => {
			const [name, value] = [%q, %q];
			const all = [...document.getElementsByName(name)];
			const e = all.find((x) => (x.type === "radio" || x.type === "checkbox") && (!value || x.value === value)) ?? all[0];
			if (!e) return false;
			if (e.type === "radio" || e.type === "checkbox") e.checked = true; else e.value = value;
			e.dispatchEvent(new Event("input", { bubbles: true }));
			return true;
		})()`, name, value))
	})
}

func (v *visitor) unlockKit() {
	v.Helper()
	v.kitReady()
	v.kitType("pin", fieldPIN)
	v.kitPress("打开")
	v.kitSays("待送出")
}

func (v *visitor) setUpKit() {
	v.Helper()
	v.open("/staff/field")
	v.follow(`main a[href^="/field-kit"]`)
	v.kitReady()
	v.inspect("standard", 360)
	v.kitType("pin", fieldPIN)
	v.kitType("again", fieldPIN)
	v.kitPress("设置好，放到手机里")
	v.kitSays("待送出")
}

func (v *visitor) typesOffline(child string) {
	v.Helper()
	v.kitPress("帮家庭填申请")
	v.kitPress("基本生活补贴")
	v.kitType("-relation", "grandparent-paternal")
	v.kitType("-means", "in-person")
	v.kitType("-agreed", "")
	v.kitType("child_name", child)
	v.kitType("father", "dead")
	v.kitPress("填好了，等网络送出")
	v.kitSays("等网络")
}

func (v *visitor) entries(state string) int {
	v.Helper()
	return evaluate[int](v.tab, fmt.Sprintf(`document.querySelectorAll('[data-entry-state=%q]').length`, state))
}

// dump writes down everything that the browser keeps for the site.
func (v *visitor) dump() string {
	v.Helper()
	return evaluate[string](v.tab, `(async () => {
		const text = (v) => v instanceof Uint8Array ? new TextDecoder().decode(v) : v instanceof ArrayBuffer ? new TextDecoder().decode(new Uint8Array(v))
			: v && typeof v === "object" ? "{" + Object.entries(v).map(([k, x]) => k + ":" + text(x)).join(",") + "}" : String(v);
		let out = JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage });
		for (const { name } of await indexedDB.databases()) {
			const db = await new Promise((done, fail) => { const r = indexedDB.open(name); r.onsuccess = () => done(r.result); r.onerror = fail; });
			for (const s of db.objectStoreNames) {
				out += name + "/" + s + text(await new Promise((done) => { const r = db.transaction(s).objectStore(s).getAll(); r.onsuccess = () => done(r.result); }));
			}
			db.close();
		}
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) out += name + new URL(request.url).pathname + (name === "field-shell" ? await (await cache.match(request)).text() : "");
		}
		return out;
	})()`)
}

// TestFieldKit works without a network on two devices at once, at an event and with
// families: both show the code of the door; check-ins, questions that were heard,
// applications and a talk are finished on one, a check-in, questions and an application on
// the other. Back in the network everything is there once, though each device heard no
// answer to the first thing that it sent, and a visitor checks in by the code. Nothing lies on the device in the clear, and signing out
// wipes it.
func TestFieldKit(t *testing.T) {
	t.Parallel()
	s, way := through(t)
	admin := newVisitor(t, s, desktop, "standard")
	staff := newVisitor(t, s, device{width: 360, height: 740, touch: true, worker: true}, "standard")
	for _, v := range []*visitor{admin, staff} {
		v.arrived = func() {} // other tests look at these pages
		v.arriveAtHome()
	}
	admin.setPasswordOf(admin.site.admin, adminLogin, "管理员")
	admin.signInAs(adminLogin)
	admin.invites(staff, directorLogin, directorName, post{role: "director", area: "shiqi", village: "迎阳社区"})
	town := newVisitor(t, s, desktop, "standard")
	town.arrived = func() {}
	town.arriveAtHome()
	admin.invites(town, townLogin, "督导员", post{role: "supervisor", area: "shiqi"})
	second := newVisitor(t, s, device{width: 360, height: 740, touch: true, worker: true}, "standard")
	second.arrived = func() {}
	second.arriveAtHome()
	second.goTo("/staff")
	second.signInAs(directorLogin)
	data := backstage(t, s)
	by := plansEvent(t, data)
	for _, v := range []*visitor{staff, second} {
		v.setUpKit()
		v.until("the service worker runs", func() bool { return evaluate[bool](v.tab, `!!navigator.serviceWorker.controller`) })
	}

	way.cut.Store(true)
	for _, v := range []*visitor{staff, second} {
		v.setOffline(true)
		v.open("/field-kit")
		v.unlockKit()
	}
	short := staff.codeOffline()
	door := staff.doorOffline()
	if other := second.doorOffline(); other != door {
		t.Errorf("the doors of two phones are %s and %s; want one", door, other)
	}
	staff.checksIn(12, 3, 1)
	staff.hearsOffline("户口在外地行不行", canary+"能领吗")
	second.hearsOffline("户口在外地行不行", "爷爷能不能代办")
	staff.typesOffline(canary + "一")
	staff.typesOffline(canary + "二")
	staff.kitPress("入户讲政策")
	staff.kitType("basic-living-allowance", "wants")
	staff.kitPress("讲完了")
	staff.kitSays("等网络")
	second.typesOffline(canary + "三")
	second.checksIn(5)
	if got := staff.entries("waiting"); got != 7 {
		t.Errorf("%d things wait; want 7", got)
	}
	staff.kitPress("帮家庭填申请")
	staff.kitPress("基本生活补贴")
	staff.kitType("child_name", canary+"草稿")
	staff.kitSays("已存在手机里")
	staff.inspect("standard", 360)
	for _, v := range []*visitor{staff, second} {
		kept := v.dump()
		if strings.Contains(kept, canary) || strings.Contains(kept, "grandparent-paternal") || strings.Contains(kept, "迎阳社区") || !strings.Contains(kept, "huitong-field/sealed") || !strings.Contains(kept, "field-shell/field-kit") {
			t.Errorf("the device keeps what must not be there, or not what must: %d characters, the canary at %d", len(kept), strings.Index(kept, canary))
		}
	}
	staff.kitPress("返回")

	way.lose.Store(2)
	way.cut.Store(false)
	for _, v := range []*visitor{staff, second} {
		v.setOffline(false)
	}
	for v, want := range map[*visitor]int{staff: 2, second: 1} {
		v.until("all has arrived", func() bool { return v.entries("attention") == want && v.entries("waiting")+v.entries("sending") == 0 })
	}
	if got, also := staff.entries("done"), second.entries("done"); got != 5 || also != 2 {
		t.Errorf("%d and %d talks, check-ins and questions have arrived; want 5 and 2", got, also)
	}
	if way.lost.Load() != 2 {
		t.Errorf("%d answers were lost; want 2", way.lost.Load())
	}
	want := []string{"asked typed check-in", "check-in check-in check-in asked typed typed talk"}
	if got := way.order(); !slices.Equal(got, want) {
		t.Errorf("what was finished came in the order %q; want %q", got, want)
	}
	family := newVisitor(t, s, device{width: 360, height: 740, touch: true}, "standard")
	family.arrived = func() {}
	family.open(strings.TrimPrefix(door, s.url)) // scanned from the phone
	family.fill("people", "2")
	family.follow(`main form button`)
	family.sees("签到好了")
	if near, err := data.EventsNear(t.Context(), by); err != nil || len(near) != 1 || near[0].CheckedIn != 12+3+1+5+2 {
		t.Errorf("the events are %+v, %v; want 23 people at one", near, err)
	} else {
		wantsHeard(t, data, near[0].Asked, "户口在外地行不行", canary+"能领吗", "爷爷能不能代办")
		second.open("/staff/events/" + near[0].ID)
		second.sees("参加23人")
		second.sees("爷爷能不能代办")
		second.hangsDoor("/staff/events/"+near[0].ID+"/poster", door)
		second.photographs("/staff/events/" + near[0].ID)
	}
	second.open(strings.TrimPrefix(short, s.url))
	if !strings.HasPrefix(second.where(), "/policies/") {
		t.Errorf("the code on the phone leads to %s; want a policy", second.where())
	}
	staff.open("/field-kit?mode=elder")
	staff.unlockKit()
	if mode := evaluate[string](staff.tab, "document.documentElement.dataset.mode"); mode != "elder" {
		t.Errorf("the kept page stays in mode %q; want what was chosen", mode)
	}
	for _, screen := range []string{"宣讲签到", "签到二维码", "大家问的问题", "看政策"} {
		staff.kitPress(screen)
		evaluate[*bool](staff.tab, `(() => { const fold = document.querySelector("[data-field-screen] details"); if (fold) for (const e of [fold, ...fold.querySelectorAll("details")]) e.open = true; return null; })()`)
		staff.inspect("elder", 360)
		staff.kitPress("返回")
	}
	second.open("/staff/assist")
	if got := evaluate[int](second.tab, `document.querySelectorAll("main tbody tr").length`); got != 3 {
		t.Errorf("%d applications are at the desk; want 3", got)
	}
	second.open("/staff/talks")
	second.sees("一共讲了1户次")

	second.signOut()
	second.until("the device is wiped", func() bool {
		return evaluate[bool](second.tab, `Promise.all([indexedDB.databases(), caches.has("field-shell")]).then(([all, shell]) => !shell && !all.some((d) => d.name === "huitong-field"))`)
	})

	// Ten wrong tries wipe the other.
	staff.kitPress("锁上")
	for i := range 10 {
		staff.kitType("pin", fmt.Sprintf("9%05d", i))
		staff.kitPress("打开")
		if i < 9 {
			staff.kitSays(fmt.Sprintf("还可以试%d次", 9-i))
		}
	}
	staff.kitSays("输错10次")
	if kept := staff.dump(); strings.Contains(kept, "ct:") {
		t.Errorf("something is left after ten wrong tries: %d characters", len(kept))
	}
}
