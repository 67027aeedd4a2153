from __future__ import annotations

import pytest
from bag_embedder import BagEmbedder
from quoth.answer import find_calibration
from quoth.answer.evidence import describe_sentences, find_evidence
from quoth.answer.phrases import phrases_of
from quoth.answer.rules import Calibration, calibrations
from quoth.answer.sentences import sentences_of, weigh_terms
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


@pytest.mark.parametrize(
    "rules",
    [*calibrations(), find_calibration("", "Klingon")],
    ids=lambda rules: rules.embedder[:8] or "plain",
)
def test_every_weight_belongs_to_a_feature(rules: Calibration) -> None:
    chunk = Chunk("a.md", "", 1, None, 0, len(TEXT), TEXT)
    sentences = sentences_of([chunk])
    features: set[str] = set()
    phrase_features: set[str] = set()
    for kind, text in KINDS.items():
        question = Question(text, BagEmbedder())
        assert question.kind == kind
        rarity = weigh_terms(question.terms, sentences)
        for values in describe_sentences(question, sentences, rarity):
            features |= values.keys()
        for phrase in phrases_of(TEXT, 0, question, ENGLISH, rarity):
            phrase_features |= phrase.features.keys()
    signs = find_evidence(question, [Hit(chunk, 1.0, 1.0)], rules).signs
    assert rules.sentence.keys() <= features
    assert rules.phrase.keys() <= phrase_features
    assert rules.answerable.keys() <= signs.keys()


@pytest.mark.parametrize("rules", calibrations(), ids=lambda rules: rules.embedder[:8])
def test_a_calibration_is_found_by_embedder_and_language(rules: Calibration) -> None:
    assert rules.language in {language(code).name for code in languages()}
    assert find_calibration(rules.embedder, rules.language) is rules


def test_another_embedder_keeps_the_rules_and_loses_the_limits() -> None:
    known, other = calibrations()[0], find_calibration("unknown", "English")
    assert (other.phrase, other.sentence) == (known.phrase, known.sentence)
    assert (other.floor_in(Answering()), other.likelihood_in(Answering())) == (-1, 0)
    settings = Answering(floor=0.4, likelihood=0.6)
    assert (other.floor_in(settings), other.likelihood_in(settings)) == (0.4, 0.6)


def test_another_language_has_plain_rules() -> None:
    rules = find_calibration(calibrations()[0].embedder, "Klingon")
    assert not rules.calibrated
    assert rules.phrase
    assert rules.sentence
    assert (rules.floor, set(rules.answerable)) == (-1, {"covered"})


def test_several_languages_have_no_limits() -> None:
    rules = find_calibration(calibrations()[0].embedder, "English", "German")
    assert (rules.floor, rules.likelihood, rules.answerable) == (-1, 0, {})
