// Reads aloud what is pointed at, and the page from where one is: sentence by
// sentence, each of them marked while it is said. A new text always silences the one
// before it. Browsers without a voice do not point and read; the page from here is then
// the sounds of the server, part after part, the part marked that is heard.
const bar = document.querySelector('[data-module="toolbar"]');
const root = document.documentElement;
const synth = window.speechSynthesis;
const part = (name) => bar.querySelector(`[data-tool="${name}"]`);

const { voiceOf, sayable, reader } = await import(bar.dataset.speech);
const { spoken, wordsOf } = await import(bar.dataset.pointing);

const kindOf = (el) => {
  const lang = el.closest("[lang]")?.lang ?? "";
  if (/^en/i.test(lang)) return "en";
  let wanted = "cmn";
  try {
    wanted = JSON.parse(localStorage.getItem("speech"))?.voice ?? wanted;
  } catch {
    // No storage here: Mandarin.
  }
  return wanted !== "en" && voiceOf(wanted) ? wanted : "cmn";
};

const phones = new Set([...document.querySelectorAll('a[href^="tel:"]')].map((a) => a.textContent.trim()));

let turn = 0; // what was begun before does not count any more

function utter(words, el, done) {
  const kind = kindOf(el);
  const said = new SpeechSynthesisUtterance(sayable(words, phones, kind));
  const voice = voiceOf(kind);
  if (voice) said.voice = voice;
  said.lang = voice?.lang ?? (kind === "en" ? "en" : "zh-CN");
  said.rate = Number(part("rate").value);
  said.onend = () => done(true);
  said.onerror = () => done(false);
  utter.held = said; // some browsers forget what nobody holds
  synth.speak(said);
}

function silence() {
  turn += 1;
  synth?.cancel();
  unmark();
}

// Pointed reading waits a moment, so that crossing the page with the pointer does
// not stutter through all of it.
let last = null;
let waiting = 0;
function pointAt(el, wait) {
  clearTimeout(waiting);
  if (!("pointed" in root.dataset) || now || !el || el === last) return;
  waiting = setTimeout(() => {
    last = el;
    const words = wordsOf(el);
    silence();
    if (words) utter(words, el, () => { last = null; });
  }, wait);
}

// --- the page from here ---

let now = null; // { list, at, paused }, or { row, paused } of a text beside which one can listen

const main = () => document.querySelector("main");

// Pieces of text, each with the blocks that it stands in, in the order of the page.
function sentences() {
  const out = [];
  const walk = document.createTreeWalker(main(), NodeFilter.SHOW_TEXT, {
    acceptNode: (node) =>
      node.data.trim() && !node.parentElement.closest("script, style, rt, rp, select, textarea, [hidden], [aria-hidden='true'], .visually-hidden, .crumbs, .listen, .player") &&
      node.parentElement.checkVisibility() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT,
  });
  let piece = null;
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const home = node.parentElement.closest("p, li, dt, dd, h1, h2, h3, td, th, summary, label, legend, div, section");
    for (const m of node.data.matchAll(/[^。！？；]+[。！？；]*/g)) {
      if (!piece || piece.home !== home || piece.ended) out.push((piece = { home, words: "", ranges: [], ended: false }));
      const range = document.createRange();
      range.setStart(node, m.index);
      range.setEnd(node, m.index + m[0].length);
      piece.words += m[0];
      piece.ranges.push(range);
      piece.ended = /[。！？；]\s*$/.test(m[0]);
    }
  }
  return out.filter((p) => /[\p{L}\p{N}]/u.test(p.words));
}

function unmark() {
  globalThis.CSS?.highlights?.delete("reading");
  for (const el of document.querySelectorAll(".reading-now")) el.classList.remove("reading-now");
}

function mark(piece) {
  unmark();
  if (globalThis.Highlight) CSS.highlights.set("reading", new Highlight(...piece.ranges));
  else piece.home.classList.add("reading-now");
  piece.home.scrollIntoView({ block: "nearest", behavior: "instant" });
}

// Where one is: the selection, what has the focus within the text, what is at the
// top of the window.
const placeOf = () =>
  [document.getSelection()?.anchorNode, document.activeElement].find((n) => n && n !== document.body && main().contains(n) && n !== main());

function startOf(list) {
  const place = placeOf();
  if (place) {
    const i = list.findIndex((p) => p.ranges.some((r) => r.intersectsNode(place)) || place.compareDocumentPosition(p.home) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (i >= 0) return i;
  }
  return Math.max(0, list.findIndex((p) => p.ranges[0].getBoundingClientRect().bottom > 0));
}

// The text that a row reads.
const blockOf = (row) => (row.dataset.hears ? row.closest(row.dataset.hears) : row.parentElement.querySelector("[data-heard]")) ?? row.parentElement;

function rowFrom(list) {
  const place = placeOf();
  const after = (el) => el.contains(place) || place.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING;
  return (place && list.find((row) => after(blockOf(row)))) ?? list.find((row) => blockOf(row).getBoundingClientRect().bottom > 0) ?? list[0];
}

function markBlock(block) {
  const range = document.createRange();
  range.selectNodeContents(block);
  mark({ home: block, ranges: [range] });
}

// A text that is listened to by itself is held by the same tools.
document.addEventListener("speech:state", ({ detail }) => {
  if (!now && !detail) return;
  const focused = document.activeElement === part("stop");
  turn += 1; // what this script was reading
  now = detail;
  if (!now) unmark();
  else if (!now.range) markBlock(blockOf(now.row)); // else its sentence is marked
  label();
  if (focused && !now) part("read").focus();
});

function label() {
  const tool = part("read");
  const name = tool.querySelector("[data-tool-name]");
  tool.dataset.name ??= name.textContent;
  name.textContent = now ? tool.dataset[now.paused ? "resume" : "pause"] : tool.dataset.name;
  part("stop").hidden = !now;
}

function stop(failed) {
  const focused = document.activeElement === part("stop");
  now = null;
  silence();
  label();
  part("status").textContent = failed ? part("status").dataset.failed : "";
  if (focused) part("read").focus();
}

function next() {
  silence();
  const mine = turn;
  const piece = now.list[now.at];
  if (!piece) {
    stop();
    return;
  }
  mark(piece);
  utter(piece.words, piece.home, (well) => {
    if (mine !== turn) return;
    if (!well) {
      stop(true);
      return;
    }
    now.at += 1;
    next();
  });
}

part("read").addEventListener("click", () => {
  const rows = reader.rows();
  if (now?.row) {
    reader.pause();
    return;
  }
  if (!now && rows.length > 0 && !voiceOf(kindOf(main()))) {
    reader.pace(part("rate").value);
    reader.begin(rowFrom(rows));
    return;
  }
  if (now) {
    now.paused = !now.paused;
    if (now.paused) {
      turn += 1; // before: being silenced counts as an error in some browsers
      synth.cancel();
    } else next();
  } else {
    const list = sentences();
    now = { list, at: startOf(list), paused: false };
    next();
  }
  label();
});
part("stop").addEventListener("click", () => (now?.row ? reader.stop() : stop()));
part("rate").addEventListener("change", () => {
  if (now?.row) reader.pace(part("rate").value);
  else if (now && !now.paused) next();
});

document.addEventListener("pointerover", (event) => pointAt(spoken(event.target), 350));
document.addEventListener("focusin", (event) => pointAt(spoken(event.target), 0));
document.addEventListener("view:change", () => { if (!("pointed" in root.dataset) && !now) silence(); });
window.addEventListener("pagehide", () => synth?.cancel());
