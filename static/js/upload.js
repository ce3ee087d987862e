// Sends photos one by one as soon as they are chosen, shows how far each has come
// and tries again by itself after a broken connection. A large one goes in pieces: after
// a break, or when the page was left, it goes on where it stopped. The same photo sent
// twice is one for the server, so that trying again is safe. The page that comes back
// is the one without scripts; only the part of the document concerned is put in. Without
// this script the form sends everything with its button.
const form = document.querySelector('form[data-module="upload"]');
const heard = document.querySelector("[data-upload-heard]");
const words = form.dataset;
const pauses = [1000, 2000, 4000, 8000, 15000]; // milliseconds before each new attempt
const smallest = 64 * 1024; // bytes of a piece
const largest = 1024 * 1024;
const kept = 24 * 60 * 60 * 1000; // as long as the server keeps pieces
let piece = 2 * smallest;
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

// hears says which quarter has been heard; none: the next progress is heard at once.
function hears(section, quarter) {
  const bar = section.querySelector(".upload__bar");
  if (bar) bar.dataset.quarter = quarter;
}

// post sends a page's fields with a photo or a piece of one; it resolves to the answer,
// and rejects where a new attempt may help.
function post(fields, field, body, patience, onProgress) {
  return new Promise((resolve, reject) => {
    const data = new FormData();
    data.append("_csrf", form.elements._csrf.value);
    for (const name of ["-of", "-to"]) if (form.elements[name]) data.append(name, form.elements[name].value);
    Object.keys(fields).forEach((name) => data.append(name, fields[name]));
    if (body) data.append(field, body, "photo"); // the name on the phone stays there
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () => {
      const got = request.getResponseHeader("Upload-Offset");
      if (request.status === 429 || request.status >= 500) {
        const reason = new Error(String(request.status));
        reason.after = Number(request.getResponseHeader("Retry-After")) * 1000;
        reject(reason);
      } else if (got !== null) resolve({ status: request.status, got: Number(got) });
      else resolve({ status: request.status, got: -1, at: request.responseURL, page: new DOMParser().parseFromString(request.responseText, "text/html") });
    });
    request.addEventListener("error", () => reject(new Error("connection")));
    request.addEventListener("timeout", () => reject(new Error("timeout")));
    request.timeout = patience;
    request.send(data);
  });
}

// digest names a file by what is in it. Without a safe connection there is none, and the
// file goes in one piece.
async function digest(file) {
  if (file.size <= smallest * 2 || !(window.crypto && crypto.subtle)) return "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...hash].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// sendPiece sends the next piece of a job, and resolves to the answer once all is there.
// A piece takes some seconds: little is lost with it, and a good line is used.
async function sendPiece(job, tell) {
  const end = Math.min(job.at + piece, job.file.size);
  const fields = { "-stay": job.document, "-upload": job.whole, "-length": job.file.size, "-offset": job.at, "-field": job.field };
  const began = Date.now();
  const answer = await post(fields, job.field, job.file.slice(job.at, end), 90000, (sent) => tell(Math.min(job.at + sent, end)));
  if (answer.got < 0) return answer;
  const took = Date.now() - began;
  if (took < 3000) piece = Math.min(piece * 2, largest);
  if (took > 10000) piece = Math.max(piece / 2, smallest);
  if (answer.status === 409 && answer.got === job.at) throw new Error("conflict");
  job.at = answer.got;
  return null;
}

// sendJob sends what is left of a file.
async function sendJob(job, tell) {
  if (!job.whole) return post({ "-stay": job.document }, job.field, job.file, 10 * 60 * 1000, tell);
  for (;;) {
    const answer = await sendPiece(job, tell);
    if (answer) return answer;
  }
}

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

const online = () => (navigator.onLine ? Promise.resolve() : new Promise((resolve) => { addEventListener("online", resolve, { once: true }); }));

// persist tries until it is through, or until several attempts in a row moved nothing.
async function persist(job, text) {
  const show = (sent) => progress(sectionOf(job.name), text, job.file.size ? sent / job.file.size : 1);
  for (let attempt = 0, before = job.at; ; attempt += 1) {
    try {
      return await sendJob(job, show);
    } catch (reason) {
      if (job.at > before) attempt = 0;
      before = job.at;
      if (attempt === pauses.length) throw reason;
      piece = Math.max(piece / 2, smallest);
      say(sectionOf(job.name), navigator.onLine ? words.retry : words.waiting);
      hears(sectionOf(job.name), "");
      await wait(Math.max(pauses[attempt], reason.after || 0));
      await online();
    }
  }
}

// ofHere returns the form of an answered page, if it is of the application of this one.
const ofHere = (answer) => {
  const fresh = answer.page && answer.page.querySelector('form[data-module="upload"]');
  return fresh && fresh.dataset.owner === words.owner ? fresh : null;
};

// through sends a file, once more where this page was too old for the server: what came
// back has the token that counts now.
async function through(job, text) {
  for (let again = true; ; again = false) {
    const answer = await persist(job, text);
    const fresh = answer.status === 403 && ofHere(answer);
    if (!fresh) return answer;
    form.elements._csrf.value = fresh.elements._csrf.value;
    if (!again) throw new Error("stale");
  }
}

// What is being sent is kept in this browser until it is through, or for a day, so that a
// page that was left goes on with it. Without such a store it is chosen again, and goes on
// as well.
const same = (request) => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

async function shelf(mode, use) {
  try {
    const request = indexedDB.open("huitong-uploads", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "id" });
    const db = await same(request);
    try {
      return await same(use(db.transaction("files", mode).objectStore("files")));
    } finally {
      db.close();
    }
  } catch {
    return undefined; // private windows, and old ones of WeChat
  }
}

