"""The linear rules of answering, as data: one file for an embedder and a language.

`bench/calibrate.py` fits the rules in `calibration/*.json`. The cosines of two embedders cannot be
compared, so a floor for them, and a likelihood computed from them, hold for one embedder only.
Without a file, answering is not calibrated: it ranks by plain rules, which compare the sentences
of one question with one another and no cosine with a limit. In another language than those with a
file, it declines before the model is called when no sentence covers a tenth of the question; with
another embedder, only when search finds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from quoth.config import Answering

_FOLDER = Path(__file__).parent / "calibration"
_PLAIN_SENTENCE_RULE = {
    "covered with headings, standardized": 1.0,
    "similarity with the one before, standardized": 0.3,
    "place": -0.1,
    "holds what is asked for": 0.5,
    "table of contents": -3.0,
}
"""Chosen on half of 900 questions of XQuAD in six languages; the small weight of the similarity
holds for embedders that do not know the language."""
_PLAIN_PHRASE_RULE = {
    "near": 1.5,
    "covered": 1.0,
    "best sentence": 0.8,
    "third sentence": -0.3,
    "repeated weight": 0.8,
    "log content": 0.6,
    "digits, number": 3.0,
    "digits, when": 0.8,
    "digits, who": -3.0,
    "date, when": 2.0,
    "date, number": -2.5,
    "capitals, who": 2.0,
    "words, when": -1.5,
    "words, who": -0.5,
    "cut number": -1.5,
    "cut name": -0.3,
}
"""The English weights that do not depend on English, rounded."""
_LEAST_COVERED = 0.1
"""The share of a question that a sentence must cover for an answer, in a language without a file:
2 to 4 % of the answerable questions of XQuAD stay below it, and a third of those whose text is
missing."""
_STEEP = 50.0
"""The slope that makes a threshold of a logistic rule."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Rules and limits for an embedder, known by its fingerprint, and a language.

    `sentence` ranks sentences, `phrase` ranks phrases: weights by the name of a feature.
    `answerable` and `intercept` are the logistic rule for whether sentences answer a question. A
    hit with a cosine below `floor` does not count. Below `likelihood` a small model is not called.
    It chooses among the phrases of the best `sentences`. `calibrated` is false where the limits are
    not fitted to the embedder.
    """

    embedder: str
    language: str
    sentence: Mapping[str, float]
    phrase: Mapping[str, float]
    answerable: Mapping[str, float]
    intercept: float
    floor: float
    likelihood: float
    sentences: int = 3
    calibrated: bool = True

    def floor_in(self, settings: Answering) -> float:
        """Return the floor of the settings, else that of the calibration."""
        return self.floor if settings.floor is None else settings.floor

    def likelihood_in(self, settings: Answering) -> float:
        """Return the likelihood of the settings, else that of the calibration."""
        return self.likelihood if settings.likelihood is None else settings.likelihood


def find_calibration(embedder: str, *languages: str) -> Calibration:
    """Return the calibration for an embedder's fingerprint and the English names of languages.

    They are the languages of question and evidence, or one for both. For another embedder the rules
    of the language are kept, without limits. For another language only plain rules are left, and
    for several languages no limit either.
    """
    language = " and ".join(languages)
    same_language = [rules for rules in calibrations() if rules.language == language]
    for rules in same_language:
        if rules.embedder == embedder:
            return rules
    nearest = same_language[0] if same_language else None
    covers = nearest is None and len(languages) == 1
    return Calibration(
        embedder=embedder,
        language=language,
        sentence=nearest.sentence if nearest else _PLAIN_SENTENCE_RULE,
        phrase=nearest.phrase if nearest else _PLAIN_PHRASE_RULE,
        answerable={"covered": _STEEP} if covers else {},
        intercept=-_STEEP * _LEAST_COVERED if covers else 0.0,
        floor=-1.0,
        likelihood=0.5 if covers else 0.0,
        sentences=3 if nearest else 1,
        calibrated=False,
    )


@lru_cache(maxsize=1)
def calibrations() -> tuple[Calibration, ...]:
    """Return every calibration that has a file."""
    return tuple(map(_read, sorted(_FOLDER.glob("*.json"))))


def _read(file: Path) -> Calibration:
    entry: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return Calibration(
        embedder=entry["embedder"]["fingerprint"],
        language=entry["language"],
        sentence=entry["sentence"],
        phrase=entry["phrase"],
        answerable=entry["answerable"]["weights"],
        intercept=entry["answerable"]["intercept"],
        floor=entry["floor"],
        likelihood=entry["likelihood"],
    )


def apply_rule(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return the weighted sum of features; the weight of others is 0."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())
