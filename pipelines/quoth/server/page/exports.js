// A finished job as a file to save: Markdown, JSON, HTML, CSV.

import { button, save } from "./elements.js";
import { say } from "./words.js";

const FORMS = [
  ["Markdown", "summaries.md", "text/markdown", asMarkdown],
  ["JSON", "summaries.json", "application/json", (documents) => JSON.stringify(documents, null, 2)],
  ["HTML", "summaries.html", "text/html", asHtml],
  ["CSV", "summaries.csv", "text/csv", asTable],
];
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Return a button for each form in which the summaries of a job can be saved. */
export function downloads(job) {
  return FORMS.map(([label, name, type, write]) =>
    button(label, () => save(name, write(job.result.documents), type), { class: "quiet", "aria-label": say("summaries.save", { form: label }) }),
  );
}

function asMarkdown(documents) {
  const escaped = (text) => text.replace(/[\\`*_<>#|!]/g, "\\$&");
  return documents.map((each) => `## ${escaped(nameOf(each))}\n\n${each.text || escaped(each.reason)}\n`).join("\n");
}

function asHtml(documents) {
  const escaped = (text) => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
  const parts = documents.map((each) => `<h2>${escaped(nameOf(each))}</h2>\n<p>${escaped(each.summary || each.reason)}</p>`);
  return `<!doctype html>\n<meta charset="utf-8">\n<title>Summaries</title>\n${parts.join("\n")}\n`;
}

/** Return rows of quoted cells; one that a spreadsheet would take for a formula begins with an apostrophe. */
function asTable(documents) {
  const cell = (value) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
  const rows = documents.map((each) => [each.path, each.state, each.reason, each.pages, each.coverage, each.calls, each.cached_calls, each.summary].map(cell).join(","));
  return ["document,state,reason,pages,coverage,calls,cached calls,summary", ...rows].join("\r\n");
}

function nameOf(document) {
  return document.path.split(/[/\\]/).pop();
}
