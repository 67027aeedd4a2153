"""Draws the pictures of the README from the program's output: docs/images/."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont
from quoth import Answer, Library
from quoth.text import ENGLISH
from quoth.views import draw_page, format_page
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
COLLECTION = "pictures"
QUESTION = "How long can the emergency generator run on a full tank?"
QUESTIONS = (
    QUESTION,
    "Is notice by e-mail valid?",
    "What does the cafeteria on Jupiter serve on Sundays?",
)

COLUMNS = 100
WIDTH, MARGIN = 1160, 56
INK, SOFT, LINE = "#1d2327", "#5d676f", "#d4d9dd"
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_WEB_FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)


def terminal() -> str:
    """Return a terminal with questions and the output of `quoth ask`, as SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for number, question in enumerate(QUESTIONS):
        console.print(Text(f'$ quoth ask "{question}"', style="bold"))
        done = subprocess.run(
            [sys.executable, "-m", "quoth.cli", "ask", question, "--collection", COLLECTION],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=os.environ,
        )
        for line in done.stdout.rstrip().splitlines():
            style = "italic" if line.startswith("      ") else ""
            shown = line if len(line) < COLUMNS else f"{line[: COLUMNS - 2].rstrip()}…"
            console.print(Text(shown, style=style))
        if number + 1 < len(QUESTIONS):
            console.print()
    # The fonts that rich names lie on a server; a picture of ours asks none.
    return _WEB_FONT.sub("", console.export_svg(title="quoth"))


def card(answer: Answer) -> Image.Image:
    """Return the card of an answer with its first footnote open."""
    citation = answer.citations[0]
    image = draw_page(Path(citation.source), citation.page, citation.quote)
    assert image is not None
    page = _around_the_mark(Image.open(io.BytesIO(image)).convert("RGB"))
    wide = WIDTH - 2 * MARGIN - 40
    page = page.resize((wide, page.height * wide // page.width))
    canvas = Image.new("RGB", (WIDTH, 2000), "white")
    draw = ImageDraw.Draw(canvas)
    y = MARGIN
    where = format_page(Path(citation.source).name, citation.page, citation.page_label)
    for text, font, size, color, indent in (
        (answer.question, "DejaVuSans", 22, SOFT, 0),
        (answer.phrase or "", "DejaVuSerif", 34, INK, 0),
        (ENGLISH.answers.excerpt, "DejaVuSans", 20, SOFT, 0),
        (f"[1]  {where}", "DejaVuSans", 22, INK, 40),
        (f"“{' '.join(citation.quote.split())}”", "DejaVuSerif-Italic", 24, INK, 40),
    ):
        face = ImageFont.truetype(str(_FONTS / f"{font}.ttf"), size)
        most = int((WIDTH - 2 * MARGIN - indent) / face.getlength("n"))
        top = y
        for line in textwrap.wrap(text, most):
            draw.text((MARGIN + indent, y), line, font=face, fill=color)
            y += int(size * 1.45)
        y += 14
        if indent:
            draw.line((MARGIN + 14, top - 14, MARGIN + 14, y), fill="#2a78a8", width=4)
    canvas.paste(page, (MARGIN + 40, y + 8))
    draw.rectangle(
        (MARGIN + 40, y + 8, MARGIN + 40 + page.width, y + 8 + page.height), outline=LINE, width=2
    )
    bottom = y + 8 + page.height
    draw.line((MARGIN + 14, y, MARGIN + 14, bottom), fill="#2a78a8", width=4)
    return canvas.crop((0, 0, WIDTH, bottom + MARGIN)).quantize(128)


def _around_the_mark(page: Image.Image) -> Image.Image:
    """Return the part of a page around the highlighted quote, a third of its height."""
    blue_against_red = page.split()[2].point(lambda value: 255 * (value < 128))
    bright = page.split()[0].point(lambda value: 255 * (value > 200))
    marked = Image.composite(blue_against_red, Image.new("L", page.size), bright).getbbox()
    assert marked is not None
    middle, half = (marked[1] + marked[3]) // 2, page.height // 6
    top = min(max(0, middle - half), page.height - 2 * half)
    return page.crop((0, top, page.width, top + 2 * half))


def main() -> None:
    """Draw both pictures."""
    IMAGES.mkdir(exist_ok=True)
    os.chdir(ROOT)
    with Library(COLLECTION) as library:
        library.ingest("data/library")
        card(library.ask(QUESTION)).save(IMAGES / "answer.png", optimize=True)
    (IMAGES / "terminal.svg").write_text(terminal(), encoding="utf-8")


if __name__ == "__main__":
    main()
