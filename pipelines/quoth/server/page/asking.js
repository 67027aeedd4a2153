// Questions and answers: a conversation at the left, and the page that proves it at the right.

import { showAnswer, showText } from "./answer.js";
import { button, fill, make, own, save } from "./elements.js";
import { ask, follow, path } from "./server.js";
import { earlier } from "./talks.js";
import { asMarkdown } from "./markdown.js";
import { say } from "./words.js";

const GROWS = "input";

/** The view of one conversation about a collection; a new one when it has no id. */
export class Asking {
  constructor({ collection, conversation, reader, go }) {
    Object.assign(this, { collection, conversation, reader, go, answers: [], leaving: [] });
    this.turns = make("div", { class: "turns", "aria-label": say("ask.turns"), role: "log", "aria-live": "off" });
    this.said = make("p", { class: "unseen", role: "status" });
    this.name = make("h1", { class: "talk-name" });
    this.start = make("div", { class: "start" });
    this.field = make("textarea", {
      class: "question", rows: "1", dir: "auto", maxlength: "4000", "aria-label": say("ask.field"), placeholder: say("ask.placeholder", { collection }),
      on: { [GROWS]: () => this.grow(), keydown: (event) => this.hearKey(event), focus: () => this.preload() },
    });
    this.send = make("button", { type: "submit", class: "primary" }, say("ask.send"));
    this.stop = button(say("ask.stop"), () => this.cancel(), { class: "stop" });
    this.form = make(
      "form",
      { class: "composer", on: { submit: (event) => { event.preventDefault(); this.ask(); } } },
      this.field,
      this.send,
    );
    this.talk = make("main", { class: "talk", id: "main" }, this.start, this.turns, this.form, this.said);
    this.element = make("div", { class: "desk-of-two" }, this.talk, reader.element);
  }

  /** Show what was said before, and follow what is not finished. */
  async open() {
    this.reader.rest();
    this.field.focus({ preventScroll: true });
    if (!this.conversation) {
      this.element.classList.add("new");
      fill(this.start, make("h1", { class: "welcome" }, say("ask.welcome")), make("p", { class: "about" }, say("ask.about")));
      const list = await earlier(this.collection, this.go);
      if (list) this.form.after(list);
      return;
    }
    let talk;
    try {
      talk = await ask(path("conversations", this.conversation));
    } catch (error) {
      fill(this.start, make("p", { class: "warning" }, error.message));
      return;
    }
    this.head(talk.name, talk.turns[0]?.question);
    const answers = new Map(talk.answers.map((answer) => [answer.id, answer]));
    for (const turn of talk.turns) {
      const shown = this.add(turn.question);
      if (answers.has(turn.id)) this.finish(shown, answers.get(turn.id));
      else this.follow(turn.id, shown);
    }
    this.turns.lastElementChild?.scrollIntoView({ block: "start" });
  }

  leave() {
    for (const leave of this.leaving) leave();
  }

  head(name, question) {
    this.element.classList.remove("new");
    this.talk.querySelector(".earlier")?.remove();
    fill(this.name, own(name));
    this.name.classList.toggle("unseen", name === question);
    const fresh = make("a", { href: `#/ask/${encodeURIComponent(this.collection)}`, class: "quiet" }, say("ask.fresh"));
    const exported = button(say("ask.export"), () => save("conversation.md", asMarkdown(name, this.answers), "text/markdown"), { class: "quiet" });
    fill(this.start, make("div", { class: "talk-head" }, this.name, make("span", { class: "group" }, exported, fresh)));
  }

  async ask() {
    const question = this.field.value.trim();
    if (!question || this.running) return;
    this.field.value = "";
    this.grow();
    const shown = this.add(question);
    shown.turn.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    try {
      if (!this.conversation) {
        const talk = await ask(path("conversations"), { method: "POST", body: { collection: this.collection } });
        this.conversation = talk.id;
        this.head(question, question);
        history.replaceState(null, "", `#/ask/${encodeURIComponent(this.collection)}/${talk.id}`);
      }
      const operation = await ask(path("collections", this.collection, "answers"), {
        method: "POST",
        body: { question, conversation: this.conversation },
        headers: { prefer: "respond-async" },
      });
      this.follow(operation.id, shown);
    } catch (error) {
      this.fail(shown, error.message);
    }
  }

  /** Add a question, and the place of its answer. */
  add(question) {
    const state = make("p", { class: "state" });
    const body = make("div", { class: "answer" });
    const turn = make("article", { class: "turn" }, make("h2", { dir: "auto" }, question), state, body);
    this.turns.append(turn);
    return { question, turn, state, body, text: "", citations: [] };
  }

