from __future__ import annotations

import pytest
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
