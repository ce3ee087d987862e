// Writes down what is said into the question's box, where the browser can. It
// listens only while somebody has pressed the button, and sends nothing: the words
// can be read and mended first.
const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
const box = document.querySelector('[data-module="dictate"]');

if (box && !Recognition) box.hidden = true;

if (box && Recognition) {
  const field = box.closest("form").querySelector("textarea");
  const status = box.querySelector("[data-dictate-status]");
  const buttons = [...box.querySelectorAll("[data-dictate]")];
  let running = null;

  const tell = (words) => { status.textContent = status.dataset[words]; };

  function end(words) {
    running = null;
    for (const b of buttons) b.setAttribute("aria-pressed", "false");
    tell(words);
  }

  // Browsers have different names for Cantonese; what one does not know is tried
  // under the next.
  function start(button, tags = button.dataset.dictate.split(" ")) {
    const before = field.value;
    const ear = new Recognition();
    let outcome = "nothing";
    ear.lang = tags[0];
    ear.interimResults = true;
    ear.onresult = (event) => {
      const words = [...event.results].map((r) => r[0].transcript).join("");
      const room = field.maxLength > 0 ? field.maxLength : Infinity;
      field.value = (before && !/\s$/.test(before) && /^\w/.test(words) ? `${before} ` : before).concat(words).slice(0, room);
      outcome = "heard";
    };
    ear.onerror = (event) => {
      if (event.error === "language-not-supported" && tags.length > 1) outcome = "again";
      else if (event.error === "not-allowed" || event.error === "service-not-allowed") outcome = "forbidden";
      else if (event.error !== "no-speech" && event.error !== "aborted") outcome = "failed";
    };
    ear.onend = () => {
      if (running !== ear) return;
      if (outcome === "again") {
        start(button, tags.slice(1));
        return;
      }
      end(outcome);
      if (outcome === "heard") field.focus();
    };
    running = ear;
    try {
      ear.start();
    } catch {
      end("failed");
      return;
    }
    button.setAttribute("aria-pressed", "true");
    tell("listening");
  }

  for (const button of buttons) {
    button.addEventListener("click", () => {
      if (running) {
        running.stop();
        return;
      }
      start(button);
    });
  }
  window.addEventListener("pagehide", () => running?.abort());
  box.dataset.ready = "";
}
