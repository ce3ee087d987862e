package e2e

import (
	"strings"
	"testing"
)

// TestFieldScripts runs the parts of the kit's scripts by themselves: conditions in three
// values, pauses between tries, turns without locks, and what a wrong PIN costs.
func TestFieldScripts(t *testing.T) {
	t.Parallel()
	b := newTab(t, suite.site, device{width: 360, height: 740, touch: true})
	b.open("/field-kit")
	b.sees("请用手机自带的浏览器打开") // newTab takes the service worker away
	for _, mode := range []string{"elder", "accessible", "standard"} {
		b.open("/field-kit?mode=" + mode)
		b.inspect(mode, 360)
	}
	load := func(name string) string {
		return `import(document.querySelector('[data-module-name="` + name + `"]').dataset.keep)`
	}
	for script, want := range map[string]string{
		load("field-form") + `.then(({ truth: t }) => [
			t(null, {}), t(["==", ["q", "a"], "x"], {}), t(["==", ["q", "a"], "x"], { a: "x" }), t(["!=", ["q", "a"], "x"], { a: "x" }),
			t([">=", ["q", "n"], 18], { n: "9" }), t([">=", ["q", "n"], 18], { n: "100" }), t(["in", ["q", "a"], ["list", "x", "y"]], { a: "z" }),
			t(["and", ["==", ["q", "a"], "x"], ["==", ["q", "b"], "x"]], { a: "z" }), t(["and", ["==", ["q", "a"], "x"], ["==", ["q", "b"], "x"]], { a: "x" }),
			t(["or", ["==", ["q", "a"], "x"], ["==", ["q", "b"], "x"]], { a: "x" }), t(["not", ["==", ["q", "a"], "x"]], {}),
			t(["any", ["list", ["q", "a"], ["q", "b"]], ["==", ["#"], "x"]], { a: "z" }), t(["any", ["list", ["q", "a"], ["q", "b"]], ["==", ["#"], "x"]], { a: "z", b: "x" }),
			t(["all", ["list", ["q", "a"], ["q", "b"]], ["in", ["#"], ["list", "x"]]], { a: "z" }), t(["?", 1, 2], {}),
		].join())`: "true,,true,false,false,true,false,false,,true,,,true,false,",
		load("field-outbox") + `.then(({ wait }) => [wait(0, 1), wait(1, 1), wait(2, 1), wait(99, 1), wait(2, 0)].join())`: "2000,4000,8000,300000,4000",
		load("field-store") + `.then(async ({ Store, mostTries, close, toBase64, fromBase64 }) => {
			const out = [];
			const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
			const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
			const store = await Store.open(() => {});
			await store.setUp({ id: "d", user: "u", publicKey }, "735926", Date.now());
			await store.put("draft:1", "talk-draft", { a: 1 });
			const key = await store.finish("draft:1", "talk", { label: "l", at: 1 }, { secret: "x" });
			out.push((await store.list("talk-draft")).length, (await store.list("entry"))[0].state, key.length);
			out.push(await store.leased("one", 1000, 500), await store.leased("two", 1400, 500), await store.leased("one", 1400, 500), await store.leased("two", 1901, 500));
			store.lock();
			out.push(await store.list("entry").then(() => "open", () => "locked"));
			out.push(await store.unlock("1"), (await store.device()).tries, await store.unlock("735926"), (await store.device()).tries);
			store.lock();
			for (let i = 1; i < mostTries; i++) await store.change((d) => ({ ...d, tries: mostTries - 1 }));
			out.push(await store.unlock("1"), (await indexedDB.databases()).length, fromBase64(toBase64(publicKey)).length);
			return out.join();
		})`: "0,waiting,36,true,false,true,true,locked,wrong,1,open,0,wiped,0,65",
	} {
		if got := evaluate[string](b, script); got != want {
			t.Errorf("%s\n= %q\nwant %q", strings.SplitN(script, "\n", 2)[0], got, want)
		}
	}
}
