// The words of the page, one file for each language. A text is looked up by its key.

import { kept } from "./preferences.js";

export const LANGUAGES = [["en", "English"], ["zh", "中文"], ["ar", "العربية"]];
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
let texts = {};

/** Read the texts of the language that the person chose, else of the browser's. */
export async function readWords() {
  const wanted = [kept("language"), ...navigator.languages.map((name) => name.split("-")[0])];
  const language = wanted.find((name) => LANGUAGES.some(([known]) => known === name)) || "en";
  const told = await fetch(`/page/${language}.json`);
  texts = await told.json();
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

/** Return a text of the page, with values at the places of their names. `n` picks its plural. */
export function say(key, values = {}) {
  const text = (values.n === 1 && texts[`${key}.one`]) || texts[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? written(values[name]) : whole));
}

/** Return a value as it stands in a text: a number in figures, a name with a direction of its own. */
function written(value) {
  if (typeof value === "number") return number(value);
  return value && document.documentElement.dir === "rtl" ? `\u2068${value}\u2069` : String(value);
}

/** Return whether the page has a text of this key. */
export function knows(key) {
  return key in texts;
}

/** Return a number as the language writes it, in the digits of footnotes and page numbers. */
export function number(value) {
  return new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: "latn" }).format(value);
}

/** Return a time, seconds since 1970, as the language writes it. */
export function moment(seconds) {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", numberingSystem: "latn" });
  return form.format(new Date(seconds * 1000));
}
