// Files into a collection: each has its line, from its first byte to its pages or the reason why not.

import { button, fill, make, own } from "./elements.js";
import { ask, follow, path } from "./server.js";
import { number, say } from "./words.js";

const AT_ONCE = 3;
const AWAY_MS = 2000;
let unsent = 0;

addEventListener("beforeunload", (event) => {
  if (unsent) event.preventDefault();
});

/** The place to drop files and folders at, and the lines of those that were dropped. */
export class Adding {
  constructor({ collection, finished }) {
    Object.assign(this, { collection, finished, lines: new Map(), waiting: [], sending: 0, jobs: new Map() });
    this.files = make("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1", "aria-hidden": "true", on: { change: () => this.take(this.files) } });
    this.folder = make("input", { type: "file", webkitdirectory: true, class: "unseen", tabindex: "-1", "aria-hidden": "true", on: { change: () => this.take(this.folder) } });
    this.state = make("p", { class: "job-state", role: "status" });
    this.list = make("ul", { class: "incoming" });
    this.drop = make("div", { class: "drop", on: { dragover: (event) => this.over(event, true), dragleave: (event) => this.over(event, false), drop: (event) => this.receive(event) } },
      make("p", {}, say("adding.drop")), make("span", { class: "group" }, button(say("adding.files"), () => this.files.click()), button(say("adding.folder"), () => this.folder.click())), this.files, this.folder);
    this.element = make("section", { class: "adding", "aria-label": say("adding.name") }, this.drop, this.state, this.list);
  }

  /** Follow a job that reads documents already, and show what the last one could not do. */
  async open() {
    const told = await ask(`${path("jobs")}?limit=20`).catch(() => ({ operations: [] }));
    const jobs = told.operations.filter((job) => job.kind === "ingest" && job.collection === this.collection);
    for (const job of jobs) if (!job.ended) this.follow(job.id);
    if (jobs[0]?.error) this.offer(jobs[0]);
    const last = jobs.find((job) => job.result);
    for (const outcome of last?.result.failed || []) this.end(this.line(nameOf(outcome.path)), "failed", outcome.reason);
  }

  /** Return the line of a file, which waits. */
  line(name) {
    const state = make("span", { class: "facts" }, say("adding.waiting"));
    const bar = make("div", { class: "bar-of", role: "presentation" }, make("div", {}));
    const line = make("li", {}, own(name, { class: "name" }), state, bar);
    this.list.append(line);
    return { state, bar, line };
  }

  leave() {
    for (const leave of this.jobs.values()) leave();
  }

  over(event, isOver) {
    event.preventDefault();
    this.drop.classList.toggle("over", isOver);
  }

  async receive(event) {
    this.over(event, false);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = entries.length ? (await Promise.all(entries.map(filesOf))).flat() : [...event.dataTransfer.files];
    this.add(files);
  }

  take(input) {
    this.add([...input.files]);
    input.value = "";
  }

  add(files) {
    for (const file of files.filter((each) => !each.name.startsWith("."))) {
      this.waiting.push({ file, ...this.line(file.name) });
      unsent += 1;
    }
    this.next();
  }

  /** Send the next files, a few at once; one that fails holds up no other. */
  next() {
    while (this.sending < AT_ONCE && this.waiting.length) {
      this.sending += 1;
      this.send(this.waiting.shift()).finally(() => {
        this.sending -= 1;
        this.next();
      });
    }
  }

  async send(entry) {
    fill(entry.state, say("adding.sending"));
    entry.line.className = "busy";
    try {
      const told = await ask(`${path("collections", this.collection, "inbox", entry.file.name)}`, { method: "PUT", body: entry.file });
      unsent -= 1;
      fill(entry.state, say("adding.reading"));
      this.lines.set(told.id, entry);
      this.follow(told.job);
    } catch (error) {
      if (error.code === "away") await this.hold(entry);
      else this.giveUp(entry, error.message);
    }
  }

  /** Let a file wait until the server is back; one that the browser cannot read has no second try. */
  async hold(entry) {
    this.rest(entry);
    const isBack = await ask(path("status")).then(() => true, (error) => error.code !== "away");
    if (isBack && entry.isRepeated) {
      this.giveUp(entry, say("adding.unsent"));
      return;
    }
    entry.isRepeated = isBack;
    if (!isBack) await new Promise((wake) => setTimeout(wake, AWAY_MS));
    this.waiting.unshift(entry);
  }

  giveUp(entry, reason) {
    unsent -= 1;
    this.end(entry, "failed", reason);
  }

  /** Show that a file waits. */
  rest(entry) {
    entry.line.className = "";
    fill(entry.state, say("adding.waiting"));
  }

  /** Show how far a long document is, in its own line. */
  advance({ upload, share, pages }) {
    const entry = this.lines.get(upload);
    if (!entry) return;
    const part = pages > 1 ? say("adding.pages", { done: Math.floor(share * pages), pages }) : `${number(Math.floor(share * 100))} %`;
    entry.line.className = "busy";
    fill(entry.state, say("adding.reading"), " · ", part);
    entry.bar.className = "bar-of known";
    entry.bar.firstChild.style.width = `${share * 100}%`;
  }

  end(entry, state, text) {
    entry.line.className = state;
    fill(entry.state, text);
    entry.bar.remove();
  }

  follow(job) {
    if (this.jobs.has(job)) return;
    this.jobs.set(job, follow(path("jobs", job), (name, data) => this.hear(job, name, data), { lost: () => fill(this.state, say("state.away")) }));
  }

  /** Tell why a job ended before it was done, and offer to go on with it. */
  offer(job) {
    const goOn = () => ask(`${path("jobs", job.id)}/repeat`, { method: "POST" }).then((next) => {
      fill(this.state);
      this.follow(next.id);
    }, (error) => fill(this.state, error.message));
    fill(this.state, make("span", { class: "warning" }, job.error.message), " ", button(say("job.go-on"), goOn, { class: "quiet" }));
  }

  async hear(job, name, data) {
    if (name === "progress") {
      fill(this.state, say("adding.progress", { done: data.done, total: data.total }), data.current && [" · ", own(data.current)]);
      if (data.within) this.advance(data.within);
    }
    if (name === "interrupted") fill(this.state, say("state.interrupted"));
    if (name !== "end") return;
    this.jobs.delete(job);
    fill(this.state);
    const told = await ask(path("jobs", job));
    if (told.error) {
      this.offer(told);
      for (const entry of this.lines.values()) this.rest(entry);
    }
    this.settle(told.result);
    this.finished();
  }

  /** Give each line its outcome, as the report of the job has it. */
  settle(report) {
    const outcomes = new Map();
    for (const state of ["done", "skipped", "failed"]) {
      for (const each of report?.[state] || []) if (each.upload) outcomes.set(each.upload, { ...each, state });
    }
    for (const [id, entry] of this.lines) {
      const outcome = outcomes.get(id);
      if (!outcome) continue;
      if (outcome.state === "failed") this.end(entry, "failed", outcome.reason);
      else this.end(entry, "done", outcomeOf(outcome));
      this.lines.delete(id);
    }
  }
}

function nameOf(source) {
  return source.split(/[/\\]/).pop();
}

/** Return what was read of a file, and what was not. */
function outcomeOf(outcome) {
  if (outcome.state === "skipped") return outcome.reason;
  const unread = Object.entries(outcome.unread).map(([what, n]) => say("documents.unread", { n, what }));
  return [say("documents.pages", { n: outcome.pages }), ...unread].join(" · ");
}

/** Return the files below an entry of a drop. */
async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return found;
    for (const each of entries) found.push(...(await filesOf(each)));
  }
}
