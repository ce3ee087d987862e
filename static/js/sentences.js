// Marks the sentence that is heard while the server's sound of a text plays: the server
// says at which second each of them begins, and the page is searched for its words. What
// is not found, such as words that are for the ear alone, is not marked.
const said = /[\p{L}\p{N}]/u;

// Letters and digits of a block, and where each of them stands: marks, spaces and
// pinyin may be others in the page than in the text.
function lettersOf(block, unread) {
  const letters = [], places = [];
  const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (node.parentElement.closest(unread)) continue;
    for (let i = 0; i < node.data.length; i += 1) {
      if (!said.test(node.data[i])) continue;
      letters.push(node.data[i]);
      places.push([node, i]);
    }
  }
  return { letters: letters.join(""), places };
}

const bare = (text) => [...text].filter((c) => c.length === 1 && said.test(c)).join("");

// The part of the page that each sentence is, null where it is nowhere.
function rangesOf(marks, block, unread) {
  const { letters, places } = lettersOf(block, unread);
  let from = 0;
  return marks.map(({ text }) => {
    const words = bare(text);
    const i = words ? letters.indexOf(words, from) : -1;
    if (i < 0) return null;
    from = i + words.length;
    const range = document.createRange();
    range.setStart(...places[i]);
    const [node, last] = places[from - 1];
    range.setEnd(node, last + 1);
    return range;
  });
}

export function unmark() {
  globalThis.CSS?.highlights?.delete("reading");
  for (const el of document.querySelectorAll(".reading-now")) el.classList.remove("reading-now");
}

const inView = (place) => {
  const box = place?.getBoundingClientRect();
  return box && box.bottom > 0 && box.top < innerHeight;
};

// The page goes along with what is read only where scroll is set, and never away from
// where its reader has scrolled to: the buttons there must not move from under the finger.
function mark(range, scroll) {
  unmark();
  const home = range.startContainer.parentElement;
  if (globalThis.Highlight) CSS.highlights.set("reading", new Highlight(range));
  else home.closest("p, li, dt, dd, h1, h2, h3, td, th, legend, label, div, section").classList.add("reading-now");
  if (scroll) home.scrollIntoView({ block: "nearest", behavior: "instant" });
}

const known = new Map();

function marksAt(address) {
  if (!known.has(address)) {
    known.set(address, fetch(address, { credentials: "omit" })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .catch(() => { known.delete(address); return []; }));
  }
  return known.get(address);
}

// follow marks what is heard of a sound until it is told to stop; it tells each time which
// part of the block that is. marks is the address of what the server knows of the sound;
// from is what is in view as long as the page may go along, null where it may not.
export function follow(sound, { marks: address, block, unread, from, tell }) {
  let ranges = [], marks = [], shown = -1, over = false, last = from;
  const look = () => {
    const at = marks.findLastIndex((m) => m.at <= sound.currentTime + 0.05);
    if (at < 0 || at === shown) return;
    shown = at;
    if (ranges[at]) {
      mark(ranges[at], from && inView(last));
      last = ranges[at];
    }
    tell(ranges[at]);
  };
  marksAt(address).then((found) => {
    if (over) return;
    marks = found;
    ranges = rangesOf(found, block, unread);
    look();
  });
  sound.addEventListener("timeupdate", look);
  return () => {
    over = true;
    sound.removeEventListener("timeupdate", look);
  };
}
