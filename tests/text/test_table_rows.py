"""Rows of tables in quotes: as the page shows them, and found in either form."""

from __future__ import annotations

import pytest
from quoth.text import find_quote, show_rows

NAMED = (
    "Harbour dues\n"
    "Berth | 2018 | 2017\n"
    "Berth: North quay | 2018: $21,965 | 2017: $20,009\n"
    "Berth: South quay | 2018: $8,100 | 2017: $7,650"
)
UNNAMED_FIRST = "| 2018 | 2017\nNet sales | 2018: $21,965 | 2017: $20,009"
MARKDOWN = "| Key | Price |\n|-----|:-----:|\n| Front door | 12 crowns |\n| Cellar | 9 crowns |"


def cut(text: str, begin: str) -> tuple[str, str]:
    start = text.index(begin)
    return text[start:].split("\n")[0], text[:start]


@pytest.mark.parametrize(
    ("text", "row", "shown"),
    [
        (NAMED, "Berth: South", "Berth | 2018 | 2017\nSouth quay | $8,100 | $7,650"),
        (UNNAMED_FIRST, "Net sales", "| 2018 | 2017\nNet sales | $21,965 | $20,009"),
        (MARKDOWN, "| Cellar", "Key | Price\nCellar | 9 crowns"),
    ],
)
def test_a_row_is_shown_below_the_names_of_its_columns(text: str, row: str, shown: str) -> None:
    piece, above = cut(text, row)
    assert [line.strip("| ") for line in show_rows(piece, above).split("\n")] == [
        line.strip("| ") for line in shown.split("\n")
    ]


def test_names_that_no_line_above_has_are_taken_from_the_row() -> None:
    piece, _ = cut(NAMED, "Berth: South")
    assert show_rows(piece) == "Berth | 2018 | 2017\nSouth quay | $8,100 | $7,650"


def test_the_names_stand_once_above_several_rows() -> None:
    assert show_rows(NAMED) == (
        "Harbour dues\nBerth | 2018 | 2017\n"
        "North quay | $21,965 | $20,009\nSouth quay | $8,100 | $7,650"
    )
    assert show_rows(MARKDOWN) == "Key | Price\nFront door | 12 crowns\nCellar | 9 crowns"


@pytest.mark.parametrize("text", ["", "A sentence: with a colon.", "A list:\n- one\n- two"])
def test_text_without_rows_stays_as_it_is(text: str) -> None:
    assert show_rows(text) == text


@pytest.mark.parametrize(
    "quote",
    [
        "Berth: South quay | 2018: $8,100 | 2017: $7,650",
        "South quay | $8,100 | $7,650",
        "South quay $8,100 $7,650",
        "Berth | 2018 | 2017\nSouth quay | $8,100 | $7,650",
    ],
)
def test_a_row_is_found_with_and_without_the_names_of_its_columns(quote: str) -> None:
    found = find_quote(quote, NAMED)
    assert found is not None
    start, end, _ = found
    assert "South quay" in NAMED[start:end]
    assert NAMED[start:end].endswith("$7,650")
    assert "North" not in NAMED[start:end]


def test_a_row_of_markdown_is_found_below_its_names() -> None:
    found = find_quote("Key | Price\nCellar | 9 crowns", MARKDOWN)
    assert found is not None
    assert MARKDOWN[found[0] : found[1]] == "Cellar | 9 crowns"


def test_values_of_another_row_are_not_found() -> None:
    assert find_quote("South quay $21,965 $20,009", NAMED) is None
    assert find_quote("South quay | $8,100 | $7,651", NAMED) is None
