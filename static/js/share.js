// Copy, send and print a page. The address stands in the page, so that without
// this script it can still be copied by hand; a button shows only where it works.
for (const box of document.querySelectorAll('[data-module="share"]')) {
  const part = (name) => box.querySelector(`[data-share="${name}"]`);
  const address = box.querySelector("input, textarea");
  const what = address.matches("textarea") ? { text: address.value } : { title: document.title, url: address.value };
  const status = part("status");

  address.addEventListener("focus", () => address.select());

  const copy = part("copy");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(address.value);
    } catch {
      address.select();
      if (!document.execCommand("copy")) return; // in-app browsers without a clipboard
    }
    status.textContent = status.dataset.copied;
  });

  const send = part("send");
  if (send && navigator.share) {
    send.hidden = false;
    send.addEventListener("click", () => {
      navigator.share(what).catch(() => {});
    });
  }

  const print = part("print");
  if (print && window.print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
}

// A link to one question opens it; without this script it only stands at the top.
const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (asked instanceof HTMLDetailsElement) asked.open = true;
