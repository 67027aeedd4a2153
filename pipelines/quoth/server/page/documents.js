// The documents of a collection: added by drop or choice, searched by name, looked at, removed.

import { Adding } from "./adding.js";
import { button, fill, make, own } from "./elements.js";
import { ask, path } from "./server.js";
import { say } from "./words.js";

const ROW = 56;
const AT_ONCE = 200;

/** The view of a collection's documents. Only the rows in sight are elements, so 10,000 scroll. */
export class Documents {
  constructor({ collection, reader, go, refresh }) {
    Object.assign(this, { collection, reader, go, refresh, total: 0, blocks: new Map(), query: "" });
    this.count = make("p", { class: "count", role: "status" });
    this.search = make("input", { class: "search", type: "search", "aria-label": say("documents.search"), placeholder: say("documents.search"), on: { input: () => this.find() } });
    this.rows = make("ul", { class: "rows" });
    this.list = make("div", { class: "list", tabindex: "0", role: "region", "aria-label": say("documents.list"), on: { scroll: () => this.draw() } }, this.rows);
    this.adding = new Adding({ collection, finished: () => this.load() });
    this.left = make("main", { class: "documents", id: "main" });
    this.element = make("div", { class: "desk-of-two" }, this.left, reader.element);
  }

  async open() {
    this.reader.rest();
    const title = make("h1", {}, this.collection ? own(this.collection) : say("documents.first"));
    if (!this.collection) {
      fill(this.left, title, make("p", { class: "about" }, say("documents.name-it")), this.creation());
      return;
    }
    fill(this.left, make("div", { class: "talk-head" }, title, make("details", { class: "more" }, make("summary", {}, say("documents.new-collection")), this.creation())),
      this.adding.element, make("div", { class: "finding" }, this.search, this.count), this.list);
    await this.adding.open();
    await this.load();
  }

  leave() {
    this.adding.leave();
  }

  creation() {
    const field = make("input", { name: "name", required: true, maxlength: "63", pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]*", "aria-label": say("documents.collection-name"), placeholder: say("documents.collection-name") });
    const told = make("p", { class: "warning", role: "alert" });
    const create = async (event) => {
      event.preventDefault();
      try {
        await ask(path("collections"), { method: "POST", body: { name: field.value.trim() } });
        this.go(`#/documents/${encodeURIComponent(field.value.trim())}`);
      } catch (error) {
        fill(told, error.message);
      }
    };
    return make("form", { class: "creation", on: { submit: create } }, field, make("button", { type: "submit", class: "primary" }, say("documents.create")), told);
  }

  find() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.load().catch((error) => fill(this.count, error.message)), 150);
  }

  /** Read the list again from its beginning. */
  async load() {
    this.query = this.search.value.trim();
    this.blocks.clear();
    this.list.scrollTop = 0;
    await this.read(0);
    fill(this.count, say("documents.count", { n: this.total }));
    this.draw();
  }

  /** Read a block of the list, once. */
  async read(block) {
    this.blocks.set(block, []);
    const asked = new URLSearchParams({ q: this.query, cursor: String(block * AT_ONCE), limit: String(AT_ONCE) });
    const told = await ask(`${path("collections", this.collection, "documents")}?${asked}`);
    this.total = told.total;
    this.blocks.set(block, told.documents);
  }

  /** Make the rows in sight, and a few around them. */
  draw() {
    const first = Math.max(0, Math.floor(this.list.scrollTop / ROW) - 8);
    const last = Math.min(this.total, Math.ceil((this.list.scrollTop + this.list.clientHeight) / ROW) + 8);
    this.rows.style.height = `${this.total * ROW}px`;
    const rows = [];
    for (let at = first; at < last; at += 1) {
      const block = Math.floor(at / AT_ONCE);
      const document = this.blocks.get(block)?.[at % AT_ONCE];
      if (document) rows.push(this.row(document, at));
      else if (!this.blocks.has(block)) this.read(block).then(() => this.draw());
    }
    fill(this.rows, rows, this.total === 0 && make("li", { class: "none" }, say(this.query ? "documents.none-found" : "documents.none")));
  }

  row(document, at) {
    const look = (event) => this.reader.open({ collection: this.collection, file_id: document.id, document: document.title || document.name, page: 1 }, event.currentTarget);
    const facts = [say("documents.pages", { n: document.pages })];
    if (document.unreadable.length) facts.push(say("documents.unreadable", { n: document.unreadable.length, pages: document.unreadable.slice(0, 12).join(", ") }));
    for (const [what, count] of Object.entries(document.unread)) facts.push(say("documents.unread", { n: count, what }));
    if (!document.unchanged) facts.push(say("documents.changed"));
    return make("li", { style: { top: `${at * ROW}px` }, "aria-posinset": at + 1, "aria-setsize": this.total },
      make("button", { type: "button", class: "document", on: { click: look } }, own(document.name, { class: "name" }), make("span", { class: `facts ${facts.length > 1 ? "unsure" : ""}` }, facts.join(" · "))),
      button("×", (event) => this.sure(event.currentTarget, document), { class: "icon", "aria-label": say("documents.remove", { name: document.name }) }));
  }

  sure(trigger, document) {
    const row = trigger.closest("li");
    fill(row, make("span", { class: "name" }, say("documents.sure", { name: document.name })), button(say("talks.yes"), gone, { class: "danger" }), button(say("talks.no"), () => this.draw()));
    row.querySelector("button").focus();
    const view = this;
    async function gone() {
      try {
        await ask(path("collections", view.collection, "documents", document.id), { method: "DELETE" });
        await view.load();
      } catch (error) {
        fill(row, make("span", { class: "warning", role: "alert" }, error.message));
      }
    }
  }
}
