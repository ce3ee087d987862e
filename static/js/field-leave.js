// Before a director signs out, what still waits on the device is told, and then wiped:
// the answer to signing out makes the browser forget it as well.
const form = document.querySelector("[data-field-leave]");

async function waiting() {
  if (indexedDB.databases && !(await indexedDB.databases()).some((d) => d.name === "huitong-field")) return -1;
  return new Promise((done) => {
    const request = indexedDB.open("huitong-field");
    request.onupgradeneeded = () => { request.transaction.abort(); };
    request.onerror = () => done(-1);
    request.onsuccess = () => {
      const db = request.result;
      const all = db.transaction("sealed").objectStore("sealed").getAll();
      all.onsuccess = () => { db.close(); done(all.result.filter((r) => r.box || r.kind.endsWith("-draft")).length); };
      all.onerror = () => { db.close(); done(-1); };
    };
  });
}

let asked = false;
form?.addEventListener("submit", async (event) => {
  if (asked) return;
  event.preventDefault();
  const n = await waiting().catch(() => -1);
  if (n > 0 && !confirm(form.dataset.fieldLeave.replace("{Count}", n))) return;
  asked = true;
  if (n >= 0) {
    await new Promise((done) => {
      const request = indexedDB.deleteDatabase("huitong-field");
      request.onsuccess = request.onerror = request.onblocked = () => done();
    });
    await globalThis.caches?.delete("field-shell").catch(() => {});
  }
  form.requestSubmit();
});
