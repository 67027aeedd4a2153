"""A sample of each format of plain text, with everything that it may hold."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

from load.kept import (
    ATTACHMENT,
    COMMENT,
    DESCRIPTION,
    FIRST,
    FOOTNOTE,
    HEADER,
    HEADING,
    HIDDEN,
    ITEM,
    ROWS,
    STRUCK,
    TEXT,
    THEN,
)

_MATH = "<math><msup><mi>x</mi><mn>2</mn></msup></math>"


def _table(row: str, cell: str, name: str) -> str:
    """Return a table as mark-up."""

    def line(cells: tuple[str, ...], tag: str) -> str:
        return f"<{row}>{''.join(f'<{tag}>{each}</{tag}>' for each in cells)}</{row}>"

    return line(HEADER, name) + "".join(line(cells, cell) for cells in ROWS)


def _page() -> str:
    return (
        f"<html><body><h1>{HEADING}</h1><p>{TEXT}<sup><a href='#n'>1</a></sup></p><p>{FIRST}</p>"
        f"<p>{THEN}</p><ol><li>{ITEM}</li></ol><table>{_table('tr', 'td', 'th')}</table>"
        f"<!-- {COMMENT} --><p hidden>{HIDDEN}</p><del>{STRUCK}</del>{_MATH}"
        f"<img alt='{DESCRIPTION}'><p id='n'>{FOOTNOTE}</p></body></html>"
    )


def html(folder: Path) -> Path:
    """Write an HTML page."""
    path = folder / "sample.html"
    path.write_text(_page(), "utf-8")
    return path


def _markdown() -> str:
    rows = "\n".join(f"| {' | '.join(row)} |" for row in (HEADER, ("---",) * 3, *ROWS))
    return (
        f"# {HEADING}\n\n{TEXT}[^1]\n\n{FIRST}\n\n{THEN} <!-- {COMMENT} -->\n\n1. {ITEM}\n\n"
        f"{rows}\n\n~~{STRUCK}~~ $x^2$ ![{DESCRIPTION}](weir.png)\n\n[^1]: {FOOTNOTE}\n"
    )


def markdown(folder: Path) -> Path:
    """Write a Markdown file."""
    path = folder / "sample.md"
    path.write_text(_markdown(), "utf-8")
    return path


def notebook(folder: Path) -> Path:
    """Write a notebook."""
    cell = {"cell_type": "markdown", "source": _markdown()}
    path = folder / "sample.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell]}), "utf-8")
    return path


def docbook(folder: Path) -> Path:
    """Write a DocBook article."""
    path = folder / "sample.xml"
    path.write_text(
        f"<article><title>{HEADING}</title><para>{TEXT}<footnote><para>{FOOTNOTE}</para></footnote>"
        f"</para><para>{FIRST}</para><para>{THEN}</para><remark>{COMMENT}</remark><orderedlist>"
        f"<listitem><para>{ITEM}</para></listitem></orderedlist><table><tgroup>"
        f"{_table('row', 'entry', 'entry')}</tgroup></table><para>So <inlineequation>"
        f"<mathphrase>x^2</mathphrase></inlineequation>.</para><mediaobject><imageobject/><textobject><phrase>"
        f"{DESCRIPTION}</phrase></textobject></mediaobject></article>",
        "utf-8",
    )
    return path


def comma_separated(folder: Path) -> Path:
    """Write a CSV file with lines above the table."""
    path = folder / "sample.csv"
    lines = [TEXT, FIRST, THEN, "", *(",".join(row) for row in (HEADER, *ROWS))]
    path.write_text("\n".join(lines), "utf-8")
    return path


def records(folder: Path) -> Path:
    """Write a JSON file."""
    rows = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    value = {"about": [TEXT, FIRST, THEN], HEADING: rows, "steps": [ITEM]}
    path = folder / "sample.json"
    path.write_text(json.dumps(value), "utf-8")
    return path


def mail(folder: Path) -> Path:
    """Write a message in HTML with an attachment."""
    message = EmailMessage()
    message["Subject"] = "Mill"
    message.set_content("The message is below.")
    message.add_alternative(_page(), subtype="html")
    message.add_attachment(ATTACHMENT, filename="note.txt")
    path = folder / "sample.eml"
    path.write_bytes(bytes(message))
    return path


def rtf(folder: Path) -> Path:
    """Write an RTF file."""

    def row(cells: tuple[str, ...]) -> str:
        return r"\trowd\cellx1\cellx2\cellx3\intbl " + r"\cell ".join([*cells, r"\row"])

    body = (
        rf"\pard\outlinelevel0 {HEADING}\par\pard {TEXT}{{\footnote {FOOTNOTE}}}\par {FIRST}"
        rf"\par {THEN}{{\*\annotation {COMMENT}}}\par {{\listtext 1. }}{ITEM}\par "
        rf"{''.join(map(row, (HEADER, *ROWS)))}\pard {{\v {HIDDEN}}}{{\strike {STRUCK}}}"
        r"{\object{\*\objdata 00}}"
        rf"{{\pict{{\*\picprop{{\sp{{\sn wzDescription}}{{\sv {DESCRIPTION}}}}}}}89}}\par"
    )
    path = folder / "sample.rtf"
    path.write_text(rf"{{\rtf1\ansi {body}}}", "latin-1")
    return path


SAMPLES = {
    "HTML": html,
    "Markdown": markdown,
    "notebooks": notebook,
    "DocBook": docbook,
    "CSV": comma_separated,
    "JSON": records,
    "EML": mail,
    "RTF": rtf,
}
