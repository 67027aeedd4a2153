// The beginning: the sign-in by the code of the address, the frame, and which view is shown.

import { Asking } from "./asking.js";
import { Documents } from "./documents.js";
import { button, fill, make, own } from "./elements.js";
import { keep, kept } from "./preferences.js";
import { Reader } from "./reader.js";
import { Settings } from "./settings.js";
import { Summaries } from "./summaries.js";
import { ask, path } from "./server.js";
import { LANGUAGES, readWords, say } from "./words.js";

const VIEWS = ["ask", "documents", "summaries", "settings"];
let shown = null;
let reader = null;
let turns = 0;
const light = make("span", { class: "light", role: "status" });
const bar = make("header", { class: "top" });
const stage = make("div", { class: "stage" });

/** Trade the code of the address for the cookie, and take it out of the address. */
async function signIn() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (!code) return "";
  history.replaceState(null, "", location.pathname);
  try {
    await ask(path("session"), { method: "POST", body: { code } });
    return "";
  } catch (error) {
    return error.message;
  }
}

async function begin() {
  const [refused] = await Promise.all([signIn(), readWords()]);
  document.body.replaceChildren(make("a", { href: "#main", class: "skip", on: { click: skip } }, say("frame.skip")), bar, stage);
  reader = new Reader();
  addEventListener("hashchange", show);
  addEventListener("keydown", hearKey);
  try {
    await watch();
  } catch (error) {
    askForCode(error.status === 401 ? refused || say("sign.needed") : error.message);
    return;
  }
  setInterval(() => watch().catch(() => tellLight("away")), 15000);
  await show();
}

/** Tell by the light whether anything tried to leave the machine. */
async function watch() {
  const status = await ask(path("status"));
  if (status.refused.length) tellLight("refused", status.refused);
  else tellLight(status.loopback_only ? "local" : "open");
}

function tellLight(state, refused = []) {
  light.className = `light ${state}`;
  light.title = refused.join("\n");
  const text = say(`light.${state}`, { n: refused.length });
  if (light.textContent !== text) fill(light, text);
}

function askForCode(reason) {
  fill(bar, make("span", { class: "brand" }, "Quoth"));
  fill(stage, make("main", { class: "alone", id: "main" }, make("h1", {}, say("sign.title")), make("p", { role: "alert" }, reason), make("p", {}, say("sign.how"), " ", make("code", {}, "quoth serve --open"))));
}

/** Show the view that the address names, or why it cannot be shown. */
async function show() {
  const turn = (turns += 1);
  try {
    await showView(read(), turn);
  } catch (error) {
    if (turn === turns) fill(stage, make("main", { class: "alone", id: "main" }, make("p", { class: "warning", role: "alert" }, error.message), make("p", {}, button(say("frame.again"), show))));
  }
}

async function showView(place, turn) {
  const { collections } = await ask(path("collections"));
  if (turn !== turns) return;
  shown?.leave?.();
  const names = collections.map((each) => each.name);
  const wanted = place.collection || kept("collection");
  const collection = names.includes(wanted) ? wanted : place.collection || names.find((name) => name) || "";
  if (place.collection) keep("collection", place.collection);
  frame(place.view, collection, names);
  const go = (hash) => { location.hash = hash; };
  if (place.view === "page") return showPlace(place);
  const isEmpty = !collection || !collections.find((each) => each.name === collection)?.documents;
  if (place.view === "settings") shown = new Settings({ reader });
  else if (place.view === "documents" || (isEmpty && !place.conversation)) shown = new Documents({ collection, reader, go, refresh: show });
  else if (place.view === "summaries") shown = new Summaries({ collection, reader });
  else shown = new Asking({ collection, conversation: place.conversation, reader, go });
  fill(stage, shown.element);
  await shown.open();
}

/** Read the address: a view with its collection, or the permanent address of a place. */
function read() {
  const permanent = location.pathname.match(/^\/c\/([^/]+)\/d\/(file-[0-9a-f]{24})\/p\/(\d+)$/);
  if (permanent && !location.hash.startsWith("#/")) {
    const [start, end] = (location.hash.match(/^#(\d+)-(\d+)$/) || [0, 0, 0]).slice(1).map(Number);
    return { view: "page", collection: permanent[1], file_id: permanent[2], page: Number(permanent[3]), start, end };
  }
  const [view, collection = "", conversation = ""] = location.hash.slice(2).split("/").map(decodeURIComponent);
  return { view: VIEWS.includes(view) ? view : "ask", collection, conversation };
}

async function showPlace(place) {
  shown = null;
  reader.rest();
  fill(stage, make("main", { class: "single", id: "main" }, reader.element));
  const document = await ask(path("collections", place.collection, "documents", place.file_id)).catch(() => ({ title: "" }));
  await reader.open({ ...place, document: document.title || document.name || "", match: "exact" });
}

function frame(view, collection, names) {
  const at = encodeURIComponent(collection);
  const link = (name) => make("a", { href: `/#/${name}/${at}`, "aria-current": view === name && "page" }, say(`frame.${name}`));
  const choose = make("select", { "aria-label": say("frame.collection"), on: { change: (event) => { location.assign(`/#/${view === "page" ? "ask" : view}/${encodeURIComponent(event.target.value)}`); } } },
    names.map((name) => make("option", { value: name, selected: name === collection }, name)));
  const language = make("select", { class: "language", "aria-label": say("frame.language"), on: { change: (event) => { keep("language", event.target.value); location.reload(); } } },
    LANGUAGES.map(([name, label]) => make("option", { value: name, lang: name, selected: name === document.documentElement.lang }, label)));
  fill(bar, make("a", { href: "/#/", class: "brand", "aria-label": say("frame.home") }, "Quoth"), names.length > 0 && choose, make("nav", { "aria-label": say("frame.views") }, VIEWS.map(link)), light, language);
  document.title = collection ? `${collection} · Quoth` : "Quoth";
}

function skip(event) {
  event.preventDefault();
  const main = document.getElementById("main");
  const first = main?.querySelector("textarea, input, button, a");
  first?.focus();
}

/** `/` goes to the question, Escape closes the page of a document. */
function hearKey(event) {
  const isWriting = event.target.closest?.("input, textarea, select");
  if (event.key === "Escape" && reader.place) reader.close();
  if (event.key === "/" && !isWriting) {
    const field = document.querySelector("textarea.question, input.search");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  }
}

begin();
