// Shows the print button where the browser can print.
for (const place of document.querySelectorAll('[data-module="print"]')) {
  const button = place.querySelector("button");
  if (typeof window.print === "function") {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
