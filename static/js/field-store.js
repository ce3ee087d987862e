// What a director's device keeps without a network. The database holds ciphertext and
// what is needed to open it: never a name, an answer or a key. Two locks lie on it. Kit,
// drafts and labels open with the PIN alone. What was finished is closed in a box that
// only the portal opens, so that nobody who guesses the PIN of a lost phone reads it.
const databaseName = "huitong-field";
const shellName = "field-shell";
const iterations = 600000;
export const mostTries = 10;
export const daysAway = 14;

const text = new TextEncoder();
const same = (request) => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});
const finished = (tx) => new Promise((done, fail) => {
  tx.oncomplete = () => done();
  tx.onabort = tx.onerror = () => fail(tx.error ?? new Error("aborted"));
});

export const fromBase64 = (s) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0));
export function toBase64(bytes) {
  let out = "";
  for (let i = 0; i < bytes.length; i += 8192) out += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(out);
}

// Sealing is AES-256-GCM; ad ties a ciphertext to its record, so that it opens nowhere else.
async function seal(key, value, ad) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const ct = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(ad) }, key, text.encode(JSON.stringify(value)));
  return { iv, ct: new Uint8Array(ct) };
}

async function unseal(key, { iv, ct }, ad) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: text.encode(ad) }, key, ct);
  return JSON.parse(new TextDecoder().decode(plain));
}

async function keyFrom(pin, salt, rounds) {
  const raw = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

// close puts a value into a box as vault.OpenBox opens it: point, nonce, ciphertext.
export async function close(publicKey, value, ad) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypto.subtle.importKey("raw", publicKey, curve, false, []);
  const own = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: point, info: text.encode("huitong box 1") }, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const { iv, ct } = await seal(key, value, ad);
  const box = new Uint8Array(point.length + iv.length + ct.length);
  box.set(point);
  box.set(iv, point.length);
  box.set(ct, point.length + iv.length);
  return box;
}

// Store is the device's database. While it is locked it knows the device, and how many
// things wait, and no more.
export class Store {
  #db = null;
  #key = null; // in this page's memory only, and not to be taken out of it

