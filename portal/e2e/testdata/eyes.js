// What the browser tests ask a page. Evaluated in the page by the tests, never
// part of it; it changes nothing but scroll position and selection.
globalThis.eyes = {
  // Short name of an element, for messages.
  name(el) {
    const own = el.id ? `#${el.id}` : el.className && typeof el.className === "string" ? `.${el.className.trim().split(/\s+/).join(".")}` : "";
    const words = (el.getAttribute("aria-label") || el.innerText || el.value || "").trim().replace(/\s+/g, " ").slice(0, 24);
    return `${el.localName}${own} “${words}”`;
  },

  shown(el) {
    if (!el.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const r = el.getBoundingClientRect();
    return r.width > 1 && r.height > 1; // visually hidden text is one pixel
  },

  first(selector) {
    return [...document.querySelectorAll(selector)].find((el) => eyes.shown(el));
  },

  // The part of the page that a press on el may hit: itself or its label.
  owns(el, hit) {
    return !!hit && (el.contains(hit) || [...(el.labels || [])].some((l) => l.contains(hit)) ||
      (el.localName === "label" && el.control === hit));
  },

  spot(selector) {
    const el = eyes.first(selector);
    if (!el) return { Problem: document.querySelector(selector) ? "it is hidden" : "there is none" };
    el.scrollIntoView({ block: "center", behavior: "instant" });
    const r = el.getClientRects()[0];
    const at = { X: r.left + r.width / 2, Y: r.top + r.height / 2, Problem: "" };
    const hit = document.elementFromPoint(at.X, at.Y);
    if (!eyes.owns(el, hit)) at.Problem = `covered by ${hit ? eyes.name(hit) : "nothing"}`;
    return at;
  },

  selectAll(selector) {
    const el = eyes.first(selector);
    if (document.activeElement !== el) return false;
    el.select();
    return true;
  },

  value: (selector) => document.querySelector(selector).value,
  idOf: (selector) => document.querySelector(selector)?.id || "",
  checked: (selector) => document.querySelector(selector).checked,
  text: (selector) => document.querySelector(selector)?.innerText || "",
  count: (selector) => [...document.querySelectorAll(selector)].filter((el) => eyes.shown(el)).length,

  // Names of the fields that a visitor fills in, with the kind of each.
  fields() {
    const seen = new Map();
    for (const el of document.querySelectorAll("main form [name]")) {
      if (el.type !== "hidden" && el.localName !== "button" && !seen.has(el.name)) seen.set(el.name, el.localName === "select" ? "select" : el.type);
    }
    return [...seen].map(([Name, Kind]) => ({ Name, Kind }));
  },

  select(selector, value) {
    const el = document.querySelector(selector);
    el.value = value;
    return el.value === value;
  },

  // Wider than the window, and which elements are to blame.
  overflow() {
    const page = document.documentElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((el) => eyes.shown(el) && el.getBoundingClientRect().right > page.clientWidth + 0.5);
    const leaves = wide.filter((el) => !wide.some((other) => other !== el && el.contains(other)));
    return [`${page.scrollWidth} px in ${page.clientWidth} px`, ...leaves.slice(0, 5).map(eyes.name)];
  },

  // Text that is cut off by its own box.
  clipped() {
    const out = [];
    for (const el of document.body.querySelectorAll("*")) {
      if (!eyes.shown(el) || el.closest(".visually-hidden") || el.matches("input, textarea, select")) continue;
      const s = getComputedStyle(el);
      if (s.overflowX === "hidden" && el.scrollWidth > el.clientWidth + 1 || s.overflowY === "hidden" && el.scrollHeight > el.clientHeight + 1) out.push(eyes.name(el));
    }
    return out;
  },

  // Text smaller than min pixels.
  smallText(min) {
    const out = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const el = walk.currentNode.parentElement;
      if (!walk.currentNode.data.trim() || !eyes.shown(el) || el.closest("option, script, style")) continue;
      const size = parseFloat(getComputedStyle(el).fontSize);
      if (size < min) out.add(`${size} px: ${eyes.name(el)}`);
    }
    return [...out];
  },

  stops() {
    const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])");
    return [...all].filter((el) => eyes.shown(el) && !el.disabled && !el.closest("[inert]"));
  },

  // A link within a sentence is as high as its line.
  inSentence(el) {
    if (el.localName !== "a" || getComputedStyle(el).display !== "inline") return false;
    const block = el.closest("p, li, dd, dt, td, h1, h2, h3, summary, div, label");
    return !!block && block.innerText.trim().length > el.innerText.trim().length + 1;
  },

  // How far around its middle a press still counts, up to reach pixels each way.
  reach(el, reach) {
    el.scrollIntoView({ block: "center", behavior: "instant" });
    const r = el.getClientRects()[0];
    const x = r.left + r.width / 2, y = r.top + r.height / 2;
    const far = (dx, dy) => {
      let n = 0;
      while (n < reach && eyes.owns(el, document.elementFromPoint(x + dx * (n + 1), y + dy * (n + 1)))) n++;
      return n;
    };
    const around = far(-1, 0) + far(1, 0) + 1, upright = far(0, -1) + far(0, 1) + 1;
    return { width: Math.max(r.width, around), height: Math.max(r.height, upright) };
  },

  // Targets that are less than min pixels high or wide. Links that are words only,
  // no buttons, need no more width than the norm asks of them, 44 pixels.
  smallTargets(min) {
    const out = [];
    for (const el of eyes.stops()) {
      if (eyes.inSentence(el) || el.matches(".skip")) continue;
      const boxes = [el, ...(el.labels || [])].filter(eyes.shown).map((part) => eyes.reach(part, min));
      const box = boxes.reduce((a, b) => (Math.min(b.width, b.height) > Math.min(a.width, a.height) ? b : a));
      const across = el.localName === "a" && getComputedStyle(el).borderStyle === "none" ? Math.min(min, 44) : min;
      if (box.width < across - 0.5 || box.height < min - 0.5) out.push(`${Math.round(box.width)}×${Math.round(box.height)}: ${eyes.name(el)}`);
    }
    scrollTo(0, 0);
    return out;
  },

  // What has the focus now, and whether one can see that.
  focus() {
    const el = document.activeElement;
    if (!el || el === document.body || el === document.documentElement) return { Name: "", Problem: "" };
    const ringed = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 3;
    const ring = [null, "::before", "::after"].some((part) => ringed(getComputedStyle(el, part)));
    const r = el.getClientRects()[0];
    let problem = "";
    if (!r) problem = "it is not visible";
    else if (!ring) problem = "no ring of 3 px";
    else {
      // The middle of what is in the window: a tall element need not fit whole.
      const x = (Math.max(r.left, 0) + Math.min(r.right, innerWidth)) / 2, y = (Math.max(r.top, 0) + Math.min(r.bottom, innerHeight)) / 2;
      const hit = document.elementFromPoint(x, y);
      if (!eyes.owns(el, hit)) problem = `hidden behind ${hit ? eyes.name(hit) : "the edge of the window"}`;
    }
    el.dataset.e2eVisited = "";
    return { Name: eyes.name(el), Problem: problem, Skip: el.matches(".skip") };
  },

  // Stops that the keyboard did not reach. Of a group of radio buttons one is enough.
  unvisited() {
    const group = (el) => el.type === "radio" && [...document.getElementsByName(el.name)].some((other) => "e2eVisited" in other.dataset);
    return eyes.stops().filter((el) => !("e2eVisited" in el.dataset) && !group(el)).map(eyes.name);
  },

  links() {
    return [...document.querySelectorAll("a[href]")].map((a) => a.href).filter((h) => h.startsWith(location.origin + "/"));
  },

  // Violations that axe-core finds, each in one line.
  async axe(tags) {
    const result = await axe.run(document, {
      runOnly: { type: "tag", values: tags },
      rules: { "target-size": { enabled: true } },
      resultTypes: ["violations"],
    });
    return result.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.html.slice(0, 160)}: ${(n.failureSummary || v.help).replace(/\s+/g, " ").slice(0, 300)}`));
  },
};
null;
