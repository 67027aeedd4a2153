// Elements are made here and nowhere else. Text becomes text nodes: no string is ever markup.

const TAGS = new Set(
  ("a article aside b blockquote button code dd details dialog div dl dt em fieldset figure form h1 h2 h3 " +
    "header img input label legend li main mark nav ol optgroup option p pre progress q section select small " +
    "span strong summary table tbody td textarea th thead time tr ul").split(" "),
);

/** Return a new element. `on` has listeners, `style` and `data` single values; children are text or nodes. */
export function make(tag, properties = {}, ...children) {
  if (!TAGS.has(tag)) throw new Error(`There is no element ${tag} on this page.`);
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [kind, hear] of Object.entries(value)) element.addEventListener(kind, hear);
    else if (name === "style") for (const [key, part] of Object.entries(value)) element.style.setProperty(key, part);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** Put children, nested as they may be, at the end of an element. */
export function append(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false && child !== "") element.append(child);
  }
  return element;
}

/** Replace what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

/** Return a button; its label is text. */
export function button(label, press, properties = {}) {
  return make("button", { type: "button", ...properties, on: { click: press } }, label);
}

/** Return a part of a text by code points, as the server counts. */
export function slice(text, start, end) {
  return Array.from(text).slice(start, end).join("");
}

/** Return a text in a span that keeps its own direction. */
export function own(text, properties = {}) {
  return make("span", { dir: "auto", ...properties }, text);
}

/** Give a file that was made here to the person. */
export function save(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
