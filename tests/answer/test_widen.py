"""What an excerpt takes along with the sentence that answers best."""

from __future__ import annotations

import pytest
from quoth.answer.sentences import Sentence, sentences_of
from quoth.answer.widen import MOST_WORDS, Excerpt, surround, widen
from quoth.text import count_words
from quoth.types import Chunk

LIST = (
    "## Landing\n\nA boat may land when:\n\na) the flag is green;\n\nb) the tide is high; and\n\n"
    "c) the keeper agrees.\n\nNobody lands at night."
)
TABLE = "Boats and berths\nBoat | Length | Berth\nHeron | 12 m | B1\nTern | 7 m | B2"
TOLD = "The keeper is Ida Holm. She has lived on the rock since 1990. The lamp was made in Lyon."
ASKED = "How is the lamp cleaned?\nWith vinegar and a cloth. The keeper does it on Mondays."


def read(text: str) -> list[Sentence]:
    return sentences_of([Chunk("light.md", "", 1, None, 5, 5 + len(text), text)])


def widened(text: str, holding: str, *, scores: list[float] | None = None) -> str:
    sentences = read(text)
    index = next(n for n, one in enumerate(sentences) if holding in one.text)
    excerpt = widen(sentences, scores or [-20.0 * (n != index) for n in range(99)], index)
    assert text[excerpt.start - 5 : excerpt.end - 5] == excerpt.text
    assert excerpt.best.text == sentences[index].text
    return excerpt.text


@pytest.mark.parametrize("holding", ["may land", "tide is high"])
def test_a_colon_brings_its_list_and_an_item_the_colon(holding: str) -> None:
    text = widened(LIST, holding)
    assert text.startswith("A boat may land when:")
    assert text.endswith("c) the keeper agrees.")


def test_a_row_brings_the_rows_beside_it_that_answer_as_well() -> None:
    assert widened(TABLE, "Tern") == "Tern | 7 m | B2"
    scores = [-9.0, -9.0, -0.5, 0.0]
    assert widened(TABLE, "Tern", scores=scores) == "Heron | 12 m | B1\nTern | 7 m | B2"


def test_a_sentence_brings_the_one_that_it_refers_to() -> None:
    assert widened(TOLD, "since 1990").startswith("The keeper is Ida Holm.")
    assert widened(TOLD, "Lyon") == "The lamp was made in Lyon."


def test_the_next_sentence_comes_along_where_it_answers_nearly_as_well() -> None:
    assert widened(TOLD, "Ida Holm", scores=[0.0, -1.0, -9.0]).endswith("since 1990.")
    assert widened(TOLD, "Ida Holm", scores=[0.0, -9.0, -1.0]) == "The keeper is Ida Holm."


def test_a_question_brings_the_answer_after_it() -> None:
    assert "vinegar" in widened(ASKED, "cleaned?")


def test_an_excerpt_is_never_longer_than_a_person_reads_at_once() -> None:
    long = " ".join(f"Number {n} is written on the wall of the tower in red." for n in range(40))
    sentences = read(long)
    scores = [0.0] * len(sentences)
    middle = widen(sentences, scores, 20)
    around = surround(middle, sentences)
    assert count_words(middle.text) < count_words(around.text) <= MOST_WORDS
    assert around.best == middle.best
    assert around.overlaps(middle)
    assert not around.overlaps(Excerpt.of(sentences[0]))


@pytest.mark.parametrize("line", ["Lights of the coast", "Lights of the coast 2. The lamp"])
def test_a_running_line_of_a_page_is_no_part_of_an_excerpt(line: str) -> None:
    text = f"The keeper cleans the lamp.\n\n{line}\n\nThe oil is kept below."
    chunk = Chunk("light.pdf", "Lights of the coast", 1, None, 0, len(text), text, ("2. The lamp",))
    sentences = sentences_of([chunk])
    assert [one.text for one in sentences] == [
        "The keeper cleans the lamp.",
        "The oil is kept below.",
    ]
    excerpt = surround(Excerpt.of(sentences[0]), sentences)
    assert "coast" not in excerpt.text
