// The bar of elder mode reads the page aloud at once, where the page can be heard, and
// stops again. Without this script, or without a voice, its link leads to what there
// is instead.
// An address with a place, from another mode. The browser may not know its target yet.
const meant = document.getElementById(location.hash.slice(1));
if (meant?.matches(".place, .wants > li")) location.replace(meant.querySelector("a").href);

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
