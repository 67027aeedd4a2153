from __future__ import annotations

import pytest
from bag_embedder import BagEmbedder
from quoth.answer import find_calibration
from quoth.answer.evidence import Evidence, find_evidence
from quoth.answer.phrases import judge_phrase, rank_phrases
from quoth.answer.rules import Calibration, calibrations, reaches
from quoth.config import Answering
from quoth.retrieve import Question
from quoth.text import ENGLISH, QuestionKind, language, languages
from quoth.types import Chunk, Hit

TEXT = "It was opened by Ada Byron in 1932. The toll is 4,000 crowns a year, because of the bridge."
KINDS: dict[QuestionKind, str] = {
    "who": "Who opened it?",
    "when": "When was it opened?",
    "where": "Where is it?",
    "number": "How many crowns is the toll?",
    "why": "Why is there a toll?",
    "how": "How was it opened?",
    "what": "What was opened?",
    "whether": "Was it opened?",
}


def evidence_of(text: str, rules: Calibration) -> Evidence:
    chunk = Chunk("a.md", "", 1, None, 0, len(TEXT), TEXT)
    return find_evidence(Question(text, BagEmbedder()), [Hit(chunk, 1.0, 1.0)], rules)


@pytest.mark.parametrize(
    "rules",
    [*calibrations(), find_calibration("", "Klingon")],
    ids=lambda rules: rules.embedder[:8] or "plain",
)
def test_every_weight_belongs_to_a_feature(rules: Calibration) -> None:
    signs: set[str] = set()
    phrase_features: set[str] = set()
    for kind, text in KINDS.items():
        question = Question(text, BagEmbedder())
        assert question.kind == kind
        evidence = evidence_of(text, rules)
        ranked = rank_phrases(question, [TEXT], [ENGLISH], evidence.rarity, rules.phrase, limit=50)
        for phrase in ranked:
            phrase_features |= phrase.features.keys()
        signs |= judge_phrase(question, ranked, evidence, rules).keys()
    assert rules.sentence.keys() <= evidence.description.features.keys()
    assert rules.answerable.weights.keys() <= evidence.signs.keys()
    assert rules.phrase.keys() <= phrase_features
    assert rules.right.weights.keys() <= signs


@pytest.mark.parametrize("rules", calibrations(), ids=lambda rules: rules.embedder[:8])
def test_a_calibration_is_found_by_embedder_and_language(rules: Calibration) -> None:
    assert rules.language in {language(code).name for code in languages()}
    assert find_calibration(rules.embedder, rules.language) is rules
    assert 0 < rules.nearest < rules.excerpt < 1


def test_another_embedder_keeps_the_phrases_of_the_language_and_no_cosines() -> None:
    known, other = calibrations()[0], find_calibration("unknown", "English")
    assert (other.phrase, other.right) == (known.phrase, known.right)
    assert (known.calibrated, other.calibrated) == (True, False)
    assert not {"nearest", "best similarity"} & other.answerable.weights.keys()
    settings = Answering(floor=0.4, likelihood=0.6)
    assert (other.floor_in(Answering()), other.floor_in(settings)) == (-1, 0.4)
    assert (other.likelihood_in(Answering()), other.likelihood_in(settings)) == (other.excerpt, 0.6)


def test_another_language_has_plain_rules() -> None:
    known, plain = calibrations()[0], find_calibration(calibrations()[0].embedder, "Klingon")
    assert not plain.calibrated
    assert plain.sentence == known.sentence
    assert plain.phrase != known.phrase


def test_an_embedder_of_known_languages_matches_no_other_with_them() -> None:
    known = calibrations()[0]
    assert reaches(known.embedder, "German", "German")
    assert not reaches(known.embedder, "German", "English")
    assert reaches("unknown", "German", "English")
