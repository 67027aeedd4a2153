from __future__ import annotations

import pytest
from quoth.text import count_solid, count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("Two pumps, one valve.", 4),
        ("Über Öfen", 2),
        ("大坝高120米", 4),
        ("ダムの高さ", 5),
        ("댐의 높이는", 2),
        ("เขื่อนเก่า", 3),
        ("बाँध ऊँचा है", 3),
    ],
)
def test_words_are_counted_as_long_as_readers_find_them(text: str, words: int) -> None:
    assert count_words(text) == words


def test_white_space_is_not_solid() -> None:
    assert count_solid(" a b\n中 ") == 3
