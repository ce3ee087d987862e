// Offers published titles under a search box while something is typed: a combobox
// with a list (WAI-ARIA Authoring Practices). Without it the form works as it is.
// Written for old in-app browsers, too: nothing newer than modules themselves.
const form = document.querySelector('[data-module="search"]');
const input = form.elements.q;
const pause = 150; // milliseconds without a key before the server is asked
const answers = new Map();
let shown = []; // the entries of the list
let active = -1; // the one that Enter opens
let asked = ""; // what the latest request was for
let timer = 0;
let composing = false;

const part = (name, attributes) => {
  const e = document.createElement(name);
  Object.keys(attributes).forEach((key) => e.setAttribute(key, attributes[key]));
  return e;
};
const list = part("ul", { id: "suggestions", class: "search-suggest", role: "listbox", "aria-label": form.dataset.label });
const status = part("p", { class: "visually-hidden", role: "status" });
list.hidden = true;
input.parentNode.append(list, status);
const combobox = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocapitalize: "off", spellcheck: "false" };
Object.keys(combobox).forEach((key) => input.setAttribute(key, combobox[key]));

function close() {
  clearTimeout(timer);
  asked = "";
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  status.textContent = "";
  choose(-1);
}

function choose(i) {
  active = i;
  Array.from(list.children).forEach((option, k) => option.setAttribute("aria-selected", String(k === i)));
  if (i < 0) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  input.setAttribute("aria-activedescendant", list.children[i].id);
  list.children[i].scrollIntoView({ block: "nearest" });
}

function show(entries) {
  shown = entries;
  list.textContent = "";
  entries.forEach((entry, i) => {
    const option = part("li", { id: `suggestion-${i}`, class: "search-suggest__option", role: "option" });
    const text = part("span", { lang: entry.lang });
    const kind = part("span", { class: "search-suggest__kind" });
    text.textContent = entry.text;
    kind.textContent = entry.kind;
    option.append(text, " ", kind);
    list.append(option);
  });
  list.hidden = entries.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  status.textContent = list.hidden ? "" : form.dataset.count.replace("#", entries.length);
  choose(-1);
}

function ask() {
  const words = input.value.trim();
  if (!words) {
    close();
    return;
  }
  asked = words;
  if (answers.has(words)) {
    show(answers.get(words));
    return;
  }
  fetch(`${form.dataset.from}&q=${encodeURIComponent(words)}`)
    .then((response) => (response.ok ? response.json() : []))
    .then((entries) => {
      answers.set(words, entries);
      if (asked === words) show(entries); // else something else has been typed since
    })
    .catch(() => {}); // no network: the form still says so
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(ask, pause);
}

function open(entry) {
  const to = new URL(entry.url, location.href);
  if (form.elements.mode) to.searchParams.set("mode", form.elements.mode.value);
  close();
  location.assign(to.href);
}

input.addEventListener("compositionstart", () => {
  composing = true;
  clearTimeout(timer);
});
input.addEventListener("compositionend", () => {
  composing = false;
  later();
});
input.addEventListener("input", () => {
  if (!composing) later();
});
input.addEventListener("keydown", (event) => {
  if (composing || event.isComposing || event.keyCode === 229) return; // the keys are the input method's
  const many = list.hidden ? 0 : shown.length;
  if (event.key === "Escape" && many) close();
  else if (event.key === "ArrowDown" && many) choose(active + 1 < many ? active + 1 : -1);
  else if (event.key === "ArrowUp" && many) choose(active < 0 ? many - 1 : active - 1);
  else if (event.key === "ArrowDown" && input.value.trim()) ask();
  else if (event.key === "Enter" && active >= 0) open(shown[active]);
  else {
    if (/^(ArrowLeft|ArrowRight|Home|End)$/.test(event.key)) choose(-1);
    return;
  }
  event.preventDefault();
});
input.addEventListener("blur", close);
// A press must not take the focus away, which would close the list before the click.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const i = Array.from(list.children).indexOf(event.target.closest('[role="option"]'));
  if (i >= 0) open(shown[i]);
});
window.addEventListener("pagehide", close);
