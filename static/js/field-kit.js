// The page with which a director works where there is no network. It is one screen at a
// time: set up, locked, what there is to do, and a form. The other scripts come by the
// addresses that stand on the page, so that a kept page keeps to scripts of its own time.
const root = document.querySelector('[data-module="field-kit"]');
const screen = root.querySelector("[data-field-screen]");
const status = root.querySelector("[data-field-status]");
const words = Object.fromEntries([...root.querySelectorAll("[data-word]")].map((e) => [e.dataset.word, e.textContent]));
const load = (name) => import(root.querySelector(`[data-module-name="${name}"]`).dataset.keep);
const idle = 5 * 60 * 1000;
const day = 24 * 60 * 60 * 1000;

const say = (key, values = {}) => Object.entries(values).reduce((s, [k, v]) => s.replaceAll(`{${k}}`, v), words[key] ?? key);
// tell says something at the top of the page, and brings it into view unless nobody has
// just pressed anything.
const note = (text) => { status.textContent = text; };
const tell = (text) => {
  note(text);
  if (text) status.scrollIntoView({ block: "nearest" });
};

let parts, store, outbox, kit, resting = 0;

function show(...children) {
  screen.replaceChildren(...children);
  const first = screen.querySelector("h2");
  if (first) { first.tabIndex = -1; first.focus(); }
}

const button = (text, click, look = "button--quiet button--large") => parts.make("button", { type: "button", class: "button " + look, click }, text);
const heading = (text) => parts.make("h2", {}, text);
const para = (text, look) => parts.make("p", look ? { class: look } : {}, text);
const buttons = (...all) => parts.make("div", { class: "form__buttons" }, ...all);

// A full device is told in words; nothing that is typed is dropped without a word.
function failed(reason) {
  if (store?.locked && String(reason).includes("locked")) return lock();
  tell(reason?.name === "QuotaExceededError" ? words.full : say("failed", { Reason: reason?.message ?? reason }));
}
const careful = (fn) => async (event) => {
  event?.preventDefault?.();
  try { await fn(event); } catch (reason) { failed(reason); }
};

