package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// setOffline tells the page whether there is a network. The service worker has a
// connection of its own: for it the network is cut by stopping the portal.
func (t *tab) setOffline(offline bool) {
	t.Helper()
	call(t, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: offline, DownloadThroughput: -1, UploadThroughput: -1})
}

// awaitKept waits until the service worker has kept everything in a language and mode.
func (t *tab) awaitKept(want string) {
	t.Helper()
	t.until("the pages are kept as "+want, func() bool {
		return evaluate[string](t, `caches.match("/.kept").then((r) => r ? r.text() : "")`) == want
	})
}

// TestReadingWithoutNetwork opens the first page, loses the network, and reads
// policies and telephone numbers that were never opened before.
func TestReadingWithoutNetwork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ prefix, lang, mode, title, note, list, numbers string }{
		{"", "zh-Hans", "elder", "明天计划", "现在没有网络", "/policies/kind/medical", "/policies/protection-hotline/part/danger"},
		{"/en", "en", "standard", "Tomorrow", "There is no network", "/policies", "/policies/protection-hotline"},
	} {
		t.Run(tt.lang, func(t *testing.T) {
			t.Parallel()
			s, err := launch(t.TempDir(), "--content", suite.lean)
			if err != nil {
				t.Fatal(err)
			}
			b := newTab(t, s, device{width: 360, height: 740, touch: true, worker: true})
			b.open(tt.prefix + "/?mode=" + tt.mode)
			b.awaitKept(tt.lang + " " + tt.mode)
			b.open(tt.prefix + "/?mode=" + tt.mode + ".150.white-black") // after the pages were kept without
			b.until("the settings are noted", func() bool {
				return strings.Contains(evaluate[string](b, `caches.match("/.look").then((r) => r ? r.text() : "")`), "150")
			})
			if err := s.stop(); err != nil {
				t.Fatal(err)
			}
			b.setOffline(true)
			for path, want := range map[string]string{
				tt.list:                   tt.title,
				"/policies/tomorrow-plan": tt.title,
				tt.numbers:                "110",
			} {
				b.open(tt.prefix + path)
				b.sees(want)
				if mode := evaluate[string](b, "document.documentElement.dataset.mode"); mode != tt.mode {
					t.Errorf("%s is kept in mode %q; want %q", path, mode, tt.mode)
				}
				if view := evaluate[string](b, "document.documentElement.dataset.size"); view != "150" {
					t.Errorf("%s is shown in size %q; want what was chosen since it was kept", path, view)
				}
				if note := evaluate[string](b, `document.querySelector(".no-network").textContent`); !strings.Contains(note, tt.note) {
					t.Errorf("%s does not say that there is no network: %q", path, note)
				}
				if size := evaluate[string](b, `getComputedStyle(document.querySelector("h1")).fontWeight`); size != "700" {
					t.Errorf("%s has lost its style sheet", path)
				}
			}
			// What was not kept, and what is nobody else's business, is stood in for.
			for _, path := range []string{"/search?q=1", "/apply/basic-living-allowance", "/track"} {
				b.open(tt.prefix + path)
				b.sees(tt.note)
				b.sees("110")
			}
		})
	}
}

// TestNothingPersonalIsKept goes into an application and to the desk, then lists
// every page that the browser holds for later.
func TestNothingPersonalIsKept(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, device{width: 1280, height: 900, worker: true})
	b.open("/")
	b.awaitKept("zh-Hans standard")
	b.open("/apply/" + journeySlug)
	b.follow(`main form button[name="-start"]`)
	b.open("/track")
	b.open("/staff")
	b.open("/search?q=1")
	kept := evaluate[[]string](b, `(async () => {
		const out = [];
		for (const name of await caches.keys())
			for (const request of await (await caches.open(name)).keys()) out.push(new URL(request.url).pathname);
		return out;
	})()`)
	if len(kept) < 10 {
		t.Errorf("only %d addresses are kept", len(kept))
	}
	for _, path := range kept {
		for _, closed := range []string{"/apply/", "/track", "/staff", "/api", "/search"} {
			if strings.HasPrefix(path, closed) {
				t.Errorf("%s is kept", path)
			}
		}
	}
}

