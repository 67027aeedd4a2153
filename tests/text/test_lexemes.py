from __future__ import annotations

import pytest
from quoth.text import lexemes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It costs 1,200 – o'clock.", ["It", "costs", "1,200", "–", "o'clock", "."]),
        ("well-known (v2)", ["well-known", "(", "v2", ")"]),
        ("बाँध ऊँचा है।", ["बाँध", "ऊँचा", "है", "।"]),
        ("เขื่อน 30", ["เขื่อน", "30"]),
        ("cafe\u0301!", ["cafe\u0301", "!"]),
    ],
)
def test_a_lexeme_is_a_whole_word_or_a_sign(text: str, found: list[str]) -> None:
    assert [match.group() for match in lexemes(text)] == found
    assert [match.group() for match in lexemes(text, 1)][-1] == found[-1]
