// The tools of the accessible mode work as forms and links. This script shows those
// that need it, presses them by keys, and changes what needs no other page in place,
// so that nothing typed is lost and the focus stays where it is.
const bar = document.querySelector('[data-module="toolbar"]');
const root = document.documentElement;
const form = bar.querySelector("form");
const all = (selector) => bar.querySelectorAll(selector);

// A tool that reads shows where there is a voice, or a sound of the server, or a note
// shows that says why not.
function refresh() {
  const voice = (window.speechSynthesis?.getVoices() ?? []).length > 0;
  for (const el of all('[data-needs="script"]')) el.hidden = false;
  const sound = voice || document.querySelector('[data-module="speech"] [data-voice]') !== null;
  for (const el of all('[data-needs="voice"]')) el.hidden = !voice;
  for (const el of all('[data-needs="sound"]')) el.hidden = !sound;
  for (const el of all('[data-without="voice"]')) el.hidden = voice;
  bar.dataset.ready = "";
  document.dispatchEvent(new Event("toolbar:ready"));
}

// Text over text and pages without pictures are made by the server.
const madeThere = ["pinyin", "plain"];

async function change(button) {
  const address = new URL(form.action);
  const fields = new FormData(form, button);
  address.search = new URLSearchParams(fields);
  address.hash = "";
  const response = await fetch(address, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.querySelector('[data-module="toolbar"] form');
  const attributes = page.documentElement.dataset;
  // Without a cookie the choice stands in links: that takes the page itself.
  if (!response.redirected || !response.ok || !next) return false;
  if (madeThere.some((name) => (name in attributes) !== (name in root.dataset))) return false;
  if (page.querySelector("ruby") && !document.querySelector("ruby")) return false; // readings for the caption
  for (const name of Object.keys(root.dataset)) delete root.dataset[name];
  Object.assign(root.dataset, attributes);
  const here = all("button[name]");
  next.querySelectorAll("button[name]").forEach((there, i) => {
    here[i].value = there.value;
    here[i].disabled = there.disabled && here[i] !== document.activeElement;
    if (there.hasAttribute("aria-pressed")) here[i].setAttribute("aria-pressed", there.getAttribute("aria-pressed"));
  });
  bar.querySelector("output").textContent = next.querySelector("output").textContent;
  document.dispatchEvent(new Event("view:change"));
  return true;
}

form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button?.value) {
    event.preventDefault(); // the last step of the sizes
    return;
  }
  if (form.dataset.plain) return;
  event.preventDefault();
  if (await change(button).catch(() => false)) return;
  form.dataset.plain = "yes";
  form.requestSubmit(button);
});

// Keys count with Alt and Shift alone: bare letters belong to readers and to typing.
const codeOf = (key) => ({ "+": "Equal", "-": "Minus" })[key] ?? (/\d/.test(key) ? `Digit${key}` : `Key${key}`);

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat) return;
  if (event.code === "KeyB") {
    event.preventDefault();
    bar.focus();
    return;
  }
  const tool = [...all("[data-key]")].find((el) => codeOf(el.dataset.key) === event.code);
  if (!tool || tool.hidden || tool.closest("[hidden]") || tool.disabled) return;
  event.preventDefault();
  tool.click();
});

// Who comes back after a change of the page goes on where the tools were open.
const more = bar.querySelector("details");
try {
  more.open = sessionStorage.getItem("toolbar") === "open";
  more.addEventListener("toggle", () => sessionStorage.setItem("toolbar", more.open ? "open" : ""));
} catch {
  // No storage here: the tools close with each page.
}

window.speechSynthesis?.addEventListener?.("voiceschanged", refresh);
document.addEventListener("page:more", refresh);
refresh();
