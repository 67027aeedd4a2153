"""A sample of formats that are text with marks, with everything that each may hold."""

from __future__ import annotations

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


def rtf(folder: Path) -> Path:
    """Write an RTF."""
    cells = "".join(
        r"\trowd" + "".join(rf"\intbl {cell}\cell" for cell in row) + r"\row" + "\n"
        for row in (HEADER, *ROWS)
    )
    styles = r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}}"
    note = rf"{{\footnote {FOOTNOTE}}}"
    comment = rf"{{\*\annotation {COMMENT}}}"
    item = rf"{{\listtext 1.\tab}}{ITEM}"
    looks = rf"{{\v {HIDDEN}}} and {{\strike {STRUCK}}}"
    words = r"\par ".join([f"{TEXT}{note}", FIRST, f"{THEN}{comment}", item, looks])
    body = rf"\pard\s1 {HEADING}\par\pard\plain {words}\par {cells}\pard"
    return _write(folder / "sample.rtf", rf"{{\rtf1\ansi{styles}{body} }}")


def html(folder: Path) -> Path:
    """Write an HTML page."""
    rows = "".join(
        f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in row)}</tr>"
        for row, tag in ((HEADER, "th"), *((row, "td") for row in ROWS))
    )
    body = (
        f"<h1>{HEADING}</h1><p>{TEXT}</p><p>{FIRST}</p><p>{THEN}</p><ol><li>{ITEM}</li></ol>"
        f"<table>{rows}</table><p style='display:none'>{HIDDEN}</p><p><s>{STRUCK}</s></p>"
        f"<p><img src='w.png' alt='{DESCRIPTION}'></p><aside>{FOOTNOTE}</aside><!-- {COMMENT} -->"
        "<p><math><msup><mi>x</mi><mn>2</mn></msup></math></p>"
    )
    return _write(folder / "sample.html", f"<!doctype html><html><body>{body}</body></html>")


def markdown(folder: Path) -> Path:
    """Write a Markdown file."""
    rows = "\n".join(f"| {' | '.join(row)} |" for row in ROWS)
    table = f"| {' | '.join(HEADER)} |\n|---|---|---|\n{rows}"
    lines = [
        f"# {HEADING}",
        f"{TEXT}[^1]",
        FIRST,
        THEN,
        f"1. {ITEM}",
        table,
        f"![{DESCRIPTION}](w.png)",
        f"<!-- {COMMENT} --> ~~{STRUCK}~~",
        f"[^1]: {FOOTNOTE}",
    ]
    return _write(folder / "sample.md", "\n\n".join(lines))


def csv(folder: Path) -> Path:
    """Write a CSV."""
    rows = (",".join(row) for row in (HEADER, *ROWS))
    return _write(folder / "sample.csv", "\n".join([*rows, TEXT, FIRST, THEN]))


def eml(folder: Path) -> Path:
    """Write a message."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.example", "c@d.example", "Weir"
    message["Message-ID"] = "<1@b.example>"
    message.set_content(f"{TEXT}\n\n{FIRST}\n\n{THEN}\n\n1. {ITEM}\n")
    message.add_attachment(ATTACHMENT, filename="inside.txt")
    path = folder / "sample.eml"
    path.write_bytes(bytes(message))
    return path


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


SAMPLES = {"RTF": rtf, "HTML": html, "Markdown": markdown, "CSV": csv, "EML": eml}
"""The writers of samples by the name of the format in the documentation."""
