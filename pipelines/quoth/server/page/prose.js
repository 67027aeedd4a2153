// From the text of a model to elements: paragraphs, lists, tables, code, bold, italics, footnotes.
// No HTML, no image and no link of a text is ever shown as one: what is not known here stays text.

import { make } from "./elements.js";

const INLINE = /(\*\*|__)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])|`([^`\n]+)`|\[(\d{1,3})\]/g;
const BULLET = /^\s*[-*•]\s+/;
const ORDERED = /^\s*\d{1,3}[.)]\s+/;
const ROW = /^\s*\|.*\|\s*$/;
const RULE = /^\s*\|?[\s:|-]+\|?\s*$/;

/** Return the elements of a text. `decorate` makes text nodes and footnotes; see `answer.js`. */
export function prose(text, decorate) {
  const lines = text.split("\n");
  const blocks = [];
  for (let at = 0; at < lines.length; ) {
    const begin = at;
    const takes = (test) => {
      while (at < lines.length && test(lines[at])) at += 1;
      return lines.slice(begin, at);
    };
    const line = lines[at];
    if (!line.trim()) at += 1;
    else if (line.startsWith("```")) {
      at += 1;
      const code = takes((next) => !next.startsWith("```")).slice(1);
      at += 1;
      blocks.push(make("pre", {}, make("code", {}, code.join("\n"))));
    } else if (/^#{1,6}\s/.test(line)) {
      at += 1;
      blocks.push(make("p", { class: "heading" }, inline(line.replace(/^#+\s+/, ""), decorate)));
    } else if (BULLET.test(line) || ORDERED.test(line)) {
      const form = BULLET.test(line) ? BULLET : ORDERED;
      const items = takes((next) => form.test(next));
      const list = items.map((item) => make("li", {}, inline(item.replace(form, ""), decorate)));
      blocks.push(make(form === BULLET ? "ul" : "ol", {}, list));
    } else if (ROW.test(line)) blocks.push(table(takes((next) => ROW.test(next)), decorate));
    else {
      const plain = takes((next) => next.trim() && !BULLET.test(next) && !ROW.test(next) && !next.startsWith("```"));
      blocks.push(make("p", { dir: "auto" }, inline(plain.join("\n"), decorate)));
    }
  }
  return blocks;
}

function table(rows, decorate) {
  const cells = rows.filter((row) => !RULE.test(row)).map((row) => row.trim().slice(1, -1).split("|"));
  const [head, ...body] = cells;
  const lay = (row, tag) => make("tr", {}, row.map((cell) => make(tag, {}, inline(cell.trim(), decorate))));
  return make(
    "div",
    { class: "wide" },
    make("table", {}, make("thead", {}, lay(head || [], "th")), make("tbody", {}, body.map((row) => lay(row, "td")))),
  );
}

function inline(text, decorate) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    parts.push(decorate.text(text.slice(end, found.index)));
    end = found.index + found[0].length;
    if (found[2]) parts.push(make("strong", {}, inline(found[2], decorate)));
    else if (found[3]) parts.push(make("em", {}, inline(found[3], decorate)));
    else if (found[4]) parts.push(make("code", {}, found[4]));
    else parts.push(decorate.footnote(Number(found[5])));
  }
  parts.push(decorate.text(text.slice(end)));
  return parts;
}
