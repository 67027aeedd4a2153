"""Results as text, HTML and JSON; in a notebook, in IPython and in a plain process."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from quoth import Answer, Citation, Library, Report, load_ipython_extension, show
from quoth.summarize import Summarizer, SummaryOptions
from quoth.types import AnswerKind, AnswerSentence, Chunk, Hit, Match, NotRead, Outcome
from quoth.views import (
    answer_html,
    answer_json,
    answer_text,
    draw_page,
    format_report,
    report_html,
    report_text,
    summary_html,
    summary_text,
)
from quoth.views.answer import answer_lines, format_language
from quoth.views.lines import shorten_paths
from quoth.views.quote import MarkedText, shorten_quote, wrap_marked
from reportlab.pdfgen.canvas import Canvas
from scripted_model import Scripted

HANDBOOK = Path(__file__).parents[2] / "data" / "library" / "waterworks-handbook.pdf"
QUOTE = "Its tank holds 1,800 litres, enough for 32 hours at full load."
PAGE = 8
ANSWER_KEYS = (
    "question kind text phrase sentences citations nearest not_read unsupported_numbers language "
    "evidence_language confidence finish_reason reason model timings from_journal"
).split()
PLACE_KEYS = (
    "n document source page page_label heading quote start end match verified boxes marks"
).split()


class Parsed(HTMLParser):
    """The tags that are open, every attribute, and the text; a tag that never closes fails."""

    VOID = ("img", "br", "meta")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.feed(html)
        assert not self.open or set(self.open) <= {"p"}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += data


def an_answer(quote: str = QUOTE, source: str = str(HANDBOOK), text: str = "32 hours") -> Answer:
    chunk = Chunk(source, "T", PAGE, "108", 0, len(quote) + 8, f"Before. {quote}"[: len(quote) + 8])
    citation = Citation(
        source=source,
        page=PAGE,
        page_label="108",
        quote=quote,
        start=8,
        end=8 + len(quote),
        match="exact",
    )
    return Answer(
        question="?",
        kind="answer",
        text=text,
        sentences=(AnswerSentence(text, "quoted", (1,)),),
        citations=(citation,),
        model="scripted:test",
        hits=(Hit(chunk, 1.0),),
    )


def highlighted(image: bytes) -> np.ndarray:
    pixels = np.asarray(Image.open(io.BytesIO(image)).convert("RGB")).astype(int)
    marked: np.ndarray = (pixels[..., 0] - pixels[..., 2]) > 60
    return marked


def test_the_quote_is_highlighted_where_it_stands() -> None:
    image = draw_page(HANDBOOK, PAGE, QUOTE)
    assert image
    rows, columns = np.nonzero(highlighted(image))
    assert 0 < len(rows) < 0.05 * highlighted(image).size, "a line or two, not the page"
    assert rows.max() - rows.min() < 80
    assert columns.max() - columns.min() > 100


def test_the_same_letters_in_another_spelling_are_found() -> None:
    spelled = QUOTE.upper().replace(" ", "\n")
    image, other = draw_page(HANDBOOK, PAGE, QUOTE), draw_page(HANDBOOK, PAGE, spelled)
    assert image
    assert other
    assert (highlighted(image) == highlighted(other)).all()


def test_a_turned_page_is_marked_where_one_sees_it(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "turned.pdf"), pagesize=(400, 300))
    canvas.setPageRotation(90)
    canvas.drawString(50, 250, "the marked words")
    canvas.save()
    image = draw_page(tmp_path / "turned.pdf", 1, "marked words")
    assert image
    marked = highlighted(image)
    rows, columns = np.nonzero(marked)
    assert rows.max() - rows.min() > columns.max() - columns.min(), "the text runs downwards"
    dark = np.asarray(Image.open(io.BytesIO(image)).convert("L")) < 80
    under = dark[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert 0.5 * dark.sum() < under.sum() < dark.sum()


def test_what_cannot_be_drawn_is_none(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    assert draw_page(tmp_path / "broken.pdf", 1, "x") is None
    assert draw_page(tmp_path / "gone.pdf", 1, "x") is None
    assert draw_page(HANDBOOK, 999, "x") is None
    assert draw_page(HANDBOOK.with_name("library-committee-minutes.md"), 1, "x") is None


def test_a_footnote_opens_the_page_and_leads_nowhere_else() -> None:
    parsed = Parsed(answer_html(an_answer(), with_pages=True))
    sources = [value for tag, name, value in parsed.attributes if name in ("src", "href")]
    (data,) = sources
    assert data
    assert base64.b64decode(data.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    assert "page 108 (the file's page 8)" in parsed.text


def test_a_document_without_pages_shows_the_passage_with_the_quote_marked() -> None:
    html = answer_html(an_answer(source="notes.md"), with_pages=True)
    assert f"Before. <mark>{QUOTE}</mark>" in html


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>"])
def test_nothing_of_a_document_is_markup(evil: str) -> None:
    html = answer_html(an_answer(quote=evil, source=f"{evil}.md", text=evil), with_pages=True)
    parsed = Parsed(html)
    tags = {tag for tag, _, _ in parsed.attributes} | set(re.findall(r"<(\w+)", html))
    assert tags.isdisjoint({"script", "img"})
    assert evil in parsed.text


def test_a_summary_folds_out_into_what_it_was_made_of() -> None:
    text = " ".join(f"The boiler of house {n} was inspected in May." for n in range(150))
    summary = Summarizer(Scripted(), options=SummaryOptions(length="brief", map_tokens=400)).invoke(
        text
    )
    html = summary_html(summary)
    parsed = Parsed(html)
    assert html.count("<details") == 1 + len([*summary.tree.walk()])
    assert "The boiler of house 149" in parsed.text
    assert summary_text(summary).endswith("scripted:test.")
    assert str(summary) == summary.text


def test_an_extract_is_not_told_as_a_failure_of_the_model() -> None:
    text = " ".join(f"The boiler of house {n} was inspected in May." for n in range(20))
    options = SummaryOptions(length="brief", strategy="extract")
    summary = Summarizer(Scripted(), options=options).invoke(text)
    assert "sentences of the text" in summary_html(summary)
    assert "nothing usable was written" not in summary_html(summary)


def test_a_report_is_a_table_that_starts_with_what_failed() -> None:
    done = tuple(Outcome(f"{n}.txt", "It was read.", "text", 1, 2) for n in range(300))
    report = Report(done=done, failed=(Outcome("bad.pdf", "It is <broken>.", "corrupt"),))
    html = report_html(report)
    assert html.index("bad.pdf") < html.index("0.txt")
    assert "It is &lt;broken&gt;." in html
    assert html.count("<tr>") == 1 + 1 + 200 + 1
    assert "and 100 more done" in html
    counts = format_report(report, verb="done")
    assert report_text(report) == f"  ✗ bad.pdf: It is <broken>.\n{counts}"
    assert str(report) == "300 done, 0 skipped, 1 failed, 0 removed, in 0.0 s"


@pytest.fixture
def library(sample: str, session_home: Path) -> Iterator[Library]:
    with Library(sample, home=session_home) as library:
        yield library


def test_a_real_answer_prints_with_its_page_and_draws_it(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = library.ask("How long can the emergency generator run on a full tank?")
    show(answer)
    printed = capsys.readouterr().out
    assert printed == f"{answer_text(answer)}\n"
    assert "waterworks-handbook.pdf, page 108 (the file's page 8)" in printed
    assert "From your documents, word for word:" in printed
    assert "✓" not in printed
    assert "data:image/png;base64," in answer_html(answer, with_pages=True)
    assert str(answer) == answer.text


def test_an_echoed_answer_marks_its_quote_and_draws_nothing() -> None:
    html = answer_html(an_answer())
    assert f"Before. <mark>{QUOTE}</mark>" in html
    assert "<img" not in html


def test_an_answer_as_json_has_the_same_form_everywhere() -> None:
    place = an_answer().citations[0]
    answer = replace(an_answer(), nearest=(replace(place, n=2, match="nearest"),))
    value = json.loads(json.dumps(answer_json(answer)))
    cited, near = value["citations"][0], value["nearest"][0]
    assert list(value) == ANSWER_KEYS
    assert list(cited) == list(near) == PLACE_KEYS
    assert (cited["n"], cited["quote"], cited["page_label"]) == (1, QUOTE, "108")
    assert (cited["verified"], near["verified"]) == (True, False)
    assert value["sentences"] == [{"text": "32 hours", "support": "quoted", "citations": [1]}]


def test_ipython_shows_results_as_cards_and_as_text() -> None:
    shell = InteractiveShell()
    load_ipython_extension(shell)
    assert shell.display_formatter is not None
    data, _ = shell.display_formatter.format(an_answer())
    assert data["text/plain"] == answer_text(an_answer())
    assert data["text/html"] == answer_html(an_answer())
    assert shell.display_formatter.format(Report())[0]["text/html"] == report_html(Report())


def test_printing_a_report_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from quoth import Report\n"
        "str(Report()), repr(Report())\n"
        "from quoth.views import report_html, report_json, report_text\n"
        "report_html(Report()), report_json(Report()), report_text(Report())\n"
        "heavy = ('langchain_core', 'numpy', 'pydantic', 'rich', 'IPython')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


@pytest.mark.parametrize(
    ("asked", "spoken", "line"),
    [
        ("en", "de", "The passages are in German."),
        ("en", "sw", "The passages are in Swahili."),
        ("de", "zh", "Sprache der Stellen: Chinesisch."),
        ("fr", "de", "Langue des passages : allemand."),
        ("es", "de", "Idioma de los pasajes: alemán."),
        ("zh", "de", "文段语言：德语。"),
        ("sw", "de", "The passages are in German."),
        ("de", "sw", "Sprache der Stellen: Swahili."),
        ("en", "en", ""),
        ("en", "und", ""),
        ("", "", ""),
    ],
)
def test_the_language_of_the_passages_is_told_where_it_is_another(
    asked: str, spoken: str, line: str
) -> None:
    answer = Answer(
        question="?",
        kind="answer",
        text="yes",
        model="x",
        language=asked,
        evidence_language=spoken,
    )
    assert format_language(answer) == line
    assert line in answer_text(answer)
    assert line in answer_html(answer)


def test_an_answer_that_was_declined_for_its_language_tells_it_once() -> None:
    text = "The question is in English, the documents are in German."
    answer = shown("declined", text, language="en", evidence_language="de")
    assert answer_text(answer).count("German") == 1


# -- what a person is shown ----------------------------------------------------------------


def a_place(n: int, quote: str, *, match: Match = "nearest", marked: str = "") -> Citation:
    at = quote.find(marked)
    return Citation(
        n=n,
        source="mill.md",
        page=3,
        heading="The mill › The wheel",
        quote=quote,
        start=0,
        end=len(quote),
        match=match,
        marks=((at, at + len(marked)),) if marked else (),
    )


def shown(kind: AnswerKind, text: str, **parts: Any) -> Answer:
    return Answer(question="?", kind=kind, text=text, model="scripted:test", **parts)


WHEEL = "The wheel was renewed in 1904 by Jonas Berg."
CHECKED = a_place(1, WHEEL, match="exact", marked="1904")


@pytest.mark.parametrize(
    ("language", "head", "below", "page"),
    [
        ("en", "From your documents, word for word:", "See also:", "mill.md, page 3"),
        ("de", "Aus Ihren Dokumenten, wörtlich:", "Siehe auch:", "mill.md, Seite 3"),
        ("es", "De sus documentos, palabra por palabra:", "Véase también:", "mill.md, página 3"),
        ("fr", "Extrait de vos documents, mot pour mot :", "Voir aussi :", "mill.md, page 3"),
        ("zh", "您的文档原文：", "另请参阅：", "mill.md, 第3页"),
        ("sw", "From your documents, word for word:", "See also:", "mill.md, page 3"),
    ],
)
def test_an_excerpt_is_called_what_it_is_in_the_language_of_the_question(
    language: str, head: str, below: str, page: str
) -> None:
    answer = shown(
        "excerpt",
        WHEEL,
        phrase="1904",
        citations=(CHECKED,),
        nearest=(a_place(2, "It turns."),),
        language=language,
    )
    text, html = answer_text(answer), Parsed(answer_html(answer)).text
    for words in (head, below, page, "1904", "The mill › The wheel"):
        assert words in text
        assert words in html
    assert text.index("1904") < text.index("The wheel was renewed") < text.index("It turns.")
    assert "✓" not in text + html
    assert "<mark>1904</mark>" in answer_html(answer)


def test_a_sign_says_what_was_checked_and_no_more() -> None:
    sentences = (
        AnswerSentence("Berg renewed it in 1904.", "supported", (1,)),
        AnswerSentence("It turns well.", "supported", (2,)),
        AnswerSentence("It cost a fortune.", "unsupported"),
    )
    answer = shown(
        "answer",
        "Berg renewed it in 1904. It turns well. It cost a fortune.",
        sentences=sentences,
        citations=(CHECKED, a_place(2, "It turns."), a_place(3, "It stands.")),
        nearest=(a_place(4, "It rests."),),
        not_read=(NotRead(2, "excerpts", "no room in the model's window"),),
    )
    text = answer_text(answer)
    assert text.startswith("Berg renewed it in 1904. [1] It turns well. [2] It cost a fortune.\n")
    assert text.count("(quote found on page 3)") == 1
    assert text.count("(not word for word; its numbers and names are on page 3)") == 1
    assert text.count("(no quote of it was found; this passage fits best)") == 1
    assert "! Not found in the passages: It cost a fortune." in text
    assert "! Not read: 2 excerpts (no room in the model's window)" in text
    assert "<sup>[1]</sup>" in answer_html(answer)


def test_what_was_not_read_is_told_in_the_language_of_the_question() -> None:
    unread = (NotRead(2, "pages", "no text"), NotRead(1, "lamps", "no oil"))
    answer = shown("excerpt", WHEEL, citations=(CHECKED,), not_read=unread, language="de")
    assert "! Nicht gelesen: 2 Seiten (ohne Text), 1 lamps (no oil)" in answer_text(answer)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("nearest", "No sentence says this plainly."),
        ("declined", "This is not in your documents."),
        ("failed", "The model gave no answer: it was cut."),
    ],
)
def test_an_answer_that_is_none_says_so_and_shows_the_nearest_places(
    kind: AnswerKind, text: str
) -> None:
    answer = shown(kind, text, nearest=(a_place(1, WHEEL),), language="en")
    printed = answer_text(answer)
    assert printed.startswith(text)
    assert ("Nearest:" in printed) == (WHEEL in printed) == (kind != "failed")
    assert "quote found" not in printed


def test_a_text_that_was_streamed_is_not_printed_again() -> None:
    answer = shown("answer", "Berg did.", citations=(CHECKED,))
    assert "Berg did." not in [line.text for line in answer_lines(answer, with_text=False)]
    refused = shown("declined", "This is not in your documents.")
    assert answer_lines(refused, with_text=False)[0].text == refused.text


LONG = " ".join(f"Sentence {n} has five words." for n in range(60))


@pytest.mark.parametrize(
    ("quote", "marked", "begins", "ends"),
    [
        (LONG, "", "Sentence 0", "Sentence 14 has five words. …"),
        (LONG, "Sentence 30", "… ", " …"),
        (LONG, "Sentence 59", "… ", "Sentence 59 has five words."),
        ("桥长一百米。" * 60, "", "桥长一百米。", "桥长一百米。 …"),
        (WHEEL, "", "The wheel", "Jonas Berg."),
    ],
)
def test_a_long_quote_is_cut_at_a_sentence_or_around_the_marked_words(
    quote: str, marked: str, begins: str, ends: str
) -> None:
    at = quote.find(marked)
    cut = shorten_quote(quote, ((at, at + len(marked)),) if marked else ())
    assert cut.text.startswith(begins)
    assert cut.text.endswith(ends)
    assert len(cut.text.split()) <= 82
    assert [cut.text[start:end] for start, end in cut.marks] == [marked] * bool(marked)


def test_items_and_rows_keep_their_lines_and_wrapped_lines_are_joined() -> None:
    quote = "The tools\nare:\n- a saw\n- an axe\n  of steel\nName | Price\nSaw | 3"
    cut = shorten_quote(quote, ((quote.find("axe"), quote.find("steel") + 5),))
    assert cut.text == "The tools are:\n- a saw\n- an axe of steel\nName | Price\nSaw | 3"
    assert [cut.text[start:end] for start, end in cut.marks] == ["axe of steel"]


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("## The wheel\n\nIt turns.", "The wheel It turns."),
        ("The wheel\n---------\nIt turns.", "The wheel It turns."),
        ("> It turns\n> and turns.", "It turns and turns."),
        ("| Name | Price |\n|:---|---:|\n| Saw | 3 |", "| Name | Price |\n| Saw | 3 |"),
        ("Name  Price\n===== =====\nSaw   3", "Name Price Saw 3"),
        ("```python\nturn()\n```", "turn()"),
        ("Wheel #3 turns -- > 5 times.", "Wheel #3 turns -- > 5 times."),
        ("#3 turns", "#3 turns"),
        ("- - -", "- - -"),
    ],
)
def test_the_signs_of_headings_and_the_borders_of_tables_are_not_shown(
    quote: str, text: str
) -> None:
    assert shorten_quote(quote, ((0, len(quote)),)) == MarkedText(text, ((0, len(text)),))


def test_places_of_a_declined_answer_are_glimpses() -> None:
    place = replace(a_place(1, f"It rests. {LONG}"), marks=((10, 10 + len(LONG)),))
    answer = shown("declined", "This is not in your documents.", nearest=(place,), language="en")
    _, _, below = answer_text(answer).partition("Nearest:\n\n")
    head, quote = below.strip().splitlines()
    assert head == "[1] mill.md, page 3"
    assert quote.strip() == "“… Sentence 0 has five words. Sentence 1 has five words. …”"
    assert "Sentence 2" not in Parsed(answer_html(answer)).text.partition("Sentence 1")[0]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (("/home/ada/lease.pdf",), ("lease.pdf",)),
        (("/a/x/lease.pdf", "/a/y/lease.pdf"), ("x/lease.pdf", "y/lease.pdf")),
        (("/a/x/1.md", "/b/x/1.md", "/b/2.md"), ("a/x/1.md", "b/x/1.md", "2.md")),
        (("lease.pdf", "old/lease.pdf"), ("lease.pdf", "old/lease.pdf")),
        (("",), ("",)),
    ],
)
def test_a_path_is_as_short_as_it_is_unambiguous(
    paths: tuple[str, ...], names: tuple[str, ...]
) -> None:
    assert shorten_paths(paths) == dict(zip(paths, names, strict=True))


@pytest.mark.parametrize("text", ["word " * 40, "青龙大坝高一百二十米。" * 8, "x" * 30])
def test_lines_are_as_wide_as_the_terminal_and_keep_their_marks(text: str) -> None:
    whole = MarkedText(text.strip(), ((12, 24),))
    lines = wrap_marked(whole, 32)
    joined = "".join(line.text for line in lines).replace(" ", "")
    assert joined == text.replace(" ", "")
    marked = "".join(line.text[a:b] for line in lines for a, b in line.marks)
    assert marked.replace(" ", "") == whole.text[12:24].replace(" ", "")
    for line in lines:
        assert sum(2 if ord(letter) > 0x2E80 else 1 for letter in line.text) <= 32


def test_nothing_of_a_document_steers_a_terminal() -> None:
    evil = "\x1b[2JThe wheel\x07 \x9b31mturns."
    answer = shown("excerpt", evil, citations=(a_place(1, evil, marked="turns"),), phrase=evil)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", answer_text(answer))
