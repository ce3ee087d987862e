// Sends what was finished on the device: one window at a time, in the order in which it
// was finished, and again until the portal has said what came of it. The portal does a
// thing once however often it comes, so that whatever breaks off is simply sent again.
const longest = 5 * 60 * 1000;

// wait is how long to wait after so many failures: twice as long each time, and not all
// devices of a village at the same moment.
export const wait = (failures, chance) => Math.min(longest, 2000 * 2 ** Math.min(failures, 10)) * (0.5 + chance / 2);

export class Outbox {
  #store; #ask; #tell; #timer = 0; #failures = 0; #busy = false; #owner = crypto.randomUUID();

  // ask(path, fields) posts to the portal and returns its answer, or throws; state() is
  // who is signed in; tell(word) says on the page how it stands.
  constructor(store, { ask, state, tell }) {
    this.#store = store;
    this.#ask = ask;
    this.state = state;
    this.#tell = tell;
  }

  stop() { clearTimeout(this.#timer); }

  // go sends all that waits. Calling it while it runs changes nothing.
  async go() {
    if (this.#busy || this.#store.locked) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      await this.#alone(() => this.#sendAll());
    } finally {
      this.#busy = false;
    }
  }

  async #alone(fn) {
    if (navigator.locks) {
      await navigator.locks.request("huitong-field-send", { ifAvailable: true }, async (lock) => { if (lock) await fn(); });
    } else if (await this.#store.leased(this.#owner, Date.now(), 60000)) {
      await fn();
      await this.#store.leased(this.#owner, Date.now(), 0);
    }
  }

  async #sendAll() {
    const waiting = (await this.#store.list("entry")).filter((e) => e.state === "waiting" || e.state === "sending");
    if (!waiting.length) return this.#tell("idle");
    if (!navigator.onLine) return this.#tell("offline");
    try {
      const device = await this.#store.device();
      const state = await this.state(device);
      if (!state) return; // the page has said why
      for (const entry of waiting) {
        await this.#store.note(entry, { state: "sending" });
        await this.#tell("sending");
        await this.#send(device, state, entry);
        await this.#tell("sent");
      }
      this.#failures = 0;
      this.#tell("idle");
    } catch (reason) {
      if (this.#store.locked) return;
      this.#failures++;
      const pause = wait(this.#failures, Math.random());
      this.#timer = setTimeout(() => this.go(), pause);
      this.#tell("again", Math.ceil(pause / 1000));
    }
  }

  async #send(device, state, entry) {
    const answer = await this.#ask({ device: device.id, key: entry.id, kind: entry.sends, box: entry.box }, state.token);
    if (answer.state === "refused") {
      const back = await this.#store.giveBack(entry, entry.sends + "-draft", { ...answer.body, label: entry.label, refused: answer.words });
      return back;
    }
    await this.#store.note(entry, { state: answer.state, words: answer.words, path: answer.path }, true);
  }
}
