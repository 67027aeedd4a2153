"""What an RTF file shows, on its pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from quoth.load.registry import load_document

Write = Callable[[str, str | bytes], Path]


def read(write: Write, body: str) -> str:
    return load_document(write("a.rtf", rf"{{\rtf1\ansi {body}}}")).pages[0].text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"Gr\'f6\'dfe {\b bold}\par end", "Größe bold\n\nend"),
        (r"5 \u8364?, \u-10179?\u-8704?, {\uc2 \u177 +-2}", "5 €, 😀, ±2"),
        (r"640 m{\super 2}, 12{\super 5}, H{\sub 2}O, 10\super -6\nosupersub  bar", None),
        (r"x\emdash y\~z\line next\tab t \{a\}", "x—y z\nnext\tt {a}"),
        (
            r"{\fonttbl{\f0\fcharset204 A;}{\f1\fcharset0 B;}}\f0 \'cf\'f0\f1  Gr\'f6\'dfe",
            "Пр Größe",
        ),
        (r"{\fonttbl{\f0\fcharset128 A;}}\f0 \'96\'e5", "門"),
        (r"\ansicpg1250 \'b3\'f3d\'9f", "łódź"),
        (r"{\listtext 3.\tab}Fill it.", "3.\tFill it."),
        (r'{\field{\*\fldinst HYPERLINK "http://e.org"}{\fldrslt the plan}}', "the plan"),
        (r"A{\*\bkmkstart x}{\*\unknown no}{\pict\pngblip 8950}{\stylesheet{\s0 Normal;}}B", "AB"),
        (r"A{\pict\bin5 }}{{x}B", "AB"),
    ],
)
def test_control_words(write: Write, body: str, text: str | None) -> None:
    assert read(write, body) == (text or "640 m², 12⁵, H2O, 10⁻⁶ bar")


def test_hidden_and_struck_out_text_is_counted(write: Write) -> None:
    body = r"The fee is {\v secret}{\strike 9}{\deleted 8} 12 euros.{\pict 00}"
    document = load_document(write("a.rtf", rf"{{\rtf1 {body}}}"))
    assert document.pages[0].text == "The fee is  12 euros."
    assert document.unread == {"hidden passage": 1, "struck-out passage": 2, "picture": 1}


def test_tables_have_rows_and_merged_cells(write: Write) -> None:
    cells = r"\trowd\cellx1\cellx2\intbl "
    merged = r"\trowd\clvmrg\cellx1\cellx2\intbl "
    body = (
        rf"{cells}Town\cell Fee\cell\row {cells}Ulm\cell 7,50 \'80\par more\cell\row "
        rf"{merged}\cell 8\cell\row\pard After."
    )
    assert read(write, body) == "Town | Fee\nUlm | 7,50 € more\nUlm | 8\n\nAfter."


def test_pages_headings_title_and_what_stands_apart(write: Write) -> None:
    body = (
        r"{\info{\title Of pumps}{\author Ada}}{\stylesheet{\s1 heading 1;}}{\header Weir Board}"
        r"\pard\s1 Care\par\pard Oil it.{\footnote Twice a year.}\page"
        r"\pard\outlinelevel1 End\par{\*\annotation Ask Ben.}\pard Done."
    )
    document = load_document(write("a.rtf", rf"{{\rtf1\ansi {body}}}"))
    assert document.title == "Of pumps"
    assert [page.text for page in document.pages] == [
        "Care\n\nOil it.",
        "End\n\nDone.\n\nHeader:\nWeir Board\n\nFootnotes:\nTwice a year.\n\nComments:\nAsk Ben.",
    ]
    headings = [(each.level, each.title) for page in document.pages for each in page.headings]
    assert headings == [(1, "Care"), (2, "End")]


@pytest.mark.parametrize(
    "filler", ["{", "}", r"\par ", r"\u8364?", "{\\footnote x\\par}", r"\cell", "\\"]
)
def test_hostile_rtf_costs_little_time(write: Write, filler: str) -> None:
    path = write("a.rtf", r"{\rtf1 text " + filler * 100_000)
    began = time.process_time()  # seconds of the processor, which a busy machine hardly changes
    assert "text" in load_document(path).pages[0].text
    assert time.process_time() - began < 5


DESCRIBED = r"{\sp{\sn wzName}{\sv Pic 1}}{\sp{\sn wzDescription}{\sv The weir at noon}}"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            rf"Before {{\*\shppict{{\pict{{\*\picprop{DESCRIBED}}}\pngblip 89}}}}"
            r"{\nonshppict{\pict 01}}after\par End",
            "Before after\n\nPicture: The weir at noon\n\nEnd",
        ),
        (
            rf"A {{\shp{{\*\shpinst{DESCRIBED}{{\sp{{\sn pib}}{{\sv {{\pict 89}}}}}}"
            r"{\shptxt box\par}}{\shprslt box {\pict 01}}}\par",
            "A box\n\nPicture: The weir at noon",
        ),
    ],
)
def test_a_picture_is_its_alternative_text_and_is_counted_once(
    write: Write, body: str, text: str
) -> None:
    document = load_document(write("a.rtf", rf"{{\rtf1\ansi {body}}}"))
    assert document.pages[0].text == text
    assert document.unread == {"picture": 1}