  static async open(gone) {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("meta");
      request.result.createObjectStore("sealed", { keyPath: "id" }).createIndex("order", "order");
    };
    const store = new Store();
    store.#db = await same(request);
    // Another window wipes the device, or signs out.
    store.#db.onversionchange = () => { store.lock(); store.#db.close(); gone(); };
    store.#db.onclose = () => { store.lock(); gone(); };
    return store;
  }

  get locked() { return !this.#key; }
  lock() { this.#key = null; }

  async #write(fn) {
    const tx = this.#db.transaction(["meta", "sealed"], "readwrite", { durability: "strict" });
    const done = finished(tx);
    const out = await fn(tx.objectStore("sealed"), tx.objectStore("meta"));
    await done;
    return out;
  }

  device() { return same(this.#db.transaction("meta").objectStore("meta").get("device")); }

  // change replaces the device's own record, within one transaction.
  change(fn) {
    return this.#write(async (_, meta) => {
      const device = await same(meta.get("device"));
      if (!device) return device;
      const next = fn(device);
      await same(meta.put(next, "device"));
      return next;
    });
  }

  // setUp makes the browser a device. public is what boxes are closed with.
  async setUp({ id, user, publicKey }, pin, now) {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const key = await keyFrom(pin, salt, iterations);
    const check = await seal(key, { id }, "check:" + id);
    await this.#write(async (sealed, meta) => {
      sealed.clear();
      await same(meta.put({ id, user, publicKey, salt, iterations, check, tries: 0, order: 0, seen: now }, "device"));
    });
    this.#key = key;
  }

  // unlock counts a try before it looks, so that closing the page gives none back. It
  // returns "open", "wrong", or "wiped" after the last one.
  async unlock(pin) {
    const device = await this.change((d) => ({ ...d, tries: d.tries + 1 }));
    if (!device) return "wiped";
    if (device.tries <= mostTries) {
      const key = await keyFrom(pin, device.salt, device.iterations);
      try {
        await unseal(key, device.check, "check:" + device.id);
        await this.change((d) => ({ ...d, tries: 0 }));
        this.#key = key;
        return "open";
      } catch {
        if (device.tries < mostTries) return "wrong";
      }
    }
    await this.wipe();
    return "wiped";
  }

  #open() {
    if (!this.#key) throw new Error("locked");
    return this.#key;
  }

  // put seals a value under a name of its own: the kit, or what is being typed.
  async put(id, kind, value) {
    const part = await seal(this.#open(), value, kind + ":" + id);
    await this.#write(async (sealed) => {
      const old = await same(sealed.get(id));
      await same(sealed.put({ id, kind, order: old?.order ?? 0, ...part }));
    });
  }

  async get(id) {
    const record = await same(this.#db.transaction("sealed").objectStore("sealed").get(id));
    return record && unseal(this.#open(), record, record.kind + ":" + id);
  }

  async drop(id) { await this.#write((sealed) => same(sealed.delete(id))); }

  // list returns what there is of a kind, opened, in the order in which it was finished.
  async list(kind) {
    const all = await same(this.#db.transaction("sealed").objectStore("sealed").index("order").getAll());
    const key = this.#open();
    return Promise.all(all.filter((r) => r.kind === kind)
      .map(async (r) => ({ id: r.id, order: r.order, box: r.box, ...(await unseal(key, r, kind + ":" + r.id)) })));
  }

  // finish closes what was typed for the portal, puts it at the end of what waits, and
  // forgets the draft: all of it or nothing. The id is the key under which it is sent.
  async finish(draft, kind, label, value) {
    const device = await this.device();
    const id = crypto.randomUUID();
    const box = await close(device.publicKey, value, `${device.id}:${id}:${kind}`);
    const part = await seal(this.#open(), { ...label, sends: kind, state: "waiting" }, "entry:" + id);
    await this.#write(async (sealed, meta) => {
      const now = await same(meta.get("device"));
      const order = now.order + 1;
      await same(meta.put({ ...now, order }, "device"));
      await same(sealed.put({ id, kind: "entry", order, box, ...part }));
      if (draft) await same(sealed.delete(draft));
    });
    return id;
  }

  // note says what came of an entry; what was taken is forgotten but for its label.
  async note(entry, change, forget) {
    const { id, order, box, ...label } = entry;
    const part = await seal(this.#open(), { ...label, ...change }, "entry:" + id);
    await this.#write((sealed) => same(sealed.put({ id, kind: "entry", order, box: forget ? null : box, ...part })));
  }

  // giveBack makes a draft of what the portal refused and gave back.
  async giveBack(entry, kind, value) {
    const id = "draft:" + crypto.randomUUID();
    const part = await seal(this.#open(), value, kind + ":" + id);
    await this.#write(async (sealed) => {
      await same(sealed.put({ id, kind, order: 0, ...part }));
      await same(sealed.delete(entry.id));
    });
    return id;
  }

  // leased takes turns among windows where there are no Web Locks.
  async leased(owner, now, lasts) {
    return this.#write(async (_, meta) => {
      const lease = await same(meta.get("lease"));
      if (lease && lease.owner !== owner && lease.until > now) return false;
      await same(meta.put({ owner, until: now + lasts }, "lease"));
      return true;
    });
  }

  async wipe() {
    this.lock();
    this.#db.onclose = this.#db.onversionchange = null;
    this.#db.close();
    await wipe();
  }
}

// wipe forgets everything that was kept on the device.
export async function wipe() {
  await same(indexedDB.deleteDatabase(databaseName));
  await caches?.delete(shellName);
}

// keepShell keeps the page with its scripts and styles, in which nothing is anybody's.
export async function keepShell() {
  const page = location.pathname;
  const answer = await fetch(page, { credentials: "same-origin", cache: "no-cache" });
  if (!answer.ok || answer.redirected) return false;
  const shown = new DOMParser().parseFromString(await answer.clone().text(), "text/html");
  const assets = [...shown.querySelectorAll("link[rel=stylesheet], script[src], [data-keep]")]
    .map((e) => e.getAttribute("href") ?? e.getAttribute("src") ?? e.dataset.keep);
  const cache = await caches.open(shellName);
  await cache.addAll([...new Set(assets)]);
  await cache.put(page, answer);
  return true;
}