// On a phone that is shared the same page may be another family's by then.
const page = (() => {
  const at = new URL(form.action);
  return `${words.owner} ${at.pathname}${at.search}`;
})();

const keepJob = async (job) => {
  await shelf("readwrite", (files) => files.put({ ...job, page, since: Date.now() }));
  try {
    localStorage.setItem("uploads-since", Date.now()); // by which other pages forget them
  } catch {
    // none is kept in such a window either
  }
};
const dropJob = (job) => shelf("readwrite", (files) => files.delete(job.id));

// left are the jobs of this page that were not through when it was left.
async function left() {
  const all = (await shelf("readonly", (files) => files.getAll())) || [];
  const fresh = (job) => Date.now() - job.since < kept;
  for (const job of all.filter((j) => !fresh(j))) await dropJob(job);
  return all.filter((job) => fresh(job) && job.page === page);
}

// take puts the document's part of the answered page in, and keeps what has been
// ticked here and not yet sent.
function take(name, answer) {
  const at = answer.status !== 403 && ofHere(answer);
  const fresh = at && at.querySelector(`[data-upload="${name}"]`);
  if (!fresh) return false; // another page: the application is no longer known here
  const old = sectionOf(name);
  const tick = (section) => section.querySelector('[name="paper"]');
  tick(fresh).checked = tick(old).checked;
  old.replaceWith(document.adoptNode(fresh));
  enhance(sectionOf(name));
  document.dispatchEvent(new Event("page:more")); // it can be listened to as well
  return true;
}

// again offers what is left to be sent once more, or to be given up.
function again(name, jobs, from) {
  const offer = part("p", { class: "upload__again" });
  const choice = (text, style, then) => {
    const button = part("button", { type: "button", class: style });
    button.textContent = text;
    button.addEventListener("click", () => {
      offer.remove();
      then();
    });
    offer.append(button);
    return button;
  };
  const first = choice(words.again, "button", () => send(name, jobs, from));
  choice(words.drop, "button button--quiet", async () => {
    for (const job of jobs) await dropJob(job);
    finish(name, [], from, words.dropped);
  });
  sectionOf(name).querySelector("[data-upload-status]").append(offer);
  first.focus();
}

// chosen makes jobs of the files of an input.
const chosen = (name, field, files, document_) => files.map((file) => ({ name, field, file, document: document_, at: 0 }));

