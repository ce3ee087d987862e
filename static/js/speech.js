// Reads the texts of a page aloud: by the browser where it has a voice for the
// language, otherwise by the sound that the server makes, whose link stands in the
// page and works without this script. Nothing is read before somebody asks for it.
const rows = () => document.querySelectorAll('[data-module="speech"]');
const player = document.querySelector('[data-speech="player"]');
const part = (name) => player.querySelector(`[data-speech="${name}"]`);
const whole = document.querySelector('[data-module="speech-page"]');
const synth = window.speechSynthesis;

// What browsers call the voices, and what to ask for where they name none.
const known = { cmn: /^(cmn|zh(?![-_](HK|MO|Hant[-_]HK)))/i, yue: /^(yue|zh[-_](HK|MO|Hant[-_]HK))/i, en: /^en/i };

const voiceOf = (kind) => {
  const fit = (synth?.getVoices() ?? []).filter((v) => known[kind].test(v.lang));
  return fit.find((v) => v.localService) ?? fit[0];
};
const soundOf = (row, kind) => {
  const sound = row.querySelector(`[data-voice="${kind}"]`);
  return sound?.href ?? sound?.src;
};
const button = (row) => row.querySelector(".listen__play");
const kindsOf = (row) => row.dataset.voices.trim().split(" ").filter((kind) => voiceOf(kind) || soundOf(row, kind));

// The texts of the page one after the other; a row that reads what others read as well
// is of none.
const pageRows = () => [...rows()].filter((row) => (!row.dataset.hears || row.querySelector("[data-voice]")) && kindsOf(row).length > 0);

// A button shows only where something can be heard; then it stands for the links.
function refresh() {
  for (const row of rows()) {
    const able = kindsOf(row).length > 0;
    button(row).hidden = !able;
    const links = row.querySelector(".listen__links");
    if (links) links.hidden = able;
  }
  if (whole) whole.hidden = pageRows().length === 0;
}

// How a text is said stands in the page or is asked of the server, once: numbers and
// telephones are no work of this script. What the page shows stands in for it.
const texts = new Map();
function script(row, kind) {
  const own = row.querySelector(`[data-own="${kind}"]`)?.textContent;
  const address = row.dataset.said && `${row.dataset.said}.${kind}.txt`;
  if (own || !address) return own || shown(row, kind);
  if (!texts.has(address)) {
    texts.set(address, fetch(address)
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then((text) => { texts.set(address, text); return text; })
      .catch(() => { texts.delete(address); return shown(row, kind); }));
  }
  return texts.get(address);
}

// What a block says, without what only belongs to the eye: buttons to listen, the
// navigation, pinyin, and what is hidden.
const unread = ".listen, .listen-page, .player, .page-listen__else, .visually-hidden, .unread, script, nav, rt, rp, [hidden]";
const wordsIn = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(unread) || !node.checkVisibility()) return "";
  const words = [...node.childNodes].map(wordsIn).join("");
  return getComputedStyle(node).display.startsWith("inline") || node.closest("ruby") ? words : `\n${words}\n`;
};

// A text that only this page has, such as somebody's own answers, never leaves the
// device: telephone numbers, which the page marks, are said digit by digit here.
const digits = { cmn: [..."零幺二三四五六七八九"], yue: [..."零一二三四五六七八九"] };
function sayable(text, phones, kind) {
  const spell = (number) => [...number.replace(/\D/g, "")].map((d) => digits[kind]?.[d] ?? `${d} `).join("");
  return text.replace(/\d[\d-]*\d/g, (number) => (phones.has(number) ? spell(number) : number)).replace(/\/(人|月|年|学年|學年|次)/g, "每$1");
}

const phonesIn = (block) => new Set([...block.querySelectorAll('a[href^="tel:"]')].map((a) => a.textContent.trim()));

function shown(row, kind) {
  if (row.dataset.hears) {
    const block = row.closest(row.dataset.hears);
    return sayable(wordsIn(block), phonesIn(block), kind);
  }
  const block = row.parentElement;
  const parts = [block.querySelector(":scope > h2"), ...block.querySelectorAll("[data-heard]")];
  return parts.filter(Boolean).map((element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("rt, rp").forEach((e) => e.remove());
    return [...copy.childNodes].map((n) => n.textContent).join("\n");
  }).join("\n");
}

// Browsers break off long texts, so each sentence goes by itself.
const sentences = (text) =>
  (text.match(/(?:[^。！？；.!?\n]|[.!?](?!\s|$))+[。！？；.!?\n]*/g) ?? []).map((s) => s.trim()).filter((s) => /[\p{L}\p{N}]/u.test(s));

let now = null; // what is being read

const choice = { voice: "cmn", rate: 1 };
try {
  Object.assign(choice, JSON.parse(localStorage.getItem("speech")));
} catch {
  // No storage here: the choice holds for this page.
}

// What is read is told to the tools of the accessible mode, which mark it.
const report = () => document.dispatchEvent(new CustomEvent("speech:state", { detail: now && { row: now.row, paused: now.paused, range: now.range } }));

const tell = (words) => { part("status").textContent = words ? part("status").dataset[words] : ""; };

function silence() {
  if (!now) return;
  now.turn += 1; // whatever is still to end does not count any more
  synth?.cancel();
  now.audio?.pause();
  now.unfollow?.();
}

function stop(words) {
  if (!now) return;
  silence();
  now.unmark?.();
  const { row } = now;
  const focused = player.contains(document.activeElement);
  button(row).setAttribute("aria-pressed", "false");
  whole?.querySelector("button").setAttribute("aria-pressed", "false");
  now = null;
  if (words === "failed") {
    tell(words);
    part("pause").hidden = true;
  } else {
    player.hidden = true;
    if (focused) button(row).focus();
  }
  report();
}

