// The service worker. The server puts in front of it what it is for: site.version,
// .assets, .pages, .parts, .closed and .prefixes. Pages to read come from the network and,
// without one, from what was kept; nothing that shows somebody's own business is
// looked at or kept.
const cacheName = `huitong-${site.version}`;
const note = "/.kept"; // no page: says in which language and mode the pages are kept
const look = "/.look"; // no page: the settings of how pages look, as attributes

const address = (prefix, path) => (path === "/" ? prefix || "/" : prefix + path);

const prefixOf = (path) =>
  Object.values(site.prefixes).find((p) => p && (path === p || path.startsWith(`${p}/`))) ?? "";

function open(path) {
  const plain = path.slice(prefixOf(path).length);
  return !site.closed.some((c) => plain === c || plain.startsWith(`${c}/`));
}

const storable = (response) =>
  response.ok && response.type === "basic" && !response.redirected &&
  !(response.headers.get("Cache-Control") ?? "").includes("no-store");

self.addEventListener("install", (event) => {
  const first = [...site.assets, ...Object.values(site.prefixes).map((p) => `${p}/offline`)];
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(first)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

let keeping = "";

// A page says in which language and mode it is read, and under which settings.
self.addEventListener("message", (event) => {
  const { lang, mode, view } = event.data ?? {};
  if (view) event.waitUntil(noteLook(view));
  const wanted = `${lang} ${mode}`;
  if (!(lang in site.prefixes) || keeping === wanted) return;
  keeping = wanted;
  event.waitUntil(keep(site.prefixes[lang], wanted).catch(() => {}).finally(() => { keeping = ""; }));
});

async function noteLook(view) {
  const attributes = Object.entries(view)
    .filter(([name, value]) => name !== "mode" && /^[a-z]+$/.test(name) && /^[a-z0-9.-]*$/.test(value))
    .map(([name, value]) => ` data-${name}="${value}"`);
  await (await caches.open(cacheName)).put(look, new Response(attributes.join("")));
}

// A page that was kept under other settings is shown with those of now: they stand
// as attributes at its very beginning.
async function dressed(page) {
  const now = await kept(look);
  if (!now || !(page.headers.get("Content-Type") ?? "").startsWith("text/html")) return page;
  const attributes = await now.text();
  let text = (await page.text()).replace(/<html[^>]*>/, (tag) =>
    tag.replace(/ data-(?!mode=)[a-z]+(="[^"]*")?/g, "").replace(">", `${attributes}>`));
  const sheet = site.assets.find((a) => a.includes("/view."));
  if (attributes && !text.includes(sheet)) text = text.replace("</head>", `<link rel="stylesheet" href="${sheet}"></head>`);
  const headers = new Headers(page.headers);
  headers.delete("Content-Encoding"); // the text is read already
  headers.delete("Content-Length");
  return new Response(text, { status: page.status, headers });
}

async function keep(prefix, wanted) {
  const cache = await caches.open(cacheName);
  const last = await cache.match(note);
  if (last && (await last.text()) === wanted) return;
  // One after the other: the reader's own page goes first on a slow network.
  const parts = wanted.endsWith(" elder") ? site.parts : [];
  for (const path of [...site.pages, ...parts, "/offline"]) {
    const response = await fetch(address(prefix, path), { credentials: "same-origin" });
    if (storable(response)) await cache.put(address(prefix, path), response);
  }
  await cache.put(note, new Response(wanted));
  for (const name of await caches.keys()) {
    if (name.startsWith("huitong-") && name !== cacheName) await caches.delete(name);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(kept(url.pathname).then((response) => response ?? fetch(request)));
  } else if (request.mode === "navigate") {
    const shell = url.pathname.slice(prefixOf(url.pathname).length) === site.shell;
    event.respondWith(shell ? atOnce(event, url) : visit(event, url));
  }
});

// The page with which directors work without a network holds nothing of anybody. Where
// its scripts have kept it, it is there at once, however weak the network is; they look
// for a newer one themselves.
async function atOnce(event, url) {
  if (url.search) return visit(event, url); // another mode or size is asked for
  const cache = await caches.open("field-shell");
  const page = await cache.match(url.pathname, { ignoreVary: true });
  return page ? dressed(page) : visit(event, url);
}

async function visit(event, url) {
  try {
    const response = await fetch(event.request);
    if (open(url.pathname) && !url.search && storable(response)) {
      const copy = response.clone();
      event.waitUntil(caches.open(cacheName).then((cache) => cache.put(url.pathname, copy)));
    }
    return response;
  } catch (reason) {
    const page = open(url.pathname) ? await kept(url.pathname) : undefined;
    const answer = page ?? (await kept(`${prefixOf(url.pathname)}/offline`));
    if (!answer) throw reason;
    return dressed(answer);
  }
}

// The newest version first; until it is complete an older one helps out. Pages
// differ by cookie, which the names of kept pages do not show.
async function kept(path) {
  const cache = await caches.open(cacheName);
  return (await cache.match(path, { ignoreVary: true })) ?? caches.match(path, { ignoreVary: true });
}
