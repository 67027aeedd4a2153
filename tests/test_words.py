from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from quoth.text.words import analyse, code, name_words, named_words, pack, unpack


def test_words_are_stemmed_lower_case_without_accents_and_without_stop_words() -> None:
    assert analyse("The Meetings were held in Zürich") == ["meet", "held", "zurich"]


def test_words_repeat_as_often_as_they_stand_there() -> None:
    assert analyse("oil, oil and oils") == ["oil", "oil", "oil"]


def test_ligatures_are_taken_apart() -> None:
    assert analyse("ﬁnancial eﬀects") == analyse("financial effects")


def test_scripts_without_spaces_are_cut_into_pairs() -> None:
    assert analyse("東京都庁") == ["東京", "京都", "都庁"]
    assert analyse("GDP増加") == ["gdp", "増加"]


@given(st.lists(st.text(min_size=1, max_size=8)))
def test_codes_come_back_in_order(words: list[str]) -> None:
    assert unpack(pack(words)).tolist() == [code(word) for word in words]
    assert unpack(pack(words)).dtype == np.uint32


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    for word in analyse(text):
        assert word.strip()
        assert '"' not in word


def test_a_name_is_its_words_and_their_parts() -> None:
    assert name_words("3M_2018_10K") == {"3m", "2018", "10k", "10"}


def test_a_question_names_by_joined_neighbours_and_short_years() -> None:
    named = named_words("How did Best Buy do in FY20, by its 10-K?")
    assert {"bestbuy", "2020", "10k"} <= named
    assert not named & {"how", "in", "it"}