function begin(row, page) {
  stop();
  const kinds = kindsOf(row);
  const kind = kinds.includes(choice.voice) ? choice.voice : kinds[0];
  now = { row, kind, kinds, page, at: 0, turn: 0, paused: false };
  row.after(player);
  for (const option of part("voice").options) option.hidden = option.disabled = !kinds.includes(option.value);
  part("voice").value = kind;
  part("rate").value = String(choice.rate);
  if (part("rate").selectedIndex < 0) part("rate").value = "1";
  part("pause").hidden = false;
  part("pause").textContent = part("pause").dataset.pause;
  tell("");
  player.hidden = false;
  button(row).setAttribute("aria-pressed", "true");
  whole?.querySelector("button").setAttribute("aria-pressed", String(Boolean(page)));
  if (page) row.scrollIntoView({ block: "center" });
  report();
  go();
}

function pause() {
  if (!now) return;
  now.paused = !now.paused;
  part("pause").textContent = part("pause").dataset[now.paused ? "resume" : "pause"];
  report();
  if (now.paused) silence();
  else go();
}

// go reads on from where it was, with the voice and speed that are chosen.
function go() {
  silence();
  if (voiceOf(now.kind)) speak(now);
  else play(now);
}

function speak(session) {
  const { turn } = session;
  const mine = () => now === session && session.turn === turn;
  const next = () => {
    if (!mine()) return;
    if (session.at >= session.words.length) { finished(session); return; }
    const said = new SpeechSynthesisUtterance(session.words[session.at]);
    said.voice = voiceOf(session.kind);
    said.lang = said.voice.lang;
    said.rate = Number(part("rate").value);
    said.onend = () => { if (mine()) { session.at += 1; next(); } };
    said.onerror = () => {
      if (!mine()) return;
      if (soundOf(session.row, session.kind)) play(session);
      else stop("failed");
    };
    session.said = said; // some browsers forget what nobody holds
    synth.speak(said);
  };
  const text = script(session.row, session.kind);
  const start = (words) => {
    if (!mine()) return;
    session.words = sentences(words);
    next();
  };
  if (typeof text === "string") { start(text); return; }
  // Some browsers speak later only if something was said in answer to the press.
  if (!session.woken) synth.speak(new SpeechSynthesisUtterance(""));
  session.woken = true;
  text.then(start);
}

// finished goes on with the next text where the whole page is read.
function finished(session) {
  const all = pageRows();
  const next = all[all.indexOf(session.row) + 1];
  if (session.page && next) begin(next, true);
  else stop();
}

// One player serves all sounds: a browser that lets it play once, after a press, lets
// it go on with the next text.
let sound;
function play(session) {
  const source = soundOf(session.row, session.kind);
  session.audio = sound ??= new Audio(source);
  if (sound.src !== source) sound.src = source;
  sound.onended = () => { if (now === session) finished(session); };
  sound.onerror = () => { if (now === session) stop("failed"); };
  sound.playbackRate = Number(part("rate").value);
  markSaid(session, source);
  sound.play().catch((problem) => {
    if (now === session && problem.name !== "AbortError") stop("failed");
  });
}

// The sentence that is heard is marked in the text beside which one listens, where the
// server knows when it is said.
async function markSaid(session, source) {
  const { turn, row } = session;
  const { follow, unmark } = await import(player.dataset.sentences);
  if (now !== session || session.turn !== turn) return;
  const block = (row.dataset.hears && row.closest(row.dataset.hears)) || row.parentElement;
  const marks = `${source.replace(/\.wav$/, ".json")}?in=${document.documentElement.lang}`;
  session.unmark = unmark;
  session.unfollow?.();
  session.unfollow = follow(sound, { marks, block, unread, from: session.page ? row : null, tell: (range) => { session.range = range; } });
}

function choose() {
  choice.voice = part("voice").value;
  choice.rate = Number(part("rate").value);
  try {
    localStorage.setItem("speech", JSON.stringify(choice));
  } catch {
    // see above
  }
  if (!now) return;
  now.kind = choice.voice;
  if (!now.paused) go();
}

if (player) {
  // Rows may be added later, with the answers of a conversation.
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(".listen__play")?.closest('[data-module="speech"]');
    if (row) (now?.row === row ? stop() : begin(row));
  });
  whole?.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    if (now?.page) { stop(); return; }
    const [first] = pageRows();
    if (first) begin(first, true);
  });
  // The text is there before the press ends.
  for (const kind of ["pointerdown", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const row = event.target.closest?.(".listen__play")?.closest('[data-module="speech"]');
      const voice = row && kindsOf(row).find((k) => voiceOf(k) && (k === choice.voice || !kindsOf(row).includes(choice.voice)));
      if (voice) script(row, voice);
    });
  }
  document.addEventListener("page:more", refresh);
  part("stop").addEventListener("click", () => (now ? stop() : (player.hidden = true)));
  part("pause").addEventListener("click", pause);
  part("voice").addEventListener("change", choose);
  part("rate").addEventListener("change", choose);
  synth?.addEventListener?.("voiceschanged", refresh);
  window.addEventListener("pagehide", () => stop());
  refresh();
}

// What the tools of the accessible mode read the page with where no voice can.
const reader = {
  rows: () => (player ? pageRows() : []),
  begin: (row) => begin(row, true),
  pause,
  stop: () => stop(),
  pace(rate) {
    part("rate").value = rate;
    choose();
  },
};

// What reading.js needs as well.
export { voiceOf, sayable, reader };
