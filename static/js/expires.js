// Says in a live region when what the page shows is about to run out, and when it has.
// Without this script the page says until when it counts.
const told = document.querySelector('[data-module="expires"]');
const warning = 5 * 60; // seconds before the end

const sayIn = (seconds, words) => setTimeout(() => { told.textContent = words; }, seconds * 1000);

if (told) {
  const left = Number(told.dataset.left);
  if (left > warning) sayIn(left - warning, told.dataset.soon);
  sayIn(left, told.dataset.over);
}