  follow(id, shown) {
    this.running = id;
    this.form.replaceChild(this.stop, this.send);
    fill(shown.state, say("state.waiting"));
    const leave = follow(path("answers", id), (name, data) => this.hear(shown, name, data, id), {
      lost: () => fill(shown.state, say("state.away")),
    });
    this.leaving.push(leave);
  }

  hear(shown, name, data, id) {
    if (name === "queued") fill(shown.state, data.place ? say("state.queued", { n: data.place }) : say("state.waiting"));
    if (name === "searching") fill(shown.state, say("state.searching"));
    if (name === "interrupted") {
      Object.assign(shown, { text: "", citations: [] });
      fill(shown.body);
      fill(shown.state, say("state.interrupted"));
    }
    if (name === "found") fill(shown.state, say("state.found", { n: data.hits.length }));
    if (name === "citation") shown.citations.push(data);
    if (name === "text") shown.text += data.delta;
    if (name === "text" || name === "citation") this.draw(shown);
    if (name === "answer") this.finish(shown, data, { isNew: true });
    if (name === "error" && id === this.running) this.fail(shown, data.error.code === "cancelled" ? say("state.stopped") : data.error.message);
    if (name === "end" && id === this.running) this.rest();
  }

  /** Show the text so far, once for each frame. */
  draw(shown) {
    shown.due ||= requestAnimationFrame(() => {
      shown.due = 0;
      if (!shown.isFinished) fill(shown.body, make("div", { class: "prose writing" }, showText(shown.text, shown.citations, this.opener())));
    });
  }

  finish(shown, answer, { isNew = false } = {}) {
    shown.isFinished = true;
    this.answers.push(answer);
    shown.state.className = "state told-kind";
    fill(shown.state, say(`kind.${answer.kind}`) || answer.model);
    const open = this.opener();
    fill(shown.body, showAnswer(answer, open, this.actions(answer)));
    if (!isNew) return;
    fill(this.said, say("ask.said", { kind: say(`kind.${answer.kind}`) || (answer.kind === "declined" ? answer.text : ""), n: answer.citations.length }));
    const [first] = answer.citations;
    if (!first) this.reader.rest();
    else if (first.file_id && matchMedia("(min-width: 62rem)").matches) this.reader.open({ collection: answer.collection, ...first });
  }

  fail(shown, message) {
    shown.isFinished = true;
    fill(shown.state);
    shown.body.append(make("p", { class: "warning", role: "alert" }, message));
    const again = button(say("ask.again"), () => { this.field.value = shown.question; this.ask(); }, { class: "quiet" });
    shown.body.append(make("div", { class: "actions" }, again));
    this.rest();
  }

  rest() {
    this.running = null;
    if (this.stop.parentNode) this.form.replaceChild(this.send, this.stop);
  }

  async cancel() {
    if (this.running) await ask(`${path("answers", this.running)}/cancel`, { method: "POST" }).catch(() => {});
  }

  opener() {
    return (place, trigger) => this.reader.open({ collection: this.collection, ...place }, trigger);
  }

  actions(answer) {
    const told = make("span", { class: "told", role: "status" });
    const copy = (label, text) =>
      button(say(label), async () => {
        await navigator.clipboard.writeText(text).catch(() => {});
        fill(told, say("ask.copied"));
      }, { class: "quiet" });
    return [
      copy("ask.copy", asMarkdown("", [answer])),
      copy("ask.command", `quoth ask ${quoted(answer.question)} --collection ${answer.collection}`),
      answer.model && button(say("ask.prompt"), () => this.showPrompt(answer.id), { class: "quiet" }),
      told,
    ];
  }

  /** Show the exact prompt of an answer. */
  async showPrompt(id) {
    const text = await ask(`${path("answers", id)}/prompt`).then((told) => told.text, (error) => error.message);
    const shut = button("×", () => dialog.close(), { class: "icon", "aria-label": say("ask.close") });
    const head = make("div", { class: "talk-head" }, make("h2", {}, say("ask.prompt")), shut);
    const dialog = make("dialog", { class: "prompt", "aria-label": say("ask.prompt"), on: { close: () => dialog.remove() } }, head, make("pre", { tabindex: "0", dir: "auto" }, text));
    document.body.append(dialog);
    dialog.showModal();
  }

  /** Load the model as soon as somebody is about to ask. */
  preload() {
    if (this.isPreloaded) return;
    this.isPreloaded = true;
    ask(path("models", "preload"), { method: "POST" }).catch(() => {});
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, 220)}px`;
  }

  hearKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.ask();
  }
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