// TestAnswersWithoutNetwork types into an application while the network is gone,
// loses the page, finds the answers again and sends them.
func TestAnswersWithoutNetwork(t *testing.T) {
	t.Parallel()
	// On a site of its own: another test applies for the same child, and the second
	// application is asked whether it is meant.
	b := newTab(t, startSite(t), desktop)
	drafts := func() int {
		t.Helper()
		return evaluate[int](b, `Object.keys(sessionStorage).filter((k) => k.startsWith("draft:")).length`)
	}
	status := func(want string) {
		t.Helper()
		b.until("the page says "+want, func() bool {
			return strings.Contains(evaluate[string](b, `document.querySelector("[data-draft-status]").textContent`), want)
		})
	}
	b.open("/apply/" + journeySlug)
	b.follow(`main form button[name="-start"]`)
	b.at("/apply/" + journeySlug + "/child")
	b.fill("child_name", "先写错的名字")
	if got := drafts(); got != 0 {
		t.Errorf("%d drafts are kept while there is a network; want none", got)
	}
	b.setOffline(true)
	b.fill("child_name", answers["child_name"])
	b.fill("child_id", answers["child_id"])
	status("现在没有网络")
	b.press(`main form .form__buttons button`)
	b.at("/apply/" + journeySlug + "/child")
	b.setOffline(false)
	status("网络好了")
	b.open("/apply/" + journeySlug + "/child")
	status("已经放回来了")
	if got := look[string](b, "value", `main [name="child_id"]`); got != answers["child_id"] {
		t.Errorf("the number is %q; want %q", got, answers["child_id"])
	}
	b.choose("hukou", answers["hukou"])
	b.follow(`main form .form__buttons button`)
	if b.where() == "/apply/"+journeySlug+"/child" {
		t.Fatal("the page was not accepted")
	}
	if got := drafts(); got != 0 {
		t.Errorf("%d drafts are left after sending; want none", got)
	}
	b.setOffline(true)
	b.choose("father", answers["father"])
	if got := drafts(); got != 1 {
		t.Errorf("%d drafts; want 1", got)
	}
	b.setOffline(false)
	b.open("/track/status")
	b.follow(`form.leave-device button`)
	b.at("/track")
	if got := drafts(); got != 0 {
		t.Errorf("%d drafts are left on somebody else's phone; want none", got)
	}
}

// TestOldAnswersWithoutNetwork types one answer without a network, while another phone has
// saved others of the page: what comes back wipes nothing of these.
func TestOldAnswersWithoutNetwork(t *testing.T) {
	t.Parallel()
	const page = "/apply/" + journeySlug + "/child"
	b := newTab(t, startSite(t), desktop)
	b.open("/apply/" + journeySlug)
	b.follow(`main form button[name="-start"]`)
	b.at(page)
	b.tolerate(422) // the other phone leaves the name open
	evaluate[bool](b, fmt.Sprintf(`(async () => {
		const form = document.querySelector('form[data-module="draft"]');
		const data = new URLSearchParams(new FormData(form));
		data.set("child_id", %q);
		data.set("hukou", %q);
		await fetch(form.action, { method: "POST", body: data });
		return true;
	})()`, answers["child_id"], answers["hukou"]))
	b.setOffline(true)
	b.fill("child_name", answers["child_name"])
	b.setOffline(false)
	b.open(page)
	if got := look[string](b, "value", `main [name="child_name"]`); got != answers["child_name"] {
		t.Errorf("the name is %q; want what was typed", got)
	}
	b.follow(`main form .form__buttons button`)
	b.open(page)
	if got := look[string](b, "value", `main [name="child_id"]`); got != answers["child_id"] {
		t.Errorf("the number is %q; want %q", got, answers["child_id"])
	}
}

// TestFeedback sends a verdict with a text, with and without scripts.
func TestFeedback(t *testing.T) {
	t.Parallel()
	for _, noScripts := range []bool{false, true} {
		t.Run(fmt.Sprintf("no scripts %v", noScripts), func(t *testing.T) {
			b := newTab(t, suite.site, device{width: 360, height: 740, touch: true, noScripts: noScripts})
			b.open("/policies/tomorrow-plan")
			b.press(".feedback summary")
			b.fill("text", "医院名单旧了")
			b.follow(`.feedback button[value="wrong"]`)
			b.sees("谢谢您告诉我们")
			b.inspect("standard", 360)
			b.follow(`main a[href="/policies/tomorrow-plan"]`)
			b.open("/search")
			b.follow(`footer a[href="/feedback"]`)
			b.sees("报告错误")
			b.inspect("standard", 360)
		})
	}
}