function send(name, jobs, from) {
  queue = queue.then(async () => {
    const limit = Number(words.size) * 1024 * 1024;
    let refused = [];
    for (let i = 0; i < jobs.length; i += 1) {
      const job = jobs[i];
      const text = words.sending.replace("#", i + 1).replace("@", jobs.length);
      if (job.file.size > limit) {
        refused.push(words.large.replace("#", words.size));
        continue;
      }
      progress(sectionOf(name), text, 0);
      try {
        if (job.whole === undefined) {
          job.whole = await digest(job.file);
          job.id = page + job.field + job.whole;
          if (job.whole) await keepJob(job);
        } else if (job.whole) {
          await resumed(job);
        }
        const answer = await through(job, text);
        const errors = answer.page ? [...answer.page.querySelectorAll(`[data-upload="${name}"] .upload__errors p`)].map(wordsIn) : [];
        // What the browser no longer knows it may know again soon, and goes on then. All else is
        // through, and forgotten before the page shows it: whoever goes on at once sends it once.
        if (answer.status !== 403 && !answer.at.includes("lost=1")) await dropJob(job);
        if (!take(name, answer)) {
          location.assign(answer.at);
          return;
        }
        refused = refused.concat(errors);
      } catch (reason) {
        say(sectionOf(name), words.lost);
        again(name, jobs.slice(i), from);
        return;
      }
    }
    finish(name, [...new Set(refused)], from, words.done);
  });
}

// resumed asks how far a job has come, and tells it.
async function resumed(job) {
  const fields = { "-stay": job.document, "-upload": job.whole, "-length": job.file.size, "-field": job.field };
  try {
    const answer = await post(fields, job.field, null, 30000, () => {});
    job.at = Math.max(answer.got, 0);
  } catch {
    return; // the next piece will tell
  }
  if (job.at === 0) return;
  const come = job.at / job.file.size;
  say(sectionOf(job.name), words.resuming.replace("%", `${Math.floor(come * 100)}%`));
  hears(sectionOf(job.name), Math.floor(come * 4));
}

// finish tells how it went. What was refused stays in sight until the next attempt. Who
// works by keyboard goes on from the button, camera or album, that was pressed.
function finish(name, refused, from, done) {
  const section = sectionOf(name);
  section.querySelector("[data-upload-status]").textContent = "";
  section.querySelectorAll(".upload__errors").forEach((e) => e.remove());
  section.classList.toggle("field--wrong", refused.length > 0);
  if (refused.length === 0) {
    say(section, done);
    settle(section);
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

// settle takes what was wrong with this document off the summary on top of the page, and
// the summary with its word in the page's title once nothing is left in it.
function settle(section) {
  document.querySelectorAll(".error-summary li").forEach((line) => {
    const link = line.querySelector('a[href^="#"]');
    const to = link && document.getElementById(link.hash.slice(1));
    if (to && section.contains(to)) line.remove();
  });
  const summary = document.querySelector(".error-summary");
  if (!summary || summary.querySelector("li")) return;
  summary.remove();
  if (document.title.startsWith(words.title)) document.title = document.title.slice(words.title.length);
}

// remove takes a photo away without sending what else has been chosen.
function remove(section, button) {
  const name = section.dataset.upload;
  queue = queue.then(async () => {
    const data = new FormData();
    data.append("_csrf", form.elements._csrf.value);
    if (form.elements["-of"]) data.append("-of", form.elements["-of"].value);
    data.append("-remove", button.value);
    try {
      const response = await fetch(form.action, { method: "POST", body: data });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!take(name, { page, status: response.status })) {
        location.assign(response.url);
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
    // Once a file is there, going on is the chief thing to do.
    const quiet = section.querySelector(".file-list__item") || section.querySelector(".upload__input--camera") && !input.matches(".upload__input--camera");
    label.className = quiet ? "button button--quiet upload__button" : "button upload__button";
    input.classList.add("upload__input--hidden");
    input.addEventListener("focus", () => label.classList.add("upload__button--focused"));
    input.addEventListener("blur", () => label.classList.remove("upload__button--focused"));
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // sent here, so that the button does not send it again
      if (files.length > 0) send(name, chosen(name, input.name, files, section.id), input.id);
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

left().then((jobs) => {
  for (const job of jobs) {
    if (sectionOf(job.name)) send(job.name, [job]);
    else dropJob(job); // no longer asked for
  }
});

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
