"""Excerpts of documents as answers, on the real embedder."""

from __future__ import annotations

from pathlib import Path

import pytest
from quoth.answer.choose import PLACES, choose_excerpts
from quoth.config import Answering, Embedding
from quoth.embed import Embedder, FolderEmbedder
from quoth.retrieve import Hits, Question
from quoth.text import language
from quoth.types import Answer, Chunk, Hit

BOILERS = (
    "# Boilers\n\nBoiler A was tested by the inspector in March. Its certificate expires on "
    "3 April 2026.\n\nBoiler C was tested in May. Its certificate expires on 9 June 2021.\n\n"
    "The boiler room is locked at night."
)
KEYS = (
    "# Keys\n\nEach further set of keys costs 40 crowns. Lost keys must be reported within a "
    "day.\n\n"
    "| Key | Price |\n| --- | --- |\n| Front door | 12 crowns |\n| Cellar | 9 crowns |"
)
CAMERAS = "# Cameras\n\nRecordings from the cameras of the hall are kept for 21 days."
CAMERAS_TOO = "# Gate\n\nThe recordings of the camera at the gate are kept for 14 days."


@pytest.fixture(scope="module")
def embedder(session_home: Path) -> Embedder:
    return FolderEmbedder.open(Embedding())


def ask(
    question: str, texts: list[str], embedder: Embedder, *, code: str = "en", of: str = "en"
) -> Answer:
    asked = Question(question, embedder, language(code))
    vectors = embedder.embed(texts)
    hits = [
        Hit(
            Chunk(f"{n}.md", f"Note {n}", 1, None, 7, 7 + len(text), text, id=n, language=of),
            1.0 - n / 10,
            float(vectors[n] @ asked.vector),
        )
        for n, text in enumerate(texts)
    ]
    return choose_excerpts(Hits(asked, hits), Answering())


def test_an_excerpt_is_text_of_the_page_with_the_words_that_answer_marked(
    embedder: Embedder,
) -> None:
    answer = ask("What does a further set of keys cost?", [KEYS, BOILERS, CAMERAS], embedder)
    assert answer.kind == "excerpt"
    (first,) = answer.citations
    assert KEYS[first.start - 7 : first.end - 7] == first.quote
    assert "40 crowns" in answer.text
    assert first.verified
    assert all("40" in first.quote[start:end] for start, end in first.marks)
    assert answer.phrase is None or answer.phrase in first.quote
    assert answer.confidence is not None


def test_the_places_differ_and_are_numbered_as_they_are_shown(embedder: Embedder) -> None:
    texts = [KEYS, BOILERS, CAMERAS, KEYS]
    answer = ask("What does a further set of keys cost?", texts, embedder)
    places = answer.citations + answer.nearest
    assert [place.n for place in places] == list(range(1, len(places) + 1))
    assert len({place.quote for place in places}) == len(places) <= PLACES


def test_the_subject_of_the_question_is_kept(embedder: Embedder) -> None:
    answer = ask("When does the certificate of boiler A expire?", [BOILERS, KEYS], embedder)
    first = (answer.citations + answer.nearest)[0]
    assert "3 April 2026" in first.quote
    assert answer.phrase is None or "2021" not in answer.phrase


def test_a_comparison_gets_places_from_several_documents(embedder: Embedder) -> None:
    answer = ask(
        "Compare how long recordings of cameras are kept.", [CAMERAS, CAMERAS_TOO, KEYS], embedder
    )
    places = answer.citations + answer.nearest
    assert {place.source for place in places[:2]} == {"0.md", "1.md"}


def test_what_is_far_away_is_declined_with_what_is_nearest(embedder: Embedder) -> None:
    answer = ask("Who won the football World Cup in Brazil?", [KEYS, BOILERS, CAMERAS], embedder)
    assert (answer.kind, answer.citations, answer.phrase) == ("declined", (), None)
    assert answer.nearest


def test_a_question_in_a_language_that_the_embedder_does_not_match_is_told_so(
    embedder: Embedder,
) -> None:
    answer = ask("Was kostet ein weiterer Satz Schlüssel?", [KEYS], embedder, code="de")
    assert answer.kind == "declined"
    assert "English" in answer.text
    assert "Deutsch" in answer.text
    assert (answer.language, answer.evidence_language) == ("de", "en")


@pytest.mark.parametrize("question", ["form KX-31", "KX-31"])
def test_an_identifier_alone_is_answered_by_the_sentence_that_holds_it(
    embedder: Embedder, question: str
) -> None:
    form = "# Leave\n\nA request is made on form KX-31 and signed by the head of the department."
    answer = ask(question, [form, KEYS, BOILERS], embedder)
    assert answer.kind == "excerpt"
    assert "KX-31" in answer.text


def test_nothing_found_is_declined(embedder: Embedder) -> None:
    answer = ask("What does a key cost?", [], embedder)
    assert (answer.kind, answer.nearest, answer.confidence) == ("declined", (), 0.0)
