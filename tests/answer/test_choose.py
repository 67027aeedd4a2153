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
    assert "Englisch" in answer.text
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


CLUB = (
    "# Club\n\n## Board\n\nVorsitzende ist Hanna Kolb, Kassenwart ist Peter Voss.\n\n## Harvest\n\n"
    "Nach der Ernte wird gegen Milben behandelt. Die Behandlung dauert drei Wochen. "
    "Grund für den Zuwachs war das trockene Frühjahr.\n\n## Regeln am Stand\n\n"
    "Hunde bleiben draußen. Das Tor wird abends abgeschlossen."
)
HOUSE = (
    "# 手册\n\n## 安静时间\n\n晚上十点至早上七点禁止装修和播放音乐。\n\n## 停车\n\n"
    "每户只有一个车位。访客的车停在北门外。\n\n## 垃圾\n\n厨余垃圾每天早上八点收。"
)


@pytest.mark.parametrize(
    ("question", "text", "code"),
    [
        ("Wer ist Kassenwart?", CLUB, "de"),
        ("Warum war die Ernte größer?", CLUB, "de"),
        ("停车有什么规定？", HOUSE, "zh"),
    ],
)
def test_no_place_has_a_heading(question: str, text: str, code: str, embedder: Embedder) -> None:
    answer = ask(question, [text], embedder, code=code, of=code)
    places = answer.citations + answer.nearest
    assert places
    assert not any("#" in place.quote for place in places)
    assert all(
        place.heading.endswith(("Board", "Harvest", "Stand", "时间", "停车", "垃圾"))
        for place in places
    )


@pytest.mark.parametrize(
    ("question", "text", "code", "section"),
    [
        ("Welche Regeln gelten am Stand?", CLUB, "de", ["Hunde", "Tor"]),
        ("停车有什么规定？", HOUSE, "zh", ["每户", "访客"]),
    ],
)
def test_a_question_about_a_heading_is_answered_by_its_section(
    question: str, text: str, code: str, section: list[str], embedder: Embedder
) -> None:
    answer = ask(question, [text], embedder, code=code, of=code)
    first = (answer.citations + answer.nearest)[0]
    assert all(words in first.quote for words in section)


def test_a_question_for_a_reason_is_answered_by_the_sentence_that_gives_one(
    embedder: Embedder,
) -> None:
    answer = ask("Warum war die Ernte größer?", [CLUB], embedder, code="de", of="de")
    assert "Grund" in (answer.citations + answer.nearest)[0].quote


def test_words_shared_with_a_place_are_never_declined_where_no_limit_was_fitted(
    embedder: Embedder,
) -> None:
    answer = ask("晚上几点以后不能装修？", [HOUSE], embedder, code="zh", of="zh")
    assert answer.kind != "declined"
    assert "十点" in (answer.citations + answer.nearest)[0].quote


def test_documents_in_another_language_do_not_keep_an_answer_from_being_found(
    embedder: Embedder,
) -> None:
    texts = [HOUSE, HOUSE.replace("晚上", "夜里"), CLUB]
    asked = Question("Wer ist Kassenwart?", embedder, language("de"))
    hits = [
        Hit(
            Chunk(f"{n}.md", "", 1, None, 0, len(text), text, id=n, language=code),
            1.0 - n / 10,
            0.5,
        )
        for n, (text, code) in enumerate(zip(texts, ("zh", "zh", "de"), strict=True))
    ]
    answer = choose_excerpts(Hits(asked, hits), Answering())
    assert (answer.kind, answer.evidence_language) == ("excerpt", "de")
    assert "Peter Voss" in answer.text


def test_a_phrase_is_a_part_of_its_sentence_and_of_the_kind_asked_for(embedder: Embedder) -> None:
    answer = ask("Wer ist Kassenwart?", [CLUB], embedder, code="de", of="de")
    assert answer.kind == "excerpt"
    assert answer.phrase in (None, "Peter Voss", "Hanna Kolb")
