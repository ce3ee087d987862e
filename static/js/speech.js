// Reads the texts of a page aloud: by the browser where it has a voice for the
// language, otherwise by the sound that the server makes, whose link stands in the
// page and works without this script. Nothing is read before somebody asks for it.
const rows = () => document.querySelectorAll('[data-module="speech"]');
const player = document.querySelector('[data-speech="player"]');
const part = (name) => player.querySelector(`[data-speech="${name}"]`);
const synth = window.speechSynthesis;

// What browsers call the voices, and what to ask for where they name none.
const known = { cmn: /^(cmn|zh(?![-_](HK|MO|Hant[-_]HK)))/i, yue: /^(yue|zh[-_](HK|MO|Hant[-_]HK))/i, en: /^en/i };
const digits = { cmn: "零幺二三四五六七八九", yue: "零一二三四五六七八九" };

const voiceOf = (kind) => {
  const fit = (synth?.getVoices() ?? []).filter((v) => known[kind].test(v.lang));
  return fit.find((v) => v.localService) ?? fit[0];
};
const soundOf = (row, kind) => row.querySelector(`a[data-voice="${kind}"]`)?.href;
const button = (row) => row.querySelector(".listen__play");
const kindsOf = (row) => row.dataset.voices.trim().split(" ").filter((kind) => voiceOf(kind) || soundOf(row, kind));

// A button shows only where something can be heard; then it stands for the links.
function refresh() {
  for (const row of rows()) {
    const able = kindsOf(row).length > 0;
    button(row).hidden = !able;
    const links = row.querySelector(".listen__links");
    if (links) links.hidden = able;
  }
}

// How a text is said: telephone numbers digit by digit, and no bare strokes.
function sayable(text, phones, kind) {
  const spell = (number) =>
    kind === "en" ? number.replace(/\D/g, "").split("").join(" ") : number.replace(/\D/g, "").replace(/\d/g, (d) => digits[kind][d]);
  return text
    .replace(/\d[\d-]*\d/g, (number) => (phones.has(number) ? spell(number) : number))
    .replace(/\/(人|月|年|学年|學年|次)/g, "每$1");
}

function sentences(row, kind) {
  const block = row.parentElement;
  const heading = block.querySelector(":scope > h2")?.innerText ?? "";
  const body = block.querySelector("[data-heard]");
  const phones = new Set([...body.querySelectorAll('a[href^="tel:"]')].map((a) => a.textContent.trim()));
  const text = sayable(`${heading}\n${body.innerText}`, phones, kind);
  // Browsers break off long texts, so each sentence goes by itself.
  return (text.match(/(?:[^。！？；.!?\n]|[.!?](?!\s|$))+[。！？；.!?\n]*/g) ?? []).map((s) => s.trim()).filter((s) => /[\p{L}\p{N}]/u.test(s));
}

let now = null; // what is being read

const choice = { voice: "cmn", rate: 1 };
try {
  Object.assign(choice, JSON.parse(localStorage.getItem("speech")));
} catch {
  // No storage here: the choice holds for this page.
}

const tell = (words) => { part("status").textContent = words ? part("status").dataset[words] : ""; };

function silence() {
  if (!now) return;
  now.turn += 1; // whatever is still to end does not count any more
  synth?.cancel();
  now.audio?.pause();
}

function stop(words) {
  if (!now) return;
  silence();
  const { row } = now;
  const focused = player.contains(document.activeElement);
  button(row).setAttribute("aria-pressed", "false");
  now = null;
  if (words === "failed") {
    tell(words);
    part("pause").hidden = true;
    return;
  }
  player.hidden = true;
  if (focused) button(row).focus();
}

function begin(row) {
  stop();
  const kinds = kindsOf(row);
  const kind = kinds.includes(choice.voice) ? choice.voice : kinds[0];
  now = { row, kind, kinds, at: 0, turn: 0, paused: false };
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
  go();
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
  session.words = sentences(session.row, session.kind);
  const next = () => {
    if (!mine()) return;
    if (session.at >= session.words.length) { stop(); return; }
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
  next();
}

function play(session) {
  const source = soundOf(session.row, session.kind);
  if (session.audio?.src !== source) {
    session.audio = new Audio(source);
    session.audio.addEventListener("ended", () => { if (now === session) stop(); });
    session.audio.addEventListener("error", () => { if (now === session) stop("failed"); });
  }
  session.audio.playbackRate = Number(part("rate").value);
  session.audio.play().catch((problem) => {
    if (now === session && problem.name !== "AbortError") stop("failed");
  });
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
  document.addEventListener("page:more", refresh);
  part("stop").addEventListener("click", () => (now ? stop() : (player.hidden = true)));
  part("pause").addEventListener("click", () => {
    if (!now) return;
    now.paused = !now.paused;
    if (now.paused) silence();
    else go();
    part("pause").textContent = part("pause").dataset[now.paused ? "resume" : "pause"];
  });
  part("voice").addEventListener("change", choose);
  part("rate").addEventListener("change", choose);
  synth?.addEventListener?.("voiceschanged", refresh);
  window.addEventListener("pagehide", () => stop());
  refresh();
}
