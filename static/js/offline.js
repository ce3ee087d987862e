// Keeps what is worth reading for when there is no network, and says so when there
// is none. A reader who saves data keeps only the pages that were opened.
const status = document.querySelector('[data-module="offline"]');

function tell() {
  status.textContent = navigator.onLine ? "" : status.dataset.words;
}

if (status) {
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
}

if ("serviceWorker" in navigator) {
  window.addEventListener("load", async () => {
    try {
      await navigator.serviceWorker.register("/sw.js");
      const { active } = await navigator.serviceWorker.ready;
      const { lang, dataset } = document.documentElement;
      active.postMessage({ view: { ...dataset } });
      if (navigator.connection?.saveData) return;
      active.postMessage({ lang, mode: dataset.mode });
    } catch {
      // In-app browsers refuse; the site works without.
    }
  });
}