async function askState(device) {
  const answer = await fetch(root.dataset.state, { headers: device ? { "X-Device": device.id } : {}, credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// stateFor is who is signed in, where this device may send for them; otherwise the page
// says what to do.
async function stateFor(device) {
  const state = await askState(device);
  if (!state.known) { await gone("ended"); return null; }
  if (!state.signedIn) { tell(words["sign-in"]); return null; }
  if (state.user !== device.user) { tell(say("other", { Name: state.name })); return null; }
  await store.change((d) => ({ ...d, seen: Date.now() }));
  return state;
}

async function post(path, fields, token) {
  const body = new URLSearchParams({ _csrf: token, ...fields });
  const answer = await fetch(path, { method: "POST", body, credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(60000) });
  if (!answer.ok || !(answer.headers.get("Content-Type") ?? "").includes("json")) throw new Error(String(answer.status));
  return answer.json();
}

async function gone(why) {
  try { await store?.wipe(); } catch { /* another window was first */ }
  store = null;
  outbox?.stop();
  await start(why);
}

function lock() {
  store?.lock();
  outbox?.stop();
  kit = null;
  clearTimeout(resting);
  showLocked();
}

function awake() {
  clearTimeout(resting);
  if (store && !store.locked) resting = setTimeout(lock, idle);
}

// --- set up and unlock

async function start(why) {
  store = await parts.Store.open(() => { location.reload(); });
  const device = await store.device();
  if (device && Date.now() - device.seen > parts.daysAway * day) return gone("away");
  if (why) tell(words[why]);
  if (device) {
    if (navigator.onLine) {
      const state = await askState(device).catch(() => null);
      if (state && !state.known) return gone("ended");
      parts.keepShell().catch(() => {}); // as it looks now
    }
    return showLocked();
  }
  const state = navigator.onLine ? await askState().catch(() => null) : null;
  if (!state?.signedIn) return show(heading(words["setup-title"]), para(words["setup-sign-in"]), parts.make("p", {}, parts.make("a", { class: "button button--large", href: root.dataset.desk }, words.desk)));
  showSetUp(state);
}

const pinField = (name, label) => {
  const f = parts.field({ name, label, required: true, mode: "numeric", max: 12 }, "", words);
  f.querySelector("input").type = "password";
  return f;
};

function showSetUp(state) {
  const form = parts.make("form", { novalidate: true }, para(words["setup-about"]), pinField("pin", words["pin-new"]), pinField("again", words["pin-again"]),
    para(words["pin-about"], "page__note"), buttons(parts.make("button", { class: "button button--chief button--large" }, words["setup-go"])));
  form.addEventListener("submit", careful(async () => {
    const { pin = "", again = "" } = parts.read(form);
    if (!/^\d{6,12}$/.test(pin) || /^(\d)\1+$/.test(pin) || "01234567890123456789876543210987654321".includes(pin)) return tell(words["pin-weak"]);
    if (pin !== again) return tell(words["pin-differ"]);
    tell(words["setup-busy"]);
    const made = await post(root.dataset.device, {}, state.token);
    await store.setUp({ id: made.id, user: made.user, publicKey: parts.fromBase64(made.public) }, pin, Date.now());
    await fetchKit();
    if (!(await parts.keepShell())) throw new Error(words["setup-shell"]);
    await navigator.storage?.persist?.();
    tell(words["setup-done"]);
    await opened();
  }));
  show(heading(words["setup-title"]), form);
}

async function fetchKit() {
  const answer = await fetch(root.dataset.kit, { credentials: "same-origin", cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  kit = await answer.json();
  await store.put("kit", "kit", kit);
}

function showLocked() {
  const form = parts.make("form", { novalidate: true }, pinField("pin", words.pin), buttons(parts.make("button", { class: "button button--chief button--large" }, words.unlock)));
  form.addEventListener("submit", careful(async () => {
    tell(words.opening);
    const came = await store.unlock(parts.read(form).pin ?? "");
    if (came === "open") { tell(""); return opened(); }
    if (came === "wiped") { store = null; return start("tries"); }
    const { tries } = await store.device();
    tell(say("wrong", { Left: parts.mostTries - tries }));
    form.reset();
  }));
  show(heading(words["locked-title"]), form, parts.make("p", {}, button(words.wipe, careful(askWipe))));
}

async function opened() {
  kit = await store.get("kit");
  outbox = new parts.Outbox(store, {
    ask: (fields, token) => post(root.dataset.send, { ...fields, box: parts.toBase64(fields.box) }, token),
    state: stateFor,
    tell: async (how, seconds) => {
      if (how === "offline") note(words["send-offline"]);
      if (how === "again") note(say("send-again", { Seconds: seconds }));
      if (how === "sending") note(words["send-busy"]);
      if (how === "idle" && status.textContent === words["send-busy"]) note(words["send-done"]);
      if (screen.querySelector("[data-field-home]")) await home(false);
    },
  });
  awake();
  await home();
  if (!navigator.onLine) return;
  outbox.go();
  const state = await askState(await store.device()).catch(() => null);
  if (state?.signedIn && store && !store.locked) { await fetchKit().catch(() => {}); await parts.keepShell().catch(() => {}); }
}

async function askWipe() {
  const waiting = store.locked ? 0 : (await store.list("entry")).filter((e) => e.box).length;
  if (confirm(say(waiting ? "wipe-waiting" : "wipe-sure", { Count: waiting }))) await gone("wiped");
}

// --- what there is to do

// openers go on with what was begun, or given back.
const openers = { "check-in-draft": (d) => checkIn(d), "asked-draft": (d) => hear(d), "typed-draft": (d) => typed(d.policy, d), "talk-draft": (d) => talk(d) };

async function home(focus = true) {
  const entries = await store.list("entry");
  const drafts = (await Promise.all(Object.entries(openers).map(async ([kind, open]) => (await store.list(kind)).map((d) => ({ ...d, open: () => open(d) }))))).flat();
  const all = [
    parts.make("div", { class: "field-kit__doors", "data-field-home": true },
      ...(kit.events?.length ? [button(words["do-check-in"], careful(() => checkIn()), "button--large"),
        kit.events.some((e) => e.rows) ? button(words["do-door"], careful(() => door()), "button--large") : null,
        button(words["do-asked"], careful(() => hear()), "button--large")] : []),
      button(words["do-talk"], careful(() => talk()), "button--large"), button(words["do-typed"], careful(() => choose()), "button--large"),
      button(words["do-read"], careful(() => readPolicies()))),
    heading(words["box-title"]),
    entries.length ? parts.make("ol", { class: "field-kit__list", "data-field-entries": entries.length }, ...entries.map(entryItem)) : para(words["box-none"]),
    buttons(button(words["box-send"], careful(async () => { await outbox.go(); }))),
  ];
  if (drafts.length) all.push(heading(words["draft-title"]), parts.make("ul", { class: "field-kit__list" }, ...drafts.map(draftItem)));
  all.push(buttons(button(words.lock, lock), button(words.wipe, careful(askWipe))));
  if (focus) return show(heading(say("home-title", { Name: kit.name })), ...all);
  // Somebody may have gone on to a form while this was read.
  if (screen.querySelector("[data-field-home]")) screen.replaceChildren(heading(say("home-title", { Name: kit.name })), ...all);
}

const time = (at) => new Date(at).toLocaleString(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });

function entryItem(e) {
  const item = parts.make("li", { class: "field-kit__item", "data-entry": e.id, "data-entry-state": e.state }, para(`${e.label} · ${time(e.at)}`), parts.make("p", {}, parts.make("span", { class: "state-tag" }, words["state-" + e.state])));
  if (e.words) item.append(para(e.words));
  if (e.path) item.append(parts.make("p", {}, parts.make("a", { class: "alone", href: e.path }, words["box-next"])));
  if (!e.box) item.append(button(words["box-clear"], careful(async () => { await store.drop(e.id); await home(); }), "button--quiet"));
  return item;
}

function draftItem(d) {
  return parts.make("li", { class: "field-kit__item" }, para(d.label ?? ""), d.refused ? para(d.refused) : null,
    button(words["draft-open"], careful(d.open), "button--quiet"));
}

const back = () => button(words.back, careful(() => home()));

// askVillage asks in which of several villages it is; with one there is nothing to ask.
const askVillage = (value) => (kit.villages.length > 1 ? parts.field({ name: "-village", label: words.village, required: true, options: kit.villages.map((v) => ({ value: v, label: v })) }, value, words) : null);

// codeOf is what a family scans to read on at home; who opens it is counted to the village.
function codeOf(p, village = kit.villages[0]) {
  const code = p.codes?.find((c) => c.village === village) ?? p.codes?.[0];
  if (!code) return para(p.share); // a kit of before there were codes
  return parts.make("div", { class: "field-kit__code", "data-code-of": p.slug }, parts.picture(code.rows, say("code-label", { Link: code.link })), para(words.code), para(code.link, "field-kit__address"));
}

// shareOf is what else there is to tell people of a policy: a minute to read out, and a
// message that waits in the clipboard until the phone has a network.
function shareOf(p, village = kit.villages[0]) {
  const code = p.codes?.find((c) => c.village === village) ?? p.codes?.[0];
  const box = parts.make("div", { "data-share-of": p.slug });
  const fold = (title, ...inside) => box.append(parts.make("details", { class: "fold" }, parts.make("summary", { class: "fold__title" }, title), parts.make("div", { class: "fold__body" }, ...inside)));
  if (p.script) fold(words.script, para(p.script));
  if (code?.chat) {
    const text = parts.make("textarea", { class: "input input--long", rows: 6, readonly: true, "aria-label": words.chat });
    const said = parts.make("p", { role: "status" });
    text.value = code.chat;
    fold(words.chat, text, button(words["chat-copy"], careful(async () => {
      said.textContent = await navigator.clipboard?.writeText(code.chat).then(() => words["chat-copied"], () => "") || words["chat-hold"];
    }), "button--quiet"), said);
  }
  return box;
}

// followVillage has all codes of a form be those of the village that is chosen in it.
function followVillage(form) {
  form.addEventListener("input", ({ target }) => {
    if (target.name !== "-village") return;
    const policy = (slug) => kit.policies.find((p) => p.slug === slug);
    for (const e of form.querySelectorAll("[data-code-of]")) e.replaceWith(codeOf(policy(e.dataset.codeOf), target.value));
    for (const e of form.querySelectorAll("[data-share-of]")) e.replaceWith(shareOf(policy(e.dataset.shareOf), target.value));
  });
}

// plain is the policy in plain words, its code before them: that is what is looked for.
const plain = (p, village) => [codeOf(p, village), parts.make("ul", {}, ...p.plain.map((w) => parts.make("li", {}, w)))];

function readPolicies() {
  const form = parts.make("form", { novalidate: true }, askVillage(kit.villages[0]), ...kit.policies.map((p) => parts.make("details", { class: "fold" }, parts.make("summary", { class: "fold__title" }, p.name), para(p.summary), ...plain(p), shareOf(p))), buttons(back()));
  followVillage(form);
  show(heading(words["do-read"]), form);
}

const consentParts = (notice, given = {}) => [
  parts.make("blockquote", { class: "status__words" }, ...notice.words.map((w) => para(w))),
  parts.field({ name: "-relation", label: words["consent-who"], options: kit.relations, required: true }, given.relation, words),
  parts.field({ name: "-means", label: words["consent-how"], options: kit.means, required: true }, given.means, words),
  parts.make("div", { class: "tick tick--large" }, parts.make("input", { class: "tick__input", type: "checkbox", id: "f-agreed", name: "-agreed", value: notice.version, checked: given.notice === notice.version }), parts.make("label", { class: "tick__label", for: "f-agreed" }, notice.agreed)),
];

const consentOf = (all, given) => ({ relation: all["-relation"] ?? "", means: all["-means"] ?? "", notice: all["-agreed"] ?? "", at: given?.at ?? new Date().toISOString() });

// saving keeps what is typed a moment after each change, and at once when asked.
function saving(form, id, kind, value) {
  let timer = 0;
  let last = Promise.resolve();
  const save = () => { clearTimeout(timer); last = last.then(() => store.put(id, kind, value())); return last; };
  form.addEventListener("input", () => {
    awake();
    clearTimeout(timer);
    timer = setTimeout(() => save().then(() => note(words["draft-kept"]), failed), 400);
  });
  return { save, stop: async () => { clearTimeout(timer); await last.catch(() => {}); } };
}

async function talk(draft = {}) {
  const id = draft.id ?? "draft:" + crypto.randomUUID();
  const sent = (await store.list("entry")).filter((e) => e.sends === "typed");
  const topics = kit.policies.map((p) => parts.make("section", { class: "talk-topic" }, parts.field({ name: p.slug, label: p.ask, help: p.summary, options: kit.marks, required: true }, draft.marks?.[p.slug], words), parts.make("details", { class: "fold" }, parts.make("summary", { class: "fold__title" }, words.plain), ...plain(p, draft.village))));
  const with_ = sent.length ? [heading(words["talk-consent"]), para(words["talk-consent-about"]),
    parts.field({ name: "-with", label: words["talk-with"], options: sent.map((e) => ({ value: e.id, label: `${e.label} · ${time(e.at)}` })) }, draft.with, words), ...consentParts(kit.talk, draft.consent ?? {})] : [];
  const form = parts.make("form", { novalidate: true },
    askVillage(draft.village), ...topics, ...with_, buttons(parts.make("button", { class: "button button--chief button--large" }, words["talk-done"]), back()));
  const value = () => {
    const all = parts.read(form);
    const marks = Object.fromEntries(Object.entries(all).filter(([k]) => !k.startsWith("-")));
    const consent = all["-agreed"] || all["-with"] ? consentOf(all, draft.consent) : null;
    return { label: words["do-talk"], village: all["-village"] ?? kit.villages[0] ?? "", marks, consent, with: all["-with"] ?? "" };
  };
  const keeper = saving(form, id, "talk-draft", value);
  followVillage(form);
  form.addEventListener("submit", careful(async () => {
    const all = value();
    if (!Object.keys(all.marks).length) return tell(words["talk-none"]);
    if (!all.village) return tell(words["talk-village-none"]);
    await finish(keeper, id, "talk", { label: words["do-talk"] }, all);
  }));
  show(heading(words["do-talk"]), form);
}

function choose() {
  show(heading(words["typed-choose"]), parts.make("div", { class: "field-kit__doors" }, ...kit.policies.filter((p) => p.form).map((p) => button(p.name, careful(() => typed(p.slug)), "button--large"))), buttons(back()));
}

async function typed(slug, draft = {}) {
  const policy = kit.policies.find((p) => p.slug === slug);
  if (!policy?.form) return tell(words["typed-gone"]);
  const id = draft.id ?? "draft:" + crypto.randomUUID();
  const answers = draft.answers ?? {};
  const form = parts.make("form", { novalidate: true }, heading(words["consent-title"]), ...consentParts(kit.assist, draft.consent ?? {}),
    ...policy.form.flatMap((s) => [heading(s.title), s.intro ? para(s.intro) : null, ...s.ask.map((q) => parts.field(q, answers[q.name], words))].filter(Boolean)),
    para(words["typed-photos"], "page__note"), buttons(parts.make("button", { class: "button button--chief button--large" }, words["typed-done"]), back()));
  const value = () => {
    const all = parts.read(form);
    const now = Object.fromEntries(Object.entries(all).filter(([k]) => !k.startsWith("-")));
    return { label: policy.name, policy: slug, lang: kit.lang, consent: consentOf(all, draft.consent), answers: now };
  };
  const keeper = saving(form, id, "typed-draft", value);
  const look = () => parts.asked(form, policy.form, value().answers);
  form.addEventListener("input", look);
  form.addEventListener("submit", careful(async () => {
    const all = value();
    if (!all.consent.relation || !all.consent.means || !all.consent.notice) return tell(words["consent-none"]);
    for (const section of policy.form) for (const q of section.ask) if (parts.truth(q.when, all.answers) === false) delete all.answers[q.name];
    await finish(keeper, id, "typed", { label: policy.name }, all);
  }));
  show(heading(policy.name), form);
  look();
}

// today is the day in China, by the phone's clock.
const today = () => new Date().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });

// likelyEvent is the event of today, or the only one.
const likelyEvent = (events) => events.find((e) => e.day === today()) ?? (events.length === 1 ? events[0] : undefined);

// askEvent asks which event it is.
const askEvent = (events, value) => parts.field({ name: "-event", label: words["check-in-event"], options: events.map((e) => ({ value: e.id, label: e.label })), required: true }, value, words);

// door shows the code by which visitors check in by themselves: one of theirs has a network
// where the director's phone may have none.
function door() {
  const events = kit.events.filter((e) => e.rows);
  const code = parts.make("div", { class: "field-kit__door" });
  const form = parts.make("form", { novalidate: true }, askEvent(events, likelyEvent(events)?.id), code, buttons(back()));
  const look = () => {
    const event = events.find((e) => e.id === parts.read(form)["-event"]);
    code.replaceChildren(...(event ? [para(event.label), parts.picture(event.rows, say("code-label", { Link: event.link })), para(event.link, "field-kit__address"),
      para(words["door-about"]), event.topics ? para(say("door-topics", { Topics: event.topics })) : ""] : []));
  };
  form.addEventListener("input", look);
  show(heading(words["do-door"]), form);
  look();
}

// hear keeps what people asked at an event, a question a line.
function hear(draft = {}) {
  const id = draft.id ?? "draft:" + crypto.randomUUID();
  const events = kit.events ?? [];
  const form = parts.make("form", { novalidate: true }, askEvent(events, draft.event ?? likelyEvent(events)?.id),
    parts.field({ name: "-asked", label: words["asked-text"], help: words["asked-help"], long: true, max: 2000, required: true }, (draft.asked ?? []).join("\n"), words),
    buttons(parts.make("button", { class: "button button--chief button--large" }, words["asked-done"]), back()));
  const chosen = () => events.find((e) => e.id === parts.read(form)["-event"]);
  const value = () => ({ label: words["do-asked"], event: chosen()?.id ?? draft.event ?? "", asked: (parts.read(form)["-asked"] ?? "").split(/[\r\n]+/).map((q) => q.trim()).filter(Boolean) });
  const keeper = saving(form, id, "asked-draft", value);
  form.addEventListener("submit", careful(async () => {
    const all = value();
    const event = chosen();
    if (!event || !all.asked.length) return tell(words["asked-none"]);
    await finish(keeper, id, "asked", { label: say("asked-label", { Event: event.label, Count: all.asked.length }) }, all);
  }));
  show(heading(words["do-asked"]), form);
}

// checkIn counts people in at the door of an event, one group after the other. Whether the
// event is on, the portal says: the phone's clock may be wrong.
async function checkIn(draft = {}) {
  const id = draft.id ?? "draft:" + crypto.randomUUID();
  const events = kit.events ?? [];
  const entries = await store.list("entry");
  const form = parts.make("form", { novalidate: true }, draft.noted ? para(say("check-in-kept", { Count: draft.noted })) : null,
    askEvent(events, draft.event ?? likelyEvent(events)?.id),
    para("", "field-kit__sum"),
    parts.field({ name: "-count", label: words["check-in-count"], help: words["check-in-help"], mode: "numeric", max: 3, required: true }, draft.count, words),
    buttons(parts.make("button", { class: "button button--chief button--large" }, words["check-in-done"]), back()));
  const chosen = () => events.find((e) => e.id === parts.read(form)["-event"]);
  const value = () => ({ label: words["do-check-in"], event: chosen()?.id ?? draft.event ?? "", count: Number(parts.read(form)["-count"] ?? 0), at: draft.at ?? new Date().toISOString() });
  const sum = () => {
    const event = chosen();
    const people = entries.filter((e) => event && e.event === event.id).reduce((n, e) => n + e.people, 0);
    form.querySelector(".field-kit__sum").textContent = event ? [event.topics, say("check-in-sum", { Count: people })].filter(Boolean).join(" · ") : "";
  };
  const keeper = saving(form, id, "check-in-draft", value);
  form.addEventListener("input", sum);
  form.addEventListener("submit", careful(async () => {
    const all = value();
    const event = chosen();
    if (!event || !Number.isInteger(all.count) || all.count < 1 || all.count > 500) return tell(words["check-in-none"]);
    const label = say("check-in-label", { Event: event.label, Count: all.count });
    await finish(keeper, id, "check-in", { label, event: event.id, people: all.count }, all, () => checkIn({ event: event.id, noted: all.count }));
  }));
  show(heading(words["do-check-in"]), form);
  sum();
}

// finish locks what was filled in away to be sent; mark is what the device itself still
// tells of it.
async function finish(keeper, draft, kind, mark, value, next = home) {
  await keeper.stop();
  const { label: _, ...body } = value;
  await store.finish(draft, kind, { ...mark, at: Date.now() }, body);
  tell(words.finished);
  await next();
  outbox.go().catch(failed);
}

if (root && globalThis.indexedDB && globalThis.crypto?.subtle && "serviceWorker" in navigator) {
  Promise.all([load("field-store"), load("field-outbox"), load("field-form")]).then(async (all) => {
    parts = Object.assign({}, ...all);
    for (const event of ["pointerdown", "keydown"]) window.addEventListener(event, awake);
    window.addEventListener("online", () => { outbox?.go().catch(failed); });
    await start();
    root.dataset.ready = "1";
  }).catch(failed);
} else if (root) {
  screen.replaceChildren(Object.assign(document.createElement("p"), { textContent: words.cannot }));
}
