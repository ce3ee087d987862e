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
      if (!walk.currentNode.data.trim() || !eyes.shown(el) || el.closest("option, script, style, rt")) continue;
      const size = parseFloat(getComputedStyle(el).fontSize);
      if (size < min) out.add(`${size} px: ${eyes.name(el)}`);
    }
    return [...out];
  },

  // Red, green, blue (0 to 255) and opacity of a computed colour.
  rgba(text) {
    const n = (text.match(/[\d.]+(e-?\d+)?/g) || []).map(Number);
    if (text.startsWith("#")) return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16)).concat(1);
    const scale = text.startsWith("color(srgb") ? 255 : 1;
    return [n[0] * scale, n[1] * scale, n[2] * scale, n[3] ?? 1];
  },

  // Colour over a ground that lets nothing through.
  over: (top, ground) => [0, 1, 2].map((i) => top[i] * top[3] + ground[i] * (1 - top[3])).concat(1),

  ratio(a, b) {
    const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
      const v = c[i] / 255;
      return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    }, 0);
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  },

  // What lies behind an element, and how much of it shows: backgrounds of all that
  // it lies in, each over the one below, and their opacities. seen keeps what was
  // worked out.
  ground(el, seen) {
    if (!el) return { colour: [255, 255, 255, 1], opacity: 1 };
    if (!seen.has(el)) {
      const below = eyes.ground(el.parentElement, seen), s = getComputedStyle(el);
      const own = eyes.rgba(s.backgroundColor), opacity = below.opacity * Number(s.opacity);
      own[3] *= opacity;
      seen.set(el, { colour: own[3] ? eyes.over(own, below.colour) : below.colour, opacity, image: below.image || s.backgroundImage !== "none" });
    }
    return seen.get(el);
  },

  // Text that stands out from its ground by less than least to 1, or large less if
  // it is of 24 px, or of 18.66 px and bold. A link is measured in the colour of one
  // that was visited too, which no computed style tells.
  contrast(least, large) {
    const seen = new Map(), out = new Set();
    const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const link = token("--link"), visited = token("--link-visited");
    const judge = (el, colour, what) => {
      const s = getComputedStyle(el), size = parseFloat(s.fontSize);
      const { colour: behind, opacity } = eyes.ground(el, seen);
      const want = size >= 24 || size >= 18.66 && Number(s.fontWeight) >= 700 ? large : least;
      const ink = [...colour];
      ink[3] *= opacity;
      const got = eyes.ratio(eyes.over(ink, behind), behind);
      if (got < want - 0.005) out.add(`${got.toFixed(2)} to 1, not ${want}${what}: ${eyes.name(el)}`);
    };
    const all = (el) => {
      const colour = eyes.rgba(getComputedStyle(el).color);
      judge(el, colour, "");
      const same = link.startsWith("#") && visited.startsWith("#") && eyes.rgba(link).every((v, i) => v === colour[i]);
      if (same && el.closest("a[href]:not([href^='tel:'])") && !matchMedia("(forced-colors: active)").matches) judge(el, eyes.rgba(visited), ", visited");
    };
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const el = walk.currentNode.parentElement;
      if (walk.currentNode.data.trim() && eyes.shown(el) && !el.closest("option, script, style, svg, :disabled")) all(el);
    }
    for (const el of document.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox], [type=file]), select, textarea")) if (eyes.shown(el) && !el.disabled) all(el);
    return [...out];
  },

  dark: () => eyes.ratio(eyes.rgba(getComputedStyle(document.body).backgroundColor), [255, 255, 255, 1]) > 7,

  // Runs look with rules added to the page, and takes them away again.
  withRules(rules, look) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    const before = [...document.adoptedStyleSheets]; // the array itself is live
    document.adoptedStyleSheets = [...before, sheet];
    try {
      return look();
    } finally {
      document.adoptedStyleSheets = before;
    }
  },

  // Contrast as it is under the pointer and with the keyboard's attention, of all
  // controls at once: the page's own rules are given a second time with a class in
  // place of the state.
  pointedContrast(least, large) {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join("\n");
    const out = new Set();
    for (const state of ["hover", "focus-visible", "active"].filter((one) => rules.includes(`:${one}`))) {
      const stops = eyes.stops();
      for (const el of stops) el.classList.add("e2e-state");
      const found = eyes.withRules(rules.replaceAll(`:${state}`, ".e2e-state"), () => eyes.contrast(least, large));
      for (const el of stops) el.classList.remove("e2e-state");
      for (const f of found) out.add(`${state}: ${f.replaceAll(".e2e-state", "")}`);
    }
    return [...out];
  },

  // Targets that lie on one another. A link in a sentence is as high as its line,
  // and a label belongs to its field.
  overlaps() {
    const boxes = eyes.stops().filter((el) => !eyes.inSentence(el) && !el.matches(".skip") && getComputedStyle(el).position !== "fixed" && !el.closest(".elder-bar, [data-floats]"))
      .map((el) => ({ el, r: el.getBoundingClientRect() }));
    const out = [];
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
      const x = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left), y = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
      if (x > 1 && y > 1 && !a.el.contains(b.el) && !b.el.contains(a.el)) out.push(`${eyes.name(a.el)} on ${eyes.name(b.el)}, ${Math.round(x)}×${Math.round(y)}`);
    }));
    return out;
  },

  // What is lost when a reader sets spaces between lines, paragraphs, characters and
  // words (WCAG 1.4.12), or the letters of the whole browser half as large again,
  // which is harder than any step between: the breakpoints stay where they are.
  stretched() {
    const lost = (what) => [...eyes.overflow(), ...eyes.clipped()].map((f) => `${what}: ${f}`);
    const spacing = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }";
    return [
      ...eyes.withRules(spacing, () => lost("with wider spacing")),
      ...eyes.withRules("html { font-size: 150% !important; }", () => lost("with letters × 1.5")),
    ];
  },

  // Running text in Chinese whose lines are longer than 40 characters, or shorter
  // than 25 in a window with room for that, or whose leading is not 1.6 to 2. Pinyin
  // stands between lines, which lie farther apart for it.
  lines() {
    const out = [];
    for (const p of document.querySelectorAll("main .prose p")) {
      if (!eyes.shown(p) || !p.closest("[lang]").lang.startsWith("zh") || p.innerText.length < 80 || p.querySelector("rt") || p.closest("td, th, figure, .notice, details")) continue;
      const s = getComputedStyle(p), size = parseFloat(s.fontSize), leading = parseFloat(s.lineHeight) / size;
      const across = p.clientWidth / (size + (parseFloat(s.letterSpacing) || 0));
      if (across > 40.5 || across < 25) out.push(`${across.toFixed(1)} characters in a line: ${eyes.name(p)}`);
      if (leading < 1.595 || leading > 2.005) out.push(`leading ${leading.toFixed(2)}: ${eyes.name(p)}`);
    }
    return out;
  },

  // The lines of a box as they are drawn: words of its own, of links and of marks in it.
  linesOf(box, nodes) {
    const size = parseFloat(getComputedStyle(box).fontSize), range = document.createRange(), lines = [];
    for (const node of nodes) {
      let at = 0;
      for (const c of node.data) {
        range.setStart(node, at);
        range.setEnd(node, at += c.length);
        const r = [...range.getClientRects()].pop();
        if (!r?.width) continue;
        const y = r.top + r.height / 2, last = lines[lines.length - 1];
        if (last && y - last.y < size * 0.7 && r.left >= last.x) Object.assign(last, { text: last.text + c, x: r.left, y: Math.max(last.y, y) });
        else lines.push({ text: c, x: r.left, y });
      }
    }
    return lines.map((line) => line.text);
  },

  // Where lines end badly: one that begins with a mark that closes, a heading or a control
  // whose last line is a single character, a date in two lines.
  badLines() {
    const closing = /^\s*[、，。：；？！）》」』”’％%]/u;
    const dates = /\d{4}-\d\d-\d\d/g;
    const out = new Set(), boxes = new Map(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const el = walk.currentNode.parentElement;
      if (!walk.currentNode.data.trim() || !eyes.shown(el) || el.closest("option, script, style, svg, rt, select, textarea, .visually-hidden")) continue;
      const box = eyes.lineBox(el);
      boxes.set(box, [...(boxes.get(box) || []), walk.currentNode]);
    }
    for (const [box, nodes] of boxes) {
      const lines = eyes.linesOf(box, nodes), end = lines.at(-1) || "";
      if (lines.length < 2) continue;
      lines.forEach((line, i) => { if (i && closing.test(line)) out.add(`begins with a mark: ${lines[i - 1].slice(-8)} / ${line.slice(0, 8)}: ${eyes.name(box)}`); });
      const short = box.closest("h1, h2, h3, legend, label, summary, a.button, button, .next__link, .wants__link");
      if (short && [...end.replace(/[\p{P}\s]/gu, "")].length < 2 && end.trim().length < 4 && !end.trim().startsWith("（")) out.add(`ends with “${end}” alone: ${eyes.name(box)}`);
      const text = lines.join(""), ends = new Set(lines.map((_, i) => lines.slice(0, i + 1).join("").length));
      for (const m of text.matchAll(dates)) {
        for (let i = m.index + 1; i < m.index + m[0].length; i++) if (ends.has(i)) out.add(`${m[0]} in two lines: ${eyes.name(box)}`);
      }
    }
    return [...out];
  },

  // Boxes with a frame that stand directly against what is above or below them.
  touching() {
    const framed = (el) => { const s = getComputedStyle(el); return parseFloat(s.borderLeftWidth) > 0 && s.borderLeftStyle !== "none" && parseFloat(s.borderTopWidth) > 0 && s.borderTopStyle !== "none"; };
    const joined = ".table-scroll, .doors, .search-box, .search-page__row, .keypad, .choice, .tick, svg, .player, .toolbar, .door";
    const out = new Set();
    for (const el of document.querySelectorAll("main *")) {
      if (!eyes.shown(el) || el.closest(joined) || !framed(el)) continue;
      for (const [above, below] of [[el.previousElementSibling, el], [el, el.nextElementSibling]]) {
        if (!above || !below || !eyes.shown(above) || !eyes.shown(below) || above.closest(joined) || below.closest(joined)) continue;
        const a = above.getBoundingClientRect(), b = below.getBoundingClientRect(), gap = b.top - a.bottom;
        if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 4 && gap > -3 && gap < 3.5) out.add(`${gap.toFixed(1)} px between ${eyes.name(above)} and ${eyes.name(below)}`);
      }
    }
    return [...out];
  },

  // What a careful designer would see, beyond what is lost.
  finish: () => ({ "lines end badly": eyes.badLines(), "boxes touch": eyes.touching() }),

  // Things that move though the reader asked for none.
  moving() {
    const out = document.getAnimations().map((a) => `moves: ${eyes.name(a.effect.target)}`);
    for (const el of document.querySelectorAll("*")) {
      const s = getComputedStyle(el);
      if (s.scrollBehavior === "smooth") out.push(`scrolls smoothly: ${eyes.name(el)}`);
      if ([s.animationDuration, s.transitionDuration].some((d) => d.split(",").some((one) => parseFloat(one) > 0.01))) out.push(`is animated: ${eyes.name(el)}`);
    }
    return out;
  },

  // Rows in elder mode for a button to listen with that has no voice to read.
  emptyRows: () => [...document.querySelectorAll("[data-mode=elder] .listen")].filter((el) => el.checkVisibility() && ![...el.children].some(eyes.shown)).map((el) => `in ${eyes.name(el.parentElement)}`),

  // Controls whose words one sees are not in the name that a voice user must say.
  misnamed() {
    const plain = (s) => s.toLowerCase().replace(/[\s\p{P}\p{S}]+/gu, "");
    const out = [];
    for (const el of eyes.stops().filter((el) => el.matches("a, button, summary, input, select, textarea"))) {
      const label = el.getAttribute("aria-label") || (el.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => document.getElementById(id)?.innerText || "").join(" ").trim();
      const words = el.localName === "select" || el.localName === "textarea" || el.localName === "input" ? [...(el.labels || [])].map((l) => l.innerText).join(" ") : el.innerText;
      if (label && words && !plain(label).includes(plain(words))) out.push(`“${label}” is not ${eyes.name(el)}`);
    }
    return out;
  },

  // Everything that is measured in a window of this width, in one go: what is wrong
  // by what it is. axe is asked last and in the same breath, where it is wanted.
  inspect(ask) {
    const found = eyes.measure(ask);
    return ask.tags ? eyes.axe(ask).then((axe) => ({ ...found, axe })) : found;
  },

  measure({ text, target, contrast, large, stretch, lines, choices, screen }) {
    // Pages in traditional characters have the colours and the length of the others.
    const twin = document.documentElement.lang === "zh-Hant";
    return {
      "scrolls sideways": eyes.overflow(),
      "text is cut": eyes.clipped(),
      "small text": eyes.smallText(text),
      "small target": eyes.smallTargets(target),
      "targets overlap": eyes.overlaps(),
      contrast: twin ? [] : eyes.contrast(contrast, large),
      stretched: stretch && !twin ? eyes.stretched() : [],
      lines: lines ? eyes.lines() : [],
      moves: eyes.moving(),
      "link by its colour alone": eyes.plainLinks(),
      "label not in name": eyes.misnamed(),
      "an empty row": eyes.emptyRows(),
      "too many choices": choices ? eyes.choices(choices, screen) : [],
    };
  },

  // Links in a sentence that nothing but their colour tells from it.
  plainLinks() {
    const out = [];
    for (const el of document.querySelectorAll("a[href]")) {
      if (!eyes.shown(el) || !eyes.inSentence(el)) continue;
      const s = getComputedStyle(el);
      if (!s.textDecorationLine.includes("underline") && s.borderBottomStyle === "none" && s.fontWeight === getComputedStyle(el.parentElement).fontWeight) out.push(eyes.name(el));
    }
    return out;
  },

  // What a page offers at one time beyond few: answers to what it asks, and other ways to
  // go. What stands at the same place of every page is no choice, nor are keys, what is
  // listened with, or words of a text that lead on.
  // Where a screen is given, that many pixels of the page are looked at a time, and the
  // answers to one question.
  choices(few, screen) {
    const always = ".page-listen, .listen, .feedback, .rate, .urgent, .elder-foot, .keypad, .dictate, .prose, .player";
    const all = eyes.stops().filter((el) => el.closest("main") && !el.closest(always) && !eyes.inSentence(el) && !el.matches(".visually-hidden, [type=file], [type=text], textarea, [tabindex='0']"));
    const offered = [...document.querySelectorAll("main input:is([type=radio], [type=checkbox])")].filter((el) => [...el.labels].some(eyes.shown));
    const answers = [...offered, ...all.filter((el) => el.matches("[name='-group'], .choices__button, .choices__group:not([open]) > summary"))];
    const ways = all.filter((el) => !answers.includes(el) && !el.matches("input, select, .choices__group > summary"));
    const top = (el) => el.getBoundingClientRect().top;
    const most = (found) => {
      if (!screen) return found;
      const views = found.map((from) => found.filter((el) => top(el) >= top(from) && el.getBoundingClientRect().bottom <= top(from) + screen));
      return views.reduce((a, b) => (b.length > a.length ? b : a), []);
    };
    const asked = (name) => answers.filter((el) => el.name === name || el.name === "-group");
    const byQuestion = [...new Set(answers.map((el) => el.name))].map(asked).reduce((a, b) => (b.length > a.length ? b : a), []);
    return [["answers", screen ? byQuestion : answers], ["ways", most(ways)]].filter(([, found]) => found.length > few)
      .map(([what, found]) => `${found.length} ${what}: ${found.map((el) => eyes.name(el)).join("; ").slice(0, 900)}`);
  },

  // What a window of another width loses, as a reader's zoom makes one.
  lost: () => ({ "scrolls sideways": eyes.overflow(), "text is cut": eyes.clipped(), "targets overlap": eyes.overlaps() }),

  // Whether something stays in its place while the page scrolls.
  floats: () => [...document.body.querySelectorAll("*")].some((el) => getComputedStyle(el).position === "fixed" && eyes.shown(el)),

  stops() {
    const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])");
    return [...all].filter((el) => eyes.shown(el) && !el.disabled && !el.closest("[inert]"));
  },

  // The box whose lines an element stands in.
  lineBox(el) {
    while (["inline", "contents", "ruby", "ruby-text"].includes(getComputedStyle(el).display)) el = el.parentElement;
    return el;
  },

  // A link within a sentence is as high as its line: words that are no link or control of
  // their own run on into it. What has words in the boxes around it alone stands by itself.
  inSentence(el) {
    if (el.localName !== "a" || getComputedStyle(el).display !== "inline") return false;
    const box = eyes.lineBox(el), walk = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode, home = node.parentElement;
      if (/[\p{L}\p{N}]/u.test(node.data) && !el.contains(node) && !home.closest("a, button, .visually-hidden, rt") && eyes.lineBox(home) === box) return true;
    }
    return false;
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
  // no buttons, need no more width than the norm asks of them, 44 pixels. Only where
  // the box itself is too small is it tried how far around it a press still counts.
  smallTargets(min) {
    const out = [];
    for (const el of eyes.stops()) {
      if (eyes.inSentence(el) || el.matches(".skip")) continue;
      const across = el.localName === "a" && getComputedStyle(el).borderStyle === "none" ? Math.min(min, 44) : min;
      const enough = (box) => box.width >= across - 0.5 && box.height >= min - 0.5;
      const parts = [el, ...(el.labels || [])].filter(eyes.shown);
      if (parts.some((part) => enough(part.getClientRects()[0]))) continue;
      const boxes = parts.map((part) => eyes.reach(part, min));
      const box = boxes.reduce((a, b) => (Math.min(b.width, b.height) > Math.min(a.width, a.height) ? b : a));
      if (!enough(box)) out.push(`${Math.round(box.width)}×${Math.round(box.height)}: ${eyes.name(el)}`);
    }
    scrollTo(0, 0);
    return out;
  },

  // What has the focus now, and whether one can see that.
  focus() {
    const active = document.activeElement;
    if (!active || active === document.body || active === document.documentElement) return { Name: "", Problem: "" };
    const el = eyes.shown(active) ? active : [...(active.labels || [])].find(eyes.shown) || active; // its label stands for it
    const ringed = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 3;
    const part = [null, "::before", "::after"].find((one) => ringed(getComputedStyle(el, one)));
    const ring = part !== undefined;
    const r = el.getClientRects()[0];
    let problem = "";
    if (!r) problem = "it is not visible";
    else if (!ring) problem = "no ring of 3 px";
    else {
      // The middle of what is in the window: a tall element need not fit whole.
      const x = (Math.max(r.left, 0) + Math.min(r.right, innerWidth)) / 2, y = (Math.max(r.top, 0) + Math.min(r.bottom, innerHeight)) / 2;
      const hit = document.elementFromPoint(x, y);
      if (!eyes.owns(el, hit)) problem = `hidden behind ${hit ? eyes.name(hit) : "the edge of the window"}`;
      // The ring lies outside the element, on what that lies on, or inside it.
      const s = getComputedStyle(el, part), seen = new Map();
      const on = eyes.ground(parseFloat(s.outlineOffset) < 0 ? el : el.parentElement, seen).colour;
      const stands = eyes.ratio(eyes.rgba(s.outlineColor), on);
      if (!problem && stands < 3) problem = `its ring stands out by ${stands.toFixed(2)} to 1`;
    }
    active.dataset.e2eVisited = "";
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

  // What of a printed sheet reaches over its margin, and how wide its code is, in mm.
  onSheet(selector) {
    const sheet = document.querySelector(selector), box = sheet.getBoundingClientRect(), margin = parseFloat(getComputedStyle(sheet).paddingLeft);
    const over = (r) => r.width && (r.left < box.left + margin - 1 || r.right > box.right - margin + 1 || r.top < box.top + margin - 1 || r.bottom > box.bottom - margin + 1);
    const parts = document.createTreeWalker(sheet, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT), found = [];
    while (parts.nextNode()) {
      const part = parts.currentNode, range = document.createRange();
      if (part.localName === "svg") continue; // the white border of a code may
      range.selectNode(part);
      if ([...(part.getBoundingClientRect ? part : range).getClientRects()].some(over)) found.push(part.data ?? eyes.name(part));
    }
    return { Over: found, QR: sheet.querySelector(".qr").getBoundingClientRect().width / 96 * 25.4 };
  },

  // Marks one element of each look: of texts of the same kind, size and colours on
  // the same ground axe-core need judge one. Judging all takes it most of its time,
  // and contrast() has judged each already.
  markLooks() {
    const looks = new Set(), seen = new Map();
    for (const el of document.querySelectorAll("[data-e2e-look]")) delete el.dataset.e2eLook;
    for (const el of document.body.querySelectorAll("*")) {
      const worded = el.matches("input, select, textarea") || [...el.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!worded || !eyes.shown(el)) continue;
      const s = getComputedStyle(el), { colour, opacity, image } = eyes.ground(el, seen);
      const look = [el.localName, el.className, s.color, s.fontSize, s.fontWeight, s.textShadow, s.position, colour, opacity, image, el.matches(":disabled")].join();
      if (looks.has(look)) continue;
      looks.add(look);
      el.dataset.e2eLook = "";
    }
  },

  // Violations that axe-core finds, each in one line; enhanced asks for 7 to 1 in place of
  // 4.5. Without
  // layout it leaves out the rules that have it work out what lies over what, which
  // takes most of its time: contrast(), plainLinks() and smallTargets() measure the same
  // everywhere.
  async axe({ tags, enhanced, layout }) {
    if (layout) eyes.markLooks();
    axe.configure({ rules: ["color-contrast", "color-contrast-enhanced"].map((id) => ({ id, selector: "[data-e2e-look]" })) });
    const result = await axe.run(document, {
      runOnly: { type: "tag", values: tags },
      rules: { "target-size": { enabled: layout }, "link-in-text-block": { enabled: layout }, "color-contrast": { enabled: layout && !enhanced }, "color-contrast-enhanced": { enabled: layout && enhanced }, "identical-links-same-purpose": { enabled: true } },
      resultTypes: ["violations"], iframes: false, preload: { assets: ["media"] },
    });
    return result.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.html.slice(0, 160)}: ${(n.failureSummary || v.help).replace(/\s+/g, " ").slice(0, 300)}`));
  },
};
null;
