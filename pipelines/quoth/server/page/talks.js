// Earlier conversations: resumed, named, deleted.

import { button, fill, make, own } from "./elements.js";
import { ask, path } from "./server.js";
import { moment, say } from "./words.js";

/** Return the earlier conversations about a collection as a list; nothing when there are none. */
export async function earlier(collection, go) {
  const told = await ask(path("conversations")).catch(() => ({ conversations: [] }));
  const talks = told.conversations.filter((talk) => talk.collection === collection && talk.name);
  if (!talks.length) return null;
  const list = make("ul", { class: "talks" }, talks.map((talk) => row(talk, go)));
  return make("section", { class: "earlier" }, make("h2", {}, say("talks.title")), list);
}

function row(talk, go) {
  const address = `#/ask/${encodeURIComponent(talk.collection)}/${talk.id}`;
  const link = make("a", { href: address }, own(talk.name), make("small", {}, moment(talk.created)));
  const item = make("li", {}, link);
  const rename = button("✎", () => edit(), { class: "icon", "aria-label": say("talks.rename", { name: talk.name }) });
  const remove = button("×", () => forget(), { class: "icon", "aria-label": say("talks.delete", { name: talk.name }) });
  item.append(rename, remove);

  function edit() {
    const field = make("input", { value: talk.name, maxlength: "200", "aria-label": say("talks.name"), dir: "auto" });
    const form = make("form", { class: "rename", on: { submit: keepName } }, field, make("button", { type: "submit" }, say("talks.keep")));
    fill(item, form);
    field.select();
    async function keepName(event) {
      event.preventDefault();
      const named = await ask(path("conversations", talk.id), { method: "PUT", body: { name: field.value } });
      item.replaceWith(row(named.name ? named : talk, go));
    }
  }

  async function forget() {
    fill(item, make("span", {}, say("talks.sure")), button(say("talks.yes"), gone, { class: "danger" }), button(say("talks.no"), () => item.replaceWith(row(talk, go))));
    item.querySelector("button").focus();
    async function gone() {
      await ask(path("conversations", talk.id), { method: "DELETE" });
      item.remove();
    }
  }
  return item;
}
