// Summaries as jobs: chosen, followed, stopped, resumed by the server, folded out to their pages.

import { button, fill, make, own } from "./elements.js";
import { downloads } from "./exports.js";
import { ask, follow, path } from "./server.js";
import { moment, say } from "./words.js";

const LENGTHS = ["brief", "standard", "detailed"];
const MOST_CHOICES = 200;

/** The view of a collection's summaries: the form of a new one, and those that were made. */
export class Summaries {
  constructor({ collection, reader }) {
    Object.assign(this, { collection, reader, leaving: [] });
    this.query = make("input", { name: "query", maxlength: "2000", dir: "auto", placeholder: say("summaries.query"), "aria-label": say("summaries.query") });
    this.length = make("select", { "aria-label": say("summaries.length") }, LENGTHS.map((name) => make("option", { value: name, selected: name === "standard" }, say(`length.${name}`))));
    this.schema = make("textarea", { rows: "3", dir: "ltr", spellcheck: "false", "aria-label": say("summaries.schema"), placeholder: '{"type": "object", "properties": …}' });
    this.told = make("p", { class: "warning", role: "alert" });
    this.choices = make("ul", { class: "choices" });
    this.jobs = make("ul", { class: "jobs" });
    this.left = make("main", { class: "documents", id: "main" });
    this.element = make("div", { class: "desk-of-two" }, this.left, reader.element);
  }

  async open() {
    this.reader.rest();
    const choose = make("details", { class: "more", on: { toggle: () => this.offer() } }, make("summary", {}, say("summaries.choose")), this.choices);
    const fields = make("details", { class: "more" }, make("summary", {}, say("summaries.fields")), this.schema);
    const form = make("form", { class: "summarize", on: { submit: (event) => this.start(event) } },
      make("div", { class: "finding" }, this.query, this.length, make("button", { type: "submit", class: "primary" }, say("summaries.start"))), choose, fields, this.told);
    fill(this.left, make("h1", {}, say("summaries.title", { collection: this.collection })), form, this.jobs);
    const told = await ask(`${path("jobs")}?limit=100`);
    const ours = told.operations.filter((job) => job.kind === "summarize" && job.collection === this.collection);
    fill(this.jobs, ours.length ? ours.map((job) => this.show(job)) : make("li", { class: "about" }, say("summaries.none")));
  }

  leave() {
    for (const leave of this.leaving) leave();
  }

  /** Offer the documents to choose from, once. */
  async offer() {
    if (this.choices.childElementCount) return;
    const told = await ask(`${path("collections", this.collection, "documents")}?limit=${MOST_CHOICES}`);
    fill(this.choices, told.documents.map((document) => make("li", {}, make("label", {}, make("input", { type: "checkbox", value: document.id }), own(document.name)))));
  }

  async start(event) {
    event.preventDefault();
    fill(this.told);
    const documents = [...this.choices.querySelectorAll("input:checked")].map((box) => box.value);
    const body = { kind: "summarize", collection: this.collection, documents, query: this.query.value.trim(), length: this.length.value };
    try {
      if (this.schema.value.trim()) body.json_schema = JSON.parse(this.schema.value);
      const job = await ask(path("jobs"), { method: "POST", body });
      this.jobs.querySelector(".about")?.remove();
      this.jobs.prepend(this.show(job));
    } catch (error) {
      fill(this.told, error instanceof SyntaxError ? say("summaries.no-schema") : error.message);
    }
  }

  /** Go on with a job that ended before everything was done; its finished calls are in the journal. */
  async repeat(job, item) {
    try {
      item.before(this.show(await ask(`${path("jobs", job.id)}/repeat`, { method: "POST" })));
    } catch (error) {
      fill(this.told, error.message);
    }
  }

  /** Return a job: its bar while it works, its report when it is finished. */
  show(job) {
    const item = make("li", { class: "job" });
    const state = make("p", { class: "job-state", role: "status" }, say(`job.${job.state}`));
    const bar = make("progress", { "aria-label": say("summaries.progress") });
    const documents = make("ul", { class: "each" });
    const machines = make("ul", { class: "each", "aria-label": say("summaries.machines") });
    const head = make("div", { class: "talk-head" }, make("h2", {}, own(job.asked || say("summaries.whole"))), make("small", {}, moment(job.created)));
    if (job.ended) {
      fill(item, head, this.finished(job, item));
      return item;
    }
    const stop = button(say("ask.stop"), () => ask(`${path("jobs", job.id)}/cancel`, { method: "POST" }), { class: "stop" });
    fill(item, head, state, bar, documents, machines, stop);
    const lines = new Map();
    const hear = async (name, data) => {
      if (name === "running") fill(state, say("job.running"));
      if (name === "queued") fill(state, say("job.queued"));
      if (name === "interrupted") fill(state, say("job.interrupted"));
      if (name === "document") this.line(documents, lines, data);
      if (name === "progress") {
        bar.max = Math.max(1, data.calls_planned);
        bar.value = data.calls_done;
        fill(state, say("job.progress", { documents: data.documents, done: data.documents_done, planned: data.calls_planned, made: data.calls_done, cached: data.calls_cached }));
        fill(machines, (data.machines || []).map(machineOf));
      }
      if (name === "end") fill(item, head, this.finished(await ask(path("jobs", job.id)), item));
    };
    this.leaving.push(follow(path("jobs", job.id), hear, { lost: () => fill(state, say("state.away")) }));
    return item;
  }

