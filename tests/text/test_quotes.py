from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quoth.text.quotes import find_quote
from quoth.text.sentences import find_sentences

PAGE = "The hatch opened in-\nward and could not be moved.\nIt was “ﬁnal”, they said — twice."


@pytest.mark.parametrize(
    ("quote", "how"),
    [
        ("could not be moved.", "exact"),
        ("The hatch opened inward and could not", "tolerant"),
        ("could not be\n moved. It was", "tolerant"),
        ('It was "final", they said - twice.', "tolerant"),
    ],
)
def test_a_quote_is_found_however_the_page_is_typeset(quote: str, how: str) -> None:
    place = find_quote(quote, PAGE)
    assert place is not None
    start, end, finding = place
    assert finding == how
    assert "".join(PAGE[start:end].split())[:3] == "".join(quote.split())[:3]


@pytest.mark.parametrize(
    ("quote", "page"),
    [
        ('Er sagte: "Nein".', "Er sagte: „Nein“."),
        ("Il dit : 'Non'.", "Il dit : « Non »."),
        ("他说：“不”。", "他说:「不」."),
        ("高120米，建于1962年", "高１２０米,建于１９６２年"),
        ("大坝高120米", "大壩高120米"),
        ("發電機", "发电机"),
        ("ガラスのダム", "ｶﾞﾗｽのﾀﾞﾑ"),
        ("السد الكبير، عام 1962", "السَّدُّ الكبيـــر, عام ١٩٦٢"),
        ("السد", "ﺍﻟﺴﺪ"),
        ("שלום לכולם", "שָׁלוֹם\u200f לכולם"),
        ("café fermé", unicodedata.normalize("NFD", "café fermé")),
        (unicodedata.normalize("NFD", "댐의 높이"), "댐의 높이"),
        ("database of pumps", "data\u00adbase\u200b of pumps"),
        ("wait... and see", "wait… and see"),
        ("等……再说", "等…再说"),
        ("one -- two", "one—two"),
        ("बाँध १९६२ में", "बाँध 1962 में"),
        ("水库的水位每年下降", "水库的水位\n每年下降"),
    ],
)
def test_a_quote_is_found_in_the_typography_of_every_script(quote: str, page: str) -> None:
    place = find_quote(quote, f"– {page} –")
    assert place == (2, 2 + len(page), "tolerant")


@pytest.mark.parametrize(
    ("quote", "page"),
    [
        ("125 people", "12⁵ people"),
        ("61/2 sacks", "6½ sacks"),
        ("cafe ferme", "café fermé"),
        ("the cafe", unicodedata.normalize("NFD", "the café")),
        ("कान", "कौन"),
        ("タム", "ダム"),
    ],
)
def test_other_letters_and_numbers_are_no_typography(quote: str, page: str) -> None:
    assert find_quote(quote, page) is None


@given(st.text(min_size=1, max_size=30), st.sampled_from(["NFC", "NFD"]))
def test_a_text_is_found_in_its_other_normal_forms(text: str, form: Literal["NFC", "NFD"]) -> None:
    page = unicodedata.normalize(form, text)
    place = find_quote(text, page)
    assert place is not None or not any(map(str.isalnum, text))


@pytest.mark.parametrize(
    "quote", ["", "   ", "The hatch opened outward", "moved by hand", "It was final, they said"]
)
def test_what_does_not_stand_there_is_not_found(quote: str) -> None:
    assert find_quote(quote, PAGE) is None


def test_one_word_changed_is_not_the_quote() -> None:
    assert find_quote("The hatch opened in-\nward and could be moved.", PAGE) is None


def test_the_span_ends_where_the_quote_ends() -> None:
    place = find_quote("opened inward", PAGE)
    assert place is not None
    assert PAGE[place[0] : place[1]] == "opened in-\nward"


def test_sentences_are_spans_of_the_text() -> None:
    text = 'He left. "Why?" she asked.\n\nNobody knew, e.g. the guard. 3.5 metres is enough.'
    found = [text[start:end] for start, end in find_sentences(text)]
    assert found[0] == "He left."
    assert found[-1] == "3.5 metres is enough."
    assert all(part == part.strip() for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())
