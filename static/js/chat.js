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
    document.dispatchEvent(new CustomEvent("page:more"));
    settle(from, turn);
    return true;
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

  async function send(form, pressed) {
    const body = new URLSearchParams(new FormData(form, pressed));
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
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
  if (part("learning") && !paged) repeat();
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    busy = false;
    tell("");
  });
  chat.dataset.ready = "";
}
