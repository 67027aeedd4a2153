"""Which sentence answers, on the real embedder."""

from __future__ import annotations

from pathlib import Path

import pytest
from quoth.answer import find_calibration
from quoth.answer.evidence import Evidence, find_evidence
from quoth.config import Embedding
from quoth.embed import Embedder, FolderEmbedder
from quoth.retrieve import Question
from quoth.text import language
from quoth.types import Chunk, Hit

TEXT = (
    "Contents . . . . . . . . 3 Pumps . . . . . . . . 4\n\n"
    "The generator stands behind the pump house. Its tank holds 1,800 litres, enough for 32 hours. "
    "The generator was painted green."
)


@pytest.fixture(scope="module")
def embedder(session_home: Path) -> Embedder:
    return FolderEmbedder.open(Embedding())


def hit(text: str = TEXT) -> Hit:
    chunk = Chunk("pumps.md", "Pumps", 1, None, 0, len(text), text)
    return Hit(chunk, 0.6, 0.6, 1.0)


def best_of(evidence: Evidence) -> str:
    return evidence.sentences[evidence.order[0]].text


def weigh(question: str, hits: list[Hit], embedder: Embedder) -> Evidence:
    rules = find_calibration(embedder.fingerprint, "English")
    return find_evidence(Question(question, embedder), hits, rules)


def test_a_sentence_is_read_with_the_one_before_it(embedder: Embedder) -> None:
    evidence = weigh("For how many hours can the generator run on its tank?", [hit()], embedder)
    assert "32 hours" in best_of(evidence)


def test_a_table_of_contents_comes_last(embedder: Embedder) -> None:
    evidence = weigh("Where are the pumps in the contents?", [hit()], embedder)
    leaders = [". . ." in evidence.sentences[index].text for index in evidence.order]
    assert leaders == sorted(leaders)
    assert leaders[-1]


def test_what_the_text_does_not_tell_is_less_likely(embedder: Embedder) -> None:
    told = weigh("How much does the tank of the generator hold?", [hit()], embedder)
    silent = weigh("Who was elected to the council of Ravenna?", [hit()], embedder)
    assert told.likelihood > 0.385 > 0.08 > silent.likelihood


def test_nothing_found_is_no_evidence(embedder: Embedder) -> None:
    assert weigh("What?", [], embedder).likelihood == 0.0


GERMAN = (
    "Die Staumauer der Ahrntal-Talsperre ist 71,5 Meter hoch. Gebaut wurde sie von der Firma "
    "Hollmann. Der Grundablass wird alle zwei Jahre geprüft. Ein Erlaubnisschein zum Angeln kostet "
    "12 Euro am Tag."
)
CHINESE = (
    "青龙大坝高120米，坝顶长480米。大坝由华东工程公司设计。泄洪闸每年检查两次。钓鱼许可证每天12元。"
)


@pytest.mark.parametrize(
    ("code", "text", "question", "answer"),
    [
        ("de", GERMAN, "Welche Firma hat die Staumauer gebaut?", "Firma Hollmann"),
        ("de", GERMAN, "Wie hoch ist die Staumauer?", "71,5 Meter"),
        ("de", GERMAN, "Wie oft wird der Grundablass geprüft?", "alle zwei Jahre"),
        ("de", GERMAN, "Was kostet ein Erlaubnisschein zum Angeln?", "12 Euro"),
        ("zh", CHINESE, "大坝有多高？", "120米"),
        ("zh", CHINESE, "大坝是谁设计的？", "华东工程公司"),
        ("zh", CHINESE, "泄洪闸多久检查一次？", "每年检查两次"),
        ("zh", CHINESE, "钓鱼许可证多少钱？", "12元"),
    ],
)
def test_the_best_sentence_is_found_in_other_languages(
    embedder: Embedder, code: str, text: str, question: str, answer: str
) -> None:
    spoken = language(code)
    hits = [Hit(Chunk("a.md", "", 1, None, 0, len(text), text, language=code), 0.2, 0.2, 1.0)]
    rules = find_calibration(embedder.fingerprint, spoken.name)
    evidence = find_evidence(Question(question, embedder, spoken), hits, rules)
    assert answer in best_of(evidence)
    assert evidence.likelihood > rules.nearest


@pytest.mark.parametrize(
    ("code", "text", "question"),
    [
        ("de", GERMAN, "Welche Farbe hat der Schulbus?"),
        ("zh", CHINESE, "谁赢得了世界杯？"),
    ],
)
def test_what_no_sentence_covers_is_unlikely_in_any_language(
    embedder: Embedder, code: str, text: str, question: str
) -> None:
    spoken = language(code)
    hits = [Hit(Chunk("a.md", "", 1, None, 0, len(text), text, language=code), 0.8, 0.8, 1.0)]
    rules = find_calibration(embedder.fingerprint, spoken.name)
    evidence = find_evidence(Question(question, embedder, spoken), hits, rules)
    assert evidence.likelihood < rules.nearest
