from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quoth.text import Splitter, find_sentence_starts, find_sentences, find_stops, is_complete
from quoth.types import Document, Page


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in find_sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["He left.", "“Why?” she asked.", "Nobody knew."],
        ["Он ушёл.", "Она осталась.", "«Почему?»"],
        ["Er ging.", "Über Nacht blieb sie.", "„Warum?“"],
        ["Se fue.", "¿Por qué?", "¡Nadie lo sabe!"],
        ["Έφυγε.", "Εκείνη έμεινε."],
        ["ذهب الرجل.", "لماذا؟", "لا أحد يعرف."],
        ["वह चला गया।", "वह रुकी रही।"],
        ["Նա գնաց։", "Նա մնաց։"],
        ["ሄደ።", "እሷ ቀረች።"],
        ["בא הביתה.", "למה הלך?", "איש לא ידע."],
        ["그는 떠났다.", "그녀는 남았다."],
    ],
    ids=lambda parts: parts[0],
)
def test_sentences_end_in_every_script(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


def test_sentences_end_where_no_space_is_written() -> None:
    assert cut("彼は去った。「なぜ？」彼女は残った。") == [
        "彼は去った。",
        "「なぜ？」",
        "彼女は残った。",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Smith met Mr. Jones.",
        "See Fig. 3 for details.",
        "John F. Kennedy spoke.",
        "J. R. R. Tolkien wrote it.",
        "А. С. Пушкин написал это.",
        "It is 3.5 metres, e.g. the guard.",
        "It ran vs. Rome.",
    ],
)
def test_abbreviations_and_initials_end_nothing(sentence: str) -> None:
    assert cut(sentence) == [sentence]


@pytest.mark.parametrize(
    "parts",
    [
        ["That was plan B.", "Then came another."],
        ["It followed World War I.", "Then came peace."],
        ["He was late.", "J. Smith was not."],
        ["She said no.", "He agreed."],
    ],
    ids=lambda parts: parts[0],
)
def test_what_only_looks_like_an_abbreviation_ends_a_sentence(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


def test_an_empty_line_ends_a_sentence() -> None:
    assert cut("A heading\n\n  the rest\nof it") == ["A heading", "the rest\nof it"]


@given(st.text(alphabet="aA1 .!?。؟\n\"'（)」Дж", max_size=60))
def test_sentences_are_the_whole_text_in_order(text: str) -> None:
    spans = list(find_sentences(text))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert "".join("".join(cut(text)).split()) == "".join(text.split())


def test_starts_are_those_of_the_span_alone() -> None:
    text = "One. Two. Three. Four."
    assert list(find_sentence_starts(text, 5, 17)) == [10]


@pytest.mark.parametrize(
    "text", ["Он ушёл. Она осталась.", "वह गया। वह रुकी।", "Dr. No left. He won."]
)
def test_the_splitter_cuts_at_the_same_sentences(text: str) -> None:
    """A chunk has room for the longer sentence, so every cut is the end of one."""
    longest = max(end - start for start, end in find_sentences(text))
    splitter = Splitter(range_of, chunk_tokens=longest + 1, limit=longest + 1)
    chunks = splitter.split(Document("a", "", "text", (Page(1, text),)))
    assert [chunk.text for chunk in chunks] == cut(text)


def range_of(text: str) -> range:
    """Return a token for each character."""
    return range(len(text))


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("It is.", True),
        ("It is.” ", True),
        ("終わり。」", True),
        ("क्या?", True),
        ("यह है।", True),
        ("It is", False),
        ("It is:", False),
        ("", False),
    ],
)
def test_a_complete_text_ends_with_a_mark(text: str, complete: bool) -> None:
    assert is_complete(text) is complete


def test_stops_are_found_before_the_next_sentence_is_written() -> None:
    text = "One is here. two is not\n終わり。？次"
    stops = list(find_stops(text))
    assert [text[end:start] for end, start in stops] == [" ", "\n", ""]
    assert stops[0] == (12, 13)
    assert list(find_stops(text, 13)) == stops[1:]
    assert list(find_stops("It is over.")) == []
