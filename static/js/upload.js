// Sends photos one by one as soon as they are chosen, shows how far each has come
// and tries again by itself after a broken connection. The same photo sent twice is
// one for the server, so that trying again is safe. The page that comes back is the
// one without scripts; only the part of the document concerned is put in. Without
// this script the form sends everything with its button.
const form = document.querySelector('form[data-module="upload"]');
const heard = document.querySelector("[data-upload-heard]");
const words = form.dataset;
const pauses = [1000, 2000, 4000, 8000, 15000]; // milliseconds before each new attempt
let queue = Promise.resolve(); // one photo after the other: a slow line carries no more

const part = (name, attributes) => {
  const e = document.createElement(name);
  Object.keys(attributes).forEach((key) => e.setAttribute(key, attributes[key]));
  return e;
};

// What an element of the answered page says, without the pinyin above it.
const wordsIn = (e) => {
  const copy = e.cloneNode(true);
  copy.querySelectorAll("rt, rp").forEach((reading) => reading.remove());
  return copy.textContent;
};

const sectionOf = (name) => form.querySelector(`[data-upload="${name}"]`);

function say(section, text, aloud) {
  const status = section.querySelector("[data-upload-status]");
  let line = status.querySelector(".upload__words");
  if (!line) {
    line = part("p", { class: "upload__words" });
    status.append(line);
  }
  line.textContent = text;
  if (aloud !== false) heard.textContent = text;
}

// How far a photo has come; a screen reader hears each quarter.
function progress(section, text, at) {
  const status = section.querySelector("[data-upload-status]");
  let bar = status.querySelector("progress");
  if (!bar) {
    bar = part("progress", { class: "upload__bar", max: "100", "aria-hidden": "true" });
    status.prepend(bar);
  }
  const percent = Math.round(at * 100);
  const quarter = Math.floor(percent / 25);
  bar.value = percent;
  say(section, text.replace("%", `${percent}%`), bar.dataset.quarter !== String(quarter));
  bar.dataset.quarter = quarter;
}

// post sends one photo; it resolves to status and page, and rejects where a new
// attempt may help.
function post(field, file, document_, onProgress) {
  return new Promise((resolve, reject) => {
    const data = new FormData();
    data.append("_csrf", form.elements._csrf.value);
    if (form.elements["-to"]) data.append("-to", form.elements["-to"].value);
    data.append("-stay", document_);
    data.append(field, file, "photo"); // the name on the phone stays there
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status === 429 || request.status >= 500) reject(new Error(String(request.status)));
      else resolve({ status: request.status, page: request.response });
    });
    request.addEventListener("error", () => reject(new Error("connection")));
    request.addEventListener("timeout", () => reject(new Error("timeout")));
    request.timeout = 10 * 60 * 1000;
    request.send(data);
  });
}

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

const online = () => (navigator.onLine ? Promise.resolve() : new Promise((resolve) => { addEventListener("online", resolve, { once: true }); }));

async function persist(name, field, file, document_, text) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await post(field, file, document_, (at) => progress(sectionOf(name), text, at));
    } catch (reason) {
      if (attempt === pauses.length) throw reason;
      say(sectionOf(name), navigator.onLine ? words.retry : words.waiting);
      await wait(pauses[attempt]);
      await online();
    }
  }
}

// take puts the document's part of the answered page in, and keeps what has been
// ticked here and not yet sent.
function take(name, answer) {
  const fresh = answer.page && answer.page.querySelector(`[data-upload="${name}"]`);
  if (!fresh) return false; // another page: the draft is no longer known here
  const old = sectionOf(name);
  const tick = (section) => section.querySelector('[name="paper"]');
  tick(fresh).checked = tick(old).checked;
  old.replaceWith(document.adoptNode(fresh));
  enhance(sectionOf(name));
  document.dispatchEvent(new Event("page:more")); // it can be listened to as well
  return true;
}

function again(name, field, files, document_, from) {
  const button = part("button", { type: "button", class: "button" });
  button.textContent = words.again;
  button.addEventListener("click", () => {
    button.remove();
    send(name, field, files, document_, from);
  });
  sectionOf(name).querySelector("[data-upload-status]").append(button);
  button.focus();
}

