from __future__ import annotations

from quoth.text import guess_name_words, language, split_name


def test_a_name_is_its_words_and_their_parts() -> None:
    assert split_name("3M_2018_10K") == {"3m", "2018", "10k", "10"}


def test_a_question_names_by_joined_neighbours_and_short_years() -> None:
    named = guess_name_words("How did Best Buy do in FY20, by its 10-K?")
    assert {"bestbuy", "2020", "10k"} <= named
    assert not named & {"how", "in", "it"}


def test_a_name_without_spaces_between_words_gives_pairs() -> None:
    assert split_name("大坝_2021", language("zh")) == {"大坝", "2021"}
