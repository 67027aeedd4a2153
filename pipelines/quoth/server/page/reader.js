// The page of a document, drawn by the server, with the cited words marked, and whether they are proved.

import { button, fill, make, own, slice } from "./elements.js";
import { ask, path } from "./server.js";
import { say } from "./words.js";

const ZOOMS = [1, 1.4, 2, 3];
const WIDTHS = [760, 1140, 1520, 2280];

/** The reader at the side: one for the whole page. `open` shows a place. */
export class Reader {
  constructor() {
    this.zoom = 0;
    this.title = make("h2", { class: "title", tabindex: "-1" });
    this.proof = make("p", { class: "proof", role: "status" });
    this.number = make("input", { class: "page-number", inputmode: "numeric", "aria-label": say("reader.number") });
    this.count = make("span", { class: "count" });
    this.desk = make("div", { class: "desk", tabindex: "0", role: "region", "aria-label": say("reader.page") });
    this.element = make("aside", { class: "reader", "aria-label": say("reader.name") });
    this.number.addEventListener("change", () => this.turnTo(Number(this.number.value)));
    this.desk.addEventListener("keydown", (event) => this.hearKey(event));
    this.rest();
  }

  /** Show that nothing is open. */
  rest() {
    this.place = null;
    this.element.classList.remove("open");
    fill(this.element, make("div", { class: "rest" }, make("p", {}, say("reader.rest"))));
  }

  close() {
    const { trigger } = this;
    this.rest();
    if (trigger && trigger.isConnected) trigger.focus();
  }

  /** Open a place: `{collection, file_id, document, page, start, end, quote, match}`; a quote is not needed. */
  async open(place, trigger) {
    if (trigger) this.trigger = trigger;
    this.place = place;
    this.element.classList.add("open");
    const previous = button("‹", () => this.turn(-1), { class: "icon", "aria-label": say("reader.previous") });
    const next = button("›", () => this.turn(1), { class: "icon", "aria-label": say("reader.next") });
    const smaller = button("−", () => this.scale(-1), { class: "icon", "aria-label": say("reader.smaller") });
    const larger = button("+", () => this.scale(1), { class: "icon", "aria-label": say("reader.larger") });
    const shut = button("×", () => this.close(), { class: "icon close", "aria-label": say("reader.close") });
    const original = make(
      "a",
      { href: `${this.address(place)}/original`, download: true, class: "quiet" },
      say("reader.original"),
    );
    fill(
      this.element,
      make("div", { class: "bar" }, fill(this.title, own(place.document || "")), shut),
      this.proof,
      this.desk,
      make(
        "div",
        { class: "bar tools", role: "toolbar", "aria-label": say("reader.tools") },
        make("span", { class: "group" }, previous, this.number, this.count, next),
        make("span", { class: "group" }, smaller, larger),
        original,
      ),
    );
    if (trigger) this.title.focus({ preventScroll: true });
    await this.load(place);
  }

  address(place) {
    return path("collections", place.collection, "documents", place.file_id);
  }

  async load(place) {
    const base = `${this.address(place)}/pages/${place.page}`;
    this.tell("waiting", say("reader.opening"));
    fill(this.desk, make("div", { class: "paper blank" }));
    try {
      const span = place.end ? `?start=${place.start}&end=${place.end}` : "";
      const [page, boxes] = await Promise.all([ask(base), place.end ? ask(`${base}/boxes${span}`) : null]);
      if (place !== this.place) return;
      this.pages = page.pages;
      this.number.value = page.number;
      fill(this.count, `/ ${page.pages}`, page.label && page.label !== String(page.number) ? ` · ${say("place.page", { page: page.label })}` : "");
      if (page.drawn) await this.draw(place, base, boxes);
      else this.write(place, page);
      if (place === this.place) this.judge(place, page, boxes);
    } catch (error) {
      if (place === this.place) this.tell("unsure", error.message);
    }
  }

