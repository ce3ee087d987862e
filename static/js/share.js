// Copy, send and print a page. The address stands in the page, so that without
// this script it can still be copied by hand; a button shows only where it works.
for (const box of document.querySelectorAll('[data-module="share"]')) {
  const part = (name) => box.querySelector(`[data-share="${name}"]`);
  const address = box.querySelector("input");
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

  if (navigator.share) {
    const send = part("send");
    send.hidden = false;
    send.addEventListener("click", () => {
      navigator.share({ title: document.title, url: address.value }).catch(() => {});
    });
  }

  const print = part("print");
  if (print && window.print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
}
