// Holds the conversation on one page: a turn is sent in the background and its answer
// added to the log, whole, so that it is announced once. Every form works without
// this script, and still does where sending in the background fails. In elder mode each
// answer is a page of its own, and the forms are left to the browser.
const chat = document.querySelector('[data-module="chat"]');
const part = (name, root = chat) => root.querySelector(`[data-chat="${name}"]`);

if (chat) {
  const log = part("log");
  const status = part("status");
  const composer = part("composer");
  const field = () => composer.querySelector("textarea");
  const paged = document.documentElement.dataset.mode === "elder";
  let busy = false;

  const tell = (words) => { status.textContent = words; };
  // The words of an element without the pinyin over them.
  const said = (element) => {
    const copy = element?.cloneNode(true);
    copy?.querySelectorAll("rt, rp").forEach((e) => e.remove());
    return copy?.textContent;
  };

  // What the server wants back with the next turn stands in hidden fields.
  function carry(page) {
    const fresh = part("composer", page);
    for (const old of composer.querySelectorAll('input[type="hidden"]')) old.remove();
    composer.prepend(...fresh.querySelectorAll('input[type="hidden"]'));
    composer.querySelector(".form__buttons .button").replaceChildren(...fresh.querySelector(".form__buttons .button").childNodes);
  }

  function offer(page) {
    part("next").replaceChildren(...part("next", page).childNodes);
  }

  // Whoever writes goes on writing; whoever chose goes on choosing, and otherwise
  // stands before the answer.
  function settle(from, turn) {
    if (from === composer) {
      field().value = "";
      field().focus({ preventScroll: true });
    } else {
      const choice = part("next").querySelector(".choices__button");
      if (!choice) turn.tabIndex = -1;
      (choice ?? turn).focus({ preventScroll: true });
    }
    turn.scrollIntoView({ block: "start" });
  }

  function show(page, from) {
    const turn = part("turn", page);
    if (!turn) return false;
    chat.querySelector(".page__lead")?.remove();
    clearFault();
    repeats = 0;
    carry(page);
    offer(page);
    tell("");
    log.append(turn);
    remember();
    document.dispatchEvent(new CustomEvent("page:more"));
    settle(from, turn);
    return true;
  }

  // Whoever reads a source and comes back, or loads the page anew, finds the conversation
  // again: it stands with this entry of the tab's history, for as long as it goes on. Danger
  // is kept nowhere: who looks over a child's shoulder shall not find it.
  const lasts = 2 * 60 * 60 * 1000;
  const ofDanger = ".chat__turn--urgent, .chat__calls";

  function remember() {
    const hidden = [...composer.querySelectorAll('input[type="hidden"]:not([name="_csrf"])')].map((e) => [e.name, e.value]);
    const turns = log.cloneNode(true);
    turns.querySelectorAll('[data-speech="player"]').forEach((e) => e.remove()); // which has a place of its own
    const kept = log.querySelector(ofDanger) ? null : { at: Date.now(), log: turns.innerHTML, next: part("next").innerHTML, hidden };
    try {
      history.replaceState({ ...history.state, chat: kept }, "");
    } catch {
      // Too long for this browser: it is only not found again.
    }
  }

  function recall() {
    const kept = history.state?.chat;
    if (kept && Date.now() - kept.at > lasts) {
      history.replaceState({ ...history.state, chat: null }, ""); // browsers write it to disk
      return;
    }
    if (paged || !kept || log.childElementCount > 0) return;
    log.setAttribute("aria-live", "off"); // it was read out before
    chat.querySelector(".page__lead")?.remove();
    log.innerHTML = kept.log;
    part("next").innerHTML = kept.next;
    for (const [name, value] of kept.hidden) {
      const field = composer.querySelector(`input[name="${name}"]`) ?? document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      if (!field.isConnected) composer.prepend(field);
    }
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
    document.dispatchEvent(new CustomEvent("page:more"));
    log.lastElementChild.scrollIntoView({ block: "start" });
  }

  function clearFault() {
    const box = composer.querySelector(".field");
    box.classList.remove("field--wrong");
    box.querySelector(".field__error")?.remove();
    field().removeAttribute("aria-invalid");
    chat.querySelector(".error-summary")?.remove();
  }

  // The question came back with something to mend: it stays, with what is wrong.
  function mend(page) {
    const fault = part("composer", page)?.querySelector(".field__error");
    if (!fault) return false;
    clearFault();
    const box = composer.querySelector(".field");
    box.classList.add("field--wrong");
    field().before(fault);
    field().setAttribute("aria-invalid", "true");
    field().setAttribute("aria-describedby", `f-question-help ${fault.id}`);
    tell(said(fault));
    field().focus();
    return true;
  }

  function rated(page, from) {
    const thanks = page.querySelector("[data-rated]");
    if (!thanks) return false;
    from.remove();
    tell(said(thanks));
    const people = part("hand-over", page);
    if (people && !part("hand-over")) part("next").prepend(people);
    remember();
    status.tabIndex = -1;
    status.focus({ preventScroll: true });
    return true;
  }

  // The bot is not ready: the question stands in the field and is sent again by itself,
  // unless somebody changes it meanwhile.
  const patience = 4000;
  const mostRepeats = 10;
  let repeats = 0;
  let waiting;

  function repeat() {
    if (repeats >= mostRepeats) return;
    repeats += 1;
    waiting = setTimeout(() => composer.requestSubmit(composer.querySelector(".form__buttons .button")), patience);
  }

  function wait(page) {
    const notice = part("learning", page);
    if (!notice) return false;
    clearFault();
    carry(page);
    offer(page);
    field().value = part("composer", page).querySelector("textarea").value;
    tell(said(notice.querySelector("p")));
    repeat();
    return true;
  }

  // The server has an answer within 20 seconds or says that it has none; a network that is
  // silent for longer is gone, and whoever waits may press again.
  const longest = 30000;

  async function post(form, pressed) {
    const body = new URLSearchParams(new FormData(form, pressed));
    const given = new AbortController();
    const end = setTimeout(() => given.abort(), longest);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" }, signal: given.signal });
      return await answer.text();
    } finally {
      clearTimeout(end);
    }
  }

  async function send(form, pressed) {
    const page = new DOMParser().parseFromString(await post(form, pressed), "text/html");
    const done = form.dataset.chat === "rate" ? rated(page, form) : show(page, form) || mend(page) || wait(page);
    if (!done) tell(said(page.querySelector("main h1 + p, main p")) ?? chat.dataset.failed);
  }

  // Where a page has to come, a second press sends nothing twice, and without a network the
  // question stays where it was written.
  function leave(event) {
    const lost = !navigator.onLine;
    if (busy || lost) event.preventDefault();
    else busy = true;
    tell(lost ? chat.dataset.failed : chat.dataset.sending);
  }

  chat.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.chat) return; // leads to another page
    if (paged) {
      leave(event);
      return;
    }
    event.preventDefault();
    if (busy) return;
    clearTimeout(waiting);
    busy = true;
    log.setAttribute("aria-busy", "true");
    tell(chat.dataset.sending);
    try {
      await send(form, event.submitter);
    } catch {
      tell(chat.dataset.failed);
    }
    log.removeAttribute("aria-busy");
    busy = false;
  });

  // A question is sent with the enter key, as in any chat; with shift it is a new line.
  composer.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    composer.requestSubmit(composer.querySelector(".form__buttons .button"));
  });
  field().addEventListener("input", () => clearTimeout(waiting));
  recall();
  if (part("learning") && !paged) repeat();
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    busy = false;
    tell("");
  });
  chat.dataset.ready = "";
}
