"""The tree of partial summaries, as JSON and as one page to read in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from quoth.views.json import summary_json, tree_json
from quoth.views.summary import format_coverage, format_link, format_title

if TYPE_CHECKING:
    from quoth.summarize import NodeKind, Summary, SummaryNode

_NAMES: dict[NodeKind, str] = {
    "map": "part",
    "collapse": "combined",
    "reduce": "combined",
    "select": "selected",
    "join": "joined",
    "refine": "refined",
    "stuff": "whole text",
    "extract": "sentences of the text",
    "corpus": "all documents",
}

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2327; --soft: #5d676f; --line: #d9dee2;
  --paper: #fdfdfb; --card: #fff; --accent: #20628c; --doubt: #a33b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --soft: #9aa4ab; --line: #3a4147;
  --paper: #17191b; --card: #1f2225; --accent: #86bfe4; --doubt: #f0a070; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 54rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 16px/1.6 ui-serif, Georgia, "Times New Roman", serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
.soft, dt, summary .facts { color: var(--soft); font: .82rem/1.5 ui-sans-serif, system-ui,
  sans-serif; }
.final { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1.1rem 1.4rem; margin: 1.25rem 0; }
.final p { margin: .55rem 0; }
.doubt { color: var(--doubt); }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
dd { margin: 0; overflow-wrap: anywhere; font-size: .92rem; }
details { border-left: 2px solid var(--line); padding: .15rem 0 .15rem .9rem; margin: .5rem 0; }
details[open] { border-color: var(--accent); }
summary { cursor: pointer; } summary::marker { color: var(--accent); }
summary .kind { font: 600 .78rem/1.5 ui-sans-serif, system-ui, sans-serif; color: var(--accent);
  margin-right: .5rem; }
summary .text { display: block; margin: .1rem 0 .2rem; }
blockquote { margin: .4rem 0; padding: .6rem .9rem; background: var(--card); border: 1px solid
  var(--line); border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere;
  font-size: .9rem; }
.out { text-decoration: line-through; color: var(--soft); font-size: .9rem; }
"""


def trace_json(summary: Summary) -> str:
    """Return the summary with its tree as JSON; the first node of `tree` is the root."""
    value = {**summary_json(summary), "tree": tree_json(summary.tree)}
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def trace_page(summary: Summary) -> str:
    """Return a self-contained page of HTML: the summary, and its tree below it."""
    several = len(summary.titles) > 1
    title = format_title(summary)
    body = [
        f"<h1>Summary of {escape(title)}</h1>",
        f"<p class=soft>{escape(format_coverage(summary))}</p>",
        "<div class=final>",
        *_sentences(summary, several),
        "</div>",
        "<h2>How it came about</h2>",
        *_facts(summary),
        "<h2>From the parts to the whole</h2>",
        "<p class=soft>Open a line to see its sources, down to the text.</p>",
        *_tree(summary.tree, several),
    ]
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>\n"
        '<meta name=viewport content="width=device-width, initial-scale=1">\n'
        f"<title>Summary of {escape(title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def tree_html(summary: Summary) -> str:
    """Return the tree of partial summaries as nested elements that open."""
    return "".join(_tree(summary.tree, len(summary.titles) > 1, anchors=False))


def _sentences(summary: Summary, several: bool) -> Iterator[str]:
    for sentence in summary.sentences:
        links = [
            f'<a href="#{_anchor(link.source, link.page)}">'
            f"{escape(format_link(link, with_source=several))}</a>"
            for link in sentence.links
        ]
        marks = f" <span class=soft>{' · '.join(dict.fromkeys(links)) or 'no source found'}</span>"
        if sentence.unsupported:
            marks += (
                " <span class='soft doubt'>not in the source: "
                f"{escape(', '.join(sentence.unsupported))}</span>"
            )
        yield f"<p>{escape(sentence.text)}{marks}</p>"
    if summary.data is not None:
        data = json.dumps(summary.data, indent=2, ensure_ascii=False)
        yield f"<blockquote>{escape(data)}</blockquote>"


def _facts(summary: Summary) -> Iterator[str]:
    facts = {
        "Sources": ", ".join(summary.sources),
        "Question": summary.options.query,
        "Strategy": summary.strategy,
        "Prompts": ", ".join(summary.prompts),
        "Tokens": f"{summary.timings.prompt_tokens:,} read, "
        f"{summary.timings.generated_tokens:,} written, "
        f"{summary.tokens_per_second:.0f} a second",
        "Time": f"{summary.seconds:.1f} s",
        "Notes": " ".join(summary.notes),
    }
    yield "<dl>"
    for name, value in facts.items():
        if value:
            yield f"<dt>{name}</dt><dd>{escape(value)}</dd>"
    yield "</dl>"


def _tree(root: SummaryNode, several: bool, *, anchors: bool = True) -> Iterator[str]:
    seen: set[str] = set()
    waiting: list[SummaryNode | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
            continue
        opened = " open" if node is root else ""
        yield f"<details{opened}><summary><span class=kind>{_NAMES[node.kind]}</span>"
        yield f"<span class=facts>{escape(_about(node, several))}</span>"
        yield f"<span class=text>{escape(node.text or '(nothing)')}</span></summary>"
        for sentence in node.dropped:
            yield f"<p class=out title='left out'>{escape(sentence)}</p>"
        for chunk in node.chunks:
            anchor = _anchor(chunk.source, chunk.page)
            first = f' id="{anchor}"' * (anchors and anchor not in seen)
            seen.add(anchor)
            yield f"<blockquote{first}>{escape(chunk.text)}</blockquote>"
        # The next link of a chain comes beside the last one: nesting would be too deep.
        chain = node.kind == "refine"
        yield from ["</details>"] * chain
        waiting += ["</details>"] * (not chain)
        waiting += reversed(node.children)


def _about(node: SummaryNode, several: bool) -> str:
    facts = []
    if node.chunks:
        first, last = node.chunks[0], node.chunks[-1]
        pages = [str(chunk.page_label or chunk.page) for chunk in (first, last)]
        facts.append(f"p. {'–'.join(dict.fromkeys(pages))}")
        facts += [first.source] * several
        facts += [" › ".join(first.headings)] * bool(first.headings)
    if node.children:
        facts.append(f"of {len(node.children)}")
    if node.cached:
        facts.append("from the journal")
    if node.extracted and node.kind != "extract":
        facts.append("nothing usable was written; sentences of the text are used instead")
    if node.dropped:
        facts.append(f"{len(node.dropped)} left out")
    return ", ".join(facts)


def _anchor(source: str, page: int) -> str:
    return f"{escape(source, quote=True)}-{page}"
