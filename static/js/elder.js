// The bar of elder mode reads the page aloud at once, where the page can be heard, and
// stops again. Without this script, or without a voice, its link leads to what there
// is instead.
const meant = document.querySelector(":is(.place, .wants > li):target > a");
if (meant) location.replace(meant.href); // an address with a place, from another mode

const link = document.querySelector('[data-bar="listen"]');
const play = document.querySelector("#page-listen .listen__play");
const other = document.querySelector("#page-listen .page-listen__else");
const label = link.querySelector("span");
const words = label.textContent;

const follow = () => {
  const reading = play.getAttribute("aria-pressed") === "true";
  other.hidden = !play.hidden;
  if (label.textContent !== (reading ? link.dataset.stop : words)) label.textContent = reading ? link.dataset.stop : words;
};
new MutationObserver(follow).observe(play, { attributes: true });
follow();

link.addEventListener("click", (event) => {
  if (play.hidden) return;
  event.preventDefault();
  play.click();
});
