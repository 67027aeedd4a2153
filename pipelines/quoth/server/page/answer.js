// An answer as elements: its text with footnotes, its places as cards, and what was not read.

import { button, make, own, slice } from "./elements.js";
import { prose } from "./prose.js";
import { knows, say } from "./words.js";

/** Return an answer; `open(place, trigger)` shows a place, and `actions` stand below. */
export function showAnswer(answer, open, actions = []) {
  return [
    head(answer, open),
    answer.citations.length > 0 &&
      make("ol", { class: "places", "aria-label": say("answer.places") }, answer.citations.map((place, at) => card(place, open, { isShown: at === 0 && answer.kind === "excerpt" }))),
    notes(answer),
    answer.nearest.length > 0 && answer.kind !== "failed" && nearest(answer, open),
    make("div", { class: "actions" }, actions),
  ];
}

/** Return a text while it is written: what was supported so far. */
export function showText(text, citations, open) {
  const places = new Map(citations.map((place) => [place.n, place]));
  return prose(text, decoration({ unsupported_numbers: [], sentences: [] }, places, open));
}

function head(answer, open) {
  const places = new Map([...answer.citations, ...answer.nearest].map((place) => [place.n, place]));
  if (answer.kind === "excerpt") return excerpt(answer, open);
  const text = answer.kind === "failed" ? answer.reason : answer.kind === "nearest" ? "" : cited(answer);
  const shown = text ? prose(text, decoration(answer, places, open)) : [];
  return make("div", { class: `prose ${answer.kind}` }, shown);
}

function excerpt(answer, open) {
  const [first] = answer.citations;
  return make(
    "div",
    { class: "prose excerpt" },
    answer.phrase && make("p", { class: "phrase", dir: "auto" }, answer.phrase),
    first && make("blockquote", { dir: "auto" }, marked(flowing(first.quote), first.marks), footnote(first, open)),
  );
}

/** Return a quote whose marked spans, counted in code points, are strong. */
function marked(quote, marks) {
  const parts = [];
  let end = 0;
  for (const [from, to] of marks) {
    parts.push(slice(quote, end, from), make("strong", {}, slice(quote, from, to)));
    end = to;
  }
  return [...parts, slice(quote, end)];
}

/** Return the text with the numbers of the places behind each sentence. */
function cited(answer) {
  let shown = "";
  let end = 0;
  for (const sentence of answer.sentences) {
    const start = answer.text.indexOf(sentence.text, end);
    if (start < 0) continue;
    const stop = start + sentence.text.length;
    shown += answer.text.slice(end, stop);
    if (sentence.citations.length && !answer.text.slice(stop).trimStart().startsWith("["))
      shown += ` ${sentence.citations.map((n) => `[${n}]`).join("")}`;
    end = stop;
  }
  return shown + answer.text.slice(end);
}

/** Return how text and footnotes become elements; what stands on no cited page is underlined. */
function decoration(answer, places, open) {
  const unproved = answer.sentences.filter((part) => part.support === "unsupported").map((part) => part.text);
  const numbers = underlining(answer.unsupported_numbers.map(lone), "unproved-number", say("answer.unproved-number"), (text) => text);
  const text = underlining(unproved.map(escaped), "unproved", say("answer.unproved"), numbers);
  return { text, footnote: (n) => (places.has(n) ? footnote(places.get(n), open) : `[${n}]`) };
}

/** Return a function from a text to parts, where those that a pattern finds are marked; `within` makes each. */
function underlining(patterns, kind, title, within) {
  const longest = patterns.filter(Boolean).sort((a, b) => b.length - a.length);
  if (!longest.length) return within;
  const form = new RegExp(`(${longest.join("|")})`);
  return (text) => text.split(form).map((part, at) => (at % 2 ? make("span", { class: kind, title }, within(part)) : within(part)));
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Return the pattern of a number that is no part of a longer one. */
function lone(text) {
  return /^\d/.test(text) ? `(?<![\\d.,])${escaped(text)}(?!\\d)` : escaped(text);
}

function footnote(place, open) {
  const label = say("place.open", { n: place.n, document: place.document, page: pageOf(place) });
  const mark = button(String(place.n), (event) => open(place, event.currentTarget), {
    class: `footnote ${standing(place)}`,
    "aria-label": label,
    title: label,
  });
  return mark;
}

function nearest(answer, open) {
  const title = say(answer.citations.length ? "answer.also" : "answer.nearest");
  return make(
    "section",
    { class: "nearest" },
    make("h3", {}, title),
    make("ol", { class: "places" }, answer.nearest.map((place) => card(place, open))),
  );
}

/** Return a place: its number, document, page, quote, and what was checked. */
function card(place, open, { isShown = false } = {}) {
  const state = standing(place);
  return make(
    "li",
    {},
    make(
      "button",
      { type: "button", class: `place ${state}`, on: { click: (event) => open(place, event.currentTarget) } },
      make("span", { class: "number" }, String(place.n)),
      make(
        "span",
        { class: "body" },
        make("span", { class: "source" }, own(place.document), make("span", { class: "page" }, say("place.page", { page: pageOf(place) }))),
        place.heading && own(place.heading, { class: "above" }),
        !isShown && own(shortened(flowing(place.quote)), { class: "quote" }),
        make("span", { class: "check" }, say(`check.${place.match}`)),
      ),
    ),
  );
}

function notes(answer) {
  const lines = answer.not_read.map((part) =>
    say("answer.left-out", { n: part.count, what: term(part.what), reason: term(part.reason) }),
  );
  return [
    answer.unsupported_numbers.length > 0 &&
      make("p", { class: "warning" }, say("answer.numbers", { numbers: answer.unsupported_numbers.join(", ") })),
    lines.length > 0 &&
      make("details", { class: "not-read" }, make("summary", {}, say("answer.not-read")), make("ul", {}, lines.map((line) => make("li", {}, line)))),
  ];
}

/** Return whether a place is proved (`proved`) or needs a look (`unsure`). */
export function standing(place) {
  return place.match === "exact" ? "proved" : "unsure";
}

/** Return the page of a place as it is printed on it. */
export function pageOf(place) {
  return place.page_label || String(place.page);
}

function term(text) {
  return knows(`term.${text}`) ? say(`term.${text}`) : text;
}

/** Return a quote without the line ends of its page, but for rows and items; its length stays. */
export function flowing(quote) {
  return quote.replace(/\n(?!\s*(?:[-*•]|\d+[.)])\s)/g, (end, at) => (quote.slice(0, at).split("\n").pop().includes(" | ") ? end : " "));
}

function shortened(quote) {
  const letters = Array.from(quote);
  return letters.length > 220 ? `${letters.slice(0, 220).join("").trimEnd()}…` : quote;
}
