from __future__ import annotations

import pytest
from quoth.text import analyse


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AB-1234/5", {"ab-1234/5", "ab", "1234", "5"}),
        ("ISO 9001:2015", {"iso", "9001:2015", "9001", "2015"}),
        ("get_user_by_id", {"get_user_by_id", "get", "user", "id"}),
        ("getUserById", {"getuserbyid", "get", "user", "id"}),
        ("parseHTTPBody", {"pars", "http", "bodi"}),
        ("v2.3.1", {"v2.3.1", "2.3.1", "2", "3", "1"}),
        ("PPR-9087", {"ppr-9087", "ppr", "9087"}),
        ("RULE-A002", {"rule-a002", "rule", "a002", "002"}),
        ("§ 4.2.1", {"4.2.1", "4", "2", "1"}),
        ("2 BvR 1481/04", {"bvr", "1481/04", "1481", "04"}),
        ("12⁵", {"12^5", "12", "5"}),
        ("C++ and C#", {"c++", "c#"}),
        ("1,234.50", {"1,234.50", "1234.5"}),
        ("12.05.2023", {"12.05.2023", "12", "05", "2023"}),
        ("FY2018", {"fy2018", "2018"}),
        ("10kg", {"10kg", "10", "kg"}),
        ("AT&T", {"at&t"}),
        ("jane.doe@example.com", {"jane.doe@example.com", "jane", "doe"}),
        ("std::vector", {"std::vector", "std", "vector"}),
        ("192.168.0.17", {"192.168.0.17", "192", "168", "17"}),
        ("well-known", {"well", "known"}),
    ],
)
def test_the_whole_and_its_parts_are_words(text: str, words: set[str]) -> None:
    assert words <= set(analyse(text))


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("1,250,000", "1250000"),
        ("875.500", "875500"),
        ("1.499,00", "1499"),
        ("1 250.75", "250.75"),
        ("U.S.A.", "USA"),
        ("m²", "m2"),
    ],
)
def test_a_number_is_found_however_its_digits_are_grouped(written: str, typed: str) -> None:
    assert set(analyse(typed)) <= set(analyse(written))


def test_words_joined_by_hyphens_and_apostrophes_are_their_parts() -> None:
    assert analyse("state-of-the-art, O'Brien") == ["state", "art", "o", "brien"]


def test_a_code_of_many_changes_has_no_parts() -> None:
    assert analyse("3f2a9c0b7d") == ["3f2a9c0b7d"]
