// Shows the print button where the browser can print. Before printing it opens what
// is folded, for browsers whose style sheets cannot, and writes down the day.
for (const place of document.querySelectorAll('[data-module="print"]')) {
  const button = place.querySelector("button");
  if (typeof window.print === "function") {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

let opened = [];

window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const fold of opened) fold.open = true;
  const printed = document.querySelector("[data-printed]");
  if (!printed) return;
  const now = new Date();
  const two = (n) => String(n).padStart(2, "0");
  printed.querySelector("time").textContent = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  printed.hidden = false;
});

window.addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});
