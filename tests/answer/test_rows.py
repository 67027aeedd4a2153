"""Which lines stand for themselves."""

from __future__ import annotations

import pytest
from quoth.answer.sentences import sentences_of
from quoth.types import Chunk

PARAGRAPH = (
    "The keeper of the lighthouse writes down the weather three times a day, and the\n"
    "height of the water at noon. The book is sent to the harbour office at the end of\n"
    "each quarter."
)
TABLE = "Lamp hours by month\nJanuary 410 hours Full\nFebruary 362 hours Full\nMarch 350 hours Part"
PIPES = "Boat | Length: 9 m | Berth: A4\nHeron | 12 m | B1\nTern | 7 m | B2"
LIST = (
    "The visitor brings three things:\n"
    "- a lamp that has been charged on the day before, with a spare battery in a dry\n"
    "bag;\n"
    "- dry boots;\n"
    "- a rope of ten metres."
)
ADDRESS = "Harbour Office\n4 Quay Street\nSaltmouth"


def cut(text: str) -> list[str]:
    chunk = Chunk("light.md", "", 1, None, 0, len(text), text)
    return [sentence.text for sentence in sentences_of([chunk])]


def test_the_lines_of_a_paragraph_are_no_rows() -> None:
    assert [" ".join(text.split()) for text in cut(PARAGRAPH)] == [
        "The keeper of the lighthouse writes down the weather three times a day, and the height of "
        "the water at noon.",
        "The book is sent to the harbour office at the end of each quarter.",
    ]


@pytest.mark.parametrize("text", [TABLE, PIPES, ADDRESS], ids=["columns", "cells", "address"])
def test_each_row_is_a_sentence_of_its_own(text: str) -> None:
    assert [line for line in text.split("\n") if " " in line] == cut(text)


def test_the_items_of_a_list_are_cut_and_their_lines_are_not() -> None:
    texts = cut(LIST)
    assert len(texts) == 4
    assert "spare battery in a dry\nbag;" in texts[1]


def test_the_text_of_a_cell_may_go_on_in_the_next_line() -> None:
    texts = cut("Rent: 2.1 | Rent: It is paid in twelve equal parts of 90 crowns\nin advance.")
    assert texts[-1].endswith("90 crowns\nin advance.")


def test_each_sentence_is_verbatim_text_of_its_page() -> None:
    for text in (PARAGRAPH, TABLE, PIPES, LIST, ADDRESS):
        chunk = Chunk("light.md", "", 1, None, 40, 40 + len(text), text)
        for sentence in sentences_of([chunk]):
            assert text[sentence.start - 40 : sentence.end - 40] == sentence.text