function send(name, field, files, document_, from) {
  queue = queue.then(async () => {
    const limit = Number(words.size) * 1024 * 1024;
    let refused = [];
    for (let i = 0; i < files.length; i += 1) {
      const text = words.sending.replace("#", i + 1).replace("@", files.length);
      if (files[i].size > limit) {
        refused.push(words.large.replace("#", words.size));
        continue;
      }
      progress(sectionOf(name), text, 0);
      try {
        const answer = await persist(name, field, files[i], document_, text);
        const errors = answer.page ? [...answer.page.querySelectorAll(`[data-upload="${name}"] .upload__errors p`)].map(wordsIn) : [];
        if (!take(name, answer)) {
          location.reload();
          return;
        }
        refused = refused.concat(errors);
      } catch (reason) {
        say(sectionOf(name), words.lost);
        again(name, field, files.slice(i), document_, from);
        return;
      }
    }
    finish(name, [...new Set(refused)], from);
  });
}

// finish tells how it went. What was refused stays in sight until the next attempt. Who
// works by keyboard goes on from the button, camera or album, that was pressed.
function finish(name, refused, from) {
  const section = sectionOf(name);
  section.querySelector("[data-upload-status]").textContent = "";
  section.querySelectorAll(".upload__errors").forEach((e) => e.remove());
  section.classList.toggle("field--wrong", refused.length > 0);
  if (refused.length === 0) {
    say(section, words.done);
  } else {
    const errors = part("div", { class: "field__error upload__errors", tabindex: "-1" });
    refused.forEach((text) => {
      const line = part("p", {});
      line.textContent = text;
      errors.append(line);
    });
    section.querySelector(".upload__example").after(errors);
    heard.textContent = refused.join(" ");
  }
  const inputs = [...section.querySelectorAll(".upload__input:not(details .upload__input)")];
  const to = refused.length > 0 ? section.querySelector(".upload__errors") : inputs.find((input) => input.id === from) || inputs[0];
  if (to) to.focus();
}

// remove takes a photo away without sending what else has been chosen.
function remove(section, button) {
  const name = section.dataset.upload;
  queue = queue.then(async () => {
    const data = new FormData();
    data.append("_csrf", form.elements._csrf.value);
    data.append("-remove", button.value);
    try {
      const response = await fetch(form.action, { method: "POST", body: data });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!take(name, { page })) {
        location.reload();
        return;
      }
    } catch (reason) {
      say(section, words.lost);
      return;
    }
    say(sectionOf(name), words.removed);
    const next = sectionOf(name).querySelector(".upload__input");
    if (next) next.focus();
  });
}

function enhance(section) {
  const name = section.dataset.upload;
  section.querySelectorAll(".upload__send").forEach((button) => { button.hidden = true; });
  section.querySelectorAll(".upload__input").forEach((input) => {
    // The label is the button: what the browser's own says is of no use here.
    const label = input.labels[0];
    const quiet = section.querySelector(".upload__input--camera") && !input.matches(".upload__input--camera");
    label.className = quiet ? "button button--quiet upload__button" : "button upload__button";
    input.classList.add("upload__input--hidden");
    input.addEventListener("focus", () => label.classList.add("upload__button--focused"));
    input.addEventListener("blur", () => label.classList.remove("upload__button--focused"));
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // sent here, so that the button does not send it again
      if (files.length > 0) send(name, input.name, files, section.id, input.id);
    });
  });
  section.querySelectorAll('[name="-remove"]').forEach((button) => {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      remove(section, button);
    });
  });
}

form.querySelectorAll("[data-upload]").forEach(enhance);

// The way on waits for what is still being sent.
form.addEventListener("submit", (event) => {
  const status = [...form.querySelectorAll("[data-upload-status] progress")];
  if (status.length === 0) return;
  event.preventDefault();
  const { submitter } = event;
  queue.then(() => {
    if (!form.querySelector(".upload__errors, [data-upload-status] button")) form.requestSubmit(submitter);
  });
});
