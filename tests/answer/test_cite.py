from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.documents import Document
from quoth.answer.cite import best_sentences, cite
from quoth.answer.sentences import sentences_of
from quoth.errors import UsageError
from quoth.text.markup import strip_links
from quoth.types import Chunk, Hit

PAGE = (
    "Records kept\nThe signed minutes are kept for ten years in the strongroom. "
    "Recordings of cameras are kept for 14 days. The chair holds the only key."
)


def chunk(text: str = PAGE, *, start: int = 0, page: int = 3, source: str = "a.pdf") -> Chunk:
    return Chunk(source, "Minutes", page, "iii", start, start + len(text), text, ("Records kept",))


def test_what_the_answer_repeats_is_cited_as_it_stands() -> None:
    (one,) = cite("How long?", "Recordings of cameras are kept for 14 days.", [chunk(start=40)])
    assert (one.match, one.verified, one.page, one.page_label) == ("exact", True, 3, "iii")
    assert PAGE[one.start - 40 : one.end - 40] == one.quote


def test_a_citation_names_every_source_of_its_content() -> None:
    twice = replace(chunk(), also_at=("b.pdf",))
    for answer in ("Recordings of cameras are kept for 14 days.", "Two weeks."):
        (one,) = cite("How long are recordings kept?", answer, [twice])
        assert (one.source, one.also_at) == ("a.pdf", ("b.pdf",))


def test_a_quote_that_is_not_there_is_repaired_and_marked() -> None:
    (one,) = cite(
        "How long are minutes kept?",
        "Minutes are held ten years.",
        [chunk()],
        quotes=["The minutes shall be held for ten years by the clerk."],
    )
    assert one.match == "nearest"
    assert one.quote == "The signed minutes are kept for ten years in the strongroom."


def test_a_quote_is_cited_from_the_chunk_that_holds_it() -> None:
    other = chunk("Nothing of the kind is written on this page.", page=9, source="b.pdf")
    (one,) = cite("Key?", "The chair.", [other, chunk()], quotes=["The chair holds the only key."])
    assert (one.source, one.page) == ("a.pdf", 3)


def test_the_same_words_are_cited_once() -> None:
    quote = "The chair holds the only key."
    assert len(cite("Key?", f"{quote} {quote}", [chunk()], quotes=[quote, quote])) == 1


def test_without_chunks_nothing_is_cited() -> None:
    assert cite("Key?", "The chair holds the only key.", []) == ()


@pytest.mark.parametrize(
    "passage",
    [
        chunk(),
        Hit(chunk(), 1.0),
        Document(PAGE, metadata={"source": "a.pdf", "page": 2, "total_pages": 9}),
        Document(PAGE, metadata=chunk().as_metadata()),
    ],
    ids=["a chunk", "a hit", "a document", "a document of ours"],
)
def test_the_places_are_found_in_whatever_holds_the_text(passage: Chunk | Hit | Document) -> None:
    (one,) = cite("", "The chair holds the only key.", [passage])
    assert (one.source, one.page, one.verified) == ("a.pdf", 3, True)


@pytest.mark.parametrize(
    ("passages", "told"),
    [
        (PAGE, "`passages` must be hits, chunks or LangChain documents, not an object of str"),
        ([chunk(), PAGE], "`passages[1]` must be"),
        (None, "not an object of NoneType"),
    ],
)
def test_what_holds_no_text_with_a_place_is_told_by_name(passages: Any, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        cite("", "The chair holds the only key.", passages)


def test_a_heading_is_not_a_part_of_the_sentence_after_it() -> None:
    first = sentences_of([chunk(start=7)])[0]
    assert first.text == "The signed minutes are kept for ten years in the strongroom."
    assert PAGE[first.start - 7 : first.end - 7] == first.text


def test_the_best_sentence_shares_the_rare_words() -> None:
    (best,) = best_sentences("How long are camera recordings kept?", "", [chunk()], limit=1)
    assert "14 days" in best.text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("see [our site](http://evil.test/a?b=(c)) now", "see our site now"),
        ("![pixel](https://evil.test/p.png)", "pixel"),
        ("[![x](http://a.test)](http://b.test)", "x"),
        ("<img src='http://evil.test/p.png'>done", "done"),
        ("<http://evil.test> ok", " ok"),
        ("[ref][1] stays words", "ref stays words"),
        ("a [1] b, 2 < 3 and 4 > 3", "a [1] b, 2 < 3 and 4 > 3"),
    ],
)
def test_links_become_their_words(text: str, plain: str) -> None:
    assert strip_links(text) == plain
