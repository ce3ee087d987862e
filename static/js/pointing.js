// What follows the pointer and the keyboard: the ruler, the cross-hair, and the bar
// that shows large what is pointed at. All of it lies over the page, takes no press
// and is silent for screen readers, which have the text itself.
const root = document.documentElement;

function layer(name, ...classes) {
  const el = document.createElement("div");
  el.className = [name, ...classes].join(" ");
  el.setAttribute("aria-hidden", "true");
  document.body.append(el);
  return el;
}

const parts = {
  ruler: () => [layer("ruler")],
  crosshair: () => [layer("crosshair", "crosshair--across"), layer("crosshair", "crosshair--down")],
  caption: () => [layer("caption")],
};
const shown = {};

let at = { x: innerWidth / 2, y: innerHeight / 3 };
let focused = null; // what the keyboard is on, while it was used last

function place() {
  if (focused) {
    const box = focused.getClientRects()[0] ?? focused.getBoundingClientRect();
    const tall = Math.min(box.height, 60);
    at = { x: box.left + Math.min(box.width / 2, 80), y: box.top + tall / 2 };
  }
  if (shown.ruler) shown.ruler[0].style.translate = `0 calc(${at.y}px - 50%)`;
  if (shown.crosshair) {
    shown.crosshair[0].style.translate = `0 ${at.y - 2}px`;
    shown.crosshair[1].style.translate = `${at.x - 2}px 0`;
  }
}

// The smallest thing that says something by itself: a control, a line of a list, a
// paragraph, and not the page.
const block = "a, button, summary, label, input, select, textarea, legend, h1, h2, h3, p, li, dt, dd, th, td, figcaption, output";

export function spoken(el) {
  const own = el?.closest?.(block);
  if (!own || own.closest('[aria-hidden="true"]')) return null;
  return own;
}

// What a reader would say of it: its name, and what stands in it.
export function wordsOf(el) {
  if (!el) return "";
  if (el.matches("input, select, textarea")) {
    const label = el.getAttribute("aria-label") ?? [...(el.labels ?? [])].map(bare).join(" ");
    const secret = el.type === "password" || el.matches("[type=radio], [type=checkbox], [type=file]");
    const value = secret ? "" : el.localName === "select" ? el.selectedOptions[0]?.text : el.value;
    return [label, value].filter(Boolean).join(": ").trim();
  }
  return bare(el) || el.getAttribute("aria-label") || el.title || "";
}

function bare(el) {
  const copy = el.cloneNode(true);
  for (const extra of copy.querySelectorAll("rt, rp, kbd, [hidden], script, select, option")) extra.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

// Pinyin stands over the characters, or unseen behind them, where the page has it as
// ruby; that of a field over those of its label.
function pinyinOf(el) {
  const parts = el.matches("input, select, textarea") ? [...(el.labels ?? [])] : [el];
  return parts.flatMap((part) => [...part.querySelectorAll("rt")]).map((rt) => rt.textContent).join(" ").trim();
}

// Elsewhere the server is asked, and only for what it has published: it names the address
// on pages alone that are the same for everybody, and of those only what stood there
// when the page came may be sent, never a field.
const address = document.querySelector('[data-module="toolbar"]')?.dataset.spell;
const most = 200; // characters that the server takes, and texts that are remembered
const published = new Set(address ? [...document.querySelectorAll(block)].filter((el) => !el.matches("input, select, textarea")).map(wordsOf) : []);
const spelled = new Map();

async function spell(words) {
  const text = [...words].slice(0, most).join("");
  if (!spelled.has(text)) {
    const answer = await fetch(`${address}?${new URLSearchParams({ text })}`, { credentials: "omit" });
    if (!answer.ok) return "";
    if (spelled.size >= most) spelled.delete(spelled.keys().next().value);
    spelled.set(text, (await answer.json()).pinyin);
  }
  return spelled.get(text);
}

function showPinyin(pinyin) {
  const line = document.createElement("span");
  line.className = "caption__pinyin";
  line.textContent = pinyin;
  line.lang = "zh-Latn-pinyin";
  shown.caption[0].prepend(line);
}

// Crossing the page with the pointer asks for nothing; resting on a text does.
let resting = 0;
function show(el) {
  if (!shown.caption || !el) return;
  const bar = shown.caption[0];
  const words = wordsOf(el);
  bar.textContent = words.slice(0, 300);
  bar.lang = el.closest("[lang]")?.lang ?? "";
  clearTimeout(resting);
  if (root.dataset.caption !== "caption-pinyin") return;
  const pinyin = pinyinOf(el);
  if (pinyin) {
    showPinyin(pinyin);
  } else if (published.has(words) && /\p{Script=Han}/u.test(words)) {
    const mine = setTimeout(() => {
      spell(words).then((found) => { if (found && mine === resting && shown.caption) showPinyin(found); }).catch(() => {});
    }, 200);
    resting = mine;
  }
}

function refresh() {
  for (const [name, make] of Object.entries(parts)) {
    const on = name in root.dataset;
    if (on && !shown[name]) shown[name] = make();
    if (!on && shown[name]) {
      for (const el of shown[name]) el.remove();
      delete shown[name];
    }
  }
  place();
  if (shown.caption) show(spoken(document.activeElement));
}

document.addEventListener("pointermove", (event) => {
  focused = null;
  at = { x: event.clientX, y: event.clientY };
  place();
});
document.addEventListener("pointerover", (event) => show(spoken(event.target)));
document.addEventListener("focusin", (event) => {
  if (!event.target.matches(":focus-visible")) return;
  focused = event.target;
  place();
  show(spoken(event.target));
});
document.addEventListener("scroll", place, { passive: true, capture: true });
window.addEventListener("resize", place);
document.addEventListener("view:change", refresh);
refresh();
