// The forms of the kit: made of data, so that no policy needs a line here.

// truth follows a condition as far as the answers go: true, false, or null while it is
// not known. What is not known is asked; the portal decides in the end.
export function truth(tree, answers, member) {
  const value = (t) => {
    if (!Array.isArray(t)) return t;
    if (t[0] === "q") return known(answers[t[1]]);
    return t[0] === "#" ? member : undefined;
  };
  const known = (v) => (v === undefined || v === "" ? null : v);
  if (tree === null || tree === undefined || typeof tree === "boolean") return tree ?? true;
  const [op, a, b] = tree;
  const of = (t) => truth(t, answers, member);
  switch (op) {
    case "and": case "or": {
      const stop = op === "or", both = [of(a), of(b)];
      return both.includes(stop) ? stop : both.includes(null) ? null : !stop;
    }
    case "not": { const v = of(a); return v === null ? null : !v; }
    case "any": case "all": {
      const stop = op === "any", each = a.slice(1).map((t) => (value(t) === null ? null : truth(b, answers, value(t))));
      return each.includes(stop) ? stop : each.includes(null) ? null : !stop;
    }
    case "in": { const v = value(a); return v === null || v === undefined ? null : b.slice(1).includes(v); }
  }
  const x = value(a), y = value(b);
  if (x === null || y === null || x === undefined || y === undefined) return null;
  switch (op) {
    case "==": return typeof y === "number" ? Number(x) === y : x === y;
    case "!=": return typeof y === "number" ? Number(x) !== y : x !== y;
    case "<": return Number(x) < Number(y);
    case "<=": return Number(x) <= Number(y);
    case ">": return Number(x) > Number(y);
    case ">=": return Number(x) >= Number(y);
  }
  return null;
}

// make builds an element; text is never taken for markup.
export function make(name, attributes = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) e.setAttribute(key, "");
    else if (typeof value === "function") e.addEventListener(key, value);
    else if (value !== false && value !== undefined && value !== null) e.setAttribute(key, value);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return e;
}

// picture draws a QR code from its rows of 0 and 1.
export function picture(rows, label) {
  const draw = (name, attributes) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
    return e;
  };
  const dark = rows.map((row, y) => [...row.matchAll(/1+/g)].map((m) => `M${m.index} ${y}h${m[0].length}v1h-${m[0].length}z`).join("")).join("");
  const out = draw("svg", { class: "qr", viewBox: `0 0 ${rows.length} ${rows.length}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  out.append(draw("path", { fill: "currentColor", d: dark }));
  return out;
}

// field makes a question: radio buttons for choices, otherwise a line or several.
export function field(q, value, words) {
  const id = "f-" + q.name;
  const mark = q.required ? "" : make("span", { class: "field__optional" }, " " + words.optional);
  const help = q.help ? make("p", { class: "field__help", id: id + "-help" }, q.help) : null;
  const described = q.help ? id + "-help" : null;
  if (q.options?.length > 14) {
    return make("div", { class: "field", "data-question": q.name }, make("label", { class: "field__label", for: id }, q.label, mark), help,
      make("select", { class: "input field__select", id, name: q.name, "aria-describedby": described }, make("option", { value: "" }, words.choose),
        ...q.options.map((o) => make("option", { value: o.value, selected: o.value === value }, o.label))));
  }
  if (q.options?.length) {
    return make("div", { class: "field", "data-question": q.name }, make("fieldset", { class: "field__set", "aria-describedby": described },
      make("legend", { class: "field__label" }, q.label, mark), help,
      ...q.options.map((o, i) => make("div", { class: "choice" },
        make("input", { class: "choice__input", type: "radio", id: `${id}-${i}`, name: q.name, value: o.value, checked: o.value === value }),
        make("label", { class: "choice__label", for: `${id}-${i}` }, o.label)))));
  }
  const common = { class: "input", id, name: q.name, maxlength: q.max || null, autocomplete: "off", "aria-describedby": described };
  const input = q.long ? make("textarea", { ...common, class: "input input--long", rows: 4 }) : make("input", { ...common, type: "text", inputmode: q.mode || null });
  input.value = value ?? "";
  return make("div", { class: "field", "data-question": q.name }, make("label", { class: "field__label", for: id }, q.label, mark), help, input);
}

// read returns what a form holds, by name.
export function read(form) {
  const out = {};
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && value !== "") out[name] = value;
  return out;
}

// asked shows and hides the questions of a form by their conditions.
export function asked(form, sections, answers) {
  for (const section of sections) {
    for (const q of section.ask) {
      const e = form.querySelector(`[data-question="${CSS.escape(q.name)}"]`);
      if (e) e.hidden = truth(q.when, answers) === false;
    }
  }
}
