// Stands in for what a test browser has no sound card, voices or ears for. What a
// page asks of them is written down in window.asked.
window.asked = { said: [], cancelled: 0, heard: [] };

const voices = [
  { lang: "en-US", name: "English", localService: true },
  { lang: "zh-HK", name: "Cantonese", localService: true },
  { lang: "zh-CN", name: "Mandarin", localService: true },
];

// Sentences end when a test says so.
class Synth extends EventTarget {
  getVoices() { return window.voicesKnown === false ? [] : voices; }
  speak(u) {
    if (!u.text) return; // only to be let speak
    if (this.current) window.asked.together = (window.asked.together ?? 0) + 1;
    window.asked.said.push({ text: u.text, lang: u.lang, rate: u.rate }); this.current = u;
  }
  cancel() { window.asked.cancelled += 1; const u = this.current; this.current = null; u?.onerror?.({ error: "canceled" }); }
  finish() { const u = this.current; this.current = null; u.onend(); }
  fail() { const u = this.current; this.current = null; u.onerror({ error: "synthesis-failed" }); }
}

class Utterance {
  constructor(text) { this.text = text; }
}

Object.defineProperty(window, "speechSynthesis", { value: new Synth(), configurable: true });
window.SpeechSynthesisUtterance = Utterance;

class Recognition {
  start() { window.ear = this; window.asked.heard.push(this.lang); }
  stop() { this.onend(); }
  abort() { this.onend(); }
  hear(words) { this.onresult({ results: [[{ transcript: words }]] }); }
  refuse(error) { this.onerror({ error }); this.onend(); }
}

window.SpeechRecognition = Recognition;
