"""Sources as Markdown and HTML files."""

from __future__ import annotations

import html
import re
from pathlib import Path

from tools.library.source import CLAUSE, Block, Source, inline


def write_markdown(source: Source, path: Path) -> None:
    """Write a source as plain Markdown."""
    parts: list[str] = []
    for block in source.blocks:
        if block.kind == "h":
            parts.append("#" * block.level + " " + block.text)
        elif block.kind in ("p", "item"):
            parts.append(block.text)
        else:
            raise ValueError(f"{block.kind} is not for Markdown documents")
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")


CSS = """\
body { font: 16px/1.55 Georgia, serif; color: #222; max-width: 44rem; margin: 2rem auto;
       padding: 0 1rem; }
h1, h2 { font-family: Helvetica, Arial, sans-serif; color: #6b2440; line-height: 1.25; }
.clause { padding-left: 3rem; text-indent: -3rem; }
.number { display: inline-block; width: 3rem; text-indent: 0; color: #6b2440; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; padding-bottom: .4rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc; }
th { background: #6b2440; color: #fff; }
"""


def html_table(block: Block) -> str:
    """Write a table in HTML."""
    (caption,), header, *rows = block.rows
    lines = ["<table>", f"<caption>{inline(caption)}</caption>"]
    lines.append("<tr>" + "".join(f"<th>{inline(c)}</th>" for c in header) + "</tr>")
    lines += ["<tr>" + "".join(f"<td>{inline(c)}</td>" for c in row) + "</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])


def write_html(source: Source, path: Path) -> None:
    """Write a source as one HTML page."""
    body: list[str] = []
    for block in source.blocks:
        if block.kind == "h":
            number = re.match(r"(\d+)\.", block.text)
            anchor = f' id="section-{number[1]}"' if number else ""
            body.append(f"<h{block.level}{anchor}>{inline(block.text)}</h{block.level}>")
        elif block.kind == "table":
            body.append(html_table(block))
        elif clause := CLAUSE.fullmatch(block.text):
            mark = f'<span class="number">{clause[1]}</span>'
            anchor = f"clause-{clause[1].replace('.', '-')}"
            body.append(f'<p class="clause" id="{anchor}">{mark} {inline(clause[2])}</p>')
        else:
            body.append(f"<p>{inline(block.text)}</p>")
    title = html.escape(source.meta["title"])
    author = html.escape(source.meta["author"])
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<title>{title}</title>\n<meta name="author" content="{author}">\n'
        f"<style>\n{CSS}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )
    path.write_text(page, encoding="utf-8", newline="\n")
