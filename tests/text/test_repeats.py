from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from quoth.text import Splitter
from quoth.text.repeats import drop_repeats
from quoth.types import Document, Page

ROWS = [f"Ferry {n} | Cars on board: {n} | Lorries on board: {n + 1}" for n in range(40)]
PIECES = ("a", "b", "2019", " ", " | ", ": ", "\n", ".", "|", ":")
TABLES = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)


def token_starts(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]


def splitter(tokens: int, *, as_embedded: bool = True) -> Splitter:
    return Splitter(token_starts, chunk_tokens=tokens, limit=256, as_embedded=as_embedded)


def test_the_names_of_columns_are_said_in_the_first_row_only() -> None:
    assert drop_repeats("\n".join(ROWS[:3])) == (
        "Ferry 0 Cars on board: 0 Lorries 1\nFerry 1 1 2\nFerry 2 2 3"
    )


def test_a_name_is_said_again_after_another_table_has_named_a_new_column() -> None:
    rows = ["Oats | Weight: 3 | Price: 4", "Rye | Weight: 5 | Colour: brown", "Hay | Colour: green"]
    assert drop_repeats("\n".join(rows)) == (
        "Oats Weight: 3 Price: 4\nRye 5 Colour: brown\nHay green"
    )


def test_text_outside_rows_stays_as_it_is() -> None:
    text = "Note: the pump: is old.\nNote: it leaks.\n\nif a || b: c"
    assert drop_repeats(text) == text


def test_values_stay_whatever_they_repeat() -> None:
    assert drop_repeats("Mon | high: 3 3 3 | low: 3\nTue | high: 3 3 3 | low: 3") == (
        "Mon high: 3 3 3 low: 3\nTue 3 3 3 3"
    )


def test_a_chunk_holds_more_rows_where_the_names_count_once() -> None:
    document = Document("/a.txt", "", "text", (Page(1, "\n".join(ROWS)),))
    counted = splitter(60).split(document)
    whole = splitter(60, as_embedded=False).split(document)
    assert 2 * len(counted) < len(whole)
    assert {row for chunk in counted for row in chunk.text.split("\n")} == set(ROWS)


@settings(deadline=None)
@given(TABLES, st.integers(2, 30))
def test_no_chunk_has_more_tokens_than_are_counted(text: str, size: int) -> None:
    for chunk in splitter(size).split(Document("/a.txt", "", "text", (Page(1, text),))):
        assert text[chunk.start : chunk.end] == chunk.text
        embedded = drop_repeats(chunk.text)
        assert len(token_starts(embedded)) <= chunk.tokens <= size
        assert set(re.findall(r"\w+", embedded)) == set(re.findall(r"\w+", chunk.text))
