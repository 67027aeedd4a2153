// Which model answers, whether it fits this machine, and what others would.

import { button, fill, make, own } from "./elements.js";
import { ask, path } from "./server.js";
import { number, say } from "./words.js";

/** The view of the model and the health of the server. */
export class Settings {
  constructor({ reader }) {
    this.reader = reader;
    this.models = make("div", { class: "models" }, make("p", { class: "about" }, say("settings.loading")));
    this.fit = make("section", { class: "models", role: "status" }, make("p", { class: "about" }, say("settings.measuring")));
    this.here = make("section", { class: "models" });
    this.told = make("p", { class: "about", role: "status" });
    this.health = make("dl", { class: "facts-list" });
    this.left = make("main", { class: "documents", id: "main" });
    this.element = make("div", { class: "desk-of-two" }, this.left, reader.element);
  }

  async open() {
    this.reader.rest();
    fill(this.left, make("h1", {}, say("settings.title")), this.models, make("h2", {}, say("settings.health")), this.health);
    const status = await ask(path("status"));
    const facts = [
      ["version", status.version],
      ["waiting", number(status.waiting)],
      ["jobs", number(status.jobs)],
      ["network", status.loopback_only ? say("light.local") : say("light.open")],
      ...status.refused.map((sentence) => ["refused", sentence]),
    ];
    fill(this.health, facts.map(([name, value]) => [make("dt", {}, say(`settings.${name}`)), make("dd", {}, own(value))]));
    try {
      const told = await ask(path("models"));
      fill(this.models, told.models.map((model) => this.show(model)), this.here, this.fit);
      this.list();
      this.measure();
    } catch (error) {
      fill(this.models, make("p", { class: "warning", role: "alert" }, error.message));
    }
  }

  show(model) {
    const facts = [
      ["window", say("settings.tokens", { n: model.context_window })],
      model.parameters > 0 && ["parameters", say("settings.millions", { n: Math.round(model.parameters / 1e6) })],
    ].filter(Boolean);
    return make("section", { class: "model-card" }, make("small", {}, say(`settings.${model.duty}`)), make("h2", {}, own(model.name)), model.note && make("p", { dir: "auto" }, model.note),
      make("dl", { class: "facts-list" }, facts.map(([name, value]) => [make("dt", {}, say(`settings.${name}`)), make("dd", {}, value)])));
  }

  /** List the models that are here; a click lets another one answer. */
  async list() {
    const { models } = await ask(path("models", "here"));
    if (models.every((model) => model.answers)) return;
    const rows = models.map((model) => {
      const facts = [model.bytes > 0 && gibibytes(model.bytes), model.quantization].filter(Boolean).join(" · ");
      const choose = button(say("settings.choose"), () => this.choose(model.name), { "aria-label": say("settings.choose-this", { name: model.name }) });
      return make("li", {}, make("span", { class: "model-name" }, make("b", {}, own(model.name)), " ", make("small", {}, facts)), model.answers ? make("small", {}, say("settings.answering")) : choose);
    });
    fill(this.here, make("h2", {}, say("settings.here")), make("ul", { class: "talks" }, rows), this.told);
  }

  /** Let another model answer, and show how it fits. */
  async choose(name) {
    fill(this.told, say("settings.changing"));
    try {
      await ask(path("models", "choose"), { method: "POST", body: { name } });
    } catch (error) {
      fill(this.told, make("span", { class: "warning" }, error.message));
      return;
    }
    await this.open();
    this.models.prepend(make("div", { class: "about", role: "status" }, say("settings.chosen"), this.command(`quoth config set backend.model ${name}`)));
  }

  /** Tell whether the model fits, and which larger ones would; each has the command that fetches it. */
  async measure() {
    const told = await ask(path("models", "fit"));
    const speed = (rate) => (rate ? say("settings.speed", { n: Math.round(rate) }) : "");
    const placed = told.place && make("p", {}, say("settings.fits", { place: told.place, bytes: gibibytes(told.bytes), free: gibibytes(told.free), speed: told.tokens_per_second ? `; ${speed(told.tokens_per_second)}` : "" }));
    const tuned = told.tuned ? make("p", {}, tuning(told.tuned)) : told.tunable && make("div", {}, make("p", {}, say("settings.untuned")), this.command("quoth tune"));
    const rows = told.models.map((model) => make("li", {}, make("b", {}, own(model.name)), " ", make("small", {}, [gibibytes(model.bytes), speed(model.tokens_per_second), model.licence].filter(Boolean).join(" · ")), this.command(model.fetch)));
    fill(this.fit, placed, tuned, make("h2", {}, say("settings.larger")), make("ul", { class: "talks advised" }, rows), this.command("quoth doctor"));
  }

  command(text) {
    const told = make("span", { class: "told", role: "status" });
    const copy = async () => {
      await navigator.clipboard.writeText(text).catch(() => {});
      fill(told, say("ask.copied"));
    };
    return make("p", { class: "group" }, make("code", {}, text), button(say("ask.copy"), copy, { class: "quiet", "aria-label": say("settings.copy", { text }) }), told);
  }
}

function gibibytes(bytes) {
  return say("settings.gigabytes", { n: Math.round((bytes / 2 ** 30) * 10) / 10 });
}

/** Return what `quoth tune` found, as a sentence. */
function tuning(tuned) {
  const threads = tuned.threads ? say("settings.threads", { n: tuned.threads }) : "";
  return say("settings.tuned", { ...tuned, threads, reads: Math.round(tuned.reads), writes: Math.round(tuned.writes), gain: Math.round(tuned.gain * 10) / 10 });
}
