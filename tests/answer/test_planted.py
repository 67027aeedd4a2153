"""Citations in Japanese, Korean, Thai and Hebrew: twenty planted questions each."""

from __future__ import annotations

import pytest
from planted import PLANTED
from quoth.answer.cite import best_sentences, cite
from quoth.text import language
from quoth.types import Chunk

_CHUNK = 5
_LONGEST = {"th": 160}
"""Thai marks no end of a sentence: a space ends one that is long enough."""


def chunks(code: str) -> list[Chunk]:
    """Return the text in chunks of five sentences, all on one page."""
    space = "" if code == "ja" else " "
    sentences = [row.sentence for row in PLANTED[code]]
    parts = [space.join(sentences[at : at + _CHUNK]) for at in range(0, len(sentences), _CHUNK)]
    starts = [sum(map(len, parts[:number])) + number for number in range(len(parts))]
    return [
        Chunk("town.md", "", 1, None, start, start + len(part), part, ordinal=n, language=code)
        for n, (start, part) in enumerate(zip(starts, parts, strict=True))
    ]


@pytest.mark.parametrize("code", PLANTED)
def test_what_is_cited_stands_on_its_page_and_is_one_sentence(code: str) -> None:
    page = "\n".join(chunk.text for chunk in chunks(code))
    longest = _LONGEST.get(code, max(len(planted.sentence) for planted in PLANTED[code]))
    right = 0
    for row in PLANTED[code]:
        citations = cite(row.question, row.answer, chunks(code), language=language(code))
        assert citations, row.question
        for citation in citations:
            assert page[citation.start : citation.end] == citation.quote
            assert len(citation.quote) <= longest
        right += row.answer in citations[0].quote
    assert right >= len(PLANTED[code]) - 1


@pytest.mark.parametrize("code", PLANTED)
def test_the_words_of_the_question_find_the_sentence_that_answers(code: str) -> None:
    found = 0
    for row in PLANTED[code]:
        best = best_sentences(row.question, "", chunks(code), limit=1, language=language(code))
        found += bool(best) and row.answer in best[0].text
    assert found >= 17, f"{found} of {len(PLANTED[code])}"