  /** Show that a document is at work, by a bar of its own, or how it ended. */
  line(list, lines, { name, state }) {
    if (!lines.has(name)) lines.set(name, list.appendChild(make("li")));
    const isBusy = state === "running";
    const line = lines.get(name);
    line.className = isBusy ? "busy" : state === "done" ? "done" : "failed";
    fill(line, own(name, { class: "name" }), isBusy ? make("div", { class: "bar-of", role: "presentation" }, make("div", {})) : make("span", { class: "facts" }, state === "done" ? say("job.done") : say("job.failed")));
  }

  finished(job, item) {
    const forget = button("×", async () => { await ask(path("jobs", job.id), { method: "DELETE" }); item.remove(); }, { class: "icon", "aria-label": say("summaries.forget") });
    const goOn = button(say("job.go-on"), () => this.repeat(job, item), { class: "quiet" });
    if (!job.result) return [make("p", { class: "warning", role: "status" }, job.error ? job.error.message : say(`job.${job.state}`)), make("div", { class: "actions" }, goOn, forget)];
    const { documents } = job.result;
    const bad = (document) => document.state !== "done";
    const sorted = [...documents].sort((a, b) => bad(b) - bad(a));
    const made = documents.reduce((sum, each) => sum + each.calls, 0);
    const cached = documents.reduce((sum, each) => sum + each.cached_calls, 0);
    const columns = ["document", "state", "coverage", made + cached && "calls"].filter(Boolean);
    return [
      make("p", { class: "about" }, made + cached ? say("summaries.bill", { made, cached }) : say("summaries.extract")),
      make("div", { class: "wide", tabindex: "0", role: "group", "aria-label": say("summaries.report") },
        make("table", { class: "report" },
          make("thead", {}, make("tr", {}, columns.map((name) => make("th", { scope: "col" }, say(`report.${name}`))))),
          make("tbody", {}, sorted.map((document) => row(document, columns))))),
      make("ul", { class: "each", "aria-label": say("summaries.machines") }, (job.result.machines || []).map(machineOf), (job.result.differences || []).map((text) => make("li", { class: "warning" }, own(text)))),
      sorted.filter((document) => document.text).map((document) => this.summary(document, job)),
      make("div", { class: "actions" }, downloads(job), documents.some(bad) && goOn, forget),
    ];
  }

  /** Return a summary that folds out: its sentences with their pages, and its tree. */
  summary(document, job) {
    const sentences = document.sentences.length ? document.sentences : [{ text: document.summary, links: [], unsupported: [] }];
    const parts = sentences.map((sentence) => [this.sentence(sentence, document, job), " "]);
    const tree = document.tree.length > 1 && make("details", { class: "more" }, make("summary", {}, say("summaries.tree", { n: document.tree.length })), branch(document.tree, 0));
    return make("details", { class: "summary", open: job.result.documents.length === 1 }, make("summary", {}, own(nameOf(document.path))), make("div", { class: "prose" }, make("p", { dir: "auto" }, parts)), document.data && make("pre", { tabindex: "0" }, JSON.stringify(document.data, null, 2)), tree);
  }

  sentence(sentence, document, job) {
    const [link] = sentence.links;
    const text = own(sentence.text, { class: sentence.unsupported.length ? "unproved" : "", title: sentence.unsupported.length ? say("answer.numbers", { numbers: sentence.unsupported.join(", ") }) : null });
    if (!link || !document.file_id) return text;
    const page = link.page_label || link.page;
    const label = say("summaries.open", { page });
    const place = { collection: job.collection, file_id: document.file_id, document: nameOf(document.path), page: link.page, start: link.start, end: link.end, match: link.overlap >= 0.999 ? "exact" : "nearest" };
    return [text, button(String(page), (event) => this.reader.open(place, event.currentTarget), { class: `footnote ${place.match === "exact" ? "proved" : ""}`, "aria-label": label, title: label })];
  }
}

/** Return the line of a machine: its model, what it has done, and how it is. */
function machineOf(machine) {
  const told = say("machine.done", { documents: machine.documents, speed: Math.round(machine.tokens_per_second), seen: moment(machine.last_seen), deaths: machine.deaths });
  return make("li", {}, own(machine.name, { class: "name" }), ` ${machine.model} · ${told}`, machine.reason && make("span", { class: "warning" }, ` · ${machine.reason}`));
}

function row(document, columns) {
  const share = Math.round(document.coverage * 100);
  const isDone = document.state === "done";
  return make("tr", { class: isDone ? "" : "failed" },
    make("th", { scope: "row" }, own(nameOf(document.path))),
    make("td", {}, isDone ? say("job.done") : `${document.state}: ${document.reason}`),
    make("td", {}, isDone && make("span", { class: "coverage" }, make("span", { class: "measure", "aria-hidden": "true" }, make("span", { class: "measured", style: { width: `${share}%` } })), `${share} %`)),
    columns.includes("calls") && make("td", {}, `${document.calls} + ${document.cached_calls}`));
}

function branch(tree, at) {
  const node = tree[at];
  const below = node.children.length > 0 && make("ul", {}, node.children.map((child) => make("li", {}, branch(tree, child))));
  return [make("p", { class: "node", dir: "auto" }, make("small", {}, `${node.kind} · `), node.text), below];
}

function nameOf(source) {
  return source.split(/[/\\]/).pop();
}
