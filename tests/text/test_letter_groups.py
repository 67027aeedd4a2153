from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from quoth.text import group_letters


def groups_of(*texts: str) -> list[list[int]]:
    codes, rows = group_letters(texts)
    return [codes[rows == index].tolist() for index in range(len(texts))]


def test_a_word_of_n_letters_has_n_minus_one_groups() -> None:
    assert [len(groups) for groups in groups_of("staumauer", "ab", "a", "")] == [8, 1, 0, 0]


def test_related_words_share_groups() -> None:
    whole, part, other = map(set, groups_of("staumauerprüfung", "prüfung", "kanal"))
    assert len(whole & part) == len(part) - 1
    assert not whole & other


def test_letters_of_all_scripts_count_as_one_letter() -> None:
    for word in ("wort", "बाँध", "плот", "東京都市", "𠀀𠀁𠀂𠀃"):
        assert [len(groups) for groups in groups_of(word)] == [len(word) - 1]


@given(st.lists(st.lists(st.text(alphabet="abäбहข", min_size=1, max_size=6), max_size=4)))
def test_groups_stay_within_words_and_texts(texts: list[list[str]]) -> None:
    together = groups_of(*(" ".join(words) for words in texts))
    for words, groups in zip(texts, together, strict=True):
        assert groups == [code for word in words for code in groups_of(word)[0]]


def test_codes_are_32_bits_wide() -> None:
    codes, rows = group_letters(["pump", "pump"])
    assert codes.dtype == np.uint32
    assert codes[rows == 0].tolist() == codes[rows == 1].tolist()
