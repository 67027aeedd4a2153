from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from quoth.text import drop_repeats

PIECES = ("a", "b", "2019", " ", " | ", ": ", "\n", ".", "|", ":")
TABLES = st.lists(st.sampled_from(PIECES), max_size=80).map("".join)


def test_the_names_of_columns_are_said_in_the_first_row_only() -> None:
    rows = [f"Ferry {n} | Cars on board: {n} | Lorries on board: {n + 1}" for n in range(3)]
    assert drop_repeats("\n".join(rows)) == (
        "Ferry 0 Cars on board: 0 Lorries: 1\nFerry 1 1 2\nFerry 2 2 3"
    )


def test_a_new_column_is_named() -> None:
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


@given(TABLES)
def test_no_word_is_lost_and_none_is_added(text: str) -> None:
    before, after = (re.findall(r"\w+", each) for each in (text, drop_repeats(text)))
    assert set(after) == set(before)
    assert len(after) <= len(before)
