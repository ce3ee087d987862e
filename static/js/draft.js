// Keeps what was typed into a page of an application while it cannot be sent: in
// this window only, gone with it, and gone as soon as the office has it.
const mine = "draft:";
const form = document.querySelector('form[data-module="draft"]');
const status = document.querySelector("[data-draft-status]");
// The same form for two children of a household is two pages.
const place = (url) => url.pathname + (new URLSearchParams(url.search).get("child") ?? "");
const key = mine + place(location);

const read = (name) => {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
};

const fields = () =>
  [...form.elements].filter((e) => e.name && !/^[_-]/.test(e.name) && !["hidden", "submit", "button"].includes(e.type));

const chosen = (e) => e.type === "radio" || e.type === "checkbox";

const answers = () => {
  const out = {};
  for (const e of fields()) {
    if (!chosen(e)) out[e.name] = e.value;
    else if (e.checked) out[e.name] = e.value;
  }
  return out;
};

// An answer belongs to the application that it was typed for.
const of = () => form.elements["-of"]?.value ?? "";

// What the page said of its answers as they were: what comes back later was typed over these.
const had = () => form.elements["-had"];

// Not kept where the browser has no room or no permission: then nothing is promised.
function keep(sent) {
  try {
    sessionStorage.setItem(key, JSON.stringify({ sent, of: of(), had: had()?.value, answers: answers() }));
    return true;
  } catch {
    return false;
  }
}

const tell = (words) => { status.textContent = status.dataset[words]; };

// wipe forgets what has arrived: the server answered the page that sent it.
function wipe() {
  const from = document.referrer && place(new URL(document.referrer));
  for (const name of Object.keys(sessionStorage).filter((n) => n.startsWith(mine))) {
    const all = document.querySelector("[data-draft-wipe]");
    if (all || (name !== key && name === mine + from && read(name)?.sent)) sessionStorage.removeItem(name);
  }
}

function restore() {
  const draft = read(key);
  if (!draft || (draft.of ?? "") !== of()) return;
  sessionStorage.removeItem(key);
  const now = answers();
  if (Object.entries(draft.answers).every(([name, value]) => (now[name] ?? "") === value)) return;
  for (const e of fields()) {
    if (chosen(e)) e.checked = draft.answers[e.name] === e.value;
    else if (e.name in draft.answers) e.value = draft.answers[e.name];
  }
  if (draft.had && had()) had().value = draft.had;
  keep(false);
  tell("restored");
}

// forgetPhotos forgets photos that were being sent, see upload.js, with everything else or
// when the server has forgotten their pieces as well.
function forgetPhotos() {
  const since = Number(localStorage.getItem("uploads-since"));
  if (since && (document.querySelector("[data-draft-wipe]") || Date.now() - since > 24 * 60 * 60 * 1000)) {
    localStorage.removeItem("uploads-since");
    indexedDB.deleteDatabase("huitong-uploads");
  }
}

try {
  wipe();
  forgetPhotos();
  if (form) restore();
} catch {
  // No session storage here: the form works without.
}

if (form) {
  form.addEventListener("input", () => {
    if (!navigator.onLine && keep(false)) tell("kept");
  });
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) {
      keep(true);
      return;
    }
    event.preventDefault();
    tell(keep(false) ? "kept" : "unsent");
  });
  window.addEventListener("offline", () => { if (keep(false)) tell("kept"); });
  window.addEventListener("online", () => tell("online"));
}