  /** Show the picture of a page with its marks and its words. */
  async draw(place, base, boxes) {
    const width = WIDTHS.find((each) => each >= this.desk.clientWidth * ZOOMS[this.zoom] * devicePixelRatio) || 2280;
    const picture = make("img", { alt: "", src: `${base}/image?width=${width}`, draggable: "false" });
    const marks = (boxes ? boxes.boxes : []).map((box) => make("div", { class: "mark", style: edges(box) }));
    const layer = make("div", { class: "words" });
    const paper = make("div", { class: "paper", style: { width: `${ZOOMS[this.zoom] * 100}%` } }, picture, make("div", { class: "marks" }, marks), layer);
    const words = ask(`${base}/words`).catch(() => ({ words: [] }));
    await picture.decode().catch(() => {});
    if (place !== this.place) return;
    paper.style.aspectRatio = `${picture.naturalWidth || 10} / ${picture.naturalHeight || 14}`;
    fill(this.desk, paper);
    if (marks.length) reveal(this.desk, marks[0]);
    const told = await words;
    const spans = told.words.map((word) => {
      const turned = word.box[3] - word.box[1] > 2 * (word.box[2] - word.box[0]) * Array.from(word.text).length;
      const style = { ...edges(word.box), "--size": String(turned ? word.box[2] - word.box[0] : word.box[3] - word.box[1]) };
      return [make("span", { style, dir: "auto" }, word.text), " "];
    });
    fill(layer, spans);
  }

  /** Show the text of a page that has no picture, with the span marked at its very letters. */
  write(place, page) {
    const { text } = page;
    const mark = place.end ? make("mark", {}, slice(text, place.start, place.end)) : "";
    const sheet = make("div", { class: "paper text", dir: "auto" }, slice(text, 0, place.end ? place.start : undefined), mark, place.end ? slice(text, place.end) : "");
    fill(this.desk, sheet);
    if (mark) reveal(this.desk, mark);
  }

  /** Tell what was proved of a place: its words, its file, and where they are printed. */
  judge(place, page, boxes) {
    if (!place.end) {
      this.tell(page.text.trim() ? "plain" : "unsure", page.text.trim() ? "" : say("proof.textless"));
      return;
    }
    const reasons = [];
    if (!boxes.unchanged) reasons.push("changed");
    if (place.quote && slice(page.text, place.start, place.end) !== place.quote) reasons.push("moved");
    if (place.match === "tolerant") reasons.push("repaired");
    if (place.match === "nearest") reasons.push("near");
    if (place.boxes && place.boxes.length) reasons.push("recognized");
    else if (page.drawn && !boxes.found) reasons.push("unmarked");
    if (reasons.length) this.tell("unsure", reasons.map((reason) => say(`proof.${reason}`)).join(" "));
    else this.tell("proved", say("proof.stands"));
  }

  tell(state, text) {
    this.proof.className = `proof ${state}`;
    fill(this.proof, text);
  }

  turn(step) {
    this.turnTo(this.place.page + step);
  }

  turnTo(page) {
    const { collection, file_id, document } = this.place;
    if (!Number.isInteger(page) || page < 1 || page > this.pages) {
      this.number.value = this.place.page;
      return;
    }
    this.place = { collection, file_id, document, page };
    this.load(this.place);
  }

  scale(step) {
    this.zoom = Math.min(ZOOMS.length - 1, Math.max(0, this.zoom + step));
    this.load(this.place);
  }

  hearKey(event) {
    const steps = { PageDown: 1, PageUp: -1 };
    if (event.key in steps && event.altKey) {
      event.preventDefault();
      this.turn(steps[event.key]);
    }
    if (event.key === "+" || event.key === "-") this.scale(event.key === "+" ? 1 : -1);
  }
}

function edges([left, top, right, bottom]) {
  const share = (value) => `${value * 100}%`;
  return { left: share(left), top: share(top), width: share(right - left), height: share(bottom - top) };
}

/** Scroll a mark into the middle of the desk, and nothing else. */
function reveal(desk, mark) {
  const above = mark.getBoundingClientRect().top - desk.getBoundingClientRect().top;
  desk.scrollTop += above - desk.clientHeight / 3;
}
