// Answers as Markdown, with the places that they cite.

/** Return a conversation as Markdown: each question, its answer, and its citations. */
export function asMarkdown(name, answers) {
  const parts = name ? [`# ${plain(name)}`] : [];
  for (const answer of answers) {
    parts.push(`## ${plain(answer.question)}`);
    const [first] = answer.citations;
    if (answer.kind === "excerpt" && first) parts.push(quoted(first.quote, first.n));
    else parts.push(escaped(answer.text || answer.reason));
    const places = [...answer.citations, ...answer.nearest];
    if (places.length) parts.push(places.map(line).join("\n"));
    for (const part of answer.not_read) parts.push(`Not read: ${part.count} ${part.what} (${part.reason})`);
  }
  return `${parts.join("\n\n")}\n`;
}

function line(place) {
  const page = place.page_label || place.page;
  return `[${place.n}]: ${escaped(place.document)}, p. ${escaped(String(page))}: “${escaped(plain(place.quote))}” <${place.url}>`;
}

function quoted(quote, n) {
  return `${quote.split("\n").map((row) => `> ${escaped(row)}`).join("\n")} [${n}]`;
}

function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}

/** Return a text whose signs are no markup of Markdown or HTML. */
function escaped(text) {
  return text.replace(/[\\`*_<>#|!]|\[(?!\d+\])/g, "\\$&");
}
